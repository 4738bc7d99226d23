//! Directories made alike, and the requests that it takes.

use std::time::Duration;

use adls_fs::ErrorKind;
use adls_fs::transfer::{SyncOptions, TransferReport};
use adls_tests::remote_tree;

use super::lake::{Lake, path, refusal};

const FILES: [(&str, &str); 4] = [("a", "1"), ("b/c ü", "22"), ("b/d/e", "333"), ("z", "")];

fn changes(report: &TransferReport) -> (u64, u64, u64) {
    (report.files, report.skipped, report.deleted)
}

#[tokio::test]
async fn up_and_only_what_differs() {
    let lake = Lake::start().await;
    for (name, content) in FILES {
        lake.local.write(name, content);
    }
    std::fs::create_dir(lake.local.at("empty")).unwrap();
    let options = SyncOptions::default();
    let up = async |options: &SyncOptions| {
        let report = lake.client.sync_up_with(lake.local.at(""), "/side", options.clone()).await;
        changes(&report.unwrap())
    };
    let remote = path("/side");
    assert_eq!(up(&options).await, (4, 0, 0));
    assert_eq!(remote_tree(&lake.client, &remote).await, lake.local.tree(""));
    lake.operations();
    assert_eq!(up(&options).await, (0, 4, 0));
    let operations = lake.operations();
    assert!(operations.iter().all(|op| op == "GETFILESTATUS" || op == "LISTSTATUS"));
    lake.local.write("b/d/e", "4444");
    lake.client.put("/side/extra", "x").await.unwrap();
    // Files that are uploaded now are younger than the local ones, as with a clock that runs.
    lake.emulator.clock().advance(Duration::from_secs(3600));
    assert_eq!(up(&options).await, (1, 3, 0));
    assert!(lake.client.exists("/side/extra").await.unwrap());
    assert_eq!(up(&options.delete(true)).await, (0, 4, 1));
    assert_eq!(remote_tree(&lake.client, &remote).await, lake.local.tree(""));
}

#[tokio::test]
async fn nothing_is_deleted_that_could_not_be_looked_for() {
    let lake = Lake::start().await;
    for (name, content) in FILES {
        lake.local.write(name, content);
        lake.client.put(path("/side").join(name).unwrap(), content).await.unwrap();
    }
    lake.arm([refusal("LISTSTATUS").path("*/side/b")]);
    let options = SyncOptions::default().delete(true);
    let error = lake.client.sync_down_with("/side", lake.local.at(""), options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert_eq!(lake.local.tree("").len(), 6);
}
