//! `adls storage-account`.

use std::time::Duration;

use mock_aad::{FaultAction, FaultRule, ManagementSettings, Seed};
use serde_json::{Value, json};

use crate::setup::Setup;

const GROUP: &str = "emulator-group";
/// Somebody whom the directory of the emulator does not know.
const STRANGER: &str = "00000000-0000-4000-8000-0000000000ff";

/// Signed in, and an account is there.
fn with_an_account() -> Setup {
    let setup = Setup::signed_in();
    setup.stdout(&["storage-account", "create", "ocean", "-g", GROUP]);
    setup
}

#[test]
fn a_life_of_a_storage_account() {
    let setup = Setup::signed_in();
    setup.stdout(&["group", "create", "lab", "--location", "East US 2"]);
    let free = setup.json(&["storage-account", "check-name", "ocean"]);
    assert_eq!(free, json!({"nameAvailable": true}));
    let create = ["storage-account", "create", "ocean", "-g", "lab", "--tags", "a=b", "c="];
    let made = setup.json(&create);
    for (name, expected) in [
        ("resourceGroup", json!("lab")),
        ("location", json!("eastus2")),
        ("kind", json!("StorageV2")),
        ("sku", json!({"name": "Standard_LRS", "tier": "Standard"})),
        ("isHnsEnabled", json!(true)),
        ("minimumTlsVersion", json!("TLS1_2")),
        ("provisioningState", json!("Succeeded")),
        ("tags", json!({"a": "b", "c": ""})),
        ("properties", Value::Null),
    ] {
        assert_eq!(made[name], expected, "{name}");
    }
    assert_eq!(made["primaryEndpoints"]["dfs"], "https://ocean.dfs.core.windows.net/");
    let taken = setup.json(&["storage-account", "check-name", "ocean"]);
    assert_eq!(
        (&taken["nameAvailable"], &taken["reason"]),
        (&json!(false), &json!("AlreadyExists"))
    );

    let (code, said) = setup.failure(&create);
    assert_eq!(code, 1);
    assert!(said.contains("the storage account ocean is there already\nhint: change it"), "{said}");

    // From here on the group is found by listing; an account is named by the flag as well.
    let shown = setup.json(&["storage-account", "show", "--account", "ocean"]);
    assert_eq!(shown["id"], made["id"]);
    let row = setup.stdout(&["storage-account", "list", "-g", "lab", "-o", "tsv"]);
    assert_eq!(row, "ocean\tlab\teastus2\tStandard_LRS\ttrue\n");
    let all = setup.json(&["storage-account", "list"]);
    assert_eq!(all.as_array().unwrap().len(), 4);

    let changed = setup.json(&[
        "storage-account",
        "update",
        "ocean",
        "--access-tier",
        "cool",
        "--sku",
        "standard_ragrs",
        "--allow-shared-key-access",
        "false",
        "--public-network-access",
        "disabled",
        "--min-tls-version",
        "TLS1_3",
        "--tags",
    ]);
    for (name, expected) in [
        ("accessTier", json!("Cool")),
        ("allowSharedKeyAccess", json!(false)),
        ("publicNetworkAccess", json!("Disabled")),
        ("minimumTlsVersion", json!("TLS1_3")),
        ("secondaryLocation", json!("centralus")),
        ("tags", json!({})),
    ] {
        assert_eq!(changed[name], expected, "{name}");
    }

    assert_eq!(setup.stdout(&["storage-account", "exists", "ocean"]), "true\n");
    assert_eq!(setup.answer(&["storage-account", "exists", "pond"]), "false\n");
    setup.stdout(&["storage-account", "wait", "ocean"]);
    let (code, said) = setup.failure(&["storage-account", "delete", "ocean"]);
    assert_eq!(code, 2);
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(setup.stdout(&["storage-account", "delete", "ocean", "--yes"]), "");
    // With its group, whose account it was is known, and once more is no error.
    setup.stdout(&["storage-account", "delete", "ocean", "-g", "lab", "--yes"]);
    setup.stdout(&["storage-account", "wait", "ocean", "--deleted"]);
}

