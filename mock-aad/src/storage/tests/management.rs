//! What Resource Manager says of an account, as requests to the account find it.

use serde_json::{Value, json};

use super::*;
use crate::namespace::Lake;

const GROUP: &str =
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group";
const KEYS_REFUSED: (u16, &str) = (403, "KeyBasedAuthenticationNotPermitted");
const NO_RIGHT: (u16, &str) = (403, "AuthorizationPermissionMismatch");
const READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
const CONTRIBUTOR: &str = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
const OWNER: &str = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
const FILE: &str = "/mockfs/file?resource=file";

fn account_path(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/{name}")
}

impl Emulator {
    /// Asks Resource Manager as the application that owns the subscription.
    async fn manage(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (id, secret) = (crate::seed::CLIENT_ID, crate::seed::CLIENT_SECRET);
        let token = self.token_for(id, secret, "https://management.azure.com/").await;
        let uri = format!("{path}?api-version=2022-04-01");
        let headers = [("authorization", &*token), ("content-type", "application/json")];
        let request = request(method, &uri, &headers).map(|_| Body::from(body.to_string()));
        let answer = crate::arm::handle(&self.state.arm, call("management", request)).await;
        let answer = Answer::read(answer).await;
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status.as_u16(), body)
    }

    async fn set_account(&self, name: &str, properties: Value) {
        let (status, body) =
            self.manage("PATCH", &account_path(name), json!({"properties": properties})).await;
        assert_eq!(status, 200, "{body}");
    }

    /// Gives the application without roles one, under a name.
    async fn give(&self, name: u128, role: &str, scope: &str) -> (u16, Value) {
        let stranger = self.state.seed.applications.iter();
        let stranger = stranger.clone().find(|app| app.client_id == crate::seed::ACL_CLIENT_ID);
        let path = assignment(name, scope);
        let body = json!({"properties": {
            "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            "principalId": stranger.unwrap().object_id,
        }});
        self.manage("PUT", &path, body).await
    }

    /// What a request with a token is answered.
    async fn with_token(&self, token: &str, method: &str, uri: &str) -> (u16, String) {
        let request = request(method, uri, &[("authorization", token)]);
        outcome(&self.at(Protocol::Dfs, request).await)
    }

    async fn by_key(&self, signer: &Signer, uri: &str) -> (u16, String) {
        let unsigned = Unsigned { method: "GET", uri, headers: &[], body: &[] };
        let request = signer.sign(self.now(), &unsigned);
        let endpoint = Endpoint::of_host(Protocol::Dfs, false);
        outcome(&self.send(&signer.account, endpoint, request).await)
    }
}

fn assignment(name: u128, scope: &str) -> String {
    let id = Uuid::from_u128(name);
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{id}")
}

fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code().to_owned())
}

fn is(found: &(u16, String), expected: (u16, &str)) -> bool {
    (found.0, &*found.1) == expected
}

const LIST: &str = "/?resource=account";

#[tokio::test]
async fn a_rotated_key_is_refused_at_once_and_the_other_goes_on() {
    let emulator = Emulator::new();
    let (first, second) = (emulator.signer("mockgen2", 0), emulator.signer("mockgen2", 1));
    let path = format!("{}/regenerateKey", account_path("mockgen2"));
    let (status, keys) = emulator.manage("POST", &path, json!({"keyName": "key1"})).await;
    assert_eq!(status, 200);
    assert!(is(&emulator.by_key(&first, LIST).await, (403, "AuthenticationFailed")));
    assert!(is(&emulator.by_key(&second, LIST).await, (200, "")));
    let told = keys["keys"][0]["value"].as_str().unwrap().to_owned();
    assert_ne!(told, first.key);
    let new = Signer { account: "mockgen2".to_owned(), key: told };
    assert!(is(&emulator.by_key(&new, LIST).await, (200, "")));
    let (_, listed) =
        emulator.manage("POST", &format!("{}/listKeys", account_path("MockGen2")), json!({})).await;
    assert_eq!(listed, keys);
}

