//! The words that hands know from other tools: several paths, patterns, `-h`, `-rf`, `-`, filters.

use std::fs;
use std::path::PathBuf;

use crate::setup::{Setup, finish, text};

/// A lake with two directories of files: `/d/a.csv` of 1 byte, `/d/b.csv` of 3000, `/e/c.txt` of 2.
fn lake() -> Setup {
    let setup = Setup::signed_in();
    for (path, length) in [("/d/a.csv", 1), ("/d/b.csv", 3000), ("/e/c.txt", 2)] {
        let local = setup.file("local", &vec![b'x'; length]);
        setup.stdout(&["fs", "put", text(&local), path]);
    }
    setup
}

fn last_words(text: &str) -> Vec<&str> {
    text.lines().skip(1).filter_map(|line| line.split_whitespace().last()).collect()
}

#[test]
fn lists_are_sorted_nested_and_human() {
    let setup = lake();
    let ls = |arguments: &[&str]| setup.stdout(&[&["fs", "ls"], arguments].concat());
    assert_eq!(last_words(&ls(&["/d"])), ["a.csv", "b.csv"]);
    assert_eq!(last_words(&ls(&["-S", "/d"])), ["b.csv", "a.csv"]);
    assert_eq!(last_words(&ls(&["-S", "-r", "/d"])), ["a.csv", "b.csv"]);
    assert_eq!(last_words(&ls(&["-t", "--reverse", "/d"])), ["a.csv", "b.csv"]);
    assert_eq!(last_words(&ls(&["-R", "/d", "/e"])), ["/d/a.csv", "/d/b.csv", "/e/c.txt"]);
    assert_eq!(last_words(&ls(&["-R", "/"])).len(), 5);
    assert_eq!(last_words(&ls(&["/?/*.csv"])), ["/d/a.csv", "/d/b.csv"]);
    let human = ls(&["-lh", "/d"]);
    assert!(human.contains(" 2.93K  "), "{human}");
    assert!(ls(&["-h", "/"]).contains("  -  "), "directories have no size");
    let json = setup.json(&["fs", "ls", "-h", "/d"]);
    assert_eq!(json[1]["length"], 3000, "programs get numbers");
    assert!(setup.stdout(&["fs", "ls", "--help"]).contains("Usage: adls fs ls"));
    assert!(setup.stdout(&["fs", "du", "-sh", "/d"]).contains("2.93K"));
    assert_eq!(setup.stdout(&["fs", "du", "/*", "-o", "tsv"]).lines().count(), 2);
    assert!(setup.stdout(&["fs", "df", "-h"]).contains("2.93K"));
    assert_eq!(setup.run(&["fs", "ls", "/nothing*"]).code, 1);
}

/// More than one page comes; there is one heading.
#[test]
fn a_long_list_has_one_heading() {
    let setup = Setup::signed_in();
    let tree = setup.directory.path().join("tree");
    fs::create_dir(&tree).unwrap();
    for number in 0..4100 {
        fs::write(tree.join(format!("{number:04}")), "").unwrap();
    }
    setup.stdout(&["fs", "put", text(&tree), "/many", "--parallel", "64"]);
    let list = setup.stdout(&["fs", "ls", "/many"]);
    assert_eq!((list.matches("Modified").count(), list.lines().count()), (1, 4101));
}

