//! Transfers of files and trees.

use std::path::Path;
use std::sync::{Arc, Mutex};

use adls_fs::transfer::{Overwrite, RemoteTarget, TransferEvent, TransferOptions};
use adls_fs::{ErrorKind, RemotePath, WriteOptions};
use mock_aad::{FaultAction, FaultRule};

use super::lake::{Lake, path, pattern};

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Everything below a local directory, directories with a slash, with the length of files.
fn local_tree(root: &Path) -> Vec<String> {
    fn visit(directory: &Path, prefix: &str, lines: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                visit(&entry.path(), &format!("{name}/"), lines);
                lines.push(format!("{name}/"));
            } else {
                lines.push(format!("{name} {}", entry.metadata().unwrap().len()));
            }
        }
    }
    let mut lines = Vec::new();
    visit(root, "", &mut lines);
    lines.sort();
    lines
}

#[tokio::test]
async fn a_file_up_and_down_in_every_way() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let options = TransferOptions::default().segment_threshold(Some(40 << 20));
    // In one request, as a stream, in segments.
    for length in [0, 1, 4 << 20, (4 << 20) + 1, 10_000_000, 70 << 20] {
        let (local, back) = (directory.path().join("local"), directory.path().join("back"));
        let content = pattern(length);
        write(&local, &content);
        let remote = path(&format!("/up/{length}"));
        let report = lake.client.upload_with(&local, &remote, options.clone()).await.unwrap();
        assert_eq!((report.files, report.bytes), (1, length as u64));
        let report = lake.client.download_with(&remote, &back, options.clone()).await.unwrap();
        assert_eq!((report.files, report.bytes), (1, length as u64));
        assert!(std::fs::read(&back).unwrap() == content, "{length} bytes");
        std::fs::remove_file(back).unwrap();
    }
    let leftovers: Vec<_> =
        lake.tree().await.into_iter().filter(|line| line.contains(".adls-")).collect();
    assert_eq!(leftovers, Vec::<String>::new());
    assert_eq!(lake.tree().await.len(), 7);
}

#[tokio::test]
async fn a_small_file_takes_one_request() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    for number in 0..20 {
        write(&directory.path().join(format!("t/{number}")), &pattern(16 << 10));
    }
    lake.operations();
    let options = TransferOptions::default();
    lake.client
        .upload_with(&directory.path().join("t"), path("/t"), options.clone())
        .await
        .unwrap();
    assert_eq!(lake.operations(), vec!["CREATE"; 20]);
    lake.client
        .download_with(&path("/t"), &directory.path().join("back"), options.clone())
        .await
        .unwrap();
    let mut operations = lake.operations();
    operations.sort();
    let mut expected = vec!["GETFILESTATUS", "LISTSTATUS"];
    expected.extend(vec!["OPEN"; 20]);
    assert_eq!(operations, expected);
}

#[tokio::test]
async fn a_tree_up_and_down() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("source");
    write(&source.join("a b/c%+ü"), b"1");
    write(&source.join("a b/d/e"), &pattern(5 << 20));
    write(&source.join("empty file"), b"");
    std::fs::create_dir_all(source.join("empty/inside")).unwrap();
    let options = TransferOptions::default();
    let report = lake.client.upload_with(&source, path("/x"), options.clone()).await.unwrap();
    assert_eq!((report.files, report.directories), (3, 5));
    lake.client
        .download_with(&path("/x"), &directory.path().join("back"), options.clone())
        .await
        .unwrap();
    assert_eq!(local_tree(&directory.path().join("back")), local_tree(&source));

    // The rule: a slash means inside, and doing it again changes nothing.
    let inside = RemoteTarget::inside(path("/y"));
    lake.client.upload_with(&source, inside, options.clone()).await.unwrap();
    assert!(lake.tree().await.contains(&"/y/source/empty/inside/".to_owned()));
    let again = options.clone().overwrite(Overwrite::Replace);
    let before = lake.tree().await;
    lake.client.upload_with(&source, path("/x"), again.clone()).await.unwrap();
    assert_eq!(lake.tree().await, before);
    let target = directory.path().join("in/");
    lake.client.download_with(&path("/x/a b"), &target, options.clone()).await.unwrap();
    assert_eq!(local_tree(&target).len(), 4);
    assert!(target.join("a b/d/e").is_file());
}

