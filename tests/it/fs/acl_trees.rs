//! Access control lists of whole trees, changed by the service.

use adls_fs::{
    AclBatch, AclSpec, AclTreeChange, ErrorKind, FileKind, FileSystemClient, Permission,
    TreeAclOptions, TreeChange,
};
use adls_tests::{Emulated, Identity};
use futures_util::{StreamExt, TryStreamExt};
use mock_aad::{FaultAction, FaultRule, Seed, SeedUser};

const SOMEBODY: &str = "5a1e0000-0000-4000-8000-000000000999";
const GUEST: &str = "5a1e0000-0000-4000-8000-000000000777";

fn acl(text: &str) -> AclSpec {
    text.parse().unwrap()
}

fn counts(batch: &AclBatch) -> (u64, u64, usize) {
    (batch.directories, batch.files, batch.failures.len())
}

/// Five directories and nine files, the top among them.
async fn plant(client: &FileSystemClient, top: &str) {
    for file in ["a", "b", "c", "x/1", "x/2", "x/deep/3", "y/4", "y/5", "y/6"] {
        client.put(&format!("{top}/{file}"), "x").await.unwrap();
    }
    client.mkdirs(&format!("{top}/empty")).await.unwrap();
}

/// The lists of all that is below a directory, by name.
async fn lists(client: &FileSystemClient, top: &str) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), client.acl(top).await.unwrap())];
    let mut walk = client.walk(top);
    while let Some(entry) = walk.try_next().await.unwrap() {
        let name = entry.path.as_str()[top.len()..].to_owned();
        all.push((name, client.acl(&entry.path).await.unwrap()));
    }
    let text = |acl: adls_fs::Acl| AclSpec(acl.entries).to_string();
    let mut all: Vec<_> = all.into_iter().map(|(name, acl)| (name, text(acl))).collect();
    all.sort();
    all
}

#[tokio::test]
async fn it_is_taken_up_again_where_it_failed() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.gen2().await.unwrap();
    plant(&client, "/t").await;
    let refused = FaultAction::Status { code: 400, retry_after: None, body: None };
    let reset = FaultAction::CommitAndReset;
    emulated
        .emulator
        .add_faults([
            FaultRule::new(reset).method("PATCH").after(1).count(1),
            FaultRule::new(refused).method("PATCH").after(3).count(1),
        ])
        .unwrap();
    let change = || AclTreeChange::Modify(acl(&format!("user:{SOMEBODY}:r-x")));
    let sized = || TreeAclOptions::default().batch_size(3_u32);
    let mut batches = client.change_acl_tree_with("/t", change(), sized());
    let mut total = AclBatch::default();
    let error = loop {
        match batches.next().await.unwrap() {
            Ok(batch) => total.add(batch),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(total.directories + total.files < 14);
    // The page whose answer was lost was made once more, and counts once.
    assert_eq!((total.directories + total.files) % 3, 0);
    let token = batches.continuation().unwrap().to_owned();
    let rest = client.change_acl_tree_with("/t", change(), sized().continuation(token));
    total.add(rest.total().await.unwrap());
    assert_eq!(counts(&total), (5, 9, 0));
    for (name, list) in lists(&client, "/t").await {
        assert!(list.contains(SOMEBODY), "{name}");
    }
}

#[tokio::test]
async fn fanned_out_it_comes_to_the_same() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.gen2().await.unwrap();
    for top in ["/one", "/many"] {
        plant(&client, top).await;
    }
    let named = format!("user:{SOMEBODY}:r-x,default:user:{SOMEBODY}:rwx");
    let whole = format!("user::rwx,user:{SOMEBODY}:r--,group::r-x,mask::r-x,other::---");
    let gone = format!("user:{SOMEBODY},default:user:{SOMEBODY}");
    for change in [
        AclTreeChange::Modify(acl(&named)),
        AclTreeChange::Remove(acl(&gone)),
        AclTreeChange::Modify(acl(&named)),
        AclTreeChange::Set(acl(&whole)),
    ] {
        let sized = || TreeAclOptions::default().batch_size(2_u32);
        let one = client.change_acl_tree_with("/one", change.clone(), sized());
        let many =
            client.change_acl_tree_with("/many", change.clone(), sized().concurrency(4_usize));
        let (one, many) = (one.total().await.unwrap(), many.total().await.unwrap());
        assert_eq!((counts(&one), counts(&many)), ((5, 9, 0), (5, 9, 0)));
        assert_eq!(lists(&client, "/one").await, lists(&client, "/many").await, "{change:?}");
    }
    // A file is a tree of one.
    for concurrency in [1_usize, 4] {
        let options = TreeAclOptions::default().concurrency(concurrency);
        let change = AclTreeChange::Modify(acl(&format!("user:{SOMEBODY}:r--")));
        let total = client.change_acl_tree_with("/one/a", change, options).total().await.unwrap();
        assert_eq!(counts(&total), (0, 1, 0));
    }
}

