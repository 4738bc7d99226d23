//! Copies of trees between accounts of either generation, with what files and directories have beside their
//! content.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use adls_fs::transfer::{
    Attribute, CopyTreeOptions, Overwrite, PreservedAttributes, Selection, TransferEvent,
    TransferOptions,
};
use adls_fs::{
    AclSpec, DeleteOptions, ErrorKind, Expiry, FileSystemClient, OwnerChange, TimesChange,
    WriteOptions,
};
use adls_tests::{Emulated, Identity, LocalDirectory, pattern, remote_tree};
use mock_aad::{FaultAction, FaultRule};

use super::lake::{path, refusal};

const SOMEBODY: &str = "5a1e0000-0000-4000-8000-000000000999";
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
const LARGE: usize = (9 << 20) + 7;

/// An account of each generation, and a second file system beside that of Gen2.
struct Accounts {
    emulated: Emulated,
    gen1: FileSystemClient,
    gen2: FileSystemClient,
    other: FileSystemClient,
    local: LocalDirectory,
}

impl Accounts {
    async fn start() -> Self {
        let emulated = Emulated::start().await.unwrap();
        let account = emulated.gen2_account(&Identity::Application).unwrap();
        account.create_file_system("other").await.unwrap();
        let other = account.file_system("other").unwrap();
        let (gen1, gen2) = (emulated.file_system().unwrap(), emulated.gen2().await.unwrap());
        Self { emulated, gen1, gen2, other, local: LocalDirectory::new() }
    }

    fn pairs(&self) -> [(&str, &FileSystemClient, &FileSystemClient); 5] {
        let Self { gen1, gen2, other, .. } = self;
        [
            ("gen1 to gen2", gen1, gen2),
            ("gen2 to gen1", gen2, gen1),
            ("gen2 to another file system", gen2, other),
            ("within gen1", gen1, gen1),
            ("within gen2", gen2, gen2),
        ]
    }
}

fn all() -> CopyTreeOptions {
    CopyTreeOptions::default().preserve(PreservedAttributes::all())
}

/// A tree with something of everything that every generation has.
async fn plant(client: &FileSystemClient, base: &str) {
    client.mkdirs(format!("{base}/empty")).await.unwrap();
    client.put(format!("{base}/d/small"), "small").await.unwrap();
    client.put(format!("{base}/d/large"), pattern(LARGE)).await.unwrap();
    client.put(format!("{base}/nothing"), "").await.unwrap();
    client.put(format!("{base}/.adls-{}.part", "0".repeat(32)), "rest").await.unwrap();
    let list = |text: String| text.parse::<AclSpec>().unwrap();
    let directory = format!("{base}/d");
    let entries = list(format!("user:{SOMEBODY}:r-x,default:user:{SOMEBODY}:rwx"));
    client.modify_acl(&*directory, &entries).await.unwrap();
    let file = format!("{base}/d/small");
    client.modify_acl(&*file, &list(format!("user:{SOMEBODY}:r--"))).await.unwrap();
    client.set_permission(format!("{base}/nothing"), "400".parse().unwrap()).await.unwrap();
    client.set_permission(format!("{base}/empty"), "1711".parse().unwrap()).await.unwrap();
    let owners = OwnerChange::default().owner(SOMEBODY.to_owned()).group(SOMEBODY.to_owned());
    client.set_owner(format!("{base}/d/large"), owners).await.unwrap();
    let year = SystemTime::now() + Duration::from_secs(365 * 86_400);
    client.set_expiry(format!("{base}/d/large"), Expiry::At(year)).await.unwrap();
}

