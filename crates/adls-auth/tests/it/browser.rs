//! The browser flow, with a task in the place of the browser.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use adls_auth::{
    AuthErrorKind, AuthOptions, AuthorizationCodeCredential, AuthorizationRequest, BrowserOptions,
    ClientProof, Error, InteractiveBrowserCredential, PageOptions, ResponseMode,
};
use adls_http::test_util::{Answer, ScriptedTransport};
use adls_http::{
    BoxFuture, ClientOptions, Idempotency, Pipeline, Request, TokenCredential, Transport,
    TransportError, TransportRequest, TransportResponse,
};
use http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::*;

type Query = HashMap<String, String>;

fn query_of(url: &str) -> Query {
    let url: url::Url = url.parse().unwrap();
    url.query_pairs().into_owned().collect()
}

/// An authority that answers with the nonce of the page that was opened last, or with another one.
#[derive(Debug)]
struct Nonce {
    script: Arc<ScriptedTransport>,
    nonce: Arc<Mutex<String>>,
}

impl Transport for Nonce {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        let nonce = self.nonce.lock().unwrap().clone();
        Box::pin(async move {
            self.script.send(request).await?;
            let mut reply = user_reply("1");
            let claims = json!({"oid": "0a", "tid": TENANT, "nonce": nonce, "upn": "user@x.test"});
            let token = format!("{}.{}.", encode(&json!({"alg": "none"})), encode(&claims));
            reply["id_token"] = Value::String(token);
            let answer = ScriptedTransport::new([ok(&reply)]);
            let anything = "https://login.test/".parse().unwrap();
            answer
                .send(TransportRequest {
                    method: Method::GET,
                    url: anything,
                    headers: http::HeaderMap::new(),
                    body: Default::default(),
                })
                .await
        })
    }
}

/// Sends a request as the browser would, and returns status and page.
async fn browse(method: Method, url: &str, form: Option<&[(&str, &str)]>) -> (u16, String) {
    let pipeline = Pipeline::builder(ClientOptions::new().unwrap()).build().unwrap();
    let mut request = Request::new("BROWSE", method, url.parse().unwrap(), Idempotency::Unsafe);
    for status in [400, 404, 405] {
        request = request.accept(StatusCode::from_u16(status).unwrap());
    }
    if let Some(form) = form {
        request = request.form(form);
    }
    let response = pipeline.send(request).await.unwrap();
    (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
}

struct Setting {
    credential: InteractiveBrowserCredential,
    script: Arc<ScriptedTransport>,
    opened: Arc<Mutex<Vec<Query>>>,
}

/// A credential whose browser does `act` with the parameters of the page, and which then asks the
/// authority `requests` times.
fn setting<F>(
    requests: usize,
    options_of: impl Fn(&Arc<ScriptedTransport>) -> AuthOptions,
    act: fn(Query) -> F,
) -> Setting
where
    F: Future<Output = ()> + Send + 'static,
{
    let script = ScriptedTransport::new((0..requests).map(|_| Answer::status(200)));
    let (opened, nonce) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(String::new())));
    let mut options = options_of(&script);
    let transport = Nonce { script: Arc::clone(&script), nonce: Arc::clone(&nonce) };
    options.client.transport = Arc::new(transport);
    let (seen, seen_nonce) = (Arc::clone(&opened), Arc::clone(&nonce));
    let mut browser = BrowserOptions::default();
    browser.page.login_hint = Some("user@x.test".to_owned());
    let credential = InteractiveBrowserCredential::new_with(
        move |url| {
            let query = query_of(&url);
            *seen_nonce.lock().unwrap() = query["nonce"].clone();
            seen.lock().unwrap().push(query.clone());
            tokio::spawn(act(query));
            async { Ok(()) }
        },
        browser,
        options.client_id(CLIENT_ID),
    )
    .unwrap();
    Setting { credential, script, opened }
}

#[tokio::test]
async fn the_browser_posts_the_code() {
    let setting = setting(2, options, |page| async move {
        let home = &page["redirect_uri"];
        // What else browsers and other pages send does not disturb.
        assert_eq!(browse(Method::GET, &format!("{home}/favicon.ico"), None).await.0, 404);
        assert_eq!(browse(Method::GET, home, None).await.0, 400);
        let forged = [("code", "evil"), ("state", "guess")];
        assert_eq!(browse(Method::POST, home, Some(&forged)).await.0, 400);
        assert_eq!(browse(Method::DELETE, home, None).await.0, 405);
        let form = [("code", "code-1"), ("state", page["state"].as_str()), ("session_state", "x")];
        let (status, text) = browse(Method::POST, home, Some(&form)).await;
        assert_eq!(status, 200);
        assert!(text.contains("<h1>Signed in</h1>"), "{text}");
    });
    let signed_in = setting.credential.sign_in(&data_lake()).await.unwrap();
    assert_eq!(signed_in.token.secret(), "access-1");
    assert_eq!(signed_in.account.unwrap().username, "user@x.test");
    // The token at hand, then the refresh token: the user is asked once.
    setting.credential.get_token(&data_lake()).await.unwrap();
    setting.credential.get_token(&management()).await.unwrap();

    let opened = setting.opened.lock().unwrap();
    assert_eq!(opened.len(), 1);
    let page = &opened[0];
    for (name, value) in [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("response_mode", "form_post"),
        ("code_challenge_method", "S256"),
        ("client_info", "1"),
        ("login_hint", "user@x.test"),
        ("scope", "https://datalake.azure.net//.default offline_access openid profile"),
    ] {
        assert_eq!(page[name], value);
    }
    assert_eq!(page["code_challenge"].len(), 43);
    let transcript = setting.script.transcript();
    let form = transcript.lines().find(|line| line.contains("authorization_code")).unwrap();
    let form: Query = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    assert_eq!(form["code"], "code-1");
    assert_eq!(form["redirect_uri"], page["redirect_uri"]);
    let digest =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, form["code_verifier"].as_bytes());
    use base64::Engine;
    let challenge = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(digest);
    assert_eq!(page["code_challenge"], challenge);
}

