//! Notes over the ends of processes.

use super::*;

fn key(account: &str) -> TransferKey {
    let account = account.to_owned();
    TransferKey { direction: "up".into(), account, source: "s".into(), target: "t".into() }
}

fn item(target: &str) -> Item {
    Item {
        target: target.into(),
        length: 10,
        modified: None,
        incarnation: None,
        part_size: 4,
        segments: 0,
    }
}

fn open(directory: &Path) -> Arc<Journal> {
    Arc::new(Journal::open(directory, &key("a")).unwrap().unwrap())
}

#[test]
fn what_was_done_is_known_to_the_next_run() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let mut notes = ItemNotes::of(Some(&journal), &item("x"));
    notes.begin("f");
    notes.part(&(0..4), Some(7));
    let name = notes.temporary_name();
    ItemNotes::of(Some(&journal), &item("y")).end(None);
    drop((notes, journal));

    let journal = open(directory.path());
    let notes = ItemNotes::of(Some(&journal), &item("x"));
    assert!(notes.has(&(0..4)) && !notes.has(&(4..8)) && notes.was_renaming().is_none());
    assert_eq!(notes.temporary_name(), name);
    assert_eq!(notes.checksums().of(&(0..4)), Some(7));
    assert!(ItemNotes::of(Some(&journal), &item("y")).finished().is_some());
    let changed = Item { length: 11, ..item("y") };
    assert!(!ItemNotes::of(Some(&journal), &changed).are_resumed());
    journal.finish();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_line_that_was_cut_counts_as_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let mut notes = ItemNotes::of(Some(&journal), &item("x"));
    notes.begin("f");
    notes.part(&(0..4), Some(7));
    notes.part(&(4..8), None);
    let path = journal.path.clone();
    drop((notes, journal));
    let content = std::fs::read(&path).unwrap();
    std::fs::write(&path, &content[..content.len() - 3]).unwrap();

    let journal = open(directory.path());
    let notes = ItemNotes::of(Some(&journal), &item("x"));
    assert!(notes.has(&(0..4)) && !notes.has(&(4..8)));
    notes.part(&(4..8), None);
    drop((notes, journal));
    let journal = open(directory.path());
    assert!(ItemNotes::of(Some(&journal), &item("x")).has(&(4..8)));
}

#[test]
fn what_can_be_resumed_is_found_what_cannot_leaves_nothing_in_the_notes() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    journal.remove_if_empty();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);

    let journal = open(directory.path());
    let notes = ItemNotes::of(Some(&journal), &item("x"));
    notes.sending();
    let mut other = ItemNotes::of(Some(&journal), &item("y"));
    other.begin("f");
    drop((notes, other, journal));
    let journal = open(directory.path());
    let notes = ItemNotes::of(Some(&journal), &item("x"));
    assert!(notes.was_sending());
    notes.drop_item();
    let other = ItemNotes::of(Some(&journal), &item("y"));
    journal.remove_if_empty();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "y can be resumed");
    other.drop_item();
    journal.remove_if_empty();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn what_was_left_is_known_by_its_looks() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    ItemNotes::of(Some(&journal), &item("x")).end(Some("looks".into()));
    let mut notes = ItemNotes::of(Some(&journal), &item("y"));
    notes.begin("f");
    notes.renaming(Some("complete".into()));
    drop((notes, journal));
    let journal = open(directory.path());
    let notes = ItemNotes::of(Some(&journal), &item("x"));
    assert_eq!(notes.finished(), Some(Some("looks")));
    let notes = ItemNotes::of(Some(&journal), &item("y"));
    assert_eq!((notes.was_renaming(), notes.are_of_this_boot()), (Some(Some("complete")), true));
    let other = Item { incarnation: Some("another".into()), ..item("x") };
    assert_eq!(ItemNotes::of(Some(&journal), &other).finished(), None);
}

#[test]
fn parts_of_before_a_crash_of_the_machine_are_not_taken_for_granted() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let mut notes = ItemNotes::of(Some(&journal), &item("x"));
    notes.begin("f");
    notes.part(&(0..4), None);
    let path = journal.path.clone();
    drop((notes, journal));
    let content = std::fs::read_to_string(&path).unwrap();
    let before = serde_json::to_string(&BootId::current()).unwrap();
    std::fs::write(&path, content.replace(&before, "\"an earlier one\"")).unwrap();
    let journal = open(directory.path());
    let mut notes = ItemNotes::of(Some(&journal), &item("x"));
    assert!(notes.has(&(0..4)) && !notes.are_of_this_boot());
    notes.distrust_parts();
    assert!(!notes.has(&(0..4)));
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_notes_is_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let path = journal.path.clone();
    drop(journal);
    std::fs::remove_file(&path).unwrap();
    let victim = directory.path().join("victim");
    std::fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, &path).unwrap();
    assert!(Journal::open(directory.path(), &key("a")).unwrap().is_none());
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
}

#[test]
fn one_transfer_at_a_time_and_accounts_apart() {
    let directory = tempfile::tempdir().unwrap();
    let held = open(directory.path());
    let error = Journal::open(directory.path(), &key("a")).unwrap_err();
    assert!(error.to_string().contains("under way already"), "{error}");
    Journal::open(directory.path(), &key("b")).unwrap();
    drop(held);
    open(directory.path());
}
