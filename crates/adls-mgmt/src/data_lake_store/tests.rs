use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use adls_http::test_util::Answer;
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use super::*;
use crate::testing::{client, ok};
use crate::{AccountState, EncryptionConfigType, FeatureState, ProvisioningState, Tier};

const FULL: &str = r#"{
    "properties": {
        "firewallState": "Enabled", "firewallAllowAzureIps": "Disabled",
        "firewallAllowDataLakeAnalytics": "Enabled",
        "firewallRules": [{
            "properties": {"startIpAddress": "10.1.0.1", "endIpAddress": "10.1.0.9"},
            "id": "/subscriptions/s/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/firewallRules/office",
            "name": "office", "type": "Microsoft.DataLakeStore/accounts/firewallRules"
        }],
        "virtualNetworkRules": [],
        "trustedIdProviderState": "Disabled", "trustedIdProviders": [],
        "encryptionState": "Enabled", "encryptionConfig": {"type": "ServiceManaged"},
        "currentTier": "Consumption", "newTier": "Commitment_2PB",
        "dataLakePerformanceTierState": "Disabled",
        "provisioningState": "Succeeded", "state": "Active",
        "endpoint": "ocean.azuredatalakestore.net",
        "accountId": "6b1d7f52-0000-4000-8000-000000000001",
        "creationTime": "2018-05-04T01:02:03.1234567Z",
        "lastModifiedTime": "2018-05-04T01:02:03.5Z"
    },
    "location": "East US 2", "tags": {"team": "sea"},
    "identity": {
        "type": "SystemAssigned",
        "principalId": "6b1d7f52-0000-4000-8000-000000000002",
        "tenantId": "6b1d7f52-0000-4000-8000-000000000003"
    },
    "id": "/subscriptions/s/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean",
    "name": "ocean", "type": "Microsoft.DataLakeStore/accounts",
    "zones": ["1"]
}"#;

const STATUS: &str = "https://arm.test/subscriptions/s/providers/Microsoft.DataLakeStore/locations/EastUS2/operationResults/6b1d0?api-version=2016-11-01&expanded=true";

const RULE: &str = r#"{
    "properties": {"startIpAddress": "10.1.0.1", "endIpAddress": "10.1.0.9"},
    "id": "/x/firewallRules/office", "name": "office",
    "type": "Microsoft.DataLakeStore/accounts/firewallRules"
}"#;

fn creation_answers() -> [Answer; 4] {
    let creating = r#"{"properties":{"provisioningState":"Creating","state":null,"endpoint":null},
        "location":"eastus2","name":"ocean"}"#;
    [
        Answer::status(201)
            .header("azure-asyncoperation", STATUS)
            .header("location", "https://arm.test/elsewhere")
            .header("retry-after", "10")
            .body(creating),
        ok(r#"{"status":"InProgress"}"#),
        ok(r#"{"status":"Succeeded"}"#),
        ok(FULL),
    ]
}

#[tokio::test(start_paused = true)]
async fn create_with_everything() {
    let (client, transport) = client(creation_answers());
    let key = KeyVaultMetaInfo::new("/subscriptions/s/vaults/v", "wave", "7");
    let create = CreateAccount::new("eastus2")
        .with_tag("team", "sea")
        .with_encryption(Encryption::UserManaged(key))
        .with_default_group("9f3a")
        .with_firewall_state(FeatureState::Enabled)
        .with_firewall_allow_azure_ips(FeatureState::Disabled)
        .with_firewall_rules(vec![FirewallRule::new(
            "office",
            FirewallRuleProperties::new(Ipv4Addr::new(10, 1, 0, 1), Ipv4Addr::new(10, 1, 0, 9)),
        )])
        .with_virtual_network_rules(vec![VirtualNetworkRule::new(
            "lab",
            VirtualNetworkRuleProperties::new("/subscriptions/s/subnets/one"),
        )])
        .with_trusted_id_provider_state(FeatureState::Enabled)
        .with_trusted_id_providers(vec![TrustedIdProvider::new(
            "partner",
            TrustedIdProviderProperties::new("https://sts.windows.net/partner"),
        )])
        .with_tier(Tier::Commitment1TB);
    let poller = client.accounts().begin_create("Lab", "ocean", &create).await.unwrap();
    let account = poller.wait().await.unwrap();
    assert_eq!(account.properties.provisioning_state, Some(ProvisioningState::Succeeded));
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"location":"eastus2","tags":{"team":"sea"},"identity":{"type":"SystemAssigned"},"properties":{"defaultGroup":"9f3a","encryptionState":"Enabled","encryptionConfig":{"type":"UserManaged","keyVaultMetaInfo":{"keyVaultResourceId":"/subscriptions/s/vaults/v","encryptionKeyName":"wave","encryptionKeyVersion":"7"}},"firewallState":"Enabled","firewallAllowAzureIps":"Disabled","firewallRules":[{"name":"office","properties":{"startIpAddress":"10.1.0.1","endIpAddress":"10.1.0.9"}}],"virtualNetworkRules":[{"name":"lab","properties":{"subnetId":"/subscriptions/s/subnets/one"}}],"trustedIdProviderState":"Enabled","trustedIdProviders":[{"name":"partner","properties":{"idProvider":"https://sts.windows.net/partner"}}],"newTier":"Commitment_1TB"}}

    GET https://arm.test/subscriptions/s/providers/Microsoft.DataLakeStore/locations/EastUS2/operationResults/6b1d0?api-version=2016-11-01&expanded=true
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/providers/Microsoft.DataLakeStore/locations/EastUS2/operationResults/6b1d0?api-version=2016-11-01&expanded=true
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    "#);
}