#[test]
fn what_was_deleted_is_kept_for_some_days() {
    let setup = with_an_account();
    let update =
        |flag: &str, days: &str| setup.json(&["storage-account", "update", "ocean", flag, days]);
    let files = update("--soft-delete-days", "7");
    assert_eq!(
        files["deleteRetentionPolicy"],
        json!({"enabled": true, "days": 7, "allowPermanentDelete": false})
    );
    // What the other flag has set stays.
    let both = update("--container-soft-delete-days", "30");
    assert_eq!(both["deleteRetentionPolicy"]["days"], 7);
    assert_eq!(both["containerDeleteRetentionPolicy"], json!({"enabled": true, "days": 30}));
    let off = update("--soft-delete-days", "0");
    assert_eq!(off["deleteRetentionPolicy"]["enabled"], false);

    let show = ["storage-account", "show", "ocean"];
    assert!(setup.json(&show)["deleteRetentionPolicy"].is_null());
    let shown = setup.stdout(&[&show[..], &["--soft-delete"]].concat());
    assert!(shown.contains("container soft delete   enabled=true days=30\n"), "{shown}");
    for days in ["366", "-1", "x"] {
        let (code, _) =
            setup.failure(&["storage-account", "update", "ocean", "--soft-delete-days", days]);
        assert_eq!(code, 2);
    }
}

#[test]
fn keys_are_shown_to_whoever_asks_and_nobody_else() {
    let setup = with_an_account();
    let list = ["storage-account", "keys", "list", "ocean"];
    let shown = setup.json(&[&list[..], &["--show"]].concat());
    let keys: Vec<&str> = [0, 1].map(|index| shown[index]["value"].as_str().unwrap()).into();
    assert!(keys.iter().all(|key| key.len() == 88) && keys[0] != keys[1]);

    for format in ["table", "json", "jsonl", "tsv"] {
        let run = setup.run(&[&list[..], &["-o", format]].concat());
        assert_eq!(run.code, 0);
        let said =
            "the keys are hidden; `adls storage-account keys list ocean --show` shows them\n";
        assert_eq!(run.stderr, said, "{format}");
        for key in &keys {
            assert!(!run.stdout.contains(key), "{format}: {}", run.stdout);
        }
        assert_eq!(run.stdout.contains("********"), format == "table", "{}", run.stdout);
    }
    // Nor does the log of requests show them.
    let run = setup.run(&[&list[..], &["--show", "--verbose"]].concat());
    assert!(run.stdout.contains(keys[0]) && run.stderr.contains("StorageAccounts_ListKeys"));
    assert!(!run.stderr.contains(keys[0]), "{}", run.stderr);

    let regenerate = ["storage-account", "keys", "regenerate", "ocean", "--key", "key2"];
    let (code, said) = setup.failure(&regenerate);
    assert_eq!(code, 2);
    assert!(said.contains("Replace key2 of ocean") && said.contains("--yes"), "{said}");
    let after = setup.json(&[&regenerate[..], &["--yes", "--show"]].concat());
    assert_eq!(after[0]["value"], keys[0]);
    assert_ne!(after[1]["value"], keys[1]);
    assert_eq!(setup.failure(&[&regenerate[..5], &["key3", "--yes"]].concat()).0, 2);
}

