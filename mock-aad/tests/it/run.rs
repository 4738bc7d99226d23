use std::process::Stdio;

use mock_aad::Ready;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

fn run(script: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-aad"));
    command.args(["run", "--", "sh", "-c", script]).stdin(Stdio::null()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn a_program_finds_the_emulator_and_ends_it() {
    let script = r#"cat "$ADLS_EMULATOR"; echo "
        $HTTPS_PROXY $https_proxy $REQUESTS_CA_BUNDLE $SSL_CERT_FILE $NODE_EXTRA_CA_CERTS [$NO_PROXY]"
        test -f "$SSL_CERT_FILE" && exit 7"#;
    let output = run(script).env("NO_PROXY", "*").output().await.unwrap();
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let (ready, variables) = said.split_once("}\n").unwrap();
    let ready: Ready = serde_json::from_str(&format!("{ready}}}")).unwrap();
    let (proxy, ca) = (&ready.proxy_url, ready.ca_cert.display());
    assert_eq!(variables.trim(), format!("{proxy} {proxy} {ca} {ca} {ca} []"));
    assert!(!ready.ca_cert.exists());
    let address = ready.http_url.trim_start_matches("http://").to_owned();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_cannot_be_run_is_named() {
    for (arguments, code, named) in [
        (vec!["run", "--", "/nonexistent/program"], 127, "cannot run /nonexistent/program"),
        (vec!["run", "--", "/"], 126, "cannot run /"),
        (vec!["run", "--config", "/nonexistent.toml", "--", "true"], 1, "/nonexistent.toml"),
        (vec!["run"], 2, "PROGRAM"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mock-aad"));
        let output = command.args(&arguments).output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(named), "{arguments:?}: {said}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn signals_are_the_programs() {
    let by_itself = run("kill -TERM $$").status().await.unwrap();
    assert_eq!(by_itself.code(), Some(143));
    for signal in ["-INT", "-TERM", "-HUP"] {
        // A shell in the background ignores SIGINT, unless it catches it.
        let script = r#"sleep 60 & trap "kill $!; exit 9" INT TERM HUP; echo waiting; wait"#;
        let mut child = run(script).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "waiting");
        let pid = child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success());
        assert_eq!(child.wait().await.unwrap().code(), Some(9), "{signal}");
    }
}
