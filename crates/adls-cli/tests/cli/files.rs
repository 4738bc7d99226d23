//! `adls fs` in its details.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::setup::{Setup, text};

#[test]
fn several_files_go_into_one_directory() {
    let setup = Setup::signed_in();
    let (one, two) = (setup.file("1.txt", b"one"), setup.file("2.txt", b"two"));
    let (one, two) = (text(&one), text(&two));
    setup.stdout(&["fs", "put", one, two, "/d"]);
    assert_eq!(setup.stdout(&["fs", "find", "/d"]), "/d/1.txt\n/d/2.txt\n");
    let again = setup.run(&["fs", "put", one, "/no/such/file", two, "/d"]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("/no/such/file"), "{}", again.stderr);
    assert!(again.stderr.contains("3 of 3 were not uploaded"), "{}", again.stderr);
}

#[test]
fn replacing_follows_the_condition() {
    let setup = Setup::signed_in();
    let local = setup.file("f", b"old");
    let (local, put) = (text(&local), ["fs", "put", "-o", "tsv"]);
    let put = |extra: &[&str]| setup.stdout(&[&put[..], extra, &[local, "/f"]].concat());
    assert_eq!(put(&["--verify", "--preserve-times"]), "1\t0\t3\t0\t0\tadl://mocklake/f\n");
    assert_eq!(put(&["--overwrite=newer"]), "0\t0\t0\t1\t0\tadl://mocklake/f\n");
    assert_eq!(put(&["--overwrite=different"]), "0\t0\t0\t1\t0\tadl://mocklake/f\n");
    assert_eq!(put(&["--overwrite"]), "1\t0\t3\t0\t0\tadl://mocklake/f\n");
    assert_eq!(put(&["--force"]), "1\t0\t3\t0\t0\tadl://mocklake/f\n");
    assert_eq!(setup.run(&["fs", "put", "--overwrite=sometimes", local, "/f"]).code, 2);
}

#[test]
fn lines_from_both_ends() {
    let setup = Setup::signed_in();
    let content: String = (0..40_000).map(|n| format!("line {n}\n")).collect();
    let local = setup.file("lines", content.as_bytes());
    setup.stdout(&["fs", "put", text(&local), "/lines"]);
    let lines = |end: &str, count: &str| setup.stdout(&["fs", end, "-n", count, "/lines"]);
    assert_eq!(lines("head", "2"), "line 0\nline 1\n");
    assert_eq!(lines("tail", "2"), "line 39998\nline 39999\n");
    assert_eq!((lines("head", "0"), lines("tail", "0")), (String::new(), String::new()));
    assert!(lines("head", "50000") == content && lines("tail", "50000") == content);
    let many: String = content.lines().skip(20_000).map(|line| format!("{line}\n")).collect();
    assert!(lines("tail", "20000") == many, "over several blocks");

    let open = setup.file("open", b"a\nb\nwithout end");
    setup.stdout(&["fs", "put", text(&open), "/open"]);
    assert_eq!(setup.stdout(&["fs", "tail", "-n", "2", "/open"]), "b\nwithout end");
    setup.stdout(&["fs", "touch", "/empty"]);
    assert_eq!(setup.stdout(&["fs", "tail", "-n", "3", "/empty"]), "");
}

#[test]
fn a_copy_never_harms_its_source() {
    let setup = Setup::signed_in();
    let local = setup.file("f", b"precious");
    setup.stdout(&["fs", "put", text(&local), "/f"]);
    let run = setup.run(&["fs", "cp", "--overwrite", "/f", "/f"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(setup.stdout(&["fs", "cat", "/f"]), "precious");
}

/// The words of the Azure CLI are understood.
#[test]
fn a_drawing_has_everything_in_its_directory() {
    let setup = Setup::signed_in();
    // Between `a` and what is in it, by code point.
    for path in ["/t/a-b", "/t/a.txt", "/t/a/x/deep", "/t/a/y", "/t/b"] {
        setup.stdout(&["fs", "touch", path]);
    }
    let drawn = "/t\n├── a/\n│   ├── x/\n│   │   └── deep\n│   └── y\n├── a-b\n├── a.txt\n└── b\n";
    assert_eq!(setup.stdout(&["fs", "tree", "/t"]), drawn);
}

#[test]
fn the_words_of_the_azure_cli() {
    let setup = Setup::signed_in();
    let local = setup.file("f", b"x");
    let back = setup.directory.path().join("back");
    setup.stdout(&["fs", "mkdir", "-p", "/d/e"]);
    setup.stdout(&["fs", "upload", "--thread-count", "2", text(&local), "/d/f"]);
    assert_eq!(setup.stdout(&["fs", "list", "/d", "-o", "tsv"]).lines().count(), 2);
    assert!(setup.stdout(&["fs", "show", "/d/f"]).contains("FILE"));
    assert_eq!(setup.stdout(&["fs", "preview", "/d/f"]), "x");
    setup.stdout(&["fs", "download", "/d/f", text(&back)]);
    setup.stdout(&["fs", "move", "/d/f", "/d/g"]);
    setup.stdout(&["fs", "join", "/d/g", "--into", "/d/h"]);
    setup.stdout(&["fs", "acl", "set-entry", "other::r--", "/d/h"]);
    setup.stdout(&[
        "fs",
        "acl",
        "remove-entry",
        "user:00000000-0000-4000-8000-00000000000b:r--",
        "/d/h",
    ]);
    setup.stdout(&["fs", "acl", "remove-all", "--default-acl", "/d"]);
    setup.stdout(&["fs", "delete", "--recurse", "/d"]);
}

/// `| head` ends a listing, however long it is.
#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let setup = Setup::signed_in();
    let directory = setup.directory.path().join("many");
    fs::create_dir(&directory).unwrap();
    for number in 0..300 {
        fs::write(directory.join(format!("{number:0200}")), "").unwrap();
    }
    setup.stdout(&["fs", "put", text(&directory), "/many"]);
    for command in [&["ls", "/many", "-o", "json"][..], &["find", "/many"], &["ls", "/many"]] {
        let mut child = setup.spawn(&[&["fs"], command].concat(), Stdio::piped());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.next().unwrap().is_ok());
        drop(lines);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{command:?}");
    }
}

#[test]
fn a_name_that_the_service_refuses_is_told_and_shown_harmless() {
    let setup = Setup::signed_in();
    let directory = setup.directory.path().join("odd");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("fine"), "x").unwrap();
    fs::write(directory.join("red\u{1b}[31m"), "x").unwrap();
    let run = setup.run(&["fs", "put", text(&directory), "/odd"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("holds a control character"), "{}", run.stderr);
    assert!(run.stderr.contains("red\\u{1b}[31m"), "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
    assert_eq!(setup.stdout(&["fs", "find", "/odd"]), "/odd/fine\n");
    let again = setup.run(&["fs", "get", "/odd", text(&directory)]);
    assert!(again.stderr.contains("hint: add --overwrite"), "{}", again.stderr);
}
