//! What a state directory keeps.

use std::path::Path;

use adls_wire::{AclScope, Rwx};

use super::*;

const LEASED: WriteSession<'static> =
    WriteSession { sync: SyncMode::Unflushed, lease: Some("one") };

fn open(directory: &Path) -> (Lake, Arc<Account>) {
    let (lake, _) = Lake::open(Clock::default(), directory, true).unwrap();
    let account = lake.create_account("a", vec![OWNER], None);
    (lake, account)
}

/// The directory as a crash would leave it at this moment.
fn crashed(directory: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("extents")).unwrap();
    std::fs::copy(directory.join("metadata.redb"), copy.path().join("metadata.redb")).unwrap();
    for entry in std::fs::read_dir(directory.join("extents")).unwrap() {
        let from = entry.unwrap().path();
        std::fs::copy(&from, copy.path().join("extents").join(from.file_name().unwrap())).unwrap();
    }
    copy
}

fn create(account: &Account, at: &str, bytes: &[u8], session: WriteSession<'_>) {
    let how = Create { session, ..Create::NEW };
    account.change(WHO, |edit| edit.create(&path(at), content(bytes), &how)).unwrap();
}

fn append(account: &Account, at: &str, bytes: &[u8], session: WriteSession<'_>) {
    let how = Append { session, ..AT_END };
    account.change(WHO, |edit| edit.append(&path(at), content(bytes), &how)).unwrap();
}

fn read(account: &Account, at: &str) -> Vec<u8> {
    let slices = account.view(WHO).open(&path(at), 0, None).unwrap();
    slices.map(Result::unwrap).collect::<Vec<_>>().concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_answered_change_survives_a_crash(ops in prop::collection::vec(ops(), 1..30)) {
        let directory = tempfile::tempdir().unwrap();
        let (_lake, account) = open(directory.path());
        let mut model = Model::default();
        for op in ops {
            apply(&account, &op);
            model.apply(&op);
        }
        prop_assert_eq!(&walk(&account), &model);
        let copy = crashed(directory.path());
        let (_lake, account) = open(copy.path());
        prop_assert_eq!(&walk(&account), &model);
    }
}

#[test]
fn attributes_and_trash_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let (lake, account) = open(directory.path());
    create(&account, "/d/f", b"content", WriteSession::CLOSED);
    create(&account, "/d/gone", b"deleted", WriteSession::CLOSED);
    let somebody = Uuid::from_u128(5);
    let entry = |scope| Entry { scope, subject: Subject::User(somebody), rights: Rwx::READ };
    account
        .change(WHO, |edit| {
            let entries = [entry(AclScope::Access), entry(AclScope::Default)];
            edit.change_acl(&path("/d"), &AclChange::Modify(&entries))?;
            let permission = AclChange::SetPermission("1750".parse().unwrap());
            edit.change_acl(&path("/d"), &permission)?;
            edit.set_owner(&path("/d/f"), Some(somebody), Some(somebody))?;
            edit.set_expiry(&path("/d/f"), Expiry::AfterNow(3_600_000))?;
            edit.delete(&path("/d/gone"), Deletion::Single)
        })
        .unwrap();
    let acl = account.view(WHO).acl(&path("/d")).unwrap();
    let status = account.view(WHO).status(&path("/d/f")).unwrap();
    drop((account, lake));

    let (_lake, account) = open(directory.path());
    assert_eq!(account.view(WHO).acl(&path("/d")).unwrap(), acl);
    assert_eq!(account.view(WHO).status(&path("/d/f")).unwrap(), status);
    let deleted = account.view(WHO).deleted("gone", None, 9).items.remove(0);
    let restored = account
        .change(WHO, |edit| edit.restore(deleted.id, &path("/back"), None, OnConflict::Fail));
    restored.unwrap();
    assert_eq!(read(&account, "/back"), b"deleted");
    // Numbers go on where they were: a new file is not taken for an old one.
    create(&account, "/new", b"", WriteSession::CLOSED);
    let new = account.view(WHO).status(&path("/new")).unwrap();
    assert!(new.etag.incarnation > deleted.id);
}

#[test]
fn what_was_flushed_survives_and_the_rest_may_not() {
    let directory = tempfile::tempdir().unwrap();
    let (_lake, account) = open(directory.path());
    create(&account, "/f", b"", LEASED);
    append(&account, "/f", b"flushed", WriteSession { sync: SyncMode::Flushed, ..LEASED });
    append(&account, "/f", b" and not", LEASED);
    let copy = crashed(directory.path());
    assert_eq!(read(&open(copy.path()).1, "/f"), b"flushed");

    append(&account, "/f", b"", WriteSession { sync: SyncMode::Closed, ..LEASED });
    let copy = crashed(directory.path());
    assert_eq!(read(&open(copy.path()).1, "/f"), b"flushed and not");
}

