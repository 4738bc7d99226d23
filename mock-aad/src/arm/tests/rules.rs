use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Bench, read};
use crate::webhdfs;

const ACCOUNT: &str =
    "/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/mocklake";

fn rule(kind: &str, name: &str) -> String {
    format!("{ACCOUNT}/{kind}/{name}?api-version=2016-11-01")
}

fn range(start: &str, end: &str) -> Value {
    json!({"properties": {"startIpAddress": start, "endIpAddress": end}})
}

#[tokio::test]
async fn a_rule_lives_through_its_five_calls() {
    let bench = Bench::new();
    let path = rule("firewallRules", "home");
    let created = bench.put(&path, range("127.0.0.1", "127.0.0.2")).await;
    assert_eq!(created.status, StatusCode::OK, "not 201, even when new");
    insta::assert_json_snapshot!(created.body, @r#"
    {
      "properties": {
        "startIpAddress": "127.0.0.1",
        "endIpAddress": "127.0.0.2"
      },
      "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/mocklake/firewallRules/home",
      "name": "home",
      "type": "Microsoft.DataLakeStore/accounts/firewallRules"
    }
    "#);
    let patch = json!({"properties": {"endIpAddress": "127.0.0.3"}});
    let patched = bench.patch(&rule("firewallrules", "HOME"), patch).await;
    let expected = json!({"startIpAddress": "127.0.0.1", "endIpAddress": "127.0.0.3"});
    assert_eq!(patched.body["properties"], expected);
    assert_eq!(bench.get(&path).await.body, patched.body);
    let list = bench.get(&format!("{ACCOUNT}/firewallRules?api-version=2016-11-01")).await;
    assert_eq!(list.body["value"], json!([patched.body]));
    let account = bench.get(&format!("{ACCOUNT}?api-version=2016-11-01")).await;
    let shown = json!([{"properties": expected, "name": "home"}]);
    assert_eq!(account.body["properties"]["firewallRules"], shown);
    assert_eq!(bench.delete(&path).await.status, StatusCode::OK);
    assert_eq!(bench.delete(&path).await.status, StatusCode::NO_CONTENT);
    let gone = bench.get(&path).await;
    assert_eq!((gone.status, gone.code()), (StatusCode::NOT_FOUND, "NestedResourceNotFound"));
    let unpatched = bench.patch(&path, range("1.1.1.1", "1.1.1.1")).await;
    assert_eq!(unpatched.code(), "NestedResourceNotFound");
}

#[tokio::test]
async fn a_virtual_network_rule_has_a_state_when_read() {
    let bench = Bench::new();
    let subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/\
                  virtualNetworks/v/subnets/default";
    let body = json!({"properties": {"subnetId": subnet}});
    let path = rule("virtualNetworkRules", "net");
    let created = bench.put(&path, body).await;
    assert_eq!(created.body["properties"], json!({"subnetId": subnet}));
    let found = bench.get(&path).await;
    assert_eq!(found.body["properties"], json!({"subnetId": subnet, "state": "Active"}));
    // A client may send back what it read.
    let again = bench.put(&path, found.body.clone()).await;
    assert_eq!(again.body, created.body);
}

#[tokio::test]
async fn a_trusted_provider_is_a_url() {
    let bench = Bench::new();
    let path = rule("trustedIdProviders", "sts");
    let url = "https://sts.windows.net/5a1e0000-0000-4000-8000-000000000001";
    let created = bench.put(&path, json!({"properties": {"idProvider": url}})).await;
    assert_eq!(created.body["type"], "Microsoft.DataLakeStore/accounts/trustedIdProviders");
    let wrong = bench.patch(&path, json!({"properties": {"idProvider": "sts"}})).await;
    assert_eq!(wrong.code(), "InvalidRequestContent");
    assert_eq!(bench.get(&path).await.body["properties"]["idProvider"], url);
}

#[tokio::test]
async fn bad_rules_are_refused() {
    let bench = Bench::new();
    for body in [
        json!({}),
        json!({"properties": {"startIpAddress": "1.1.1.1"}}),
        range("1.1.1", "1.1.1.2"),
        range("::1", "::2"),
        range("2.0.0.0", "1.0.0.0"),
    ] {
        let answer = bench.put(&rule("firewallRules", "bad"), body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.code(), "InvalidRequestContent", "{body}");
    }
    let orphan = rule("firewallRules", "x").replace("mocklake", "missing");
    let answer = bench.put(&orphan, range("1.1.1.1", "1.1.1.1")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "ResourceNotFound"));
}

#[tokio::test]
async fn the_firewall_guards_the_files() {
    let bench = Bench::new();
    let path = format!("{ACCOUNT}?api-version=2016-11-01");
    bench.patch(&path, json!({"properties": {"firewallState": "Enabled"}})).await;
    let list = async || {
        let mut call = Bench::call(Method::GET, "/webhdfs/v1/?op=LISTSTATUS&user.name=user", None);
        call.account = Some("mocklake".to_owned());
        read(webhdfs::handle(&bench.state.gen1, call).await).await
    };
    let refused = list().await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.body["RemoteException"]["exception"], "AccessControlException");
    bench.put(&rule("firewallRules", "home"), range("127.0.0.1", "127.0.0.1")).await;
    assert_eq!(list().await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_enabled_firewall_lets_in_whom_a_rule_covers() {
    let bench = Bench::new();
    let firewall = || bench.state.arm.firewall("MockLake");
    bench.put(&rule("firewallRules", "home"), range("127.0.0.0", "127.0.0.9")).await;
    assert_eq!(firewall(), None, "rules alone do nothing");
    let path = format!("{ACCOUNT}?api-version=2016-11-01");
    bench.patch(&path, json!({"properties": {"firewallState": "Enabled"}})).await;
    let permits = |address: &str| firewall().unwrap().permits(address.parse().unwrap());
    assert!(permits("127.0.0.1") && permits("::1") && permits("::ffff:127.0.0.9"));
    assert!(!permits("127.0.1.0") && !permits("10.0.0.1") && !permits("fe80::1"));
    bench.delete(&rule("firewallRules", "home")).await;
    assert!(!permits("127.0.0.1"), "a firewall without rules lets nobody in");
    bench.patch(&path, json!({"properties": {"firewallState": "Disabled"}})).await;
    assert_eq!(firewall(), None);
}
