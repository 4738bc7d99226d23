//! What transfers promise whatever happens beside them: other programs that write, odd files, services
//! that answer oddly, and interruptions.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use adls_fs::transfer::{
    Overwrite, SavedTransfer, SkipReason, SyncOptions, TransferEvent, TransferOptions,
};
use adls_fs::{
    ConcatOptions, DeleteOptions, ErrorKind, FileSystemClient, RemotePath, WriteOptions,
};
use futures_util::StreamExt;
use mock_aad::{FaultAction, FaultRule};

use super::lake::{Lake, path, pattern};
use super::meddling::{When, changing, meddling};

const MIB: usize = 1 << 20;

struct Here {
    lake: Lake,
    folder: tempfile::TempDir,
}

impl Here {
    async fn start() -> Self {
        Self { lake: Lake::start().await, folder: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.at(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, content).unwrap();
        file
    }

    async fn make(&self, name: &str, content: impl Into<bytes::Bytes>) -> RemotePath {
        let options = WriteOptions::default().overwrite(true);
        self.lake.client.write(&path(name), content, options).await.unwrap();
        path(name)
    }

    async fn content(&self, name: &str) -> bytes::Bytes {
        self.lake.client.read(&path(name)).await.unwrap()
    }

    fn refuse(&self, op: &str, after: u64) {
        let body = serde_json::json!({"RemoteException": {"exception": "AccessControlException",
            "message": "no", "javaClassName": "j"}});
        let refused = FaultAction::Status { code: 403, retry_after: None, body: Some(body) };
        self.lake.emulator.add_faults([FaultRule::new(refused).op(op).after(after)]).unwrap();
    }

    /// Options of a transfer that can be resumed.
    fn noted(&self) -> TransferOptions {
        TransferOptions::default().journal(self.at("journal"))
    }

    fn journals(&self) -> usize {
        std::fs::read_dir(self.at("journal")).map_or(0, Iterator::count)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.at(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn append(file: &Path, content: &[u8]) {
    std::fs::File::options().append(true).open(file).unwrap().write_all(content).unwrap();
    touch(file);
}

/// File systems stamp by a coarse clock.
fn touch(file: &Path) {
    let file = std::fs::File::options().append(true).open(file).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    file.set_modified(modified + std::time::Duration::from_secs(2)).unwrap();
}

fn replace() -> TransferOptions {
    TransferOptions::default().overwrite(Overwrite::Replace)
}

mod replace_only_with_what_is_complete {
    use super::*;

    #[tokio::test]
    async fn a_file_never_goes_into_a_directory_by_a_rename() {
        let here = Here::start().await;
        let file = here.write("f", pattern(5 * MIB));
        here.make("/d/in/x", "kept").await;
        let error = here.lake.client.upload(&file, path("/d/in/x/"), &replace()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotDirectory | ErrorKind::Invalid), "{error:?}");
        // The directory comes into being while the file is sent.
        for length in [5 * MIB, 70 * MIB] {
            let file = here.write("f", pattern(length));
            let other = here.lake.client.clone();
            let client = meddling(&here.lake, "RENAME", 0, When::Before, move || async move {
                other.mkdirs(&path("/late"), Default::default()).await.unwrap();
            });
            let error = client.upload(&file, path("/late"), &replace()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::IsDirectory);
            here.lake.client.delete(&path("/late"), DeleteOptions::default()).await.unwrap();
        }
        here.lake.client.cleanups().finished().await;
        assert_eq!(here.lake.tree().await, ["/d/", "/d/in/", "/d/in/x 4"]);
    }

    #[tokio::test]
    async fn a_join_that_fails_leaves_its_target() {
        let here = Here::start().await;
        for (op, left) in [("MSCONCAT", false), ("RENAME", true)] {
            here.make("/t", "old").await;
            let sources = [here.make("/1", "a").await, here.make("/2", "b").await];
            here.refuse(op, 0);
            let options = ConcatOptions::default().overwrite(true);
            let error = here.lake.client.concat(&path("/t"), &sources, options.clone()).await;
            let text = error.unwrap_err().to_string();
            here.lake.clear_faults();
            assert_eq!(here.content("/t").await, "old", "{op}");
            let tree = here.lake.tree().await;
            if left {
                // The bytes of the sources are not lost, and the error says where they are.
                let joined = tree.iter().find(|line| line.contains(".joined")).unwrap();
                let name = joined.split(' ').next().unwrap();
                assert!(text.contains(name), "{text}");
                assert_eq!(here.content(name).await, "ab");
            } else {
                here.lake.client.concat(&path("/t"), &sources, options).await.unwrap();
                assert_eq!(here.content("/t").await, "ab");
            }
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_no_file_is_written_to_or_refused() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        let here = Here::start().await;
        let remote = here.make("/f", pattern(5 * MIB)).await;
        let get =
            async |target: &Path| here.lake.client.download(&remote, target, &replace()).await;

        let pipe = here.at("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read(pipe).unwrap()
        });
        get(&pipe).await.unwrap();
        assert!(reader.join().unwrap() == pattern(5 * MIB));
        assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
        get(Path::new("/dev/null")).await.unwrap();
        assert!(Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());

        let socket = here.at("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(get(&socket).await.unwrap_err().kind(), ErrorKind::Invalid);
        assert!(socket.symlink_metadata().unwrap().file_type().is_socket());

        // What the link leads to is replaced, not the link.
        let (link, led) = (here.at("link"), here.write("deep/led", "old"));
        symlink("deep/led", &link).unwrap();
        get(&link).await.unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert!(std::fs::read(&led).unwrap() == pattern(5 * MIB));
        assert_eq!(here.names("deep"), ["led"]);
        symlink("nowhere", here.at("broken")).unwrap();
        assert_eq!(get(&here.at("broken")).await.unwrap_err().kind(), ErrorKind::Invalid);
    }

    #[tokio::test]
    async fn a_directory_goes_only_when_the_file_for_its_name_is_complete() {
        let here = Here::start().await;
        here.write("s/x", "file");
        here.make("/s/x/inside", "directory").await;
        let options = SyncOptions::default().delete(true);
        here.refuse("CREATE", 0);
        here.lake.client.sync_up(&here.at("s"), &path("/s"), &options).await.unwrap_err();
        here.lake.clear_faults();
        assert_eq!(here.content("/s/x/inside").await, "directory");
        here.lake.client.sync_up(&here.at("s"), &path("/s"), &options).await.unwrap();
        assert_eq!(here.lake.tree().await, ["/s/", "/s/x 4"]);

        here.write("t/x/inside", "directory");
        here.make("/t/x", "file").await;
        here.refuse("OPEN", 0);
        here.lake.client.sync_down(&path("/t"), &here.at("t"), &options).await.unwrap_err();
        here.lake.clear_faults();
        assert_eq!(here.names("t/x"), ["inside"]);
        here.lake.client.sync_down(&path("/t"), &here.at("t"), &options).await.unwrap();
        assert_eq!(std::fs::read(here.at("t/x")).unwrap(), b"file");
    }
}

mod parts_are_one_file_only_if_it_stayed_the_same {
    use super::*;

    /// Uploads a file that is changed while it is sent.
    async fn put(here: &Here, length: usize, change: fn(&Path)) -> adls_fs::Result<u64> {
        let file = here.write("f", pattern(length));
        let op = if length > 4 * MIB { "APPEND" } else { "CREATE" };
        let client =
            meddling(&here.lake, op, 0, When::Before, move || async move { change(&file) });
        let options = here.noted().segment_threshold(Some(40 * MIB as u64));
        let report = client.upload(&here.at("f"), path("/f"), &options).await;
        client.cleanups().finished().await;
        report.map(|report| report.files)
    }

    #[tokio::test]
    async fn a_local_file_that_is_rewritten_is_an_error_that_leaves_nothing() {
        for length in [9 * MIB, 70 * MIB] {
            let changes: [fn(&Path); 3] = [
                // As long as before, longer, shorter.
                |file| {
                    let mut content = std::fs::read(file).unwrap();
                    content[0] ^= 1;
                    std::fs::write(file, content).unwrap();
                    touch(file);
                },
                |file| {
                    std::fs::write(file, pattern(80 * MIB).split_off(1)).unwrap();
                    touch(file);
                },
                |file| {
                    std::fs::write(file, "x").unwrap();
                    touch(file);
                },
            ];
            for change in changes {
                let here = Here::start().await;
                let error = put(&here, length, change).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Changed);
                assert_eq!(here.lake.tree().await, Vec::<String>::new());
                assert_eq!(here.journals(), 0);
            }
        }
    }

    #[tokio::test]
    async fn a_log_that_only_grows_is_sent_as_it_was() {
        for length in [9 * MIB, 70 * MIB] {
            let here = Here::start().await;
            assert_eq!(put(&here, length, |file| append(file, b"more")).await.unwrap(), 1);
            assert!(here.content("/f").await == pattern(length));
            assert_eq!(here.lake.tree().await, [format!("/f {length}")]);
        }
    }

    /// Downloads a file that is changed in the account between two requests.
    async fn get(
        here: &Here,
        length: usize,
        verify: bool,
        change: &'static str,
    ) -> adls_fs::Result<()> {
        here.make("/f", pattern(length)).await;
        let other = here.lake.client.clone();
        let client = meddling(&here.lake, "OPEN", 0, When::Before, move || async move {
            meddle(&other, length, change).await;
        });
        let options = here.noted().verify(verify).overwrite(Overwrite::Replace);
        client.download(&path("/f"), &here.at("back/f"), &options).await.map(drop)
    }

    async fn meddle(client: &FileSystemClient, length: usize, change: &str) {
        if change == "grow" {
            use tokio::io::AsyncWriteExt;
            let mut writer = client.append(&path("/f")).await.unwrap();
            writer.write_all(b"more").await.unwrap();
            writer.shutdown().await.unwrap();
            return;
        }
        let content = match change {
            "other" => vec![b'x'; length],
            _ => pattern(length + 9)[9..].to_vec(),
        };
        client.write(&path("/f"), content, WriteOptions::default().overwrite(true)).await.unwrap();
    }

    #[tokio::test]
    async fn a_remote_file_that_only_grows_is_what_it_was() {
        for (length, verify) in [(0, false), (100, false), (100, true), (9 * MIB, false)] {
            let here = Here::start().await;
            get(&here, length, verify, "grow").await.unwrap();
            assert!(std::fs::read(here.at("back/f")).unwrap() == pattern(length), "{length}");
        }
    }

    #[tokio::test]
    async fn a_remote_file_that_is_made_anew_is_never_mixed() {
        for length in [100, 9 * MIB] {
            let here = Here::start().await;
            match get(&here, length, false, "other").await {
                Ok(()) => assert!(std::fs::read(here.at("back/f")).unwrap() == vec![b'x'; length]),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Changed);
                    assert_eq!(here.names("back"), Vec::<String>::new());
                    assert_eq!(here.journals(), 0);
                }
            }
        }
    }

    #[tokio::test]
    async fn a_copy_is_of_one_state() {
        for length in [100, 9 * MIB] {
            let here = Here::start().await;
            here.make("/f", pattern(length)).await;
            for (change, expected) in [("grow", Some(pattern(length))), ("other", None)] {
                let other = here.lake.client.clone();
                let client = meddling(&here.lake, "OPEN", 0, When::Before, move || async move {
                    meddle(&other, length, change).await;
                });
                let target = path(&format!("/{change}"));
                let copied = client.copy(&path("/f"), &client, &target, Default::default()).await;
                if let Some(expected) = expected {
                    assert_eq!(copied.unwrap(), length as u64);
                    assert!(here.content(target.as_str()).await == expected);
                } else if copied.is_ok() {
                    assert!(here.content(target.as_str()).await == vec![b'x'; length]);
                } else {
                    client.cleanups().finished().await;
                    assert!(!here.lake.client.exists(&target).await.unwrap());
                }
                here.make("/f", pattern(length)).await;
            }
        }
    }

    /// A done file is passed over only if it is the file that was left.
    #[tokio::test]
    async fn what_was_done_before_is_told_by_more_than_its_length() {
        let here = Here::start().await;
        for name in ["s/big", "s/small"] {
            here.write(name, pattern(if name == "s/big" { 5 * MIB } else { 5 }));
        }
        here.write("s/z", "last");
        let body = serde_json::json!({"RemoteException": {"exception": "AccessControlException",
            "message": "no", "javaClassName": "j"}});
        let refused = FaultAction::Status { code: 403, retry_after: None, body: Some(body) };
        let rule = FaultRule::new(refused).op("CREATE").path("*/z");
        here.lake.emulator.add_faults([rule]).unwrap();
        let options = here.noted().overwrite(Overwrite::Replace);
        here.lake.client.upload(&here.at("s"), path("/s"), &options).await.unwrap_err();
        here.lake.clear_faults();
        here.make("/s/big", vec![b'x'; 5 * MIB]).await;
        here.make("/s/small", "xxxxx").await;
        here.lake.client.upload(&here.at("s"), path("/s"), &options).await.unwrap();
        assert!(here.content("/s/big").await == pattern(5 * MIB));
        assert!(here.content("/s/small").await == pattern(5));

        here.refuse("OPEN", 2);
        here.lake.client.download(&path("/s"), &here.at("b"), &options).await.unwrap_err();
        here.lake.clear_faults();
        for name in here.names("b") {
            if !name.starts_with(".adls-") {
                let length = here.at("b").join(&name).metadata().unwrap().len();
                here.write(&format!("b/{name}"), vec![b'x'; length as usize]);
                touch(&here.at("b").join(&name));
            }
        }
        here.lake.client.download(&path("/s"), &here.at("b"), &options).await.unwrap();
        assert!(std::fs::read(here.at("b/big")).unwrap() == pattern(5 * MIB));
        assert!(std::fs::read(here.at("b/small")).unwrap() == pattern(5));
    }
}

mod the_end_is_seen_not_believed {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn files_of_the_system_are_sent_with_what_is_in_them() {
        let here = Here::start().await;
        let options = TransferOptions::default();
        let file = Path::new("/proc/cpuinfo");
        let report = here.lake.client.upload(file, path("/cpu"), &options).await.unwrap();
        let sent = here.content("/cpu").await;
        assert!(!sent.is_empty());
        assert_eq!(report.bytes, sent.len() as u64);
        // One that takes more than a request.
        let small = options.part_size(16);
        here.lake.client.upload(file, path("/cpu2"), &small).await.unwrap();
        assert_eq!(here.content("/cpu2").await.len(), sent.len());
        assert_eq!(here.lake.tree().await.len(), 2);
    }

