//! Transfers of files and trees.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use adls_fs::transfer::{Overwrite, RemoteTarget, TransferEvent, TransferOptions};
use adls_fs::{ErrorKind, FileSystemClient, GlobPattern, RemotePath, TimesChange, WriteOptions};

use super::below;
use crate::{LocalDirectory, pattern, remote_tree};

fn overwriting(overwrite: Overwrite) -> TransferOptions {
    TransferOptions::default().overwrite(overwrite)
}

pub(super) async fn a_file_up_and_down_in_every_way(client: &FileSystemClient, base: &RemotePath) {
    let local = LocalDirectory::new();
    let options = TransferOptions::default().segment_threshold(Some(40 << 20));
    // In one request, as a stream, in segments where files can be joined.
    for length in [0, 1, 4 << 20, (4 << 20) + 1, 10_000_000, 70 << 20] {
        let content = pattern(length);
        let (file, back) = (local.write("local", &content), local.at("back"));
        let remote = below(base)(&format!("up/{length}"));
        let report = client.upload_with(&file, &remote, options.clone()).await.unwrap();
        assert_eq!((report.files, report.bytes), (1, length as u64));
        let report = client.download_with(&remote, &back, options.clone()).await.unwrap();
        assert_eq!((report.files, report.bytes), (1, length as u64));
        assert!(std::fs::read(&back).unwrap() == content, "{length} bytes");
        std::fs::remove_file(back).unwrap();
    }
    let tree = remote_tree(client, base).await;
    assert!(tree.len() == 7 && !tree.iter().any(|line| line.contains(".adls-")), "{tree:?}");
}

pub(super) async fn a_tree_up_and_down(client: &FileSystemClient, base: &RemotePath) {
    let (at, local) = (below(base), LocalDirectory::new());
    local.write("source/a b/c%+ü", b"1");
    local.write("source/a b/d/e", pattern(5 << 20));
    local.write("source/empty file", b"");
    std::fs::create_dir_all(local.at("source/empty/inside")).unwrap();
    let source = local.at("source");
    let report = client.upload(&source, at("x")).await.unwrap();
    assert_eq!((report.files, report.directories), (3, 5));
    client.download(at("x"), local.at("back")).await.unwrap();
    assert_eq!(local.tree("back"), local.tree("source"));
    assert_eq!(remote_tree(client, &at("x")).await, local.tree("source"));

    // The rule: a slash means inside, and doing it again changes nothing.
    client.upload(&source, RemoteTarget::inside(at("y"))).await.unwrap();
    let before = remote_tree(client, base).await;
    assert!(before.contains(&"/y/source/empty/inside/".to_owned()));
    client.upload_with(&source, at("x"), overwriting(Overwrite::Replace)).await.unwrap();
    assert_eq!(remote_tree(client, base).await, before);
    client.download(at("x/a b"), local.at("in/")).await.unwrap();
    assert_eq!(local.tree("in").len(), 4);
    assert!(local.at("in/a b/d/e").is_file());
}

pub(super) async fn a_file_goes_into_an_existing_directory(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (at, local) = (below(base), LocalDirectory::new());
    client.mkdirs(at("d")).await.unwrap();
    client.upload(local.write("f.txt", b"x"), at("d")).await.unwrap();
    assert_eq!(remote_tree(client, base).await, ["/d/", "/d/f.txt 1"]);
    std::fs::create_dir(local.at("e")).unwrap();
    client.download(at("d/f.txt"), local.at("e")).await.unwrap();
    assert!(local.at("e/f.txt").is_file());
}

pub(super) async fn existing_files_are_treated_as_told(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (remote, local) = (below(base)("f"), LocalDirectory::new());
    let upload = async |content: &str, overwrite: Overwrite| {
        let file = local.write("f", content);
        let report = client.upload_with(&file, &remote, overwriting(overwrite)).await;
        report.map(|report| report.skipped).map_err(|error| error.kind())
    };
    let changed_at = async |time: SystemTime| {
        client.set_times(&remote, TimesChange::default().modified(time)).await.unwrap();
    };
    assert_eq!(upload("one", Overwrite::Refuse).await, Ok(0));
    assert_eq!(upload("two", Overwrite::Refuse).await, Err(ErrorKind::AlreadyExists));
    assert_eq!(client.read(&remote).await.unwrap(), "one");
    assert_eq!(upload("three", Overwrite::Replace).await, Ok(0));
    assert_eq!(upload("longer", Overwrite::Different).await, Ok(0));
    let written = local.at("f").metadata().unwrap().modified().unwrap();
    changed_at(written + Duration::from_secs(3600)).await;
    assert_eq!(upload("LONGER", Overwrite::Different).await, Ok(1));
    assert_eq!(upload("shorter?", Overwrite::Newer).await, Ok(1));
    assert_eq!(client.read(&remote).await.unwrap(), "longer");

    let download = async |overwrite: Overwrite| {
        let report = client.download_with(&remote, local.at("back"), overwriting(overwrite)).await;
        report.map(|report| report.skipped).map_err(|error| error.kind())
    };
    assert_eq!(download(Overwrite::Refuse).await, Ok(0));
    assert_eq!(download(Overwrite::Refuse).await, Err(ErrorKind::AlreadyExists));
    assert_eq!(download(Overwrite::Replace).await, Ok(0));
    assert_eq!(download(Overwrite::Newer).await, Ok(0), "the remote file is from the future");
    changed_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1)).await;
    assert_eq!(download(Overwrite::Newer).await, Ok(1));
    assert_eq!(download(Overwrite::Different).await, Ok(1));
    local.write("back", b"other");
    assert_eq!(download(Overwrite::Different).await, Ok(0));
}

