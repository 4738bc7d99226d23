//! `adls account`, `group`, `provider` and `subscription`.

use std::time::Duration;

use mock_aad::{ManagementSettings, Seed};
use serde_json::{Value, json};

use crate::setup::Setup;

#[test]
fn a_life_of_an_account() {
    let setup = Setup::signed_in();
    setup.stdout(&["group", "create", "lab", "--location", "East US 2", "--tags", "team=sea"]);
    let made = setup.json(&["account", "create", "ocean", "-g", "lab", "--tags", "a=b", "c="]);
    assert_eq!(made["resourceGroup"], "lab");
    assert_eq!(made["location"], "eastus2");
    assert_eq!(made["endpoint"], "ocean.azuredatalakestore.net");
    assert_eq!(made["provisioningState"], "Succeeded");
    assert_eq!(made["encryptionConfig"], json!({"type": "ServiceManaged"}));
    assert_eq!(made["tags"], json!({"a": "b", "c": ""}));
    assert!(made["properties"].is_null(), "{made}");

    let (code, said) = setup.failure(&["account", "create", "ocean", "-g", "lab"]);
    assert_eq!(code, 1);
    assert!(said.contains("the account ocean is there already\nhint: change it with"), "{said}");

    // From here on the group is found by listing.
    assert_eq!(setup.json(&["account", "show", "ocean"])["accountId"], made["accountId"]);
    let names = |list: Value| -> Vec<String> {
        let items = list.as_array().unwrap().clone();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(setup.json(&["account", "list"])), ["mocklake", "ocean"]);
    assert_eq!(names(setup.json(&["account", "list", "-g", "lab"])), ["ocean"]);
    let changed = setup.json(&[
        "account",
        "update",
        "ocean",
        "--firewall-state",
        "enabled",
        "--allow-azure-ips",
        "Enabled",
        "--tier",
        "commitment_1tb",
        "--tags",
    ]);
    assert_eq!(changed["firewallState"], "Enabled");
    assert_eq!(
        (&changed["currentTier"], &changed["newTier"]),
        (&json!("Consumption"), &json!("Commitment_1TB"))
    );
    assert_eq!(changed["tags"], json!({}));

    let table = setup.stdout(&["account", "show", "ocean"]);
    assert!(table.contains("resource group     lab\n"), "{table}");
    let row = setup.stdout(&["account", "list", "-g", "lab", "-o", "tsv"]);
    assert_eq!(row, "ocean\tlab\teastus2\tActive\tSucceeded\n");

    for exists in
        [&["account", "exists", "ocean"][..], &["account", "exists", "ocean", "-g", "lab"]]
    {
        assert_eq!(setup.stdout(exists), "true\n");
    }
    for exists in [&["account", "exists", "pond"][..], &["account", "exists", "ocean", "-g", "no"]]
    {
        assert_eq!(setup.answer(exists), "false\n");
    }
    setup.stdout(&["account", "wait", "ocean"]);
    assert_eq!(setup.stdout(&["account", "delete", "ocean", "--yes"]), "");
    setup.stdout(&["account", "wait", "ocean", "--deleted"]);
    assert_eq!(names(setup.json(&["account", "list"])), ["mocklake"]);
}

#[test]
fn an_account_with_its_own_key_and_one_without_encryption() {
    let setup = Setup::signed_in();
    let create = ["account", "create", "ocean", "-g", "emulator-group", "--no-wait"];
    let key = ["--key-vault-id", "/vaults/v", "--key-name", "k", "--key-version", "1"];
    setup.stdout(&[&create[..], &key].concat());
    let config = setup.json(&["account", "show", "ocean"])["encryptionConfig"].clone();
    assert_eq!(config["type"], "UserManaged");
    assert_eq!(config["keyVaultMetaInfo"]["encryptionKeyName"], "k");
    let plain = ["account", "create", "plain", "-g", "emulator-group", "--disable-encryption"];
    assert_eq!(setup.json(&plain)["encryptionState"], "Disabled");
    let (code, said) = setup.failure(&["account", "enable-key-vault", "plain"]);
    assert_eq!(code, 1);
    assert!(said.contains("(InvalidOperation)"), "{said}");
    let (code, said) = setup.failure(&[&create[..], &key[..2]].concat());
    assert_eq!(code, 2);
    assert!(said.contains("--key-name"), "{said}");
}

