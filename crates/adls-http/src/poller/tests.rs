use std::sync::Arc;

use insta::assert_snapshot;

use super::*;
use crate::test_util::{Answer, CountingCredential, ScriptedTransport};
use crate::transport::TransportErrorKind;
use crate::{ErrorKind, TokenRequest};

const RESOURCE: &str = "https://arm.test/accounts/one?api-version=1";
const STATUS_LINK: &str = "https://arm.test/status/7?api-version=1";
const LOCATION: &str = "https://arm.test/location/7";

fn pipeline(transport: &Arc<ScriptedTransport>) -> Pipeline {
    Pipeline::builder(transport.options()).build().unwrap()
}

async fn begin_with(
    method: Method,
    transport: &Arc<ScriptedTransport>,
    options: PollerOptions,
) -> Result<Poller<Value>> {
    let request =
        Request::new("Things_Do", method, RESOURCE.parse().unwrap(), Idempotency::Idempotent);
    Poller::begin(pipeline(transport), request, options, |answer| match answer.body().is_empty() {
        true => Ok(Value::Null),
        false => answer.json(),
    })
    .await
}

async fn begin(method: Method, transport: &Arc<ScriptedTransport>) -> Poller<Value> {
    begin_with(method, transport, PollerOptions::default()).await.unwrap()
}

/// Runs the whole operation: its result, and what was asked at which second.
async fn run(method: Method, answers: Vec<Answer>) -> (Result<Value>, String) {
    let transport = ScriptedTransport::new(answers);
    let poller = begin(method, &transport).await;
    let clock = Arc::clone(poller.pipeline.clock());
    let start = clock.elapsed();
    let result = poller.wait().await;
    let lines: Vec<_> =
        transport.transcript().lines().filter(|l| l.contains(' ')).map(str::to_owned).collect();
    let requests = lines.iter().filter(|line| line.contains("https://")).cloned();
    let seconds = (clock.elapsed() - start).as_secs();
    (result, format!("{}\n{seconds} s", requests.collect::<Vec<_>>().join("\n")))
}

