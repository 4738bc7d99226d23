//! Random actions over the emulator, and what the reference model says of each.

use std::sync::atomic::{AtomicU32, Ordering};

use adls_fs::{FileStatus, RemotePath};
use adls_tests::model::{Action, Entry, Model, Rights, Who, perform};
use futures_util::TryStreamExt;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::lake::{Lake, path};

/// Few names, so that actions meet each other; some that need encoding.
const NAMES: [&str; 3] = ["a", "b,{1}", "c d+%ü"];
const USER: &str = "5a1e0000-0000-4000-8000-0000000000aa";
const OTHER_USER: &str = "5a1e0000-0000-4000-8000-0000000000ab";
const GROUP: &str = "5a1e0000-0000-4000-8000-0000000000ac";

/// A path below the folder of the case, which is filled in later.
fn paths() -> impl Strategy<Value = RemotePath> {
    let names = |depth| prop::collection::vec(prop::sample::select(&NAMES[..]), depth);
    prop_oneof![4 => names(1), 6 => names(2), 2 => names(3)]
        .prop_map(|names| path(&names.join("/")))
}

fn contents() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..12)
}

fn rights() -> impl Strategy<Value = Vec<Rights>> {
    let who = prop::sample::select(vec![
        Who::Owner,
        Who::User(USER),
        Who::User(OTHER_USER),
        Who::OwningGroup,
        Who::Group(GROUP),
        Who::Mask,
        Who::Other,
    ]);
    let entry = (any::<bool>(), who, 0..8_u16);
    let entry = entry.prop_map(|(default, who, bits)| Rights { default, who, bits });
    let some = prop::collection::vec(entry.clone(), 1..4);
    // Often with all that a whole list needs.
    let base = |bits: u16, default| {
        [Who::Owner, Who::OwningGroup, Who::Other].map(|who| Rights { default, who, bits })
    };
    let whole = (prop::collection::vec(entry, 0..3), 0..8_u16, any::<bool>());
    let whole = whole.prop_map(move |(some, bits, default)| {
        base(bits, default).into_iter().chain(some).collect::<Vec<_>>()
    });
    prop_oneof![some, whole]
}

fn actions() -> impl Strategy<Value = Action> {
    let modes = prop::sample::select(vec![0o700_u16, 0o750, 0o777, 0o1770, 0o604, 0]);
    prop_oneof![
        4 => paths().prop_map(Action::Mkdirs),
        6 => (paths(), contents(), any::<bool>())
            .prop_map(|(path, content, overwrite)| Action::Write { path, content, overwrite }),
        3 => (paths(), contents()).prop_map(|(path, content)| Action::Append(path, content)),
        2 => (paths(), contents(), any::<bool>()).prop_map(|(path, content, create)| {
            Action::ConcurrentAppend { path, content, create }
        }),
        3 => (paths(), prop::collection::vec(paths(), 1..4))
            .prop_map(|(target, sources)| Action::Concat(target, sources)),
        5 => (paths(), paths(), any::<bool>())
            .prop_map(|(from, to, overwrite)| Action::Rename { from, to, overwrite }),
        2 => (paths(), any::<bool>()).prop_map(|(path, recursive)| Action::Delete(path, recursive)),
        2 => (paths(), 0..14_u64, 0..14_u64).prop_map(|(path, start, length)| {
            Action::Read(path, start..start + length)
        }),
        2 => paths().prop_map(Action::List),
        1 => paths().prop_map(Action::Summary),
        2 => (paths(), modes).prop_map(|(path, mode)| Action::SetPermission(path, mode)),
        2 => (paths(), rights()).prop_map(|(path, entries)| Action::SetAcl(path, entries)),
        4 => (paths(), rights()).prop_map(|(path, entries)| Action::ModifyAcl(path, entries)),
        2 => (paths(), rights()).prop_map(|(path, entries)| Action::RemoveAclEntries(path, entries)),
        1 => paths().prop_map(Action::RemoveAcl),
        1 => paths().prop_map(Action::RemoveDefaultAcl),
        2 => paths().prop_map(Action::Acl),
    ]
}

/// The same action below another folder.
fn moved(action: &Action, root: &RemotePath) -> Action {
    let at = |path: &RemotePath| root.join(path.as_str()).unwrap();
    match action.clone() {
        Action::Mkdirs(path) => Action::Mkdirs(at(&path)),
        Action::Write { path, content, overwrite } => {
            Action::Write { path: at(&path), content, overwrite }
        }
        Action::Append(path, content) => Action::Append(at(&path), content),
        Action::ConcurrentAppend { path, content, create } => {
            Action::ConcurrentAppend { path: at(&path), content, create }
        }
        Action::Concat(target, sources) => {
            Action::Concat(at(&target), sources.iter().map(at).collect())
        }
        Action::Rename { from, to, overwrite } => {
            Action::Rename { from: at(&from), to: at(&to), overwrite }
        }
        Action::Delete(path, recursive) => Action::Delete(at(&path), recursive),
        Action::Read(path, range) => Action::Read(at(&path), range),
        Action::List(path) => Action::List(at(&path)),
        Action::Summary(path) => Action::Summary(at(&path)),
        Action::SetPermission(path, mode) => Action::SetPermission(at(&path), mode),
        Action::SetAcl(path, entries) => Action::SetAcl(at(&path), entries),
        Action::ModifyAcl(path, entries) => Action::ModifyAcl(at(&path), entries),
        Action::RemoveAclEntries(path, entries) => Action::RemoveAclEntries(at(&path), entries),
        Action::RemoveAcl(path) => Action::RemoveAcl(at(&path)),
        Action::RemoveDefaultAcl(path) => Action::RemoveDefaultAcl(at(&path)),
        Action::Acl(path) => Action::Acl(at(&path)),
    }
}

async fn everything_below(lake: &Lake, folder: &RemotePath) -> Vec<(RemotePath, Entry)> {
    let walk = lake.client.walk(folder, Default::default());
    let mut all: Vec<FileStatus> = walk.try_collect().await.unwrap();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all.iter().map(|status| (status.path.clone(), Entry::from(status))).collect()
}

#[test]
fn the_emulator_does_what_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lake = runtime.block_on(Lake::start());
    let cases = AtomicU32::new(0);
    let config = ProptestConfig { cases: 60, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&prop::collection::vec(actions(), 1..150), |actions| {
            // Each case has a folder of its own, which is cheaper than an emulator.
            let root = path(&format!("/{}", cases.fetch_add(1, Ordering::Relaxed)));
            runtime.block_on(async {
                let mut model = Model::new(&root);
                lake.client.mkdirs(&root, Default::default()).await.unwrap();
                for action in &actions {
                    let action = moved(action, &root);
                    let outcome = perform(&lake.client, &action).await;
                    prop_assert_eq!(outcome, model.perform(&action), "{:?}", action);
                }
                prop_assert_eq!(everything_below(&lake, &root).await, model.all());
                Ok(())
            })
        })
        .unwrap();
}
