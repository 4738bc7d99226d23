//! What is too much: sums that nobody can count, and a trash that is full.

use super::*;

fn account() -> Arc<Account> {
    let clock = Clock::default();
    clock.freeze();
    Lake::new(clock).create_account("a", vec![OWNER], None)
}

fn create(account: &Account, at: &str, bytes: FileBytes) {
    let how = Create::NEW;
    account.change(WHO, |edit| edit.create(&path(at), bytes, &how)).unwrap();
}

#[test]
fn lengths_of_sparse_files_are_summed_without_overflow() {
    let account = account();
    let names = ["/d/1", "/d/2", "/d/3", "/d/4", "/d/5"];
    for name in names {
        create(&account, name, FileBytes::sparse(1 << 62));
    }
    let summary = account.view(WHO).summary(&path("/d")).unwrap();
    assert_eq!((summary.files, summary.bytes), (5, i64::MAX as u64));
    for (target, sources) in [("/new", &names[..2]), ("/d/1", &names[1..2]), ("/new", &names[..])] {
        let sources: Vec<RemotePath> = sources.iter().map(|source| path(source)).collect();
        let refused =
            account.change(WHO, |edit| edit.concat(&path(target), &sources, Leftovers::Keep));
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        assert_eq!(account.view(WHO).summary(&path("/")).unwrap().files, 5);
    }
}

#[test]
fn what_was_deleted_first_leaves_the_trash_first() {
    let account = account();
    let bytes = Bytes::from(vec![1; 30 << 20]);
    for name in ["/a", "/b", "/c"] {
        create(&account, name, FileBytes::from_iter([bytes.clone()]));
    }
    let delete = |name: &str| {
        account.change(WHO, |edit| edit.delete(&path(name), Deletion::Single)).unwrap();
    };
    let kept = || -> Vec<String> {
        let page = account.view(WHO).deleted("", None, 10);
        page.items.iter().map(|item| item.path.to_string()).collect()
    };
    delete("/c");
    delete("/b");
    delete("/a");
    assert_eq!(kept(), ["/a", "/b"]);

    // What has been restored and deleted again is the youngest.
    let oldest = account.view(WHO).deleted("/b", None, 10).items[0].id;
    account.change(WHO, |edit| edit.restore(oldest, &path("/b"), None, OnConflict::Fail)).unwrap();
    delete("/b");
    create(&account, "/d", FileBytes::from_iter([bytes]));
    delete("/d");
    assert_eq!(kept(), ["/b", "/d"]);
}

#[test]
fn memory_is_bounded_by_design_also_that_of_names_in_the_trash() {
    let account = account();
    let long = "x".repeat(1 << 20);
    for number in 0..100 {
        let name = format!("/{number}{long}");
        create(&account, &name, FileBytes::default());
        account.change(WHO, |edit| edit.delete(&path(&name), Deletion::Single)).unwrap();
    }
    assert!(account.view(WHO).deleted("", None, 1000).items.len() <= 32);
}