/// What every item of a tree is and has, as far as both generations have it, by its relative path.
async fn described(client: &FileSystemClient, base: &str) -> BTreeMap<String, String> {
    let base = path(base);
    let mut all = BTreeMap::new();
    for line in remote_tree(client, &base).await {
        let name = line.split(' ').next().unwrap().trim_matches('/').to_owned();
        let item = base.join(&name).unwrap();
        let acl = client.acl(&item).await.unwrap();
        let expires = client.stat(&item).await.unwrap().expires;
        let seconds =
            expires.map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs());
        let list = AclSpec(acl.entries).to_string();
        // Each generation has a word of its own for a group that is none.
        let group = acl.group.replace("$superuser", NOBODY);
        let rest = format!("{} {} {group} {list} {seconds:?}", acl.permission, acl.owner);
        all.insert(name, format!("{line} {rest}"));
    }
    all
}

#[tokio::test]
async fn everything_goes_along_between_all_kinds_of_accounts() {
    let accounts = Accounts::start().await;
    for (index, (name, from, to)) in accounts.pairs().into_iter().enumerate() {
        let (source, target) = (format!("/source{index}"), format!("/target{index}"));
        plant(from, &source).await;
        let report = from.copy_tree_with(&*source, to, target.as_str(), all()).await.unwrap();
        assert_eq!((report.files, report.directories, report.skipped), (3, 3, 1), "{name}");
        assert_eq!((report.bytes, report.incomplete_copies), (LARGE as u64 + 5, 0), "{name}");
        let mut wanted = described(from, &source).await;
        wanted.retain(|name, _| !name.contains(".adls-"));
        assert_eq!(described(to, &target).await, wanted, "{name}");
        let content = to.read(format!("{target}/d/large")).await.unwrap();
        assert!(content == pattern(LARGE), "{name}");
    }
}

#[tokio::test]
async fn without_more_a_copy_has_what_its_place_gives_it() {
    let Accounts { gen2, other, .. } = Accounts::start().await;
    plant(&gen2, "/source").await;
    gen2.copy_tree("/source", &other, "/target").await.unwrap();
    other.put("/plain", "x").await.unwrap();
    let acl = |at: &'static str| other.acl(at);
    assert_eq!(acl("/target/d/small").await.unwrap(), acl("/plain").await.unwrap());
    assert_eq!(other.stat("/target/d/large").await.unwrap().expires, None);
}

#[tokio::test]
async fn headers_metadata_and_times_are_kept_where_there_is_a_place() {
    let Accounts { gen1, gen2, other, .. } = Accounts::start().await;
    let digest = "1B2M2Y8AsgTpgAmY7PhCfg==";
    for (name, length) in [("small", 3), ("large", LARGE)] {
        let options = WriteOptions::default()
            .content_type("text/csv".to_owned())
            .content_language("en".to_owned())
            .content_md5(digest.to_owned())
            .metadata(BTreeMap::from([("Project".to_owned(), "blau ü".to_owned())]));
        gen2.put_with(format!("/d/{name}"), pattern(length), options).await.unwrap();
    }
    let of_directory = BTreeMap::from([("kind".to_owned(), "directory".to_owned())]);
    gen2.set_metadata("/d", &of_directory).await.unwrap();
    let report = gen2.copy_tree_with("/d", &other, "/e", all()).await.unwrap();
    assert_eq!(report.incomplete_copies, 0);
    for name in ["small", "large"] {
        let before = gen2.properties(format!("/d/{name}")).await.unwrap();
        let copy = other.properties(format!("/e/{name}")).await.unwrap();
        assert_eq!((copy.headers, copy.metadata), (before.headers, before.metadata), "{name}");
    }
    assert_eq!(other.properties("/e").await.unwrap().metadata, of_directory);

    // Gen1 has times, and nothing else of it.
    let told = Arc::new(Mutex::new(Vec::new()));
    let progress = {
        let told = Arc::clone(&told);
        Arc::new(move |event: &TransferEvent<'_>| {
            if let TransferEvent::NotKept { item, attribute } = event {
                told.lock().unwrap().push((item.target.clone(), *attribute));
            }
        })
    };
    let transfer = TransferOptions::default().progress(progress);
    let report = gen2.copy_tree_with("/d", &gen1, "/e", all().transfer(transfer)).await.unwrap();
    assert_eq!((report.files, report.incomplete_copies), (2, 3));
    told.lock().unwrap().sort();
    let lost = ["/e", "/e/large", "/e/small"].map(|at| (at.to_owned(), Attribute::Properties));
    assert_eq!(*told.lock().unwrap(), lost);
    assert!(
        gen1.stat("/e/small").await.unwrap().modified
            >= gen2.stat("/d/small").await.unwrap().modified
    );
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let times = || TimesChange::default().modified(long_ago);
    gen1.set_times("/e/small", times()).await.unwrap();
    gen1.set_times("/e", times()).await.unwrap();
    gen1.copy_tree_with("/e", &gen1, "/f", all()).await.unwrap();
    for at in ["/f", "/f/small"] {
        assert_eq!(gen1.stat(at).await.unwrap().modified, long_ago, "{at}");
    }
}

