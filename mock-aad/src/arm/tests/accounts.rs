use http::{Method, StatusCode};
use serde_json::json;

use super::{Bench, assert_answer};
use crate::seed::ManagementSettings;

const V: &str = "?api-version=2016-11-01";

fn account(name: &str) -> String {
    format!("/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/{name}")
}

fn at(name: &str) -> String {
    format!("{}{V}", account(name))
}

/// Creation takes `seconds`.
fn slow(seconds: u64) -> Bench {
    Bench::with(ManagementSettings {
        account_creation_seconds: seconds,
        account_deletion_seconds: seconds,
        ..ManagementSettings::default()
    })
}

#[tokio::test]
async fn creation_is_answered_as_on_its_way() {
    let bench = slow(30);
    let body = json!({
        "location": "East US 2", "identity": {"type": "SystemAssigned"},
        "properties": {"encryptionConfig": {"type": "ServiceManaged"}},
    });
    let answer = bench.put(&at("cliadls000003"), body).await;
    assert_answer!(answer, @r#"
    201
    content-length: <hundreds>
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <uuid>
    x-ms-routing-request-id: WESTUS2:<stamp>:<uuid>
    server: Microsoft-IIS/10.0
    x-aspnet-version: 4.0.30319
    x-powered-by: ASP.NET
    x-ms-ratelimit-remaining-subscription-writes: 1199
    azure-asyncoperation: https://127.0.0.1:8443/subscriptions/<subscription>/providers/Microsoft.DataLakeStore/locations/EastUS2/operationResults/<uuid>_0?api-version=2016-11-01
    location: https://127.0.0.1:8443/subscriptions/<subscription>/resourcegroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/cliadls000003/operationresults/0?api-version=2016-11-01
    retry-after: 10
    content-type: application/json
    vary: Accept-Encoding
    {
      "properties": {
        "encryptionConfig": {
          "type": "ServiceManaged"
        },
        "provisioningState": "Creating",
        "state": null,
        "endpoint": null,
        "accountId": "<uuid>",
        "creationTime": null,
        "lastModifiedTime": null
      },
      "location": "East US 2",
      "tags": null,
      "identity": {
        "type": "SystemAssigned",
        "principalId": "00000000-0000-0000-0000-000000000000",
        "tenantId": "00000000-0000-0000-0000-000000000000"
      },
      "id": "/subscriptions/<subscription>/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/cliadls000003",
      "name": "cliadls000003",
      "type": "Microsoft.DataLakeStore/accounts"
    }
    "#);
    let status = bench.get(answer.header("azure-asyncoperation")).await;
    assert_answer!(status, @r#"
    200
    content-length: 23
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <uuid>
    x-ms-routing-request-id: WESTUS2:<stamp>:<uuid>
    server: Microsoft-IIS/10.0
    x-aspnet-version: 4.0.30319
    x-powered-by: ASP.NET
    x-ms-ratelimit-remaining-subscription-reads: 14999
    retry-after: 10
    content-type: application/json
    vary: Accept-Encoding
    {
      "status": "InProgress"
    }
    "#);
    bench.pass(30);
    let status = bench.get(answer.header("azure-asyncoperation")).await;
    assert_eq!(status.body, json!({"status": "Succeeded"}));
    let found = bench.get(&at("cliadls000003")).await;
    assert_answer!(found, @r#"
    200
    content-length: <hundreds>
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <uuid>
    x-ms-routing-request-id: WESTUS2:<stamp>:<uuid>
    server: Microsoft-IIS/10.0
    x-aspnet-version: 4.0.30319
    x-powered-by: ASP.NET
    x-ms-ratelimit-remaining-subscription-reads: 14997
    content-type: application/json
    vary: Accept-Encoding
    {
      "properties": {
        "firewallState": "Disabled",
        "firewallAllowAzureIps": "Disabled",
        "firewallAllowDataLakeAnalytics": "Disabled",
        "firewallRules": [],
        "virtualNetworkRules": [],
        "trustedIdProviderState": "Disabled",
        "trustedIdProviders": [],
        "encryptionState": "Enabled",
        "encryptionConfig": {
          "type": "ServiceManaged"
        },
        "currentTier": "Consumption",
        "newTier": "Consumption",
        "provisioningState": "Succeeded",
        "state": "Active",
        "endpoint": "cliadls000003.azuredatalakestore.net",
        "accountId": "<uuid>",
        "creationTime": "<time>",
        "lastModifiedTime": "<time>"
      },
      "location": "East US 2",
      "identity": {
        "type": "SystemAssigned",
        "principalId": "<uuid>",
        "tenantId": "<tenant>"
      },
      "id": "/subscriptions/<subscription>/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/cliadls000003",
      "name": "cliadls000003",
      "type": "Microsoft.DataLakeStore/accounts"
    }
    "#);
}

#[tokio::test]
async fn an_account_on_its_way_is_seen_but_not_open() {
    let bench = slow(30);
    let created = bench.put(&at("newlake"), json!({"location": "eastus2"})).await;
    assert_eq!(created.header("retry-after"), "10");
    let found = bench.get(&at("newlake")).await;
    assert_eq!(found.body["properties"]["provisioningState"], "Creating");
    assert_eq!(bench.get(created.header("location")).await.status, StatusCode::ACCEPTED);
    assert!(
        bench.state.gen1.open_account("newlake", &bench.caller).is_none(),
        "nor made by naming it"
    );
    let patched = bench.patch(&at("newlake"), json!({"tags": {}})).await;
    assert_eq!((patched.status, patched.code()), (StatusCode::CONFLICT, "AccountBusy"));
    let check = json!({"name": "newlake", "type": "Microsoft.DataLakeStore/accounts"});
    let path =
        format!("/providers/Microsoft.DataLakeStore/locations/EastUS2/checkNameAvailability{V}");
    let checked = bench.post(&path, check).await;
    assert_eq!(checked.body["reason"], "AlreadyExists");
    bench.pass(31);
    assert!(bench.state.gen1.open_account("newlake", &bench.caller).is_some());
    let result = bench.get(created.header("location")).await;
    assert_eq!(result.body["properties"]["state"], "Active");
}

#[tokio::test]
async fn without_a_delay_the_first_poll_finds_it_done() {
    let bench = Bench::new();
    let created = bench.put(&at("newlake"), json!({"location": "eastus2"})).await;
    assert_eq!(created.status, StatusCode::CREATED);
    assert_eq!(created.body["properties"]["provisioningState"], "Creating");
    assert_eq!(created.header("retry-after"), "0");
    let status = bench.get(created.header("azure-asyncoperation")).await;
    assert_eq!(status.body, json!({"status": "Succeeded"}));
    assert!(bench.state.lake.account("newlake").is_some());
}

#[tokio::test]
async fn rules_can_be_given_at_creation() {
    let bench = Bench::new();
    let body = json!({
        "location": "eastus2",
        "properties": {
            "firewallRules": [{
                "name": "one",
                "properties": {"startIpAddress": "127.0.0.1", "endIpAddress": "127.0.0.2"},
            }],
            "firewallState": "Enabled", "firewallAllowAzureIps": "Enabled",
            "trustedIdProviders": [{
                "name": "two", "properties": {"idProvider": "https://sts.windows.net/x"},
            }],
            "trustedIdProviderState": "enabled", "newTier": "Commitment_1TB",
        },
    });
    let created = bench.put(&at("newlake"), body).await;
    insta::assert_json_snapshot!(created.body, {".properties.accountId" => "<id>"}, @r#"
    {
      "properties": {
        "firewallState": "Enabled",
        "firewallAllowAzureIps": "Enabled",
        "firewallAllowDataLakeAnalytics": "Enabled",
        "firewallRules": [
          {
            "properties": {
              "startIpAddress": "127.0.0.1",
              "endIpAddress": "127.0.0.2"
            },
            "name": "one"
          }
        ],
        "trustedIdProviders": [
          {
            "properties": {
              "idProvider": "https://sts.windows.net/x"
            },
            "name": "two"
          }
        ],
        "newTier": "Commitment_1TB",
        "trustedIdProviderState": "Enabled",
        "provisioningState": "Creating",
        "state": null,
        "endpoint": null,
        "accountId": "<id>",
        "creationTime": null,
        "lastModifiedTime": null
      },
      "location": "eastus2",
      "tags": null,
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/newlake",
      "name": "newlake",
      "type": "Microsoft.DataLakeStore/accounts"
    }
    "#);
    let found = bench.get(&at("newlake")).await;
    insta::assert_json_snapshot!(found.body["properties"], {
        ".accountId" => "<id>", ".creationTime" => "<time>", ".lastModifiedTime" => "<time>",
    }, @r#"
    {
      "firewallState": "Enabled",
      "firewallAllowAzureIps": "Enabled",
      "firewallAllowDataLakeAnalytics": "Enabled",
      "firewallRules": [
        {
          "properties": {
            "startIpAddress": "127.0.0.1",
            "endIpAddress": "127.0.0.2"
          },
          "name": "one"
        }
      ],
      "virtualNetworkRules": [],
      "trustedIdProviderState": "Enabled",
      "trustedIdProviders": [
        {
          "properties": {
            "idProvider": "https://sts.windows.net/x"
          },
          "name": "two"
        }
      ],
      "encryptionState": "Enabled",
      "encryptionConfig": {
        "type": "ServiceManaged"
      },
      "currentTier": "Commitment_1TB",
      "newTier": "Commitment_1TB",
      "provisioningState": "Succeeded",
      "state": "Active",
      "endpoint": "newlake.azuredatalakestore.net",
      "accountId": "<id>",
      "creationTime": "<time>",
      "lastModifiedTime": "<time>"
    }
    "#);
}

#[tokio::test]
async fn an_unencrypted_account_has_an_empty_configuration() {
    let bench = Bench::new();
    let body = json!({"location": "eastus2", "properties": {"encryptionState": "Disabled"}});
    bench.put(&at("newlake"), body).await;
    let found = bench.get(&at("newlake")).await;
    assert_eq!(found.body["properties"]["encryptionState"], "Disabled");
    assert_eq!(found.body["properties"]["encryptionConfig"], json!({}));
    let enabled = bench.send(Method::POST, &enable("newlake"), None).await;
    assert_eq!((enabled.status, enabled.code()), (StatusCode::BAD_REQUEST, "InvalidOperation"));
}

fn enable(name: &str) -> String {
    format!("{}/enableKeyVault{V}", account(name))
}

#[tokio::test]
async fn a_key_of_the_user_is_enabled_and_its_version_changed() {
    let bench = Bench::new();
    let vault = json!({
        "keyVaultResourceId": "id", "encryptionKeyName": "name", "encryptionKeyVersion": "1",
    });
    let config = json!({"type": "UserManaged", "keyVaultMetaInfo": vault});
    let body = json!({"location": "eastus2", "properties": {"encryptionConfig": config}});
    bench.put(&at("newlake"), body).await;
    let found = bench.get(&at("newlake")).await;
    assert_eq!(found.body["properties"]["encryptionProvisioningState"], "Creating");
    let enabled = bench.send(Method::POST, &enable("newlake"), None).await;
    assert_eq!(enabled.status, StatusCode::OK);
    let rotation = json!({"keyVaultMetaInfo": {"encryptionKeyVersion": "2"}});
    let patch = json!({"properties": {"encryptionConfig": rotation}});
    let patched = bench.patch(&at("newlake"), patch).await;
    let properties = &patched.body["properties"];
    assert_eq!(properties["encryptionProvisioningState"], "Succeeded");
    let expected = json!({
        "keyVaultResourceId": "id", "encryptionKeyName": "name", "encryptionKeyVersion": "2",
    });
    assert_eq!(properties["encryptionConfig"]["keyVaultMetaInfo"], expected);
    let incomplete = json!({
        "location": "eastus2",
        "properties": {"encryptionConfig": {"type": "UserManaged"}},
    });
    let refused = bench.put(&at("otherlake"), incomplete).await;
    assert_eq!(refused.code(), "InvalidRequestContent");
}

#[tokio::test]
async fn a_patch_replaces_tags_and_merges_properties() {
    let bench = Bench::new();
    let body = json!({
        "location": "eastus2", "tags": {"tag1": "value1"},
        "properties": {"firewallState": "Enabled", "someNewMember": {"kept": true}},
    });
    bench.put(&at("newlake"), body).await;
    bench.pass(5);
    let patch = json!({"tags": {"tag2": "value2"}, "properties": {"newTier": "Commitment_1TB"}});
    let patched = bench.patch(&at("newlake"), patch).await;
    assert_eq!(patched.status, StatusCode::OK);
    assert_eq!(patched.body["tags"], json!({"tag2": "value2"}));
    let properties = &patched.body["properties"];
    assert_eq!(properties["firewallState"], "Enabled");
    assert_eq!(properties["someNewMember"], json!({"kept": true}));
    assert_eq!(properties["newTier"], "Commitment_1TB");
    assert_eq!(properties["currentTier"], "Consumption", "tiers change next month");
    assert_ne!(properties["lastModifiedTime"], properties["creationTime"]);
    assert_eq!(bench.get(&at("newlake")).await.body, patched.body);
}

#[tokio::test]
async fn a_put_on_an_account_resets_its_settings_only() {
    let bench = Bench::new();
    let body = json!({
        "location": "East US 2", "tags": {"a": "b"}, "properties": {"firewallState": "Enabled"},
    });
    bench.put(&at("newlake"), body).await;
    let before = bench.get(&at("newlake")).await;
    let again = bench.put(&at("newlake"), json!({"location": "eastus2"})).await;
    assert_eq!(again.status, StatusCode::OK);
    let (old, new) = (&before.body["properties"], &again.body["properties"]);
    assert_eq!(new["accountId"], old["accountId"]);
    assert_eq!(new["creationTime"], old["creationTime"]);
    assert_eq!(new["firewallState"], "Disabled");
    assert_eq!(again.body.get("tags"), None);
    let moved = bench.put(&at("newlake"), json!({"location": "northeurope"})).await;
    assert_eq!((moved.status, moved.code()), (StatusCode::CONFLICT, "InvalidResourceLocation"));
}

#[tokio::test]
async fn names_are_unique_in_the_whole_emulator() {
    let bench = Bench::new();
    bench.put("/resourcegroups/other?api-version=2020-10-01", json!({"location": "westus"})).await;
    let path = "/resourceGroups/other/providers/Microsoft.DataLakeStore/accounts/mocklake";
    let taken = bench.put(&format!("{path}{V}"), json!({"location": "eastus2"})).await;
    assert_eq!((taken.status, taken.code()), (StatusCode::CONFLICT, "AccountAlreadyExists"));
    // The name in another group is not this account.
    let found = bench.get(&format!("{path}{V}")).await;
    assert_eq!((found.status, found.code()), (StatusCode::NOT_FOUND, "ResourceNotFound"));
}

#[tokio::test]
async fn requests_that_cannot_be_met_say_why() {
    let bench = Bench::new();
    for (name, body, code) in [
        ("UPPER", json!({"location": "eastus2"}), "AccountNameInvalid"),
        ("ab", json!({"location": "eastus2"}), "AccountNameInvalid"),
        ("good", json!({}), "LocationRequired"),
        ("good", json!({"location": "westus"}), "LocationNotAvailableForResourceType"),
        ("good", json!({"location": "eastus2", "tags": ["a"]}), "InvalidRequestContent"),
        ("good", json!({"location": "eastus2", "tags": {"a": 1}}), "InvalidRequestContent"),
        (
            "good",
            json!({"location": "eastus2", "properties": {"firewallState": "On"}}),
            "InvalidRequestContent",
        ),
        (
            "good",
            json!({"location": "eastus2", "properties": {"firewallRules": [{"name": "x"}]}}),
            "InvalidRequestContent",
        ),
        ("good", json!([1]), "InvalidRequestContent"),
    ] {
        let answer = bench.put(&at(name), body.clone()).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, code), "{body}");
        assert_eq!(bench.get(&at(name)).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_data() {
    let bench = Bench::new();
    bench.put(&at("newlake"), json!({"location": "eastus2"})).await;
    let deleted = bench.delete(&at("newlake")).await;
    assert_answer!(deleted, @r#"
    200
    content-length: 0
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <uuid>
    x-ms-routing-request-id: WESTUS2:<stamp>:<uuid>
    server: Microsoft-IIS/10.0
    x-aspnet-version: 4.0.30319
    x-powered-by: ASP.NET
    x-ms-ratelimit-remaining-subscription-deletes: 14999
    "#);
    assert!(bench.state.lake.account("newlake").is_none());
    let again = bench.delete(&at("newlake")).await;
    assert_answer!(again, @r#"
    204
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <request>
    x-ms-routing-request-id: WESTUS2:<stamp>:<request>
    x-ms-ratelimit-remaining-subscription-deletes: 14998
    "#);
    let found = bench.get(&at("newlake")).await;
    assert_answer!(found, @r#"
    404
    content-length: <hundreds>
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <request>
    x-ms-routing-request-id: WESTUS2:<stamp>:<request>
    x-ms-ratelimit-remaining-subscription-reads: 14999
    x-ms-failure-cause: gateway
    content-type: application/json; charset=utf-8
    {
      "error": {
        "code": "ResourceNotFound",
        "message": "The Resource 'Microsoft.DataLakeStore/accounts/newlake' under resource group 'emulator-group' was not found."
      }
    }
    "#);
}

#[tokio::test]
async fn a_slow_deletion_is_polled() {
    let bench = slow(20);
    let deleted = bench.delete(&at("mocklake")).await;
    assert_eq!(deleted.status, StatusCode::ACCEPTED);
    assert!(deleted.header("azure-asyncoperation").ends_with("_1?api-version=2016-11-01"));
    let found = bench.get(&at("mocklake")).await;
    assert_eq!(found.body["properties"]["provisioningState"], "Deleting");
    assert_eq!(bench.get(deleted.header("location")).await.status, StatusCode::ACCEPTED);
    bench.pass(20);
    let status = bench.get(deleted.header("azure-asyncoperation")).await;
    assert_eq!(status.body, json!({"status": "Succeeded"}));
    assert_eq!(bench.get(deleted.header("location")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.get(&at("mocklake")).await.status, StatusCode::NOT_FOUND);
    assert!(bench.state.lake.account("mocklake").is_none());
}

#[tokio::test]
async fn the_preview_version_shows_less() {
    let bench = Bench::new();
    let path = format!("{}?api-version=2015-10-01-preview", account("mocklake"));
    let found = bench.get(&path).await;
    insta::assert_json_snapshot!(found.body, {
        ".properties.creationTime" => "<time>", ".properties.lastModifiedTime" => "<time>",
    }, @r#"
    {
      "properties": {
        "firewallState": "Disabled",
        "firewallRules": [],
        "provisioningState": "Succeeded",
        "state": "Active",
        "endpoint": "mocklake.azuredatalakestore.net",
        "creationTime": "<time>",
        "lastModifiedTime": "<time>"
      },
      "location": "eastus2",
      "tags": {},
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/mocklake",
      "name": "mocklake",
      "type": "Microsoft.DataLakeStore/accounts"
    }
    "#);
    // An account that never had tags says so.
    let path = format!("{}?api-version=2015-10-01-preview", account("untagged"));
    bench.put(&path, json!({"location": "eastus2"})).await;
    assert_eq!(bench.get(&path).await.body["tags"], json!(null));
}

#[tokio::test]
async fn regions_tell_capability_usage_and_free_names() {
    let bench = Bench::new();
    let region = "/providers/Microsoft.DataLakeStore/locations/EastUS2";
    let capability = bench.get(&format!("{region}/capability{V}")).await;
    insta::assert_json_snapshot!(capability.body, @r#"
    {
      "subscriptionId": "00000000-0000-0000-0000-000000000000",
      "state": "Registered",
      "maxAccountCount": 10,
      "accountCount": 1,
      "migrationState": false
    }
    "#);
    let usages = bench.get(&format!("{region}/usages{V}")).await;
    insta::assert_json_snapshot!(usages.body, @r#"
    {
      "value": [
        {
          "unit": "Count",
          "id": "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.DataLakeStore/locations/EastUS2/usages/DataLakeStoreAccounts",
          "currentValue": 1,
          "limit": 10,
          "name": {
            "value": "DataLakeStoreAccounts",
            "localizedValue": "Data Lake Store Accounts"
          }
        }
      ]
    }
    "#);
    let elsewhere = region.replace("EastUS2", "westus");
    let nothing = bench.get(&format!("{elsewhere}/capability{V}")).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    for (name, expected) in [
        ("freelake", json!({"nameAvailable": true})),
        (
            "mocklake",
            json!({
                "nameAvailable": false, "reason": "AlreadyExists",
                "message": "An account named 'mocklake' already exists.",
            }),
        ),
    ] {
        let body = json!({"name": name, "type": "Microsoft.DataLakeStore/accounts"});
        let answer = bench.post(&format!("{region}/checkNameAvailability{V}"), body).await;
        assert_eq!(answer.body, expected);
    }
    let body = json!({"name": "No", "type": "Microsoft.DataLakeStore/accounts"});
    let answer = bench.post(&format!("{region}/checkNameAvailability{V}"), body).await;
    assert_eq!(answer.body["reason"], "AccountNameInvalid");
}
