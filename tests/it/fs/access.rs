//! Users who have few rights.

use adls_fs::{ErrorKind, Permission, TreeChange};
use adls_tests::Identity;

use super::lake::{Lake, path};

#[tokio::test]
async fn a_user_without_rights_is_denied() {
    let (lake, guest) = Lake::with_guest().await;
    lake.client.put("/d/f", "x").await.unwrap();
    let error = guest.read("/d/f").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert_eq!(error.to_string(), "no permission for /d/f");
    let error = guest.put("/g", "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    let ready = lake.emulator.ready();
    let (username, password) = (ready.disabled_username.clone(), ready.password.clone());
    let disabled = lake.file_system_as(&Identity::Other { username, password }).unwrap();
    let error = disabled.stat("/").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
}

/// The owner of a tree, who has no other rights, can take those on it and give them back.
#[tokio::test]
async fn rights_are_taken_from_the_deepest_first() {
    let (lake, owner) = Lake::with_guest().await;
    lake.client.mkdirs("/t").await.unwrap();
    let all = Permission::from_mode(0o777);
    for directory in ["/", "/t"] {
        lake.client.set_permission(directory, all).await.unwrap();
    }
    for file in ["/t/mine/a", "/t/mine/b/c", "/t/mine/b/d/e"] {
        owner.put(&path(file), "x").await.unwrap();
    }
    for mode in [0o600, 0o700, 0o400, 0o750] {
        let change = TreeChange::Permission(Permission::from_mode(mode));
        let report = owner.change_tree("/t/mine", change).await.unwrap();
        assert_eq!((report.files, report.directories), (3, 3), "{mode:o}");
    }
}