#[tokio::test]
async fn a_copy_that_was_interrupted_resumes() {
    let accounts = Accounts::start().await;
    let Accounts { emulated, gen1, other, local, .. } = &accounts;
    let length = 40 << 20;
    gen1.put("/d/large", pattern(length)).await.unwrap();
    gen1.put("/d/small", "small").await.unwrap();
    // Gen2 tells times in whole seconds.
    emulated.emulator.clock().advance(Duration::from_secs(60));
    let options = || {
        let transfer = TransferOptions::default()
            .journal(local.at("journal"))
            .bytes_in_flight(16 << 20)
            .overwrite(Overwrite::Different);
        all().transfer(transfer)
    };
    emulated.emulator.add_faults([refusal("append").after(6)]).unwrap();
    gen1.copy_tree_with("/d", other, "/e", options()).await.unwrap_err();
    emulated.clear_faults();
    emulated.emulator.clear_requests();
    let report = gen1.copy_tree_with("/d", other, "/e", options()).await.unwrap();
    assert_eq!(report.failures.len(), 0);
    let appends = emulated.emulator.requests();
    let appends = appends.iter().filter(|request| request.query.contains("action=append")).count();
    assert!(appends <= 10 - 6 + 4, "{appends}");
    assert!(other.read("/e/large").await.unwrap() == pattern(length));
    assert_eq!(
        remote_tree(other, &path("/e")).await,
        [format!("/large {length}"), "/small 5".into()]
    );
    // And once more, for nothing.
    let report = gen1.copy_tree_with("/d", other, "/e", options()).await.unwrap();
    assert_eq!((report.files, report.skipped), (0, 2));
}

