//! A state directory over the life of several processes.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mock_aad::{Emulator, Ready, Seed, SeedUser};

use crate::wire::{call, status, talk, try_tcp};

/// A process that ends when the value does, without being asked.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

fn start(directory: &Path) -> (Killed, Ready) {
    let ready_file = directory.join("ready.json");
    let _ = std::fs::remove_file(&ready_file);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mock-aad"))
        .args(["serve", "--allow-pseudo-auth", "--state-dir"])
        .arg(directory.join("state"))
        .arg("--ready-file")
        .arg(&ready_file)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let process = Killed(child);
    // It says where it listens when it does, and writes the ready file before.
    let first = told.next().transpose().unwrap();
    assert!(first.is_some_and(|line| line.contains("listens")), "the emulator did not start");
    // Whoever writes more must not be stopped by a full pipe.
    std::thread::spawn(move || told.map_while(Result::ok).count());
    let ready = serde_json::from_slice(&std::fs::read(&ready_file).unwrap()).unwrap();
    (process, ready)
}

async fn send(ready: &Ready, method: &str, path: &str, body: &str) -> String {
    try_send(ready, method, path, body).await.unwrap()
}

/// The answer; an error when the process goes away before it has come.
async fn try_send(ready: &Ready, method: &str, path: &str, body: &str) -> io::Result<String> {
    let length = body.len();
    let text = format!(
        "{method} /webhdfs/v1{path}&user.name=user HTTP/1.1\r\nHost: localhost\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = try_tcp(&ready.http_url).await?;
    talk(&mut stream, &text).await
}

#[tokio::test]
async fn files_outlive_a_killed_process() {
    let directory = tempfile::tempdir().unwrap();
    let (process, ready) = start(directory.path());
    let created = send(&ready, "PUT", "/d/f?op=CREATE&write=true", "still here").await;
    assert_eq!(status(&created), 201, "{created}");
    drop(process);

    let (process, ready) = start(directory.path());
    let read = send(&ready, "GET", "/d/f?op=OPEN&read=true", "").await;
    assert!(read.contains("still here"), "{read}");
    assert_eq!(status(&send(&ready, "DELETE", "/d?op=DELETE&recursive=true", "").await), 200);
    drop(process);

    let (_process, ready) = start(directory.path());
    assert_eq!(status(&send(&ready, "GET", "/d/f?op=OPEN&read=true", "").await), 404);
}

#[cfg(unix)]
#[tokio::test]
async fn what_was_not_flushed_is_kept_when_the_emulator_is_told_to_stop() {
    let directory = tempfile::tempdir().unwrap();
    let (mut process, ready) = start(directory.path());
    let lease = "leaseid=5a1e0000-0000-4000-8000-000000000001";
    let created =
        send(&ready, "PUT", &format!("/f?op=CREATE&write=true&syncFlag=DATA&{lease}"), "one ")
            .await;
    assert_eq!(status(&created), 201, "{created}");
    let path = format!("/f?op=APPEND&append=true&syncFlag=DATA&{lease}");
    assert_eq!(status(&send(&ready, "POST", &path, "two").await), 200);
    let told = Command::new("kill").args(["-TERM", &ready.pid.to_string()]).status();
    assert!(told.unwrap().success());
    assert!(process.0.wait().unwrap().success());

    let (_process, ready) = start(directory.path());
    assert_eq!(content(&send(&ready, "GET", "/f?op=OPEN&read=true", "").await), "one two");
}

/// What each writer appends: pieces that tell their writer and number, of different lengths.
fn piece(writer: usize, number: usize) -> String {
    format!("{writer}:{number};").repeat(1 + number % 40)
}

/// Flushes pieces one after the other until the process is gone; returns how many were acknowledged.
async fn write_until_killed(ready: Ready, writer: usize, acknowledged: Arc<AtomicUsize>) -> usize {
    let file = format!("/w/{writer}");
    let created = try_send(&ready, "PUT", &format!("{file}?op=CREATE&write=true"), "").await;
    if created.is_err() {
        return 0;
    }
    let lease = "leaseid=5a1e0000-0000-4000-8000-000000000001";
    for number in 0.. {
        let path = format!("{file}?op=APPEND&append=true&syncFlag=METADATA&{lease}");
        match try_send(&ready, "POST", &path, &piece(writer, number)).await {
            Ok(answer) if answer.starts_with("HTTP/1.1 200") => {
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            _ => return number,
        }
    }
    0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_writes_loses_no_acknowledged_flush() {
    const WRITERS: usize = 4;
    let directory = tempfile::tempdir().unwrap();
    let mut kept = [0; WRITERS];
    // Again and again on the same directory: what one crash leaves must not harm the next life.
    for life in 1..=3 {
        let (process, ready) = start(directory.path());
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (ready, acknowledged) = (ready.clone(), Arc::clone(&acknowledged));
                let name = life * 10 + writer;
                tokio::spawn(write_until_killed(ready, name, acknowledged))
            })
            .collect();
        while acknowledged.load(Ordering::Relaxed) < 60 {
            tokio::task::yield_now().await;
        }
        drop(process);
        for (writer, task) in writers.into_iter().enumerate() {
            kept[writer] = task.await.unwrap();
        }

        let (_process, ready) = start(directory.path());
        for (writer, count) in kept.iter().enumerate() {
            let name = life * 10 + writer;
            let answer = send(&ready, "GET", &format!("/w/{name}?op=OPEN&read=true"), "").await;
            if status(&answer) == 404 && *count == 0 {
                continue;
            }
            let all: String = (0..=*count).map(|number| piece(name, number)).collect();
            let acknowledged: String = (0..*count).map(|number| piece(name, number)).collect();
            let content = content(&answer);
            assert!(content.starts_with(&acknowledged), "writer {name} lost a flush");
            // Of the piece that was under way everything or nothing is there.
            assert!(content == acknowledged || content == all, "writer {name}");
        }
    }
}

/// The body of an answer that comes in chunks, or is empty.
fn content(answer: &str) -> String {
    let (_, mut rest) = answer.split_once("\r\n\r\n").unwrap();
    let mut content = String::new();
    while let Some((length, chunk)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap();
        content.push_str(&chunk[..length]);
        rest = &chunk[(length + 2).min(chunk.len())..];
    }
    content
}

#[tokio::test]
async fn a_wrong_setting_is_named_or_has_its_effect_on_an_older_state() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    for (owner, expected) in [(false, 403), (true, 200)] {
        let mut seed = Seed::default();
        let user = SeedUser {
            object_id: uuid::Uuid::from_u128(7),
            username: "late@emulator.test".to_owned(),
            account_owner: owner,
            ..SeedUser::default()
        };
        seed.users.push(user);
        let builder = Emulator::builder().seed(seed).allow_pseudo_auth(true).state_dir(&state);
        let emulator = builder.start().await.unwrap();
        let path = "/webhdfs/v1/?op=LISTSTATUS&user.name=late";
        assert_eq!(call(&emulator.ready().http_url, "GET", path, "").await.0, expected);
        emulator.shutdown().await;
    }
}
