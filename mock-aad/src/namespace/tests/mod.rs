//! The tree against a model of it: a map from paths to contents, under random operations.

mod blocks;
mod conditions;
mod crash;
mod disk;
mod file_systems;
mod limits;
mod lists;
mod staging;
mod state;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use adls_wire::RemotePath;
use bytes::Bytes;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::clock::Clock;
use crate::store::FileBytes;

const OWNER: Uuid = Uuid::from_u128(1);
const WHO: Principal<'static> = Principal { object_id: OWNER, groups: &[] };

/// Contents of files; `None` for directories. The root is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Model(BTreeMap<String, Option<Vec<u8>>>);

#[derive(Clone, Debug)]
enum Op {
    Create { path: String, bytes: Vec<u8>, overwrite: bool },
    Append { path: String, bytes: Vec<u8>, offset: Option<u64> },
    MkDirs { path: String },
    Rename { from: String, to: String, overwrite: bool },
    Delete { path: String, recursive: bool },
    Concat { target: String, sources: Vec<String> },
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(_, name)| name)
}

fn join(directory: &str, name: &str) -> String {
    if directory == "/" { format!("/{name}") } else { format!("{directory}/{name}") }
}

impl Model {
    fn is_directory(&self, path: &str) -> bool {
        path == "/" || self.0.get(path) == Some(&None)
    }

    fn file(&self, path: &str) -> Option<&Vec<u8>> {
        self.0.get(path)?.as_ref()
    }

    fn below(&self, path: &str) -> Vec<String> {
        let prefix = format!("{}/", path.trim_end_matches('/'));
        self.0.keys().filter(|key| key.starts_with(&prefix)).cloned().collect()
    }

    /// Makes a directory and its parents; whether no file is in the way.
    fn make(&mut self, path: &str) -> bool {
        if self.is_directory(path) {
            return true;
        }
        if self.file(path).is_some() || !self.make(parent(path)) {
            return false;
        }
        self.0.insert(path.to_owned(), None);
        true
    }

    fn remove(&mut self, path: &str) {
        for key in self.below(path) {
            self.0.remove(&key);
        }
        self.0.remove(path);
    }

    /// Whether the operation was done; if not, nothing has changed.
    fn apply(&mut self, op: &Op) -> bool {
        let before = self.clone();
        let done = self.try_apply(op);
        if !done {
            *self = before;
        }
        done
    }

    fn try_apply(&mut self, op: &Op) -> bool {
        match op {
            Op::Create { path, bytes, overwrite } => {
                if self.is_directory(path) || self.file(path).is_some() && !overwrite {
                    return false;
                }
                let made = self.make(parent(path));
                self.0.insert(path.clone(), Some(bytes.clone()));
                made
            }
            Op::Append { path, bytes, offset } => {
                let Some(Some(content)) = self.0.get_mut(path) else { return false };
                if offset.is_some_and(|offset| offset != content.len() as u64) {
                    return false;
                }
                content.extend_from_slice(bytes);
                true
            }
            Op::MkDirs { path } => self.make(path),
            Op::Rename { from, to, overwrite } => self.rename(from, to, *overwrite),
            Op::Delete { path, recursive } => {
                let there = self.0.contains_key(path);
                let allowed = there && (*recursive || self.below(path).is_empty());
                if allowed {
                    self.remove(path);
                }
                allowed
            }
            Op::Concat { target, sources } => self.concat(target, sources),
        }
    }

    fn rename(&mut self, from: &str, to: &str, overwrite: bool) -> bool {
        if !self.0.contains_key(from) {
            return false;
        }
        if from == to && self.file(from).is_some() {
            return true;
        }
        let to = if self.is_directory(to) { join(to, name(from)) } else { to.to_owned() };
        let inside = to == from || to.starts_with(&format!("{from}/"));
        if inside || !self.is_directory(parent(&to)) {
            return false;
        }
        if self.0.contains_key(&to) {
            let both_files = self.file(&to).is_some() && self.file(from).is_some();
            if !overwrite || !both_files {
                return false;
            }
        }
        for key in self.below(from) {
            let content = self.0.remove(&key).unwrap();
            self.0.insert(format!("{to}{}", &key[from.len()..]), content);
        }
        let content = self.0.remove(from).unwrap();
        self.0.insert(to, content);
        true
    }

