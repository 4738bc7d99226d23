//! Transfers that are interrupted and go on, and those that run out of time.

use std::path::Path;
use std::time::Duration;

use adls_fs::ErrorKind;
use adls_fs::transfer::{Overwrite, SyncOptions, TransferOptions};
use adls_tests::pattern;
use mock_aad::{FaultAction, FaultRule};

use super::lake::{Lake, path, refusal};

const MIB: usize = 1 << 20;

fn options(lake: &Lake) -> TransferOptions {
    lake.resumable().bytes_in_flight(16 * MIB).segment_threshold(Some(40 * MIB as u64))
}

async fn upload(lake: &Lake, source: &Path) -> adls_fs::Result<u64> {
    let report = lake.client.upload_with(source, "/t", options(lake)).await;
    report.map(|report| report.files)
}

/// Ends the faults, and forgets the operations so far.
fn repair(lake: &Lake) {
    lake.clear_faults();
    lake.operations();
}

#[tokio::test]
async fn an_upload_goes_on_at_the_part_reached() {
    for length in [20 * MIB + 5, 64 * MIB] {
        let lake = Lake::start().await;
        let source = lake.local.write("f", pattern(length));
        lake.arm([refusal("APPEND").after(3)]);
        upload(&lake, &source).await.unwrap_err();
        repair(&lake);
        assert_eq!(upload(&lake, &source).await.unwrap(), 1);
        let sent = lake.count("APPEND");
        let all = length.div_ceil(4 * MIB);
        assert!(sent < all, "{sent} appends, {all} parts");
        assert!(lake.read("/t").await == pattern(length));
        assert_eq!(lake.tree().await, [format!("/t {length}")]);
        assert_eq!(lake.journals(), 0);
    }
}

#[tokio::test]
async fn an_upload_that_stopped_before_its_last_step_only_does_that() {
    let lake = Lake::start().await;
    let source = lake.local.write("f", pattern(64 * MIB));
    lake.arm([refusal("RENAME")]);
    upload(&lake, &source).await.unwrap_err();
    repair(&lake);
    upload(&lake, &source).await.unwrap();
    let operations = lake.operations();
    assert!(!operations.iter().any(|op| op == "APPEND" || op == "CREATE"), "{operations:?}");

    // The rename itself happened, and only its note is missing.
    let commit = FaultRule::new(FaultAction::CommitAndReset).op("RENAME");
    let look = refusal("GETFILESTATUS").after(4);
    let source = lake.local.write("g", pattern(20 * MIB));
    lake.arm([commit, look]);
    let target = path("/g");
    lake.client.upload_with(&source, &target, options(&lake)).await.unwrap_err();
    repair(&lake);
    assert_eq!(lake.client.upload_with(&source, &target, options(&lake)).await.unwrap().files, 1);
    assert_eq!(lake.count("APPEND"), 0);
}

#[tokio::test]
async fn a_source_that_changed_is_sent_anew_and_the_rest_removed() {
    let lake = Lake::start().await;
    let source = lake.local.write("f", pattern(20 * MIB));
    lake.arm([refusal("APPEND").after(3)]);
    upload(&lake, &source).await.unwrap_err();
    repair(&lake);
    let source = lake.local.write("f", pattern(12 * MIB));
    upload(&lake, &source).await.unwrap();
    assert!(lake.read("/t").await == pattern(12 * MIB));
    assert_eq!(lake.tree().await, [format!("/t {}", 12 * MIB)]);
}

#[tokio::test]
async fn a_temporary_file_that_vanished_is_made_anew() {
    let lake = Lake::start().await;
    let source = lake.local.write("f", pattern(20 * MIB));
    lake.arm([refusal("APPEND").after(3)]);
    upload(&lake, &source).await.unwrap_err();
    repair(&lake);
    for entry in lake.client.list("/").collect_all().await.unwrap() {
        lake.client.delete(&entry.path).await.unwrap();
    }
    upload(&lake, &source).await.unwrap();
    assert!(lake.read("/t").await == pattern(20 * MIB));
}

#[tokio::test]
async fn a_segment_that_vanished_is_made_anew() {
    let lake = Lake::start().await;
    let source = lake.local.write("f", pattern(64 * MIB));
    // All segments are complete; only the join is missing.
    lake.arm([refusal("MSCONCAT")]);
    upload(&lake, &source).await.unwrap_err();
    repair(&lake);
    let segments: Vec<_> =
        lake.tree().await.into_iter().filter(|line| line.contains(".segments/0000")).collect();
    let segment = path(segments[0].rsplit_once(' ').unwrap().0);
    lake.client.delete(&segment).await.unwrap();
    upload(&lake, &source).await.unwrap();
    assert!(lake.read("/t").await == pattern(64 * MIB));
    assert_eq!(lake.tree().await, [format!("/t {}", 64 * MIB)]);
}