#[test]
fn several_paths_and_patterns_in_every_command() {
    let setup = lake();
    let fs = |arguments: &[&str]| setup.stdout(&[&["fs"], arguments].concat());
    fs(&["mkdir", "-p", "/m/x", "/m/y"]);
    fs(&["touch", "/m/x/1", "/m/x/2"]);
    assert_eq!(fs(&["cat", "/e/*", "/d/a*"]), "xxx");
    assert_eq!(fs(&["head", "-c", "1", "/e/c.txt", "/d/a.csv"]).matches("==> ").count(), 2);
    assert_eq!(setup.json(&["fs", "stat", "/d/*"])[1]["length"], 3000);
    fs(&["chmod", "u=rwx,g-w,o=", "/d/*"]);
    let modes = setup.json(&["fs", "ls", "/d"]);
    assert_eq!((&modes[0]["permission"], &modes[1]["permission"]), (&"750".into(), &"750".into()));
    fs(&["chmod", "-R", "rwxr-xr-x", "/d"]);
    fs(&["chmod", "-R", "o-rx", "/d"]);
    assert_eq!(setup.json(&["fs", "ls", "/d"])[0]["permission"], "750");
    fs(&["mv", "/d/*.csv", "/e/c.txt", "/m"]);
    assert_eq!(fs(&["find", "/m", "--type", "file"]).lines().count(), 5);
    // One that fails keeps no other from it.
    let run = setup.run(&["fs", "mv", "/m/nothing", "/m/a.csv", "/m/x"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("/m/nothing"), "{}", run.stderr);
    let run = setup.run(&["fs", "rm", "/m/b.csv", "/m/nothing", "/m/c.txt"]);
    assert!(run.stderr.ends_with("error: 1 of 3 failed\n"), "{}", run.stderr);
    assert_eq!(setup.answer(&["fs", "test", "/m/c.txt"]), "false\n");
}

#[test]
fn removing_by_force_minds_nothing_but_the_root() {
    let setup = lake();
    assert_eq!(setup.run(&["fs", "rm", "/nothing"]).code, 1);
    setup.stdout(&["fs", "rm", "-f", "/nothing", "/none*"]);
    assert_eq!(setup.run(&["fs", "rm", "-f", "/d"]).code, 1, "it is not empty");
    setup.stdout(&["fs", "rm", "-rf", "/d", "/nothing"]);
    setup.stdout(&["fs", "rm", "-R", "/e*"]);
    assert_eq!(setup.stdout(&["fs", "find", "/"]), "");
    for root in ["/", "adl://mocklake/", "adl://mocklake"] {
        let run = setup.run(&["fs", "rm", "-rf", root]);
        assert_eq!(run.code, 2, "{root}");
        assert!(run.stderr.contains("root"), "{}", run.stderr);
    }
}

#[test]
fn a_dash_is_standard_input_and_output() {
    let setup = Setup::signed_in();
    let put = |input: &str, arguments: &[&str]| {
        finish(setup.command(&[&["fs", "put"], arguments].concat()).write_stdin(input.to_owned()))
    };
    assert_eq!(put("hello", &["-", "/f"]).code, 0);
    assert_eq!(setup.stdout(&["fs", "get", "/f", "-"]), "hello");
    let run = put("other", &["-", "/f"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("--overwrite"), "{}", run.stderr);
    assert_eq!(put("other", &["-", "/f", "--overwrite"]).code, 0);
    let big = "x".repeat(9 << 20);
    assert_eq!(put(&big, &["-", "/big"]).code, 0);
    assert_eq!(setup.json(&["fs", "stat", "/big"])["length"], big.len());
    assert_eq!(put("", &["-", "/empty"]).code, 0);
    assert_eq!(put("x", &["-", "/directory/"]).code, 2);
    assert_eq!(setup.stdout(&["fs", "ls", "-a", "/"]).lines().count(), 4, "nothing is left");
    let mut cat = setup.command(&["fs", "cat", "/f", "-"]);
    assert_eq!(finish(cat.write_stdin("!")).stdout, "other!");
    let mut append = setup.command(&["fs", "append", "/f", "--file", "-"]);
    assert_eq!(finish(append.write_stdin("?")).code, 0);
    assert_eq!(setup.stdout(&["fs", "cat", "/f"]), "other?");
}

/// A local tree with `a.csv`, `b.tmp`, `sub/c.csv`, `target/d.csv` and the empty directory `none`.
fn local_tree(setup: &Setup) -> PathBuf {
    let tree = setup.directory.path().join("tree");
    for name in ["a.csv", "b.tmp", "sub/c.csv", "target/d.csv"] {
        let path = tree.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    fs::create_dir(tree.join("none")).unwrap();
    tree
}

#[test]
fn filters_say_which_files_are_meant() {
    let setup = Setup::signed_in();
    let tree = local_tree(&setup);
    let tree = text(&tree);
    let put = |target: &str, filter: &[&str]| {
        setup.stdout(&[&["fs", "put", tree, target], filter].concat());
        let found = setup.stdout(&["fs", "find", target]);
        found.lines().map(|line| line.replace(target, "")).collect::<Vec<_>>()
    };
    assert_eq!(
        put("/1", &["--include", "*.csv", "--exclude", "target"]),
        ["/a.csv", "/sub", "/sub/c.csv"]
    );
    assert_eq!(put("/2", &["--exclude", "*.csv"]), ["/b.tmp", "/none"]);
    let list = setup.file("list", b"sub\n./b.tmp\n");
    assert_eq!(put("/3", &["--files-from", text(&list)]), ["/b.tmp", "/sub", "/sub/c.csv"]);
    let none = ["fs", "put", tree, "/4", "--newer-than", "2999-01-01T00:00:00Z"];
    assert!(setup.stdout(&none).starts_with("uploaded nothing to "));
    assert_eq!(setup.answer(&["fs", "test", "/4"]), "false\n");
    assert_eq!(put("/5", &["--newer-than", "36h"]).len(), 6);

    setup.stdout(&["fs", "put", tree, "/all"]);
    let back = setup.directory.path().join("back");
    let local = text(&back);
    setup.stdout(&["fs", "get", "/all", local, "--include", "sub/*"]);
    assert!(back.join("sub/c.csv").is_file() && !back.join("none").exists());
    let sync = ["fs", "sync", "adl://mocklake/all", local, "--delete", "--exclude", "*.tmp"];
    fs::write(back.join("mine.tmp"), "kept").unwrap();
    fs::write(back.join("other"), "deleted").unwrap();
    setup.stdout(&sync);
    assert!(back.join("mine.tmp").exists() && !back.join("other").exists());
    assert!(back.join("a.csv").exists() && !back.join("b.tmp").exists());

    assert_eq!(setup.run(&["fs", "rm", "/all", "--include", "*.csv"]).code, 2);
    setup.stdout(&["fs", "rm", "-r", "/all", "--include", "*.csv"]);
    assert_eq!(setup.stdout(&["fs", "find", "/all", "--type", "file"]), "/all/b.tmp\n");
    assert_eq!(setup.run(&["fs", "put", tree, "/x", "--include", "["]).code, 2);
}

#[test]
fn dry_runs_change_nothing() {
    let setup = lake();
    let tree = local_tree(&setup);
    let back = setup.directory.path().join("back");
    let before = setup.stdout(&["fs", "ls", "-R", "/", "-o", "tsv"]);
    for (arguments, said) in [
        (&["put", text(&tree), "/new"][..], "would upload "),
        (&["get", "/d", text(&back)], "would download /d/a.csv to "),
        (&["cp", "/d", "/copy"], "would copy /d/a.csv to /copy/a.csv"),
        (&["rm", "-r", "/d"], "would delete recursively /d\n"),
        (&["rm", "/d/*"], "would delete /d/a.csv\nwould delete /d/b.csv\n"),
        (&["mv", "/d/*", "/other/"], "would move /d/a.csv to /other/a.csv\n"),
        (&["mkdir", "/x"], "would make the directory /x\n"),
        (&["touch", "/x"], "would make the file /x\n"),
        (
            &["chmod", "-R", "g+w", "/d"],
            "would set the mode to g+w of everything at and below /d\n",
        ),
        (&["chown", "me:us", "/d"], "would set the owner to me:us of /d\n"),
        (&["acl", "remove-all", "/d"], "would remove the access control list of /d\n"),
        (&["append", "/d/a.csv", "--content", "x"], "would append /d/a.csv\n"),
        (&["expiry", "/d/a.csv", "--in", "7d"], "would change the expiry of /d/a.csv\n"),
        (&["concat", "/d/a.csv", "--into", "/e/c.txt"], "would join /d/a.csv to /e/c.txt\n"),
    ] {
        let arguments = [&["fs"], arguments, &["--dry-run"]].concat();
        let printed = setup.stdout(&arguments);
        assert!(printed.contains(said), "{arguments:?}: {printed}");
        let plan = setup.json(&arguments);
        assert!(!plan.as_array().unwrap().is_empty(), "{arguments:?}");
    }
    assert_eq!(setup.stdout(&["fs", "ls", "-R", "/", "-o", "tsv"]), before);
    assert!(!back.exists());
    let run = setup.run(&["fs", "put", text(&tree.join("a.csv")), "/d/a.csv", "--dry-run"]);
    assert_eq!(run.code, 1, "it would be refused: {}", run.stdout);
}

#[test]
fn transfers_take_their_time_and_leave_a_log() {
    let setup = Setup::signed_in();
    let local = setup.file("f", b"content");
    let log = setup.directory.path().join("log");
    setup.stdout(&["fs", "put", text(&local), "/f", "--bwlimit", "1G", "--log-file", text(&log)]);
    let logged = fs::read_to_string(&log).unwrap();
    assert!(logged.contains("CREATE") && !logged.contains('\u{1b}'), "{logged}");
    assert_eq!(setup.run(&["fs", "put", text(&local), "/g", "--bwlimit", "fast"]).code, 2);
    let nowhere = setup.directory.path().join("no/log");
    assert_eq!(setup.run(&["fs", "ls", "/", "--log-file", text(&nowhere)]).code, 1);
}
