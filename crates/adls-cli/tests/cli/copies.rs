//! `adls fs cp`: files and trees, within an account and between accounts of both generations.

use super::setup::{Setup, text};

const SOMEBODY: &str = "5a1e0000-0000-4000-8000-000000000999";

/// A lake with a tree, and the address of a place in an account of the other generation.
fn lakes() -> (Setup, String) {
    let setup = Setup::signed_in();
    for (name, content) in [("a.csv", "1"), ("b.txt", "22"), ("c.csv", "333")] {
        let local = setup.file(name, content.as_bytes());
        setup.stdout(&["fs", "put", text(&local), &format!("/t/d/{name}")]);
    }
    setup.stdout(&["fs", "mkdir", "/t/empty"]);
    setup.stdout(&["fs", "acl", "modify", &format!("user:{SOMEBODY}:r-x"), "/t/d"]);
    let account = setup.emulator.ready().gen2_account.clone();
    setup.stdout(&["storage-account", "grant", &account, "--me", "--role", "owner"]);
    let other = format!("abfss://mockfs@{account}");
    (setup, other)
}

#[test]
fn a_tree_goes_to_the_other_generation_with_its_rights_and_back() {
    let (setup, other) = lakes();
    let there = format!("{other}/t");
    let copied = setup.json(&["fs", "cp", "-r", "/t", &there, "--preserve", "rights,properties"]);
    assert_eq!(copied["files"], 3);
    assert_eq!(copied["bytes"], 6);
    assert_eq!(copied["notKept"], serde_json::json!({}));
    assert_eq!(setup.stdout(&["fs", "cat", &format!("{there}/d/c.csv")]), "333");
    assert!(setup.stdout(&["fs", "test", &format!("{there}/empty/")]).contains("true"));
    let rights = setup.stdout(&["fs", "acl", "show", &format!("{there}/d")]);
    assert!(rights.contains(&format!("user:{SOMEBODY}:r-x")), "{rights}");
    // What Gen1 has no place for is told, before and after.
    let file = format!("{there}/d/a.csv");
    setup.stdout(&["fs", "properties", &file, "--set", "owner=me"]);
    let arguments = ["fs", "cp", &*there, "/back"];
    let plan = setup.run(&[&arguments[..], &["--dry-run", "-v"]].concat());
    assert!(plan.stdout.contains("would copy /t/d/a.csv to /back/d/a.csv, 1 B"), "{}", plan.stdout);
    assert!(plan.stdout.contains("would make the directory /back/empty"), "{}", plan.stdout);
    assert!(plan.stderr.contains("without its properties: /t/d/a.csv"), "{}", plan.stderr);
    assert!(plan.stderr.contains("would lack"), "{}", plan.stderr);
    assert_eq!(setup.answer(&["fs", "test", "/back"]), "false\n");
    let run = setup.run(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("copied 3 files in 3 directories, 6 B, to "), "{}", run.stdout);
    assert!(
        run.stderr.contains("1 copy lacks what the target has no place for: properties"),
        "{}",
        run.stderr
    );
    let run = setup.run(&[&arguments[..], &["--overwrite", "--preserve", "none"]].concat());
    assert_eq!((run.code, &*run.stderr), (0, ""));
}

