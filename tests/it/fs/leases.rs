//! Leases that are lost, dropped, or asked for over a bad line.

use std::time::Duration;

use adls_fs::transfer::{Overwrite, TransferOptions};
use adls_fs::{AccessControlOptions, Conditions, ETag, ErrorKind, LeaseOptions, WriteOptions};
use adls_tests::{Emulated, Identity, LocalDirectory, pattern};
use mock_aad::{FaultAction, FaultRule};

#[tokio::test]
async fn a_lease_that_is_lost_half_way_stops_its_holder() {
    let emulated = Emulated::start().await.unwrap();
    let (holder, other) = (emulated.gen2().await.unwrap(), emulated.gen2().await.unwrap());
    holder.put("/state", "0").await.unwrap();
    let lease = holder.lease("/state").await.unwrap();
    let write = || WriteOptions::default().overwrite(true);
    holder.put_with("/state", "1", write().conditions(lease.conditions())).await.unwrap();
    // Somebody is impatient, and goes on in the holder's place.
    let remaining = other.break_lease("/state", Duration::ZERO).await.unwrap();
    assert_eq!(remaining, Duration::ZERO);
    let theirs = other.lease("/state").await.unwrap();
    other.put_with("/state", "2", write().conditions(theirs.conditions())).await.unwrap();
    // The holder writes nothing over it.
    let options = write().conditions(lease.conditions());
    let error = holder.put_with("/state", "3", options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    assert_eq!(lease.renew().await.unwrap_err().kind(), ErrorKind::LeaseConflict);
    assert!(lease.is_lost());
    let error = lease.release().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    // And takes nothing away.
    theirs.release().await.unwrap();
    assert_eq!(other.read("/state").await.unwrap(), "2");
}

#[tokio::test]
async fn uploads_and_changes_of_rights_go_on_under_a_lease() {
    let emulated = Emulated::start().await.unwrap();
    let (holder, other) = (emulated.gen2().await.unwrap(), emulated.gen2().await.unwrap());
    let local = LocalDirectory::new();
    for (name, length) in [("small", 1000), ("large", 9 << 20)] {
        let source = local.write(name, pattern(length));
        let path = format!("/{name}");
        holder.put(&path, "before").await.unwrap();
        let lease = holder.lease(&path).await.unwrap();
        let replace = || TransferOptions::default().overwrite(Overwrite::Replace);
        let error = other.upload_with(&source, path.as_str(), replace()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{name}: {error}");
        assert_eq!(other.read(&path).await.unwrap(), "before");
        let under_lease = replace().conditions(lease.conditions());
        holder.upload_with(&source, path.as_str(), under_lease).await.unwrap();
        assert!(other.read(&path).await.unwrap() == pattern(length), "{name}");
        assert_eq!(other.list("/").collect_all().await.unwrap().len(), 1, "{name}");

        let mode = "640".parse().unwrap();
        let options = || AccessControlOptions::default().conditions(lease.conditions());
        holder.set_permission_with(&path, mode, options()).await.unwrap();
        let acl = "user:5a1e0000-0000-4000-8000-000000000999:r--".parse().unwrap();
        holder.modify_acl_with(&path, &acl, options()).await.unwrap();
        let not_this = Conditions::default().if_match(ETag::new("0x1"));
        let error = holder
            .set_permission_with(&path, mode, AccessControlOptions::default().conditions(not_this))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConditionNotMet, "{error}");
        // It is still the lease of the file that has come in the place of the other.
        lease.release().await.unwrap();
        assert!(holder.delete(&path).await.unwrap());
    }
}

/// What is written beside a leased file fails by the name of that file.
#[tokio::test]
async fn a_leased_target_is_named_and_not_what_is_beside_it() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.gen2().await.unwrap();
    client.put("/d/held", "theirs").await.unwrap();
    let lease = client.lease("/d/held").await.unwrap();
    let options = TransferOptions::default().overwrite(Overwrite::Replace);
    let content = pattern(5 << 20);
    let error = client.upload_stream(&content[..], "/d/held", options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    assert_eq!(error.path().map(ToString::to_string).as_deref(), Some("/d/held"));
    lease.release().await.unwrap();
    assert_eq!(client.read("/d/held").await.unwrap(), "theirs");
}

#[tokio::test]
async fn a_transfer_of_another_version_is_refused() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.gen2().await.unwrap();
    let local = LocalDirectory::new();
    let source = local.write("f", pattern(10));
    let first = client.put("/f", "first").await.unwrap().etag.unwrap();
    let second =
        client.put_with("/f", "second", WriteOptions::default().overwrite(true)).await.unwrap();
    let of = |etag: ETag| {
        let this_version = Conditions::default().if_match(etag);
        TransferOptions::default().overwrite(Overwrite::Replace).conditions(this_version)
    };
    let error = client.upload_with(&source, "/f", of(first.clone())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionNotMet, "{error}");
    let target = local.at("down");
    let error = client.download_with("/f", &target, of(first)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionNotMet, "{error}");
    assert!(!target.exists());
    client.download_with("/f", &target, of(second.etag.unwrap())).await.unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), b"second");
    // No condition holds for many files.
    let error = client.upload_with(local.at(""), "/d", of(ETag::any())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
}

