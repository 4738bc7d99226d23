use std::time::{Duration, SystemTime};

use adls_http::test_util::Answer;
use adls_http::{Delivery, TransportErrorKind};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;
use crate::testing::{client, ok};
use crate::{
    ErrorKind, ExposeSecret, KeyPermission, MinimumTlsVersion, PollStatus, ProvisioningState,
    PublicNetworkAccess, StorageAccessTier, StorageAccountKind, StorageSkuName,
};

const FULL: &str = r#"{
    "sku": {"name": "Standard_RAGRS", "tier": "Standard"}, "kind": "StorageV2",
    "id": "/subscriptions/s/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean",
    "name": "ocean", "type": "Microsoft.Storage/storageAccounts", "location": "eastus2",
    "tags": {"team": "sea"}, "identity": {"type": "None"}, "zones": ["1"],
    "properties": {
        "provisioningState": "Succeeded", "creationTime": "2024-05-04T01:02:03.1234567Z",
        "isHnsEnabled": true, "accessTier": "Smart", "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": true, "allowSharedKeyAccess": false,
        "allowBlobPublicAccess": false, "publicNetworkAccess": "Disabled",
        "primaryLocation": "eastus2", "statusOfPrimary": "available",
        "primaryEndpoints": {
            "dfs": "https://ocean.dfs.core.windows.net/",
            "blob": "https://ocean.blob.core.windows.net/",
            "web": "https://ocean.z20.web.core.windows.net/"
        },
        "secondaryLocation": "centralus",
        "secondaryEndpoints": {"dfs": "https://ocean-secondary.dfs.core.windows.net/"},
        "networkAcls": {"defaultAction": "Allow"},
        "keyCreationTime": {"key1": "2024-05-04T01:02:03Z"}
    }
}"#;

const OPERATION: &str = "https://arm.test/subscriptions/s/providers/Microsoft.Storage/locations/eastus2/asyncoperations/7?monitor=true&api-version=2025-08-01";

/// A key that must be seen nowhere.
const KEY: &str = "bm90LWEta2V5";

fn accepted() -> Answer {
    Answer::status(202)
        .header("content-type", "text/plain; charset=utf-8")
        .header("location", OPERATION)
        .header("retry-after", "17")
}

fn busy() -> Answer {
    Answer::status(409)
        .body(r#"{"error":{"code":"StorageAccountOperationInProgress","message":"m"}}"#)
}

fn keys() -> Answer {
    ok(&format!(
        r#"{{"keys":[
            {{"keyName":"key1","value":"{KEY}","permissions":"FULL","creationTime":"2024-05-04T01:02:03Z","new":"{KEY}"}},
            {{"keyName":"key2","value":"{KEY}","permissions":"Write"}}
        ]}}"#
    ))
}

#[tokio::test(start_paused = true)]
async fn create_with_everything() {
    let (client, transport) = client([accepted(), accepted(), ok(FULL)]);
    let create = CreateStorageAccount::new("eastus2")
        .with_sku(StorageSkuName::StandardZrs)
        .with_kind(StorageAccountKind::BlockBlobStorage)
        .with_hierarchical_namespace(false)
        .with_tag("team", "sea")
        .with_access_tier(StorageAccessTier::Cool)
        .with_minimum_tls_version(MinimumTlsVersion::Tls1_3)
        .with_shared_key_access(false)
        .with_public_network_access(PublicNetworkAccess::Disabled);
    let poller = client.storage_accounts().begin_create("Lab", "ocean", &create).await.unwrap();
    let account = poller.wait().await.unwrap();
    assert_eq!(account.properties.provisioning_state, Some(ProvisioningState::Succeeded));
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"sku":{"name":"Standard_ZRS"},"kind":"BlockBlobStorage","location":"eastus2","tags":{"team":"sea"},"properties":{"isHnsEnabled":false,"accessTier":"Cool","minimumTlsVersion":"TLS1_3","allowSharedKeyAccess":false,"publicNetworkAccess":"Disabled"}}

    GET https://arm.test/subscriptions/s/providers/Microsoft.Storage/locations/eastus2/asyncoperations/7?monitor=true&api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/providers/Microsoft.Storage/locations/eastus2/asyncoperations/7?monitor=true&api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    "#);
}

