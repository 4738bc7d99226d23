//! What is told of a transfer, on its way and at its end.

use std::fs;

use mock_aad::{FaultAction, FaultRule};
use serde_json::Value;

use crate::setup::{Setup, text};

#[test]
fn the_end_is_one_sentence_and_the_same_for_programs() {
    let setup = Setup::signed_in();
    let tree = setup.directory.path().join("tree");
    fs::create_dir_all(tree.join("d")).unwrap();
    fs::write(tree.join("a"), "abc").unwrap();
    fs::write(tree.join("d/b"), "de").unwrap();
    let tree = text(&tree);
    let said = setup.stdout(&["fs", "put", tree, "/x/"]);
    let start = "uploaded 2 files in 2 directories, 5 B, to adl://mocklake/x/tree in ";
    assert!(said.starts_with(start) && said.lines().count() == 1, "{said}");
    let report = setup.json(&["fs", "put", tree, "/x/", "--overwrite=different"]);
    assert_eq!((&report["files"], &report["skipped"]), (&0.into(), &2.into()));
    assert_eq!(report["target"], "adl://mocklake/x/tree");
    for member in ["seconds", "bytesPerSecond", "resumedBytes", "retries", "deleted", "leftOut"] {
        assert!(report.get(member).is_some(), "{member}");
    }
    let said = setup.stdout(&["fs", "put", tree, "/x/", "--overwrite=different"]);
    assert!(said.contains("2 files unchanged"), "{said}");

    let back = setup.directory.path().join("back.txt");
    let said = setup.stdout(&["fs", "get", "/x/tree/a", text(&back)]);
    assert!(said.starts_with(&format!("downloaded a, 3 B, to {} in ", text(&back))), "{said}");
    fs::remove_file(setup.directory.path().join("tree/a")).unwrap();
    let said = setup.stdout(&["fs", "sync", "--delete", tree, "adl://mocklake/x/tree"]);
    assert!(
        said.starts_with("synced adl://mocklake/x/tree: 0 sent, 1 deleted, 1 unchanged in "),
        "{said}"
    );
    assert_eq!(setup.stdout(&["fs", "put", tree, "/quiet", "-q"]), "");
}

#[test]
fn programs_are_told_on_the_way_and_of_retries() {
    let setup = Setup::signed_in();
    let local = setup.file("f", b"content");
    let slow = FaultAction::Status { code: 429, retry_after: None, body: None };
    setup.emulator.add_faults([FaultRule::new(slow).op("CREATE").count(1)]).unwrap();
    let run = setup.run(&["fs", "put", text(&local), "/f", "--progress", "json", "-o", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told: Vec<Value> =
        run.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let end = told.last().unwrap();
    assert_eq!((&end["event"], &end["bytes"]), (&"end".into(), &7.into()));
    assert_eq!((&end["totalFiles"], &end["totalsComplete"]), (&1.into(), &true.into()));
    assert_eq!(end["retries"], 1);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["retries"], 1);
    let run = setup.run(&["fs", "put", text(&local), "/g", "--progress", "never"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[test]
fn verbose_is_a_line_a_request_and_a_file() {
    let setup = Setup::signed_in();
    let local = setup.file("f", b"content");
    let slow = FaultAction::Status { code: 429, retry_after: None, body: None };
    setup.emulator.add_faults([FaultRule::new(slow).op("CREATE").count(1)]).unwrap();
    let run = setup.run(&["fs", "put", text(&local), "/f", "-v"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let has = |start: &str, end: &str| {
        run.stderr.lines().any(|line| line.starts_with(start) && line.ends_with(end))
    };
    assert!(has("429 CREATE https://mocklake.", " ms"), "{}", run.stderr);
    assert!(has("in ", "try 2 of 5: 429 Too Many Requests"), "{}", run.stderr);
    assert!(has("201 CREATE https://mocklake.", ", try 2"), "{}", run.stderr);
    assert!(has(text(&local), " -> /f"), "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
    let everything = setup.run(&["fs", "ls", "/", "-vv"]).stderr;
    assert!(everything.contains("DEBUG") && !everything.contains('\u{1b}'), "{everything}");
}

#[test]
fn a_dry_run_is_a_plan_on_stdout() {
    let setup = Setup::signed_in();
    let tree = setup.directory.path().join("tree");
    fs::create_dir_all(&tree).unwrap();
    fs::write(tree.join("a"), "abc").unwrap();
    setup.stdout(&["fs", "touch", "/s/old"]);
    let sync = ["fs", "sync", "--delete", "--dry-run", text(&tree), "adl://mocklake/s"];
    let run = setup.run(&sync);
    let source = text(&tree);
    let expected = format!("would upload {source}/a to /s/a, 3 B\nwould delete /s/old\n");
    assert_eq!((run.code, run.stdout), (0, expected));
    let plan = setup.json(&sync);
    assert_eq!(plan[0]["action"], "upload");
    assert_eq!((&plan[1]["action"], &plan[1]["target"]), (&"delete".into(), &"/s/old".into()));
    assert_eq!(setup.stdout(&["fs", "find", "/s"]), "/s/old\n");
}