#[tokio::test]
async fn a_lease_whose_time_is_over_is_held_on_while_nobody_comes() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.gen2().await.unwrap();
    client.put("/f", "x").await.unwrap();
    let options = LeaseOptions::default().duration(Duration::from_secs(15));
    let lease = client.lease_with("/f", options).await.unwrap();
    // As after a sleep of the machine: nothing was renewed in the meantime.
    emulated.emulator.clock().advance(Duration::from_secs(20));
    assert!(lease.is_lost());
    lease.lost().await;
    lease.renew().await.unwrap();
    assert!(!lease.is_lost());
    emulated.emulator.clock().advance(Duration::from_secs(20));
    client.append("/f").await.unwrap().close().await.unwrap();
    assert_eq!(lease.release().await.unwrap_err().kind(), ErrorKind::LeaseConflict);
}

#[tokio::test]
async fn a_dropped_lease_is_released() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.gen2().await.unwrap();
    client.put("/f", "x").await.unwrap();
    let lease = client.lease_with("/f", LeaseOptions::default().duration(None)).await.unwrap();
    assert!(client.delete("/f").await.is_err());
    drop(lease);
    client.cleanups().finished().await;
    assert!(client.delete("/f").await.unwrap());
}

#[tokio::test]
async fn lost_answers_neither_lose_a_lease_nor_leave_one() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.gen2().await.unwrap();
    client.put("/f", "x").await.unwrap();
    for action in [FaultAction::CommitAndReset, FaultAction::ResetBefore] {
        let fault = |after| FaultRule::new(action.clone()).method("POST").after(after).count(1);
        // Every call once: to take, to renew, to change, to renew before the release, and to release.
        emulated.emulator.add_faults([0, 1, 2, 3, 4].map(fault)).unwrap();
        let mut lease = client.lease("/f").await.unwrap();
        lease.renew().await.unwrap();
        lease.change("5a1e0000-0000-4000-8000-000000000999").await.unwrap();
        lease.release().await.unwrap();
        emulated.clear_faults();
        let error = client.break_lease("/f", None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    }
}

#[tokio::test]
async fn a_leased_file_system_is_not_deleted() {
    let emulated = Emulated::start().await.unwrap();
    let account = emulated.gen2_account(&Identity::Application).unwrap();
    account.create_file_system("leased").await.unwrap();
    let lease = account.lease_file_system("leased").await.unwrap();
    let error = account.delete_file_system("leased").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    assert!(error.to_string().contains("\"leased\""), "{error}");
    let error = account.lease_file_system("leased").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    // What is in it is free.
    account.file_system("leased").unwrap().put("/f", "x").await.unwrap();
    let remaining = account.break_file_system_lease("leased", Duration::from_secs(10)).await;
    assert_eq!(remaining.unwrap(), Duration::from_secs(10));
    let error = lease.release().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error}");
    let lease = account.lease_file_system("leased").await.unwrap();
    lease.release().await.unwrap();
    assert!(account.delete_file_system("leased").await.unwrap());
    let error = account.lease_file_system("none").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileSystemNotFound, "{error}");
}
