//! Transfers that are killed or interrupted on the way, and go on. Where a process is when it ends is
//! decided by a request that never gets its answer, not by time.

use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use mock_aad::{FaultAction, FaultRule};

use crate::setup::{Setup, text};

const MIB: usize = 1 << 20;
/// What is transferred in one request.
const PART: usize = 4 * MIB;

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

/// A transfer whose requests hang from some point on.
struct Hanging<'a> {
    setup: &'a Setup,
    child: Child,
}

impl<'a> Hanging<'a> {
    /// Waits until `parts` parts are in the journal and `hanging` requests after the `passing` ones
    /// have arrived: one that is still on its way would be counted as one of the next command.
    fn start(
        setup: &'a Setup,
        op: &str,
        (passing, hanging): (u64, u64),
        arguments: &[&str],
        parts: usize,
    ) -> Self {
        let never = FaultAction::Delay { ms: 24 * 3600 * 1000 };
        setup.emulator.add_faults([FaultRule::new(never).op(op).after(passing)]).unwrap();
        let mut child = setup.spawn(arguments, Stdio::null());
        let arrived = (passing + hanging) as usize;
        while noted_parts(setup) < parts || requests(setup, op) < arrived {
            assert_eq!(child.try_wait().unwrap(), None, "the transfer has ended");
            std::thread::yield_now();
        }
        Self { setup, child }
    }

    /// Ends it with no chance to do anything, as `kill -9` does.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.setup.emulator.clear_faults();
        self.setup.emulator.clear_requests();
    }

    /// Ctrl+C.
    #[cfg(unix)]
    fn interrupt(self) -> Output {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let output = self.child.wait_with_output().unwrap();
        self.setup.emulator.clear_faults();
        self.setup.emulator.clear_requests();
        output
    }
}

/// How many parts the transfers under way have noted in their journals.
fn noted_parts(setup: &Setup) -> usize {
    noted(setup, "\"part\"")
}

fn noted(setup: &Setup, what: &str) -> usize {
    let directory = setup.directory.path().join("config/transfers");
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    let journals = entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    journals.map(|text| text.matches(what).count()).sum()
}

