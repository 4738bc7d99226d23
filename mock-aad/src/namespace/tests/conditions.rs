//! Versions, and conditions on them.

use super::*;

type Operation<'a> = dyn Fn(&mut Edit<'_>) -> Result<(), Error> + 'a;

fn etag(account: &Account, at: &str) -> ETag {
    account.view(WHO).status(&path(at)).unwrap().etag
}

fn create(account: &Account, at: &str, how: &Create<'_>) {
    account.change(WHO, |edit| edit.create(&path(at), content(b"x"), how)).unwrap();
}

fn append(account: &Account, at: &str, sync: SyncMode) {
    let how = Append { session: WriteSession { sync, lease: Some("one") }, ..AT_END };
    account.change(WHO, |edit| edit.append(&path(at), content(b"y"), &how)).unwrap();
}

#[test]
fn an_etag_is_new_when_the_content_is_and_only_then() {
    let (account, clock) = account();
    let replace = Create { existing: Existing::Replace, ..Create::NEW };
    create(&account, "/f", &Create::NEW);
    let mut seen = vec![etag(&account, "/f")];
    let mut is_new = |at: &str, expected: bool| {
        let etag = etag(&account, at);
        assert_eq!(!seen.contains(&etag), expected, "{seen:?} {etag:?}");
        seen.push(etag);
    };
    create(&account, "/f", &replace);
    is_new("/f", true);
    append(&account, "/f", SyncMode::Unflushed);
    is_new("/f", false);
    append(&account, "/f", SyncMode::Flushed);
    is_new("/f", true);
    append(&account, "/f", SyncMode::Unflushed);
    let staged = account.view(WHO).status(&path("/f")).unwrap();
    assert_eq!((staged.length, staged.staged), (3, 1));
    // The frozen clock tells no two of these apart.
    let renamed = account.change(WHO, |edit| {
        edit.change_acl(&path("/f"), &AclChange::SetPermission("700".parse().unwrap()))?;
        edit.set_expiry(&path("/f"), Expiry::AfterNow(3_600_000))?;
        edit.set_times(&path("/f"), Some(7), None)?;
        edit.set_owner(&path("/f"), Some(Uuid::from_u128(5)), None)?;
        let (source, target) = (&path("/f"), &path("/g"));
        let existing = Existing::Refuse;
        edit.rename(&Rename { source: source.into(), target: target.into(), existing })
    });
    renamed.unwrap();
    is_new("/g", false);
    // What a silent writer has left behind is committed when its time is over.
    clock.advance(std::time::Duration::from_secs(601));
    is_new("/g", true);
    let committed = account.view(WHO).status(&path("/g")).unwrap();
    assert_eq!((committed.length, committed.staged), (4, 0));
    create(&account, "/part", &Create::NEW);
    account
        .change(WHO, |edit| edit.concat(&path("/g"), &[path("/part")], Leftovers::Keep))
        .unwrap();
    is_new("/g", true);
}

#[test]
fn conditions_are_asked_of_source_and_target() {
    let (account, clock) = account();
    create(&account, "/f", &Create::NEW);
    let old = etag(&account, "/f");
    clock.advance(std::time::Duration::from_secs(60));
    append(&account, "/f", SyncMode::Closed);
    create(&account, "/g", &Create::NEW);
    let (new, other) = (etag(&account, "/f"), etag(&account, "/g"));
    let now = clock.unix_millis();
    let any = Conditions::default();
    let conditions = [
        (Conditions { if_match: Some(new.into()), ..any }, true),
        (Conditions { if_match: Some(old.into()), ..any }, false),
        (Conditions { if_match: Some(other.into()), ..any }, false),
        (Conditions { if_none_match: Some(old.into()), ..any }, true),
        (Conditions { if_none_match: Some(new.into()), ..any }, false),
        (Conditions { incarnation: Some(old.incarnation), ..any }, true),
        (Conditions { incarnation: Some(other.incarnation), ..any }, false),
        (Conditions { if_modified_since: Some(now - 1), ..any }, true),
        (Conditions { if_modified_since: Some(now), ..any }, false),
        (Conditions { if_unmodified_since: Some(now), ..any }, true),
        (Conditions { if_unmodified_since: Some(now - 1), ..any }, false),
    ];
    let (f, g, copies) = (&path("/f"), &path("/g"), &[path("/g")]);
    let replace = Create { existing: Existing::Replace, ..Create::NEW };
    let change = AclChange::SetPermission("777".parse().unwrap());
    let none = FileBytes::default;
    for (conditions, hold) in conditions {
        let item = Item { path: f, conditions };
        let onto = |source, target| Rename { source, target, existing: Existing::Replace };
        let edits: [(Side, &Operation<'_>); 11] = [
            (Side::Target, &|edit| edit.create(item, none(), &replace).map(drop)),
            (Side::Target, &|edit| edit.append(item, none(), &AT_END)),
            (Side::Target, &|edit| edit.concurrent_append(item, none(), Missing::Create)),
            (Side::Target, &|edit| edit.concat(item, copies, Leftovers::Keep)),
            (Side::Source, &|edit| edit.rename(&onto(item, g.into()))),
            (Side::Target, &|edit| edit.rename(&onto(g.into(), item))),
            (Side::Target, &|edit| edit.delete(item, Deletion::Single)),
            (Side::Target, &|edit| edit.set_owner(item, Some(OWNER), None)),
            (Side::Target, &|edit| edit.set_times(item, None, None)),
            (Side::Target, &|edit| edit.set_expiry(item, Expiry::Never)),
            (Side::Target, &|edit| edit.change_acl(item, &change)),
        ];
        for (number, (side, edit)) in edits.iter().enumerate() {
            // Each has a copy of its own, so that the others find everything as it was.
            let done = account.copy(None).change(WHO, edit);
            let refused = matches!(
                &done,
                Err(Error::ConditionNotMet { side: refused, path: at, .. })
                    if refused == side && *at == path("/f")
            );
            assert_eq!(refused, !hold, "{number} {conditions:?}: {done:?}");
        }
    }
}

#[test]
fn of_nothing_a_state_is_no_condition_that_holds() {
    let (account, _) = account();
    create(&account, "/f", &Create::NEW);
    let gone = etag(&account, "/f");
    account.change(WHO, |edit| edit.delete(&path("/f"), Deletion::Single)).unwrap();
    let make = |conditions| {
        let (at, bytes) = (&path("/f"), FileBytes::default());
        let item = Item { path: at, conditions };
        account.change(WHO, |edit| edit.create(item, bytes, &Create::NEW)).map(drop)
    };
    let directory = |conditions| {
        let item = Item { path: &path("/d"), conditions };
        account.change(WHO, |edit| edit.mkdirs(item, None))
    };
    let only = Conditions { if_match: Some(gone.into()), ..Conditions::default() };
    let (side, failed) = (Side::Target, Condition::IfMatch);
    let refused = |at: &str| Err(Error::ConditionNotMet { side, path: path(at), failed });
    assert_eq!(make(only), refused("/f"));
    assert_eq!(directory(only), refused("/d"));
    let not = Conditions { if_none_match: Some(gone.into()), ..Conditions::default() };
    assert_eq!((make(not), directory(not)), (Ok(()), Ok(())));
}