    fn concat(&mut self, target: &str, sources: &[String]) -> bool {
        let mut joined = self.file(target).cloned().unwrap_or_default();
        let mut seen = Vec::new();
        for source in sources {
            let Some(content) = self.file(source) else { return false };
            if seen.contains(source) || source == target {
                return false;
            }
            joined.extend_from_slice(content);
            seen.push(source.clone());
        }
        if seen.is_empty() || self.is_directory(target) || !self.make(parent(target)) {
            return false;
        }
        self.0.insert(target.to_owned(), Some(joined));
        for source in sources {
            self.remove(source);
        }
        // Deepest directories first.
        let mut directories: Vec<&str> = sources.iter().map(|source| parent(source)).collect();
        directories.sort_by_key(|directory| std::cmp::Reverse(directory.len()));
        for directory in directories {
            if self.is_directory(directory) && self.below(directory).is_empty() {
                self.0.remove(directory);
            }
        }
        true
    }
}

fn path(text: &str) -> RemotePath {
    text.parse().unwrap()
}

const AT_END: Append<'static> = Append { position: None, session: WriteSession::CLOSED };

fn content(bytes: &[u8]) -> FileBytes {
    [Bytes::copy_from_slice(bytes)].into_iter().collect()
}

fn apply(account: &Account, op: &Op) -> bool {
    account.change(WHO, |edit| apply_to(edit, op, content)) == Ok(true)
}

/// Whether the operation was done; an error when it was refused on its way.
fn apply_to(
    edit: &mut Edit<'_>,
    op: &Op,
    content: impl FnOnce(&[u8]) -> FileBytes,
) -> Result<bool, Error> {
    match op {
        Op::Create { path: at, bytes, overwrite } => {
            let how = Create { existing: existing(*overwrite), ..Create::NEW };
            edit.create(&path(at), content(bytes), &how)?;
        }
        Op::Append { path: at, bytes, offset } => {
            let how = Append { position: *offset, ..AT_END };
            edit.append(&path(at), content(bytes), &how)?;
        }
        Op::MkDirs { path: at } => edit.mkdirs(&path(at), None)?,
        Op::Rename { from, to, overwrite } => {
            let (source, target) = (&path(from), &path(to));
            let existing = existing(*overwrite);
            edit.rename(&Rename { source: source.into(), target: target.into(), existing })?;
        }
        Op::Delete { path: at, recursive } => {
            let deletion = if *recursive { Deletion::Recursive } else { Deletion::Single };
            edit.delete(&path(at), deletion)?;
        }
        Op::Concat { target, sources } => {
            let sources: Vec<RemotePath> = sources.iter().map(|source| path(source)).collect();
            edit.concat(&path(target), &sources, Leftovers::Keep)?;
        }
    }
    Ok(true)
}

fn existing(overwrite: bool) -> Existing {
    if overwrite { Existing::Replace } else { Existing::Refuse }
}

/// What the account holds, found by listing it page by page.
fn walk(account: &Account) -> Model {
    let mut found = Model::default();
    let mut directories = vec!["/".to_owned()];
    while let Some(directory) = directories.pop() {
        let mut after = None;
        loop {
            let page = Page { after: after.as_deref(), before: None, limit: Some(2) };
            let listing = account.view(WHO).list(&path(&directory), &page).unwrap();
            for item in &listing.items {
                let at = join(&directory, &item.name);
                if item.is_directory {
                    directories.push(at.clone());
                    found.0.insert(at, None);
                } else {
                    let slices = account.view(WHO).open(&path(&at), 0, None).unwrap();
                    let bytes = slices.map(Result::unwrap).collect::<Vec<_>>().concat();
                    assert_eq!(bytes.len() as u64, item.length);
                    found.0.insert(at, Some(bytes));
                }
            }
            after = listing.items.last().map(|item| item.name.to_string());
            if !listing.more {
                break;
            }
        }
    }
    found
}

fn paths() -> impl Strategy<Value = String> {
    prop::collection::vec("[abc]", 1..4).prop_map(|names| format!("/{}", names.join("/")))
}

fn ops() -> impl Strategy<Value = Op> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..5);
    prop_oneof![
        4 => (paths(), bytes(), any::<bool>())
            .prop_map(|(path, bytes, overwrite)| Op::Create { path, bytes, overwrite }),
        3 => (paths(), bytes(), prop::option::of(0u64..6))
            .prop_map(|(path, bytes, offset)| Op::Append { path, bytes, offset }),
        3 => paths().prop_map(|path| Op::MkDirs { path }),
        4 => (paths(), paths(), any::<bool>())
            .prop_map(|(from, to, overwrite)| Op::Rename { from, to, overwrite }),
        2 => (paths(), any::<bool>()).prop_map(|(path, recursive)| Op::Delete { path, recursive }),
        2 => (paths(), prop::collection::vec(paths(), 0..4))
            .prop_map(|(target, sources)| Op::Concat { target, sources }),
    ]
}

fn restore(lake: &Lake, snapshot: &Snapshot) {
    let accounts = lake.begin_restore(snapshot).unwrap();
    accounts.ticket.wait().unwrap();
    lake.finish(accounts);
}