#[tokio::test]
async fn the_code_may_come_in_the_query_and_on_v1() {
    let setting = setting(1, options_v1, |page| async move {
        assert_eq!(page["resource"], "https://datalake.azure.net/");
        let state = &page["state"];
        let url = format!("{}/?code=code-1&state={state}", page["redirect_uri"]);
        assert_eq!(browse(Method::GET, &url, None).await.0, 200);
    });
    let token = setting.credential.get_token(&data_lake()).await.unwrap();
    assert_eq!(token.secret(), "access-1");
}

#[tokio::test]
async fn the_user_may_refuse() {
    let setting = setting(0, options, |page| async move {
        let form = [
            ("error", "access_denied"),
            ("error_description", "AADSTS65004: User declined to consent. Trace ID: x"),
            ("state", page["state"].as_str()),
        ];
        let (_, text) = browse(Method::POST, &page["redirect_uri"], Some(&form)).await;
        assert!(text.contains("Not signed in") && !text.contains("declined"), "{text}");
    });
    let error = setting.credential.get_token(&data_lake()).await.unwrap_err();
    let error = Error::find(&error).unwrap();
    assert_eq!(error.kind(), AuthErrorKind::ConsentRequired);
    assert_snapshot!(error, @"nobody has consented to this application: AADSTS65004: User declined to consent");
    assert_eq!(setting.script.count(), 0);
}

#[tokio::test]
async fn an_answer_for_another_sign_in_is_refused() {
    let script = ScriptedTransport::new([Answer::status(200)]);
    let mut options = options(&script);
    let nonce = Arc::new(Mutex::new("of another sign-in".to_owned()));
    options.client.transport = Arc::new(Nonce { script, nonce });
    let credential = InteractiveBrowserCredential::new_with(
        |url| async move {
            let page = query_of(&url);
            tokio::spawn(async move {
                let form = [("code", "code-1"), ("state", page["state"].as_str())];
                browse(Method::POST, &page["redirect_uri"], Some(&form)).await;
            });
            Ok(())
        },
        BrowserOptions::default(),
        options.client_id(CLIENT_ID),
    )
    .unwrap();
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::UnexpectedReply, "{error}");
}

#[tokio::test(start_paused = true)]
async fn nobody_comes() {
    let setting = setting(0, options, |_| async {});
    let error = setting.credential.get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::NotSignedIn);
    assert_snapshot!(error, @"nobody signed in with the browser in time");
}

#[tokio::test]
async fn no_browser_and_no_port() {
    let transport = ScriptedTransport::new([]);
    let browser = BrowserOptions::default();
    let credential = InteractiveBrowserCredential::new_with(
        |_| async { Err("there is no display".into()) },
        browser.clone(),
        options(&transport).client_id(CLIENT_ID),
    )
    .unwrap();
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    assert_snapshot!(error, @"no browser could be opened: there is no display");

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut browser = browser;
    browser.port = Some(taken.local_addr().unwrap().port());
    let credential = InteractiveBrowserCredential::new_with(
        |_| async { Ok(()) },
        browser,
        options(&transport).client_id(CLIENT_ID),
    )
    .unwrap();
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    assert!(error.to_string().contains("cannot listen on port"), "{error}");
}

#[tokio::test]
async fn a_code_that_the_application_received() {
    let transport = ScriptedTransport::new([ok(&user_reply("1")), ok(&management_reply("2"))]);
    let mut page = PageOptions::default();
    page.response_mode = ResponseMode::Query;
    page.prompt = Some("select_account".to_owned());
    let redirect = "https://app.test/signed-in";
    let request = AuthorizationRequest::new_with(
        CLIENT_ID,
        redirect,
        &data_lake(),
        &page,
        options(&transport),
    );
    let request = request.unwrap();
    let query = query_of(request.url());
    assert!(request.url().starts_with("https://login.test/contoso.test/oauth2/v2.0/authorize?"));
    assert_eq!(query["state"], request.state());
    assert_eq!((&*query["prompt"], &*query["response_mode"]), ("select_account", "query"));
    assert!(!format!("{request:?}").contains(request.state()));

    let credential = AuthorizationCodeCredential::new_with(
        CLIENT_ID,
        ClientProof::secret("s3cret").unwrap(),
        "code-1",
        redirect,
        Some("the-verifier".into()),
        options(&transport),
    )
    .unwrap();
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(credential.account().unwrap().username, "user@contoso.test");
    assert_eq!(credential.get_token(&management()).await.unwrap().secret(), "access-2");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=authorization_code&client_info=1&client_secret=s3cret&code=code-1&redirect_uri=https%3A%2F%2Fapp.test%2Fsigned-in&code_verifier=the-verifier&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=refresh_token&client_info=1&client_secret=s3cret&refresh_token=refresh-1&scope=https%3A%2F%2Fmanagement.core.windows.net%2F%2F.default+offline_access+openid+profile
    ");
    let again = credential.sign_in(&data_lake()).await.unwrap_err();
    assert_eq!(again.kind(), AuthErrorKind::NotSignedIn);
}
