use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use mock_aad::{Ready, ServeOptions};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::wire::call;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-aad"));
    command.args(arguments).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Starts the program; its message comes when the ready file is there.
async fn serve(ready_file: &Path) -> (Child, Ready, String) {
    let mut child =
        program(&["serve", "--ready-file", ready_file.to_str().unwrap()]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut message = String::new();
    while !message.contains("keytool") {
        let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.unwrap();
        message.push_str(&line.unwrap().unwrap());
        message.push('\n');
    }
    let ready = serde_json::from_str(&std::fs::read_to_string(ready_file).unwrap()).unwrap();
    (child, ready, message)
}

#[tokio::test]
async fn says_where_it_is_and_stops_when_asked() {
    let directory = tempfile::tempdir().unwrap();
    let ready_file = directory.path().join("ready.json");
    let (mut child, ready, message) = serve(&ready_file).await;
    assert_eq!(Some(ready.pid), child.id());
    for named in [
        &ready.http_url,
        &ready.username,
        &format!("HTTPS_PROXY={}", ready.proxy_url),
        &format!("REQUESTS_CA_BUNDLE={}", ready.ca_cert.display()),
        &format!("SSL_CERT_FILE={}", ready.ca_cert.display()),
        &format!("NODE_EXTRA_CA_CERTS={}", ready.ca_cert.display()),
    ] {
        assert!(message.contains(named), "{named} is not in {message}");
    }
    assert_eq!(call(&ready.http_url, "POST", "/_mock/shutdown", "").await.0, 200);
    assert!(child.wait().await.unwrap().success());
    assert!(!ready_file.exists());
    assert!(!ready.ca_cert.exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn every_end_is_like_ctrl_c() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let directory = tempfile::tempdir().unwrap();
        let ready_file = directory.path().join("ready.json");
        let (mut child, ready, _) = serve(&ready_file).await;
        let sent = Command::new("kill").args([signal, &ready.pid.to_string()]).status().await;
        assert!(sent.unwrap().success());
        assert!(child.wait().await.unwrap().success(), "{signal}");
        assert!(!ready_file.exists(), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_hangup_that_is_ignored_stays_so() {
    let directory = tempfile::tempdir().unwrap();
    let ready_file = directory.path().join("ready.json");
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" serve --ready-file \"$1\""])
        .args([env!("CARGO_BIN_EXE_mock-aad"), ready_file.to_str().unwrap()])
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while !lines.next_line().await.unwrap().unwrap().contains("keytool") {}
    let text = std::fs::read_to_string(&ready_file).unwrap();
    let ready: Ready = serde_json::from_str(&text).unwrap();
    let sent = Command::new("kill").args(["-HUP", &ready.pid.to_string()]).status().await;
    assert!(sent.unwrap().success());
    assert_eq!(call(&ready.http_url, "GET", "/_mock/health", "").await.0, 200);
    assert_eq!(call(&ready.http_url, "POST", "/_mock/shutdown", "").await.0, 200);
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("seed.toml");
    std::fs::write(&config, "location = 5").unwrap();
    let config = config.to_str().unwrap();
    for (arguments, code, named) in [
        (["serve", "--config", config], 1, "seed.toml: TOML parse error at line 1"),
        (["serve", "--config", "/nonexistent.toml"], 1, "cannot read /nonexistent.toml: "),
        (["serve", "--tls-listen", "192.0.2.1:0"], 1, "--allow-remote"),
        (["serve", "--ready-file", "/nonexistent/ready"], 1, "cannot write /nonexistent/ready: "),
        (["serve", "--listen", "nowhere"], 2, "--listen"),
        (["serve", "--ca-dir", config], 1, "cannot make "),
        (["serve", "--state-dir", config], 1, "seed.toml"),
        (["serve", "--ready-file", directory.path().to_str().unwrap()], 1, "cannot write "),
    ] {
        let mut child = program(&arguments).spawn().unwrap();
        let mut text = String::new();
        child.stderr.take().unwrap().read_to_string(&mut text).await.unwrap();
        assert_eq!(child.wait().await.unwrap().code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(named), "{arguments:?}: {text}");
    }
}

#[tokio::test]
async fn a_wrong_setting_is_named_when_two_contradict_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("seed.toml");
    std::fs::write(&config, "location = 'westeurope'").unwrap();
    let config = config.to_str().unwrap();
    let mut child =
        program(&["serve", "--config", config, "--ready-file", config]).spawn().unwrap();
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).await.unwrap();
    assert_eq!(child.wait().await.unwrap().code(), Some(1), "{text}");
    assert!(text.contains("--ready-file and --config are both"), "{text}");
    assert_eq!(std::fs::read_to_string(config).unwrap(), "location = 'westeurope'");
}

#[tokio::test]
async fn a_line_for_each_request_is_on_standard_output() {
    let directory = tempfile::tempdir().unwrap();
    let ready_file = directory.path().join("ready.json");
    let mut child =
        program(&["serve", "--log", "json", "--ready-file", ready_file.to_str().unwrap()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while !lines.next_line().await.unwrap().unwrap().contains("keytool") {}
    let text = std::fs::read_to_string(&ready_file).unwrap();
    let ready: Ready = serde_json::from_str(&text).unwrap();
    let path = "/emulator.test/oauth2/token?code=secret";
    call(&ready.http_url, "POST", path, "password=Emulator-Passw0rd").await;
    call(&ready.http_url, "POST", "/_mock/shutdown", "").await;
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).await.unwrap();
    assert!(child.wait().await.unwrap().success());
    let line: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!((&line["method"], &line["query"]), (&"POST".into(), &"code=***".into()));
    assert!(!said.contains("Passw0rd"), "{said}");
}

#[tokio::test]
async fn files_of_a_directory_are_there_from_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let seed = directory.path().join("seed");
    std::fs::create_dir_all(seed.join("gen2/mockgen2/mockfs/dir")).unwrap();
    std::fs::write(seed.join("gen2/mockgen2/mockfs/dir/a.txt"), "hello").unwrap();
    let options =
        ServeOptions { seed_dir: Some(seed.clone()), config: None, ..ServeOptions::default() };
    let emulator = options.builder().unwrap().start().await.unwrap();
    let page = "/_mock/ui/files/mockgen2%2Edfs/mockfs/dir/a.txt";
    std::fs::remove_dir_all(&seed).unwrap();
    emulator.reset();
    let (status, text) = call(&emulator.ready().http_url, "GET", page, "").await;
    assert!(status == 200 && text.contains("hello"), "{text}");
    emulator.shutdown().await;
    std::fs::create_dir_all(seed.join("elsewhere")).unwrap();
    let error = options.builder().unwrap_err().to_string();
    assert!(error.contains("elsewhere: in a seed directory are"), "{error}");
}
