//! Lists of Gen2: both orders, and pages that begin anywhere.

use std::collections::BTreeSet;

use super::*;
use crate::namespace::{AccountKey, EntryItem, InitialAccount, ListStart, NewEntry, PathList};

const FS: &str = "files";

/// An account with a file system that holds these paths; those with a slash at the end are directories.
fn account_with(paths: &BTreeSet<String>) -> Arc<Account> {
    let lake = Lake::new(Clock::default());
    let mut initial = InitialAccount::new(AccountKey::gen2("lake"), Vec::new());
    initial.file_systems.push(FS.to_owned());
    let account = lake.create(&initial);
    for text in paths {
        let kind = if text.ends_with('/') { NodeKind::Directory } else { NodeKind::File };
        let path = path(text);
        // Where a directory is, no file can be; the first that comes stays.
        let made = account.change(WHO_ALL, |edit| {
            edit.create_entry(&EntryItem::new(FS, &path), NewEntry::new(kind)).map(drop)
        });
        assert!(made.is_ok() || matches!(made, Err(Error::TypeMismatch { .. })), "{made:?}");
    }
    account
}

const WHO_ALL: Principal<'static> = Principal { object_id: Uuid::nil(), groups: &[] };

/// All names with whether they are directories, found by walking with nothing but single levels.
fn names(account: &Account) -> Vec<(String, bool)> {
    let mut open = vec![RemotePath::root()];
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        let list = PathList { recursive: false, start: ListStart::Beginning, limit: usize::MAX };
        let listed = account.inspect().list_entries(
            &EntryItem::new(FS, &directory),
            &list,
            |name, entry| {
                found.push((name.to_owned(), entry.is_directory()));
                if entry.is_directory() {
                    open.push(path(name));
                }
            },
        );
        assert_eq!(listed, Ok(None));
    }
    found
}

/// Names below a prefix from a start on, in the order of Blob.
fn blobs(account: &Account, prefix: &str, start: &str, grouped: bool) -> Vec<String> {
    let mut found = Vec::new();
    let listed = account.inspect().list_blobs(FS, prefix, start, grouped, |name, entry| {
        let slash = if grouped && entry.is_directory() { "/" } else { "" };
        found.push(format!("{name}{slash}"));
        true
    });
    assert_eq!(listed, Ok(()));
    found
}

/// What a list grouped by `/` tells of these names.
fn groups(names: &[(String, bool)], prefix: &str) -> BTreeSet<String> {
    let below = |(name, is_directory): &(String, bool)| {
        let rest = name.strip_prefix(prefix)?;
        match rest.find('/') {
            Some(end) => Some(format!("{prefix}{}", &rest[..=end])),
            None if *is_directory => Some(format!("{name}/")),
            None => Some(name.clone()),
        }
    };
    names.iter().filter_map(below).collect()
}

fn a_path() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "a!", "a.b", "a-", "a0", "ab", "b", "ä"]);
    (prop::collection::vec(name, 1..4), any::<bool>())
        .prop_map(|(names, directory)| names.join("/") + if directory { "/" } else { "" })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn blobs_come_in_the_order_of_their_whole_names_from_any_start(
        paths in prop::collection::btree_set(a_path(), 0..24),
        starts in prop::collection::vec("[a-b!./0]{0,5}", 4),
    ) {
        let account = account_with(&paths);
        let all = names(&account);
        let sorted: BTreeSet<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        let own = sorted.iter().map(|name| (*name).to_owned());
        for start in starts.into_iter().chain(own) {
            let expected: Vec<&str> = sorted.range(start.as_str()..).copied().collect();
            prop_assert_eq!(blobs(&account, "", &start, false), expected, "from {}", start);
        }
        for prefix in ["", "a", "a/", "a/a", "a!", "b/", "a.b/a"] {
            let expected: Vec<&str> =
                sorted.iter().copied().filter(|name| name.starts_with(prefix)).collect();
            prop_assert_eq!(blobs(&account, prefix, "", false), expected, "below {}", prefix);
            let grouped = groups(&all, prefix);
            for start in grouped.iter().map(String::as_str).chain([""]) {
                let expected: Vec<&String> = grouped.range(start.to_owned()..).collect();
                let found = blobs(&account, prefix, start, true);
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{} {}", prefix, start);
            }
        }
    }

    #[test]
    fn paths_come_depth_first_and_pages_join_without_gap_or_overlap(
        paths in prop::collection::btree_set(a_path(), 0..24),
        limit in 1usize..5,
    ) {
        let account = account_with(&paths);
        let mut expected: Vec<String> = names(&account).into_iter().map(|(name, _)| name).collect();
        expected.sort_by(|one, other| one.split('/').cmp(other.split('/')));
        for directory in ["/", "/a", "/a.b/a"].map(path) {
            let item = EntryItem::new(FS, &directory);
            let mut found = Vec::new();
            let mut last: Option<RemotePath> = None;
            let view = account.inspect();
            if view.entry(&item).is_err() {
                continue;
            }
            let is_file = !view.entry(&item).unwrap().is_directory();
            loop {
                let start = last.as_ref().map_or(ListStart::Beginning, ListStart::After);
                let list = PathList { recursive: true, start, limit };
                let before = found.len();
                let next = view.list_entries(&item, &list, |name, _| found.push(name.to_owned()));
                prop_assert!(found.len() - before <= limit);
                match next.unwrap() {
                    Some(next) => last = Some(next),
                    None => break,
                }
            }
            let prefix = directory.as_str().trim_start_matches('/');
            let below = |name: &&String| {
                prefix.is_empty()
                    || name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
                    || is_file && **name == prefix
            };
            let expected: Vec<String> = expected.iter().filter(below).cloned().collect();
            prop_assert_eq!(&found, &expected);
            // From an item that is there on, and from one that is not.
            for (at, start) in expected.iter().enumerate().filter(|_| !is_file) {
                let path = path(start);
                let list =
                    PathList { recursive: true, start: ListStart::At(&path), limit: usize::MAX };
                let mut found = Vec::new();
                view.list_entries(&item, &list, |name, _| found.push(name.to_owned())).unwrap();
                prop_assert_eq!(&found, &expected[at..]);
            }
        }
    }
}
