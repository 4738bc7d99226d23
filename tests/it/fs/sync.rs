//! Directories made alike.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adls_fs::ErrorKind;
use adls_fs::transfer::{Overwrite, SyncOptions, SyncStep, TransferEvent, TransferOptions};
use mock_aad::{FaultAction, FaultRule};

use super::lake::{Lake, path, tree_below};

struct Sides {
    lake: Lake,
    directory: tempfile::TempDir,
}

impl Sides {
    async fn start() -> Self {
        Self { lake: Lake::start().await, directory: tempfile::tempdir().unwrap() }
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("side")
    }

    fn local(&self, files: &[(&str, &str)]) {
        for (name, content) in files {
            let file = self.root().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
    }

    async fn remote(&self, files: &[(&str, &str)]) {
        for (name, content) in files {
            let file = path("/side").join(name).unwrap();
            let content = (*content).to_owned();
            self.lake.client.put(&file, content).await.unwrap();
        }
    }

    async fn remote_tree(&self) -> Vec<String> {
        tree_below(&self.lake.client, &path("/side")).await
    }

    fn local_tree(&self) -> Vec<String> {
        fn visit(directory: &Path, prefix: &str, lines: &mut Vec<String>) {
            for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
                let name = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
                if entry.path().is_dir() {
                    lines.push(format!("{name}/"));
                    visit(&entry.path(), &name, lines);
                } else {
                    lines.push(format!("{name} {}", entry.metadata().unwrap().len()));
                }
            }
        }
        let mut lines = Vec::new();
        visit(&self.root(), "/side", &mut lines);
        lines.sort();
        lines
    }

    async fn up(&self, options: &SyncOptions) -> adls_fs::Result<(u64, u64, u64)> {
        let report =
            self.lake.client.sync_up_with(&self.root(), &path("/side"), options.clone()).await?;
        Ok((report.files, report.skipped, report.deleted))
    }

    async fn down(&self, options: &SyncOptions) -> adls_fs::Result<(u64, u64, u64)> {
        let report =
            self.lake.client.sync_down_with(&path("/side"), &self.root(), options.clone()).await?;
        Ok((report.files, report.skipped, report.deleted))
    }
}

const FILES: [(&str, &str); 4] = [("a", "1"), ("b/c ü", "22"), ("b/d/e", "333"), ("z", "")];

#[tokio::test]
async fn up_and_only_what_differs() {
    let sides = Sides::start().await;
    sides.local(&FILES);
    std::fs::create_dir(sides.root().join("empty")).unwrap();
    let options = SyncOptions::default();
    assert_eq!(sides.up(&options).await.unwrap(), (4, 0, 0));
    assert_eq!(sides.remote_tree().await, sides.local_tree());
    sides.lake.operations();
    assert_eq!(sides.up(&options).await.unwrap(), (0, 4, 0));
    let operations = sides.lake.operations();
    assert!(operations.iter().all(|op| op == "GETFILESTATUS" || op == "LISTSTATUS"));
    sides.local(&[("b/d/e", "4444")]);
    sides.remote(&[("extra", "x")]).await;
    // What is uploaded now is younger than the local file, as with a clock that runs.
    sides.lake.emulator.clock().advance(Duration::from_secs(3600));
    assert_eq!(sides.up(&options).await.unwrap(), (1, 3, 0));
    assert!(sides.lake.client.exists(&path("/side/extra")).await.unwrap());
    assert_eq!(sides.up(&options.delete(true)).await.unwrap(), (0, 4, 1));
    assert_eq!(sides.remote_tree().await, sides.local_tree());
}

#[tokio::test]
async fn down_and_only_what_differs() {
    let sides = Sides::start().await;
    sides.remote(&FILES).await;
    sides.lake.client.mkdirs(&path("/side/empty")).await.unwrap();
    let options = SyncOptions::default();
    assert_eq!(sides.down(&options).await.unwrap(), (4, 0, 0));
    assert_eq!(sides.local_tree(), sides.remote_tree().await);
    assert_eq!(sides.down(&options).await.unwrap(), (0, 4, 0));
    sides.local(&[("a", "longer"), ("extra/x", "x")]);
    assert_eq!(sides.down(&options.clone().delete(true)).await.unwrap(), (1, 3, 1));
    assert_eq!(sides.local_tree(), sides.remote_tree().await);
}