#[tokio::test(start_paused = true)]
async fn create_with_the_least() {
    let (client, transport) = client([ok(FULL)]);
    let create = CreateAccount::new("eastus2");
    client.accounts().begin_create("Lab", "ocean", &create).await.unwrap().wait().await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"location":"eastus2"}
    "#);
}

#[test]
fn encryption_brings_the_identity_it_needs() {
    let body = |encryption| {
        serde_json::to_value(CreateAccount::new("l").with_encryption(encryption)).unwrap()
    };
    assert_eq!(
        body(Encryption::ServiceManaged),
        json!({
            "location": "l",
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "encryptionState": "Enabled",
                "encryptionConfig": {"type": "ServiceManaged"},
            },
        })
    );
    assert_eq!(
        body(Encryption::Disabled),
        json!({"location": "l", "properties": {"encryptionState": "Disabled"}})
    );
}

#[tokio::test(start_paused = true)]
async fn a_creation_is_taken_up_by_its_token() {
    let [start, ..] = creation_answers();
    let (first, _) = client([start]);
    let create = CreateAccount::new("eastus2");
    let poller = first.accounts().begin_create("Lab", "ocean", &create).await.unwrap();
    assert_eq!(format!("{:?}", poller.status()), r#"InProgress("Creating")"#);
    let token = poller.resume_token();

    let [_, rest @ ..] = creation_answers();
    let (second, transport) = client(rest);
    let account = second.accounts().resume_create(&token).unwrap().wait().await.unwrap();
    assert_eq!((account.name.as_str(), transport.count()), ("ocean", 3));
    let error = second.accounts().resume_delete(&token).unwrap_err();
    assert!(error.to_string().contains("token of Accounts_Create, not of Accounts_Delete"));
    assert!(second.accounts().resume_update("").is_err());
}

#[tokio::test(start_paused = true)]
async fn update() {
    let (client, transport) = client([ok(FULL)]);
    let update = UpdateAccount::new()
        .with_tag("team", "sea")
        .with_default_group("9f3a")
        .with_firewall_state(FeatureState::Enabled)
        .with_firewall_allow_azure_ips(FeatureState::Enabled)
        .with_trusted_id_provider_state(FeatureState::Disabled)
        .with_tier(Tier::Consumption)
        .with_encryption_key_version("8");
    let poller = client.accounts().begin_update("Lab", "ocean", &update).await.unwrap();
    poller.wait().await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PATCH https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"tags":{"team":"sea"},"properties":{"defaultGroup":"9f3a","encryptionConfig":{"keyVaultMetaInfo":{"encryptionKeyVersion":"8"}},"firewallState":"Enabled","firewallAllowAzureIps":"Enabled","trustedIdProviderState":"Disabled","newTier":"Consumption"}}
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_first_answer_was_lost_goes_on() {
    let lost = || Answer::failure(adls_http::TransportErrorKind::Interrupted);
    let busy = || Answer::status(409).body(r#"{"error":{"code":"AccountBusy","message":"m"}}"#);
    let creating = ok(r#"{"name":"ocean","properties":{"provisioningState":"Creating"}}"#);
    let create = CreateAccount::new("eastus2");

    let (first, transport) = client([lost(), busy(), creating, ok(FULL)]);
    let poller = first.accounts().begin_create("Lab", "ocean", &create).await.unwrap();
    assert_eq!(poller.wait().await.unwrap().name, "ocean");
    assert_eq!(transport.count(), 4);

    // What is finished, or is not there, is not what this request has made.
    for there in [ok(FULL), Answer::status(404).body("{}")] {
        let (second, _) = client([lost(), busy(), there]);
        let error = second.accounts().begin_create("Lab", "ocean", &create).await.unwrap_err();
        assert_eq!(error.code(), Some("AccountBusy"));
    }
}

#[tokio::test(start_paused = true)]
async fn tries_is_not_had_an_effect() {
    let busy = || Answer::status(409).body(r#"{"error":{"code":"AccountBusy","message":"m"}}"#);
    let creating = || ok(r#"{"name":"ocean","properties":{"provisioningState":"Creating"}}"#);
    let create = CreateAccount::new("eastus2");
    let without_effect = [
        None,
        Some(Answer::status(401)),
        Some(Answer::status(429)),
        Some(Answer::failure(adls_http::TransportErrorKind::Connect)),
    ];
    // The conflict is with somebody else's creation, which must not be taken for this one.
    for first in without_effect {
        let tries = 1 + usize::from(first.is_some());
        let (client, transport) = client(first.into_iter().chain([busy(), creating()]));
        let error = client.accounts().begin_create("Lab", "ocean", &create).await.unwrap_err();
        assert_eq!((error.code(), transport.count()), (Some("AccountBusy"), tries));
        assert_eq!(transport.take_unasked(), 1);
    }
}

#[test]
fn an_update_sends_only_what_is_set() {
    assert!(UpdateAccount::new().is_empty());
    assert_eq!(serde_json::to_value(UpdateAccount::new()).unwrap(), json!({}));
    let none = UpdateAccount::new().with_tags(Default::default());
    assert_eq!(serde_json::to_value(none).unwrap(), json!({"tags": {}}));
}

#[tokio::test(start_paused = true)]
async fn delete_in_each_way_the_service_does_it() {
    let (client, transport) = client([
        Answer::status(200),
        Answer::status(204),
        Answer::status(202).header("azure-asyncoperation", STATUS).header("retry-after", "1"),
        ok(r#"{"status":"Succeeded"}"#),
    ]);
    for _ in 0..3 {
        client.accounts().begin_delete("Lab", "ocean").await.unwrap().wait().await.unwrap();
    }
    assert_snapshot!(transport.transcript(), @"
    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/providers/Microsoft.DataLakeStore/locations/EastUS2/operationResults/6b1d0?api-version=2016-11-01&expanded=true
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn get_reads_what_the_service_says() {
    let (client, transport) = client([ok(FULL)]);
    let account = client.accounts().get("Lab", "ocean").await.unwrap();
    let properties = &account.properties;
    assert_eq!(account.resource_group(), Some("Lab"));
    assert_eq!(properties.state, Some(AccountState::Active));
    assert_eq!(properties.new_tier, Some(Tier::Other("Commitment_2PB".to_owned())));
    let config = properties.encryption_config.as_ref().unwrap();
    assert_eq!(config.config_type, Some(EncryptionConfigType::ServiceManaged));
    let created = SystemTime::UNIX_EPOCH + Duration::new(1_525_395_723, 123_456_700);
    assert_eq!(properties.creation_time, Some(created));
    assert_eq!(properties.firewall_rules.as_ref().unwrap()[0].name, "office");
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[test]
fn what_is_not_known_survives_a_round_trip() {
    let before: Value = serde_json::from_str(FULL).unwrap();
    let account: Account = serde_json::from_value(before.clone()).unwrap();
    assert_eq!(serde_json::to_value(&account).unwrap(), before);

    // An account in the making has nulls, and rules without ids.
    let making = json!({
        "location": "eastus2",
        "properties": {
            "provisioningState": "Creating", "state": null, "endpoint": null,
            "firewallRules": [{"name": "office", "properties": {"startIpAddress": "10.0.0.1"}}],
            "encryptionConfig": {},
        },
    });
    let account: Account = serde_json::from_value(making).unwrap();
    assert_json_snapshot!(account, @r#"
    {
      "id": "",
      "name": "",
      "type": "",
      "location": "eastus2",
      "properties": {
        "provisioningState": "Creating",
        "encryptionConfig": {},
        "firewallRules": [
          {
            "name": "office",
            "properties": {
              "startIpAddress": "10.0.0.1"
            }
          }
        ]
      }
    }
    "#);
}

#[tokio::test]
async fn list_with_every_option() {
    let page = r#"{"value":[{"name":"one","id":"/a","properties":{"state":"Suspended"}}],
        "nextLink":"https://arm.test:443/next?api-version=2016-11-01&%24skiptoken=a%2bb%3d%3d"}"#;
    let (client, transport) = client([ok(page), ok(r#"{"value":[{"name":"two"}],"nextLink":""}"#)]);
    let options = ListAccounts::default()
        .with_filter("startswith(name,'o')")
        .with_top(NonZeroU32::new(10).unwrap())
        .with_skip(NonZeroU32::new(2).unwrap())
        .with_select("name,id")
        .with_order_by("name desc")
        .with_count(true);
    let accounts = client.accounts().list_with(options).collect_all().await.unwrap();
    assert_eq!(accounts.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore/accounts?api-version=2016-11-01&%24filter=startswith%28name%2C%27o%27%29&%24top=10&%24skip=2&%24select=name%2Cid&%24orderby=name%20desc&%24count=true
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/next?api-version=2016-11-01&%24skiptoken=a%2bb%3d%3d
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn list_by_resource_group() {
    let (client, transport) = client([ok(r#"{"value":[]}"#)]);
    let accounts = client.accounts();
    let list = accounts.list_by_resource_group("Lab").unwrap();
    assert!(list.collect_all().await.unwrap().is_empty());
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn an_account_is_found_without_its_group() {
    let pages = || {
        let first = r#"{"value":[{"name":"other"}],"nextLink":"https://arm.test/next"}"#;
        let second = r#"{"value":[{"name":"ocean","id":"/subscriptions/s/resourcegroups/Lab/x"}]}"#;
        [ok(first), ok(second)]
    };
    let (found, _) = client(pages());
    let account = found.accounts().find("ocean").await.unwrap().unwrap();
    assert_eq!(account.resource_group(), Some("Lab"));
    let (missing, _) = client(pages());
    assert_eq!(missing.accounts().find("pond").await.unwrap(), None);
}

#[tokio::test]
async fn no_token_goes_where_a_list_should_not_lead() {
    for link in ["https://elsewhere.test/next", "http://arm.test/next", "nowhere"] {
        let page = json!({"value": [{"name": "one"}], "nextLink": link}).to_string();
        let (client, transport) = client([ok(&page)]);
        let list = client.accounts().list();
        let error = list.collect_all().await.unwrap_err();
        assert!(error.to_string().contains("the link to the next page"), "{error}");
        assert_eq!(transport.count(), 1);
    }
}

#[tokio::test]
async fn enable_key_vault() {
    let (client, transport) = client([Answer::status(200)]);
    client.accounts().enable_key_vault("Lab", "ocean").await.unwrap();
    assert_snapshot!(transport.transcript(), @"
    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/enableKeyVault?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn check_name_availability() {
    let taken = r#"{"nameAvailable":false,"reason":"AlreadyExists","message":"It is there."}"#;
    let (client, transport) = client([ok(taken), ok(r#"{"nameAvailable":true}"#)]);
    let accounts = client.accounts();
    let answer = accounts.check_name_availability("East US 2", "ocean").await.unwrap();
    assert_eq!((answer.name_available, answer.reason.as_deref()), (false, Some("AlreadyExists")));
    assert!(accounts.check_name_availability("eastus2", "pond").await.unwrap().name_available);
    assert_snapshot!(transport.transcript(), @r#"
    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore/locations/EastUS2/checkNameAvailability?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"name":"ocean","type":"Microsoft.DataLakeStore/accounts"}

    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore/locations/eastus2/checkNameAvailability?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"name":"pond","type":"Microsoft.DataLakeStore/accounts"}
    "#);
}

#[tokio::test]
async fn firewall_rules() {
    let list = format!(r#"{{"value":[{RULE}]}}"#);
    let answers = [ok(RULE), ok(RULE), ok(RULE), ok(&list), Answer::status(204)];
    let (client, transport) = client(answers);
    let rules = client.firewall_rules();
    let (start, end) = (Ipv4Addr::new(10, 1, 0, 1), Ipv4Addr::new(10, 1, 0, 9));
    let properties = FirewallRuleProperties::new(start, end);
    let made = rules.create_or_update("Lab", "ocean", "my office", &properties).await.unwrap();
    assert_eq!(made.properties, properties);
    let change = FirewallRuleProperties::default().with_end(end);
    rules.update("Lab", "ocean", "my office", &change).await.unwrap();
    rules.get("Lab", "ocean", "my office").await.unwrap();
    assert_eq!(rules.list("Lab", "ocean").unwrap().collect_all().await.unwrap().len(), 1);
    rules.delete("Lab", "ocean", "my office").await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/firewallRules/my%20office?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"startIpAddress":"10.1.0.1","endIpAddress":"10.1.0.9"}}

    PATCH https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/firewallRules/my%20office?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"endIpAddress":"10.1.0.9"}}

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/firewallRules/my%20office?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/firewallRules?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/firewallRules/my%20office?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    "#);
}

#[tokio::test]
async fn virtual_network_rules() {
    let rule = r#"{"properties":{"subnetId":"/subnets/one","state":"Active"},"name":"lab"}"#;
    let list = format!(r#"{{"value":[{rule}]}}"#);
    let (client, transport) =
        client([ok(rule), ok(rule), ok(rule), ok(&list), Answer::status(200)]);
    let rules = client.virtual_network_rules();
    let properties = VirtualNetworkRuleProperties::new("/subnets/one");
    rules.create_or_update("Lab", "ocean", "lab", &properties).await.unwrap();
    rules.update("Lab", "ocean", "lab", &properties).await.unwrap();
    let got = rules.get("Lab", "ocean", "lab").await.unwrap();
    assert_eq!(got.properties.extra["state"], "Active");
    rules.list("Lab", "ocean").unwrap().collect_all().await.unwrap();
    rules.delete("Lab", "ocean", "lab").await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/virtualNetworkRules/lab?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"subnetId":"/subnets/one"}}

    PATCH https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/virtualNetworkRules/lab?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"subnetId":"/subnets/one"}}

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/virtualNetworkRules/lab?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/virtualNetworkRules?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/virtualNetworkRules/lab?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    "#);
}

#[tokio::test]
async fn trusted_id_providers() {
    let provider = r#"{"properties":{"idProvider":"https://sts.windows.net/p"},"name":"p"}"#;
    let list = format!(r#"{{"value":[{provider}]}}"#);
    let (client, transport) =
        client([ok(provider), ok(provider), ok(provider), ok(&list), Answer::status(200)]);
    let providers = client.trusted_id_providers();
    let properties = TrustedIdProviderProperties::new("https://sts.windows.net/p");
    providers.create_or_update("Lab", "ocean", "p", &properties).await.unwrap();
    providers.update("Lab", "ocean", "p", &properties).await.unwrap();
    providers.get("Lab", "ocean", "p").await.unwrap();
    providers.list("Lab", "ocean").unwrap().collect_all().await.unwrap();
    providers.delete("Lab", "ocean", "p").await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/trustedIdProviders/p?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"idProvider":"https://sts.windows.net/p"}}

    PATCH https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/trustedIdProviders/p?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"properties":{"idProvider":"https://sts.windows.net/p"}}

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/trustedIdProviders/p?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/trustedIdProviders?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/providers/Microsoft.DataLakeStore/accounts/ocean/trustedIdProviders/p?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    "#);
}

#[tokio::test]
async fn locations() {
    let capability = r#"{"subscriptionId":"s","state":"Registered","maxAccountCount":10,
        "accountCount":2,"migrationState":false}"#;
    let usage = r#"{"value":[{"unit":"Count","id":"/u","currentValue":2,"limit":-1,
        "name":{"value":"Accounts","localizedValue":"Accounts"}}]}"#;
    let nothing = Answer::status(404).body(r#"{"error":{"code":"NotFound","message":"m"}}"#);
    let (client, transport) = client([ok(capability), nothing, ok(usage)]);
    let locations = client.locations();
    let found = locations.capability("East US 2").await.unwrap().unwrap();
    assert_eq!((found.max_account_count, found.account_count), (Some(10), Some(2)));
    assert_eq!(locations.capability("westus").await.unwrap(), None);
    let usages = locations.usage("eastus2").unwrap().collect_all().await.unwrap();
    assert_eq!(usages[0].limit, Some(-1));
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore/locations/EastUS2/capability?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore/locations/westus/capability?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore/locations/eastus2/usages?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn operations() {
    let list = r#"{"value":[{"name":"Microsoft.DataLakeStore/accounts/read",
        "display":{"provider":"p","resource":"r","operation":"o","description":"d"},
        "origin":"user,system"}]}"#;
    let (client, transport) = client([ok(list)]);
    let operations = client.operations().list().collect_all().await.unwrap();
    assert_eq!(operations[0].origin, Some(crate::OperationOrigin::UserAndSystem));
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/providers/Microsoft.DataLakeStore/operations?api-version=2016-11-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn bad_arguments_are_refused_before_anything_is_sent() {
    let (client, transport) = client([]);
    let accounts = client.accounts();
    let create = CreateAccount::new("eastus2");
    assert!(accounts.begin_create("Lab", "Ocean", &create).await.is_err());
    assert!(accounts.begin_update("Lab.", "ocean", &UpdateAccount::new()).await.is_err());
    assert!(accounts.begin_delete("", "ocean").await.is_err());
    assert!(accounts.find("o").await.is_err());
    assert!(accounts.enable_key_vault("Lab", "../x").await.is_err());
    let rules = client.firewall_rules();
    let error = rules
        .create_or_update("Lab", "ocean", "office", &FirewallRuleProperties::default())
        .await
        .unwrap_err();
    assert_snapshot!(error, @"a firewall rule needs a start address");
    assert!(rules.delete("Lab", "ocean", "").await.is_err());
    assert!(rules.list("Lab", "").is_err());
    assert!(client.locations().usage("a/b").is_err());
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn what_the_service_refuses() {
    let refusal = |status: u16, code: &str| {
        Answer::status(status).body(json!({"error": {"code": code, "message": "m"}}).to_string())
    };
    let (client, _) = client([
        refusal(404, "ResourceNotFound"),
        refusal(409, "MissingSubscriptionRegistration"),
        refusal(403, "AuthorizationFailed"),
    ]);
    let accounts = client.accounts();
    let error = accounts.get("Lab", "ocean").await.unwrap_err();
    assert!(error.is_not_found() && error.http().is_some());
    assert_eq!((error.code(), error.hint()), (Some("ResourceNotFound"), None));
    let create = CreateAccount::new("eastus2");
    let error = accounts.begin_create("Lab", "ocean", &create).await.unwrap_err();
    assert!(error.is_conflict());
    assert!(error.hint().unwrap().contains("register the resource provider"));
    let error = accounts.begin_delete("Lab", "ocean").await.unwrap_err();
    assert!(
        error.is_permission_denied()
            && !error.is_transient()
            && error.hint().unwrap().contains("role")
    );
}
