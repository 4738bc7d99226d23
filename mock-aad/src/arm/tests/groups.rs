use http::{Method, StatusCode};
use serde_json::json;

use super::{Bench, assert_answer};
use crate::seed::ManagementSettings;

fn group(name: &str) -> String {
    format!("/resourcegroups/{name}?api-version=2020-10-01")
}

fn account(group: &str, name: &str) -> String {
    format!(
        "/resourceGroups/{group}/providers/Microsoft.DataLakeStore/accounts/{name}\
         ?api-version=2016-11-01"
    )
}

#[tokio::test]
async fn a_group_is_made_shown_changed() {
    let bench = Bench::new();
    let body = json!({"location": "East US 2", "tags": {"a": "b"}, "managedBy": "me"});
    let created = bench.put(&group("My-Group"), body).await;
    assert_answer!(created, @r#"
    201
    content-length: <hundreds>
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <request>
    x-ms-routing-request-id: WESTUS2:<stamp>:<request>
    x-ms-ratelimit-remaining-subscription-writes: 1199
    content-type: application/json; charset=utf-8
    vary: Accept-Encoding
    {
      "id": "/subscriptions/<subscription>/resourceGroups/My-Group",
      "name": "My-Group",
      "type": "Microsoft.Resources/resourceGroups",
      "location": "eastus2",
      "managedBy": "me",
      "tags": {
        "a": "b"
      },
      "properties": {
        "provisioningState": "Succeeded"
      }
    }
    "#);
    let again = bench.put(&group("my-group"), json!({"location": "eastus2"})).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.body["name"], "My-Group");
    assert_eq!(again.body["managedBy"], "me");
    assert_eq!(again.body.get("tags"), None);
    let patched = bench.patch(&group("MY-GROUP"), json!({"tags": {"c": "d"}})).await;
    assert_eq!(patched.body["tags"], json!({"c": "d"}));
    assert_eq!(bench.get(&group("my-group")).await.body, patched.body);
    let elsewhere = bench.put(&group("my-group"), json!({"location": "westus"})).await;
    assert_eq!(elsewhere.code(), "InvalidResourceGroupLocation");
}

#[tokio::test]
async fn old_versions_do_not_show_the_type() {
    let bench = Bench::new();
    let found = bench.get("/resourcegroups/emulator-group?api-version=2017-05-10").await;
    insta::assert_json_snapshot!(found.body, @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group",
      "name": "emulator-group",
      "location": "eastus2",
      "properties": {
        "provisioningState": "Succeeded"
      }
    }
    "#);
}

#[tokio::test]
async fn existence_is_asked_by_head() {
    let bench = Bench::new();
    let there = bench.send(Method::HEAD, &group("emulator-group"), None).await;
    assert_eq!(there.status, StatusCode::NO_CONTENT);
    let missing = bench.send(Method::HEAD, &group("missing"), None).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_ne!(missing.header("content-length"), "0", "as the error of a GET would have");
}

#[tokio::test]
async fn deletion_takes_the_accounts_along() {
    let bench = Bench::with(ManagementSettings {
        group_deletion_seconds: 40,
        ..ManagementSettings::default()
    });
    let deleted = bench.delete(&group("emulator-group")).await;
    assert_answer!(deleted, @r#"
    202
    content-length: 0
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <request>
    x-ms-routing-request-id: WESTUS2:<stamp>:<request>
    x-ms-ratelimit-remaining-subscription-deletes: 14999
    location: https://127.0.0.1:8443/subscriptions/<subscription>/operationresults/eyJqb2JJZCI6IlJFU09VUkNFR1JPVVBERUxFVElPTkpPQi1FTVVMQVRPUi1HUk9VUC1FQVNUVVMyIiwiam9iTG9jYXRpb24iOiJlYXN0dXMyIn0?api-version=2020-10-01
    retry-after: 15
    "#);
    let running = bench.get(deleted.header("location")).await;
    assert_eq!(running.status, StatusCode::ACCEPTED);
    assert_eq!(running.header("location"), deleted.header("location"));
    let found = bench.get(&group("emulator-group")).await;
    assert_eq!(found.body["properties"]["provisioningState"], "Deleting");
    let late = bench.put(&account("emulator-group", "late"), json!({"location": "eastus2"})).await;
    assert_eq!((late.status, late.code()), (StatusCode::CONFLICT, "ResourceGroupBeingDeleted"));
    bench.pass(40);
    let done = bench.get(deleted.header("location")).await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(bench.get(&group("emulator-group")).await.code(), "ResourceGroupNotFound");
    assert!(bench.state.lake.account("mocklake").is_none());
    let orphan = bench.get(&account("emulator-group", "mocklake")).await;
    assert_eq!(orphan.code(), "ResourceNotFound");
}

#[tokio::test]
async fn a_quick_deletion_is_polled_once() {
    let bench = Bench::new();
    let deleted = bench.delete(&group("emulator-group")).await;
    assert_eq!(deleted.status, StatusCode::ACCEPTED);
    assert_eq!(bench.get(deleted.header("location")).await.status, StatusCode::OK);
    let again = bench.delete(&group("emulator-group")).await;
    assert_eq!((again.status, again.code()), (StatusCode::NOT_FOUND, "ResourceGroupNotFound"));
}

#[tokio::test]
async fn bad_groups_are_refused() {
    let bench = Bench::new();
    for (name, body, code) in [
        ("dot.", json!({"location": "westus"}), "InvalidResourceGroupName"),
        ("a%20b", json!({"location": "westus"}), "InvalidResourceGroupName"),
        ("good", json!({}), "LocationRequired"),
        ("good", json!({"location": "atlantis"}), "LocationNotAvailableForResourceGroup"),
    ] {
        let answer = bench.put(&group(name), body).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, code), "{name}");
    }
}

#[tokio::test]
async fn an_account_needs_its_group() {
    let bench = Bench::new();
    let answer = bench.put(&account("missing", "newlake"), json!({"location": "eastus2"})).await;
    assert_answer!(answer, @r#"
    404
    content-length: 99
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <request>
    x-ms-routing-request-id: WESTUS2:<stamp>:<request>
    x-ms-ratelimit-remaining-subscription-writes: 1199
    x-ms-failure-cause: gateway
    content-type: application/json; charset=utf-8
    {
      "error": {
        "code": "ResourceGroupNotFound",
        "message": "Resource group 'missing' could not be found."
      }
    }
    "#);
}