#[tokio::test]
async fn an_account_may_refuse_keys_and_all_that_is_signed_with_them() {
    let emulator = Emulator::new();
    let signer = emulator.signer("mockgen2", 0);
    let sas = format!("{LIST}&{}", emulator.account_sas("sco", "rl"));
    let token = emulator.owner().await;
    let by_sas = async || outcome(&emulator.at(Protocol::Dfs, request("GET", &sas, &[])).await);
    assert!(is(&by_sas().await, (200, "")));
    emulator.set_account("mockgen2", json!({"allowSharedKeyAccess": false})).await;
    assert!(is(&by_sas().await, KEYS_REFUSED));
    assert!(is(&emulator.by_key(&signer, LIST).await, KEYS_REFUSED));
    assert!(is(&emulator.with_token(&token, "GET", LIST).await, (200, "")));
    emulator.set_account("mockgen2", json!({"allowSharedKeyAccess": true})).await;
    assert!(is(&by_sas().await, (200, "")));
    assert!(is(&emulator.by_key(&signer, LIST).await, (200, "")));
}

#[tokio::test]
async fn an_account_may_refuse_those_who_do_not_sign_in() {
    let emulator = Emulator::new();
    let path = format!("{}/blobServices/default/containers/open", account_path("mockgen2"));
    let body = json!({"properties": {"publicAccess": "Container"}});
    assert_eq!(emulator.manage("PUT", &path, body).await.0, 201);
    let list = || request("GET", "/open?restype=container&comp=list", &[]);
    assert_eq!(emulator.at(Protocol::Blob, list()).await.status, 200);
    emulator.set_account("mockgen2", json!({"allowBlobPublicAccess": false})).await;
    let refused = outcome(&emulator.at(Protocol::Blob, list()).await);
    assert!(is(&refused, (409, "PublicAccessNotPermitted")), "{refused:?}");
}

#[tokio::test]
async fn an_account_lives_from_its_creation_to_its_deletion() {
    let emulator = Emulator::new();
    let create = |hierarchical: bool| {
        json!({
            "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "location": "eastus",
            "properties": {"isHnsEnabled": hierarchical},
        })
    };
    let lake = account_path("newlake");
    assert_eq!(emulator.manage("PUT", &lake, create(true)).await.0, 202);
    let signer = emulator.signer("newlake", 1);
    assert!(is(&emulator.by_key(&signer, LIST).await, (200, "")));
    let key_of_seed = Signer { account: "newlake".to_owned(), ..emulator.signer("mockgen2", 0) };
    assert!(is(&emulator.by_key(&key_of_seed, LIST).await, (403, "AuthenticationFailed")));
    assert_eq!(emulator.manage("DELETE", &lake, json!({})).await.0, 200);
    assert_eq!(emulator.by_key(&signer, LIST).await.0, 404);
    assert_eq!(emulator.manage("DELETE", &lake, json!({})).await.0, 204);
    // One without a hierarchical namespace is there for Resource Manager alone.
    let flat = account_path("newflat");
    assert_eq!(emulator.manage("PUT", &flat, create(false)).await.0, 202);
    let signer = emulator.signer("newflat", 0);
    assert!(is(&emulator.by_key(&signer, LIST).await, (409, "FeatureNotSupportedForAccount")));
    let refused = emulator.manage("GET", &format!("{flat}/blobServices/default"), json!({})).await;
    assert_eq!(
        (refused.0, &refused.1["error"]["code"]),
        (409, &json!("FeatureNotSupportedForAccount"))
    );
}

