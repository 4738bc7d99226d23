//! What is kept of a sign-in, where, and what happens when that does not work.

use std::fs;

use crate::setup::{Run, Setup, finish, text};

fn login(setup: &Setup) -> Run {
    let ready = setup.emulator.ready();
    let mut login = setup.command(&["login", "--username", &ready.username, "--password-stdin"]);
    finish(login.write_stdin(ready.password.clone()))
}

mod an_error_of_saving_is_an_error {
    use super::*;

    #[test]
    fn a_login_over_a_broken_cache_makes_a_good_one_and_says_so() {
        let setup = Setup::signed_in();
        let cache = setup.directory.path().join("config/msal_token_cache.json");
        let whole = fs::read(&cache).unwrap();
        fs::write(&cache, &whole[..100]).unwrap();
        let run = login(&setup);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stderr.contains("could not be read, so it was moved to"), "{}", run.stderr);
        setup.stdout(&["fs", "ls", "/"]);
    }

    #[test]
    fn a_login_that_cannot_be_kept_fails() {
        let setup = Setup::new();
        fs::write(setup.directory.path().join("config"), "a file in its place").unwrap();
        let run = login(&setup);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(!run.stderr.contains("signed in as"), "{}", run.stderr);
    }
}

mod a_convenience_never_becomes_a_condition {
    use super::*;

    #[test]
    fn without_a_place_to_keep_anything_commands_do_their_work() {
        let setup = Setup::new();
        let ready = setup.emulator.ready();
        fs::write(setup.directory.path().join("config"), "a file in its place").unwrap();
        let mut command = setup.command(&["fs", "df", "/"]);
        command.env("AZURE_CLIENT_ID", &ready.client_id);
        command.env("AZURE_CLIENT_SECRET", &ready.client_secret);
        let run = finish(&mut command);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.stderr.matches("warning:").count(), 1, "{}", run.stderr);
    }
}

#[test]
fn an_application_of_files_goes_on_without_its_tokens() {
    let setup = Setup::new();
    let ready = setup.emulator.ready();
    let file = text(&ready.client_certificate);
    setup.stdout(&["login", "--certificate", file, "--client-id", &ready.client_id]);
    fs::remove_file(setup.directory.path().join("config/msal_token_cache.json")).unwrap();
    setup.stdout(&["fs", "ls", "/"]);
    let config = fs::read_to_string(setup.directory.path().join("config/config.toml")).unwrap();
    assert!(config.contains("certificate = ") && !config.contains("PRIVATE KEY"), "{config}");
}

#[test]
fn an_application_of_a_secret_is_told_what_goes_on_by_itself() {
    let setup = Setup::signed_in_as_application();
    let ready = setup.emulator.ready();
    let cache = setup.directory.path().join("config/msal_token_cache.json");
    fs::remove_file(cache).unwrap();
    let run = setup.run(&["fs", "ls", "/"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("AZURE_CLIENT_SECRET"), "{}", run.stderr);
    // The environment may have what the file must not.
    let mut command = setup.command(&["fs", "ls", "/"]);
    command.env("AZURE_CLIENT_ID", &ready.client_id);
    let run = finish(command.env("AZURE_CLIENT_SECRET", &ready.client_secret));
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn an_application_of_the_environment_needs_no_login() {
    let setup = Setup::new();
    let ready = setup.emulator.ready();
    let with = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = setup.command(arguments);
        finish(command.envs(variables.iter().copied()))
    };
    let certificate = text(&ready.client_certificate);
    let client = ("AZURE_CLIENT_ID", ready.client_id.as_str());
    for proof in [
        ("AZURE_CLIENT_SECRET", ready.client_secret.as_str()),
        ("AZURE_CLIENT_CERTIFICATE_PATH", certificate),
    ] {
        let run = with(&[client, proof], &["fs", "ls", "/"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let run = with(&[client, proof], &["whoami", "-o", "json"]);
        assert!(run.stdout.contains("servicePrincipal"), "{}{}", run.stdout, run.stderr);
    }
    let run = with(&[client], &["fs", "ls", "/"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("AZURE_CLIENT_SECRET"), "{}", run.stderr);
}