#[tokio::test]
async fn a_file_goes_into_an_existing_directory() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let local = directory.path().join("f.txt");
    write(&local, b"x");
    lake.client.mkdirs(&path("/d")).await.unwrap();
    let options = TransferOptions::default();
    lake.client.upload_with(&local, path("/d"), options.clone()).await.unwrap();
    assert_eq!(lake.tree().await, ["/d/", "/d/f.txt 1"]);
    std::fs::create_dir(directory.path().join("e")).unwrap();
    lake.client
        .download_with(&path("/d/f.txt"), &directory.path().join("e"), options.clone())
        .await
        .unwrap();
    assert!(directory.path().join("e/f.txt").is_file());
}

#[tokio::test]
async fn existing_files_are_treated_as_told() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let local = directory.path().join("f");
    let back = directory.path().join("back");
    let upload = async |content: &str, overwrite: Overwrite| {
        write(&local, content.as_bytes());
        let options = TransferOptions::default().overwrite(overwrite);
        let report = lake.client.upload_with(&local, path("/f"), options.clone()).await;
        report.map(|report| report.skipped).map_err(|error| error.kind())
    };
    assert_eq!(upload("one", Overwrite::Refuse).await, Ok(0));
    assert_eq!(upload("two", Overwrite::Refuse).await, Err(ErrorKind::AlreadyExists));
    assert_eq!(lake.client.read(&path("/f")).await.unwrap(), "one");
    assert_eq!(upload("three", Overwrite::Replace).await, Ok(0));
    assert_eq!(upload("longer", Overwrite::Different).await, Ok(0));
    let soon = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    let later = adls_fs::TimesChange::default().modified(soon);
    lake.client.set_times(&path("/f"), later).await.unwrap();
    assert_eq!(upload("LONGER", Overwrite::Different).await, Ok(1));
    assert_eq!(upload("shorter?", Overwrite::Newer).await, Ok(1));
    assert_eq!(lake.client.read(&path("/f")).await.unwrap(), "longer");

    let download = async |overwrite: Overwrite| {
        let options = TransferOptions::default().overwrite(overwrite);
        let report = lake.client.download_with(&path("/f"), &back, options.clone()).await;
        report.map(|report| report.skipped).map_err(|error| error.kind())
    };
    assert_eq!(download(Overwrite::Refuse).await, Ok(0));
    assert_eq!(download(Overwrite::Refuse).await, Err(ErrorKind::AlreadyExists));
    assert_eq!(download(Overwrite::Replace).await, Ok(0));
    assert_eq!(download(Overwrite::Newer).await, Ok(0), "the remote file is from the future");
    let past = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    let earlier = adls_fs::TimesChange::default().modified(past);
    lake.client.set_times(&path("/f"), earlier).await.unwrap();
    assert_eq!(download(Overwrite::Newer).await, Ok(1));
    assert_eq!(download(Overwrite::Different).await, Ok(1));
    write(&back, b"other");
    assert_eq!(download(Overwrite::Different).await, Ok(0));
}

#[tokio::test]
async fn a_tree_goes_on_after_a_failure_and_reports_it() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        write(&directory.path().join(name), b"x");
    }
    lake.client.put(&path("/t/b"), "there").await.unwrap();
    let options = TransferOptions::default();
    let error =
        lake.client.upload_with(directory.path(), path("/t"), options.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    let report = error.report().unwrap();
    assert_eq!((report.files, report.failures.len()), (2, 1));
    assert_eq!(report.failures[0].error.kind(), ErrorKind::AlreadyExists);
    assert!(error.to_string().starts_with("1 of 4 items could not be transferred"), "{error}");
}