pub(super) async fn a_tree_goes_on_after_a_failure_and_reports_it(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (at, local) = (below(base), LocalDirectory::new());
    for name in ["a", "b", "c"] {
        local.write(name, b"x");
    }
    client.put(at("t/b"), "there").await.unwrap();
    let error = client.upload(local.at(""), at("t")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    let report = error.report().unwrap();
    assert_eq!((report.files, report.failures.len()), (2, 1));
    assert_eq!(report.failures[0].error.kind(), ErrorKind::AlreadyExists);
    assert!(error.to_string().starts_with("1 of 4 items could not be transferred"), "{error}");
}

pub(super) async fn progress_accounts_for_everything(client: &FileSystemClient, base: &RemotePath) {
    let local = LocalDirectory::new();
    local.write("big", pattern(9 << 20));
    local.write("small", b"x");
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
    client.upload_with(local.at(""), below(base)("t"), options).await.unwrap();
    let all = (9 << 20) + 1;
    assert_eq!(*seen.lock().unwrap(), (all, all, 4, 3));
}

pub(super) async fn a_tree_is_counted_ahead_when_asked(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (at, local) = (below(base), LocalDirectory::new());
    for name in ["d/a", "d/b", "c"] {
        local.write(name, b"four");
    }
    let seen = Arc::new(Mutex::new((None, 0)));
    let keep = Arc::clone(&seen);
    let progress = move |event: &TransferEvent<'_>| {
        let mut seen = keep.lock().unwrap();
        match event {
            TransferEvent::Counted { files, bytes, complete: true } => {
                seen.0 = Some((*files, *bytes));
            }
            TransferEvent::Listed => seen.1 += 1,
            _ => {}
        }
    };
    let options = TransferOptions::default().count_ahead(true).progress(Arc::new(progress));
    let told = || std::mem::take(&mut *seen.lock().unwrap());
    client.upload_with(local.at(""), at("t"), options.clone()).await.unwrap();
    // The count ends with the transfer, which may be through before it.
    assert!(matches!(told(), (None | Some((3, 12)), 1)));
    client.download_with(at("t"), local.at("back"), options.clone()).await.unwrap();
    assert!(matches!(told(), (None | Some((3, 12)), 1)));
    client.download_with(at("t/c"), local.at("one"), options).await.unwrap();
    assert_eq!(told(), (None, 1));
}

pub(super) async fn missing_sources_are_named(client: &FileSystemClient, base: &RemotePath) {
    let (at, local) = (below(base), LocalDirectory::new());
    let missing = local.at("missing");
    let error = client.upload(&missing, at("f")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    assert_eq!(error.local_path(), Some(&*missing));
    let error = client.download(at("none"), &missing).await.unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::NotFound, Some(&at("none"))));
    assert!(client.download(base, &missing).await.is_ok());
}

/// A place where nothing can be made stands for a full disk.
#[cfg(target_os = "linux")]
pub(super) async fn a_place_that_cannot_be_written_is_named(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let remote = below(base)("f");
    client.put(&remote, "x").await.unwrap();
    let error = client.download(&remote, "/proc/nothing-can-be-made-here/f").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    assert!(error.to_string().contains("/proc/nothing-can-be-made-here"), "{error}");
}

