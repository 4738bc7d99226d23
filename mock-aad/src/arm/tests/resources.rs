use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Bench, ORIGIN, SUBSCRIPTION, handle, read};

const V: &str = "?api-version=2020-10-01";
const SET: &str = "/resourceGroups/emulator-group/providers/Microsoft.Compute/availabilitySets/set";
const SET_VERSION: &str = "?api-version=2019-07-01";
const STORAGE: &str = "/resourceGroups/emulator-group/providers/Microsoft.Storage/storageAccounts";

async fn with_set() -> Bench {
    let bench = Bench::new();
    let created = bench.put(&format!("{SET}{SET_VERSION}"), json!({"location": "westus"})).await;
    assert_eq!(created.status, StatusCode::OK);
    bench.put(&format!("/resourcegroups/target{V}"), json!({"location": "westus"})).await;
    // One storage account is enough.
    for name in ["mockgen2empty", "mockgen2soft"] {
        let gone = bench.delete(&format!("{STORAGE}/{name}{SET_VERSION}")).await;
        assert_eq!(gone.status, StatusCode::OK);
    }
    bench
}

#[tokio::test]
async fn lists_hold_resources_of_all_types() {
    let bench = with_set().await;
    let all = bench.get(&format!("/resources{V}")).await;
    insta::assert_json_snapshot!(all.body, @r#"
    {
      "value": [
        {
          "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.Compute/availabilitySets/set",
          "name": "set",
          "type": "Microsoft.Compute/availabilitySets",
          "sku": {
            "name": "Classic"
          },
          "location": "westus"
        },
        {
          "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/mocklake",
          "name": "mocklake",
          "type": "Microsoft.DataLakeStore/accounts",
          "location": "eastus2",
          "tags": {}
        },
        {
          "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.Storage/storageAccounts/mockgen2",
          "name": "mockgen2",
          "type": "Microsoft.Storage/storageAccounts",
          "sku": {
            "name": "Standard_LRS",
            "tier": "Standard"
          },
          "kind": "StorageV2",
          "location": "eastus2",
          "tags": {}
        }
      ]
    }
    "#);
    let filter = "$filter=resourceType%20eq%20'Microsoft.DataLakeStore/accounts'";
    let accounts = bench.get(&format!("/resources{V}&{filter}")).await;
    assert_eq!(accounts.names(), ["mocklake"]);
    let empty = bench.get(&format!("/resourceGroups/target/resources{V}")).await;
    assert_eq!(empty.body, json!({"value": []}));
}

#[tokio::test]
async fn resources_move_between_groups() {
    let bench = with_set().await;
    let account = format!(
        "{SUBSCRIPTION}/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/\
         mocklake"
    );
    let body = json!({
        "resources": [account, format!("{SUBSCRIPTION}{SET}")],
        "targetResourceGroup": format!("{SUBSCRIPTION}/resourceGroups/target"),
    });
    let path = format!("/resourceGroups/emulator-group/validateMoveResources{V}");
    let checked = bench.post(&path, body.clone()).await;
    assert_eq!(checked.status, StatusCode::ACCEPTED);
    assert_eq!(bench.get(checked.header("location")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.get(&format!("/resourceGroups/target/resources{V}")).await.names().len(), 0);
    let path = path.replace("validateMove", "move");
    let moved = bench.post(&path, body.clone()).await;
    assert_eq!(moved.status, StatusCode::ACCEPTED);
    assert_eq!(bench.get(moved.header("location")).await.status, StatusCode::NO_CONTENT);
    let there = bench.get(&format!("/resourceGroups/target/resources{V}")).await;
    assert_eq!(there.names(), ["set", "mocklake"]);
    let id = there.body["value"][0]["id"].as_str().unwrap();
    assert!(id.contains("/resourceGroups/target/"), "{id}");
    assert!(bench.state.lake.account("mocklake").is_some(), "its data stays");
    let again = bench.post(&path, body).await;
    assert_eq!((again.status, again.code()), (StatusCode::NOT_FOUND, "ResourceNotFound"));
}

#[tokio::test]
async fn a_template_names_what_is_there() {
    let bench = with_set().await;
    let path = |group: &str| format!("/resourcegroups/{group}/exportTemplate{V}");
    let full = bench.post(&path("emulator-group"), json!({"resources": ["*"]})).await;
    insta::assert_json_snapshot!(full.body, @r#"
    {
      "template": {
        "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
          "availabilitySets_set_name": {
            "defaultValue": "set",
            "type": "String"
          },
          "accounts_mocklake_name": {
            "defaultValue": "mocklake",
            "type": "String"
          },
          "storageAccounts_mockgen2_name": {
            "defaultValue": "mockgen2",
            "type": "String"
          }
        },
        "variables": {},
        "resources": [
          {
            "type": "Microsoft.Compute/availabilitySets",
            "apiVersion": "2019-07-01",
            "name": "[parameters('availabilitySets_set_name')]",
            "location": "westus"
          },
          {
            "type": "Microsoft.DataLakeStore/accounts",
            "apiVersion": "2016-11-01",
            "name": "[parameters('accounts_mocklake_name')]",
            "location": "eastus2"
          },
          {
            "type": "Microsoft.Storage/storageAccounts",
            "apiVersion": "2025-06-01",
            "name": "[parameters('storageAccounts_mockgen2_name')]",
            "location": "eastus2"
          }
        ]
      }
    }
    "#);
    let empty = bench.post(&path("target"), json!({"resources": ["*"]})).await;
    assert_eq!(empty.body["template"]["resources"], json!([]));
}

#[tokio::test]
async fn a_set_is_shown_by_its_version() {
    let bench = with_set().await;
    let found = bench.get(&format!("{SET}{SET_VERSION}")).await;
    insta::assert_json_snapshot!(found.body, @r#"
    {
      "name": "set",
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.Compute/availabilitySets/set",
      "type": "Microsoft.Compute/availabilitySets",
      "location": "westus",
      "properties": {
        "platformUpdateDomainCount": 5,
        "platformFaultDomainCount": 3,
        "virtualMachines": []
      },
      "sku": {
        "name": "Classic"
      }
    }
    "#);
    let old = bench.get(&format!("{SET}?api-version=2015-05-01-preview")).await;
    assert_eq!(old.body.get("sku"), None);
    let tags = json!({"tags": {"tag1": "value1"}});
    let patched = bench.patch(&format!("{SET}{SET_VERSION}"), tags).await;
    assert_eq!(patched.body["tags"], json!({"tag1": "value1"}));
    assert_eq!(bench.delete(&format!("{SET}{SET_VERSION}")).await.status, StatusCode::OK);
    let gone = bench.send(Method::HEAD, &format!("{SET}{SET_VERSION}"), None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_provider_is_registered_and_unregistered() {
    let bench = Bench::new();
    let provider = "/providers/Microsoft.DataLakeStore";
    let state = |answer: &super::Answered| answer.body["registrationState"].clone();
    let there = bench.send(Method::POST, &format!("{provider}/register{V}"), None).await;
    assert_eq!(state(&there), "Registered");
    let going = bench.send(Method::POST, &format!("{provider}/unregister{V}"), None).await;
    assert_eq!(state(&going), "Unregistering");
    assert_eq!(state(&bench.get(&format!("{provider}{V}")).await), "Unregistered");
    let path = "/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/newlake\
                ?api-version=2016-11-01";
    let refused = bench.put(path, json!({"location": "eastus2"})).await;
    assert_eq!(refused.code(), "MissingSubscriptionRegistration");
    let coming = bench.send(Method::POST, &format!("{provider}/register{V}"), None).await;
    assert_eq!(state(&coming), "Registering");
    assert_eq!(state(&bench.get(&format!("{provider}{V}")).await), "Registered");
}

#[tokio::test]
async fn a_provider_shows_what_its_version_knows() {
    let bench = Bench::new();
    let path = "/providers/Microsoft.DataLakeStore?api-version=2015-11-01";
    let found = bench.get(path).await;
    insta::assert_json_snapshot!(found.body, @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.DataLakeStore",
      "namespace": "Microsoft.DataLakeStore",
      "authorization": {
        "applicationId": "e9f49c6b-5ce5-44c8-925d-015017e9f7ad",
        "roleDefinitionId": "17eb9cca-f08a-4499-b2d3-852d175f614f"
      },
      "resourceTypes": [
        {
          "resourceType": "accounts",
          "locations": [
            "East US 2",
            "North Europe",
            "Central US"
          ],
          "apiVersions": [
            "2016-11-01",
            "2015-10-01-preview"
          ],
          "capabilities": "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SystemAssignedResourceIdentity"
        },
        {
          "resourceType": "accounts/firewallRules",
          "locations": [
            "East US 2",
            "North Europe",
            "Central US"
          ],
          "apiVersions": [
            "2016-11-01",
            "2015-10-01-preview"
          ]
        },
        {
          "resourceType": "locations",
          "locations": [],
          "apiVersions": [
            "2016-11-01",
            "2015-10-01-preview"
          ]
        },
        {
          "resourceType": "locations/operationresults",
          "locations": [],
          "apiVersions": [
            "2016-11-01",
            "2015-10-01-preview"
          ]
        },
        {
          "resourceType": "locations/checkNameAvailability",
          "locations": [],
          "apiVersions": [
            "2016-11-01",
            "2015-10-01-preview"
          ]
        },
        {
          "resourceType": "locations/capability",
          "locations": [],
          "apiVersions": [
            "2016-11-01",
            "2015-10-01-preview"
          ]
        },
        {
          "resourceType": "operations",
          "locations": [],
          "apiVersions": [
            "2016-11-01",
            "2015-10-01-preview"
          ]
        }
      ],
      "registrationState": "Registered"
    }
    "#);
    let early = bench.get(&path.replace("2015-11-01", "2014-04-01-preview")).await;
    assert_eq!(early.body.get("authorization"), None);
    let late = bench.get(&path.replace("2015-11-01", "2020-06-01")).await;
    assert_eq!(late.body["registrationPolicy"], "RegistrationRequired");
    let all = bench.get(&format!("/providers{V}")).await;
    assert_eq!(all.body["value"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn operations_of_the_provider_are_listed() {
    let bench = Bench::new();
    let path = "/providers/Microsoft.DataLakeStore/operations?api-version=2016-11-01";
    let answer = bench.get(&format!("{ORIGIN}{path}")).await;
    let items = answer.body["value"].as_array().unwrap();
    assert_eq!(items[0]["name"], "Microsoft.DataLakeStore/operations/read");
    let whole = |item: &Value| {
        ["provider", "resource", "operation", "description"]
            .iter()
            .all(|member| item["display"][member].is_string())
    };
    assert!(items.iter().all(whole));
}

#[tokio::test]
async fn subscriptions_tenants_and_regions_are_shown() {
    let bench = Bench::new();
    let subscription = bench.get("?api-version=2016-06-01").await;
    insta::assert_json_snapshot!(subscription.body, @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000",
      "subscriptionId": "00000000-0000-0000-0000-000000000000",
      "displayName": "Emulator",
      "state": "Enabled",
      "subscriptionPolicies": {
        "locationPlacementId": "Public_2014-09-01",
        "quotaId": "PayAsYouGo_2014-09-01"
      },
      "authorizationSource": "Legacy"
    }
    "#);
    let newer = bench.get("?api-version=2022-12-01").await;
    assert_eq!(newer.body["tenantId"], "5a1e0000-0000-4000-8000-000000000001");
    let tenants = bench.get(&format!("{ORIGIN}/tenants?api-version=2016-06-01")).await;
    insta::assert_json_snapshot!(tenants.body, @r#"
    {
      "value": [
        {
          "id": "/tenants/5a1e0000-0000-4000-8000-000000000001",
          "tenantId": "5a1e0000-0000-4000-8000-000000000001"
        }
      ]
    }
    "#);
    let regions = bench.get("/locations?api-version=2016-06-01").await;
    insta::assert_json_snapshot!(regions.body["value"][4], @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/locations/eastus2",
      "name": "eastus2",
      "displayName": "East US 2",
      "longitude": "-78.3889",
      "latitude": "36.6681"
    }
    "#);
    let newer = bench.get("/locations?api-version=2022-12-01").await;
    insta::assert_json_snapshot!(newer.body["value"][4], @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/locations/eastus2",
      "name": "eastus2",
      "type": "Region",
      "displayName": "East US 2",
      "regionalDisplayName": "East US 2",
      "metadata": {
        "regionType": "Physical",
        "regionCategory": "Recommended",
        "longitude": "-78.3889",
        "latitude": "36.6681"
      }
    }
    "#);
}

#[tokio::test]
async fn endpoints_are_told_without_a_token() {
    let bench = Bench::new();
    let ask = async |origin: &str, version: &str| {
        let path = format!("//metadata/endpoints?api-version={version}");
        let mut call = Bench::call(Method::GET, &path, None);
        call.origin = origin.to_owned();
        read(handle(&bench.state.arm, call).await).await
    };
    let local = ask(ORIGIN, "2022-09-01").await;
    assert_eq!(local.status, StatusCode::OK);
    assert_eq!(local.body["authentication"]["loginEndpoint"], ORIGIN);
    assert_eq!(local.body["suffixes"]["azureDataLakeStoreFileSystem"], "azuredatalakestore.net");
    let public = ask("https://management.azure.com", "2020-06-01").await;
    let login = &public.body[0]["authentication"]["loginEndpoint"];
    assert_eq!(login, "https://login.microsoftonline.com");
    let old = ask(ORIGIN, "2015-01-01").await;
    insta::assert_json_snapshot!(old.body, @r#"
    {
      "galleryEndpoint": "https://127.0.0.1:8443",
      "graphEndpoint": "https://127.0.0.1:8443",
      "portalEndpoint": "https://127.0.0.1:8443",
      "authentication": {
        "loginEndpoint": "https://127.0.0.1:8443/",
        "audiences": [
          "https://management.core.windows.net/",
          "https://management.azure.com/"
        ]
      }
    }
    "#);
}