#[tokio::test(start_paused = true)]
async fn create_with_the_least() {
    let (client, transport) = client([ok(FULL)]);
    let create = CreateStorageAccount::new("eastus2");
    let poller = client.storage_accounts().begin_create("Lab", "ocean", &create).await.unwrap();
    poller.wait().await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"sku":{"name":"Standard_LRS"},"kind":"StorageV2","location":"eastus2","properties":{"isHnsEnabled":true,"minimumTlsVersion":"TLS1_2"}}
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_creation_is_taken_up_by_its_token() {
    let (first, _) = client([accepted()]);
    let create = CreateStorageAccount::new("eastus2");
    let poller = first.storage_accounts().begin_create("Lab", "ocean", &create).await.unwrap();
    let token = poller.resume_token();
    let (second, transport) = client([accepted(), ok(FULL)]);
    let poller = second.storage_accounts().resume_create(&token).unwrap();
    assert_eq!((poller.wait().await.unwrap().name.as_str(), transport.count()), ("ocean", 2));
    // It is not one of the other kind of accounts.
    assert!(second.accounts().resume_create(&token).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_first_answer_was_lost_goes_on() {
    let lost = || Answer::failure(TransportErrorKind::Interrupted);
    let resolving = ok(r#"{"name":"ocean","properties":{"provisioningState":"ResolvingDNS"}}"#);
    let create = CreateStorageAccount::new("eastus2");

    let (first, transport) = client([lost(), busy(), resolving, ok(FULL)]);
    let poller = first.storage_accounts().begin_create("Lab", "ocean", &create).await.unwrap();
    assert_eq!(poller.status(), PollStatus::InProgress("ResolvingDNS".to_owned()));
    assert_eq!(poller.wait().await.unwrap().name, "ocean");
    assert_eq!(transport.count(), 4);

    // A name that somebody else has is a conflict, too, and there is nothing to watch.
    let taken = Answer::status(409)
        .body(r#"{"error":{"code":"StorageAccountAlreadyTaken","message":"m"}}"#);
    let absent = Answer::status(404).body(r#"{"error":{"code":"ResourceNotFound"}}"#);
    let (second, _) = client([lost(), taken, absent]);
    let error = second.storage_accounts().begin_create("Lab", "ocean", &create).await.unwrap_err();
    assert_eq!(error.code(), Some("StorageAccountAlreadyTaken"));
    assert!(error.hint().unwrap().contains("unique"));

    // Without a lost answer the creation that goes on is somebody else's.
    let (third, transport) = client([busy()]);
    let error = third.storage_accounts().begin_create("Lab", "ocean", &create).await.unwrap_err();
    assert!(error.is_conflict());
    assert_eq!(transport.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_out() {
    let throttled = Answer::status(429)
        .header("retry-after", "17")
        .body(r#"{"error":{"code":"TooManyRequests","message":"m"}}"#);
    let (client, transport) = client([throttled, accepted(), ok(FULL)]);
    let create = CreateStorageAccount::new("eastus2");
    let poller = client.storage_accounts().begin_create("Lab", "ocean", &create).await.unwrap();
    poller.wait().await.unwrap();
    assert_eq!(transport.count(), 3);
}

#[tokio::test]
async fn update() {
    let (client, transport) = client([ok(FULL)]);
    let update = UpdateStorageAccount::new()
        .with_sku(StorageSkuName::StandardGrs)
        .with_tag("team", "sea")
        .with_access_tier(StorageAccessTier::Cold)
        .with_minimum_tls_version(MinimumTlsVersion::Tls1_2)
        .with_shared_key_access(true)
        .with_public_network_access(PublicNetworkAccess::Enabled);
    client.storage_accounts().update("Lab", "ocean", &update).await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PATCH https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"sku":{"name":"Standard_GRS"},"tags":{"team":"sea"},"properties":{"accessTier":"Cold","minimumTlsVersion":"TLS1_2","allowSharedKeyAccess":true,"publicNetworkAccess":"Enabled"}}
    "#);
}

#[test]
fn an_update_sends_only_what_is_set() {
    assert!(UpdateStorageAccount::new().is_empty());
    assert_eq!(serde_json::to_value(UpdateStorageAccount::new()).unwrap(), json!({}));
    let none = UpdateStorageAccount::new().with_tags(Default::default());
    assert!(!none.is_empty());
    assert_eq!(serde_json::to_value(none).unwrap(), json!({"tags": {}}));
}

#[tokio::test(start_paused = true)]
async fn delete() {
    let (here, transport) = client([Answer::status(200), Answer::status(204)]);
    let accounts = here.storage_accounts();
    accounts.delete("Lab", "ocean").await.unwrap();
    accounts.delete("Lab", "ocean").await.unwrap();
    assert_snapshot!(transport.transcript(), @"
    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1

    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    ");

    // What an earlier try has deleted with its group is not there any more.
    let gone = || Answer::status(404).body(r#"{"error":{"code":"ResourceGroupNotFound"}}"#);
    let (here, _) = client([Answer::failure(TransportErrorKind::Interrupted), gone()]);
    here.storage_accounts().delete("Lab", "ocean").await.unwrap();
    let (here, _) = client([gone()]);
    assert!(here.storage_accounts().delete("Lab", "ocean").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn get_reads_what_the_service_says() {
    let (client, transport) = client([ok(FULL)]);
    let account = client.storage_accounts().get("Lab", "ocean").await.unwrap();
    let properties = &account.properties;
    assert_eq!(account.resource_group(), Some("Lab"));
    assert_eq!(account.sku.unwrap().name, StorageSkuName::StandardRagrs);
    assert_eq!(account.kind, Some(StorageAccountKind::StorageV2));
    assert_eq!(properties.access_tier, Some(StorageAccessTier::Other("Smart".to_owned())));
    assert_eq!(properties.allow_shared_key_access, Some(false));
    let endpoints = properties.primary_endpoints.as_ref().unwrap();
    assert_eq!(endpoints.dfs.as_deref(), Some("https://ocean.dfs.core.windows.net/"));
    let created = SystemTime::UNIX_EPOCH + Duration::new(1_714_784_523, 123_456_700);
    assert_eq!(properties.creation_time, Some(created));
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[test]
fn what_is_not_known_survives_a_round_trip() {
    let before: Value = serde_json::from_str(FULL).unwrap();
    let account: StorageAccount = serde_json::from_value(before.clone()).unwrap();
    assert_eq!(serde_json::to_value(&account).unwrap(), before);
    // Accounts of old have next to nothing.
    let old: StorageAccount = serde_json::from_value(json!({"name": "old"})).unwrap();
    assert_eq!((old.sku, old.properties.is_hns_enabled), (None, None));
}

#[tokio::test]
async fn lists_in_both_scopes_page_by_page() {
    let first = ok(r#"{"value":[{"name":"a"}],"nextLink":"https://arm.test/next?$skiptoken=1"}"#);
    let second = || ok(r#"{"value":[{"name":"b"}]}"#);
    let (client, transport) = client([first, second(), second()]);
    let accounts = client.storage_accounts();
    let all = accounts.list().collect_all().await.unwrap();
    assert_eq!(all.iter().map(|account| &account.name).collect::<Vec<_>>(), ["a", "b"]);
    let of_group = accounts.list_by_resource_group("Lab").unwrap();
    assert_eq!(of_group.collect_all().await.unwrap().len(), 1);
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Storage/storageAccounts?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/next?$skiptoken=1
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn an_account_is_found_wherever_it_is() {
    let list = || ok(&format!(r#"{{"value":[{FULL}]}}"#));
    let (client, transport) = client([list(), list()]);
    let accounts = client.storage_accounts();
    assert_eq!(accounts.find("ocean").await.unwrap().unwrap().resource_group(), Some("Lab"));
    assert_eq!(accounts.find("pond").await.unwrap(), None);
    assert!(accounts.find("My-Store").await.is_err());
    assert_eq!(transport.count(), 2);
}

#[tokio::test]
async fn check_name_availability() {
    let taken = ok(r#"{"nameAvailable":false,"reason":"AlreadyExists","message":"m"}"#);
    let (client, transport) = client([taken]);
    let answer = client.storage_accounts().check_name_availability("ocean").await.unwrap();
    assert_eq!((answer.name_available, answer.reason.as_deref()), (false, Some("AlreadyExists")));
    assert_snapshot!(transport.transcript(), @r#"
    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Storage/checkNameAvailability?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"name":"ocean","type":"Microsoft.Storage/storageAccounts"}
    "#);
}

#[test]
fn ids_are_written_as_the_service_writes_them() {
    let (client, _) = client([]);
    let accounts = client.storage_accounts();
    assert_snapshot!(accounts.id("a_(b)", "ocean").unwrap(), @"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/a_(b)/providers/Microsoft.Storage/storageAccounts/ocean");
    assert_snapshot!(accounts.container_id("Lab", "ocean", "$web").unwrap(), @"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean/blobServices/default/containers/$web");
    assert!(accounts.container_id("Lab", "ocean", "Raw").is_err());
    assert!(accounts.id("Lab", "My-Store").is_err());
}

#[tokio::test]
async fn the_keys_and_a_new_one() {
    let (client, transport) = client([keys(), keys()]);
    let accounts = client.storage_accounts();
    let keys = accounts.list_keys("Lab", "ocean").await.unwrap();
    assert_eq!(keys.iter().map(|key| &key.name).collect::<Vec<_>>(), ["key1", "key2"]);
    assert_eq!(keys[0].value.expose_secret(), KEY);
    assert_eq!(keys[0].permissions, Some(KeyPermission::Full));
    assert_eq!(keys[1].permissions, Some(KeyPermission::Other("Write".to_owned())));
    assert!(keys[0].creation_time.is_some() && keys[1].creation_time.is_none());
    accounts.regenerate_key("Lab", "ocean", AccountKeyName::Key2).await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean/listKeys?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1

    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean/regenerateKey?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"keyName":"key2"}
    "#);
}

mod a_key_is_shown_nowhere {
    use super::*;

    #[tokio::test]
    async fn in_debug_output() {
        let (client, _) = client([keys()]);
        let keys = client.storage_accounts().list_keys("Lab", "ocean").await.unwrap();
        let shown = format!("{keys:?} {keys:#?}");
        assert!(shown.contains("key1") && !shown.contains(KEY), "{shown}");
    }

    /// Answers that are no list of keys, but have a key in them.
    #[tokio::test]
    async fn in_an_error_about_the_answer() {
        for body in [
            format!(r#"{{"keys":[{{"keyName":1,"value":"{KEY}"}}]}}"#),
            format!(r#"{{"keys":"{KEY}"}}"#),
            format!(r#"{{"keys":[{{"keyName":"key1","value":"{KEY}","#),
            format!(r#"{{"keys":[{{"keyName":"key1","value":"v","creationTime":"{KEY}"}}]}}"#),
            KEY.to_owned(),
        ] {
            let (client, _) = client([ok(&body).header("x-ms-request-id", "r-1")]);
            let error = client.storage_accounts().list_keys("Lab", "ocean").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            let http = error.http().unwrap();
            assert_eq!(http.request_id(), Some("r-1"));
            assert!(http.response_body().is_empty());
            let mut shown = format!("{error} {error:?} {:?}", error.service_message());
            let mut source = std::error::Error::source(&error);
            while let Some(next) = source {
                shown += &format!(" {next} {next:?}");
                source = next.source();
            }
            assert!(!shown.contains(KEY), "{shown}");
            assert!(shown.contains("keys in it"), "{shown}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_not_replaced_twice() {
    let (client, transport) = client([Answer::failure(TransportErrorKind::Interrupted)]);
    let accounts = client.storage_accounts();
    let error = accounts.regenerate_key("Lab", "ocean", AccountKeyName::Key1).await.unwrap_err();
    assert_eq!((error.delivery(), transport.count()), (Delivery::Unknown, 1));
}

#[tokio::test]
async fn what_the_blob_service_is_set_to() {
    let before = r#"{
        "id": "/x/blobServices/default", "name": "default",
        "type": "Microsoft.Storage/storageAccounts/blobServices", "sku": {"name": "Standard_LRS"},
        "properties": {
            "deleteRetentionPolicy": {"enabled": true, "days": 7, "allowPermanentDelete": false},
            "containerDeleteRetentionPolicy": {"enabled": false},
            "cors": {"corsRules": []}
        }
    }"#;
    let (client, transport) = client([ok(before), ok(before)]);
    let services = client.blob_services();
    let service = services.get("Lab", "ocean").await.unwrap();
    let kept = service.properties.delete_retention_policy.as_ref().unwrap();
    assert_eq!((kept.enabled, kept.days), (true, Some(7)));
    assert_eq!(
        serde_json::to_value(&service).unwrap(),
        serde_json::from_str::<Value>(before).unwrap()
    );
    let properties = service
        .properties
        .with_delete_retention(DeleteRetentionPolicy::disabled())
        .with_container_delete_retention(DeleteRetentionPolicy::days(30));
    services.set("Lab", "ocean", &properties).await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean/blobServices/default?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1

    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/ocean/blobServices/default?api-version=2025-08-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"deleteRetentionPolicy":{"enabled":false},"containerDeleteRetentionPolicy":{"enabled":true,"days":30},"cors":{"corsRules":[]}}}
    "#);
}