    #[tokio::test]
    async fn a_listing_that_is_behind_is_a_hint() {
        let here = Here::start().await;
        here.make("/d/f", "all of it").await;
        let client = changing(&here.lake, "LISTSTATUS", |body| {
            body.replace(r#""length":9"#, r#""length":0"#)
        });
        client.download(&path("/d"), &here.at("d"), &TransferOptions::default()).await.unwrap();
        assert_eq!(std::fs::read(here.at("d/f")).unwrap(), b"all of it");
    }

    #[tokio::test]
    async fn an_answer_that_was_damaged_is_found_by_verify() {
        let here = Here::start().await;
        for length in [100, 9 * MIB] {
            let remote = here.make("/f", pattern(length)).await;
            let rule = FaultRule::new(FaultAction::Corrupt).op("OPEN").count(1);
            here.lake.emulator.add_faults([rule]).unwrap();
            let options = here.noted().verify(true);
            let error = here.lake.client.download(&remote, &here.at("b/f"), &options).await;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::Corrupt);
            here.lake.clear_faults();
            assert_eq!((here.names("b").len(), here.journals()), (0, 0));
        }
    }
}

mod a_convenience_never_becomes_a_condition {
    use super::*;

    #[tokio::test]
    async fn without_a_place_for_notes_transfers_go_on_and_say_so_once() {
        let here = Here::start().await;
        // No user, not even root, can make a directory in a file.
        let blocked = here.write("blocked", "").join("journal");
        let warnings = Arc::new(Mutex::new(0));
        let count = Arc::clone(&warnings);
        let options = TransferOptions::default().journal(blocked).progress(Arc::new(
            move |event: &TransferEvent<'_>| {
                *count.lock().unwrap() += u32::from(matches!(event, TransferEvent::Warning(_)));
            },
        ));
        here.write("s/a", "1");
        here.write("s/b", pattern(9 * MIB));
        here.lake.client.upload(&here.at("s"), path("/s"), &options).await.unwrap();
        assert_eq!(*warnings.lock().unwrap(), 1);
        here.lake.client.download(&path("/s"), &here.at("t"), &options).await.unwrap();
        assert!(std::fs::read(here.at("t/b")).unwrap() == pattern(9 * MIB));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn notes_are_nobody_elses_business() {
        use std::os::unix::fs::PermissionsExt;
        let here = Here::start().await;
        here.refuse("APPEND", 0);
        let file = here.write("f", pattern(9 * MIB));
        here.lake.client.upload(&file, path("/f"), &here.noted()).await.unwrap_err();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&here.at("journal")), 0o700);
        let notes = here.at("journal").join(&here.names("journal")[0]);
        assert_eq!(mode(&notes), 0o600);
    }
}

