use std::num::NonZeroU32;

use adls_http::test_util::Answer;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;
use crate::testing::{SUBSCRIPTION, client, ok};
use crate::{ProvisioningState, RegistrationState, SubscriptionState, Tags};

const GROUP: &str = r#"{"id":"/subscriptions/s/resourceGroups/Lab","name":"Lab",
    "type":"Microsoft.Resources/resourceGroups","location":"eastus2","tags":{"a":"b"},
    "properties":{"provisioningState":"Succeeded"}}"#;

#[tokio::test]
async fn create_get_update() {
    let (client, transport) =
        client([Answer::status(201).body(GROUP), ok(GROUP), ok(GROUP), ok(GROUP)]);
    let groups = client.resource_groups();
    let parameters = ResourceGroupParameters::new("East US 2").with_tag("a", "b");
    let group = groups.create_or_update("Lab", &parameters).await.unwrap();
    assert_eq!(group.properties.provisioning_state, Some(ProvisioningState::Succeeded));
    groups.create_or_update("Lab", &ResourceGroupParameters::new("eastus2")).await.unwrap();
    groups.get("Lab").await.unwrap();
    let patch = ResourceGroupPatch::new().with_tags(Tags::new()).with_managed_by("/m");
    groups.update("Lab", &patch).await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"location":"East US 2","tags":{"a":"b"}}

    PUT https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"location":"eastus2"}

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1

    PATCH https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"tags":{},"managedBy":"/m"}
    "#);
}

