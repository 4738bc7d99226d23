//! Transfers of files and trees: the requests that they take, and failures on the way.

use std::sync::Arc;

use adls_fs::ErrorKind;
use adls_fs::transfer::{TransferEvent, TransferOptions};
use adls_tests::pattern;
use mock_aad::{FaultAction, FaultRule};

use super::lake::{Lake, refusal};

#[tokio::test]
async fn a_small_file_takes_one_request() {
    let lake = Lake::start().await;
    for number in 0..20 {
        lake.local.write(&format!("t/{number}"), pattern(16 << 10));
    }
    lake.operations();
    lake.client.upload(lake.local.at("t"), "/t").await.unwrap();
    assert_eq!(lake.operations(), vec!["CREATE"; 20]);
    lake.client.download("/t", lake.local.at("back")).await.unwrap();
    let mut operations = lake.operations();
    operations.sort();
    let mut expected = vec!["GETFILESTATUS", "LISTSTATUS"];
    expected.extend(vec!["OPEN"; 20]);
    assert_eq!(operations, expected);
}

#[tokio::test]
async fn a_failure_leaves_nothing_behind() {
    let lake = Lake::start().await;
    let file = lake.local.write("f", pattern(9 << 20));
    lake.arm([refusal("APPEND")]);
    assert!(lake.client.upload(&file, "/f").await.is_err());
    lake.clear_faults();
    assert_eq!(lake.tree().await, Vec::<String>::new());

    lake.client.upload(&file, "/f").await.unwrap();
    lake.arm([refusal("OPEN").after(2)]);
    assert!(lake.client.download("/f", lake.local.at("back")).await.is_err());
    assert_eq!(lake.local.tree(""), ["/f 9437184"]);
}

#[tokio::test]
async fn a_copy_that_fails_leaves_nothing_behind() {
    let lake = Lake::start().await;
    lake.client.put("/f", pattern(9 << 20)).await.unwrap();
    lake.arm([refusal("APPEND").after(1)]);
    lake.client.copy("/f", &lake.client, "/x").await.unwrap_err();
    lake.clear_faults();
    assert_eq!(lake.tree().await, ["/f 9437184"]);
}

#[tokio::test]
async fn cancellation_leaves_nothing_under_the_final_name() {
    let lake = Lake::start().await;
    lake.client.upload(lake.local.write("f", pattern(9 << 20)), "/f").await.unwrap();
    lake.arm([FaultRule::new(FaultAction::Stall).op("OPEN").after(1)]);
    let stop = Arc::new(tokio::sync::Notify::new());
    let moved = Arc::clone(&stop);
    let progress = move |event: &TransferEvent<'_>| {
        if matches!(event, TransferEvent::Moved { .. }) {
            moved.notify_one();
        }
    };
    let options = TransferOptions::default().progress(Arc::new(progress));
    tokio::select! {
        result = lake.client.download_with("/f", lake.local.at("back"), options) => panic!("ended: {result:?}"),
        () = stop.notified() => {}
    }
    assert_eq!(lake.local.tree(""), ["/f 9437184"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfers_survive_a_bad_network() {
    let lake = Lake::start().await;
    for number in 0..40 {
        lake.local.write(&format!("s/{number}"), pattern(number * 10_000));
    }
    lake.local.write("s/big", pattern(45 << 20));
    let rule = |action, seed| {
        let mut rule = FaultRule::new(action).path("/webhdfs/*");
        // Rare enough that five tries in a row do not all fail, often enough that each happens.
        rule.probability = Some(0.02);
        rule.seed = seed;
        rule
    };
    lake.arm([
        rule(FaultAction::CommitAndReset, 1),
        rule(FaultAction::ResetBefore, 2),
        rule(FaultAction::Status { code: 429, retry_after: None, body: None }, 3),
        rule(FaultAction::Truncate { bytes: 20_000 }, 5),
    ]);
    let options = TransferOptions::default().segment_threshold(Some(40 << 20));
    lake.client.upload_with(lake.local.at("s"), "/t", options.clone()).await.unwrap();
    lake.client.download_with("/t", lake.local.at("back"), options).await.unwrap();
    assert_eq!(lake.local.tree("back"), lake.local.tree("s"));
    assert!(std::fs::read(lake.local.at("back/big")).unwrap() == pattern(45 << 20));
}

/// The bytes that are read back differ from those that were sent.
#[tokio::test]
async fn an_upload_that_arrived_damaged_is_found_by_verify() {
    let lake = Lake::start().await;
    let file = lake.local.write("f", pattern(41 << 20));
    let options = TransferOptions::default().verify(true).segment_threshold(Some(40 << 20));
    lake.arm([FaultRule::new(FaultAction::Corrupt).op("OPEN").count(1)]);
    let error = lake.client.upload_with(&file, "/bad", options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(!lake.client.exists("/bad").await.unwrap());
}