#[tokio::test]
async fn progress_accounts_for_everything() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    write(&directory.path().join("big"), &pattern(9 << 20));
    write(&directory.path().join("small"), b"x");
    let seen = Arc::new(Mutex::new((0_u64, 0_u64, 0, 0)));
    let keep = Arc::clone(&seen);
    let progress = move |event: &TransferEvent<'_>| {
        let mut seen = keep.lock().unwrap();
        match event {
            TransferEvent::Found(item) => seen.0 += item.length,
            TransferEvent::Moved { bytes, .. } => {
                seen.1 += bytes;
                seen.2 += 1;
            }
            TransferEvent::Finished(_) => seen.3 += 1,
            _ => {}
        }
    };
    let options = TransferOptions::default().progress(Arc::new(progress));
    lake.client.upload_with(directory.path(), path("/t"), options.clone()).await.unwrap();
    let all = (9 << 20) + 1;
    assert_eq!(*seen.lock().unwrap(), (all, all, 4, 3));
}

#[tokio::test]
async fn a_failure_leaves_nothing_behind() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let (local, back) = (directory.path().join("f"), directory.path().join("back"));
    write(&local, &pattern(9 << 20));
    let options = TransferOptions::default();
    let denied = FaultAction::Status { code: 403, retry_after: None, body: None };
    lake.emulator.add_faults([FaultRule::new(denied.clone()).op("APPEND")]).unwrap();
    assert!(lake.client.upload_with(&local, path("/f"), options.clone()).await.is_err());
    lake.clear_faults();
    assert_eq!(lake.tree().await, Vec::<String>::new());

    lake.client.upload_with(&local, path("/f"), options.clone()).await.unwrap();
    lake.emulator.add_faults([FaultRule::new(denied).op("OPEN").after(2)]).unwrap();
    assert!(lake.client.download_with(&path("/f"), &back, options.clone()).await.is_err());
    assert_eq!(local_tree(directory.path()), ["f 9437184"]);
}