pub(super) async fn patterns_in_both_directions(client: &FileSystemClient, base: &RemotePath) {
    let (at, local) = (below(base), LocalDirectory::new());
    for name in ["l/1/a.csv", "l/1/b.txt", "l/2/c.csv", "l/2.csv/inside", "l/top.csv"] {
        local.write(name, b"x");
    }
    let upload = async |pattern: &str| {
        client.upload_matching(local.at(pattern).to_str().unwrap(), &at("t")).await
    };
    assert_eq!(upload("l/**/*.csv").await.unwrap().files, 4);
    let expected =
        ["/t/", "/t/1/", "/t/1/a.csv 1", "/t/2.csv/", "/t/2.csv/inside 1", "/t/2/", "/t/2/c.csv 1"];
    assert_eq!(remote_tree(client, base).await[..7], expected);
    assert_eq!(upload("*.none").await.unwrap_err().kind(), ErrorKind::NotFound);

    let download = async |pattern: &str, target: &str| {
        let pattern: GlobPattern = format!("{base}{pattern}").parse().unwrap();
        client.download_matching(&pattern, local.at(target)).await
    };
    assert_eq!(download("/t/*/?.csv", "back").await.unwrap().files, 2);
    assert_eq!(local.tree("back"), ["/1/", "/1/a.csv 1", "/2/", "/2/c.csv 1"]);
    download("/t/2*", "other").await.unwrap();
    assert_eq!(local.tree("other"), ["/2.csv/", "/2.csv/inside 1", "/2/", "/2/c.csv 1"]);
    let error = download("/t/*.none", "other").await.unwrap_err();
    assert_eq!(error.to_string(), format!("nothing matches {base}/t/*.none"));
}

pub(super) async fn content_is_verified_when_asked_for(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let local = LocalDirectory::new();
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
    for length in [0, 100, 9 << 20, 41 << 20] {
        let (file, back) = (local.write("f", pattern(length)), local.at("back"));
        let remote = below(base)(&length.to_string());
        client.upload_with(&file, &remote, options.clone()).await.unwrap();
        client.download_with(&remote, &back, options.clone()).await.unwrap();
        std::fs::remove_file(&back).unwrap();
        let sums = std::mem::take(&mut *sums.lock().unwrap());
        assert!(sums.len() == 2 && sums[0] == sums[1], "{length}: {sums:?}");
        assert_eq!(sums[0] == 0, length == 0);
    }
}

/// Every printable ASCII character, and some that take more than one byte.
#[cfg(unix)]
pub(super) async fn names_of_any_character(client: &FileSystemClient, base: &RemotePath) {
    let (remote, local) = (below(base)("t"), LocalDirectory::new());
    let printable = (' '..='~').filter(|c| *c != '/');
    for (number, c) in printable.chain(['ü', '\u{4e2d}', '\u{1f600}', '\u{301}']).enumerate() {
        local.write(&format!("source/{c}x{c}/{c}{c}{c}{c}"), pattern(number));
    }
    client.upload(local.at("source"), &remote).await.unwrap();
    client.download(&remote, local.at("back")).await.unwrap();
    assert_eq!(local.tree("back"), local.tree("source"));
}

/// A link in the target could lead what comes from the service anywhere.
#[cfg(unix)]
pub(super) async fn nothing_goes_through_a_symbolic_link(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (at, local) = (below(base), LocalDirectory::new());
    for file in ["t/link/f", "t/link/deep/g", "t/plain/h"] {
        client.put(at(file), "x").await.unwrap();
    }
    let (outside, target) = (local.at("outside"), local.at("target"));
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::create_dir_all(&target).unwrap();
    std::os::unix::fs::symlink(&outside, target.join("link")).unwrap();
    let options = overwriting(Overwrite::Replace);
    let error = client.download_with(at("t"), &target, options.clone()).await.unwrap_err();
    let report = error.report().unwrap();
    assert_eq!((report.files, report.failures.len()), (1, 4), "{error}");
    assert!(error.to_string().contains("is a symbolic link"), "{error}");
    let pattern = format!("{base}/t/*/*").parse().unwrap();
    client.download_matching_with(&pattern, &target, options).await.unwrap_err();
    client.sync_down(at("t"), &target).await.unwrap();
    assert_eq!(local.names("outside"), Vec::<String>::new());

    // A link that the user names is meant.
    let named = local.at("named");
    std::os::unix::fs::symlink(&outside, &named).unwrap();
    client.download(at("t/plain"), &named).await.unwrap();
    assert_eq!(local.tree("outside"), ["/h 1"]);
}

#[cfg(unix)]
pub(super) async fn a_directory_with_nothing_to_upload_is_made_all_the_same(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let local = LocalDirectory::new();
    std::fs::create_dir_all(local.at("s/only a link")).unwrap();
    std::os::unix::fs::symlink(local.at(""), local.at("s/only a link/up")).unwrap();
    let report = client.upload(local.at("s"), below(base)("t")).await.unwrap();
    assert_eq!(report.skipped, 1);
    assert_eq!(remote_tree(client, base).await, ["/t/", "/t/only a link/"]);
}