/// How many requests of an operation have had bytes with them, or asked for some.
fn requests(setup: &Setup, op: &str) -> usize {
    let op = format!("op={op}&");
    let requests = setup.emulator.requests();
    requests.iter().filter(|request| format!("{}&", request.query).contains(&op)).count()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_killed_upload_goes_on_at_the_last_part() {
    // As a stream of six parts, and as two segments of eight.
    for (length, sent_parts, noted, at_most) in
        [(5 * PART + 5, (2, 1), 3, 4), (16 * PART, (6, 2), 8, 10)]
    {
        let setup = Setup::signed_in();
        let sent = content(length);
        let local = setup.file("big.bin", &sent);
        let put = ["fs", "put", text(&local), "/d/big.bin"];
        Hanging::start(&setup, "APPEND", sent_parts, &put, noted).kill();
        assert_eq!(setup.answer(&["fs", "test", "/d/big.bin"]), "false\n");
        // They are of no interest to anybody, unless asked for.
        assert_eq!(setup.stdout(&["fs", "ls", "/d"]), "");
        assert_eq!(setup.stdout(&["fs", "ls", "-a", "/d"]).matches(".adls-").count(), 1);
        setup.emulator.clear_requests();

        setup.stdout(&put);
        // One question for the end of each file, and the parts that are missing.
        assert!(requests(&setup, "APPEND") <= at_most, "{}", requests(&setup, "APPEND"));
        assert_eq!(requests(&setup, "CREATE"), 0);
        assert_eq!(setup.stdout(&["fs", "ls", "/d", "-o", "tsv"]).lines().count(), 1);
        let back = setup.directory.path().join("back.bin");
        setup.stdout(&["fs", "get", "/d/big.bin", text(&back)]);
        assert!(fs::read(back).unwrap() == sent);
        assert_eq!(names(&setup.directory.path().join("config/transfers")), Vec::<String>::new());
    }
}

#[test]
fn a_killed_download_goes_on_at_the_last_part() {
    let setup = Setup::signed_in();
    let sent = content(9 * PART + 1);
    let local = setup.file("big.bin", &sent);
    setup.stdout(&["fs", "put", text(&local), "/big.bin"]);
    let directory = setup.directory.path().join("down");
    let target = directory.join("big.bin");
    let get = ["fs", "get", "/big.bin", text(&target)];
    Hanging::start(&setup, "OPEN", (6, 4), &get, 6).kill();
    let left = names(&directory);
    assert!(left.len() == 1 && left[0].starts_with(".adls-"), "{left:?}");

    setup.stdout(&get);
    assert_eq!(requests(&setup, "OPEN"), 4);
    assert_eq!(names(&directory), ["big.bin"]);
    assert!(fs::read(target).unwrap() == sent);
}

/// Where the one request of a file was lost, only its note tells that the file is ours.
#[test]
fn what_can_be_resumed_is_found_what_cannot_leaves_nothing_of_small_files() {
    let setup = Setup::signed_in();
    let local = setup.file("small", b"small");
    let put = ["fs", "put", text(&local), "/small"];
    // The request is done after the process has ended.
    let never = FaultAction::Delay { ms: 500 };
    setup.emulator.add_faults([FaultRule::new(never).op("CREATE")]).unwrap();
    let mut child = setup.spawn(&put, Stdio::null());
    while requests(&setup, "CREATE") == 0 && noted(&setup, "\"sending\"") == 0 {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    setup.emulator.clear_faults();
    setup.stdout(&put);
    assert_eq!(setup.stdout(&["fs", "cat", "/small"]), "small");
    assert_eq!(names(&setup.directory.path().join("config/transfers")), Vec::<String>::new());
    assert_eq!(setup.run(&put).code, 1, "what is there is left alone");
}

#[test]
fn what_can_be_resumed_is_found_what_cannot_leaves_nothing_after_a_clean_up() {
    let setup = Setup::signed_in();
    let local = setup.file("big.bin", &content(5 * PART));
    let put = ["fs", "put", text(&local), "/d/big.bin"];
    Hanging::start(&setup, "APPEND", (2, 1), &put, 3).kill();
    let list = setup.stdout(&["fs", "transfers", "list", "/", "-o", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list[0]["kind"], "upload");
    assert_eq!((&list[0]["target"], &list[0]["underWay"]), (&"/d/big.bin".into(), &false.into()));
    assert_eq!(list[1]["kind"], "leftover");
    let table = setup.stdout(&["fs", "transfers", "list"]);
    assert!(table.contains("/d/big.bin") && table.lines().count() == 2, "{table}");
    // Another machine may be at work on it.
    setup.stdout(&["fs", "transfers", "clean", "--in", "/"]);
    assert_eq!(setup.stdout(&["fs", "find", "/d"]).lines().count(), 1);
    setup.stdout(&["fs", "transfers", "clean"]);
    assert_eq!(setup.stdout(&["fs", "find", "/d"]), "");
    assert_eq!(setup.stdout(&["fs", "transfers", "list", "-o", "json"]).trim(), "[]");
    assert_eq!(setup.run(&["fs", "transfers", "clean", "nothing"]).code, 2);
}

#[cfg(unix)]
#[test]
fn ctrl_c_says_how_to_go_on() {
    let setup = Setup::signed_in();
    let local = setup.file("big.bin", &content(5 * PART));
    let put = ["fs", "put", text(&local), "/big.bin"];
    let output = Hanging::start(&setup, "APPEND", (2, 1), &put, 3).interrupt();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    let rest = said.strip_prefix("error: interrupted at ").unwrap();
    let (_, rest) = rest.split_once(" of 20.0 MiB\n").unwrap();
    assert!(rest.starts_with("hint: run the same command again to resume; "), "{said}");
    let report = setup.json(&put);
    assert_eq!(report["resumedBytes"], 3 * PART);
    assert_eq!(requests(&setup, "APPEND"), 3);
    assert_eq!(setup.stdout(&["fs", "find", "/"]), "/big.bin\n");
}

#[cfg(unix)]
mod every_end_is_like_ctrl_c {
    use super::*;

    /// Sends a signal.
    fn send(child: &Child, signal: &str) {
        let id = child.id().to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{signal}"), &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Whether this process, and so its children, ignore SIGHUP: under `nohup` for instance.
    fn hangups_are_ignored() -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 1 == 1)
    }

    fn hang(setup: &Setup, op: &str, passing: u64) {
        let never = FaultAction::Delay { ms: 24 * 3600 * 1000 };
        setup.emulator.add_faults([FaultRule::new(never).op(op).after(passing)]).unwrap();
    }

    fn wait_for(setup: &Setup, child: &mut Child, op: &str, count: usize) {
        while requests(setup, op) < count {
            assert_eq!(child.try_wait().unwrap(), None, "the command has ended");
            std::thread::yield_now();
        }
    }

    fn stdin(file: &Path) -> Stdio {
        fs::File::open(file).unwrap().into()
    }

    #[test]
    fn a_stream_that_is_ended_leaves_nothing() {
        for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
            if signal == "HUP" && hangups_are_ignored() {
                continue;
            }
            let setup = Setup::signed_in();
            let local = setup.file("big.bin", &content(5 * PART));
            hang(&setup, "APPEND", 1);
            let mut child =
                setup.spawn_with(&["fs", "put", "-", "/copy.bin"], stdin(&local), Stdio::null());
            wait_for(&setup, &mut child, "APPEND", 2);
            send(&child, signal);
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{signal}");
            setup.emulator.clear_faults();
            assert_eq!(setup.stdout(&["fs", "ls", "-a", "/"]), "", "{signal}");
        }
    }

    #[test]
    fn a_second_signal_does_not_wait_for_what_cannot_be_cleaned_up() {
        let setup = Setup::signed_in();
        let local = setup.file("big.bin", &content(5 * PART));
        hang(&setup, "APPEND", 1);
        hang(&setup, "DELETE", 0);
        let mut child =
            setup.spawn_with(&["fs", "put", "-", "/copy.bin"], stdin(&local), Stdio::null());
        wait_for(&setup, &mut child, "APPEND", 2);
        send(&child, "INT");
        wait_for(&setup, &mut child, "DELETE", 1);
        send(&child, "TERM");
        assert_eq!(child.wait().unwrap().code(), Some(130));
    }

    #[test]
    fn commands_that_wait_for_somebody_end_too() {
        let setup = Setup::new();
        let mut child = setup.spawn(&["login", "--device-code"], Stdio::null());
        while setup.emulator.pending_devices().is_empty() {
            assert_eq!(child.try_wait().unwrap(), None, "the command has ended");
            std::thread::yield_now();
        }
        send(&child, "TERM");
        assert_eq!(child.wait().unwrap().code(), Some(143));
    }
}

/// What was read is kept, and nobody has to wait for the end of a lease.
#[cfg(unix)]
#[test]
fn an_interrupted_append_gives_the_file_up() {
    use std::io::Write;

    let setup = Setup::signed_in();
    setup.stdout(&["fs", "touch", "/log"]);
    let mut child = setup.spawn_with(&["fs", "append", "/log"], Stdio::piped(), Stdio::null());
    // More than is gathered before it is sent, so that the first request tells that it is at work.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&content(PART + 1)).unwrap();
    setup.emulator.clear_requests();
    stdin.write_all(&content(PART)).unwrap();
    while requests(&setup, "APPEND") == 0 {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!(output.status.code(), Some(130));
    setup.stdout(&["fs", "append", "/log", "--content", "more"]);
    let length = setup.stdout(&["fs", "du", "/log", "-o", "tsv"]);
    let length: usize = length.split('\t').next().unwrap().parse().unwrap();
    assert!(length > PART, "{length}");
}
