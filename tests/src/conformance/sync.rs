//! Directories made alike.

use std::sync::{Arc, Mutex};

use adls_fs::transfer::{
    Overwrite, SkipReason, SyncOptions, SyncStep, TransferEvent, TransferOptions,
};
use adls_fs::{ErrorKind, FileSystemClient, RemotePath};

use super::below;
use crate::{LocalDirectory, remote_tree};

const FILES: [(&str, &str); 4] = [("a", "1"), ("b/c ü", "22"), ("b/d/e", "333"), ("z", "")];

/// Two directories, and the client between them.
struct Sides<'a> {
    client: &'a FileSystemClient,
    remote: RemotePath,
    directory: LocalDirectory,
}

impl<'a> Sides<'a> {
    fn new(client: &'a FileSystemClient, base: &RemotePath) -> Self {
        Self { client, remote: base.join("side").unwrap(), directory: LocalDirectory::new() }
    }

    fn local(&self, files: &[(&str, &str)]) {
        for (name, content) in files {
            self.directory.write(&format!("side/{name}"), content);
        }
    }

    async fn remote(&self, files: &[(&str, &'static str)]) {
        for (name, content) in files {
            self.client.put(self.remote.join(name).unwrap(), *content).await.unwrap();
        }
    }

    async fn remote_tree(&self) -> Vec<String> {
        remote_tree(self.client, &self.remote).await
    }

    fn local_tree(&self) -> Vec<String> {
        self.directory.tree("side")
    }

    async fn up(&self, options: &SyncOptions) -> adls_fs::Result<(u64, u64, u64)> {
        let local = self.directory.at("side");
        let report = self.client.sync_up_with(&local, &self.remote, options.clone()).await?;
        Ok((report.files, report.skipped, report.deleted))
    }

    async fn down(&self, options: &SyncOptions) -> adls_fs::Result<(u64, u64, u64)> {
        let local = self.directory.at("side");
        let report = self.client.sync_down_with(&self.remote, &local, options.clone()).await?;
        Ok((report.files, report.skipped, report.deleted))
    }
}

fn deleting() -> SyncOptions {
    SyncOptions::default().delete(true)
}

pub(super) async fn down_and_only_what_differs(client: &FileSystemClient, base: &RemotePath) {
    let sides = Sides::new(client, base);
    sides.remote(&FILES).await;
    client.mkdirs(sides.remote.join("empty").unwrap()).await.unwrap();
    let options = SyncOptions::default();
    assert_eq!(sides.down(&options).await.unwrap(), (4, 0, 0));
    assert_eq!(sides.local_tree(), sides.remote_tree().await);
    assert_eq!(sides.down(&options).await.unwrap(), (0, 4, 0));
    sides.local(&[("a", "longer"), ("extra/x", "x")]);
    assert_eq!(sides.down(&deleting()).await.unwrap(), (1, 3, 1));
    assert_eq!(sides.local_tree(), sides.remote_tree().await);
}

pub(super) async fn with_times_preserved_both_directions_agree(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let sides = Sides::new(client, base);
    sides.local(&FILES);
    let transfer = TransferOptions::default().overwrite(Overwrite::Different).preserve_times(true);
    let options = SyncOptions::default().transfer(transfer);
    assert_eq!(sides.up(&options).await.unwrap(), (4, 0, 0));
    assert_eq!(sides.down(&options).await.unwrap(), (0, 4, 0));
    sides.remote(&[("new", "x")]).await;
    assert_eq!(sides.down(&options).await.unwrap(), (1, 4, 0));
    assert_eq!(sides.up(&options).await.unwrap(), (0, 5, 0));
}

pub(super) async fn a_dry_run_tells_and_does_nothing(client: &FileSystemClient, base: &RemotePath) {
    let sides = Sides::new(client, base);
    sides.local(&FILES);
    sides.remote(&[("a", "other"), ("gone/x", "x")]).await;
    let steps = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&steps);
    let progress = move |event: &TransferEvent<'_>| {
        if let TransferEvent::Planned { item, step } = event {
            keep.lock().unwrap().push((item.target.clone(), *step));
        }
    };
    let transfer =
        TransferOptions::default().overwrite(Overwrite::Different).progress(Arc::new(progress));
    let options = deleting().transfer(transfer).dry_run(true);
    assert_eq!(sides.up(&options).await.unwrap(), (4, 0, 1));
    let mut steps = steps.lock().unwrap().clone();
    steps.sort_by(|one, other| one.0.cmp(&other.0));
    let step = |name: &str, step| (format!("{}/{name}", sides.remote), step);
    let expected = [
        step("a", SyncStep::Transfer),
        step("b", SyncStep::Transfer),
        step("b/c ü", SyncStep::Transfer),
        step("b/d", SyncStep::Transfer),
        step("b/d/e", SyncStep::Transfer),
        step("gone", SyncStep::Delete),
        step("z", SyncStep::Transfer),
    ];
    assert_eq!(steps, expected);
    assert_eq!(sides.remote_tree().await, ["/a 5", "/gone/", "/gone/x 1"]);
    sides.down(&options).await.unwrap();
    assert_eq!(sides.local_tree().len(), 6);
}

pub(super) async fn a_file_and_a_directory_of_one_name(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let sides = Sides::new(client, base);
    sides.local(&[("a", "file"), ("b/c", "directory")]);
    sides.remote(&[("a/x", "directory"), ("b", "file")]).await;
    let error = sides.up(&SyncOptions::default()).await.unwrap_err();
    let failures = &error.report().unwrap().failures;
    let kinds: Vec<_> = failures.iter().map(|failure| failure.error.kind()).collect();
    assert_eq!(kinds, [ErrorKind::IsDirectory, ErrorKind::NotDirectory]);
    assert_eq!(sides.up(&deleting()).await.unwrap(), (2, 0, 2));
    assert_eq!(sides.remote_tree().await, sides.local_tree());
    sides.local(&[("n/o", "x")]);
    sides.remote(&[("n", "file")]).await;
    let (files, skipped, deleted) = sides.down(&deleting()).await.unwrap();
    assert_eq!((files + skipped, deleted), (3, 1));
    assert_eq!(sides.local_tree(), sides.remote_tree().await);
}