#[tokio::test]
async fn cancellation_leaves_nothing_under_the_final_name() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let (local, back) = (directory.path().join("f"), directory.path().join("back"));
    write(&local, &pattern(9 << 20));
    let options = TransferOptions::default();
    lake.client.upload_with(&local, path("/f"), options.clone()).await.unwrap();
    lake.emulator.add_faults([FaultRule::new(FaultAction::Stall).op("OPEN").after(1)]).unwrap();
    let stop = Arc::new(tokio::sync::Notify::new());
    let moved = Arc::clone(&stop);
    let progress = move |event: &TransferEvent<'_>| {
        if matches!(event, TransferEvent::Moved { .. }) {
            moved.notify_one();
        }
    };
    let options = options.progress(Arc::new(progress));
    let source = path("/f");
    tokio::select! {
        result = lake.client.download_with(&source, &back, options.clone()) => panic!("ended: {result:?}"),
        () = stop.notified() => {}
    }
    assert_eq!(local_tree(directory.path()), ["f 9437184"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfers_survive_a_bad_network() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("s");
    for number in 0..40 {
        write(&source.join(format!("{number}")), &pattern(number * 10_000));
    }
    write(&source.join("big"), &pattern(45 << 20));
    let rule = |action, seed| {
        let mut rule = FaultRule::new(action).path("/webhdfs/*");
        // Rare enough that five tries in a row do not all fail, often enough that each happens.
        rule.probability = Some(0.02);
        rule.seed = seed;
        rule
    };
    lake.emulator
        .add_faults([
            rule(FaultAction::CommitAndReset, 1),
            rule(FaultAction::ResetBefore, 2),
            rule(FaultAction::Status { code: 429, retry_after: None, body: None }, 3),
            rule(FaultAction::Truncate { bytes: 20_000 }, 5),
        ])
        .unwrap();
    let options = TransferOptions::default().segment_threshold(Some(40 << 20));
    lake.client.upload_with(&source, path("/t"), options.clone()).await.unwrap();
    let back = directory.path().join("back");
    lake.client.download_with(&path("/t"), &back, options.clone()).await.unwrap();
    assert_eq!(local_tree(&back), local_tree(&source));
    assert!(std::fs::read(back.join("big")).unwrap() == pattern(45 << 20));
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let options = TransferOptions::default();
    let error = lake.client.upload_with(&missing, path("/f"), options.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    assert_eq!(error.local_path(), Some(&*missing));
    let error =
        lake.client.download_with(&path("/none"), &missing, options.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::NotFound, Some(&path("/none"))));
    let root = RemotePath::root();
    assert!(lake.client.download_with(&root, &missing, options.clone()).await.is_ok());
}

/// A device that takes nothing stands for a full disk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let lake = Lake::start().await;
    lake.client.put(&path("/f"), "x").await.unwrap();
    let target = Path::new("/proc/nothing-can-be-made-here/f");
    let options = TransferOptions::default();
    let error = lake.client.download_with(&path("/f"), target, options.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    assert!(error.to_string().contains("/proc/nothing-can-be-made-here"), "{error}");
}

#[tokio::test]
async fn patterns_in_both_directions() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    for name in ["l/1/a.csv", "l/1/b.txt", "l/2/c.csv", "l/2.csv/inside", "l/top.csv"] {
        write(&directory.path().join(name), b"x");
    }
    let options = TransferOptions::default();
    let pattern = directory.path().join("l/**/*.csv");
    let pattern = pattern.to_str().unwrap();
    let report =
        lake.client.upload_matching_with(pattern, &path("/t"), options.clone()).await.unwrap();
    assert_eq!(report.files, 4);
    let expected =
        ["/t/", "/t/1/", "/t/1/a.csv 1", "/t/2.csv/", "/t/2.csv/inside 1", "/t/2/", "/t/2/c.csv 1"];
    assert_eq!(lake.tree().await[..7], expected);

    let back = directory.path().join("back");
    let pattern = "/t/*/?.csv".parse().unwrap();
    let report =
        lake.client.download_matching_with(&pattern, &back, options.clone()).await.unwrap();
    assert_eq!(report.files, 2);
    assert_eq!(local_tree(&back), ["1/", "1/a.csv 1", "2/", "2/c.csv 1"]);
    let directories = "/t/2*".parse().unwrap();
    let other = directory.path().join("other");
    lake.client.download_matching_with(&directories, &other, options.clone()).await.unwrap();
    assert_eq!(local_tree(&other), ["2.csv/", "2.csv/inside 1", "2/", "2/c.csv 1"]);
    let nothing = "/t/*.none".parse().unwrap();
    let error =
        lake.client.download_matching_with(&nothing, &other, options.clone()).await.unwrap_err();
    assert_eq!(error.to_string(), "nothing matches /t/*.none");
    let pattern = directory.path().join("*.none");
    let error = lake
        .client
        .upload_matching_with(pattern.to_str().unwrap(), &path("/t"), options.clone())
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn content_is_verified_when_asked_for() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let sums = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&sums);
    let progress = move |event: &TransferEvent<'_>| {
        if let TransferEvent::Verified { checksum, .. } = event {
            keep.lock().unwrap().push(*checksum);
        }
    };
    let options = TransferOptions::default()
        .verify(true)
        .segment_threshold(Some(40 << 20))
        .progress(Arc::new(progress));
    let (local, back) = (directory.path().join("f"), directory.path().join("back"));
    for length in [0, 100, 9 << 20, 41 << 20] {
        write(&local, &pattern(length));
        let remote = path(&format!("/{length}"));
        lake.client.upload_with(&local, &remote, options.clone()).await.unwrap();
        lake.client.download_with(&remote, &back, options.clone()).await.unwrap();
        std::fs::remove_file(&back).unwrap();
        let sums = std::mem::take(&mut *sums.lock().unwrap());
        assert!(sums.len() == 2 && sums[0] == sums[1], "{length}: {sums:?}");
        assert_eq!(sums[0] == 0, length == 0);
    }

    // What is read back differs from what was sent.
    lake.emulator.add_faults([FaultRule::new(FaultAction::Corrupt).op("OPEN").count(1)]).unwrap();
    let error = lake.client.upload_with(&local, path("/bad"), options.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(!lake.client.exists(&path("/bad")).await.unwrap());
}

