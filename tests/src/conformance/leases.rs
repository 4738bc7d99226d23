//! Leases of files and directories.

use std::time::Duration;

use adls_fs::{
    AppendOptions, DeleteOptions, ErrorKind, FileSystemClient, LeaseDuration, LeaseOptions,
    LeaseState, LeaseStatus, RemotePath, WriteOptions,
};

use super::below;

pub(super) async fn a_lease_keeps_others_out(client: &FileSystemClient, base: &RemotePath) {
    let file = &below(base)("f");
    client.put(file, "old").await.unwrap();
    let lease = client.lease(file).await.unwrap();
    let found = client.properties(file).await.unwrap();
    assert_eq!(found.lease_state, Some(LeaseState::Leased));
    assert_eq!(found.lease_status, Some(LeaseStatus::Locked));
    assert_eq!(found.lease_duration, Some(LeaseDuration::Fixed));
    let write = || WriteOptions::default().overwrite(true);
    let delete = DeleteOptions::default;
    for refused in [
        client.put_with(file, "new", write()).await.map(drop),
        client.append(file).await.map(drop),
        client.delete(file).await.map(drop),
        client.lease(file).await.map(drop),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    }
    // Who names it may: in one request, in several, and beside the file.
    let large = vec![b'x'; (4 << 20) + 1];
    for content in [b"new".to_vec(), large] {
        let options = write().conditions(lease.conditions());
        client.put_with(file, content, options).await.unwrap();
    }
    let options = write().conditions(lease.conditions());
    let mut writer = client.create_with(file, options).await.unwrap();
    writer.write_bytes("one".into()).await.unwrap();
    writer.close().await.unwrap();
    let options = AppendOptions::default().conditions(lease.conditions());
    let mut writer = client.append_with(file, options).await.unwrap();
    writer.write_bytes("two".into()).await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(client.read(file).await.unwrap(), "onetwo");
    assert!(!lease.is_lost());
    let conditions = lease.conditions();
    lease.release().await.unwrap();
    // A lease that is not held any more opens nothing.
    let error = client.delete_with(file, delete().conditions(conditions)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    assert!(client.delete(file).await.unwrap());
}

pub(super) async fn a_lease_changes_hands_and_is_broken(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let id = |last: u32| format!("5a1e0000-0000-4000-8000-{last:012}");
    let options = LeaseOptions::default().duration(None).id(id(1));
    let mut lease = client.lease_with(base, options).await.unwrap();
    assert_eq!(lease.id(), id(1));
    lease.change(id(2)).await.unwrap();
    lease.renew().await.unwrap();
    assert_eq!(lease.id(), id(2));
    assert_eq!(client.break_lease(base, None).await.unwrap(), Duration::ZERO);
    let error = lease.renew().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    assert!(lease.is_lost());
    assert_eq!(lease.release().await.unwrap_err().kind(), ErrorKind::LeaseConflict);
    let next = client.lease(base).await.unwrap();
    next.release().await.unwrap();
    let error = client.break_lease(base, None).await.unwrap_err();
    assert_eq!(error.to_string(), format!("there is no lease on {base}"));
    let error = client.lease(base.join("none").unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

pub(super) async fn leases_are_refused_where_there_are_none(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    for refused in
        [client.lease(base).await.map(drop), client.break_lease(base, None).await.map(drop)]
    {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
}
