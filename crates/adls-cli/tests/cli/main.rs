//! The `adls` binary against an emulator: what it prints, where, and how it exits.
#![allow(clippy::unwrap_used, reason = "tests")]

mod configuration;
mod copies;
mod emulator;
mod everyday;
mod explained;
mod files;
mod gen2;
mod hosts;
mod interrupted;
mod management;
mod output;
mod progress;
mod sessions;
mod setup;
mod storage_accounts;

use std::fs;

use mock_aad::Emulator;

use setup::{Setup, finish, text};

#[test]
fn quickstart_tells_every_step_and_leaves_nothing() {
    let setup = Setup::new();
    let run = setup.run(&["quickstart", "--output", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let steps: Vec<serde_json::Value> = serde_json::from_str(&run.stdout).unwrap();
    assert!(steps.iter().all(|step| step["ok"] == true), "{}", run.stdout);
    let titles: Vec<_> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    for title in ["compare", "sign in with the password alone", "sign in with a device code"] {
        assert!(titles.contains(&title), "{titles:?}");
    }
    assert!(run.stderr.contains("nothing left behind"), "{}", run.stderr);
    assert!(!setup.directory.path().join("config").exists());
}

#[test]
fn quickstart_fits_into_eighty_columns() {
    for arguments in [&["quickstart"][..], &["quickstart", "--gen2"]] {
        let run = Setup::new().run(arguments);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.starts_with("An emulator of Azure AD"), "{}", run.stdout);
        assert!(run.stdout.ends_with("nothing left behind.\n"), "{}", run.stdout);
        for line in run.stdout.lines().chain(run.stderr.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_user_signs_in_works_and_signs_out() {
    let setup = Setup::signed_in();
    let whoami = setup.stdout(&["whoami", "--output", "json"]);
    let whoami: serde_json::Value = serde_json::from_str(&whoami).unwrap();
    assert_eq!(whoami["name"], setup.emulator.ready().username);

    let content: Vec<u8> = (0..5_000_000_u32).flat_map(|n| n.to_le_bytes()).collect();
    let local = setup.file("numbers.bin", &content);
    setup.stdout(&["fs", "mkdir", "/work"]);
    setup.stdout(&["fs", "put", text(&local), "/work/"]);
    assert_eq!(setup.stdout(&["fs", "ls", "/work", "-o", "tsv"]).lines().count(), 1);
    let back = setup.directory.path().join("back.bin");
    setup.stdout(&["fs", "get", "adl://mocklake/work/numbers.bin", text(&back)]);
    assert!(fs::read(&back).unwrap() == content);
    let head = setup.command(&["fs", "cat", "/work/numbers.bin", "--offset", "4", "--length", "8"]);
    assert_eq!({ head }.output().unwrap().stdout, &content[4..12]);
    setup.stdout(&["fs", "mv", "/work/numbers.bin", "/work/renamed.bin"]);
    let summary = setup.stdout(&["fs", "du", "/work", "-o", "tsv"]);
    assert_eq!(summary, "20000000\t1\t1\t/work\n");
    setup.stdout(&["fs", "rm", "--recursive", "/work"]);

    setup.stdout(&["logout"]);
    assert_eq!(setup.run(&["whoami"]).code, 3);
    let cache = fs::read(setup.directory.path().join("config/msal_token_cache.json")).unwrap();
    let cache: serde_json::Value = serde_json::from_slice(&cache).unwrap();
    for section in ["AccessToken", "RefreshToken", "IdToken", "Account"] {
        assert!(cache[section].as_object().is_none_or(|kept| kept.is_empty()), "{section}");
    }
    assert_eq!(setup.run(&["fs", "ls", "/"]).code, 3);
}

#[test]
fn every_file_command_does_what_it_says() {
    let setup = Setup::signed_in();
    let adls = |arguments: &[&str]| setup.stdout(arguments);
    adls(&["fs", "mkdir", "/t/a"]);
    adls(&["fs", "touch", "/t/a/one.txt"]);
    adls(&["fs", "append", "/t/a/one.txt", "--content", "hello "]);
    let more = setup.file("more.txt", b"world");
    adls(&["fs", "append", "/t/a/one.txt", "--file", text(&more)]);
    // Touching what is there leaves it alone.
    adls(&["fs", "touch", "/t/a/one.txt"]);
    assert_eq!(adls(&["fs", "cat", "/t/a/one.txt"]), "hello world");
    assert_eq!(adls(&["fs", "head", "-c", "5", "/t/a/one.txt"]), "hello");
    assert_eq!(adls(&["fs", "tail", "-c", "5", "/t/a/one.txt"]), "world");

    adls(&["fs", "cp", "/t/a/one.txt", "/t/"]);
    assert_eq!(setup.run(&["fs", "cp", "/t/a/one.txt", "/t/one.txt"]).code, 1);
    adls(&["fs", "cp", "--overwrite", "/t/a/one.txt", "/t/two.txt"]);
    adls(&["fs", "concat", "/t/one.txt", "/t/two.txt", "--into", "/t/both.txt"]);
    assert_eq!(adls(&["fs", "cat", "/t/both.txt"]), "hello worldhello world");
    assert_eq!(setup.answer(&["fs", "test", "/t/one.txt"]), "false\n");
    assert_eq!(adls(&["fs", "test", "/t/both.txt"]), "true\n");

    assert_eq!(adls(&["fs", "find", "/t/**/*.txt", "--type", "file"]).lines().count(), 2);
    assert_eq!(adls(&["fs", "find", "/t", "--type", "directory"]), "/t/a\n");
    assert_eq!(adls(&["fs", "tree", "/t"]), "/t\n├── a/\n│   └── one.txt\n└── both.txt\n");
    let usage = adls(&["fs", "du", "/t", "--depth", "1", "-o", "tsv"]);
    assert_eq!(usage, "33\t2\t2\t/t\n11\t1\t1\t/t/a\n");
    assert!(adls(&["fs", "df", "-o", "tsv"]).ends_with("\t/\n"));

    let directory = setup.directory.path().join("synced");
    let pattern = setup.directory.path().join("matched");
    adls(&["fs", "get", "/t/**/*.txt", text(&pattern)]);
    assert_eq!(fs::read(pattern.join("a/one.txt")).unwrap(), b"hello world");
    adls(&["fs", "sync", "adl://mocklake/t", text(&directory)]);
    fs::remove_file(directory.join("both.txt")).unwrap();
    fs::write(directory.join("new.txt"), "new").unwrap();
    let planned =
        setup.run(&["fs", "sync", "--delete", "--dry-run", text(&directory), "adl://mocklake/s"]);
    assert!(planned.stdout.contains("new.txt to /s/new.txt, 3 B\n"), "{}", planned.stdout);
    adls(&["fs", "sync", "--delete", text(&directory), "adl://mocklake/s"]);
    assert_eq!(adls(&["fs", "cat", "/s/new.txt"]), "new");
    assert_eq!(setup.run(&["fs", "sync", text(&directory), "/s"]).code, 2);

    adls(&["fs", "chmod", "640", "/t/both.txt"]);
    assert_eq!(adls(&["fs", "stat", "/t/both.txt", "-o", "tsv"]).split('\t').nth(7), Some("640"));
    adls(&["fs", "chmod", "-R", "750", "/t"]);
    assert_eq!(adls(&["fs", "can", "rwx", "/t"]), "true\n");
    // What checked rights before are the words for access control lists now, as elsewhere.
    assert_eq!(setup.run(&["fs", "access", "rwx", "/t"]).code, 2);
    assert!(adls(&["fs", "access", "show", "/t"]).contains("user::rwx"));
    let group = "00000000-0000-4000-8000-00000000000a";
    adls(&["fs", "chown", &format!(":{group}"), "/t"]);
    let someone = "00000000-0000-4000-8000-00000000000b";
    adls(&["fs", "acl", "modify", "-R", &format!("user:{someone}:r-x"), "/t"]);
    let shown = adls(&["fs", "acl", "show", "/t/a/one.txt", "-o", "tsv"]);
    assert!(shown.contains(&format!("user:{someone}:r-x")), "{shown}");
    adls(&["fs", "acl", "remove", "-R", &format!("user:{someone}"), "/t"]);
    adls(&["fs", "acl", "set", "user::rwx,group::r-x,other::---", "/t"]);
    adls(&["fs", "acl", "remove-all", "-R", "/t"]);
    assert!(!adls(&["fs", "acl", "show", "/t/a/one.txt", "-o", "tsv"]).contains(someone));

    assert_eq!(adls(&["fs", "expiry", "/t/both.txt"]), "never\n");
    adls(&["fs", "expiry", "/t/both.txt", "--at", "2999-01-31T00:00:00Z"]);
    assert_eq!(adls(&["fs", "expiry", "/t/both.txt"]), "2999-01-31T00:00:00Z\n");
    adls(&["fs", "expiry", "/t/both.txt", "--never"]);
    adls(&["fs", "expiry", "/t/both.txt", "--in", "1h"]);
    setup.emulator.clock().advance(std::time::Duration::from_secs(3601));
    assert_eq!(setup.answer(&["fs", "test", "/t/both.txt"]), "false\n");

    adls(&["fs", "rm", "/t/a/one.txt"]);
    assert!(adls(&["fs", "trash", "list", "/t/a", "-o", "tsv"]).ends_with("FILE\t/t/a/one.txt\n"));
    adls(&["fs", "trash", "restore", "/t/a/one.txt"]);
    assert_eq!(adls(&["fs", "cat", "/t/a/one.txt"]), "hello world");
    assert_eq!(setup.run(&["fs", "trash", "restore", "/t/never-there"]).code, 1);
}

#[test]
fn a_user_with_mfa_is_told_the_way_and_it_works() {
    let setup = Setup::new();
    let ready = setup.emulator.ready();
    let mut login =
        setup.command(&["login", "--username", &ready.mfa_username, "--password-stdin"]);
    let run = finish(login.write_stdin(ready.password.clone()));
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("AADSTS50076"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: sign in with `adls login --device-code`"), "{}", run.stderr);

    let login = std::thread::scope(|scope| {
        let login = scope.spawn(|| setup.run(&["login", "--device-code"]));
        let code = loop {
            if let Some(code) = setup.emulator.pending_devices().into_iter().next() {
                break code;
            }
            std::thread::yield_now();
        };
        setup.emulator.approve_device(&code, &ready.mfa_username).unwrap();
        login.join().unwrap()
    });
    assert_eq!(login.code, 0, "{}", login.stderr);
    let mut shown = login.stderr.lines();
    assert!(shown.next().unwrap().starts_with("To sign in, open   http://"), "{}", login.stderr);
    assert!(shown.next().unwrap().starts_with("and enter the code "), "{}", login.stderr);
    setup.stdout(&["token", "--resource", "https://datalake.azure.net/"]);
    // This user owns no part of the account: signed in, but without permission.
    let run = setup.run(&["fs", "ls", "/"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("no permission for /"), "{}", run.stderr);
}

#[test]
fn an_application_signs_in_with_its_secret() {
    let setup = Setup::signed_in_as_application();
    let ready = setup.emulator.ready();
    setup.stdout(&["fs", "ls", "/"]);
    let token = setup.stdout(&["token", "--resource", "https://datalake.azure.net/"]);
    let token: serde_json::Value = serde_json::from_str(&token).unwrap();
    for key in ["accessToken", "expiresOn", "expires_on", "subscription", "tenant", "tokenType"] {
        assert!(token.get(key).is_some(), "{key}");
    }
    let kept = fs::read_to_string(setup.directory.path().join("config/config.toml")).unwrap();
    assert!(!kept.contains(&ready.client_secret));

    // A token that is still in the cache does not hide that a secret is wrong.
    let mut login =
        setup.command(&["login", "--service-principal", "--client-id", &ready.client_id]);
    let wrong = finish(login.args(["--password-stdin"]).write_stdin("wrong"));
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("AADSTS7000215"), "{}", wrong.stderr);
}

#[test]
fn an_application_signs_in_with_its_certificate() {
    let setup = Setup::new();
    let ready = setup.emulator.ready();
    let file = text(&ready.client_certificate);
    setup.stdout(&["login", "--certificate", file, "--client-id", &ready.client_id]);
    setup.stdout(&["fs", "ls", "/"]);
    let whoami = setup.stdout(&["whoami", "--output", "json"]);
    assert!(whoami.contains("servicePrincipal"), "{whoami}");
    let missing = setup.run(&["login", "--certificate", "/no/such.pem", "--client-id", "c"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("/no/such.pem"), "{}", missing.stderr);
    assert_eq!(setup.run(&["login", "--certificate", file]).code, 2);
    assert_eq!(setup.run(&["login", "--device-code", "--browser"]).code, 2);
}

/// Every kind of bad input ends in one clear error that names the thing.
#[test]
fn bad_input_is_named() {
    let setup = Setup::signed_in();
    let local = setup.file("local.txt", b"hello");
    let local = text(&local);
    let below_a_file = format!("{local}/inner");
    setup.stdout(&["fs", "put", local, "/there.txt"]);
    let table: &[(&[&str], i32, &str)] = &[
        (&["fs", "ls", "adl:///x"], 2, "adl:///x"),
        (&["fs", "ls", "ftp://mocklake/x"], 2, "ftp://mocklake/x"),
        (&["fs", "ls", "relative"], 2, "relative"),
        (&["fs", "ls", "/a/../b"], 2, ".."),
        (&["fs", "ls", "/a\u{7}b"], 2, "control character"),
        (&["fs", "ls", "abfss://fs@account/x"], 1, "no storage account 'account'"),
        (&["fs", "ls", "adl://nosuchaccount/x"], 1, "nosuchaccount"),
        (&["fs", "ls", "/nowhere"], 1, "/nowhere"),
        (&["fs", "cat", "/"], 1, "directory"),
        (&["fs", "mkdir", "/there.txt"], 1, "/there.txt"),
        (&["fs", "mkdir", "/there.txt/below"], 1, "/there.txt"),
        (&["fs", "put", "/no/such/local/file", "/x"], 1, "/no/such/local/file"),
        (&["fs", "put", local, "/there.txt"], 1, "hint: add --overwrite"),
        (&["fs", "get", "/there.txt", &below_a_file], 1, local),
        (&["fs", "rm", "/nowhere"], 1, "/nowhere"),
        (&["fs", "rm", "/"], 2, "root"),
        (&["fs", "mkdir", "/x", "--permission", "999"], 2, "999"),
        (&["token", "--resource", "https://unknown.test/"], 1, "unknown.test"),
        (&["nonsense"], 2, "nonsense"),
        (&["--output", "xml", "whoami"], 2, "xml"),
    ];
    for (arguments, code, named) in table {
        let run = setup.run(arguments);
        assert_eq!(run.code, *code, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(named), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(!run.stderr.contains("panicked"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn wrong_passwords_and_unknown_people_are_told_apart() {
    let setup = Setup::new();
    let ready = setup.emulator.ready();
    for (username, password, code) in [
        (ready.username.as_str(), "wrong", "AADSTS50126"),
        ("nobody@emulator.test", "wrong", "AADSTS50034"),
        (ready.disabled_username.as_str(), ready.password.as_str(), "AADSTS50057"),
    ] {
        let mut login = setup.command(&["login", "--username", username, "--password-stdin"]);
        let run = finish(login.write_stdin(password.to_owned()));
        assert_eq!(run.code, 1, "{username}");
        assert!(run.stderr.contains(code), "{}", run.stderr);
        assert!(!run.stderr.contains(&ready.password), "{}", run.stderr);
    }
    let mut login = setup.command(&["login", "--username", "a@b.test", "--password-stdin"]);
    assert_eq!(finish(login.write_stdin("")).code, 2);
}

#[test]
fn an_emulator_that_is_gone_is_named() {
    let mut setup = Setup::signed_in();
    let url = setup.emulator.ready().https_url.clone();
    let other = setup.runtime.block_on(Emulator::builder().start()).unwrap();
    let gone = std::mem::replace(&mut setup.emulator, other);
    // Its certificate goes with it, so that is what is missed first.
    setup.runtime.block_on(gone.shutdown());
    let run = setup.run(&["fs", "ls", "/"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("certificate"), "{url}: {}", run.stderr);
    assert!(run.stderr.contains("hint:"), "{}", run.stderr);
}

#[test]
fn an_interrupted_download_leaves_no_file() {
    let setup = Setup::signed_in();
    let local = setup.file("big.bin", &vec![7; 9 << 20]);
    setup.stdout(&["fs", "put", text(&local), "/big.bin"]);
    let rules = serde_json::json!([
        {"op": "OPEN", "action": {"status": {"code": 403}}}
    ]);
    let rules: Vec<mock_aad::FaultRule> = serde_json::from_value(rules).unwrap();
    setup.emulator.add_faults(rules).unwrap();
    let target = setup.directory.path().join("target.bin");
    let run = setup.run(&["fs", "get", "/big.bin", text(&target)]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let left: Vec<_> = fs::read_dir(setup.directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("target"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn every_shell_gets_a_completion_script() {
    let setup = Setup::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(setup.stdout(&["completions", shell]).contains("quickstart"), "{shell}");
    }
}