/// With one account, `a`.
fn lake() -> (Lake, Clock) {
    let clock = Clock::default();
    clock.freeze();
    let lake = Lake::new(clock.clone());
    lake.create_account("a", vec![OWNER], None);
    (lake, clock)
}

fn account() -> (Arc<Account>, Clock) {
    let (lake, clock) = lake();
    (lake.account("a").unwrap(), clock)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_tree_does_what_the_model_does(ops in prop::collection::vec(ops(), 1..40)) {
        let (account, _) = account();
        let mut model = Model::default();
        for op in ops {
            prop_assert_eq!(apply(&account, &op), model.apply(&op), "{:?}", op);
            prop_assert_eq!(&walk(&account), &model, "after {:?}", op);
        }
        let summary = account.view(WHO).summary(&RemotePath::root()).unwrap();
        let files: Vec<&Vec<u8>> = model.0.values().flatten().collect();
        prop_assert_eq!(summary.files, files.len() as u64);
        prop_assert_eq!(summary.directories, (model.0.len() - files.len() + 1) as u64);
        prop_assert_eq!(summary.bytes, files.iter().map(|bytes| bytes.len() as u64).sum::<u64>());
    }

    #[test]
    fn a_snapshot_is_what_was_there_whatever_happens_later(
        before in prop::collection::vec(ops(), 1..20),
        after in prop::collection::vec(ops(), 1..20),
    ) {
        let (lake, _) = lake();
        let all = |ops: &[Op]| ops.iter().map(|op| apply(&lake.account("a").unwrap(), op)).collect();
        let _: Vec<bool> = all(&before);
        let then = walk(&lake.account("a").unwrap());
        let snapshot = lake.snapshot();
        let first: Vec<bool> = all(&after);
        let end = walk(&lake.account("a").unwrap());
        restore(&lake, &snapshot);
        prop_assert_eq!(&walk(&lake.account("a").unwrap()), &then);
        let second: Vec<bool> = all(&after);
        prop_assert_eq!(first, second);
        prop_assert_eq!(walk(&lake.account("a").unwrap()), end);
        restore(&lake, &snapshot);
        prop_assert_eq!(walk(&lake.account("a").unwrap()), then);
    }
}

#[test]
fn a_snapshot_shares_the_bytes_of_files() {
    let (lake, _) = lake();
    let large = Op::Create { path: "/f".to_owned(), bytes: vec![7; 10_000], overwrite: false };
    assert!(apply(&lake.account("a").unwrap(), &large));
    let address = || {
        let account = lake.account("a").unwrap();
        let mut slices = account.view(WHO).open(&path("/f"), 0, None).unwrap();
        slices.next().unwrap().unwrap().as_ptr()
    };
    let before = address();
    restore(&lake, &lake.snapshot());
    assert_eq!(address(), before);
}

#[test]
fn accounts_are_found_in_any_case_and_kept() {
    let lake = Lake::new(Clock::default());
    let account = lake.create_account("MyLake", vec![OWNER], None);
    assert!(Arc::ptr_eq(&account, &lake.create_account("mylake", Vec::new(), None)));
    assert!(lake.account("MYLAKE").is_some());
    assert!(lake.delete_account("myLake"));
    assert!(!lake.delete_account("mylake"));
    lake.create_account("other", vec![OWNER], None);
    lake.finish(lake.begin_reset(&[InitialAccount::new("first", vec![OWNER])], 0).unwrap());
    assert_eq!(lake.keys(), ["first".into()]);
}

#[test]
fn super_users_are_owners_and_members_of_owning_groups() {
    let (account, _) = account();
    let stranger = Uuid::from_u128(9);
    assert!(account.is_super_user(&WHO));
    assert!(account.is_super_user(&Principal { object_id: stranger, groups: &[OWNER] }));
    assert!(!account.is_super_user(&Principal { object_id: stranger, groups: &[] }));
}

#[test]
fn a_large_item_is_not_kept_in_the_trash_and_the_oldest_go_first() {
    let (account, _) = account();
    let how = Create::NEW;
    let bury = |name: &str, size: usize| {
        let outcome = account.change(WHO, |edit| {
            edit.create(&path(name), content(&vec![1; size]), &how)?;
            edit.delete(&path(name), Deletion::Single)
        });
        outcome.unwrap();
    };
    let names = || -> Vec<String> {
        let page = account.view(WHO).deleted("/", None, 10);
        page.items.iter().map(|item| item.path.to_string()).collect()
    };
    bury("/large", 65 << 20);
    assert!(names().is_empty());
    for name in ["/1", "/2", "/3"] {
        bury(name, 30 << 20);
    }
    assert_eq!(names(), ["/2", "/3"]);
}