mod what_can_be_resumed_is_found_what_cannot_leaves_nothing {
    use super::*;

    /// Uploads, and is given up after the service has done the `after`th request of an operation.
    async fn give_up(here: &Here, op: &'static str, after: usize, options: &TransferOptions) {
        let (done, reached) = tokio::sync::oneshot::channel();
        let client = meddling(&here.lake, op, after, When::After, move || async move {
            done.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        let source = here.at("f");
        tokio::select! {
            _ = client.upload(&source, path("/f"), options) => panic!("it came to its end"),
            _ = reached => {}
        }
        client.cleanups().finished().await;
    }

    #[tokio::test]
    async fn a_small_file_whose_answer_never_came_is_done() {
        let here = Here::start().await;
        here.write("f", "content");
        give_up(&here, "CREATE", 0, &here.noted()).await;
        assert_eq!(here.content("/f").await, "content");
        here.lake.client.upload(&here.at("f"), path("/f"), &here.noted()).await.unwrap();
        assert_eq!(here.journals(), 0);
        // Anything else that is there stays.
        here.make("/f", "another").await;
        for _ in 0..2 {
            let error = here.lake.client.upload(&here.at("f"), path("/f"), &here.noted()).await;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::AlreadyExists);
            assert_eq!(here.journals(), 0);
        }
    }

    #[tokio::test]
    async fn a_large_file_goes_on_from_every_point() {
        for (op, after) in [("CREATE", 0), ("APPEND", 0), ("APPEND", 1), ("RENAME", 0)] {
            let here = Here::start().await;
            here.write("f", pattern(11 * MIB));
            give_up(&here, op, after, &here.noted()).await;
            here.lake.client.upload(&here.at("f"), path("/f"), &here.noted()).await.unwrap();
            assert!(here.content("/f").await == pattern(11 * MIB), "{op} {after}");
            assert_eq!(here.lake.tree().await.len(), 1, "{op} {after}");
            assert_eq!(here.journals(), 0);
        }
    }

    #[tokio::test]
    async fn leftovers_are_listed_and_cleaned() {
        let here = Here::start().await;
        here.write("f", pattern(11 * MIB));
        give_up(&here, "APPEND", 0, &here.noted()).await;
        let saved = SavedTransfer::all(&here.at("journal")).await.unwrap();
        let [saved] = saved.as_slice() else { panic!("{saved:?}") };
        assert_eq!((saved.direction.as_str(), saved.target.as_str()), ("upload", "/f"));
        assert_eq!((saved.finished, saved.unfinished, saved.under_way), (0, 1, false));
        let found = here.lake.client.leftovers(&RemotePath::root()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert!(saved.remote_leftovers.contains(&found[0].path));
        assert!(saved.clean(None).await.is_err());
        saved.clean(Some(&here.lake.client)).await.unwrap();
        assert_eq!((here.lake.tree().await.len(), here.journals()), (0, 0));

        let remote = here.make("/g", pattern(41 * MIB)).await;
        here.refuse("OPEN", 6);
        here.lake.client.download(&remote, &here.at("b/g"), &here.noted()).await.unwrap_err();
        here.lake.clear_faults();
        let saved = SavedTransfer::all(&here.at("journal")).await.unwrap();
        assert_eq!(saved[0].local_leftovers.len(), 1);
        assert!(saved[0].local_leftovers[0].exists());
        saved[0].clean(None).await.unwrap();
        assert_eq!((here.names("b").len(), here.journals()), (0, 0));
    }

    #[tokio::test]
    async fn a_transfer_that_fails_for_good_leaves_no_notes() {
        let here = Here::start().await;
        here.write("f", "x");
        here.make("/f", "there").await;
        here.lake.client.upload(&here.at("f"), path("/f"), &here.noted()).await.unwrap_err();
        here.lake.client.download(&path("/f"), &here.at("f"), &here.noted()).await.unwrap_err();
        assert_eq!(here.journals(), 0);
    }
}

mod every_end_is_like_ctrl_c {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_copy_that_is_given_up_leaves_neither_file_nor_lease() {
        let here = Here::start().await;
        here.make("/f", pattern(13 * MIB)).await;
        for (op, after) in [("CREATE", 0), ("APPEND", 0), ("APPEND", 1), ("GETFILESTATUS", 3)] {
            let (done, reached) = tokio::sync::oneshot::channel();
            let client = meddling(&here.lake, op, after, When::After, move || async move {
                done.send(()).unwrap();
                std::future::pending::<()>().await;
            });
            let (source, target) = (path("/f"), path("/copy"));
            tokio::select! {
                _ = client.copy(&source, &client, &target, Default::default()) => panic!("{op}"),
                _ = reached => {}
            }
            client.cleanups().finished().await;
            assert_eq!(here.lake.tree().await.len(), 1, "{op} {after}");
        }
    }
}

mod an_order_relied_upon_is_checked {
    use super::*;

    /// Puts the first two entries of every page the other way round.
    fn shuffled(body: &str) -> String {
        let mut page: serde_json::Value = serde_json::from_str(body).unwrap();
        let entries = page["FileStatuses"]["FileStatus"].as_array_mut().unwrap();
        if entries.len() > 1 {
            entries.swap(0, 1);
        }
        page.to_string()
    }

    #[tokio::test]
    async fn nothing_is_deleted_by_a_list_out_of_order() {
        let here = Here::start().await;
        for name in ["a", "b", "c"] {
            here.write(&format!("s/{name}"), "same");
            here.make(&format!("/s/{name}"), "same").await;
        }
        let client = changing(&here.lake, "LISTSTATUS", |body| shuffled(&body));
        let options = SyncOptions::default().delete(true);
        let down = client.sync_down(&path("/s"), &here.at("s"), &options).await.unwrap_err();
        assert_eq!(down.report().unwrap().failures[0].error.kind(), ErrorKind::Protocol);
        client.sync_up(&here.at("s"), &path("/s"), &options).await.unwrap_err();
        assert_eq!(here.names("s"), ["a", "b", "c"]);
        assert_eq!(here.lake.tree().await.len(), 4);
    }

    #[tokio::test]
    async fn an_empty_source_empties_nothing_unless_told() {
        let here = Here::start().await;
        here.make("/s/x", "kept").await;
        std::fs::create_dir(here.at("s")).unwrap();
        let options = SyncOptions::default().delete(true);
        let error = here.lake.client.sync_up(&here.at("s"), &path("/s"), &options).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Invalid);
        here.write("t/x", "kept");
        here.lake.client.mkdirs(&path("/t"), Default::default()).await.unwrap();
        let error = here.lake.client.sync_down(&path("/t"), &here.at("t"), &options).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(here.names("t"), ["x"]);
        let allowed = options.allow_empty(true);
        here.lake.client.sync_up(&here.at("s"), &path("/s"), &allowed).await.unwrap();
        assert_eq!(here.lake.tree().await, ["/s/", "/t/"]);
    }

    #[tokio::test]
    async fn no_more_is_deleted_than_allowed() {
        let here = Here::start().await;
        here.write("s/a", "1");
        for name in ["a", "d/1", "d/2", "e"] {
            here.make(&format!("/s/{name}"), "1").await;
        }
        let options = SyncOptions::default().delete(true);
        let sync = async |most: u64| {
            let options = options.clone().max_delete(most);
            here.lake.client.sync_up(&here.at("s"), &path("/s"), &options).await
        };
        let error = sync(3).await.unwrap_err();
        assert!(error.to_string().contains("4 items would be deleted"), "{error}");
        assert_eq!(here.lake.tree().await.len(), 6);
        assert_eq!(sync(4).await.unwrap().deleted, 2);
        assert_eq!(here.lake.tree().await, ["/s/", "/s/a 1"]);
    }

    #[tokio::test]
    async fn a_target_that_is_a_file_stays() {
        let here = Here::start().await;
        here.write("s/a", "1");
        here.make("/s", "a file").await;
        let options = SyncOptions::default().delete(true);
        let error = here.lake.client.sync_up(&here.at("s"), &path("/s"), &options).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::NotDirectory);
        assert_eq!(here.content("/s").await, "a file");
        here.make("/t/a", "1").await;
        here.write("t", "a file");
        let error = here.lake.client.sync_down(&path("/t"), &here.at("t"), &options).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::NotDirectory);
        assert_eq!(std::fs::read(here.at("t")).unwrap(), b"a file");
    }

    #[tokio::test]
    async fn both_sides_are_alike_and_a_second_sync_writes_nothing() {
        let here = Here::start().await;
        here.write("s/was directory", "file now");
        here.write("s/was file/x", "directory now");
        std::fs::create_dir_all(here.at("s/empty/inside")).unwrap();
        here.make("/s/was directory/deep/x", "old").await;
        here.make("/s/was file", "old").await;
        here.lake.client.mkdirs(&path("/s/gone/empty"), Default::default()).await.unwrap();
        let options = SyncOptions::default().delete(true);
        here.lake.client.sync_up(&here.at("s"), &path("/s"), &options).await.unwrap();
        let expected = [
            "/s/",
            "/s/empty/",
            "/s/empty/inside/",
            "/s/was directory 8",
            "/s/was file/",
            "/s/was file/x 13",
        ];
        assert_eq!(here.lake.tree().await, expected);
        here.lake.client.sync_down(&path("/s"), &here.at("t"), &options).await.unwrap();
        here.lake.operations();
        here.lake.client.sync_up(&here.at("s"), &path("/s"), &options).await.unwrap();
        here.lake.client.sync_down(&path("/s"), &here.at("t"), &options).await.unwrap();
        let writes = here.lake.operations();
        let reads = ["LISTSTATUS", "GETFILESTATUS"];
        assert!(writes.iter().all(|op| reads.contains(&op.as_str())), "{writes:?}");
    }
}

