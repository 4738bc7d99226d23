//! What is printed, in which form, and with which exit code.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use mock_aad::{FaultAction, FaultRule};
use serde_json::Value;

use crate::setup::{Setup, finish, text};

#[test]
fn json_is_one_document_and_jsonl_a_line_an_object() {
    let setup = Setup::signed_in();
    setup.stdout(&["fs", "mkdir", "/empty"]);
    for file in ["/j/a", "/j/b", "/j/c/d"] {
        setup.stdout(&["fs", "touch", file]);
    }
    for (command, count) in [
        (&["fs", "ls", "/j"][..], 3),
        (&["fs", "ls", "/empty"], 0),
        (&["fs", "find", "/j"], 4),
        (&["fs", "find", "/j/*.csv"], 0),
        (&["fs", "tree", "/j"], 4),
        (&["fs", "du", "/j", "--depth", "1"], 2),
        (&["fs", "trash", "list"], 0),
        (&["account", "list"], 1),
        (&["account", "firewall", "list"], 0),
        (&["group", "list"], 1),
        (&["subscription", "list"], 1),
    ] {
        let document = setup.stdout(&[command, &["-o", "json"]].concat());
        let items: Vec<Value> = serde_json::from_str(&document).unwrap();
        assert_eq!(items.len(), count, "{command:?}: {document}");
        let lines = setup.stdout(&[command, &["-o", "jsonl"]].concat());
        let lines: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, items, "{command:?}");
    }
    assert_eq!(setup.stdout(&["fs", "stat", "/j/a", "-o", "jsonl"]).lines().count(), 1);
}

#[test]
fn a_file_can_be_downloaded_into_a_pipe() {
    let setup = Setup::signed_in();
    let local = setup.file("f", b"content");
    setup.stdout(&["fs", "put", text(&local), "/f"]);
    assert_eq!(setup.stdout(&["fs", "get", "/f", "-"]), "content");
    assert_eq!(setup.run(&["fs", "get", "/", "-"]).code, 1);
}