pub(super) async fn a_missing_source_deletes_nothing(client: &FileSystemClient, base: &RemotePath) {
    let sides = Sides::new(client, base);
    sides.local(&FILES);
    sides.remote(&FILES).await;
    let missing = sides.directory.at("missing");
    let error = client.sync_up_with(&missing, &sides.remote, deleting()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    let (missing, local) = (below(base)("none"), sides.directory.at("side"));
    let error = client.sync_down_with(&missing, &local, deleting()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!((sides.local_tree().len(), sides.remote_tree().await.len()), (6, 6));
}

/// One entry that cannot be used does not keep the others from being synced.
#[cfg(unix)]
pub(super) async fn a_link_to_nothing_fails_alone(client: &FileSystemClient, base: &RemotePath) {
    use std::os::unix::ffi::OsStrExt;

    let sides = Sides::new(client, base);
    sides.local(&[("a", "1"), ("z", "2")]);
    sides.remote(&[("broken", "kept")]).await;
    let local = sides.directory.at("side");
    std::os::unix::fs::symlink("/nowhere/at all", local.join("broken")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"not \xff unicode");
    std::fs::write(local.join(odd), "x").unwrap();
    let error = sides.up(&deleting()).await.unwrap_err();
    let report = error.report().unwrap();
    assert_eq!((report.files, report.failures.len()), (2, 2), "{error}");
    assert_eq!(sides.remote_tree().await, ["/a 1", "/broken 4", "/z 1"]);
}

pub(super) async fn an_empty_source_empties_nothing_unless_told(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let sides = Sides::new(client, base);
    sides.remote(&[("x", "kept")]).await;
    std::fs::create_dir(sides.directory.at("side")).unwrap();
    assert_eq!(sides.up(&deleting()).await.unwrap_err().kind(), ErrorKind::Invalid);
    let (empty, local) = (below(base)("empty"), sides.directory.write("t/x", "kept"));
    client.mkdirs(&empty).await.unwrap();
    let local = local.parent().unwrap();
    let error = client.sync_down_with(&empty, local, deleting()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(sides.directory.names("t"), ["x"]);
    sides.up(&deleting().allow_empty(true)).await.unwrap();
    assert_eq!(remote_tree(client, base).await, ["/empty/", "/side/"]);
}

pub(super) async fn no_more_is_deleted_than_allowed(client: &FileSystemClient, base: &RemotePath) {
    let sides = Sides::new(client, base);
    sides.local(&[("a", "1")]);
    sides.remote(&[("a", "1"), ("d/1", "1"), ("d/2", "1"), ("e", "1")]).await;
    let error = sides.up(&deleting().max_delete(3_u64)).await.unwrap_err();
    assert!(error.to_string().contains("4 items would be deleted"), "{error}");
    assert_eq!(sides.remote_tree().await.len(), 5);
    let (_, _, deleted) = sides.up(&deleting().max_delete(4_u64)).await.unwrap();
    assert_eq!(deleted, 2);
    assert_eq!(sides.remote_tree().await, ["/a 1"]);
}

pub(super) async fn a_target_that_is_a_file_stays(client: &FileSystemClient, base: &RemotePath) {
    let sides = Sides::new(client, base);
    sides.local(&[("a", "1")]);
    client.put(&sides.remote, "a file").await.unwrap();
    assert_eq!(sides.up(&deleting()).await.unwrap_err().kind(), ErrorKind::NotDirectory);
    assert_eq!(client.read(&sides.remote).await.unwrap(), "a file");
    let remote = below(base)("t");
    client.put(remote.join("a").unwrap(), "1").await.unwrap();
    let local = sides.directory.write("t", "a file");
    let error = client.sync_down_with(&remote, &local, deleting()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDirectory);
    assert_eq!(std::fs::read(local).unwrap(), b"a file");
}

#[cfg(unix)]
pub(super) async fn skipped_entries_are_named_and_counted_apart(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (at, local) = (below(base), LocalDirectory::new());
    local.write("s/a", "1");
    local.write("s/.adls-report.partial.csv", "not ours");
    let ours = ".adls-0123456789abcdef0123456789abcdef.part";
    local.write(&format!("s/{ours}"), "ours");
    std::os::unix::fs::symlink("/", local.at("s/link")).unwrap();
    let pipe = local.at("s/pipe");
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
    let source = local.at("s");
    let report = client.upload_with(&source, at("s"), options.clone()).await.unwrap();
    assert_eq!((report.files, report.left_out), (2, 3));
    assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), expected);
    let sync = SyncOptions::default().transfer(options.overwrite(Overwrite::Different));
    let report = client.sync_up_with(&source, &at("t"), sync).await.unwrap();
    assert_eq!((report.files, report.left_out, report.skipped), (2, 3, 3));
    assert_eq!(*seen.lock().unwrap(), expected);
    assert!(client.exists(at("t/.adls-report.partial.csv")).await.unwrap());
    // Nor are the files downloaded that another transfer keeps in the account.
    client.put(at(&format!("t/{ours}")), "under way").await.unwrap();
    client.put(at(&format!("t/{ours}.segments/0000")), "under way").await.unwrap();
    let report = client.download(&at("t"), &local.at("b")).await.unwrap();
    assert_eq!((report.files, report.left_out), (2, 2));
}
