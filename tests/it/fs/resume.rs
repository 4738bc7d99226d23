//! Transfers that are interrupted and go on, and those that run out of time.

use std::path::Path;
use std::time::Duration;

use adls_fs::ErrorKind;
use adls_fs::transfer::{Overwrite, SyncOptions, TransferOptions};
use adls_tests::{LocalDirectory, pattern};
use mock_aad::{FaultAction, FaultRule};

use super::lake::{Lake, path, refusal};

const MIB: usize = 1 << 20;

struct Interrupted {
    lake: Lake,
    local: LocalDirectory,
    options: TransferOptions,
}

impl Interrupted {
    async fn start() -> Self {
        let local = LocalDirectory::new();
        let options = TransferOptions::default()
            .journal(local.at("journal"))
            .bytes_in_flight(16 * MIB)
            .segment_threshold(Some(40 * MIB as u64));
        Self { lake: Lake::start().await, local, options }
    }

    /// Lets `op` be refused from the `after`th time on, which no retry survives.
    fn break_off(&self, op: &str, after: u64) {
        self.lake.arm([refusal(op).after(after)]);
    }

    fn repair(&self) {
        self.lake.clear_faults();
        self.lake.operations();
    }

    fn count(&self, op: &str) -> usize {
        self.lake.operations().iter().filter(|name| *name == op).count()
    }

    async fn upload(&self, source: &Path) -> adls_fs::Result<u64> {
        let report = self.lake.client.upload_with(source, path("/t"), self.options.clone()).await;
        report.map(|report| report.files)
    }
}

fn count_files(directory: &Path) -> usize {
    std::fs::read_dir(directory).map_or(0, Iterator::count)
}

#[tokio::test]
async fn an_upload_goes_on_at_the_part_reached() {
    for length in [20 * MIB + 5, 64 * MIB] {
        let it = Interrupted::start().await;
        let source = it.local.write("f", pattern(length));
        it.break_off("APPEND", 3);
        it.upload(&source).await.unwrap_err();
        it.repair();
        assert_eq!(it.upload(&source).await.unwrap(), 1);
        let sent = it.count("APPEND");
        let all = length.div_ceil(4 * MIB);
        assert!(sent < all, "{sent} appends, {all} parts");
        assert!(it.lake.client.read(&path("/t")).await.unwrap() == pattern(length));
        assert_eq!(it.lake.tree().await, [format!("/t {length}")]);
        assert_eq!(count_files(&it.local.at("journal")), 0);
    }
}

#[tokio::test]
async fn an_upload_that_stopped_before_its_last_step_only_does_that() {
    let it = Interrupted::start().await;
    let source = it.local.write("f", pattern(64 * MIB));
    it.break_off("RENAME", 0);
    it.upload(&source).await.unwrap_err();
    it.repair();
    it.upload(&source).await.unwrap();
    let operations = it.lake.operations();
    assert!(!operations.iter().any(|op| op == "APPEND" || op == "CREATE"), "{operations:?}");

    // The rename itself happened, and only its note is missing.
    let commit = FaultRule::new(FaultAction::CommitAndReset).op("RENAME");
    let look = refusal("GETFILESTATUS").after(4);
    let source = it.local.write("g", pattern(20 * MIB));
    it.lake.arm([commit, look]);
    let target = path("/g");
    it.lake.client.upload_with(&source, &target, it.options.clone()).await.unwrap_err();
    it.repair();
    assert_eq!(
        it.lake.client.upload_with(&source, &target, it.options.clone()).await.unwrap().files,
        1
    );
    assert_eq!(it.count("APPEND"), 0);
}

#[tokio::test]
async fn a_source_that_changed_is_sent_anew_and_the_rest_removed() {
    let it = Interrupted::start().await;
    let source = it.local.write("f", pattern(20 * MIB));
    it.break_off("APPEND", 3);
    it.upload(&source).await.unwrap_err();
    it.repair();
    let source = it.local.write("f", pattern(12 * MIB));
    it.upload(&source).await.unwrap();
    assert!(it.lake.client.read(&path("/t")).await.unwrap() == pattern(12 * MIB));
    assert_eq!(it.lake.tree().await, [format!("/t {}", 12 * MIB)]);
}