#[cfg(unix)]
pub(super) async fn targets_that_are_no_files_are_written_to_or_refused(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    use std::os::unix::fs::{FileTypeExt, symlink};

    let (remote, local) = (below(base)("f"), LocalDirectory::new());
    let content = pattern(5 << 20);
    client.put(&remote, content.clone()).await.unwrap();
    let get = async |target: &Path| {
        client.download_with(&remote, target, overwriting(Overwrite::Replace)).await
    };
    let pipe = local.at("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    get(&pipe).await.unwrap();
    assert!(reader.join().unwrap() == content);
    assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
    get(Path::new("/dev/null")).await.unwrap();
    assert!(Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());

    let socket = local.at("socket");
    let _socket = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_eq!(get(&socket).await.unwrap_err().kind(), ErrorKind::Invalid);
    assert!(socket.symlink_metadata().unwrap().file_type().is_socket());

    // The file that the link leads to is replaced, not the link.
    let (link, led) = (local.at("link"), local.write("deep/led", "old"));
    symlink("deep/led", &link).unwrap();
    get(&link).await.unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read(&led).unwrap() == content);
    assert_eq!(local.names("deep"), ["led"]);
    symlink("nowhere", local.at("broken")).unwrap();
    assert_eq!(get(&local.at("broken")).await.unwrap_err().kind(), ErrorKind::Invalid);
}

#[cfg(target_os = "linux")]
pub(super) async fn files_of_the_system_are_sent_with_what_is_in_them(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let at = below(base);
    let file = Path::new("/proc/cpuinfo");
    let report = client.upload(file, at("cpu")).await.unwrap();
    let sent = client.read(at("cpu")).await.unwrap();
    assert!(!sent.is_empty());
    assert_eq!(report.bytes, sent.len() as u64);
    // One that takes more than a request.
    let small = TransferOptions::default().part_size(16);
    client.upload_with(file, at("cpu2"), small).await.unwrap();
    assert_eq!(client.read(at("cpu2")).await.unwrap().len(), sent.len());
    assert_eq!(remote_tree(client, base).await.len(), 2);
}

pub(super) async fn without_a_place_for_a_journal_transfers_go_on_and_warn_once(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (remote, local) = (below(base)("s"), LocalDirectory::new());
    // No user, not even root, can make a directory in a file.
    let blocked = local.write("blocked", "").join("journal");
    let warnings = Arc::new(Mutex::new(0));
    let count = Arc::clone(&warnings);
    let progress = move |event: &TransferEvent<'_>| {
        *count.lock().unwrap() += u32::from(matches!(event, TransferEvent::Warning(_)));
    };
    let options = TransferOptions::default().journal(blocked).progress(Arc::new(progress));
    local.write("s/a", "1");
    local.write("s/b", pattern(9 << 20));
    client.upload_with(local.at("s"), &remote, options.clone()).await.unwrap();
    assert_eq!(*warnings.lock().unwrap(), 1);
    client.download_with(&remote, local.at("t"), options).await.unwrap();
    assert!(std::fs::read(local.at("t/b")).unwrap() == pattern(9 << 20));
}

pub(super) async fn a_transfer_that_fails_for_good_leaves_no_journal(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (remote, local) = (below(base)("f"), LocalDirectory::new());
    let file = local.write("f", "x");
    client.put(&remote, "there").await.unwrap();
    let options = TransferOptions::default().journal(local.at("journal"));
    client.upload_with(&file, &remote, options.clone()).await.unwrap_err();
    client.download_with(&remote, &file, options).await.unwrap_err();
    assert_eq!(local.names("journal"), Vec::<String>::new());
}

pub(super) async fn copies_are_whole_or_not_there(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    let keep = WriteOptions::default();
    let overwrite = keep.clone().overwrite(true);
    let copy = async |from: &str, to: &str, options: &WriteOptions| {
        let copied = client.copy_with(at(from), client, at(to), options.clone()).await;
        copied.map_err(|error| error.kind())
    };
    for length in [0, 5, 9 << 20] {
        let (from, to) = (format!("from/{length}"), format!("to/{length}"));
        client.put(at(&from), pattern(length)).await.unwrap();
        assert_eq!(copy(&from, &to, &keep).await, Ok(length as u64));
        assert!(client.read(at(&to)).await.unwrap() == pattern(length));
        assert_eq!(copy(&from, &to, &keep).await, Err(ErrorKind::AlreadyExists));
        assert_eq!(copy(&from, &to, &overwrite).await, Ok(length as u64));
        assert_eq!(copy(&from, "to", &overwrite).await, Err(ErrorKind::IsDirectory));
        assert_eq!(copy(&from, &from, &overwrite).await, Err(ErrorKind::Invalid));
    }
    assert_eq!(copy("none", "x", &keep).await, Err(ErrorKind::NotFound));
}
