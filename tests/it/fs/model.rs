//! Random actions over the emulator, and what the reference model says of each.

use std::sync::atomic::{AtomicU32, Ordering};

use adls_fs::{FileStatus, FileSystemClient, RemotePath};
use adls_tests::model::{Action, Entry, Model, Person, Rights, Who, perform};
use adls_tests::{Emulated, Identity};
use futures_util::TryStreamExt;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::lake::{Lake, path};

/// Few names, so that actions meet each other; some that need encoding.
const NAMES: [&str; 3] = ["a", "b,{1}", "c d+%ü"];
const USER: &str = "5a1e0000-0000-4000-8000-0000000000aa";
const OTHER_USER: &str = "5a1e0000-0000-4000-8000-0000000000ab";
const GROUP: &str = "5a1e0000-0000-4000-8000-0000000000ac";
const OTHER_GROUP: &str = "5a1e0000-0000-4000-8000-0000000000ad";
/// The owner of the seed account.
const OWNER: Person =
    Person { id: "5a1e0000-0000-4000-8000-000000000101", groups: &[], super_user: true };
const MEMBER: Person = Person { id: USER, groups: &[GROUP, OTHER_GROUP], super_user: false };
const STRANGER: Person = Person { id: OTHER_USER, groups: &[], super_user: false };

/// A path below the directory of the case, which is filled in later.
fn paths() -> impl Strategy<Value = RemotePath> {
    let names = |depth| prop::collection::vec(prop::sample::select(&NAMES[..]), depth);
    prop_oneof![4 => names(1), 6 => names(2), 2 => names(3)]
        .prop_map(|names| path(&names.join("/")))
}

/// Mostly a few bytes, so that there are many; some that do not fit into one piece.
fn contents() -> impl Strategy<Value = Vec<u8>> {
    let few = prop::collection::vec(any::<u8>(), 0..12);
    let many = (any::<u8>(), 3_000..10_000_usize).prop_map(|(byte, length)| vec![byte; length]);
    prop_oneof![9 => few, 1 => many]
}

/// Who acts, mostly the owner of the account.
fn people() -> impl Strategy<Value = Person> {
    prop_oneof![3 => Just(OWNER), 2 => Just(MEMBER), 1 => Just(STRANGER)]
}

/// Somebody with something to do. Only the owner of the account gives things away.
fn deeds() -> impl Strategy<Value = (Person, Action)> {
    let give = (paths(), prop::sample::select(vec![OWNER.id, USER, OTHER_USER]), any::<bool>());
    let give = give.prop_map(|(path, owner, grouped)| {
        let group = if grouped { OTHER_GROUP } else { GROUP };
        (OWNER, Action::SetOwner { path, owner, group })
    });
    prop_oneof![20 => (people(), actions()), 1 => give]
}

fn rights() -> impl Strategy<Value = Vec<Rights>> {
    let who = prop::sample::select(vec![
        Who::Owner,
        Who::User(USER),
        Who::User(OTHER_USER),
        Who::OwningGroup,
        Who::Group(GROUP),
        Who::Group(OTHER_GROUP),
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

/// The same action below another directory.
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
        Action::SetOwner { path, owner, group } => {
            Action::SetOwner { path: at(&path), owner, group }
        }
    }
}

async fn everything_below(lake: &Lake, directory: &RemotePath) -> Vec<(RemotePath, Entry)> {
    let walk = lake.client.walk(directory);
    let mut all: Vec<FileStatus> = walk.try_collect().await.unwrap();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all.iter().map(|status| (status.path.clone(), Entry::from(status))).collect()
}

/// An account, and who works in it.
struct Shared {
    owner: Lake,
    others: Vec<(Person, FileSystemClient)>,
}

async fn start() -> Shared {
    let mut seed = mock_aad::Seed::default();
    let password = seed.users[0].password.clone();
    let name_of = |person: Person| format!("{}@emulator.test", &person.id[34..]);
    for person in [MEMBER, STRANGER] {
        seed.users.push(mock_aad::SeedUser {
            object_id: person.id.parse().unwrap(),
            username: name_of(person),
            password: password.clone(),
            ..mock_aad::SeedUser::default()
        });
        for group in person.groups {
            seed.groups.push(mock_aad::SeedGroup {
                object_id: group.parse().unwrap(),
                display_name: (*group).to_owned(),
                members: vec![person.id.parse().unwrap()],
            });
        }
    }
    assert_eq!(seed.users[0].object_id.to_string(), OWNER.id);
    let owner = Lake::of(Emulated::with_seed(seed).await.unwrap());
    // The directories of the cases are everybody's, and so is the way to them.
    let open = adls_fs::Permission::from_mode(0o777);
    owner.client.set_permission(&RemotePath::root(), open).await.unwrap();
    let client = |person| {
        let identity = Identity::Other { username: name_of(person), password: password.clone() };
        (person, owner.file_system_as(&identity).unwrap())
    };
    let others = [MEMBER, STRANGER].map(client).into();
    Shared { owner, others }
}

#[test]
fn the_emulator_does_what_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lake = runtime.block_on(start());
    let client_of = |person: Person| match lake.others.iter().find(|(other, _)| *other == person) {
        Some((_, client)) => client,
        None => &lake.owner.client,
    };
    let cases = AtomicU32::new(0);
    let config = ProptestConfig { cases: 80, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&prop::collection::vec(deeds(), 1..150), |deeds| {
            // Each case has a directory of its own, which is cheaper than an emulator.
            let root = path(&format!("/{}", cases.fetch_add(1, Ordering::Relaxed)));
            runtime.block_on(async {
                let mut model = Model::new(&root, OWNER);
                let open = Action::SetPermission(root.clone(), 0o777);
                for first in [Action::Mkdirs(root.clone()), open] {
                    perform(&lake.owner.client, &first).await;
                    model.perform(OWNER, &first);
                }
                for (person, action) in &deeds {
                    let action = moved(action, &root);
                    let before = model.clone();
                    let verdict = model.verdict(*person, &action);
                    let expected = model.perform(*person, &action);
                    let outcome = perform(client_of(*person), &action).await;
                    prop_assert!(
                        verdict.agrees(&outcome, &expected),
                        "{outcome:?} instead of {expected:?}, {verdict:?}: {action:?} by {person:?}"
                    );
                    if outcome.is_denied() {
                        model = before;
                    }
                }
                prop_assert_eq!(everything_below(&lake.owner, &root).await, model.all());
                Ok(())
            })
        })
        .unwrap();
}