fn in_progress() -> Answer {
    Answer::status(200).body(r#"{"status":"InProgress"}"#)
}

fn provisioning(state: &str) -> Answer {
    let body = format!(r#"{{"name":"one","properties":{{"provisioningState":"{state}"}}}}"#);
    Answer::status(200).body(body)
}

#[tokio::test(start_paused = true)]
async fn status_link_then_the_resource() {
    let (result, asked) = run(
        Method::PUT,
        vec![
            Answer::status(201)
                .header("azure-asyncoperation", STATUS_LINK)
                .header("location", LOCATION)
                .header("retry-after", "10")
                .body(r#"{"properties":{"provisioningState":"Creating"}}"#),
            in_progress(),
            in_progress().header("retry-after", "2"),
            Answer::status(200).body(r#"{"status":"succeeded"}"#),
            provisioning("Succeeded"),
        ],
    )
    .await;
    assert_eq!(result.unwrap()["name"], "one");
    assert_snapshot!(asked, @"
    PUT https://arm.test/accounts/one?api-version=1
    GET https://arm.test/status/7?api-version=1
    GET https://arm.test/status/7?api-version=1
    GET https://arm.test/status/7?api-version=1
    GET https://arm.test/accounts/one?api-version=1
    17 s
    ");
}

#[tokio::test(start_paused = true)]
async fn operation_location_and_the_place_it_names() {
    let (result, asked) = run(
        Method::PUT,
        vec![
            Answer::status(202).header("operation-location", STATUS_LINK),
            Answer::status(202),
            Answer::status(200).body(
                r#"{"status":"Succeeded","resourceLocation":"https://arm.test/accounts/two"}"#,
            ),
            Answer::status(200).body(r#"{"name":"two"}"#),
        ],
    )
    .await;
    assert_eq!(result.unwrap()["name"], "two");
    assert_snapshot!(asked, @"
    PUT https://arm.test/accounts/one?api-version=1
    GET https://arm.test/status/7?api-version=1
    GET https://arm.test/status/7?api-version=1
    GET https://arm.test/accounts/two
    10 s
    ");
}

#[tokio::test(start_paused = true)]
async fn location_until_it_is_not_202_and_where_it_moves() {
    let (result, asked) = run(
        Method::POST,
        vec![
            Answer::status(202).header("location", LOCATION).header("retry-after", "15"),
            Answer::status(202)
                .header("location", "https://arm.test/location/8")
                .header("retry-after", "15"),
            Answer::status(200).body(r#"{"moved":true}"#),
        ],
    )
    .await;
    assert_eq!(result.unwrap()["moved"], true);
    assert_snapshot!(asked, @"
    POST https://arm.test/accounts/one?api-version=1
    GET https://arm.test/location/7
    GET https://arm.test/location/8
    30 s
    ");
}

#[tokio::test(start_paused = true)]
async fn location_of_a_put_may_end_without_the_resource() {
    let (result, asked) = run(
        Method::PUT,
        vec![
            Answer::status(202).header("location", LOCATION),
            Answer::status(204),
            provisioning("Succeeded"),
        ],
    )
    .await;
    assert_eq!(result.unwrap()["name"], "one");
    assert_snapshot!(asked, @"
    PUT https://arm.test/accounts/one?api-version=1
    GET https://arm.test/location/7
    GET https://arm.test/accounts/one?api-version=1
    5 s
    ");
}

#[tokio::test(start_paused = true)]
async fn status_link_of_a_post_then_its_location() {
    let (result, asked) = run(
        Method::POST,
        vec![
            Answer::status(202)
                .header("azure-asyncoperation", STATUS_LINK)
                .header("location", LOCATION),
            Answer::status(200).body(r#"{"status":"Succeeded"}"#),
            Answer::status(200).body(r#"{"template":{}}"#),
        ],
    )
    .await;
    assert!(result.unwrap()["template"].is_object());
    assert_snapshot!(asked, @"
    POST https://arm.test/accounts/one?api-version=1
    GET https://arm.test/status/7?api-version=1
    GET https://arm.test/location/7
    5 s
    ");
}

#[tokio::test(start_paused = true)]
async fn the_resource_itself_when_there_is_no_link() {
    let (result, asked) = run(
        Method::PATCH,
        vec![provisioning("Patching"), provisioning("Patching"), provisioning("Succeeded")],
    )
    .await;
    assert_eq!(result.unwrap()["name"], "one");
    assert_snapshot!(asked, @"
    PATCH https://arm.test/accounts/one?api-version=1
    GET https://arm.test/accounts/one?api-version=1
    GET https://arm.test/accounts/one?api-version=1
    10 s
    ");
}

#[tokio::test(start_paused = true)]
async fn a_resource_on_which_somebody_else_works() {
    let answers = ["Creating", "Creating", "Succeeded"].map(provisioning);
    let (result, asked) = run(Method::GET, answers.into()).await;
    assert_eq!(result.unwrap()["name"], "one");
    assert_snapshot!(asked, @"
    GET https://arm.test/accounts/one?api-version=1
    GET https://arm.test/accounts/one?api-version=1
    GET https://arm.test/accounts/one?api-version=1
    10 s
    ");
}

#[tokio::test(start_paused = true)]
async fn done_with_the_first_answer() {
    let (result, asked) = run(Method::PUT, vec![provisioning("Succeeded")]).await;
    assert_eq!(result.unwrap()["name"], "one");
    assert_snapshot!(asked, @"
    PUT https://arm.test/accounts/one?api-version=1
    0 s
    ");

    let (result, _) = run(Method::PUT, vec![Answer::status(200).body(r#"{"name":"plain"}"#)]).await;
    assert_eq!(result.unwrap()["name"], "plain");
}

#[tokio::test(start_paused = true)]
async fn removals() {
    for status in [200, 204] {
        let (result, asked) = run(Method::DELETE, vec![Answer::status(status)]).await;
        assert_eq!(result.unwrap(), Value::Null);
        assert_eq!(asked, "DELETE https://arm.test/accounts/one?api-version=1\n0 s");
    }
    // With a status link nothing is fetched at the end: there is nothing left.
    let (result, asked) = run(
        Method::DELETE,
        vec![
            Answer::status(202).header("azure-asyncoperation", STATUS_LINK),
            Answer::status(200).body(r#"{"status":"Succeeded"}"#),
        ],
    )
    .await;
    result.unwrap();
    assert_snapshot!(asked, @"
    DELETE https://arm.test/accounts/one?api-version=1
    GET https://arm.test/status/7?api-version=1
    5 s
    ");
    // Without any link the removal is over when the resource is gone.
    let (result, asked) = run(
        Method::DELETE,
        vec![Answer::status(202), provisioning("Deleting"), Answer::status(404).body("{}")],
    )
    .await;
    result.unwrap();
    assert_snapshot!(asked, @"
    DELETE https://arm.test/accounts/one?api-version=1
    GET https://arm.test/accounts/one?api-version=1
    GET https://arm.test/accounts/one?api-version=1
    10 s
    ");
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_vanishes_while_it_is_made_is_an_error() {
    let (result, _) =
        run(Method::PUT, vec![provisioning("Creating"), Answer::status(404).body("{}")]).await;
    assert_eq!(result.unwrap_err().status(), Some(StatusCode::NOT_FOUND));
}

#[tokio::test(start_paused = true)]
async fn failure_and_cancellation_name_the_operation_and_the_reason() {
    let answers =
        |last: Answer| vec![Answer::status(201).header("azure-asyncoperation", STATUS_LINK), last];
    let failed = Answer::status(200)
        .header("x-ms-request-id", "r-1")
        .body(r#"{"status":"Failed","error":{"code":"NoQuota","message":"Ten are enough."}}"#);
    let (result, _) = run(Method::PUT, answers(failed)).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Operation, Some("NoQuota")));
    assert_snapshot!(error.summary(), @"Things_Do https://arm.test/status/7?api-version=1: the operation failed: NoQuota: Ten are enough.");
    assert_eq!(error.request_id(), Some("r-1"));

    for word in ["Canceled", "cancelled"] {
        let last = Answer::status(200).body(format!(r#"{{"status":"{word}"}}"#));
        let error = run(Method::PUT, answers(last)).await.0.unwrap_err();
        assert!(error.to_string().contains(&format!("it ended as {word}")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn failure_at_once_and_failure_of_the_resource() {
    let transport = ScriptedTransport::new([provisioning("Failed")]);
    let error = begin_with(Method::PUT, &transport, PollerOptions::default()).await.unwrap_err();
    assert_snapshot!(error.summary(), @"Things_Do https://arm.test/accounts/one?api-version=1: it ended as Failed");

    let (result, _) =
        run(Method::PUT, vec![provisioning("Creating"), provisioning("Failed")]).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Operation);
}

#[tokio::test(start_paused = true)]
async fn a_status_link_without_a_status_is_an_error_not_a_loop() {
    for body in ["", "<html>", "{}"] {
        let link = Answer::status(201).header("azure-asyncoperation", STATUS_LINK);
        let (result, _) = run(Method::PUT, vec![link, Answer::status(200).body(body)]).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("holds no status"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_names_operation_and_state() {
    let creating = provisioning("Creating").header("retry-after", "10");
    let transport = ScriptedTransport::new([creating, provisioning("Creating")]);
    let options = PollerOptions { deadline: Some(Duration::from_secs(12)), ..Default::default() };
    let mut poller = begin_with(Method::PUT, &transport, options).await.unwrap();
    assert_eq!(poller.step().await.unwrap(), PollStatus::InProgress("Creating".to_owned()));
    let error = poller.step().await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Operation, 2));
    assert_snapshot!(error.summary(), @"Things_Do https://arm.test/accounts/one?api-version=1: still Creating after 10 seconds; it goes on without being watched");
}

#[tokio::test(start_paused = true)]
async fn the_result_before_the_end_is_an_error() {
    let poller = begin(Method::PUT, &ScriptedTransport::new([provisioning("Creating")])).await;
    assert_eq!(poller.status(), PollStatus::InProgress("Creating".to_owned()));
    let error = poller.result().await.unwrap_err();
    assert_snapshot!(error.summary(), @"Things_Do https://arm.test/accounts/one?api-version=1: it is still Creating");
}

#[tokio::test(start_paused = true)]
async fn goes_on_after_a_lost_answer_and_a_dropped_step() {
    let transport = ScriptedTransport::new([
        Answer::status(201).header("azure-asyncoperation", STATUS_LINK),
        Answer::status(403).body(r#"{"error":{"code":"AuthorizationFailed","message":"m"}}"#),
        Answer::never(),
        Answer::status(200).body(r#"{"status":"Succeeded"}"#),
        provisioning("Succeeded"),
    ]);
    let mut poller = begin(Method::PUT, &transport).await;
    assert_eq!(poller.step().await.unwrap_err().status(), Some(StatusCode::FORBIDDEN));
    let dropped = tokio::time::timeout(Duration::from_secs(20), poller.step()).await;
    assert!(dropped.is_err());
    assert_eq!(poller.wait().await.unwrap()["name"], "one");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_poll_is_repeated_by_the_pipeline() {
    let (result, _) = run(
        Method::DELETE,
        vec![
            Answer::status(202).header("location", LOCATION),
            Answer::failure(TransportErrorKind::Interrupted),
            Answer::status(503),
            Answer::status(200),
        ],
    )
    .await;
    result.unwrap();
}

fn resume(token: &str, answers: Vec<Answer>) -> Result<Poller<Value>> {
    let transport = ScriptedTransport::new(answers);
    let decode: Decode<Value> = |answer| Ok(answer.json().unwrap_or_default());
    Poller::resume(pipeline(&transport), "Things_Do", token, PollerOptions::default(), decode)
}

#[tokio::test(start_paused = true)]
async fn taken_up_again_in_each_state() {
    let link = || Answer::status(202).header("azure-asyncoperation", STATUS_LINK);
    let token = begin(Method::PUT, &ScriptedTransport::new([link()])).await.resume_token();
    let succeeded = Answer::status(200).body(r#"{"status":"Succeeded"}"#);
    let poller = resume(&token, vec![succeeded, provisioning("Succeeded")]).unwrap();
    let clock = Arc::clone(poller.pipeline.clock());
    assert_eq!(poller.wait().await.unwrap()["name"], "one");
    assert_eq!(clock.elapsed(), Duration::ZERO);

    // After the end, a resource can still be fetched.
    let made = ScriptedTransport::new([provisioning("Succeeded")]);
    let token = begin(Method::PUT, &made).await.resume_token();
    let poller = resume(&token, vec![provisioning("Succeeded")]).unwrap();
    assert_eq!(poller.wait().await.unwrap()["name"], "one");

    // A removal needs no request at all.
    let gone = ScriptedTransport::new([Answer::status(200)]);
    let token = begin(Method::DELETE, &gone).await.resume_token();
    assert_eq!(resume(&token, vec![]).unwrap().wait().await.unwrap(), Value::Null);

    // The answer of an action is lost.
    let acted = ScriptedTransport::new([Answer::status(200).body("{}")]);
    let token = begin(Method::POST, &acted).await.resume_token();
    let error = resume(&token, vec![]).unwrap().wait().await.unwrap_err();
    assert!(error.to_string().contains("was not kept"), "{error}");
}

#[test]
fn only_tokens_of_the_same_operation_are_taken() {
    let state = r#"{"operation":"Things_Undo","pattern":"Location","effect":"Removes",
        "url":"https://arm.test/","follow":null,"status":"InProgress","done":false}"#;
    let error = resume(state, vec![]).unwrap_err();
    assert!(error.to_string().contains("Things_Undo, not of Things_Do"), "{error}");
    let state = state.replace("Things_Undo", "Things_Do").replace("https://arm.test/", "nowhere");
    for token in ["", "{}", "token", &state] {
        assert_eq!(resume(token, vec![]).unwrap_err().kind(), ErrorKind::InvalidInput, "{token}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_token_goes_to_a_link_on_another_host() {
    let transport = ScriptedTransport::new([
        Answer::status(202).header("location", "https://elsewhere.test/location/7")
    ]);
    let endpoint: SafeUrl = "https://arm.test/".parse().unwrap();
    let credential = Arc::new(CountingCredential::default());
    let pipeline = Pipeline::builder(transport.options())
        .credential(&[&endpoint], credential, TokenRequest::new("scope"))
        .build()
        .unwrap();
    let url = RESOURCE.parse().unwrap();
    let request = Request::new("Things_Do", Method::DELETE, url, Idempotency::Idempotent);
    let poller: Poller<()> =
        Poller::begin(pipeline, request, PollerOptions::default(), |_| Ok(())).await.unwrap();
    let error = poller.wait().await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Credential, 1));
    assert!(error.to_string().contains("elsewhere.test"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_absurd_pause_meets_the_deadline() {
    let forever = u64::MAX.to_string();
    let accepted = Answer::status(202).header("location", LOCATION);
    let transport = ScriptedTransport::new([accepted.header("retry-after", &forever)]);
    let options = PollerOptions { deadline: Some(Duration::from_secs(60)), ..Default::default() };
    let poller = begin_with(Method::PUT, &transport, options).await.unwrap();
    assert_eq!(poller.wait().await.unwrap_err().kind(), ErrorKind::Operation);
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_days_is_cut_short() {
    let days = in_progress().header("retry-after", "900000");
    let (result, asked) = run(
        Method::PUT,
        vec![
            Answer::status(201).header("azure-asyncoperation", STATUS_LINK),
            days,
            Answer::status(200).body(r#"{"status":"Succeeded"}"#),
            provisioning("Succeeded"),
        ],
    )
    .await;
    assert_eq!(result.unwrap()["name"], "one");
    assert!(asked.ends_with("\n125 s"), "{asked}");
}

/// The operation has begun: an error of an argument would say that nothing was sent.
#[tokio::test(start_paused = true)]
async fn a_link_that_is_none_is_an_answer_that_cannot_be_understood() {
    let transport = ScriptedTransport::new([Answer::status(202).header("location", "nowhere")]);
    let error = begin(Method::PUT, &transport).await.wait().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Decode, crate::Delivery::Answered));
    assert!(error.to_string().contains("a link that is none"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_never_done_is_neither_hammered_nor_asked_for_ever() {
    let now = || provisioning("Creating").header("retry-after", "0");
    let transport = ScriptedTransport::new((0..20_000).map(|_| now()));
    let start = tokio::time::Instant::now();
    let error = begin(Method::PUT, &transport).await.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Operation, "{error}");
    assert_eq!(start.elapsed().as_secs() / 3600, 3);
    assert!(transport.count() < 15_000, "{}", transport.count());
    transport.take_unasked();
}

#[tokio::test(start_paused = true)]
async fn nothing_from_a_peer_reaches_a_terminal_unescaped() {
    let transport = ScriptedTransport::new([provisioning("Crea\\u001b[2Jting")]);
    let poller = begin(Method::PUT, &transport).await;
    assert_eq!(poller.status(), PollStatus::InProgress("Crea\\u{1b}[2Jting".to_owned()));
}