/// What an earlier run has finished may have been removed since.
#[tokio::test]
async fn what_was_done_is_done_again_when_it_is_gone() {
    let lake = Lake::start().await;
    for name in ["a", "b", "c"] {
        lake.local.write(&format!("tree/{name}"), pattern(100));
    }
    lake.arm([refusal("CREATE").path("*/c")]);
    upload(&lake, &lake.local.at("tree")).await.unwrap_err();
    repair(&lake);
    lake.client.delete("/t/a").await.unwrap();
    let report =
        lake.client.upload_with(lake.local.at("tree"), "/t", options(&lake)).await.unwrap();
    assert_eq!((report.files, report.skipped), (2, 1));
    assert_eq!(lake.tree().await, ["/t/", "/t/a 100", "/t/b 100", "/t/c 100"]);

    lake.arm([refusal("OPEN").after(2)]);
    let (remote, back) = (path("/t"), lake.local.at("back"));
    lake.client.download_with(&remote, &back, options(&lake)).await.unwrap_err();
    repair(&lake);
    for entry in std::fs::read_dir(&back).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    lake.client.download_with(&remote, &back, options(&lake)).await.unwrap();
    assert_eq!(lake.local.names("back").len(), 3);
}

#[tokio::test]
async fn a_sync_removes_what_an_earlier_one_left() {
    let lake = Lake::start().await;
    lake.local.write("tree/f", pattern(20 * MIB));
    lake.arm([refusal("APPEND").after(3)]);
    let options = SyncOptions::default().transfer(options(&lake));
    let sync = async || {
        let source = lake.local.at("tree");
        lake.client.sync_up_with(&source, "/t", options.clone()).await.map(|report| report.files)
    };
    sync().await.unwrap_err();
    repair(&lake);
    lake.local.write("tree/f", pattern(12 * MIB));
    assert_eq!(sync().await.unwrap(), 1);
    assert_eq!(lake.tree().await, ["/t/".to_owned(), format!("/t/f {}", 12 * MIB)]);
}

#[tokio::test]
async fn a_download_goes_on_at_the_part_reached() {
    let lake = Lake::start().await;
    let (remote, target) = (path("/f"), lake.local.at("back/f"));
    lake.client.put(&remote, pattern(41 * MIB)).await.unwrap();
    lake.arm([refusal("OPEN").after(6)]);
    lake.client.download_with(&remote, &target, options(&lake)).await.unwrap_err();
    assert!(!target.exists());
    assert_eq!(lake.local.names("back").len(), 1);
    repair(&lake);
    lake.client.download_with(&remote, &target, options(&lake)).await.unwrap();
    let opened = lake.count("OPEN");
    assert!(opened <= 11 - 3, "{opened} of 11 parts were read again");
    assert!(std::fs::read(&target).unwrap() == pattern(41 * MIB));
    assert_eq!((lake.local.names("back").len(), lake.journals()), (1, 0));
}

#[tokio::test]
async fn a_tree_passes_over_what_was_done() {
    let lake = Lake::start().await;
    for number in 0..30 {
        lake.local.write(&format!("tree/{number}"), pattern(100));
    }
    lake.local.write("tree/big", pattern(9 * MIB));
    lake.arm([refusal("CREATE").after(20)]);
    let error = upload(&lake, &lake.local.at("tree")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    repair(&lake);
    let report =
        lake.client.upload_with(lake.local.at("tree"), "/t", options(&lake)).await.unwrap();
    assert!(report.skipped >= 19 && report.files <= 12, "{report:?}");
    assert_eq!(lake.tree().await.len(), 32);
    let again = lake.client.upload_with(lake.local.at("tree"), "/t", options(&lake)).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Incomplete, "a new transfer starts anew");
    let replace = options(&lake).overwrite(Overwrite::Replace);
    lake.client.upload_with(lake.local.at("tree"), "/t", replace).await.unwrap();
}

#[tokio::test]
async fn a_deadline_ends_a_transfer() {
    let lake = Lake::start().await;
    lake.client.put("/f", pattern(9 * MIB)).await.unwrap();
    lake.arm([FaultRule::new(FaultAction::Stall).op("OPEN")]);
    let options = TransferOptions::default().deadline(Duration::from_millis(20));
    let target = lake.local.at("f");
    let error = lake.client.download_with("/f", &target, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    assert_eq!(error.to_string(), "the transfer did not end within 0.02 seconds");
    assert_eq!(lake.local.names("").len(), 0);
}

/// Bodies that never come: time stands still, and passes only while everybody waits.
#[tokio::test(start_paused = true)]
async fn what_stalls_is_taken_up_again() {
    let lake = Lake::start().await;
    let back = lake.local.at("back");
    lake.client.put("/f", pattern(9 * MIB)).await.unwrap();
    lake.arm([FaultRule::new(FaultAction::Stall).op("OPEN").count(3)]);
    lake.client.download("/f", &back).await.unwrap();
    assert!(std::fs::read(&back).unwrap() == pattern(9 * MIB));
    assert!(lake.count("OPEN") > 3);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_transfer_slows_down_and_arrives() {
    let lake = Lake::start().await;
    for number in 0..60 {
        lake.local.write(&number.to_string(), pattern(number));
    }
    let throttled = |code, count| {
        let action = FaultAction::Status { code, retry_after: Some(1), body: None };
        FaultRule::new(action).op("CREATE").count(count)
    };
    lake.arm([throttled(429, 25), throttled(503, 5)]);
    let report = lake.client.upload(lake.local.at(""), "/t").await.unwrap();
    assert_eq!(report.files, 60);
    assert_eq!(lake.count("CREATE"), 90);
}