#[tokio::test]
async fn exists() {
    let (client, transport) = client([Answer::status(204), Answer::status(404)]);
    assert!(client.resource_groups().exists("Lab").await.unwrap());
    assert!(!client.resource_groups().exists("(gone)").await.unwrap());
    assert_snapshot!(transport.transcript(), @"
    HEAD https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1

    HEAD https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/%28gone%29?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn list_page_by_page() {
    let page = json!({
        "value": [{"name": "Lab"}],
        "nextLink": "https://arm.test/subscriptions/s/resourcegroups?%24top=1&%24skiptoken=eyJ%3d",
    });
    let (client, transport) = client([ok(&page.to_string()), ok(r#"{"value":[{"name":"Sea"}]}"#)]);
    let options = ListResourceGroups::default()
        .with_filter("tagName eq 'a' and tagValue eq 'b'")
        .with_top(NonZeroU32::MIN);
    let mut pages = client.resource_groups().list_with(options);
    assert_eq!(pages.next_page().await.unwrap().unwrap().items[0].name, "Lab");
    assert_eq!(pages.next_page().await.unwrap().unwrap().items[0].name, "Sea");
    assert!(pages.next_page().await.is_none());
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups?api-version=2020-10-01&%24filter=tagName%20eq%20%27a%27%20and%20tagValue%20eq%20%27b%27&%24top=1
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/resourcegroups?%24top=1&%24skiptoken=eyJ%3d
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test(start_paused = true)]
async fn delete_follows_its_location() {
    let going_on = || {
        let job =
            "https://arm.test/subscriptions/s/operationresults/eyJqb2JJZCI?api-version=2020-10-01";
        Answer::status(202).header("location", job).header("retry-after", "15")
    };
    let (first, transport) = client([going_on(), going_on(), Answer::status(200)]);
    let poller = first.resource_groups().begin_delete("Lab").await.unwrap();
    let token = poller.resume_token();
    poller.wait().await.unwrap();
    assert_snapshot!(transport.transcript(), @"
    DELETE https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/operationresults/eyJqb2JJZCI?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/s/operationresults/eyJqb2JJZCI?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    ");

    let (second, transport) = client([Answer::status(204)]);
    second.resource_groups().resume_delete(&token).unwrap().wait().await.unwrap();
    assert_eq!(transport.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn export_template() {
    let template = r##"{"template":{"$schema":"s","resources":[]},"error":{"code":"Partly"}}"##;
    let accepted = Answer::status(202).header("location", "https://arm.test/job");
    let (client, transport) = client([ok(template), accepted, ok(template)]);
    let groups = client.resource_groups();
    let exported = groups.begin_export_template("Lab", &[]).await.unwrap().wait().await.unwrap();
    assert_eq!(exported.error.unwrap()["code"], "Partly");
    let poller = groups.begin_export_template("Lab", &["/one", "/two"]).await.unwrap();
    assert!(poller.wait().await.unwrap().template["resources"].is_array());
    assert_snapshot!(transport.transcript(), @r#"
    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/exportTemplate?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"resources":["*"]}

    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/exportTemplate?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"resources":["/one","/two"]}

    GET https://arm.test/job
    accept: application/json
    authorization: Bearer token-1
    "#);
}

#[tokio::test(start_paused = true)]
async fn move_resources() {
    let accepted = Answer::status(202).header("location", "https://arm.test/job");
    let (client, transport) = client([accepted, Answer::status(204)]);
    let target = "/subscriptions/s/resourceGroups/Sea";
    let groups = client.resource_groups();
    let poller = groups.begin_move_resources("Lab", &["/one"], target).await.unwrap();
    poller.wait().await.unwrap();
    assert_snapshot!(transport.transcript(), @r#"
    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/moveResources?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    content-type: application/json; charset=utf-8

    {"resources":["/one"],"targetResourceGroup":"/subscriptions/s/resourceGroups/Sea"}

    GET https://arm.test/job
    accept: application/json
    authorization: Bearer token-1
    "#);
}

#[tokio::test]
async fn resources() {
    let list = r#"{"value":[{"id":"/subscriptions/s/resourceGroups/Lab/providers/P/t/one",
        "name":"one","type":"P/t","location":"eastus2","sku":{"name":"x"},"createdTime":"t"}]}"#;
    let (client, transport) = client([ok(list), ok(list)]);
    let resources = client.resources();
    let filter = "resourceType eq 'Microsoft.DataLakeStore/accounts'";
    let options = ListResources::default().with_filter(filter).with_expand("createdTime");
    let found = resources.list_with(options).collect_all().await.unwrap();
    assert_eq!(found[0].resource_group(), Some("Lab"));
    assert_eq!(found[0].extra["createdTime"], "t");
    let options = ListResources::default().with_top(NonZeroU32::MIN);
    let in_group = resources.list_by_resource_group_with("Lab", options).unwrap();
    assert_eq!(in_group.collect_all().await.unwrap().len(), 1);
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resources?api-version=2020-10-01&%24filter=resourceType%20eq%20%27Microsoft.DataLakeStore%2Faccounts%27&%24expand=createdTime
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Lab/resources?api-version=2020-10-01&%24top=1
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn providers() {
    let provider = r#"{"id":"/p","namespace":"Microsoft.DataLakeStore","resourceTypes":[
        {"resourceType":"accounts","locations":["East US 2"],"apiVersions":["2016-11-01"]}],
        "registrationState":"Registering"}"#;
    let list = format!(r#"{{"value":[{provider}]}}"#);
    let (client, transport) = client([ok(provider), ok(provider), ok(&list), ok(provider)]);
    let providers = client.providers();
    let registered = providers.register("Microsoft.DataLakeStore").await.unwrap();
    assert_eq!(registered.registration_state, Some(RegistrationState::Registering));
    assert_eq!(registered.resource_types[0].api_versions, ["2016-11-01"]);
    providers.get("Microsoft.DataLakeStore").await.unwrap();
    assert_eq!(providers.list().collect_all().await.unwrap().len(), 1);
    providers.unregister("Microsoft.DataLakeStore").await.unwrap();
    assert_snapshot!(transport.transcript(), @"
    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore/register?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1

    POST https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.DataLakeStore/unregister?api-version=2020-10-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn subscriptions_locations_tenants() {
    let subscription = r#"{"id":"/subscriptions/s","subscriptionId":"s","displayName":"Mine",
        "state":"Warned","subscriptionPolicies":{"quotaId":"q"},"authorizationSource":"RoleBased"}"#;
    let list = format!(r#"{{"value":[{subscription}]}}"#);
    let locations = r#"{"value":[{"name":"eastus2","displayName":"East US 2","longitude":"-78"}]}"#;
    let tenants = r#"{"value":[{"id":"/tenants/t","tenantId":"t"}]}"#;
    let (client, transport) = client([ok(&list), ok(subscription), ok(locations), ok(tenants)]);
    let subscriptions = client.subscriptions();
    let found = subscriptions.list().collect_all().await.unwrap();
    assert_eq!(found[0].state, Some(SubscriptionState::Warned));
    subscriptions.get(SUBSCRIPTION).await.unwrap();
    let regions = subscriptions.list_locations(SUBSCRIPTION).unwrap().collect_all().await.unwrap();
    assert_eq!(regions[0].display_name, "East US 2");
    assert_eq!(subscriptions.list_tenants().collect_all().await.unwrap()[0].tenant_id, "t");
    assert_snapshot!(transport.transcript(), @"
    GET https://arm.test/subscriptions?api-version=2016-06-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555?api-version=2016-06-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/locations?api-version=2016-06-01
    accept: application/json
    authorization: Bearer token-1

    GET https://arm.test/tenants?api-version=2016-06-01
    accept: application/json
    authorization: Bearer token-1
    ");
}

#[test]
fn what_is_not_known_survives_a_round_trip() {
    fn check<T: serde::Serialize + serde::de::DeserializeOwned>(before: &Value) {
        let model: T = serde_json::from_value(before.clone()).unwrap();
        assert_eq!(serde_json::to_value(model).unwrap(), *before);
    }
    check::<ResourceGroup>(&json!({
        "id": "i", "name": "n", "location": "l", "new": [1],
        "properties": {"provisioningState": "Thinking", "new": {"a": null}},
    }));
    check::<GenericResource>(&json!({"id": "i", "name": "n", "type": "t", "plan": {"a": 1}}));
    check::<Provider>(&json!({
        "namespace": "n", "registrationState": "Dreaming", "authorizations": [],
        "resourceTypes": [
            {"resourceType": "r", "locations": [], "apiVersions": [], "capabilities": "None"},
        ],
    }));
    check::<Subscription>(&json!({
        "id": "i", "subscriptionId": "s", "displayName": "d", "state": "Odd",
        "subscriptionPolicies": {"spendingLimit": "On"},
    }));
    check::<Location>(&json!({"name": "n", "displayName": "d", "metadata": {}}));
    check::<Tenant>(&json!({"id": "i", "tenantId": "t", "country": "c"}));
}

#[tokio::test]
async fn bad_arguments_are_refused_before_anything_is_sent() {
    let (client, transport) = client([]);
    let groups = client.resource_groups();
    let parameters = ResourceGroupParameters::new("eastus2");
    assert!(groups.create_or_update("a/b", &parameters).await.is_err());
    assert!(groups.begin_delete("").await.is_err());
    assert!(groups.exists("a?").await.is_err());
    assert!(client.providers().register("a/b").await.is_err());
    assert!(client.subscriptions().get("Mine").await.is_err());
    assert!(client.subscriptions().list_locations("").is_err());
    assert_eq!(transport.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn tries_is_not_had_an_effect() {
    use adls_http::TransportErrorKind::{Connect, Interrupted};
    let absent =
        || Answer::status(404).body(r#"{"error":{"code":"ResourceGroupNotFound","message":"m"}}"#);
    for (first, is_an_echo) in [
        (Answer::failure(Interrupted), true),
        (Answer::status(500), true),
        (Answer::failure(Connect), false),
        (Answer::status(401), false),
        (Answer::status(429), false),
    ] {
        let (client, transport) = client([first, absent()]);
        match client.resource_groups().begin_delete("Lab").await {
            Ok(poller) => {
                assert!(is_an_echo);
                let token = poller.resume_token();
                poller.wait().await.unwrap();
                let resumed = client.resource_groups().resume_delete(&token).unwrap();
                resumed.wait().await.unwrap();
            }
            Err(error) => {
                assert!(!is_an_echo);
                assert_eq!(error.code(), Some("ResourceGroupNotFound"));
            }
        }
        assert_eq!(transport.count(), 2);
    }
    // A subscription that is not there says nothing about the group.
    let lost = Answer::failure(Interrupted);
    let nowhere =
        Answer::status(404).body(r#"{"error":{"code":"SubscriptionNotFound","message":"m"}}"#);
    let (client, _) = client([lost, nowhere]);
    assert!(client.resource_groups().begin_delete("Lab").await.is_err());
}