#[test]
fn roles_are_given_listed_and_taken_away() {
    let setup = with_an_account();
    let json = |command: &str, rest: &[&str]| {
        setup.json(&[&["storage-account", command, "ocean"], rest].concat())
    };
    let given = json("grant", &["--me", "--role", "contributor"]);
    assert_eq!(given["roleName"], "Storage Blob Data Contributor");
    assert_eq!((&given["principalType"], &given["on"]), (&json!("User"), &json!("account")));
    // Once more is the same.
    assert_eq!(json("grant", &["--me", "--role", "contributor"])["name"], given["name"]);

    let raw = ["--container", "raw", "--role", "reader", "--assignee", STRANGER];
    let on_raw = json("grant", &[&raw[..], &["--assignee-type", "serviceprincipal"]].concat());
    assert_eq!(on_raw["on"], "container raw");
    assert_eq!(on_raw["principalType"], "ServicePrincipal");

    let me = given["principalId"].as_str().unwrap();
    let rows = |rest: &[&str]| {
        let arguments = [&["storage-account", "grants", "ocean", "-o", "tsv"], rest].concat();
        let mut rows: Vec<String> = setup.stdout(&arguments).lines().map(str::to_owned).collect();
        rows.sort();
        rows
    };
    let mine = format!("Contributor\t{me}\taccount");
    let theirs = format!("Reader\t{STRANGER}\tcontainer raw");
    assert_eq!(rows(&["--me"]), [mine.as_str()]);
    assert_eq!(rows(&["--assignee", STRANGER]), [theirs.as_str()]);
    let everybody = rows(&[]);
    assert!(everybody.contains(&mine) && everybody.contains(&theirs), "{everybody:?}");
    // The application of the seed has its role on the subscription.
    assert!(everybody[1].starts_with("Owner\t") && everybody[1].ends_with("\tsubscription"));
    let elsewhere = rows(&["--container", "other"]);
    assert!(elsewhere.contains(&mine) && !elsewhere.contains(&theirs), "{elsewhere:?}");
    let all = rows(&["--all", "--me"]);
    assert_eq!(
        all,
        [
            format!("{me}\taccount\tStorage Blob Data Contributor"),
            format!("{me}\tsubscription\tOwner")
        ]
    );

    let revoke = ["storage-account", "revoke", "ocean"];
    setup.stdout(&[&revoke[..], &raw].concat());
    let run = setup.run(&[&revoke[..], &raw].concat());
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("had no role Storage Blob Data Reader there"), "{}", run.stderr);
    // One on the account counts in its containers, and stays.
    let inherited = ["--me", "--role", "contributor", "--container", "raw"];
    let run = setup.run(&[&revoke[..], &inherited].concat());
    assert!(
        run.stderr.contains("still has the role, through one on the account"),
        "{}",
        run.stderr
    );
    setup.stdout(&[&revoke[..], &inherited[..3]].concat());
    assert!(rows(&["--me"]).is_empty());
}

#[test]
fn who_cannot_be_given_a_role() {
    let setup = with_an_account();
    let grant = ["storage-account", "grant", "ocean", "--role", "owner"];
    let failure = |rest: &[&str]| setup.failure(&[&grant[..], rest].concat());
    let (code, said) = failure(&["--assignee", "user@emulator.test"]);
    assert_eq!(code, 2);
    assert!(said.contains("user@emulator.test") && said.contains("object id"), "{said}");
    let (code, said) = failure(&[]);
    assert_eq!(code, 2);
    assert!(said.contains("hint: name somebody with --assignee, or yourself with --me"), "{said}");
    assert_eq!(failure(&["--me", "--assignee", STRANGER]).0, 2);
    assert_eq!(failure(&["--me", "--assignee-type", "User"]).0, 2);
    let (code, said) = failure(&["--me", "--container", "Raw"]);
    assert_eq!(code, 2);
    assert!(said.contains("cannot name a container"), "{said}");

    // Somebody who was made a moment ago is not known yet, so they are waited for, though not for ever.
    let (code, said) = failure(&["--assignee", STRANGER, "--timeout", "1s"]);
    assert_eq!(code, 1);
    assert!(said.contains("1 second"), "{said}");
}

