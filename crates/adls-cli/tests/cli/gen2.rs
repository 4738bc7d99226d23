//! Storage accounts (Gen2): their file systems, their files, and the secrets that open them.

use std::fs;

use super::setup::{Run, Setup, finish};

/// The account and its key.
fn account(setup: &Setup) -> (String, String) {
    let ready = setup.emulator.ready();
    (ready.gen2_account.clone(), ready.gen2_key.clone())
}

/// Runs a command with the key in the environment, as Azure's own tools have it.
fn with_key(setup: &Setup, arguments: &[&str]) -> Run {
    let (account, key) = account(setup);
    let mut command = setup.command(arguments);
    command.env("AZURE_STORAGE_ACCOUNT", account).env("AZURE_STORAGE_KEY", key);
    finish(&mut command)
}

fn must(setup: &Setup, arguments: &[&str]) -> String {
    let run = with_key(setup, arguments);
    assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
    run.stdout
}

/// Gives a secret on standard input.
fn given(setup: &Setup, secret: &str, arguments: &[&str]) -> Run {
    finish(setup.command(arguments).write_stdin(format!("{secret}\n")))
}

#[test]
fn every_file_command_does_what_it_says() {
    let setup = Setup::new();
    let (name, _) = account(&setup);
    let adls = |arguments: &[&str]| must(&setup, arguments);
    let root = format!("abfss://raw@{name}");
    let at = |path: &str| format!("{root}{path}");
    adls(&["filesystem", "create", "raw", "--properties", "owner=me"]);
    assert_eq!(adls(&["filesystem", "exists", "raw"]), "true\n");
    let local = setup.file("one.txt", b"hello world");
    let local = local.to_str().unwrap();
    adls(&["fs", "put", local, &at("/t/a/one.txt")]);
    assert_eq!(adls(&["fs", "cat", &at("/t/a/one.txt")]), "hello world");
    assert_eq!(adls(&["fs", "tail", "-c", "5", &at("/t/a/one.txt")]), "world");
    let blob = format!("https://{name}.blob.core.windows.net/raw/t/a/one.txt");
    assert_eq!(adls(&["fs", "cat", &blob]), "hello world");
    adls(&["fs", "append", &at("/t/a/one.txt"), "--content", "!"]);
    adls(&["fs", "cp", &at("/t/a/one.txt"), &at("/t/")]);
    adls(&["fs", "mv", &at("/t/one.txt"), &at("/t/two.txt")]);
    assert_eq!(adls(&["fs", "cat", &at("/t/two.txt")]), "hello world!");
    let plain = ["--account", &name, "--file-system", "raw"];
    assert_eq!(
        adls(&[&plain[..], &["fs", "tree", "/t"]].concat()),
        "/t\n├── a/\n│   └── one.txt\n└── two.txt\n"
    );
    let usage = adls(&["fs", "du", &at("/t"), "--depth", "1", "-o", "tsv"]);
    assert_eq!(usage, "24\t2\t2\t/t\n12\t1\t1\t/t/a\n");
    adls(&["fs", "chmod", "-R", "750", &at("/t")]);
    adls(&["fs", "acl", "modify", "user:5a1e0000-0000-4000-8000-000000000777:r-x", &at("/t")]);
    let shown = adls(&["fs", "acl", "show", &at("/t"), "-o", "tsv"]);
    assert!(shown.contains("5a1e0000-0000-4000-8000-000000000777:r-x"), "{shown}");
    let directory = setup.directory.path().join("got");
    adls(&["fs", "get", &at("/t"), directory.to_str().unwrap()]);
    assert_eq!(fs::read(directory.join("a/one.txt")).unwrap(), b"hello world!");
    fs::remove_file(directory.join("two.txt")).unwrap();
    adls(&["fs", "sync", "--delete", directory.to_str().unwrap(), &at("/t")]);
    assert_eq!(with_key(&setup, &["fs", "test", &at("/t/two.txt")]).code, 1);
    adls(&["fs", "rm", "-r", &at("/t")]);
    adls(&["filesystem", "delete", "raw", "--yes"]);
}