#[tokio::test]
async fn what_cannot_be_copied_is_refused_or_told() {
    let accounts = Accounts::start().await;
    let Accounts { emulated, gen2, other, .. } = &accounts;
    gen2.put("/d/f", "x").await.unwrap();
    for (source, target) in [("/d", "/d"), ("/d", "/d/e"), ("/d", "/d/"), ("/", "/e")] {
        let error = gen2.copy_tree(source, gen2, target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{source} {target}");
    }
    let error = gen2.copy_tree("/none", other, "/e").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    other.put("/e/f", "theirs").await.unwrap();
    let error = gen2.copy_tree("/d", other, "/e").await.unwrap_err();
    let report = error.report().unwrap();
    assert_eq!(report.failures[0].error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(other.read("/e/f").await.unwrap(), "theirs");
    // Rights that the account refuses are a failure, not something that is passed over.
    emulated.emulator.add_faults([refusal("setAccessControl").count(1)]).unwrap();
    let rights = PreservedAttributes::default().rights(true);
    let options = CopyTreeOptions::default().preserve(rights);
    let error = gen2.copy_tree_with("/d", other, "/g", options).await.unwrap_err();
    let report = error.report().unwrap();
    assert_eq!(report.failures[0].error.kind(), ErrorKind::PermissionDenied, "{error}");
    // A dry run changes nothing, and refuses what would be refused.
    let dry = || TransferOptions::default().dry_run(true);
    let options = CopyTreeOptions::default().transfer(dry());
    let report = gen2.copy_tree_with("/d", other, "/dry", options.clone()).await.unwrap();
    assert_eq!((report.files, report.directories), (1, 1));
    assert_eq!(other.try_stat("/dry").await.unwrap(), None);
    assert!(gen2.copy_tree_with("/d", other, "/e", options).await.is_err());
    // A file goes into a directory that is there, and by its name beside it.
    other.mkdirs("/there").await.unwrap();
    gen2.copy_tree("/d/f", other, "/there").await.unwrap();
    gen2.copy_tree("/d/f", other, "/h").await.unwrap();
    gen2.copy_tree("/d", other, "/into/").await.unwrap();
    // What is not selected stays behind, and so do directories that hold nothing else.
    gen2.put("/d/g/h", "y").await.unwrap();
    let selection = Selection::default().include("f").unwrap();
    let options =
        CopyTreeOptions::default().transfer(TransferOptions::default().selection(selection));
    let report = gen2.copy_tree_with("/d", other, "/some", options).await.unwrap();
    assert_eq!((report.files, report.directories), (1, 0));
    assert_eq!(other.try_stat("/some/g").await.unwrap(), None);
    for at in ["/there/f", "/h", "/into/d/f", "/some/f"] {
        assert_eq!(other.read(at).await.unwrap(), "x", "{at}");
    }
}

/// Within one account the bytes stay there, and come through here where the service refuses.
#[tokio::test]
async fn within_an_account_the_service_copies() {
    let accounts = Accounts::start().await;
    let Accounts { emulated, gen2, other, .. } = &accounts;
    let content = pattern(LARGE);
    gen2.put_with(
        "/d/a b%",
        content.clone(),
        WriteOptions::default().content_type("x/y".to_owned()),
    )
    .await
    .unwrap();
    let metadata = BTreeMap::from([("owner".to_owned(), "me".to_owned())]);
    gen2.set_metadata("/d/a b%", &metadata).await.unwrap();
    let moved = |requests: &[mock_aad::RecordedRequest]| {
        let is_data = |query: &str| query.contains("action=append") || query.contains("comp=block");
        requests.iter().filter(|request| is_data(&request.query)).count()
    };
    for (to, refuses) in [(gen2, false), (other, false), (other, true)] {
        if refuses {
            let no = FaultAction::Status { code: 403, retry_after: None, body: None };
            let rule = FaultRule::new(no).method("PUT").path("*.part").count(1);
            emulated.emulator.add_faults([rule]).unwrap();
        }
        emulated.emulator.clear_requests();
        let report = gen2.copy_tree_with("/d", to, "/e", all()).await.unwrap();
        assert_eq!((report.files, report.bytes), (1, LARGE as u64));
        assert_eq!(moved(&emulated.emulator.requests()) > 0, refuses);
        assert!(to.read("/e/a b%").await.unwrap() == content);
        let found = to.properties("/e/a b%").await.unwrap();
        assert_eq!(found.metadata, metadata);
        assert_eq!(found.headers.content_type.as_deref(), Some("x/y"));
        // What is verified is read, and what shall have no properties gets none.
        emulated.emulator.clear_requests();
        to.copy_tree("/e", to, "/plain").await.unwrap();
        assert!(moved(&emulated.emulator.requests()) > 0);
        assert!(to.properties("/plain/a b%").await.unwrap().metadata.is_empty());
        to.delete_with("/plain", DeleteOptions::default().recursive(true)).await.unwrap();
        to.delete_with("/e", DeleteOptions::default().recursive(true)).await.unwrap();
        assert_eq!(to.leftovers(&path("/")).await.unwrap().len(), 0);
    }
}