#[test]
fn the_rules_of_the_account_that_the_flag_names() {
    let setup = Setup::signed_in();
    let firewall = |arguments: &[&'static str]| {
        [&["account", "firewall"], arguments, &["--account", "mocklake"]].concat()
    };
    let create = firewall(&["create", "office", "--start-ip-address", "10.0.0.1"]);
    assert_eq!(setup.json(&create)["endIpAddress"], "10.0.0.1");
    let update = firewall(&["update", "office", "--end-ip-address", "10.0.0.9"]);
    assert_eq!(setup.json(&update)["startIpAddress"], "10.0.0.1");
    assert_eq!(setup.json(&firewall(&["show", "office"]))["endIpAddress"], "10.0.0.9");
    let row = [firewall(&["list"]), vec!["-o", "tsv"]].concat();
    assert_eq!(setup.stdout(&row), "office\t10.0.0.1\t10.0.0.9\n");
    setup.stdout(&firewall(&["delete", "office", "--yes"]));
    let (code, said) = setup.failure(&firewall(&["show", "office"]));
    assert_eq!(code, 1);
    assert_eq!(
        said,
        "error: the account mocklake has no firewall rule office\n\
         hint: see `adls account firewall list --account mocklake`\n"
    );
    let backwards = firewall(&[
        "create",
        "x",
        "--start-ip-address",
        "10.0.0.9",
        "--end-ip-address",
        "10.0.0.1",
    ]);
    let (code, said) = setup.failure(&backwards);
    assert_eq!(code, 2);
    assert!(said.contains("the range ends at 10.0.0.1, before it starts at 10.0.0.9"), "{said}");
    assert_eq!(setup.failure(&firewall(&["create", "x", "--start-ip-address", "10.0"])).0, 2);
    assert_eq!(setup.failure(&firewall(&["update", "x"])).0, 2);

    let network = |arguments: &[&'static str]| [&["account", "network-rule"], arguments].concat();
    let create = network(&["create", "lab", "--subnet", "one", "--vnet-name", "net"]);
    let subnet = setup.json(&create)["subnetId"].as_str().unwrap().to_owned();
    assert!(subnet.ends_with(
        "/resourceGroups/emulator-group/providers/Microsoft.Network/virtualNetworks/net/subnets/one"
    ));
    let table = setup.stdout(&network(&["list"]));
    assert_eq!(table.lines().last(), Some("lab   net             one     Active"), "{table}");
    setup.stdout(&network(&["update", "lab", "--subnet", "/subnets/two"]));
    assert_eq!(setup.json(&network(&["list"]))[0]["subnetId"], "/subnets/two");
    for wrong in [&["--subnet", "one"][..], &["--subnet", "/one", "--vnet-name", "net"]] {
        let arguments = [&network(&["create", "x"])[..], wrong].concat();
        assert_eq!(setup.failure(&arguments).0, 2);
    }
    setup.stdout(&network(&["delete", "lab", "--yes"]));

    let provider =
        |arguments: &[&'static str]| [&["account", "trusted-provider"], arguments].concat();
    let issuer = "https://sts.windows.net/partner";
    setup.stdout(&provider(&["create", "partner", "--id-provider", issuer]));
    setup.stdout(&provider(&["update", "partner", "--id-provider", "https://sts.windows.net/p"]));
    let shown = setup.json(&provider(&["show", "partner"]));
    assert_eq!(shown["idProvider"], "https://sts.windows.net/p");
    setup.stdout(&provider(&["delete", "partner", "--yes"]));
    assert_eq!(setup.json(&provider(&["list"])), json!([]));
}

#[test]
fn no_wait_and_wait() {
    let management = ManagementSettings {
        account_creation_seconds: 3600,
        group_deletion_seconds: 3600,
        ..ManagementSettings::default()
    };
    let setup = Setup::with_seed(Seed { management, ..Seed::default() }).sign_in();
    let hour = Duration::from_secs(3600);
    let run = setup.run(&["account", "create", "ocean", "-g", "emulator-group", "--no-wait"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.contains("adls account wait ocean -g emulator-group"), "{}", run.stderr);
    let show = ["account", "show", "ocean"];
    assert_eq!(setup.json(&show)["provisioningState"], "Creating");
    let (code, said) = setup.failure(&["account", "wait", "ocean", "--timeout", "0"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("account ocean is still Creating") && said.contains("--timeout"),
        "{said}"
    );
    setup.emulator.clock().advance(hour);
    setup.stdout(&["account", "wait", "ocean", "-g", "emulator-group"]);
    assert_eq!(setup.json(&show)["state"], "Active");
    let (code, said) = setup.failure(&["account", "wait", "pond", "--timeout", "0"]);
    assert_eq!(code, 1);
    assert!(said.contains("account pond is still not there"), "{said}");

    // That there is no such subscription does not mean that the account is gone.
    let nowhere = "11111111-1111-1111-1111-111111111111";
    for what in ["group", "account"] {
        let gone = [what, "wait", "pond", "--deleted", "--subscription", nowhere];
        let gone = [&gone[..], if what == "account" { &["-g", "lab"] } else { &[] }].concat();
        let (code, said) = setup.failure(&gone);
        assert_eq!(code, 1);
        assert!(said.contains("(SubscriptionNotFound)"), "{said}");
    }

    setup.stdout(&["group", "create", "lab", "-l", "eastus2"]);
    setup.stdout(&["group", "wait", "lab"]);
    setup.stdout(&["group", "delete", "lab", "--yes", "--no-wait"]);
    let state = setup.json(&["group", "show", "lab"])["properties"]["provisioningState"].clone();
    assert_eq!(state, "Deleting");
    assert_eq!(setup.failure(&["group", "wait", "lab", "--deleted", "--timeout", "0"]).0, 1);
    // A token of an hour ago is renewed on the way.
    setup.emulator.clock().advance(hour);
    setup.stdout(&["group", "wait", "lab", "--deleted"]);
}

#[test]
fn a_life_of_a_group() {
    let setup = Setup::signed_in();
    assert_eq!(setup.answer(&["group", "exists", "lab"]), "false\n");
    let made = setup.json(&["group", "create", "lab", "-l", "East US 2", "--tags", "team=sea"]);
    assert_eq!((&made["location"], &made["tags"]), (&json!("eastus2"), &json!({"team": "sea"})));
    assert_eq!(setup.stdout(&["group", "exists", "lab"]), "true\n");
    let list = ["group", "list", "--tag", "team=sea", "-o", "tsv"];
    assert_eq!(setup.stdout(&list), "lab\teastus2\tSucceeded\n");
    assert_eq!(setup.stdout(&["group", "list", "--tag", "team=land", "-o", "tsv"]), "");
    let changed = setup.json(&["group", "update", "lab", "--tags", "owner=me"]);
    assert_eq!(changed["tags"], json!({"owner": "me"}));
    assert_eq!(setup.failure(&["group", "update", "lab"]).0, 2);
    assert_eq!(setup.stdout(&["group", "delete", "lab", "--yes"]), "");
    let (code, said) = setup.failure(&["group", "show", "lab"]);
    assert_eq!(code, 1);
    assert!(said.starts_with("error: Resource group 'lab' could not be found"), "{said}");
    assert!(said.contains("(ResourceGroupNotFound)") && said.contains("hint:"), "{said}");
}

#[test]
fn nothing_is_deleted_without_a_yes() {
    let setup = Setup::signed_in();
    for delete in [
        &["account", "delete", "mocklake"][..],
        &["group", "delete", "emulator-group"],
        &["account", "firewall", "delete", "office"],
    ] {
        let (code, said) = setup.failure(delete);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("no terminal") && said.contains("--yes"), "{said}");
    }
    // Not even the default account, which other commands take when none is named.
    let (code, said) = setup.failure(&["account", "delete", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert_eq!(setup.json(&["account", "show"])["name"], "mocklake");
}

#[test]
fn what_is_not_there_or_not_allowed() {
    let setup = Setup::signed_in();
    let (code, said) = setup.failure(&["account", "show", "pond"]);
    assert_eq!(code, 1);
    assert!(said.contains("there is no account pond in the subscription"), "{said}");
    assert!(said.contains("hint: see `adls account list`"), "{said}");
    let (code, said) = setup.failure(&["account", "create", "ocean", "-g", "nowhere"]);
    assert_eq!(code, 1);
    assert!(said.contains("'nowhere' could not be found"), "{said}");
    assert!(said.contains("hint: see `adls group list`"), "{said}");
    let (_, said) = setup.failure(&["group", "create", "lab", "-l", "moon"]);
    assert!(said.contains("hint: see `adls subscription locations`"), "{said}");
    let create = ["account", "create", "ocean", "-g", "emulator-group", "-l", "westus"];
    let (_, said) = setup.failure(&create);
    assert!(said.contains("hint: name a region that has it with --location"), "{said}");
    let (_, said) = setup.failure(&["provider", "show", "Microsoft.Moon"]);
    assert!(said.contains("hint: see `adls provider list`"), "{said}");
    let (code, said) = setup.failure(&["account", "create", "Ocean!", "-g", "emulator-group"]);
    assert_eq!(code, 2);
    assert!(said.contains("3 to 24 characters"), "{said}");
    assert_eq!(setup.failure(&["account", "update", "mocklake"]).0, 2);
    assert_eq!(setup.failure(&["account", "update", "mocklake", "--tags", "novalue"]).0, 2);
    assert_eq!(setup.failure(&["account", "list", "--subscription", "Mine"]).0, 2);
    assert_eq!(Setup::new().failure(&["account", "list"]).0, 3);
}

#[test]
fn the_service_and_its_regions() {
    let setup = Setup::signed_in();
    let taken = setup.json(&["account", "check-name", "mocklake"]);
    assert_eq!(
        (&taken["nameAvailable"], &taken["reason"]),
        (&json!(false), &json!("AlreadyExists"))
    );
    let free = setup.json(&["account", "check-name", "ocean", "--location", "westeurope"]);
    assert_eq!(free["nameAvailable"], true);
    assert_eq!(setup.json(&["account", "capability", "East US 2"])["accountCount"], 1);
    let (code, said) = setup.failure(&["account", "capability", "moon"]);
    assert_eq!(code, 1);
    assert!(said.contains("not offered in moon"), "{said}");
    let nowhere = "11111111-1111-1111-1111-111111111111";
    let (_, said) = setup.failure(&["account", "capability", "eastus2", "--subscription", nowhere]);
    assert!(said.contains("(SubscriptionNotFound)"), "{said}");
    assert_eq!(setup.json(&["account", "usage", "eastus2"])[0]["currentValue"], 1);
}

#[test]
fn a_provider_is_registered_once() {
    let setup = Setup::signed_in();
    setup.stdout(&["provider", "unregister"]);
    let (code, said) = setup.failure(&["account", "create", "ocean", "-g", "emulator-group"]);
    assert_eq!(code, 1);
    assert!(said.contains("(MissingSubscriptionRegistration)"), "{said}");
    assert!(said.contains("hint: register it once with `adls provider register`"), "{said}");
    setup.stdout(&["provider", "register"]);
    let row = setup.stdout(&["provider", "show", "-o", "tsv"]);
    assert_eq!(row, "Microsoft.DataLakeStore\tRegistered\n");
    assert!(setup.stdout(&["provider", "list"]).contains("Microsoft.DataLakeStore"));
    setup.stdout(&["account", "create", "ocean", "-g", "emulator-group"]);
}

#[test]
fn a_subscription_is_chosen() {
    let setup = Setup::signed_in();
    let listed = setup.json(&["subscription", "list"])[0].clone();
    let id = setup.emulator.ready().subscription_id.as_str();
    assert_eq!((&listed["id"], &listed["name"]), (&json!(id), &json!("Emulator")));
    assert_eq!((&listed["isDefault"], &listed["state"]), (&json!(true), &json!("Enabled")));
    let run = setup.run(&["subscription", "set", "emulator"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.contains(id), "{}", run.stderr);
    let config =
        std::fs::read_to_string(setup.directory.path().join("config/config.toml")).unwrap();
    assert!(config.contains(&format!("subscription = \"{id}\"")), "{config}");
    for arguments in [&["subscription", "show"][..], &["subscription", "show", "Emulator"]] {
        let shown = setup.json(arguments);
        assert_eq!(shown, listed, "{arguments:?}");
    }
    let regions = setup.stdout(&["subscription", "locations", "-o", "tsv"]);
    assert!(regions.lines().any(|line| line == "eastus2\tEast US 2"), "{regions}");
    let (code, said) = setup.failure(&["subscription", "show", "pond"]);
    assert_eq!(code, 1);
    assert!(said.contains("hint: see `adls subscription list`"), "{said}");
    let (code, said) = setup.failure(&["subscription", "set", "pond"]);
    assert_eq!(code, 1);
    assert!(said.contains("there is no subscription \"pond\" for you"), "{said}");
}

#[test]
fn help_fits_into_eighty_columns() {
    let setup = Setup::new();
    for command in [
        "subscription show",
        "subscription locations",
        "account",
        "account create",
        "account update",
        "account delete",
        "account show",
        "account list",
        "account exists",
        "account wait",
        "account check-name",
        "account enable-key-vault",
        "account capability",
        "account usage",
        "account firewall",
        "account firewall create",
        "account network-rule update",
        "account trusted-provider delete",
        "storage-account",
        "storage-account create",
        "storage-account update",
        "storage-account delete",
        "storage-account show",
        "storage-account list",
        "storage-account exists",
        "storage-account wait",
        "storage-account check-name",
        "storage-account keys",
        "storage-account keys list",
        "storage-account keys regenerate",
        "storage-account grant",
        "storage-account revoke",
        "storage-account grants",
        "group",
        "group create",
        "group update",
        "group delete",
        "group list",
        "group wait",
        "provider register",
        "subscription",
        "subscription set",
    ] {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.push("--help");
        let output = setup.command(&arguments).env("COLUMNS", "80").output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
        // The short form, an option a line: the long one has an empty line after each.
        assert!(help.contains("\n  -h, --help") && help.contains("\nGlobal options:\n"), "{help}");
    }
}
