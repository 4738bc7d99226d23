//! Mode bits, access control lists, owners.

use adls_fs::{FileSystemClient, OwnerChange, Permission, RemotePath, Rwx};

use super::below;

const SOMEBODY: &str = "5a1e0000-0000-4000-8000-000000000999";

pub(super) async fn entries_are_added_removed_and_replaced(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let file = below(base)("f");
    client.put(&file, "x").await.unwrap();
    client.set_permission(&file, Permission::from_mode(0o640)).await.unwrap();
    let named = format!("user:{SOMEBODY}:r-x");
    client.modify_acl(&file, &named.parse().unwrap()).await.unwrap();
    let acl = client.acl(&file).await.unwrap();
    let entries: Vec<_> = acl.entries.iter().map(ToString::to_string).collect();
    assert_eq!(entries, ["user::rw-", &named, "group::r--", "mask::r-x", "other::---"]);
    assert!(client.stat(&file).await.unwrap().has_acl);
    let entry = format!("user:{SOMEBODY}").parse().unwrap();
    client.remove_acl_entries(&file, &entry).await.unwrap();
    client.remove_acl(&file).await.unwrap();
    client.remove_default_acl(base).await.unwrap();
    assert_eq!(client.acl(&file).await.unwrap().entries.len(), 3);
}

pub(super) async fn mode_bits_and_acl_are_one(client: &FileSystemClient, base: &RemotePath) {
    let file = below(base)("f");
    client.put(&file, "x").await.unwrap();
    client.set_acl(&file, &"user::rwx,group::---,other::---".parse().unwrap()).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().permission, Some(Permission::from_mode(0o700)));
}

pub(super) async fn the_caller_is_told_what_it_may(client: &FileSystemClient, base: &RemotePath) {
    let file = below(base)("f");
    client.put(&file, "x").await.unwrap();
    assert!(client.check_access(&file, Rwx::READ).await.unwrap());
}

pub(super) async fn the_owning_group_can_be_another(client: &FileSystemClient, base: &RemotePath) {
    let file = below(base)("f");
    client.put(&file, "x").await.unwrap();
    let group = OwnerChange::default().group(SOMEBODY.to_owned());
    client.set_owner(&file, group).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().group.as_deref(), Some(SOMEBODY));
}
