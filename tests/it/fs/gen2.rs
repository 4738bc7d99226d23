//! What is particular to storage accounts: parts that are sent side by side and published together, lost
//! answers, versions.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use adls_fs::transfer::TransferOptions;
use adls_fs::{
    AclSpec, CreateFileSystemOptions, DeleteOptions, ErrorKind, FileSystemClient, RemotePath,
    RenameOptions, WriteOptions,
};
use adls_tests::{Identity, pattern};
use mock_aad::{FaultAction, FaultRule};
use tokio::io::AsyncReadExt;

use super::lake::{Lake, path, refusal};

const MIB: usize = 1 << 20;

fn options(lake: &Lake) -> TransferOptions {
    lake.resumable().bytes_in_flight(16 * MIB)
}

async fn upload(lake: &Lake, source: &Path) -> adls_fs::Result<u64> {
    let report = lake.client.upload_with(source, "/t", options(lake)).await;
    report.map(|report| report.files)
}

/// Ends the faults, and forgets the operations so far.
fn repair(lake: &Lake) {
    lake.clear_faults();
    lake.operations();
}

#[tokio::test]
async fn an_upload_sends_only_what_is_missing() {
    let length = 40 * MIB + 5;
    let lake = Lake::start_gen2().await;
    let source = lake.local.write("f", pattern(length));
    lake.arm([refusal("append").after(6)]);
    upload(&lake, &source).await.unwrap_err();
    let before = lake.count("append");
    repair(&lake);
    assert_eq!(upload(&lake, &source).await.unwrap(), 1);
    // What was under way is sent twice at most: four parts have room.
    let (sent, all) = (lake.count("append"), length.div_ceil(4 * MIB));
    assert!(before >= 6 && sent <= all - 6 + 4, "{sent} appends after {before}, {all} parts");
    assert!(lake.read("/t").await == pattern(length));
    assert_eq!(lake.tree().await, [format!("/t {length}")]);
    assert_eq!(lake.journals(), 0);
}

#[tokio::test]
async fn an_upload_that_stopped_before_its_last_step_only_does_that() {
    let lake = Lake::start_gen2().await;
    for (name, fault) in [
        ("flush", refusal("flush")),
        ("rename", refusal_of_rename()),
        ("lost", FaultRule::new(FaultAction::CommitAndReset).op("flush")),
    ] {
        let source = lake.local.write(name, pattern(20 * MIB));
        let target = path(&format!("/{name}"));
        lake.arm([fault]);
        let sent = lake.client.upload_with(&source, &target, options(&lake)).await;
        assert_eq!(sent.is_ok(), name == "lost", "{name}: {sent:?}");
        repair(&lake);
        lake.client.upload_with(&source, &target, options(&lake)).await.ok();
        let operations = lake.operations();
        assert!(!operations.iter().any(|op| op == "append"), "{name}: {operations:?}");
        assert!(lake.read(target.as_str()).await == pattern(20 * MIB));
    }
}

fn refusal_of_rename() -> FaultRule {
    let forbidden = FaultAction::Status { code: 403, retry_after: None, body: None };
    // The only PUT of a path without a resource.
    FaultRule::new(forbidden).method("PUT").path("*/rename")
}

#[tokio::test]
async fn a_temporary_file_that_vanished_is_made_anew() {
    let lake = Lake::start_gen2().await;
    let source = lake.local.write("f", pattern(20 * MIB));
    lake.arm([refusal("append").after(3)]);
    upload(&lake, &source).await.unwrap_err();
    repair(&lake);
    for entry in lake.client.list("/").collect_all().await.unwrap() {
        lake.client.delete(&entry.path).await.unwrap();
    }
    upload(&lake, &source).await.unwrap();
    assert!(lake.read("/t").await == pattern(20 * MIB));
}