#[test]
fn an_emulator_that_stops_keeps_what_open_writers_have_sent() {
    let directory = tempfile::tempdir().unwrap();
    let (lake, account) = open(directory.path());
    create(&account, "/f", b"", LEASED);
    append(&account, "/f", b"unflushed", LEASED);
    // The request of somebody else stores what has changed, and not what is staged.
    create(&account, "/g", b"", WriteSession::CLOSED);
    let etag = account.view(WHO).status(&path("/f")).unwrap().etag;
    lake.close();
    drop((account, lake));
    let (_lake, account) = open(directory.path());
    assert_eq!(read(&account, "/f"), b"unflushed");
    let stored = account.view(WHO).status(&path("/f")).unwrap().etag;
    assert_eq!((stored.incarnation, stored.version), (etag.incarnation, etag.version + 1));
}

#[test]
fn bytes_are_on_disk_and_go_when_their_file_does() {
    let directory = tempfile::tempdir().unwrap();
    let (_lake, account) = open(directory.path());
    let size = || -> u64 {
        let extents = std::fs::read_dir(directory.path().join("extents")).unwrap();
        extents.map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
    };
    // Each fills a segment, so that the next one begins another.
    for name in ["/1", "/2", "/3"] {
        create(&account, name, &vec![7; 128 << 10], WriteSession::CLOSED);
    }
    assert_eq!(size(), 3 * (128 << 10));
    let how = Create { existing: Existing::Replace, ..Create::NEW };
    account.change(WHO, |edit| edit.create(&path("/1"), content(b"small"), &how)).unwrap();
    // Room is given back behind the answer.
    account.state().unwrap().flushed().unwrap().wait().unwrap();
    assert_eq!(size(), 2 * (128 << 10) + 5);
    assert_eq!(read(&account, "/1"), b"small");
    assert_eq!(read(&account, "/2").len(), 128 << 10);
}

#[test]
fn a_deleted_account_stays_deleted_also_for_requests_at_work() {
    let directory = tempfile::tempdir().unwrap();
    let (lake, account) = open(directory.path());
    create(&account, "/f", b"x", WriteSession::CLOSED);
    lake.delete_account("a");
    create(&account, "/late", b"x", WriteSession::CLOSED);
    drop((account, lake));
    let (lake, _) = Lake::open(Clock::default(), directory.path(), true).unwrap();
    assert!(lake.account("a").is_none());
}

#[test]
fn two_emulators_do_not_share_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _open = open(directory.path());
    let error = Lake::open(Clock::default(), directory.path(), true).unwrap_err().to_string();
    assert!(error.contains("stop the emulator that uses it"), "{error}");
}

#[test]
fn another_version_is_refused_by_name_and_left_as_it_is() {
    let tables = |directory: &Path, format: Option<u64>| {
        let database = redb::Database::create(directory.join("metadata.redb")).unwrap();
        let transaction = database.begin_write().unwrap();
        let old = redb::TableDefinition::<&str, &[u8]>::new("accounts");
        transaction.open_table(old).unwrap().insert("a", &b"{}"[..]).unwrap();
        if let Some(format) = format {
            let meta = redb::TableDefinition::<&str, u64>::new("meta");
            transaction.open_table(meta).unwrap().insert("format", format).unwrap();
        }
        transaction.commit().unwrap();
    };
    for (format, whose) in [(None, "an older version"), (Some(3), "a newer version")] {
        let directory = tempfile::tempdir().unwrap();
        tables(directory.path(), format);
        std::fs::create_dir(directory.path().join("extents")).unwrap();
        let extents = directory.path().join("extents/000000000001.extents");
        std::fs::write(&extents, "bytes").unwrap();
        let error = Lake::open(Clock::default(), directory.path(), true).unwrap_err().to_string();
        assert!(error.contains(whose), "{error}");
        assert_eq!(std::fs::read(&extents).unwrap(), b"bytes");
    }
}

#[test]
fn what_is_not_a_state_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("metadata.redb"), "something else").unwrap();
    let error = Lake::open(Clock::default(), directory.path(), true).unwrap_err().to_string();
    assert!(error.contains("cannot be used"), "{error}");
    assert!(Lake::open(Clock::default(), &directory.path().join("metadata.redb"), true).is_err());
}

#[test]
fn a_restored_snapshot_is_stored_too() {
    let directory = tempfile::tempdir().unwrap();
    let (lake, account) = open(directory.path());
    create(&account, "/kept", b"before", WriteSession::CLOSED);
    let snapshot = lake.snapshot();
    account.change(WHO, |edit| edit.delete(&path("/kept"), Deletion::Single)).unwrap();
    create(&account, "/later", b"after", WriteSession::CLOSED);
    lake.create_account("b", vec![OWNER], None);
    restore(&lake, &snapshot);
    create(&lake.account("a").unwrap(), "/more", b"", WriteSession::CLOSED);

    let copy = crashed(directory.path());
    let (lake, account) = open(copy.path());
    assert_eq!(walk(&account).0.keys().collect::<Vec<_>>(), ["/kept", "/more"]);
    assert_eq!(read(&account, "/kept"), b"before");
    assert!(lake.account("b").is_none());
}