#[test]
fn a_question_that_stays_open_is_not_a_no() {
    let setup = Setup::signed_in();
    assert_eq!(setup.stdout(&["fs", "can", "r-x", "/"]), "true\n");
    assert_eq!(setup.answer(&["fs", "test", "/nothing"]), "false\n");
    assert_eq!(setup.answer(&["account", "exists", "pond"]), "false\n");
    let refusal = FaultAction::Status { code: 403, retry_after: None, body: None };
    setup.emulator.add_faults([FaultRule::new(refusal).op("GETFILESTATUS")]).unwrap();
    let run = setup.run(&["fs", "test", "/nothing"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    setup.emulator.clear_faults();
    let never = FaultAction::Delay { ms: 24 * 3600 * 1000 };
    setup.emulator.add_faults([FaultRule::new(never).op("GETFILESTATUS")]).unwrap();
    let run = setup.run(&["fs", "test", "/nothing", "--timeout", "0.1"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    let run = setup.run(&["fs", "stat", "/nothing", "--timeout", "0.1"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("gave up after 0.1 seconds, as --timeout says"), "{}", run.stderr);
    assert_eq!(Setup::new().run(&["fs", "test", "/"]).code, 3);
}

mod memory_is_bounded_by_design {
    use super::*;

    #[test]
    fn a_line_without_an_end_is_printed_as_it_comes() {
        let setup = Setup::signed_in();
        let endless = setup.file("endless", &vec![b'x'; 40 << 20]);
        setup.stdout(&["fs", "put", text(&endless), "/endless"]);
        setup.emulator.clear_requests();
        for command in [
            &["fs", "head", "-n", "1", "/endless"][..],
            &["fs", "head", "-c", "40000000", "/endless"],
            &["fs", "tail", "-c", "40000000", "/endless"],
            &["fs", "cat", "/endless"],
        ] {
            let mut child = setup.spawn(command, Stdio::piped());
            let mut first = [0; 100_000];
            child.stdout.take().unwrap().read_exact(&mut first).unwrap();
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{command:?}");
        }
        let reads = setup.emulator.requests();
        let reads = reads.iter().filter(|request| request.query.contains("op=OPEN")).count();
        // The whole of it would be 640 blocks for the first command alone.
        assert!(reads < 320, "{reads}");
    }

    #[test]
    fn counts_have_a_range() {
        let setup = Setup::signed_in();
        let most = u64::MAX.to_string();
        for arguments in [
            &["fs", "put", "x", "/x", "--parallel", &most][..],
            &["fs", "put", "x", "/x", "--parallel", "0"],
            &["fs", "get", "/x", "x", "--parallel", "1025"],
            &["fs", "tree", "--depth", &most],
            &["fs", "du", "/", "--depth", &most],
            &["fs", "head", "-c", &most, "/x"],
            &["fs", "tail", "-n", &most, "/x"],
            &["fs", "cat", "/x", "--offset", &most],
            &["fs", "ls", "/", "--timeout", "0"],
            &["fs", "ls", "/", "--timeout", &most],
            &["fs", "expiry", "/x", "--in", "0s"],
            &["account", "wait", "x", "--interval", "0"],
        ] {
            let run = setup.run(arguments);
            assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
            assert!(!run.stderr.contains("panicked"), "{arguments:?}: {}", run.stderr);
        }
    }
}

mod nothing_from_a_peer_reaches_a_terminal_unescaped {
    use super::*;

    #[test]
    fn not_from_what_the_service_says_nor_in_the_log() {
        let setup = Setup::signed_in();
        let said = format!("no\u{1b}]0;owned\u{7}\u{202e}\nhint: run this {}", "x".repeat(100_000));
        let body = serde_json::json!({"RemoteException": {
            "exception": "AccessControlException\u{1b}[2J", "message": said}});
        let refusal = FaultAction::Status { code: 403, retry_after: None, body: Some(body) };
        setup.emulator.add_faults([FaultRule::new(refusal).op("GETFILESTATUS")]).unwrap();
        for arguments in [&["fs", "stat", "/x"][..], &["fs", "stat", "/x", "-v"]] {
            let run = setup.run(arguments);
            assert_eq!(run.code, 1);
            let harmful = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!run.stderr.contains(harmful), "{:?}", run.stderr);
            assert!(run.stderr.lines().all(|line| !line.starts_with("hint: run this")));
            assert!(run.stderr.len() < 50_000, "{}", run.stderr.len());
        }
    }
}

mod words_name_the_right_thing {
    use super::*;

    #[test]
    fn a_slash_at_the_end_means_a_directory_in_every_command() {
        let setup = Setup::signed_in();
        let local = setup.file("local", b"content");
        setup.stdout(&["fs", "put", text(&local), "/f"]);
        setup.stdout(&["fs", "mkdir", "/d"]);
        for command in [
            &["ls"][..],
            &["stat"],
            &["cat"],
            &["head"],
            &["tail"],
            &["touch"],
            &["rm"],
            &["du"],
            &["chmod", "600"],
            &["chown", "me"],
            &["acl", "show"],
            &["acl", "set", "user::rwx,group::r-x,other::---"],
            &["expiry", "--never"],
            &["append", "--content", "x"],
            &["mv", "/d"],
            &["cp", "/f"],
        ] {
            let run = setup.run(&[&["fs"], command, &["/f/"]].concat());
            assert!(run.code == 1 || run.code == 2, "{command:?}: {} {}", run.code, run.stderr);
            assert!(run.stderr.contains("slash"), "{command:?}: {}", run.stderr);
        }
        for command in [&["mv", "/f/", "/g"][..], &["cp", "/f/", "/g"]] {
            let run = setup.run(&[&["fs"], command].concat());
            assert!(run.stderr.contains("slash"), "{command:?}: {}", run.stderr);
        }
        assert_eq!(setup.answer(&["fs", "test", "/f/"]), "false\n");
        for command in [&["ls"][..], &["stat"], &["test"], &["du"], &["chmod", "750"], &["mkdir"]] {
            setup.stdout(&[&["fs"], command, &["/d/"]].concat());
        }
        assert_eq!(setup.stdout(&["fs", "cat", "/f"]), "content");
        assert_eq!(setup.stdout(&["fs", "find", "/"]), "/d\n/f\n");
    }

    #[test]
    fn the_account_that_is_missing_and_the_file_that_cannot_be_read() {
        let setup = Setup::signed_in();
        let run = setup.run(&["fs", "stat", "adl://other/x"]);
        assert!(run.stderr.starts_with("error: there is no account other\n"), "{}", run.stderr);
        setup.stdout(&["fs", "touch", "/f"]);
        let directory = text(setup.directory.path());
        let run = setup.run(&["fs", "append", "/f", "--file", directory]);
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains(&format!("{directory} cannot be read")), "{}", run.stderr);
    }

    #[test]
    fn what_is_moved_goes_where_transfers_go() {
        let setup = Setup::signed_in();
        setup.stdout(&["fs", "touch", "/a"]);
        setup.stdout(&["fs", "mv", "/a", "/new/"]);
        setup.stdout(&["fs", "cp", "/new/a", "/other/"]);
        assert_eq!(setup.stdout(&["fs", "find", "/*/a"]).lines().count(), 2);
        let run = setup.run(&["fs", "mv", "/other", "/new/a", "--overwrite"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(!run.stderr.contains("add --overwrite"), "{}", run.stderr);
        let run = setup.run(&["fs", "mv", "/other/a", "/new"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains("hint: add --overwrite"), "{}", run.stderr);
        setup.stdout(&["fs", "mv", "/other/a", "/new", "--overwrite"]);
        setup.stdout(&["fs", "mv", "/new/", "/other"]);
        assert_eq!(setup.stdout(&["fs", "find", "/"]), "/other\n/other/new\n/other/new/a\n");
        for (source, target) in [("/other", "/other/new/x"), ("/", "/x"), ("/other", "/other")] {
            assert_ne!(setup.run(&["fs", "mv", source, target]).code, 0, "{source} {target}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_noticed_by_every_command() {
        let setup = Setup::signed_in();
        setup.stdout(&["fs", "touch", "/a", "-q"]);
        for arguments in
            [&["--help"][..], &["--version"], &["fs", "ls", "/"], &["whoami"], &["fs", "--help"]]
        {
            let full = fs::File::options().write(true).open("/dev/full").unwrap();
            let output = setup.spawn(arguments, Stdio::from(full)).wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{arguments:?}");
            assert!(String::from_utf8(output.stderr).unwrap().contains("cannot print"));
        }
    }
}

mod a_name_is_not_a_pattern_because_of_its_letters {
    use super::*;

    #[test]
    fn what_is_there_is_meant_and_letters_can_be_escaped() {
        let setup = Setup::signed_in();
        for file in ["/d/a[1].csv", "/d/a1.csv", "/d/x*"] {
            setup.stdout(&["fs", "touch", file]);
        }
        assert_eq!(setup.stdout(&["fs", "find", "/d/a[1].csv"]), "/d/a[1].csv\n");
        assert_eq!(setup.stdout(&["fs", "find", r"/d/x\*"]), "/d/x*\n");
        assert_eq!(setup.stdout(&["fs", "find", "/d/a?.csv"]), "/d/a1.csv\n");
        assert_eq!(setup.stdout(&["fs", "find", "/d/a[[]1].csv"]), "/d/a[1].csv\n");
        setup.stdout(&["fs", "rm", "/d/a[1].csv"]);
        assert_eq!(setup.stdout(&["fs", "find", "/d/*.csv"]), "/d/a1.csv\n");
    }
}

/// What a shell makes of the printed environment is what was meant.
#[cfg(unix)]
#[test]
fn the_emulators_environment_survives_blanks_and_quotes() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("my config's");
    let shell = |script: &str| {
        let mut command = assert_cmd::Command::new("sh");
        command.args(["-c", script]).env("ADLS_CONFIG_DIR", &config);
        finish(command.env("ADLS", env!("CARGO_BIN_EXE_adls")).env_remove("ADLS_EMULATOR"))
    };
    let run = shell(r#"eval "$("$ADLS" -q emulator start)"; test -f "$ADLS_EMULATOR""#);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run =
        shell(r#"set -a; eval "$("$ADLS" emulator env)"; test -f "$(printenv SSL_CERT_FILE)""#);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = shell(
        r#"NO_PROXY=* "$ADLS" emulator exec -- sh -c '
            test -f "$SSL_CERT_FILE" && test -f "$ADLS_EMULATOR" && test -z "$NO_PROXY" && exit 7'"#,
    );
    assert_eq!(run.code, 7, "{}", run.stderr);
    assert_eq!(shell(r#""$ADLS" emulator exec -- no-such-program"#).code, 127);
    assert_eq!(shell(r#""$ADLS" -q emulator stop"#).code, 0);
}