#[test]
fn what_is_of_another_file_system_or_generation_is_named() {
    let setup = Setup::new();
    let (name, _) = account(&setup);
    let at = |path: &str| format!("abfss://mockfs@{name}{path}");
    must(&setup, &["filesystem", "create", "other"]);
    must(&setup, &["fs", "touch", &at("/f")]);
    let other = format!("abfss://other@{name}/f");
    let there = at("/f");
    for (arguments, code, said) in [
        (&["fs", "mv", &there, &other][..], 2, "cannot move from file system mockfs"),
        (&["fs", "concat", &there, "--into", &other], 2, "file system mockfs"),
        (&["fs", "concat", &there, "--into", &at("/g")], 1, "joins no files"),
        (&["fs", "ls", &format!("abfss://nope@{name}/")], 1, "adls filesystem list"),
        (
            &["fs", "ls", &format!("abfss://mockfs@{name}.evil.test/")],
            2,
            "not a host of the emulator",
        ),
        (&["fs", "ls", &format!("abfss://{name}/x")], 2, "names no file system"),
        (&["filesystem", "create", "other"], 1, "already exists"),
        (&["filesystem", "create", "a/b"], 2, "not the name of a file system"),
        (&["filesystem", "show", "nope"], 1, "no file system \"nope\""),
        (&["fs", "trash", "restore", &there, "--overwrite"], 1, "not in the trash"),
    ] {
        let run = with_key(&setup, arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    }
    must(&setup, &["fs", "cp", &there, &other]);
    assert_eq!(must(&setup, &["fs", "cat", &other]), "");
}

#[test]
fn secrets_open_their_own_account_and_are_shown_nowhere() {
    let setup = Setup::new();
    let (name, key) = account(&setup);
    let file = format!("abfss://mockfs@{name}/d/f");
    must(&setup, &["fs", "touch", &file]);
    let by_key = given(&setup, &key, &["--account-key-stdin", "fs", "ls", &file, "-v"]);
    assert_eq!(by_key.code, 0, "{}", by_key.stderr);
    assert!(!by_key.stderr.contains(&key[..20]), "{}", by_key.stderr);
    // A signature from the key, for a directory, on standard input and in the environment.
    let directory = format!("abfss://mockfs@{name}/d");
    let token = must(&setup, &["fs", "sas", &directory, "--permissions", "rl", "--token"]);
    let token = token.trim();
    assert!(token.contains("sr=d&sdd=1&sp=rl"), "{token}");
    assert_eq!(given(&setup, token, &["--sas-token-stdin", "fs", "ls", &directory]).code, 0);
    let refused = given(&setup, token, &["--sas-token-stdin", "fs", "rm", &file, "-v"]);
    assert_eq!(refused.code, 1);
    assert!(!refused.stderr.contains("sig="), "{}", refused.stderr);
    let mut command = setup.command(&["fs", "ls", &directory]);
    command.env("AZURE_STORAGE_ACCOUNT", &name).env("AZURE_STORAGE_SAS_TOKEN", token);
    assert_eq!(finish(&mut command).code, 0);
    let mut command = setup.command(&["filesystem", "list"]);
    let connection = format!("AccountName={name};AccountKey={key};EndpointSuffix=core.windows.net");
    command.env("AZURE_STORAGE_CONNECTION_STRING", connection);
    assert_eq!(finish(&mut command).code, 0);
    // The secret of one account is not tried at another, nor a key at Gen1.
    let other = format!("abfss://mockfs@{}/", setup.emulator.ready().gen2_account2);
    let run = with_key(&setup, &["fs", "ls", &other]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let gen1 = given(&setup, &key, &["--account-key-stdin", "fs", "ls", "adl://mocklake/"]);
    assert_eq!(gen1.code, 2, "{}", gen1.stderr);
    let both =
        given(&setup, token, &["--sas-token-stdin", "fs", "cp", &file, &format!("{other}f")]);
    assert_eq!(both.code, 2, "{}", both.stderr);
    assert!(both.stderr.contains("is for one account"), "{}", both.stderr);
    // What was refused is named: nobody who has given a key signs in again.
    let wrong = given(&setup, "AAAA", &["--account-key-stdin", "fs", "ls", &directory]);
    assert_eq!(wrong.code, 3, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("refuses the key or signature for /d"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("adls login"), "{}", wrong.stderr);
    // Standard input holds one thing.
    let append = given(&setup, &key, &["--account-key-stdin", "fs", "append", &file]);
    assert_eq!(append.code, 2, "{}", append.stderr);
    assert!(append.stderr.contains("--content"), "{}", append.stderr);
    let url = format!("https://{name}.dfs.core.windows.net/mockfs/d?{token}");
    let refused = setup.run(&["fs", "ls", &url]);
    assert_eq!(refused.code, 2);
    assert!(!refused.stderr.contains("sig="), "{}", refused.stderr);
    let whole = must(&setup, &["storage-account", "sas", &name, "--permissions", "rl"]);
    let listed = given(
        &setup,
        whole.trim(),
        &["--sas-token-stdin", "filesystem", "list", "--account", &name],
    );
    assert_eq!(listed.code, 0, "{}", listed.stderr);
}

#[test]
fn who_is_signed_in_signs_with_a_key_of_the_service() {
    let setup = Setup::new();
    let (name, _) = account(&setup);
    let ready = setup.emulator.ready();
    let directory = format!("abfss://mockfs@{name}/d");
    must(&setup, &["fs", "mkdir", &directory]);
    let mut command = setup.command(&["fs", "sas", &directory, "--permissions", "rl"]);
    command
        .env("AZURE_CLIENT_ID", &ready.client_id)
        .env("AZURE_CLIENT_SECRET", &ready.client_secret)
        .env("AZURE_TENANT_ID", &ready.tenant_id);
    let run = finish(&mut command);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (url, token) = run.stdout.trim().split_once('?').unwrap();
    assert!(url.ends_with("/mockfs/d") && token.contains("skoid="), "{}", run.stdout);
    assert_eq!(given(&setup, token, &["--sas-token-stdin", "fs", "ls", &directory]).code, 0);
}

#[test]
fn properties_leases_and_deletions_that_are_taken_back() {
    let setup = Setup::new();
    let ready = setup.emulator.ready();
    let (name, key) = (ready.gen2_soft_account.clone(), ready.gen2_soft_key.clone());
    let run = |arguments: &[&str]| {
        let mut command = setup.command(arguments);
        command.env("AZURE_STORAGE_ACCOUNT", &name).env("AZURE_STORAGE_KEY", &key);
        finish(&mut command)
    };
    let adls = |arguments: &[&str]| {
        let run = run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
        run.stdout
    };
    let file = &format!("abfss://work@{name}/d/f");
    adls(&["filesystem", "create", "work"]);
    adls(&["fs", "touch", file]);
    adls(&[
        "fs",
        "properties",
        file,
        "--set",
        "owner=me",
        "stage=raw",
        "--content-type",
        "text/csv",
    ]);
    adls(&["fs", "properties", file, "--remove", "stage", "--set", "more=a=b"]);
    let shown: serde_json::Value =
        serde_json::from_str(&adls(&["fs", "properties", file, "-o", "json"])).unwrap();
    assert_eq!(shown["properties"], serde_json::json!({"owner": "me", "more": "a=b"}));
    assert_eq!((&shown["contentType"], &shown["lease"]), (&"text/csv".into(), &"available".into()));
    assert_eq!(run(&["fs", "properties", file, "--set", "1x=y"]).code, 1);

    let id = adls(&["fs", "lease", "acquire", file, "--for", "60s"]);
    let refused = run(&["fs", "rm", file]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("adls fs lease break"), "{}", refused.stderr);
    adls(&["fs", "lease", "renew", file, id.trim()]);
    adls(&["fs", "lease", "release", file, id.trim()]);
    assert_eq!(run(&["fs", "lease", "acquire", file, "--for", "5s"]).code, 1);
    adls(&["fs", "lease", "acquire", file]);
    assert_eq!(adls(&["fs", "lease", "break", file, "--period", "0"]), "0\n");

    adls(&["fs", "rm", "-r", &format!("abfss://work@{name}/d")]);
    adls(&["fs", "undelete", &format!("abfss://work@{name}/d")]);
    assert_eq!(adls(&["fs", "cat", file]), "");
    let id = adls(&["filesystem", "lease", "acquire", "work", "--for", "15s"]);
    assert_eq!(run(&["filesystem", "delete", "work", "--yes"]).code, 1);
    adls(&["filesystem", "lease", "release", "work", id.trim()]);
    adls(&["filesystem", "delete", "work", "--yes"]);
}

#[test]
fn an_application_that_signed_in_once_reaches_both_generations() {
    let setup = Setup::signed_in_as_application();
    let ready = setup.emulator.ready();
    assert!(setup.stdout(&["filesystem", "list"]).contains(&ready.gen2_filesystem));
    setup.stdout(&["fs", "ls", &format!("abfss://mockfs@{}/", ready.gen2_account)]);
    setup.stdout(&["fs", "ls", "adl://mocklake/"]);
}
