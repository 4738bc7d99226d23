//! Blocks that wait to be committed: what of them outlives a restart, a crash and their file.

use super::crash::open;
use super::*;
use crate::store::fake::FakeDisk;

const FS: &str = "fs";

fn account(lake: &Lake) -> Arc<Account> {
    let file_systems = vec![FS.to_owned()];
    lake.create(&InitialAccount {
        file_systems,
        ..InitialAccount::new(AccountKey::gen2("a"), vec![OWNER])
    })
}

fn stage(account: &Account, at: &str, id: &str, bytes: &[u8]) {
    let path = path(at);
    let item = EntryItem::new(FS, &path);
    let bytes = match account.state() {
        Some(state) => state.write(bytes).unwrap(),
        None => content(bytes),
    };
    let block = NewBlock {
        id: id.into(),
        bytes,
        encryption: Encryption::default(),
        existing: Existing::Replace,
    };
    account.change(WHO, |edit| edit.stage_block(&item, block)).unwrap();
}

fn commit(account: &Account, at: &str, ids: &[&str]) -> Result<(), Error> {
    let path = path(at);
    let item = EntryItem::new(FS, &path);
    let choice = |id: &&str| BlockChoice { id: (*id).into(), source: BlockSource::Latest };
    let list: Vec<BlockChoice> = ids.iter().map(choice).collect();
    let new = NewEntry::new(NodeKind::File);
    account.change(WHO, |edit| edit.commit_blocks(&item, &list, new)).map(drop)
}

fn read(account: &Account, at: &str) -> Option<String> {
    let path = path(at);
    let view = account.view(WHO);
    let entry = view.readable_entry(&EntryItem::new(FS, &path)).ok()?;
    let bytes: Vec<u8> =
        entry.content()?.range(0, u64::MAX).flat_map(|slice| slice.unwrap()).collect();
    Some(String::from_utf8(bytes).unwrap())
}

/// Ids and lengths of the blocks of a file: those that are committed, and those that are not.
fn blocks(account: &Account, at: &str) -> String {
    let path = path(at);
    let view = account.view(WHO);
    let Ok(found) = view.block_list(&EntryItem::new(FS, &path)) else { return "-".to_owned() };
    let committed = found.committed.iter().map(|block| format!("{}:{} ", block.id, block.length));
    let staged = found.uncommitted.iter().map(|(id, length)| format!(" {id}:{length}"));
    format!("{}|{}", committed.collect::<String>(), staged.collect::<String>())
}

#[test]
fn blocks_outlive_a_crash_whether_or_not_their_file_is_there() {
    let disk = FakeDisk::default();
    let lake = open(&disk).unwrap();
    let first = account(&lake);
    stage(&first, "/d/new", "a", b"one");
    stage(&first, "/d/new", "b", &vec![b'x'; 100_000]);
    stage(&first, "/there", "a", b"one");
    stage(&first, "/there", "b", b"two");
    commit(&first, "/there", &["a", "b"]).unwrap();
    stage(&first, "/there", "b", b"TWO!");
    // The power fails, so that nothing is closed.
    let disk = disk.after_power_failure(&mut fastrand::Rng::with_seed(7));
    drop((first, lake));

    let lake = open(&disk).unwrap();
    let second = account(&lake);
    assert_eq!(blocks(&second, "/d/new"), "| a:3 b:100000");
    assert_eq!(blocks(&second, "/there"), "a:3 b:3 | b:4");
    assert_eq!(read(&second, "/there").as_deref(), Some("onetwo"));
    assert_eq!(read(&second, "/d/new"), None);
    commit(&second, "/d/new", &["b", "a"]).unwrap();
    commit(&second, "/there", &["a", "b"]).unwrap();
    assert_eq!(commit(&second, "/there", &["c"]), Err(Error::NoBlock("c".into())));
    lake.close();
    drop((second, lake));

    let lake = open(&disk).unwrap();
    let third = account(&lake);
    assert_eq!(blocks(&third, "/d/new"), "b:100000 a:3 |");
    assert_eq!(read(&third, "/d/new").unwrap().len(), 100_003);
    assert_eq!(read(&third, "/there").as_deref(), Some("oneTWO!"));
    assert_eq!(blocks(&third, "/there"), "a:3 b:4 |");
}

#[test]
fn blocks_that_have_waited_too_long_are_forgotten_after_a_restart() {
    let disk = FakeDisk::default();
    let lake = open(&disk).unwrap();
    let first = account(&lake);
    stage(&first, "/new", "a", b"one");
    stage(&first, "/there", "a", b"one");
    commit(&first, "/there", &["a"]).unwrap();
    stage(&first, "/there", "b", b"two");
    lake.close();
    drop((first, lake));

    let clock = Clock::default();
    clock.advance(std::time::Duration::from_secs(8 * 24 * 60 * 60));
    let state = crate::store::State::on(Arc::new(disk)).unwrap();
    let (lake, _) = Lake::on(clock, state).unwrap();
    let second = account(&lake);
    assert_eq!(blocks(&second, "/new"), "-");
    assert_eq!(blocks(&second, "/there"), "a:3 |");
}

#[test]
fn blocks_go_with_their_file_and_their_file_system() {
    let disk = FakeDisk::default();
    let lake = open(&disk).unwrap();
    let account = account(&lake);
    let count = || account.inspect().tree.nodes.len();
    let empty = count();
    for number in 0..10 {
        stage(&account, "/new", &number.to_string(), b"x");
        stage(&account, "/new", &number.to_string(), b"y");
    }
    assert_eq!(count(), empty + 11);
    commit(&account, "/new", &["1", "3"]).unwrap();
    assert_eq!(count(), empty + 1);
    stage(&account, "/new", "5", b"z");
    let at = path("/new");
    let item = EntryItem::new(FS, &at);
    account.change(WHO, |edit| edit.delete_entry(&item, Deletion::Single)).unwrap();
    assert_eq!(count(), empty);
    stage(&account, "/other", "5", b"z");
    let at = path("/other");
    let item = EntryItem::new(FS, &at);
    account.change(WHO, |edit| edit.create_entry(&item, NewEntry::new(NodeKind::File))).unwrap();
    assert_eq!(count(), empty + 1);
    stage(&account, "/more", "5", b"z");
    let fs = FileSystemItem { name: FS, conditions: Conditions::default(), lease: None };
    account.change(WHO, |edit| edit.delete_file_system(&fs)).unwrap();
    let view = account.inspect();
    let blobs = view.tree.nodes.values().filter_map(|node| node.blob.as_ref());
    let left = blobs.filter(|blob| blob.draft.is_some()).count() > 0;
    assert!(!left, "a draft outlives its file system");
}

#[test]
fn a_copy_of_an_account_has_its_blocks() {
    let lake = Lake::new(Clock::default());
    let first = account(&lake);
    stage(&first, "/new", "a", b"one");
    let snapshot = lake.snapshot();
    commit(&first, "/new", &["a"]).unwrap();
    lake.finish(lake.begin_restore(&snapshot).unwrap());
    let back = lake.account(AccountKey::gen2("a")).unwrap();
    assert_eq!(read(&back, "/new"), None);
    commit(&back, "/new", &["a"]).unwrap();
    assert_eq!(read(&back, "/new").as_deref(), Some("one"));
}