#[tokio::test]
async fn containers_are_the_same_on_both_sides() {
    let emulator = Emulator::new();
    let all = format!("{}/blobServices/default/containers", account_path("mockgen2"));
    let body = json!({"properties": {"metadata": {"who": "arm"}}});
    let (status, made) = emulator.manage("PUT", &format!("{all}/both"), body).await;
    assert_eq!((status, &made["properties"]["metadata"]["who"]), (201, &json!("arm")));
    let uri = "/both?restype=container";
    let seen = emulator.signed(Protocol::Blob, "HEAD", uri, &[]).await;
    assert_eq!(seen.header("x-ms-meta-who"), Some("arm"));
    assert_eq!(seen.header("etag"), made["etag"].as_str());
    let made = emulator.signed(Protocol::Dfs, "PUT", "/other?resource=filesystem", &[]).await;
    assert_eq!(made.status, 201);
    let (_, listed) = emulator.manage("GET", &all, json!({})).await;
    let names: Vec<&str> =
        listed["value"].as_array().unwrap().iter().map(|i| i["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["both", "mockfs", "other"]);
    assert_eq!(emulator.manage("DELETE", &format!("{all}/both"), json!({})).await.0, 200);
    assert_eq!(emulator.signed(Protocol::Blob, "HEAD", uri, &[]).await.status, 404);
}

#[tokio::test]
async fn services_are_set_to_the_same_on_both_sides() {
    let emulator = Emulator::new();
    let path = format!("{}/blobServices/default", account_path("mockgen2"));
    let rule = json!({
        "allowedOrigins": ["https://a.test", "https://b.test"], "allowedMethods": ["GET", "PUT"],
        "maxAgeInSeconds": 7, "exposedHeaders": ["x-ms-*"], "allowedHeaders": [],
    });
    let body = json!({"properties": {
        "cors": {"corsRules": [rule]},
        "deleteRetentionPolicy": {"enabled": true, "days": 3},
        "isVersioningEnabled": false,
    }});
    let (status, set) = emulator.manage("PUT", &path, body).await;
    assert_eq!((status, &set["properties"]["cors"]["corsRules"][0]), (200, &rule));
    assert_eq!(set["properties"]["isVersioningEnabled"], false);
    let uri = "/?restype=service&comp=properties";
    let seen = emulator.signed(Protocol::Blob, "GET", uri, &[]).await;
    for part in ["<Days>3</Days>", "<AllowedOrigins>https://a.test,https://b.test</AllowedOrigins>"]
    {
        assert!(seen.text().contains(part), "{}", seen.text());
    }
}

/// What a role at a scope permits: to read in a file system, to write in it, to read in another one.
#[tokio::test]
async fn roles_count_where_they_were_given_until_they_are_taken_away() {
    let yes = (201, "");
    let account = account_path("mockgen2");
    let container = |name: &str| format!("{account}/blobServices/default/containers/{name}");
    for (role, scope, reads, writes, reads_other) in [
        (READER, account.clone(), true, false, true),
        (READER, container("mockfs"), true, false, false),
        (READER, container("mock"), false, false, false),
        (READER, container("other"), false, false, true),
        (CONTRIBUTOR, container("mockfs"), true, true, false),
        (OWNER, GROUP.to_owned(), true, true, true),
        (CONTRIBUTOR, account_path("mockgen2soft"), false, false, false),
        // The management of resources gives nothing on their data.
        ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", account.clone(), false, false, false),
    ] {
        let emulator = Emulator::new();
        emulator.signed(Protocol::Dfs, "PUT", "/other?resource=filesystem", &[]).await;
        let what = format!("{role} {scope}");
        let stranger = emulator.stranger().await;
        let list = |name| format!("/{name}?resource=filesystem&recursive=false");
        let sees = async |uri: &str| emulator.with_token(&stranger, "GET", uri).await;
        assert!(is(&sees(&list("mockfs")).await, NO_RIGHT), "{what}");
        assert_eq!(emulator.give(1, role, &scope).await.0, 201, "{what}");
        assert_eq!(sees(&list("mockfs")).await.0 == 200, reads, "{what}");
        let wrote = emulator.with_token(&stranger, "PUT", FILE).await;
        assert!(is(&wrote, if writes { yes } else { NO_RIGHT }), "{what} {wrote:?}");
        assert_eq!(sees(&list("other")).await.0 == 200, reads_other, "{what}");
        let path = assignment(1, &scope);
        assert_eq!(emulator.manage("DELETE", &path, json!({})).await.0, 200, "{what}");
        assert!(is(&sees(&list("mockfs")).await, NO_RIGHT), "{what}");
    }
}

/// The seed's roles are assignments as well.
#[tokio::test]
async fn a_role_of_the_seed_can_be_taken_away() {
    let emulator = Emulator::new();
    let owner = emulator.owner().await;
    assert!(is(&emulator.with_token(&owner, "PUT", FILE).await, (201, "")));
    let path = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/\
                Microsoft.Authorization/roleAssignments";
    let (_, all) = emulator.manage("GET", path, json!({})).await;
    let given =
        all["value"].as_array().unwrap().iter().find(|given| {
            given["properties"]["roleDefinitionId"].as_str().unwrap().ends_with(OWNER)
        });
    let id = given.unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(emulator.manage("DELETE", &id, json!({})).await.0, 200);
    assert!(is(&emulator.with_token(&owner, "PUT", FILE).await, NO_RIGHT));
    emulator.state.reset().unwrap();
    assert!(is(&emulator.with_token(&owner, "PUT", FILE).await, (201, "")));
}

#[tokio::test]
async fn snapshots_and_resets_bring_keys_and_roles_back() {
    let emulator = Emulator::new();
    let first = emulator.signer("mockgen2", 0);
    let path = format!("{}/regenerateKey", account_path("mockgen2"));
    emulator.manage("POST", &path, json!({"keyName": "key1"})).await;
    emulator.give(1, READER, GROUP).await;
    let second = emulator.signer("mockgen2", 0);
    let snapshot = emulator.state.snapshot().unwrap();
    emulator.manage("POST", &path, json!({"keyName": "key1"})).await;
    emulator.manage("DELETE", &assignment(1, GROUP), json!({})).await;
    assert_eq!(emulator.by_key(&second, LIST).await.0, 403);
    emulator.state.restore(&snapshot).unwrap();
    assert_eq!(emulator.by_key(&second, LIST).await.0, 200);
    let stranger = emulator.stranger().await;
    assert_eq!(emulator.with_token(&stranger, "GET", LIST).await.0, 200);
    emulator.state.reset().unwrap();
    assert_eq!(emulator.by_key(&second, LIST).await.0, 403);
    assert_eq!(emulator.by_key(&first, LIST).await.0, 200);
    assert_eq!(emulator.with_token(&stranger, "GET", LIST).await.0, 403);
}

#[tokio::test]
async fn a_state_directory_keeps_accounts_with_keys_settings_and_the_roles_on_them() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let clock = Clock::default();
        clock.freeze();
        let (lake, damages) = Lake::open(clock.clone(), directory.path(), true).unwrap();
        assert!(damages.is_empty(), "{damages:?}");
        let options = Options::default();
        Emulator { state: EmulatorState::with_lake(Seed::default(), clock, options, lake) }
    };
    let emulator = start();
    let path = format!("{GROUP}x");
    emulator.manage("PUT", &path, json!({"location": "westus"})).await;
    let account = format!("{path}/providers/Microsoft.Storage/storageAccounts/kept");
    let body = json!({
        "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "location": "westus",
        "tags": {"a": "b"}, "properties": {"isHnsEnabled": true},
    });
    assert_eq!(emulator.manage("PUT", &account, body).await.0, 202);
    emulator.give(1, READER, &account).await;
    emulator.give(2, READER, &path).await;
    emulator.set_account("mockgen2", json!({"allowSharedKeyAccess": false})).await;
    let (signer, refused) = (emulator.signer("kept", 0), emulator.signer("mockgen2", 0));
    emulator.state.lake.close();
    drop(emulator);
    let emulator = start();
    assert!(is(&emulator.by_key(&signer, LIST).await, (200, "")));
    assert!(is(&emulator.by_key(&refused, LIST).await, KEYS_REFUSED));
    let (_, found) = emulator.manage("GET", &account, json!({})).await;
    assert_eq!((&found["tags"]["a"], &found["location"]), (&json!("b"), &json!("westus")));
    // Roles in a group begin anew, as groups do.
    let (status, _) = emulator.manage("GET", &assignment(1, &account), json!({})).await;
    assert_eq!(status, 200);
    let (status, _) = emulator.manage("GET", &assignment(2, &path), json!({})).await;
    assert_eq!(status, 404);
}

/// With `--auto-create-accounts`.
#[tokio::test]
async fn an_account_that_came_by_being_named_is_in_the_group_of_the_seed() {
    let options = Options { auto_create_accounts: true, allow_pseudo_auth: false };
    let clock = Clock::default();
    clock.freeze();
    let emulator = Emulator { state: EmulatorState::new(Seed::default(), clock, options) };
    assert_eq!(emulator.manage("GET", &account_path("named"), json!({})).await.0, 404);
    assert_eq!(emulator.by_key(&emulator.signer("named", 0), LIST).await.0, 200);
    let (status, found) = emulator.manage("GET", &account_path("named"), json!({})).await;
    assert_eq!((status, &found["properties"]["isHnsEnabled"]), (200, &json!(true)));
    emulator.give(1, READER, &account_path("named")).await;
    let stranger = emulator.stranger().await;
    let request = request("GET", LIST, &[("authorization", &stranger)]);
    let endpoint = Endpoint::of_host(Protocol::Dfs, false);
    assert_eq!(emulator.send("named", endpoint, request).await.status, 200);
}
