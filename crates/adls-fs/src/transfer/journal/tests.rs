//! Notes over the ends of processes.

use super::*;

fn title(account: &str) -> Title {
    let account = account.to_owned();
    Title { direction: "up".into(), account, source: "s".into(), target: "t".into() }
}

fn item(target: &str) -> Item {
    Item {
        target: target.into(),
        length: 10,
        modified: None,
        etag: None,
        part_size: 4,
        segments: 0,
    }
}

fn open(folder: &Path) -> Arc<Journal> {
    Arc::new(Journal::open(folder, &title("a")).unwrap().unwrap())
}

#[test]
fn what_was_done_is_known_to_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut notes = ItemNotes::of(Some(&journal), &item("x"));
    notes.begin("f");
    notes.part(&(0..4), Some(7));
    let name = notes.temporary_name();
    ItemNotes::of(Some(&journal), &item("y")).end(None);
    drop((notes, journal));

    let journal = open(folder.path());
    let notes = ItemNotes::of(Some(&journal), &item("x"));
    assert!(notes.has(&(0..4)) && !notes.has(&(4..8)) && notes.was_renaming().is_none());
    assert_eq!(notes.temporary_name(), name);
    assert_eq!(notes.checksums().of(&(0..4)), Some(7));
    assert!(ItemNotes::of(Some(&journal), &item("y")).finished().is_some());
    let changed = Item { length: 11, ..item("y") };
    assert!(!ItemNotes::of(Some(&journal), &changed).are_resumed());
    journal.remove();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_line_that_was_cut_counts_as_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut notes = ItemNotes::of(Some(&journal), &item("x"));
    notes.begin("f");
    notes.part(&(0..4), Some(7));
    notes.part(&(4..8), None);
    let path = journal.path.clone();
    drop((notes, journal));
    let content = std::fs::read(&path).unwrap();
    std::fs::write(&path, &content[..content.len() - 3]).unwrap();

    let journal = open(folder.path());
    let notes = ItemNotes::of(Some(&journal), &item("x"));
    assert!(notes.has(&(0..4)) && !notes.has(&(4..8)));
    notes.part(&(4..8), None);
    drop((notes, journal));
    let journal = open(folder.path());
    assert!(ItemNotes::of(Some(&journal), &item("x")).has(&(4..8)));
}

#[test]
fn one_transfer_at_a_time_and_accounts_apart() {
    let folder = tempfile::tempdir().unwrap();
    let held = open(folder.path());
    let error = Journal::open(folder.path(), &title("a")).unwrap_err();
    assert!(error.to_string().contains("under way already"), "{error}");
    Journal::open(folder.path(), &title("b")).unwrap();
    drop(held);
    open(folder.path());
}
