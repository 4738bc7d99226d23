use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::Bench;
use crate::seed::ManagementSettings;

const GROUP: &str = "/resourceGroups/other?api-version=2021-04-01";
const ACCOUNT: &str = "/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/\
                       later?api-version=2016-11-01";

#[tokio::test]
async fn groups_are_those_of_the_snapshot() {
    let bench = Bench::new();
    let id = bench.state.snapshot().unwrap();
    for _ in 0..2 {
        let body = json!({"location": "eastus2"});
        assert_eq!(bench.put(GROUP, body).await.status, StatusCode::CREATED);
        bench.state.restore(&id).unwrap();
        assert_eq!(bench.get(GROUP).await.status, StatusCode::NOT_FOUND);
    }
}

/// What was running when the snapshot was taken runs again, and the files of the account appear with it.
#[tokio::test]
async fn operations_run_again() {
    let bench = Bench::with(ManagementSettings {
        account_creation_seconds: 30,
        ..ManagementSettings::default()
    });
    let begun = bench.put(ACCOUNT, json!({"location": "East US 2"})).await;
    let link = begun.header("azure-asyncoperation").to_owned();
    bench.pass(10);
    let id = bench.state.snapshot().unwrap();
    for _ in 0..2 {
        assert_eq!(bench.get(&link).await.body["status"], "InProgress");
        bench.state.clock.advance(Duration::from_secs(20));
        // A look at the files alone ends the operation, too.
        assert!(bench.state.gen1.open_account("later", &bench.caller).is_some());
        assert_eq!(bench.get(&link).await.body["status"], "Succeeded");
        bench.state.restore(&id).unwrap();
        assert!(bench.state.lake.account("later").is_none());
    }
}

#[tokio::test]
async fn counters_go_back() {
    let bench = Bench::new();
    let remaining = "x-ms-ratelimit-remaining-subscription-reads";
    let id = bench.state.snapshot().unwrap();
    let first = bench.get(GROUP).await;
    bench.get(GROUP).await;
    bench.state.restore(&id).unwrap();
    assert_eq!(bench.get(GROUP).await.header(remaining), first.header(remaining));
}
