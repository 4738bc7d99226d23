use http::StatusCode;
use serde_json::{Value, json};

use super::{Bench, SUBSCRIPTION};
use crate::seed::ManagementSettings;

const GROUP: &str = "/resourceGroups/emulator-group";
const V: &str = "?api-version=2019-06-01";

fn account(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/{name}")
}

fn body(properties: &Value) -> Value {
    json!({
        "sku": {"name": "standard_lrs"}, "kind": "StorageV2", "location": "East US",
        "properties": properties,
    })
}

async fn create(bench: &Bench, name: &str, properties: Value) -> String {
    let path = format!("{}{V}", account(name));
    let begun = bench.put(&path, body(&properties)).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.body);
    begun.header("location").to_owned()
}

#[tokio::test]
async fn a_creation_ends_with_the_account_as_recorded() {
    let bench = Bench::new();
    let link = create(&bench, "fresh", json!({"isHnsEnabled": true})).await;
    let made = bench.get(&link).await;
    assert_eq!(made.status, StatusCode::OK);
    insta::assert_json_snapshot!(made.body, {
        ".properties.creationTime" => "<time>",
        ".properties.encryption.services.*.lastEnabledTime" => "<time>",
    }, @r#"
    {
      "sku": {
        "name": "Standard_LRS",
        "tier": "Standard"
      },
      "kind": "StorageV2",
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.Storage/storageAccounts/fresh",
      "name": "fresh",
      "type": "Microsoft.Storage/storageAccounts",
      "location": "eastus",
      "tags": {},
      "properties": {
        "privateEndpointConnections": [],
        "networkAcls": {
          "bypass": "AzureServices",
          "virtualNetworkRules": [],
          "ipRules": [],
          "defaultAction": "Allow"
        },
        "supportsHttpsTrafficOnly": true,
        "encryption": {
          "services": {
            "file": {
              "keyType": "Account",
              "enabled": true,
              "lastEnabledTime": "<time>"
            },
            "blob": {
              "keyType": "Account",
              "enabled": true,
              "lastEnabledTime": "<time>"
            }
          },
          "keySource": "Microsoft.Storage"
        },
        "accessTier": "Hot",
        "isHnsEnabled": true,
        "provisioningState": "Succeeded",
        "creationTime": "<time>",
        "primaryEndpoints": {
          "dfs": "https://fresh.dfs.core.windows.net/",
          "web": "https://fresh.z20.web.core.windows.net/",
          "blob": "https://fresh.blob.core.windows.net/",
          "queue": "https://fresh.queue.core.windows.net/",
          "table": "https://fresh.table.core.windows.net/",
          "file": "https://fresh.file.core.windows.net/"
        },
        "primaryLocation": "eastus",
        "statusOfPrimary": "available"
      }
    }
    "#);
    let again = bench.put(&format!("{}{V}", account("fresh")), body(&json!({}))).await;
    assert_eq!((again.status, again.body), (StatusCode::OK, made.body));
}

#[tokio::test]
async fn a_creation_takes_its_time_and_nothing_is_there_before() {
    let bench = Bench::with(ManagementSettings {
        account_creation_seconds: 20,
        ..ManagementSettings::default()
    });
    let link = create(&bench, "later", json!({"isHnsEnabled": true})).await;
    let waits = bench.get(&link).await;
    assert_eq!((waits.status, waits.header("retry-after")), (StatusCode::ACCEPTED, "17"));
    let path = format!("{}{V}", account("later"));
    assert_eq!(bench.get(&path).await.body["properties"]["provisioningState"], "Creating");
    let busy = bench.patch(&path, json!({})).await;
    assert_eq!(busy.code(), "StorageAccountOperationInProgress");
    // Nor does it come into being by being named.
    assert!(!bench.state.storage.serves("later"));
    bench.pass(20);
    assert_eq!(bench.get(&link).await.body["properties"]["provisioningState"], "Succeeded");
    assert!(bench.state.storage.has("later"));
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_name() {
    let bench = Bench::new();
    let new = |change: Value| {
        let mut body = body(&json!({"isHnsEnabled": true}));
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let parameters = "InvalidValuesForRequestParameters";
    for (name, change, code) in [
        ("ok1", json!({"location": "Atlantis"}), "LocationNotAvailableForResourceType"),
        ("ok1", json!({"location": null}), "LocationRequired"),
        ("ok1", json!({"sku": {"name": "Golden"}}), parameters),
        ("ok1", json!({"sku": null}), parameters),
        ("ok1", json!({"kind": "Storage"}), parameters),
        ("ok1", json!({"kind": "Nothing"}), parameters),
        ("ok1", json!({"properties": {"accessTier": "Lukewarm"}}), parameters),
        ("ok1", json!({"properties": {"isHnsEnabled": "yes"}}), "InvalidRequestContent"),
        ("a-b", json!({}), "AccountNameInvalid"),
        ("mockgen2", json!({}), "InvalidResourceLocation"),
    ] {
        let refused = bench.put(&format!("{}{V}", account(name)), new(change.clone())).await;
        assert_eq!(refused.code(), code, "{change} {}", refused.body);
    }
    bench.put(&format!("/resourcegroups/second{V}"), json!({"location": "eastus"})).await;
    let elsewhere = account("mockgen2").replace("emulator-group", "second");
    let refused = bench.put(&format!("{elsewhere}{V}"), new(json!({}))).await;
    assert_eq!(refused.code(), "StorageAccountAlreadyTaken");
    assert_eq!(bench.get(&format!("{elsewhere}{V}")).await.code(), "ResourceNotFound");
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name_and_what_is_fixed() {
    let bench = Bench::new();
    create(&bench, "fresh", json!({"isHnsEnabled": true, "unheardOf": 7})).await;
    let path = format!("{}{V}", account("fresh"));
    for value in [json!(false), json!(true)] {
        let changed = bench.patch(&path, json!({"properties": {"isHnsEnabled": value}})).await;
        let refused = "AccountPropertyCannotBeUpdated";
        assert_eq!(changed.code(), if value == false { refused } else { "" });
    }
    let change = json!({
        "tags": {"a": "b"}, "sku": {"name": "Standard_RAGRS"},
        "properties": {
            "networkAcls": {"defaultAction": "Deny"}, "minimumTlsVersion": "tls1_2",
            "primaryLocation": "mars",
        },
    });
    let changed = bench.patch(&path, change).await.body;
    assert_eq!(
        (&changed["tags"], &changed["sku"]["tier"]),
        (&json!({"a": "b"}), &json!("Standard"))
    );
    let properties = &changed["properties"];
    assert_eq!(properties["networkAcls"]["bypass"], "AzureServices");
    assert_eq!(properties["minimumTlsVersion"], "TLS1_2");
    assert_eq!(
        (&properties["unheardOf"], &properties["primaryLocation"]),
        (&json!(7), &json!("eastus"))
    );
    assert_eq!(properties["secondaryLocation"], "westus");
    let dfs = "https://fresh-secondary.dfs.core.windows.net/";
    assert_eq!(properties["secondaryEndpoints"]["dfs"], dfs);
    let old = bench.get(&path.replace("2019-06-01", "2017-10-01")).await.body;
    assert_eq!(old["properties"]["primaryEndpoints"].get("dfs"), None);
}

#[tokio::test]
async fn accounts_are_listed_named_and_counted() {
    let bench = Bench::new();
    let provider = "/providers/Microsoft.Storage";
    let all = bench.get(&format!("{provider}/storageAccounts{V}")).await;
    assert_eq!(all.names(), ["mockgen2", "mockgen2empty", "mockgen2soft"]);
    bench.put(&format!("/resourcegroups/second{V}"), json!({"location": "eastus"})).await;
    let second = format!("/resourceGroups/second{provider}/storageAccounts");
    assert_eq!(bench.get(&format!("{second}{V}")).await.names(), [""; 0]);
    let none = bench.get(&format!("{}{V}", second.replace("second", "none"))).await;
    assert_eq!(none.code(), "ResourceGroupNotFound");
    let usages = bench.get(&format!("{provider}/locations/eastus2/usages{V}")).await;
    assert_eq!(usages.body["value"][0]["currentValue"], 3);
    for (name, reason) in [
        ("mockgen2", json!("AlreadyExists")),
        ("onelake", json!("AlreadyExists")),
        ("Upper", json!("AccountNameInvalid")),
        ("free", Value::Null),
    ] {
        let asked = json!({"name": name, "type": "Microsoft.Storage/storageAccounts"});
        let told = bench.post(&format!("{provider}/checkNameAvailability{V}"), asked).await.body;
        assert_eq!((&told["reason"], &told["nameAvailable"]), (&reason, &json!(reason.is_null())));
    }
    let taken = bench.put(&format!("{}{V}", account("OneLake")), body(&json!({}))).await;
    assert_eq!(taken.code(), "StorageAccountAlreadyTaken");
}

#[tokio::test]
async fn a_group_takes_its_accounts_and_their_roles_along() {
    let bench = Bench::new();
    bench.put(&format!("/resourcegroups/second{V}"), json!({"location": "eastus"})).await;
    let ids = json!({
        "resources": [format!("{SUBSCRIPTION}{}", account("mockgen2"))],
        "targetResourceGroup": format!("{SUBSCRIPTION}/resourceGroups/second"),
    });
    bench.post(&format!("{GROUP}/moveResources{V}"), ids).await;
    let moved = account("mockgen2").replace("emulator-group", "second");
    let found = bench.get(&format!("{moved}{V}")).await;
    assert_eq!(found.body["id"], format!("{SUBSCRIPTION}{moved}"));
    assert_eq!(give(&bench, &moved, 1, READER, KNOWN).await, (201, String::new()));
    bench.delete(&format!("/resourcegroups/second{V}")).await;
    assert!(!bench.state.storage.has("mockgen2") && bench.state.storage.has("mockgen2soft"));
    let left = bench.get(&format!("/providers/{ASSIGNMENTS}?api-version=2022-04-01")).await;
    assert!(!left.body.to_string().contains(&moved));
}

#[tokio::test]
async fn encryption_scopes_are_remembered() {
    let bench = Bench::new();
    let all = format!("{}/encryptionScopes", account("mockgen2"));
    let one = format!("{all}/scope-1{V}");
    assert_eq!(bench.patch(&one, json!({})).await.code(), "EncryptionScopeNotFound");
    let made = bench.put(&one, json!({})).await;
    assert_eq!(
        (made.status, &made.body["properties"]["state"]),
        (StatusCode::CREATED, &json!("Enabled"))
    );
    let changed = bench.patch(&one, json!({"properties": {"state": "Disabled"}})).await;
    assert_eq!(changed.body["properties"]["source"], "Microsoft.Storage");
    assert_eq!(bench.get(&one).await.body, changed.body);
    assert_eq!(bench.get(&format!("{all}{V}")).await.names(), ["scope-1"]);
    let refused = bench.put(&format!("{all}/a_b{V}"), json!({})).await;
    assert_eq!(refused.code(), "EncryptionScopeNameInvalid");
}

const ASSIGNMENTS: &str = "Microsoft.Authorization/roleAssignments";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
/// Whom the directory has, and somebody whom it does not.
const KNOWN: &str = "00000000-0000-0000-0000-000000000bad";
const UNKNOWN: &str = "00000000-0000-0000-0000-00000000dead";

/// Gives a role at a scope; the status and the code of an error.
async fn give(bench: &Bench, scope: &str, name: u8, role: &str, to: &str) -> (u16, String) {
    let path = assignment(scope, name);
    let role = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}");
    let body = json!({"properties": {"roleDefinitionId": role, "principalId": to}});
    let answer = bench.put(&path, body).await;
    (answer.status.as_u16(), answer.code().to_owned())
}

fn assignment(scope: &str, name: u8) -> String {
    let name = uuid::Uuid::from_u128(name.into());
    format!("{scope}/providers/{ASSIGNMENTS}/{name}?api-version=2022-04-01")
}

#[tokio::test]
async fn what_cannot_be_given_is_refused() {
    let bench = Bench::new();
    let made = (201, "");
    let lost = account("nosuch");
    let scope = account("mockgen2");
    let group_2 = "/resourceGroups/nosuch";
    for (scope, name, role, to, expected) in [
        (GROUP, 1, READER, KNOWN, made),
        // A repetition is none.
        (GROUP, 1, READER, KNOWN, made),
        (GROUP, 1, OWNER, KNOWN, (400, "RoleAssignmentUpdateNotPermitted")),
        (GROUP, 2, READER, KNOWN, (409, "RoleAssignmentExists")),
        ("", 2, READER, KNOWN, made),
        (&scope, 3, READER, KNOWN, made),
        (&scope, 4, READER, UNKNOWN, (400, "PrincipalNotFound")),
        (&scope, 4, "no-role", KNOWN, (400, "InvalidRequestContent")),
        (&scope, 4, KNOWN, KNOWN, (404, "RoleDefinitionDoesNotExist")),
        (&lost, 4, READER, KNOWN, (404, "ResourceNotFound")),
        (group_2, 4, READER, KNOWN, (404, "ResourceGroupNotFound")),
    ] {
        let found = give(&bench, scope, name, role, to).await;
        assert_eq!((found.0, &*found.1), expected, "{scope} {name} {role} {to}");
    }
    let named = format!("{GROUP}/providers/{ASSIGNMENTS}/name?api-version=2022-04-01");
    assert_eq!(bench.put(&named, json!({})).await.code(), "InvalidRoleAssignmentId");
    let gone = assignment(GROUP, 9);
    assert_eq!(bench.get(&gone).await.code(), "RoleAssignmentNotFound");
    assert_eq!(bench.delete(&gone).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn management_goes_by_roles_where_they_were_given() {
    let bench = Bench::new();
    let stranger = bench.as_user("stranger");
    let (account, other) = (account("mockgen2"), account("mockgen2empty"));
    let get = |path: &str| format!("{path}{V}");
    let status = async |path: &str| stranger.get(&get(path)).await.status.as_u16();
    assert_eq!(status(&account).await, 403);
    give(&bench, &account, 1, READER, KNOWN).await;
    assert_eq!(
        (status(&account).await, status(&other).await, status(GROUP).await),
        (200, 403, 403)
    );
    // However the path is spelled, and no further than it goes.
    assert_eq!(status(&account.to_uppercase().replace('/', "//")).await, 200);
    assert_eq!(status(&account.replace("mockgen2", "mockgen2soft")).await, 403);
    let keys = format!("{account}/listKeys{V}");
    assert_eq!(stranger.post(&keys, json!({})).await.status.as_u16(), 403);
    assert_eq!(stranger.patch(&get(&account), json!({})).await.status.as_u16(), 403);
    give(&bench, GROUP, 2, CONTRIBUTOR, KNOWN).await;
    assert_eq!(stranger.post(&keys, json!({})).await.status.as_u16(), 200);
    assert_eq!(stranger.patch(&get(&other), json!({})).await.status.as_u16(), 200);
    // Who may do all else may not say who may.
    let refused = (403, "AuthorizationFailed".to_owned());
    assert_eq!(give(&stranger, &account, 3, READER, KNOWN).await, refused);
    give(&bench, &account, 4, OWNER, KNOWN).await;
    assert_eq!(give(&stranger, &account, 5, CONTRIBUTOR, KNOWN).await.0, 201);
    assert_eq!(give(&stranger, GROUP, 6, OWNER, KNOWN).await, refused);
    let subscriptions = format!("{}/subscriptions?api-version=2020-01-01", super::ORIGIN);
    assert_eq!(stranger.get(&subscriptions).await.body["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn assignments_are_listed_by_scope_and_by_whom_they_are_for() {
    let bench = Bench::new();
    let scope = account("mockgen2");
    for (scope, name) in [("", 1), (GROUP, 2), (&*scope, 3)] {
        give(&bench, scope, name, READER, KNOWN).await;
    }
    let of = |filter: &str| format!("api-version=2022-04-01&$filter={filter}");
    let mine = format!("principalId%20eq%20'{KNOWN}'");
    for (scope, filter, expected) in [
        (GROUP, mine.clone(), &[1, 2, 3][..]),
        (GROUP, format!("atScope()%20and%20{mine}"), &[1, 2]),
        (&*scope, format!("assignedTo('{KNOWN}')"), &[1, 2, 3]),
        ("", format!("principalId%20eq%20'{UNKNOWN}'"), &[]),
    ] {
        let found = bench.get(&format!("{scope}/providers/{ASSIGNMENTS}?{}", of(&filter))).await;
        let mut names: Vec<String> = found.names().into_iter().map(str::to_owned).collect();
        names.sort();
        let expected: Vec<String> =
            expected.iter().map(|name| uuid::Uuid::from_u128(*name).to_string()).collect();
        assert_eq!(names, expected, "{scope} {filter}");
    }
    let unreadable = format!("{GROUP}/providers/{ASSIGNMENTS}?{}", of("name%20eq%20'x'"));
    assert_eq!(bench.get(&unreadable).await.code(), "InvalidQueryParameterValue");
    let reader = format!("{}/providers/{ASSIGNMENTS}?api-version=2022-04-01", super::ORIGIN);
    assert_eq!(bench.get(&reader).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn roles_can_be_made_and_built_in_ones_stay() {
    let bench = Bench::new();
    let definitions = "/providers/Microsoft.Authorization/roleDefinitions";
    let at = |id: &str| format!("{definitions}/{id}?api-version=2022-04-01");
    let id = "00000000-0000-0000-0000-0000000000aa";
    let named = |name: &str| {
        json!({"properties": {
            "roleName": name, "permissions": [{"actions": ["*/read"], "notActions": ["*/listKeys/*"]}],
        }})
    };
    assert_eq!(bench.put(&at(READER), named("Mine")).await.code(), "RoleDefinitionIsBuiltIn");
    assert_eq!(bench.delete(&at(READER)).await.code(), "RoleDefinitionIsBuiltIn");
    assert_eq!(
        bench.put(&at(id), named("reader")).await.code(),
        "RoleDefinitionWithSameNameExists"
    );
    let made = bench.put(&at(id), named("Mine")).await;
    assert_eq!(
        (made.status, &made.body["properties"]["type"]),
        (StatusCode::CREATED, &json!("CustomRole"))
    );
    give(&bench, GROUP, 1, id, KNOWN).await;
    assert_eq!(bench.as_user("stranger").get(&format!("{GROUP}{V}")).await.status, StatusCode::OK);
    assert_eq!(bench.delete(&at(id)).await.code(), "RoleDefinitionHasAssignments");
    bench.delete(&assignment(GROUP, 1)).await;
    assert_eq!(bench.delete(&at(id)).await.status, StatusCode::OK);
    assert_eq!(bench.get(&at(id)).await.code(), "RoleDefinitionDoesNotExist");
    let filter = "$filter=roleName%20eq%20'Storage%20Blob%20Data%20Owner'";
    let found = bench.get(&format!("{definitions}?api-version=2022-04-01&{filter}")).await;
    assert_eq!(found.names(), ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"]);
    // Whoever has a token may know the built-in ones.
    let everywhere = format!("{}{}", super::ORIGIN, at(READER));
    assert_eq!(bench.as_user("stranger").get(&everywhere).await.status, StatusCode::OK);
}