#[tokio::test]
async fn parts_that_the_service_has_forgotten_are_sent_again() {
    let lake = Lake::start_gen2().await;
    let source = lake.local.write("f", pattern(20 * MIB));
    lake.arm([refusal("flush")]);
    upload(&lake, &source).await.unwrap_err();
    repair(&lake);
    // The same file, without what was sent.
    let entries = lake.client.list("/").collect_all().await.unwrap();
    let temporary = &entries[0].path;
    let options = WriteOptions::default().overwrite(true);
    lake.client.create_with(temporary, options).await.unwrap().close().await.unwrap();
    upload(&lake, &source).await.unwrap();
    assert!(lake.read("/t").await == pattern(20 * MIB));
    assert_eq!(lake.tree().await, [format!("/t {}", 20 * MIB)]);
}

type Work = for<'a> fn(&'a FileSystemClient, &'a str) -> Pin<Box<dyn Future<Output = String> + 'a>>;

/// Every operation that changes something, and what can be seen of it afterwards.
const CHANGES: &[(&str, Work)] = &[
    ("put", |client, d| {
        Box::pin(async move {
            client.put(format!("{d}/put"), "content").await.unwrap();
            text(client, &format!("{d}/put")).await
        })
    }),
    ("replace", |client, d| {
        Box::pin(async move {
            let options = WriteOptions::default().overwrite(true);
            client.put_with(format!("{d}/there"), "new", options).await.unwrap();
            text(client, &format!("{d}/there")).await
        })
    }),
    ("create and write", |client, d| {
        Box::pin(async move {
            let mut writer = client.create(format!("{d}/created")).await.unwrap();
            writer.write_bytes("one ".into()).await.unwrap();
            writer.close().await.unwrap();
            let mut writer = client.append(format!("{d}/created")).await.unwrap();
            writer.write_bytes("two".into()).await.unwrap();
            writer.close().await.unwrap();
            text(client, &format!("{d}/created")).await
        })
    }),
    ("mkdirs", |client, d| {
        Box::pin(async move {
            client.mkdirs(format!("{d}/new/deep")).await.unwrap();
            client.stat(format!("{d}/new/deep")).await.unwrap().kind.to_string()
        })
    }),
    ("rename", |client, d| {
        Box::pin(async move {
            client.rename(format!("{d}/there"), format!("{d}/renamed")).await.unwrap();
            assert!(!client.exists(format!("{d}/there")).await.unwrap());
            text(client, &format!("{d}/renamed")).await
        })
    }),
    ("rename a directory", |client, d| {
        Box::pin(async move {
            client.rename(format!("{d}/full"), format!("{d}/moved")).await.unwrap();
            text(client, &format!("{d}/moved/f")).await
        })
    }),
    ("rename over a file", |client, d| {
        Box::pin(async move {
            let options = RenameOptions::default().overwrite(true);
            client.rename_with(format!("{d}/there"), format!("{d}/other"), options).await.unwrap();
            text(client, &format!("{d}/other")).await
        })
    }),
    ("delete", |client, d| {
        Box::pin(async move {
            let options = DeleteOptions::default().recursive(true);
            assert!(client.delete_with(format!("{d}/full"), options).await.unwrap());
            client.exists(format!("{d}/full")).await.unwrap().to_string()
        })
    }),
    ("rights", |client, d| {
        Box::pin(async move {
            client.set_permission(format!("{d}/there"), "600".parse().unwrap()).await.unwrap();
            let entry: AclSpec = "user:5a1e0000-0000-4000-8000-000000000777:r--".parse().unwrap();
            client.modify_acl(format!("{d}/there"), &entry).await.unwrap();
            client.acl(format!("{d}/there")).await.unwrap().entries.len().to_string()
        })
    }),
];

async fn text(client: &FileSystemClient, path: &str) -> String {
    String::from_utf8(client.read(path).await.unwrap().to_vec()).unwrap()
}

/// The methods of the requests so far that change something in the account.
fn changing(lake: &Lake) -> Vec<String> {
    let requests = lake.emulator.requests().into_iter();
    let requests = requests.filter(|request| request.host.ends_with(".core.windows.net"));
    let methods = requests.map(|request| request.method);
    methods.filter(|method| !matches!(&**method, "GET" | "HEAD")).collect()
}