#[tokio::test]
async fn fanned_out_it_is_taken_up_again_where_it_failed() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.gen2().await.unwrap();
    let change = || AclTreeChange::Modify(acl(&format!("user:{SOMEBODY}:r-x")));
    let sized = || TreeAclOptions::default().batch_size(2_u32).concurrency(3_usize);
    for passes in 0..10 {
        let top = format!("/t{passes}");
        plant(&client, &top).await;
        let refused = FaultAction::Status { code: 400, retry_after: None, body: None };
        let rule = FaultRule::new(refused).method("PATCH").after(passes).count(1);
        emulated.emulator.add_faults([rule]).unwrap();
        let mut batches = client.change_acl_tree_with(&top, change(), sized());
        let mut total = AclBatch::default();
        while let Some(Ok(batch)) = batches.next().await {
            total.add(batch);
        }
        emulated.clear_faults();
        let mut again = sized();
        again.continuation = batches.continuation().map(str::to_owned);
        total.add(client.change_acl_tree_with(&top, change(), again).total().await.unwrap());
        assert_eq!(counts(&total), (5, 9, 0), "after {passes}");
        for (name, list) in lists(&client, &top).await {
            assert!(list.contains(SOMEBODY), "{top}{name}");
        }
    }
}

/// A lake in which a guest, who has no role, owns a tree with two files of somebody else's in it.
async fn with_guest() -> (Emulated, FileSystemClient, FileSystemClient) {
    let mut seed = Seed::default();
    let (username, password) = ("guest@emulator.test", seed.users[0].password.clone());
    seed.users.push(SeedUser {
        object_id: GUEST.parse().unwrap(),
        username: username.to_owned(),
        password: password.clone(),
        ..SeedUser::default()
    });
    let emulated = Emulated::with_seed(seed).await.unwrap();
    let owner = emulated.gen2().await.unwrap();
    let identity = Identity::Other { username: username.to_owned(), password };
    let name = owner.file_system().unwrap();
    let guest = emulated.gen2_account(&identity).unwrap().file_system(name).unwrap();
    owner.set_permission("/", Permission::from_mode(0o777)).await.unwrap();
    plant(&guest, "/t").await;
    for file in ["/t/theirs", "/t/x/theirs"] {
        owner.put(file, "x").await.unwrap();
    }
    (emulated, owner, guest)
}

#[tokio::test]
async fn what_the_caller_does_not_own_is_named_and_stays() {
    let (_emulated, owner, guest) = with_guest().await;
    let change = || AclTreeChange::Modify(acl(&format!("user:{SOMEBODY}:r-x")));
    for concurrency in [1_usize, 4] {
        let options = TreeAclOptions::default().continue_on_failure(true).concurrency(concurrency);
        let total = guest.change_acl_tree_with("/t", change(), options).total().await.unwrap();
        assert_eq!(counts(&total), (5, 9, 2));
        let mut failed: Vec<_> = total.failures.iter().map(|it| it.path.as_str()).collect();
        failed.sort_unstable();
        assert_eq!(failed, ["/t/theirs", "/t/x/theirs"]);
        assert!(total.failures.iter().all(|it| it.kind == FileKind::File));
        assert!(total.failures[0].message.contains("not authorized"));
    }
    assert!(!owner.stat("/t/theirs").await.unwrap().has_acl);
    // Without being told to go on, the batch with the failure is the last one.
    let options = TreeAclOptions::default().batch_size(5_u32);
    let batches: Vec<_> =
        guest.change_acl_tree_with("/t", change(), options).try_collect().await.unwrap();
    assert_eq!(batches.last().unwrap().failures.len(), 1);
    assert!(batches.iter().map(|batch| batch.directories + batch.files).sum::<u64>() < 14);
}

#[tokio::test]
async fn a_change_of_a_tree_reports_the_same() {
    let (emulated, _owner, guest) = with_guest().await;
    emulated.emulator.clear_requests();
    let change = TreeChange::ModifyAcl(acl(&format!("user:{SOMEBODY}:r-x")));
    let error = guest.change_tree("/t", change).await.unwrap_err();
    assert!(error.to_string().starts_with("2 of 16 items could not be changed; "), "{error}");
    let report = error.tree_change_report().unwrap();
    assert_eq!((report.files, report.directories), (9, 5));
    for failure in &report.failures {
        assert_eq!(failure.kind(), ErrorKind::PermissionDenied, "{failure}");
        assert!(failure.path().unwrap().as_str().ends_with("theirs"));
    }
    let requests = emulated.emulator.requests();
    assert_eq!(requests.iter().filter(|it| it.query.contains("action=")).count(), 1);
    let error = guest.change_tree("/none", TreeChange::ModifyAcl(acl("other::r-x"))).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
}