mod memory_is_bounded_by_design {
    use super::*;

    #[tokio::test]
    async fn a_tree_without_an_end_has_one() {
        let here = Here::start().await;
        here.lake.client.mkdirs(&path("/d/d"), Default::default()).await.unwrap();
        let listed = here.lake.client.list(&path("/d"), Default::default()).collect_all().await;
        assert_eq!(listed.unwrap().len(), 1);
        // Every directory holds one more.
        let client = changing(&here.lake, "LISTSTATUS", |_| {
            r#"{"FileStatuses":{"continuationToken":"","FileStatus":[
                {"length":0,"pathSuffix":"d","type":"DIRECTORY","permission":"770"}]}}"#
                .to_owned()
        });
        let mut entries = client.walk(&path("/d"), Default::default());
        let (mut count, mut errors) = (0, Vec::new());
        while let Some(entry) = entries.next().await {
            match entry {
                Ok(_) => count += 1,
                Err(error) => errors.push(error),
            }
        }
        assert!(count <= 512, "{count}");
        assert!(errors.last().is_some_and(|error| error.to_string().contains("levels deep")));
    }

    #[tokio::test]
    async fn a_list_that_goes_round_ends_with_an_error() {
        let here = Here::start().await;
        here.make("/d/f", "x").await;
        let client = changing(&here.lake, "LISTSTATUS", |body| {
            body.replace(r#""continuationToken":"""#, r#""continuationToken":"again""#)
        });
        here.lake.operations();
        let error = client.list(&path("/d"), Default::default()).collect_all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(here.lake.operations().len() < 10);
        assert!(client.walk(&path("/d"), Default::default()).any(async |e| e.is_err()).await);
    }
}

