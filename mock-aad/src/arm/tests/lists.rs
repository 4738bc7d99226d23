use http::StatusCode;
use serde_json::json;

use super::Bench;
use crate::seed::ManagementSettings;

const ACCOUNTS: &str = "/providers/Microsoft.DataLakeStore/accounts?api-version=2016-11-01";

async fn filled(page_size: usize) -> Bench {
    let bench = Bench::with(ManagementSettings { page_size, ..ManagementSettings::default() });
    for (group, names) in [("zgroup", ["lake5", "lake1"]), ("agroup", ["lake4", "lake2"])] {
        let path = format!("/resourcegroups/{group}?api-version=2020-10-01");
        let body = json!({"location": "westus", "tags": {"kind": group}});
        bench.put(&path, body).await;
        for name in names {
            let path = format!(
                "/resourceGroups/{group}/providers/Microsoft.DataLakeStore/accounts/{name}\
                 ?api-version=2016-11-01"
            );
            let tags = json!({"number": &name[4..]});
            bench.put(&path, json!({"location": "eastus2", "tags": tags})).await;
        }
    }
    bench
}

#[tokio::test]
async fn accounts_are_listed_in_their_basic_form() {
    let bench = Bench::new();
    let answer = bench.get(ACCOUNTS).await;
    insta::assert_json_snapshot!(answer.body, {
        ".value[].properties.accountId" => "<id>",
        ".value[].properties.creationTime" => "<time>",
        ".value[].properties.lastModifiedTime" => "<time>",
    }, @r#"
    {
      "value": [
        {
          "properties": {
            "provisioningState": "Succeeded",
            "state": "Active",
            "endpoint": "mocklake.azuredatalakestore.net",
            "accountId": "<id>",
            "creationTime": "<time>",
            "lastModifiedTime": "<time>"
          },
          "location": "eastus2",
          "tags": {},
          "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/mocklake",
          "name": "mocklake",
          "type": "Microsoft.DataLakeStore/accounts"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn pages_are_followed_by_their_links() {
    let bench = filled(2).await;
    let mut names = Vec::new();
    let mut answer = bench.get(ACCOUNTS).await;
    loop {
        assert!(answer.names().len() <= 2);
        names.extend(answer.names().into_iter().map(str::to_owned));
        let Some(link) = answer.body["nextLink"].as_str() else { break };
        assert!(link.starts_with("https://127.0.0.1:8443/subscriptions/"), "{link}");
        assert!(link.contains("api-version=2016-11-01&%24skiptoken="), "{link}");
        answer = bench.get(link).await;
    }
    assert_eq!(names, ["lake2", "lake4", "mocklake", "lake1", "lake5"], "by group, then name");
}

#[tokio::test]
async fn options_select_and_order() {
    let bench = filled(100).await;
    for (options, expected) in [
        ("$top=2", vec!["lake2", "lake4"]),
        ("$skip=3", vec!["lake1", "lake5"]),
        ("$top=1&$skip=1", vec!["lake4"]),
        ("$orderby=name%20desc&$top=2", vec!["mocklake", "lake5"]),
        ("$filter=startswith(name,'lake')", vec!["lake2", "lake4", "lake1", "lake5"]),
        ("$filter=tagName%20eq%20'number'%20and%20tagValue%20eq%20'5'", vec!["lake5"]),
        ("$filter=properties/state%20eq%20'Suspended'", vec![]),
        ("$filter=archived", vec![]),
        ("$select=name", vec!["lake2", "lake4", "mocklake", "lake1", "lake5"]),
    ] {
        let answer = bench.get(&format!("{ACCOUNTS}&{options}")).await;
        assert_eq!(answer.names(), expected, "{options}");
        assert_eq!(answer.body.get("nextLink"), None, "{options}");
    }
    let counted = bench.get(&format!("{ACCOUNTS}&$count=true&$top=1")).await;
    assert_eq!(counted.body["count"], 5);
}

#[tokio::test]
async fn options_that_cannot_be_read_are_refused() {
    let bench = Bench::new();
    for options in ["$top=0", "$skip=x", "$filter=name%20eq", "$orderby=a%20b", "$skiptoken=x"] {
        let answer = bench.get(&format!("{ACCOUNTS}&{options}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{options}");
        assert_eq!(answer.code(), "InvalidQueryParameterValue", "{options}");
    }
}

#[tokio::test]
async fn the_top_of_groups_is_the_length_of_a_page() {
    let bench = filled(100).await;
    let first = bench.get("/resourcegroups?$top=2&api-version=2017-05-10").await;
    assert_eq!(first.names(), ["agroup", "emulator-group"]);
    let link = first.body["nextLink"].as_str().unwrap();
    assert!(
        link.contains("/resourcegroups?%24top=2&api-version=2017-05-10&%24skiptoken="),
        "{link}"
    );
    let rest = bench.get(link).await;
    assert_eq!(rest.names(), ["zgroup"]);
    assert_eq!(rest.body.get("nextLink"), None);
    // A full page does not tell whether it is the last one.
    let full = bench.get("/resourcegroups?$top=3&api-version=2017-05-10").await;
    assert_eq!(full.names().len(), 3);
    let empty = bench.get(full.body["nextLink"].as_str().unwrap()).await;
    assert_eq!((empty.names().len(), empty.body.get("nextLink")), (0, None));
    let tagged = "$filter=tagname%20eq%20%27kind%27%20and%20tagvalue%20eq%20%27zgroup%27";
    let found = bench.get(&format!("/resourcegroups?{tagged}&api-version=2020-10-01")).await;
    assert_eq!(found.names(), ["zgroup"]);
}

#[tokio::test]
async fn a_group_lists_its_own_accounts() {
    let bench = filled(100).await;
    let path = "/resourceGroups/ZGROUP/providers/Microsoft.DataLakeStore/accounts\
                ?api-version=2016-11-01";
    assert_eq!(bench.get(path).await.names(), ["lake1", "lake5"]);
    let missing = bench.get(&path.replace("ZGROUP", "missing")).await;
    assert_eq!(missing.code(), "ResourceGroupNotFound");
}