/// Every printable ASCII character, and some that take more than one byte.
#[cfg(unix)]
#[tokio::test]
async fn names_of_any_character() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("source");
    let printable = (' '..='~').filter(|c| *c != '/');
    for (number, c) in printable.chain(['ü', '\u{4e2d}', '\u{1f600}', '\u{301}']).enumerate() {
        write(&source.join(format!("{c}x{c}")).join(format!("{c}{c}{c}{c}")), &pattern(number));
    }
    let options = TransferOptions::default();
    lake.client.upload_with(&source, path("/t"), options.clone()).await.unwrap();
    let back = directory.path().join("back");
    lake.client.download_with(&path("/t"), &back, options.clone()).await.unwrap();
    assert_eq!(local_tree(&back), local_tree(&source));
}

/// A link in the target could lead what comes from the service anywhere.
#[cfg(unix)]
#[tokio::test]
async fn nothing_goes_through_a_symbolic_link() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    for file in ["/t/link/f", "/t/link/deep/g", "/t/plain/h"] {
        lake.client.put(&path(file), "x").await.unwrap();
    }
    let (outside, target) = (directory.path().join("outside"), directory.path().join("target"));
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::create_dir_all(&target).unwrap();
    std::os::unix::fs::symlink(&outside, target.join("link")).unwrap();
    let options = TransferOptions::default().overwrite(Overwrite::Replace);
    let error = lake.client.download_with(&path("/t"), &target, options.clone()).await.unwrap_err();
    let report = error.report().unwrap();
    assert_eq!((report.files, report.failures.len()), (1, 4), "{error}");
    assert!(error.to_string().contains("is a symbolic link"), "{error}");
    let pattern = "/t/*/*".parse().unwrap();
    lake.client.download_matching_with(&pattern, &target, options.clone()).await.unwrap_err();
    lake.client.sync_down(&path("/t"), &target).await.unwrap();
    assert_eq!(local_tree(&outside), Vec::<String>::new());

    // A link that the user names is meant.
    let named = directory.path().join("named");
    std::os::unix::fs::symlink(&outside, &named).unwrap();
    lake.client.download_with(&path("/t/plain"), &named, options.clone()).await.unwrap();
    assert_eq!(local_tree(&outside), ["h 1"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_directory_with_nothing_to_upload_is_made_all_the_same() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("s");
    std::fs::create_dir_all(source.join("only a link")).unwrap();
    std::os::unix::fs::symlink(directory.path(), source.join("only a link/up")).unwrap();
    let options = TransferOptions::default();
    let report = lake.client.upload_with(&source, path("/t"), options.clone()).await.unwrap();
    assert_eq!(report.skipped, 1);
    assert_eq!(lake.tree().await, ["/t/", "/t/only a link/"]);
}

#[tokio::test]
async fn copies_are_whole_or_not_there() {
    let lake = Lake::start().await;
    let client = &lake.client;
    let copy = async |from: &str, to: &str, overwrite: bool| {
        let options = WriteOptions::default().overwrite(overwrite);
        let copied = client.copy_with(&path(from), client, &path(to), options).await;
        copied.map_err(|error| error.kind())
    };
    for length in [0, 5, 9 << 20] {
        let (from, to) = (format!("/from/{length}"), format!("/to/{length}"));
        client.put(&path(&from), pattern(length)).await.unwrap();
        assert_eq!(copy(&from, &to, false).await, Ok(length as u64));
        assert!(client.read(&path(&to)).await.unwrap() == pattern(length));
        assert_eq!(copy(&from, &to, false).await, Err(ErrorKind::AlreadyExists));
        assert_eq!(copy(&from, &to, true).await, Ok(length as u64));
        assert_eq!(copy(&from, "/to", true).await, Err(ErrorKind::IsDirectory));
        assert_eq!(copy(&from, &from, true).await, Err(ErrorKind::Invalid));
    }
    assert_eq!(copy("/none", "/x", false).await, Err(ErrorKind::NotFound));
    let before = lake.tree().await;
    let denied = FaultAction::Status { code: 403, retry_after: None, body: None };
    lake.emulator.add_faults([FaultRule::new(denied).op("APPEND").after(1)]).unwrap();
    copy("/from/9437184", "/x", false).await.unwrap_err();
    lake.clear_faults();
    assert_eq!(lake.tree().await, before);
}