#[tokio::test]
async fn a_temporary_file_that_vanished_is_made_anew() {
    let it = Interrupted::start().await;
    let source = it.local.write("f", pattern(20 * MIB));
    it.break_off("APPEND", 3);
    it.upload(&source).await.unwrap_err();
    it.repair();
    for entry in it.lake.client.list(path("/")).collect_all().await.unwrap() {
        it.lake.client.delete(&entry.path).await.unwrap();
    }
    it.upload(&source).await.unwrap();
    assert!(it.lake.client.read(&path("/t")).await.unwrap() == pattern(20 * MIB));
}

#[tokio::test]
async fn a_segment_that_vanished_is_made_anew() {
    let it = Interrupted::start().await;
    let source = it.local.write("f", pattern(64 * MIB));
    // All segments are complete; only the join is missing.
    it.break_off("MSCONCAT", 0);
    it.upload(&source).await.unwrap_err();
    it.repair();
    let segments: Vec<_> =
        it.lake.tree().await.into_iter().filter(|line| line.contains(".segments/0000")).collect();
    let segment = path(segments[0].rsplit_once(' ').unwrap().0);
    it.lake.client.delete(&segment).await.unwrap();
    it.upload(&source).await.unwrap();
    assert!(it.lake.client.read(&path("/t")).await.unwrap() == pattern(64 * MIB));
    assert_eq!(it.lake.tree().await, [format!("/t {}", 64 * MIB)]);
}

/// What an earlier run has finished may have been removed since.
#[tokio::test]
async fn what_was_done_is_done_again_when_it_is_gone() {
    let it = Interrupted::start().await;
    for name in ["a", "b", "c"] {
        it.local.write(&format!("tree/{name}"), pattern(100));
    }
    it.lake.arm([refusal("CREATE").path("*/c")]);
    it.upload(&it.local.at("tree")).await.unwrap_err();
    it.repair();
    it.lake.client.delete(&path("/t/a")).await.unwrap();
    let report = it
        .lake
        .client
        .upload_with(&it.local.at("tree"), path("/t"), it.options.clone())
        .await
        .unwrap();
    assert_eq!((report.files, report.skipped), (2, 1));
    assert_eq!(it.lake.tree().await, ["/t/", "/t/a 100", "/t/b 100", "/t/c 100"]);

    it.break_off("OPEN", 2);
    let (remote, back) = (path("/t"), it.local.at("back"));
    it.lake.client.download_with(&remote, &back, it.options.clone()).await.unwrap_err();
    it.repair();
    for entry in std::fs::read_dir(&back).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    it.lake.client.download_with(&remote, &back, it.options.clone()).await.unwrap();
    assert_eq!(count_files(&back), 3);
}

#[tokio::test]
async fn a_sync_removes_what_an_earlier_one_left() {
    let it = Interrupted::start().await;
    it.local.write("tree/f", pattern(20 * MIB));
    it.break_off("APPEND", 3);
    let options = SyncOptions::default().transfer(it.options.clone());
    let sync = async || {
        let source = it.local.at("tree");
        it.lake
            .client
            .sync_up_with(&source, &path("/t"), options.clone())
            .await
            .map(|report| report.files)
    };
    sync().await.unwrap_err();
    it.repair();
    it.local.write("tree/f", pattern(12 * MIB));
    assert_eq!(sync().await.unwrap(), 1);
    assert_eq!(it.lake.tree().await, ["/t/".to_owned(), format!("/t/f {}", 12 * MIB)]);
}

