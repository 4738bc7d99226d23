//! Disks that are full, broken or spoilt.

use adls_wire::{AclScope, Rwx};

use super::crash::open;
use super::*;
use crate::store::fake::{Broken, FakeDisk};
use crate::store::{State, StoreError};

const ROOM: u64 = 1_400 << 10;

/// A disk with accounts `a` and `b`.
fn lake() -> (FakeDisk, Lake, [Arc<Account>; 2]) {
    let disk = FakeDisk::default();
    let lake = open(&disk).unwrap();
    let accounts = ["a", "b"].map(|name| lake.create_account(name, vec![OWNER], None));
    (disk, lake, accounts)
}

/// Creates a file as a request does.
fn create(account: &Account, at: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let how = Create { existing: Existing::Replace, ..Create::NEW };
    let bytes = account.state().unwrap().write(bytes).map_err(|error| StoreError::of(&error))?;
    let made = account.begin_change(WHO, Room::Takes, |edit| edit.create(&path(at), bytes, &how));
    match made {
        Ok((_, ticket)) => ticket.wait(),
        Err(Error::NotStored(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

fn delete(account: &Account, at: &str) -> Result<(), Error> {
    let (_, ticket) = account
        .begin_change(WHO, Room::Frees, |edit| edit.delete(&path(at), Deletion::Recursive))?;
    Ok(ticket.wait()?)
}

fn permission(octal: &str) -> AclChange<'static> {
    AclChange::SetPermission(octal.parse().unwrap())
}

fn flush(account: &Account) {
    account.state().unwrap().flushed().unwrap().wait().unwrap();
}

fn names(account: &Account) -> Vec<String> {
    walk(account).0.into_keys().collect()
}

fn read(account: &Account, at: &str) -> Result<Vec<u8>, Error> {
    let slices = account.view(WHO).open(&path(at), 0, None)?;
    Ok(slices.map(Result::unwrap).collect::<Vec<_>>().concat())
}

/// Closes a lake as a stopping emulator does.
fn close(lake: Lake, accounts: [Arc<Account>; 2]) {
    lake.close();
    drop((lake, accounts));
}

/// Fills a disk with files of a size; returns how many there are.
fn fill(account: &Account, size: usize) -> usize {
    for number in 0..100_000 {
        match create(account, &format!("/{number}"), &vec![7; size]) {
            Ok(()) => {}
            Err(StoreError::Full(_)) => return number,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the disk does not get full");
}

#[test]
fn an_error_of_saving_is_an_error_and_a_full_disk_can_be_emptied() {
    for size in [0, 9_000, 300_000] {
        let (disk, lake, accounts) = lake();
        disk.limit(Some(ROOM));
        let [a, b] = &accounts;
        let count = fill(a, size);
        let before = names(a);
        assert_eq!(before.len(), count, "the refused file is visible");
        let error = create(b, "/other", &vec![1; size.max(1)]).unwrap_err().to_string();
        assert!(error.contains("no room left"), "{error}");
        assert_eq!(names(b), [""; 0]);
        close(lake, accounts);

        let lake = open(&disk).unwrap();
        let a = lake.account("a").unwrap();
        assert_eq!(names(&a), before, "size {size}: not the same after a restart");
        let (first, rest) = before[..before.len() - 1].split_at(count / 2);
        first.iter().for_each(|name| delete(&a, name).unwrap());
        // Half of the room is enough to go on.
        create(&a, "/between", &vec![7; size]).unwrap();
        delete(&a, "/between").unwrap();
        rest.iter().for_each(|name| delete(&a, name).unwrap());
        flush(&a);
        // The room that files took is there again, each time.
        for _ in 0..2 {
            for number in 0..count / 3 {
                create(&a, &format!("/again{number}"), &vec![7; size])
                    .unwrap_or_else(|error| panic!("size {size}, file {number}: {error}"));
            }
            for number in 0..count / 3 {
                delete(&a, &format!("/again{number}")).unwrap();
            }
        }
        assert_eq!(names(&a).len(), 1);
    }
}

#[test]
fn an_error_of_saving_is_an_error_and_what_was_not_stored_is_not_shown() {
    let (disk, lake, accounts) = lake();
    let [a, b] = &accounts;
    create(a, "/kept", b"kept").unwrap();
    disk.break_syncs(Some(Broken::Error));
    let error = create(a, "/lost", b"lost").unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
    assert!(error.to_string().contains("input/output error"), "{error}");
    disk.break_syncs(None);
    // The first error may have been about anything.
    let error = create(b, "/later", b"later").unwrap_err().to_string();
    assert!(error.contains("until the emulator is started again: input/output error"), "{error}");
    assert_eq!(names(a), ["/kept"]);
    assert_eq!(read(a, "/kept").unwrap(), b"kept");
    assert_eq!(names(b), [""; 0]);
    close(lake, accounts);

    let lake = open(&disk).unwrap();
    assert_eq!(names(&lake.account("a").unwrap()), ["/kept"]);
    create(&lake.account("b").unwrap(), "/now", b"now").unwrap();
}

#[test]
fn who_waits_for_a_committer_that_panics_gets_an_error() {
    let (disk, _lake, [a, _]) = lake();
    create(&a, "/kept", b"kept").unwrap();
    disk.break_syncs(Some(Broken::Panic));
    let error = create(&a, "/lost", b"lost").unwrap_err().to_string();
    assert!(error.contains("panicked"), "{error}");
    disk.break_syncs(None);
    assert!(create(&a, "/later", b"later").is_err());
    assert_eq!(names(&a), ["/kept"]);
}

#[test]
fn changes_that_come_together_are_stored_together_and_nothing_is_acknowledged_before() {
    let (disk, _lake, [a, b]) = lake();
    create(&a, "/0", b"first").unwrap();
    flush(&a);
    let before = disk.work().0;
    disk.hold_syncs(true);
    let tickets: Vec<_> = (1..100)
        .map(|number| {
            let account = if number % 2 == 0 { &a } else { &b };
            let bytes = account.state().unwrap().write(b"bytes").unwrap();
            let name = path(&format!("/{number}"));
            let how = Create::NEW;
            account
                .begin_change(WHO, Room::Takes, |edit| edit.create(&name, bytes, &how))
                .unwrap()
                .1
        })
        .collect();
    assert!(tickets.iter().all(|ticket| !ticket.is_kept()));
    disk.hold_syncs(false);
    tickets.iter().for_each(|ticket| ticket.wait().unwrap());
    // The first group has what was there when the committer looked, the second has the rest; each
    // syncs one segment and the records, whose file may have to grow.
    let syncs = disk.work().0 - before;
    assert!(syncs <= 6, "{syncs} syncs");
}

#[test]
fn replace_only_with_what_is_complete_and_another_accounts_commit_frees_nothing() {
    let (disk, _lake, [a, b]) = lake();
    // A segment of its own, which nothing refers to once the file is replaced.
    create(&a, "/f", &vec![1; 128 << 10]).unwrap();
    flush(&a);
    let begin = |account: &Account, at: &str| {
        let bytes = account.state().unwrap().write(b"new").unwrap();
        let how = Create { existing: Existing::Replace, ..Create::NEW };
        account
            .begin_change(WHO, Room::Takes, |edit| edit.create(&path(at), bytes, &how))
            .unwrap()
            .1
    };
    disk.hold_syncs(true);
    let other = begin(&b, "/other");
    disk.wait_for_sync();
    let replaced = begin(&a, "/f");
    while !other.is_kept() {
        disk.pass_one_sync();
    }
    // The other account's change is stored and tidied up behind; this one waits to be stored.
    disk.wait_for_sync();
    assert!(!replaced.is_kept());
    let after = disk.after_power_failure(&mut fastrand::Rng::with_seed(3));
    disk.hold_syncs(false);
    let lake = open(&after).unwrap();
    let found = read(&lake.account("a").unwrap(), "/f").unwrap();
    assert!(found == vec![1; 128 << 10] || found == b"new", "{} bytes", found.len());
    assert!(replaced.wait().is_err());
}

#[test]
fn what_is_refused_leaves_nothing_and_costs_nothing() {
    let (disk, _lake, [a, _]) = lake();
    let deny = |at: &str| {
        a.change(WHO, |edit| {
            edit.mkdirs(&path(at), None)?;
            // A directory below which nobody may make anything, not even by inheritance.
            let entry = |subject| Entry { scope: AclScope::Default, subject, rights: Rwx::READ };
            let entries = [entry(Subject::Owner), entry(Subject::Other)];
            edit.change_acl(&path(at), &AclChange::Modify(&entries))?;
            edit.change_acl(&path(at), &permission("777"))
        })
        .unwrap();
    };
    deny("/d");
    a.change(WHO, |edit| edit.change_acl(&path("/"), &permission("777"))).unwrap();
    flush(&a);
    let before = (names(&a), disk.work());
    let stranger = Principal { object_id: Uuid::from_u128(9), groups: &[] };
    let modified = a.view(WHO).status(&path("/d")).unwrap().modified;
    let refused =
        a.begin_change(stranger, Room::Takes, |edit| edit.mkdirs(&path("/d/x/y/z"), None));
    assert!(matches!(refused, Err(Error::PermissionDenied(_))), "{refused:?}");
    let how = Create::NEW;
    let refused = a.begin_change(stranger, Room::Takes, |edit| {
        edit.create(&path("/d/x/f"), FileBytes::default(), &how)
    });
    assert!(matches!(refused, Err(Error::PermissionDenied(_))), "{refused:?}");
    flush(&a);
    assert_eq!((names(&a), disk.work()), before);
    assert_eq!(a.view(WHO).status(&path("/d")).unwrap().modified, modified);
}

#[test]
fn what_cannot_be_resumed_leaves_nothing_on_the_disk() {
    let (disk, _lake, [a, _]) = lake();
    create(&a, "/f", &[1; 5_000]).unwrap();
    flush(&a);
    let before = disk.used();
    // A body that breaks off.
    let mut writer = a.state().unwrap().writer();
    writer.write(&vec![2; 1 << 20]).unwrap();
    assert!(disk.used() > before + (1 << 19));
    drop(writer);
    flush(&a);
    flush(&a);
    assert!(disk.used() <= before + 4096, "{} {before}", disk.used());
    // Operations that are refused.
    for size in [20_000, 300_000] {
        let bytes = a.state().unwrap().write(&vec![3; size]).unwrap();
        let refused = a.begin_change(WHO, Room::Takes, |edit| {
            edit.append(&path("/f"), bytes, &Append { position: Some(1), ..AT_END })
        });
        assert!(matches!(refused, Err(Error::WrongPosition { .. })), "{refused:?}");
    }
    flush(&a);
    flush(&a);
    assert!(disk.used() <= before + 4 * 4096, "{} {before}", disk.used());
}

#[test]
fn an_append_writes_as_much_however_long_the_file_is() {
    let (disk, _lake, [a, _]) = lake();
    for name in ["/1", "/2"] {
        create(&a, name, b"").unwrap();
    }
    let appended = |count: usize| {
        let before = disk.work().1;
        for number in 0..count {
            let name = if number % 2 == 0 { "/1" } else { "/2" };
            let bytes = a.state().unwrap().write(b"a small piece").unwrap();
            let append = |edit: &mut Edit<'_>| edit.append(&path(name), bytes, &AT_END);
            a.begin_change(WHO, Room::Takes, append).unwrap().1.wait().unwrap();
        }
        (disk.work().1 - before) / count as u64
    };
    let first = appended(200);
    appended(1_000);
    let last = appended(200);
    assert!(last < first * 2, "{first} bytes at first, {last} later");
}

#[test]
fn memory_is_bounded_by_design_and_so_are_open_files() {
    let (disk, lake, accounts) = lake();
    let count = 100;
    for number in 0..count {
        // Each has a segment of its own.
        create(&accounts[0], &format!("/{number}"), &vec![number as u8; 128 << 10]).unwrap();
    }
    close(lake, accounts);
    assert!(disk.names().len() > count);
    let state = State::on(Arc::new(disk)).unwrap();
    let (lake, _) = Lake::on(Clock::default(), state.clone()).unwrap();
    let a = lake.account("a").unwrap();
    for number in 0..count {
        assert_eq!(read(&a, &format!("/{number}")).unwrap()[77], number as u8);
    }
    assert!(state.open_handles() <= 64);
}

#[test]
fn one_file_whose_bytes_are_gone_does_not_stop_the_others() {
    let (disk, lake, accounts) = lake();
    let [a, b] = &accounts;
    create(a, "/first", &vec![1; 128 << 10]).unwrap();
    create(a, "/second", &vec![2; 128 << 10]).unwrap();
    create(b, "/third", &vec![3; 128 << 10]).unwrap();
    close(lake, accounts);
    let segments = || -> Vec<String> {
        disk.names().into_iter().filter(|name| name.starts_with("extents/")).collect()
    };
    disk.lose(&segments()[0]);

    let state = State::on(Arc::new(disk.clone())).unwrap();
    let (lake, set_aside) = Lake::on(Clock::default(), state).unwrap();
    assert_eq!(set_aside.len(), 1, "{set_aside:?}");
    assert!(set_aside[0].contains("/first in the account a"), "{set_aside:?}");
    let [a, b] = ["a", "b"].map(|name| lake.account(name).unwrap());
    let error = read(&a, "/first").unwrap_err().to_string();
    assert!(error.contains("000000000001.extents is missing"), "{error}");
    assert_eq!(a.view(WHO).status(&path("/first")).unwrap().length, 128 << 10);
    assert_eq!(read(&a, "/second").unwrap(), vec![2; 128 << 10]);
    assert_eq!(read(&b, "/third").unwrap(), vec![3; 128 << 10]);
    // Its attributes can be changed, its content cannot be added to, and it can be replaced.
    a.change(WHO, |edit| edit.change_acl(&path("/first"), &permission("700"))).unwrap();
    let more = a.change(WHO, |edit| edit.append(&path("/first"), content(b"x"), &AT_END));
    assert!(matches!(more, Err(Error::Damaged(_))), "{more:?}");
    close(lake, [a, b]);
    let state = State::on(Arc::new(disk.clone())).unwrap();
    let (lake, set_aside) = Lake::on(Clock::default(), state).unwrap();
    assert_eq!(set_aside.len(), 1, "the damage was forgotten: {set_aside:?}");
    create(&lake.account("a").unwrap(), "/first", b"anew").unwrap();
    drop(lake);
    let lake = open(&disk).unwrap();
    assert_eq!(read(&lake.account("a").unwrap(), "/first").unwrap(), b"anew");
}

#[test]
fn one_record_that_is_spoilt_does_not_stop_other_accounts() {
    let (disk, lake, accounts) = lake();
    let [a, b] = &accounts;
    create(a, "/spoilt-name", b"content of a").unwrap();
    create(b, "/whole", b"content of b").unwrap();
    close(lake, accounts);
    let segments = disk.names();
    disk.spoil("metadata.redb", |bytes| {
        let name = b"spoilt-name";
        let found: Vec<usize> =
            (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(name)).collect();
        assert!(!found.is_empty());
        found.into_iter().for_each(|at| bytes[at] ^= 1);
    });

    let state = State::on(Arc::new(disk.clone())).unwrap();
    let (lake, set_aside) = Lake::on(Clock::default(), state).unwrap();
    assert_eq!(set_aside.len(), 1, "{set_aside:?}");
    let reason = &set_aside[0];
    assert!(reason.contains("the account a is set aside: the record of node 2"), "{reason}");
    let a = lake.account("a").unwrap();
    assert!(a.damage().unwrap().contains("checksum"));
    let refused = a.change(WHO, |edit| edit.mkdirs(&path("/d"), None));
    assert!(matches!(refused, Err(Error::Damaged(_))), "{refused:?}");
    let b = lake.account("b").unwrap();
    assert_eq!(read(&b, "/whole").unwrap(), b"content of b");
    create(&b, "/more", b"more").unwrap();
    delete(&b, "/whole").unwrap();
    flush(&b);
    assert!(segments.iter().all(|name| disk.names().contains(name)), "bytes of a are gone");
    assert!(lake.delete_account("a"));
    flush(&b);
    drop((lake, a, b));
    open(&disk).unwrap();
}

#[test]
fn bytes_without_records_are_refused_and_stay() {
    for empty in [false, true] {
        let (disk, lake, accounts) = lake();
        create(&accounts[0], "/f", &vec![1; 500_000]).unwrap();
        close(lake, accounts);
        match empty {
            true => disk.spoil("metadata.redb", Vec::clear),
            false => disk.lose("metadata.redb"),
        }
        let before = (disk.names(), disk.used());
        let error = open(&disk).unwrap_err().to_string();
        let how = if empty { "is empty" } else { "is missing" };
        assert!(error.contains(&format!("metadata.redb {how}")), "{error}");
        assert_eq!((disk.names(), disk.used()), before);
    }
}
