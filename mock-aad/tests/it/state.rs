//! A state folder over the life of several processes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mock_aad::Ready;

use crate::wire::{status, talk, tcp};

/// A process that ends when the value does, without being asked.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn start(folder: &Path) -> (Killed, Ready) {
    let ready_file = folder.join("ready.json");
    let _ = std::fs::remove_file(&ready_file);
    let child = Command::new(env!("CARGO_BIN_EXE_mock-aad"))
        .args(["serve", "--allow-pseudo-auth", "--state-dir"])
        .arg(folder.join("state"))
        .arg("--ready-file")
        .arg(&ready_file)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let process = Killed(child);
    let started = Instant::now();
    while !ready_file.exists() {
        assert!(started.elapsed() < Duration::from_secs(20), "not ready in time");
        std::thread::sleep(Duration::from_millis(10));
    }
    let ready = serde_json::from_slice(&std::fs::read(&ready_file).unwrap()).unwrap();
    (process, ready)
}

async fn send(ready: &Ready, method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    let text = format!(
        "{method} /webhdfs/v1{path}&user.name=user HTTP/1.1\r\nHost: localhost\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    talk(&mut tcp(&ready.http_url).await, &text).await.unwrap()
}

#[tokio::test]
async fn files_outlive_a_killed_process() {
    let folder = tempfile::tempdir().unwrap();
    let (process, ready) = start(folder.path());
    let created = send(&ready, "PUT", "/d/f?op=CREATE&write=true", "still here").await;
    assert_eq!(status(&created), 201, "{created}");
    drop(process);

    let (process, ready) = start(folder.path());
    let read = send(&ready, "GET", "/d/f?op=OPEN&read=true", "").await;
    assert!(read.contains("still here"), "{read}");
    assert_eq!(status(&send(&ready, "DELETE", "/d?op=DELETE&recursive=true", "").await), 200);
    drop(process);

    let (_process, ready) = start(folder.path());
    assert_eq!(status(&send(&ready, "GET", "/d/f?op=OPEN&read=true", "").await), 404);
}
