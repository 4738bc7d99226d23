//! File systems of Gen2 accounts: what a restart keeps of them, and when it is over.

use std::time::Duration;

use super::*;
use crate::namespace::{
    AccountKey, FileSystemItem, InitialAccount, LeaseChange, LeaseDuration, LeaseState,
    NewFileSystem, PublicAccess, StoredPolicy,
};
use crate::store::State;
use crate::store::fake::FakeDisk;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn open(disk: &FakeDisk, clock: &Clock) -> Lake {
    let state = State::on(Arc::new(disk.clone())).unwrap();
    let (lake, problems) = Lake::on(clock.clone(), state).unwrap();
    assert_eq!(problems, [""; 0]);
    lake
}

/// A lake on a disk with an account that keeps deleted file systems for two days.
fn new_account(disk: &FakeDisk, clock: &Clock) -> (Lake, Arc<Account>) {
    let lake = open(disk, clock);
    let initial = InitialAccount {
        retention_days: Some(2),
        ..InitialAccount::new(AccountKey::gen2("lake"), Vec::new())
    };
    let account = lake.create(&initial);
    (lake, account)
}

/// The same account after a restart.
fn restarted(
    disk: &FakeDisk,
    clock: &Clock,
    (lake, account): (Lake, Arc<Account>),
) -> (Lake, Arc<Account>) {
    lake.close();
    drop((lake, account));
    let lake = open(disk, clock);
    let account = lake.account(AccountKey::gen2("lake")).unwrap();
    (lake, account)
}

fn frozen() -> Clock {
    let clock = Clock::default();
    clock.freeze();
    clock
}

#[test]
fn a_restart_keeps_file_systems_with_all_that_is_said_of_them() {
    let (disk, clock) = (FakeDisk::default(), frozen());
    let (lake, account) = new_account(&disk, &clock);
    let item = FileSystemItem::from("box");
    let policy = StoredPolicy { id: "a".into(), permission: "r".into(), ..StoredPolicy::default() };
    account
        .change(WHO, |edit| {
            let new = NewFileSystem {
                metadata: [("a".into(), b"1"[..].into())].into_iter().collect(),
                encryption_scope: Some("mine".into()),
                denies_other_scopes: true,
                ..NewFileSystem::default()
            };
            edit.create_file_system("box", new)?;
            let public = Some(PublicAccess::Blob);
            edit.set_file_system_policies(&item, public, vec![policy.clone()])?;
            let acquire = LeaseChange::Acquire { id: OWNER, duration: LeaseDuration::Infinite };
            edit.change_file_system_lease(&item, &acquire)?;
            edit.change_service_properties(|service| service.default_version = Some("v".into()));
            Ok(())
        })
        .unwrap();
    let etag = account.inspect().file_system("box").unwrap().etag();

    let (_lake, account) = restarted(&disk, &clock, (lake, account));
    let view = account.inspect();
    let found = view.file_system("box").unwrap();
    assert_eq!((found.etag(), found.public_access), (etag, Some(PublicAccess::Blob)));
    assert_eq!(found.policies, [policy]);
    assert_eq!(found.metadata.len(), 1);
    assert_eq!(
        (found.encryption_scope.as_deref(), found.denies_other_scopes),
        (Some("mine"), true)
    );
    assert_eq!(view.lease_of_file_system(found).state, LeaseState::Leased);
    assert_eq!(view.service_properties().default_version.as_deref(), Some("v"));
    assert_eq!(view.service_properties().container_retention_days, Some(2));
}

#[test]
fn a_restart_brings_no_deleted_file_system_back_and_lets_no_time_begin_anew() {
    let (disk, clock) = (FakeDisk::default(), frozen());
    let (lake, account) = new_account(&disk, &clock);
    let create = |account: &Account| {
        account
            .change(WHO, |edit| edit.create_file_system("box", NewFileSystem::default()).map(drop))
    };
    create(&account).unwrap();
    account.change(WHO, |edit| edit.delete_file_system(&"box".into())).unwrap();
    clock.advance(Duration::from_secs(20));
    let (lake, account) = restarted(&disk, &clock, (lake, account));
    assert!(account.inspect().file_system("box").is_err());
    assert!(matches!(create(&account), Err(Error::FileSystemTaken { .. })));
    clock.advance(Duration::from_secs(10));
    create(&account).unwrap();

    let deleted = |account: &Account| account.inspect().deleted_file_systems().count();
    clock.advance(DAY);
    let (lake, account) = restarted(&disk, &clock, (lake, account));
    assert_eq!(deleted(&account), 1);
    clock.advance(DAY);
    assert_eq!(deleted(&account), 0);
    let (_lake, account) = restarted(&disk, &clock, (lake, account));
    assert_eq!(deleted(&account), 0);
    assert!(account.inspect().file_system("box").is_ok());
}
