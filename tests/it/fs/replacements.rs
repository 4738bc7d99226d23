//! A directory takes the place of another one.

use adls_fs::{ErrorKind, FileSystemClient};
use adls_tests::{Emulated, remote_tree};
use mock_aad::{FaultAction, FaultRule};

use super::lake::path;

async fn clients() -> (Emulated, [FileSystemClient; 2]) {
    let emulated = Emulated::start().await.unwrap();
    let clients = [emulated.file_system().unwrap(), emulated.gen2().await.unwrap()];
    (emulated, clients)
}

/// An old directory, a new one beside it.
async fn plant(client: &FileSystemClient) {
    client.put("/p/report/old", "old").await.unwrap();
    client.put("/p/report/d/deep", "old").await.unwrap();
    client.put("/p/report.new/new", "new").await.unwrap();
}

async fn names(client: &FileSystemClient) -> Vec<String> {
    remote_tree(client, &path("/p")).await
}

#[tokio::test]
async fn the_old_one_gives_way_with_everything_in_it() {
    let (_emulated, clients) = clients().await;
    for client in &clients {
        plant(client).await;
        client.replace_directory("/p/report.new", "/p/report").await.unwrap();
        assert_eq!(names(client).await, ["/report/", "/report/new 3"]);
        // Where nothing is, it is a rename; and nothing is left leased.
        client.replace_directory("/p/report", "/p/other").await.unwrap();
        assert_eq!(client.read("/p/other/new").await.unwrap(), "new");
        assert!(client.delete_with("/p", recursive()).await.unwrap());
    }
}

fn recursive() -> adls_fs::DeleteOptions {
    adls_fs::DeleteOptions::default().recursive(true)
}

#[tokio::test]
async fn a_failure_brings_the_old_one_back() {
    let (emulated, [_, client]) = clients().await;
    plant(&client).await;
    let before = names(&client).await;
    // The second rename is that of the new one.
    let refused = FaultAction::Status { code: 403, retry_after: None, body: None };
    let rule = FaultRule::new(refused.clone()).method("PUT").path("*/p/report").count(1);
    emulated.emulator.add_faults([rule]).unwrap();
    let error = client.replace_directory("/p/report.new", "/p/report").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert_eq!(names(&client).await, before);
    assert_eq!(client.read("/p/report/old").await.unwrap(), "old");
    // Nobody holds it any more.
    client.replace_directory("/p/report.new", "/p/report").await.unwrap();
    // What cannot be deleted is told with its name.
    plant(&client).await;
    let rule = FaultRule::new(refused).method("DELETE").path("*replaced-*").count(1);
    emulated.emulator.add_faults([rule]).unwrap();
    let error = client.replace_directory("/p/report.new", "/p/report").await.unwrap_err();
    assert!(error.to_string().contains("/p/report.replaced-"), "{error}");
    assert_eq!(client.read("/p/report/new").await.unwrap(), "new");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_somebodys_lease_is_heeded() {
    let (_emulated, [_, client]) = clients().await;
    plant(&client).await;
    for (from, to, kind) in [
        ("/p/none", "/p/report", ErrorKind::NotFound),
        ("/p/report", "/p/report", ErrorKind::Invalid),
        ("/p/report", "/p/report/d", ErrorKind::Invalid),
        ("/p/report/d", "/p/report", ErrorKind::Invalid),
        ("/p/report", "/", ErrorKind::Invalid),
        ("/p/report/old", "/p/report.new", ErrorKind::NotDirectory),
        ("/p/report.new", "/p/report/old", ErrorKind::NotDirectory),
    ] {
        let error = client.replace_directory(from, to).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{from} {to}: {error}");
    }
    let lease = client.lease("/p/report").await.unwrap();
    let error = client.replace_directory("/p/report.new", "/p/report").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    lease.release().await.unwrap();
    assert_eq!(client.read("/p/report/old").await.unwrap(), "old");
}