#[test]
fn no_wait_and_wait() {
    let management =
        ManagementSettings { account_creation_seconds: 3600, ..ManagementSettings::default() };
    let setup = Setup::with_seed(Seed { management, ..Seed::default() }).sign_in();
    let run = setup.run(&["storage-account", "create", "ocean", "-g", GROUP, "--no-wait"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(
        run.stderr.contains("adls storage-account wait ocean -g emulator-group"),
        "{}",
        run.stderr
    );
    let show = ["storage-account", "show", "ocean"];
    assert_eq!(setup.json(&show)["provisioningState"], "Creating");
    let (code, said) = setup.failure(&["storage-account", "update", "ocean", "--tags", "a=b"]);
    assert_eq!(code, 1);
    assert!(said.contains("(StorageAccountOperationInProgress)"), "{said}");
    let (code, said) = setup.failure(&["storage-account", "wait", "ocean", "--timeout", "0"]);
    assert_eq!(code, 1);
    assert!(said.contains("storage account ocean is still Creating"), "{said}");
    setup.emulator.clock().advance(Duration::from_secs(3600));
    setup.stdout(&["storage-account", "wait", "ocean", "-g", GROUP]);
    assert_eq!(setup.json(&show)["provisioningState"], "Succeeded");
}

#[test]
fn what_is_not_there_or_not_allowed() {
    let setup = Setup::signed_in();
    let (code, said) = setup.failure(&["storage-account", "show", "pond"]);
    assert_eq!(code, 1);
    assert!(said.contains("there is no storage account pond"), "{said}");
    assert!(said.contains("hint: see `adls storage-account list`"), "{said}");
    // The default account of the emulator is none of these, so nothing is done to one that is not named.
    for command in ["show", "delete", "exists"] {
        let (code, said) = setup.failure(&["storage-account", command]);
        assert_eq!(code, 2, "{said}");
    }
    // A whole host names the account, if it is one of the cloud's.
    let (code, said) = setup.failure(&["storage-account", "show", "ocean.dfs.core.windows.net"]);
    assert_eq!(code, 1);
    assert!(said.contains("there is no storage account ocean"), "{said}");
    let (code, said) = setup.failure(&["storage-account", "show", "ocean.evil.test"]);
    assert_eq!(code, 2);
    assert!(said.contains("not a host of the emulator"), "{said}");
    let (code, said) = setup.failure(&["storage-account", "update", "mockgen2"]);
    assert_eq!(code, 2);
    assert!(said.contains("there is nothing to change"), "{said}");

    setup.stdout(&["provider", "unregister", "Microsoft.Storage"]);
    let (code, said) = setup.failure(&["storage-account", "create", "ocean", "-g", GROUP]);
    assert_eq!(code, 1);
    assert!(said.contains("`adls provider register Microsoft.Storage`"), "{said}");
}

#[test]
fn throttling_and_lost_answers_are_got_over() {
    let setup = Setup::signed_in();
    let path = "*/storageAccounts/ocean";
    let throttled = FaultAction::Status { code: 429, retry_after: Some(0), body: None };
    setup
        .emulator
        .add_faults([
            FaultRule::new(throttled).method("PUT").path(path).count(1),
            FaultRule::new(FaultAction::CommitAndReset).method("PUT").path(path).count(1),
        ])
        .unwrap();
    let made = setup.json(&["storage-account", "create", "ocean", "-g", GROUP]);
    assert_eq!(made["provisioningState"], "Succeeded");
    assert!(setup.emulator.faults().iter().all(|(_, count)| *count == 1));
    setup.emulator.clear_faults();

    // A key that may have been replaced is not replaced again.
    let lost = FaultRule::new(FaultAction::CommitAndReset).path("*/regenerateKey").count(1);
    setup.emulator.add_faults([lost]).unwrap();
    let regenerate = ["storage-account", "keys", "regenerate", "ocean", "--key", "key1", "--yes"];
    let (code, said) = setup.failure(&regenerate);
    assert_eq!(code, 1);
    assert!(said.contains("look before you repeat it"), "{said}");
}

#[test]
fn an_application_gives_itself_a_role() {
    let setup = Setup::signed_in_as_application();
    let grant = ["storage-account", "grant", "mockgen2", "--me", "--role", "reader"];
    assert_eq!(setup.json(&grant)["principalType"], "ServicePrincipal");
}