#[tokio::test]
async fn with_times_preserved_both_directions_agree() {
    let sides = Sides::start().await;
    sides.local(&FILES);
    let transfer = TransferOptions::default().overwrite(Overwrite::Different).preserve_times(true);
    let options = SyncOptions::default().transfer(transfer);
    assert_eq!(sides.up(&options).await.unwrap(), (4, 0, 0));
    assert_eq!(sides.down(&options).await.unwrap(), (0, 4, 0));
    sides.remote(&[("new", "x")]).await;
    assert_eq!(sides.down(&options).await.unwrap(), (1, 4, 0));
    assert_eq!(sides.up(&options).await.unwrap(), (0, 5, 0));
}

#[tokio::test]
async fn a_dry_run_tells_and_does_nothing() {
    let sides = Sides::start().await;
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
    let options = SyncOptions::default().transfer(transfer).delete(true).dry_run(true);
    assert_eq!(sides.up(&options).await.unwrap(), (4, 0, 1));
    let mut steps = steps.lock().unwrap().clone();
    steps.sort_by(|one, other| one.0.cmp(&other.0));
    let transfer = |name: &str| (format!("/side/{name}"), SyncStep::Transfer);
    let expected = [
        transfer("a"),
        transfer("b"),
        transfer("b/c ü"),
        transfer("b/d"),
        transfer("b/d/e"),
        ("/side/gone".to_owned(), SyncStep::Delete),
        transfer("z"),
    ];
    assert_eq!(steps, expected);
    assert_eq!(sides.remote_tree().await, ["/side/a 5", "/side/gone/", "/side/gone/x 1"]);
    sides.down(&options).await.unwrap();
    assert_eq!(sides.local_tree().len(), 6);
}

#[tokio::test]
async fn a_file_and_a_directory_of_one_name() {
    let sides = Sides::start().await;
    sides.local(&[("a", "file"), ("b/c", "directory")]);
    sides.remote(&[("a/x", "directory"), ("b", "file")]).await;
    let error = sides.up(&SyncOptions::default()).await.unwrap_err();
    let kinds: Vec<_> =
        error.report().unwrap().failures.iter().map(|failure| failure.error.kind()).collect();
    assert_eq!(kinds, [ErrorKind::IsDirectory, ErrorKind::NotDirectory]);
    let delete = SyncOptions::default().delete(true);
    assert_eq!(sides.up(&delete).await.unwrap(), (2, 0, 2));
    assert_eq!(sides.remote_tree().await, sides.local_tree());
    sides.local(&[("n/o", "x")]);
    sides.remote(&[("n", "file")]).await;
    let (files, skipped, deleted) = sides.down(&delete).await.unwrap();
    assert_eq!((files + skipped, deleted), (3, 1));
    assert_eq!(sides.local_tree(), sides.remote_tree().await);
}

#[tokio::test]
async fn nothing_is_deleted_that_could_not_be_looked_for() {
    let sides = Sides::start().await;
    sides.local(&FILES);
    sides.remote(&FILES).await;
    let refused = FaultAction::Status { code: 403, retry_after: None, body: None };
    let rule = FaultRule::new(refused).op("LISTSTATUS").path("*/side/b");
    sides.lake.emulator.add_faults([rule]).unwrap();
    let error = sides.down(&SyncOptions::default().delete(true)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert_eq!(sides.local_tree().len(), 6);

    let missing = sides.directory.path().join("missing");
    let options = SyncOptions::default().delete(true);
    let error = sides
        .lake
        .client
        .sync_up_with(&missing, &path("/side"), options.clone())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    let error =
        sides.lake.client.sync_down_with(&path("/none"), &sides.root(), options.clone()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(sides.local_tree().len(), 6);
}

/// One entry that cannot be used does not keep the others from being synced.
#[cfg(unix)]
#[tokio::test]
async fn a_link_to_nothing_fails_alone() {
    use std::os::unix::ffi::OsStrExt;

    let sides = Sides::start().await;
    sides.local(&[("a", "1"), ("z", "2")]);
    sides.remote(&[("broken", "kept")]).await;
    std::os::unix::fs::symlink("/nowhere/at all", sides.root().join("broken")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"not \xff unicode");
    std::fs::write(sides.root().join(odd), "x").unwrap();
    let error = sides.up(&SyncOptions::default().delete(true)).await.unwrap_err();
    let report = error.report().unwrap();
    assert_eq!((report.files, report.failures.len()), (2, 2), "{error}");
    assert_eq!(sides.remote_tree().await, ["/side/a 1", "/side/broken 4", "/side/z 1"]);
}
