//! `adls config`, profiles, and several sign-ins side by side.

use std::fs;

use crate::setup::{Setup, finish, text};

#[test]
fn values_are_set_shown_and_removed() {
    let setup = Setup::signed_in();
    let file = setup.directory.path().join("config/config.toml");
    assert_eq!(setup.stdout(&["config", "path"]).trim(), text(&file));
    let mine = format!("# mine\n{}", fs::read_to_string(&file).unwrap());
    fs::write(&file, mine).unwrap();
    assert_eq!(setup.run(&["config", "get", "account"]).code, 1);
    setup.stdout(&["config", "set", "account", "ocean"]);
    assert_eq!(setup.stdout(&["config", "get", "account"]), "ocean\n");
    let run = setup.run(&["fs", "ls", "/"]);
    assert!(run.stderr.contains("there is no account ocean"), "{}", run.stderr);
    setup.stdout(&["config", "set", "storage_suffixes", "lake.test", "pond.test"]);
    let list = setup.json(&["config", "list"]);
    assert_eq!((&list[0]["key"], &list[0]["value"]), (&"account".into(), &"ocean".into()));
    assert_eq!(list[1]["value"], "lake.test pond.test");
    setup.stdout(&["config", "unset", "account"]);
    setup.stdout(&["fs", "ls", "/"]);
    assert!(fs::read_to_string(&file).unwrap().contains("# mine\n"));
    for wrong in [
        &["config", "set", "cloud", "moon"][..],
        &["config", "set", "account", "a/b"],
        &["config", "set", "account", "a", "b"],
        &["config", "set", "account", ""],
        &["config", "set", "colour", "red"],
    ] {
        assert_eq!(setup.run(wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn a_profile_has_its_own_account_and_sign_in() {
    let setup = Setup::signed_in();
    let run = setup.run(&["fs", "ls", "/", "--profile", "work"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("there is no profile work"), "{}", run.stderr);
    setup.stdout(&["config", "set", "account", "ocean", "--profile", "work"]);
    assert_eq!(setup.run(&["whoami", "--profile", "work"]).code, 3, "it signs in on its own");
    let ready = setup.emulator.ready();
    let certificate = text(&ready.client_certificate);
    let client = ready.client_id.as_str();
    setup.stdout(&[
        "login",
        "--certificate",
        certificate,
        "--client-id",
        client,
        "--profile",
        "work",
    ]);
    let who = |arguments: &[&str]| setup.json(&[&["whoami"], arguments].concat())["name"].clone();
    assert_eq!(who(&["--profile", "work"]), client);
    assert_eq!(who(&[]), ready.username.as_str());
    let mut by_variable = setup.command(&["config", "list", "-o", "tsv"]);
    let run = finish(by_variable.env("ADLS_PROFILE", "work"));
    assert_eq!(run.stdout, "account\tocean\tprofile work\n");
    setup.stdout(&["logout", "--profile", "work"]);
    assert_eq!(who(&[]), ready.username.as_str());
}

#[test]
fn one_of_several_users_is_chosen() {
    let setup = Setup::signed_in();
    let ready = setup.emulator.ready();
    let certificate = text(&ready.client_certificate);
    setup.stdout(&["login", "--certificate", certificate, "--client-id", &ready.client_id]);
    let list = setup.json(&["login", "list"]);
    let active: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].as_str().unwrap(), row["active"].as_bool().unwrap()))
        .collect();
    assert_eq!(active, [(&*ready.username, false), (&*ready.client_id, true)]);
    setup.stdout(&["login", "switch", &ready.username]);
    assert_eq!(setup.json(&["whoami"])["name"], ready.username.as_str());
    setup.stdout(&["fs", "ls", "/"]);
    assert_eq!(setup.run(&["login", "switch", "nobody@emulator.test"]).code, 2);
}

/// A program in the place of `az`, which gives tokens of this emulator.
#[cfg(unix)]
#[test]
fn whoever_is_signed_in_to_the_azure_command_line() {
    use std::os::unix::fs::PermissionsExt;

    let setup = Setup::signed_in();
    let directory = setup.directory.path().join("bin");
    fs::create_dir(&directory).unwrap();
    for (name, resource) in [
        ("lake", "https://datalake.azure.net/"),
        ("management", "https://management.core.windows.net/"),
    ] {
        let token = setup.stdout(&["token", "--resource", resource]);
        fs::write(directory.join(name), token).unwrap();
    }
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *datalake*) which=lake;; *) which=management;; esac\n\
         while read -r line; do echo \"$line\"; done < '{}'/$which\n",
        text(&directory)
    );
    let program = directory.join("az");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    setup.stdout(&["logout", "--all"]);
    let with_az = |arguments: &[&str]| {
        let mut command = setup.command(arguments);
        finish(command.env("PATH", format!("{}:/bin:/usr/bin", text(&directory))))
    };
    let run = with_az(&["login", "--azure-cli"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = with_az(&["fs", "df", "/"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(with_az(&["whoami"]).stdout.contains("azureCli"));
    assert_ne!(setup.run(&["fs", "ls", "/"]).code, 0, "without `az` nobody is there");
}

#[test]
fn nobody_is_warned_of_a_password_that_works() {
    let setup = Setup::new();
    let ready = setup.emulator.ready();
    let mut login = setup.command(&["login", "--username", &ready.username, "--password-stdin"]);
    let run = finish(login.write_stdin(ready.password.clone()));
    assert_eq!(run.stderr, format!("signed in as {}\n", ready.username));
}

#[test]
fn the_variables_are_listed_and_the_book_has_them() {
    let setup = Setup::new();
    let book = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/cli.md");
    let book = fs::read_to_string(book).unwrap();
    let help = setup.stdout(&["help", "environment"]);
    for line in setup.stdout(&["environment", "-o", "tsv"]).lines() {
        let (variable, _) = line.split_once('\t').unwrap();
        assert!(help.contains(variable), "{variable}");
        assert!(book.contains(&format!("`{variable}`")), "docs/src/cli.md lacks {variable}");
    }
}

#[test]
fn errors_are_one_line_and_name_the_way_out() {
    let setup = Setup::signed_in();
    for (arguments, said) in [
        (&["fs", "stat", "/nothing"][..], "error: /nothing does not exist\n"),
        (
            &["fs", "ls", "lab"],
            "error: \"lab\": remote paths begin with /, abfss:// or adl://\nhint: did you mean /lab?\n",
        ),
        (&["fs", "put", "/no/file", "/x"], "error: there is no local file /no/file\n"),
        (
            &["fs", "ls", "adl://ocean/"],
            "error: there is no account ocean\nhint: see which there are with `adls account list`\n",
        ),
    ] {
        assert_eq!(setup.run(arguments).stderr, said, "{arguments:?}");
    }
    let run = setup.run(&["fs", "stat", "/nothing", "-v"]);
    assert!(run.stderr.contains("request id"), "{}", run.stderr);
    let run = setup.run(&["ls", "/"]);
    assert!(run.stderr.contains("hint: did you mean `adls fs ls`?"), "{}", run.stderr);
    let run = setup.run(&["fs", "ls", "--recursiv"]);
    assert!(!run.stderr.contains("-- --recursiv"), "{}", run.stderr);
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let setup = Setup::signed_in();
    let run = setup.run(&["doctor"]);
    assert_eq!(run.code, 0, "{} {}", run.stdout, run.stderr);
    for said in ["ok  connection", "ok  signed in", "ok  account          adl://mocklake/"] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    assert!(run.stdout.lines().all(|line| line.chars().count() < 120), "{}", run.stdout);
    let checks = setup.json(&["doctor"]);
    assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] != false), "{checks}");
    // Nobody is signed in, and the rest is still looked at.
    setup.stdout(&["logout"]);
    let run = setup.run(&["doctor", "-o", "json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let checks: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let of = |name: &str| {
        checks.as_array().unwrap().iter().find(|check| check["check"] == name).unwrap().clone()
    };
    assert_eq!(of("connection")["ok"], true);
    assert_eq!(of("signed in")["ok"], false);
    assert!(of("signed in")["hints"].to_string().contains("adls login"), "{checks}");
    let mut command = setup.command(&["doctor"]);
    command.env("ADLS_EMULATOR", "/nowhere/ready.json");
    let run = finish(&mut command);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("FAILED  services"), "{}", run.stdout);
    assert!(run.stdout.contains("unset ADLS_EMULATOR"), "{}", run.stdout);
}

#[test]
fn man_pages_for_every_command() {
    let setup = Setup::new();
    let page = setup.stdout(&["man"]);
    assert!(page.contains(".TH adls 1"), "{page}");
    let directory = setup.directory.path().join("man1");
    setup.stdout(&["man", "--dir", text(&directory)]);
    let page = fs::read_to_string(directory.join("adls-fs-put.1")).unwrap();
    assert!(page.contains("acl\\-file"), "{page}");
}