async fn prepare(lake: &Lake, d: &str) {
    for (name, content) in [("there", "old"), ("other", "other"), ("full/f", "below")] {
        lake.client.put(format!("{d}/{name}"), content).await.unwrap();
    }
    lake.emulator.clear_requests();
}

/// Each request that changes something loses its answer once: before it had its effect, and after.
#[tokio::test]
async fn a_lost_answer_changes_no_result() {
    let lake = Lake::start_gen2().await;
    for (name, change) in CHANGES {
        let d = format!("/{name}");
        prepare(&lake, &d).await;
        let expected = change(&lake.client, &d).await;
        let methods = changing(&lake);
        assert!(!methods.is_empty(), "{name}");
        for (lost, method) in methods.iter().enumerate() {
            let before = methods[..lost].iter().filter(|other| *other == method).count();
            for (kind, action) in
                [("before", FaultAction::ResetBefore), ("after", FaultAction::CommitAndReset)]
            {
                let d = format!("/{name} {lost} {kind}");
                prepare(&lake, &d).await;
                let fault = FaultRule::new(action).method(method.clone());
                lake.arm([fault.host("*.core.windows.net").after(before as u64).count(1)]);
                let result = change(&lake.client, &d).await;
                assert_eq!(result, expected, "{name}, {kind} request {lost} of {methods:?}");
                lake.client.cleanups().finished().await;
                lake.clear_faults();
            }
        }
    }
}

#[tokio::test]
async fn a_file_replaced_while_it_is_read_is_reported_and_never_mixed() {
    let lake = Lake::start_gen2().await;
    lake.put("/f", pattern(20 * MIB)).await;
    let mut reader = lake.client.open("/f").await.unwrap();
    let mut first = vec![0; MIB];
    reader.read_exact(&mut first).await.unwrap();
    lake.put("/f", vec![7; 20 * MIB]).await;
    let mut rest = Vec::new();
    let error = reader.read_to_end(&mut rest).await.unwrap_err();
    let error = error.downcast::<adls_fs::Error>().unwrap();
    assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
    first.extend_from_slice(&rest);
    assert!(first[..] == pattern(20 * MIB)[..first.len()]);
}

#[tokio::test]
async fn a_second_writer_is_noticed() {
    let lake = Lake::start_gen2().await;
    let mut writer = lake.client.create("/f").await.unwrap();
    writer.write_bytes("mine".into()).await.unwrap();
    lake.put("/f", "theirs").await;
    let error = writer.close().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    assert_eq!(lake.read("/f").await, "theirs");
}

#[tokio::test(start_paused = true)]
async fn file_systems_come_and_go() {
    let lake = Lake::start_gen2().await;
    let account = lake.gen2_account(&Identity::Application).unwrap();
    let options = CreateFileSystemOptions::default()
        .properties(std::collections::BTreeMap::from([("owner".into(), "Zoë".into())]));
    account.create_file_system_with("raw", options).await.unwrap();
    let found = account.file_system_properties("raw").await.unwrap();
    assert_eq!((found.properties["owner"].as_str(), found.hierarchical), ("Zoë", Some(true)));
    let again = account.create_file_system("raw").await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AlreadyExists, "{again}");
    let names = account.list_file_systems().collect_all().await.unwrap();
    assert!(names.iter().any(|found| found.name == "raw"));
    let files = account.file_system("raw").unwrap();
    files.put("/f", "x").await.unwrap();
    assert!(account.delete_file_system("raw").await.unwrap());
    let gone = files.stat("/f").await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::FileSystemNotFound, "{gone}");
    let busy = account.create_file_system("raw").await.unwrap_err();
    assert_eq!(busy.kind(), ErrorKind::BeingDeleted, "{busy}");
    let options = CreateFileSystemOptions::default().wait_for_deletion(true);
    account.create_file_system_with("raw", options).await.unwrap();
    assert!(files.list(RemotePath::root()).collect_all().await.unwrap().is_empty());
    assert_eq!(account.information().await.unwrap().hierarchical, Some(true));
}