#[tokio::test]
async fn a_download_goes_on_at_the_part_reached() {
    let it = Interrupted::start().await;
    let (remote, target) = (path("/f"), it.local.at("back/f"));
    it.lake.client.put(&remote, pattern(41 * MIB)).await.unwrap();
    it.break_off("OPEN", 6);
    it.lake.client.download_with(&remote, &target, it.options.clone()).await.unwrap_err();
    assert!(!target.exists());
    assert_eq!(count_files(&it.local.at("back")), 1);
    it.repair();
    it.lake.client.download_with(&remote, &target, it.options.clone()).await.unwrap();
    let opened = it.count("OPEN");
    assert!(opened <= 11 - 3, "{opened} of 11 parts were read again");
    assert!(std::fs::read(&target).unwrap() == pattern(41 * MIB));
    assert_eq!((count_files(&it.local.at("back")), count_files(&it.local.at("journal"))), (1, 0));
}

#[tokio::test]
async fn a_tree_passes_over_what_was_done() {
    let it = Interrupted::start().await;
    for number in 0..30 {
        it.local.write(&format!("tree/{number}"), pattern(100));
    }
    it.local.write("tree/big", pattern(9 * MIB));
    it.break_off("CREATE", 20);
    let error = it.upload(&it.local.at("tree")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    it.repair();
    let report = it
        .lake
        .client
        .upload_with(&it.local.at("tree"), path("/t"), it.options.clone())
        .await
        .unwrap();
    assert!(report.skipped >= 19 && report.files <= 12, "{report:?}");
    assert_eq!(it.lake.tree().await.len(), 32);
    let again =
        it.lake.client.upload_with(&it.local.at("tree"), path("/t"), it.options.clone()).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Incomplete, "a new transfer starts anew");
    let replace = it.options.clone().overwrite(Overwrite::Replace);
    it.lake.client.upload_with(&it.local.at("tree"), path("/t"), replace.clone()).await.unwrap();
}

#[tokio::test]
async fn a_deadline_ends_a_transfer() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    lake.client.put(&path("/f"), pattern(9 * MIB)).await.unwrap();
    lake.arm([FaultRule::new(FaultAction::Stall).op("OPEN")]);
    let options = TransferOptions::default().deadline(Duration::from_millis(20));
    let target = directory.path().join("f");
    let error = lake.client.download_with(&path("/f"), &target, options.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    assert_eq!(error.to_string(), "the transfer did not end within 0.02 seconds");
    assert_eq!(count_files(directory.path()), 0);
}

/// Bodies that never come: time stands still, and passes only while everybody waits.
#[tokio::test(start_paused = true)]
async fn what_stalls_is_taken_up_again() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let (local, back) = (directory.path().join("f"), directory.path().join("back"));
    std::fs::write(&local, pattern(9 * MIB)).unwrap();
    let options = TransferOptions::default();
    lake.client.upload_with(&local, path("/f"), options.clone()).await.unwrap();
    let stalls = FaultRule::new(FaultAction::Stall).op("OPEN").count(3);
    lake.arm([stalls]);
    lake.client.download_with(&path("/f"), &back, options.clone()).await.unwrap();
    assert!(std::fs::read(&back).unwrap() == pattern(9 * MIB));
    assert!(lake.operations().iter().filter(|op| *op == "OPEN").count() > 3);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_transfer_slows_down_and_arrives() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    for number in 0..60 {
        std::fs::write(directory.path().join(number.to_string()), pattern(number)).unwrap();
    }
    let throttled = |code, count| {
        let action = FaultAction::Status { code, retry_after: Some(1), body: None };
        FaultRule::new(action).op("CREATE").count(count)
    };
    lake.arm([throttled(429, 25), throttled(503, 5)]);
    let options = TransferOptions::default();
    let report =
        lake.client.upload_with(directory.path(), path("/t"), options.clone()).await.unwrap();
    assert_eq!(report.files, 60);
    assert_eq!(lake.operations().iter().filter(|op| *op == "CREATE").count(), 90);
}
