use http::{Method, StatusCode};
use serde_json::json;

use super::{Bench, assert_answer, handle, read};

const GROUP: &str = "/resourcegroups/emulator-group?api-version=2020-10-01";

#[tokio::test]
async fn a_call_without_a_token_learns_where_to_get_one() {
    let bench = Bench::new();
    let path = format!("{}{GROUP}", super::SUBSCRIPTION);
    let answer = read(handle(&bench.state.arm, Bench::call(Method::GET, &path, None)).await).await;
    assert_answer!(answer, @r#"
    401
    content-length: <hundreds>
    cache-control: no-cache
    pragma: no-cache
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: <request>
    x-ms-correlation-request-id: <request>
    x-ms-routing-request-id: WESTUS2:<stamp>:<request>
    x-ms-failure-cause: gateway
    www-authenticate: Bearer authorization_uri="https://127.0.0.1:8443/<tenant>", error="invalid_token", error_description="Authentication failed. The 'Authorization' header is missing."
    content-type: application/json; charset=utf-8
    {
      "error": {
        "code": "AuthenticationFailed",
        "message": "Authentication failed. The 'Authorization' header is missing."
      }
    }
    "#);
}

#[tokio::test]
async fn roles_bound_what_a_caller_may_do() {
    let bench = Bench::new();
    let reader = bench.as_user("reader");
    assert_eq!(reader.get(GROUP).await.status, StatusCode::OK);
    let refused = reader.put(GROUP, json!({"location": "eastus2"})).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "AuthorizationFailed"));
    let stranger = bench.as_user("stranger");
    let refused = stranger.get(GROUP).await;
    insta::assert_json_snapshot!(refused.body, @r#"
    {
      "error": {
        "code": "AuthorizationFailed",
        "message": "The client 'stranger@emulator.test' with object id '00000000-0000-0000-0000-000000000bad' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read' over scope '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/emulator-group' or the scope is invalid. If access was recently granted, please refresh your credentials."
      }
    }
    "#);
    let register = "/providers/Microsoft.DataLakeStore/register?api-version=2020-06-01";
    let refused = reader.post(register, json!({})).await;
    let message = refused.body["error"]["message"].as_str().unwrap();
    let action = "'Microsoft.DataLakeStore/register/action' over scope \
                  '/subscriptions/00000000-0000-0000-0000-000000000000' or";
    assert!(message.contains(action), "{message}");
    let path = format!("{}/subscriptions?api-version=2020-01-01", super::ORIGIN);
    assert_eq!(stranger.get(&path).await.body, json!({"value": []}));
    assert_eq!(reader.get(&path).await.body["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_creator_of_an_account_is_its_super_user() {
    let bench = Bench::new();
    let path = "/resourceGroups/emulator-group/providers/Microsoft.DataLakeStore/accounts/newlake\
                ?api-version=2016-11-01";
    bench.as_user("mfa").put(path, json!({"location": "eastus2"})).await;
    let owners = bench.state.arm.read().accounts["newlake"].owners.clone();
    assert_eq!(owners, [bench.as_user("mfa").caller.object_id]);
}

#[tokio::test]
async fn subscriptions_are_checked() {
    let bench = Bench::new();
    let at = |id: &str| {
        format!("{}/subscriptions/{id}/resourcegroups?api-version=2020-10-01", super::ORIGIN)
    };
    let unknown = bench.get(&at("00000000-0000-0000-0000-000000000009")).await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::NOT_FOUND, "SubscriptionNotFound"));
    let malformed = bench.get(&at("mine")).await;
    assert_eq!(
        (malformed.status, malformed.code()),
        (StatusCode::BAD_REQUEST, "InvalidSubscriptionId")
    );
}

#[tokio::test]
async fn what_is_not_served_is_refused() {
    let bench = Bench::new();
    for (method, path, status, code) in [
        (Method::GET, "/resourcegroups", 400, "MissingApiVersionParameter"),
        (Method::GET, "/resourcegroups?api-version=9", 400, "InvalidApiVersionParameter"),
        (Method::GET, "/nonsense?api-version=2020-10-01", 404, "NotFound"),
        (Method::DELETE, "/resourcegroups?api-version=2020-10-01", 405, "HttpMethodNotAllowed"),
        (
            Method::GET,
            "/resourcegroups/g/providers/Contoso.Things/things/a?api-version=2020-10-01",
            404,
            "InvalidResourceNamespace",
        ),
        (
            Method::GET,
            "/resourcegroups/g/providers/Microsoft.DataLakeStore/lakes/a?api-version=2020-10-01",
            404,
            "InvalidResourceType",
        ),
        (Method::PUT, GROUP, 415, "UnsupportedMediaType"),
    ] {
        let answer = bench.send(method, path, None).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{path}");
    }
}

#[tokio::test]
async fn counters_run_down_per_caller_and_hour() {
    let bench = Bench::new();
    let remaining = "x-ms-ratelimit-remaining-subscription-reads";
    assert_eq!(bench.get(GROUP).await.header(remaining), "14999");
    assert_eq!(bench.get(GROUP).await.header(remaining), "14998");
    assert_eq!(bench.as_user("mfa").get(GROUP).await.header(remaining), "14999");
    bench.pass(3600);
    assert_eq!(bench.get(GROUP).await.header(remaining), "14999");
}

#[tokio::test]
async fn the_clients_request_id_comes_back_when_it_asks() {
    let bench = Bench::new();
    let path = format!("{}{GROUP}", super::SUBSCRIPTION);
    let mut call = Bench::call(Method::GET, &path, None);
    call.headers.insert("x-ms-client-request-id", "mine".parse().unwrap());
    call.headers.insert("x-ms-return-client-request-id", "true".parse().unwrap());
    let answer = read(super::serve(&bench.state.arm, &bench.caller, call).await).await;
    assert_eq!(answer.header("x-ms-client-request-id"), "mine");
    assert_eq!(bench.get(GROUP).await.header("x-ms-client-request-id"), "");
}