mod words_name_the_right_thing {
    use super::*;

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_left_out_is_named_and_counted_apart() {
        let here = Here::start().await;
        here.write("s/a", "1");
        here.write("s/.adls-report.partial.csv", "not ours");
        let ours = ".adls-0123456789abcdef0123456789abcdef.part";
        here.write(&format!("s/{ours}"), "ours");
        std::os::unix::fs::symlink("/", here.at("s/link")).unwrap();
        let pipe = here.at("s/pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&seen);
        let options =
            TransferOptions::default().progress(Arc::new(move |event: &TransferEvent<'_>| {
                if let TransferEvent::Skipped { item, reason } = event {
                    let name = item.source.rsplit('/').next().unwrap().to_owned();
                    keep.lock().unwrap().push((name, *reason));
                }
            }));
        let expected = [
            (ours.to_owned(), SkipReason::Temporary),
            ("link".to_owned(), SkipReason::SymbolicLink),
            ("pipe".to_owned(), SkipReason::SpecialFile),
        ];
        let report = here.lake.client.upload(&here.at("s"), path("/s"), &options).await.unwrap();
        assert_eq!((report.files, report.left_out), (2, 3));
        assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), expected);
        let sync = SyncOptions::default().transfer(options.overwrite(Overwrite::Different));
        let report = here.lake.client.sync_up(&here.at("s"), &path("/t"), &sync).await.unwrap();
        assert_eq!((report.files, report.left_out, report.skipped), (2, 3, 3));
        assert_eq!(*seen.lock().unwrap(), expected);
        assert!(here.lake.client.exists(&path("/t/.adls-report.partial.csv")).await.unwrap());
    }

    #[tokio::test]
    async fn a_url_of_another_account_is_refused() {
        let here = Here::start().await;
        let file = here.write("f", "x");
        let url: adls_fs::RemoteUrl = "adl://other/f".parse().unwrap();
        let error = here.lake.client.upload(&file, &url, &TransferOptions::default()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Invalid);
        assert!(here.lake.tree().await.is_empty());
        let account = &here.lake.emulator.ready().default_account;
        let url: adls_fs::RemoteUrl = format!("adl://{account}/d/").parse().unwrap();
        here.lake.client.upload(&file, &url, &TransferOptions::default()).await.unwrap();
        let into: RemotePath = "/e/".parse().unwrap();
        here.lake.client.upload(&file, &into, &TransferOptions::default()).await.unwrap();
        assert_eq!(here.lake.tree().await, ["/d/", "/d/f 1", "/e/", "/e/f 1"]);
    }

    #[tokio::test]
    async fn one_bad_name_fails_alone() {
        let here = Here::start().await;
        for name in ["a", "b", "c"] {
            here.make(&format!("/d/{name}"), name).await;
        }
        for bad in ["..", "../x", "/abs", "."] {
            let bad = bad.to_owned();
            let client = changing(&here.lake, "LISTSTATUS", move |body| {
                body.replace(r#""pathSuffix":"b""#, &format!(r#""pathSuffix":"{bad}""#))
            });
            let error = client.download(&path("/d"), &here.at("t"), &replace()).await.unwrap_err();
            let report = error.report().unwrap();
            assert_eq!((report.files, report.failures.len()), (2, 1));
            here.write("t/z", "stays: it may be what the bad name stands for");
            let sync = SyncOptions::default().delete(true);
            client.sync_down(&path("/d"), &here.at("t"), &sync).await.unwrap_err();
            assert_eq!(here.names("t"), ["a", "c", "z"]);
            assert_eq!(here.names("."), ["t"]);
        }
    }
}