#[test]
fn several_sources_patterns_and_filters() {
    let (setup, other) = lakes();
    setup.stdout(&["fs", "cp", "/t/d/*.csv", &format!("{other}/s")]);
    assert_eq!(setup.stdout(&["fs", "ls", &format!("{other}/s"), "-o", "tsv"]).lines().count(), 2);
    setup.stdout(&["fs", "cp", "/t/d/a.csv", "/t/d/b.txt", "/both"]);
    assert_eq!(setup.stdout(&["fs", "find", "/both/*"]), "/both/a.csv\n/both/b.txt\n");
    setup.stdout(&["fs", "cp", "-r", "/t", "/only", "--include", "*.txt"]);
    assert_eq!(setup.stdout(&["fs", "find", "/only"]), "/only/d\n/only/d/b.txt\n");
    let run = setup.run(&["fs", "cp", "/t/d/a.csv", "/none", "/both"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("/none does not exist"), "{}", run.stderr);
}

#[test]
fn what_is_there_stays_and_nothing_goes_into_itself() {
    let (setup, other) = lakes();
    setup.stdout(&["fs", "cp", "/t", &format!("{other}/t")]);
    let run = setup.run(&["fs", "cp", "/t", &format!("{other}/t")]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("hint: add --overwrite"), "{}", run.stderr);
    setup.stdout(&["fs", "cp", "/t", &format!("{other}/t"), "--overwrite"]);
    for target in ["/t", "/t/d/x"] {
        let run = setup.run(&["fs", "cp", "-r", "/t", target]);
        assert_eq!(run.code, 2, "{target}: {}", run.stderr);
    }
    let run = setup.run(&["fs", "cp", "/t", &other, "--preserve", "everything"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("properties"), "{}", run.stderr);
}

/// A local disk has no place for rights, so they lie beside the copy.
#[test]
fn rights_go_to_a_file_and_back() {
    let (setup, other) = lakes();
    let local = setup.directory.path().join("local");
    let rights = setup.directory.path().join("rights");
    setup.stdout(&["fs", "chmod", "400", "/t/d/a.csv"]);
    setup.stdout(&["fs", "get", "/t", text(&local), "--acl-file", text(&rights)]);
    let saved = std::fs::read_to_string(&rights).unwrap();
    assert!(saved.starts_with("# file: .\n# owner: "), "{saved}");
    assert_eq!(setup.stdout(&["fs", "acl", "save", "/t"]), saved);
    let back = format!("{other}/back");
    setup.stdout(&["fs", "put", text(&local), &back, "--acl-file", text(&rights)]);
    let entries = |path: &str| setup.json(&["fs", "acl", "show", path])["entries"].clone();
    for name in ["", "/d", "/d/a.csv", "/d/b.txt", "/empty"] {
        let (before, after) = (entries(&format!("/t{name}")), entries(&format!("{back}{name}")));
        assert_eq!(before, after, "{name}");
    }
    setup.stdout(&["fs", "acl", "remove-all", "-R", &back]);
    let restore = ["fs", "acl", "restore", &*back, text(&rights)];
    let plan = setup.stdout(&[&restore[..], &["--dry-run"]].concat());
    assert!(plan.starts_with("would restore the rights in "), "{plan}");
    let run = setup.run(&restore);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("restored the rights of 3 files and 3 directories"),
        "{}",
        run.stderr
    );
    assert_eq!(entries("/t/d"), entries(&format!("{back}/d")));
    // What is missing is named; the rest is restored.
    setup.stdout(&["fs", "rm", &format!("{back}/d/c.csv")]);
    let run = setup.run(&restore);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("1 of 6 items could not be changed"), "{}", run.stderr);
    assert!(run.stderr.contains("c.csv"), "{}", run.stderr);
    for (content, said) in
        [("nonsense\n", "line 1"), ("# file: ../x\nuser::rwx\ngroup::r-x\nother::---\n", "line 1")]
    {
        std::fs::write(&rights, content).unwrap();
        let run = setup.run(&restore);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    let run = setup.run(&["fs", "put", text(&local), text(&local), &back, "--acl-file", "x"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn a_directory_takes_the_place_of_another() {
    let (setup, _) = lakes();
    setup.stdout(&["fs", "touch", "/new/x"]);
    let replace = ["fs", "mv", "--replace", "/new", "/t"];
    let plan = setup.stdout(&[&replace[..], &["--dry-run"]].concat());
    assert_eq!(plan, "would move, replacing the directory there, /new to /t\n");
    setup.stdout(&replace);
    assert_eq!(setup.stdout(&["fs", "find", "/"]), "/t\n/t/x\n");
    let run = setup.run(&["fs", "mv", "--replace", "/t/x", "/t", "/u"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    let run = setup.run(&["fs", "mv", "--replace", "/t/x", "/t"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

/// A rename keeps the lists of the old place, unless those of the new one are asked for.
#[test]
fn what_is_moved_takes_the_lists_of_its_new_place() {
    let (setup, other) = lakes();
    setup.stdout(&["fs", "cp", "/t", &format!("{other}/t"), "--preserve", "rights"]);
    for root in ["", &other] {
        let at = |path: &str| format!("{root}{path}");
        let entries = |path: &str| {
            let shown = setup.json(&["fs", "acl", "show", &at(path)]);
            shown["entries"]
                .as_array()
                .unwrap()
                .iter()
                .map(|e| e.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        setup.stdout(&["fs", "mkdir", &at("/team"), &at("/plain")]);
        let default = format!(
            "default:user::rwx,default:user:{SOMEBODY}:rwx,default:group::r-x,default:mask::rwx,default:other::---"
        );
        setup.stdout(&["fs", "acl", "modify", &default, &at("/team")]);
        let before = entries("/t/d");
        setup.stdout(&["fs", "mv", &at("/t"), &at("/team/")]);
        assert_eq!(entries("/team/t/d"), before);
        setup.stdout(&["fs", "mv", &at("/team/t"), &at("/team/u"), "--acl", "inherit"]);
        for path in ["/team/u", "/team/u/d"] {
            let now = entries(path);
            assert!(now.contains(&format!("user:{SOMEBODY}:rwx")), "{path}: {now:?}");
            assert!(now.contains(&format!("default:user:{SOMEBODY}:rwx")), "{path}: {now:?}");
        }
        assert!(entries("/team/u/d/a.csv").contains(&format!("user:{SOMEBODY}:rwx")));
        // A directory without default entries gives what it gives everybody.
        setup.stdout(&["fs", "mv", &at("/team/u"), &at("/plain/"), "--acl", "inherit"]);
        assert_eq!(entries("/plain/u/d"), ["user::rwx", "group::r-x", "other::---"]);
        assert_eq!(entries("/plain/u/d/a.csv"), ["user::rw-", "group::r--", "other::---"]);
    }
}

/// What was deleted comes back as a tree: of each path the latest, and without what is not meant.
#[test]
fn a_deleted_tree_comes_back() {
    let setup = Setup::signed_in();
    let account = setup.emulator.ready().gen2_soft_account.clone();
    setup.stdout(&["storage-account", "grant", &account, "--me", "--role", "owner"]);
    setup.stdout(&["filesystem", "create", "soft", "--account", &account]);
    let at = |path: &str| format!("abfss://soft@{account}{path}");
    let put = |path: &str, content: &str| {
        let local = setup.file("local", content.as_bytes());
        setup.stdout(&["fs", "put", text(&local), &at(path)]);
    };
    put("/d/a.csv", "old");
    setup.stdout(&["fs", "rm", &at("/d/a.csv")]);
    put("/d/a.csv", "new");
    put("/d/e/b.csv", "b");
    put("/d/e/c.txt", "c");
    setup.stdout(&["fs", "rm", &at("/d/a.csv"), &at("/d/e/b.csv"), &at("/d/e/c.txt")]);
    setup.stdout(&["fs", "rm", "-r", &at("/d/e")]);
    let all = ["fs", "undelete", "-r", &*at("/d")];
    let run = setup.run(&[&all[..], &["--since", "2100-01-01T00:00:00Z"]].concat());
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("nothing at or below /d is in the trash"), "{}", run.stderr);
    // A directory that is deleted itself is not made anew, which would keep it from coming back.
    let run = setup.run(&[&all[..], &["--include", "*.csv", "--dry-run"]].concat());
    assert_eq!((run.code, &*run.stdout), (1, "would restore /d/a.csv\n"));
    assert!(run.stderr.contains("hint: restore /d/e first"), "{}", run.stderr);
    setup.stdout(&all);
    for (path, content) in [("/d/a.csv", "new"), ("/d/e/b.csv", "b"), ("/d/e/c.txt", "c")] {
        assert_eq!(setup.stdout(&["fs", "cat", &at(path)]), content, "{path}");
    }
    // What is there again is named, and the rest comes back, with the directories that are missing.
    setup.stdout(&["fs", "rm", &at("/d/a.csv"), &at("/d/e/c.txt")]);
    put("/d/a.csv", "newest");
    let run = setup.run(&all);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("hint: move what is there away"), "{}", run.stderr);
    assert_eq!(setup.stdout(&["fs", "cat", &at("/d/e/c.txt")]), "c");
    assert_eq!(setup.stdout(&["fs", "cat", &at("/d/a.csv")]), "newest");
}
