use std::collections::BTreeMap;

use super::*;

const AUTHORIZE: &str = "/emulator.test/oauth2/v2.0/authorize";
const TOKEN: &str = "/emulator.test/oauth2/v2.0/token";
const REDIRECT: &str = "http://localhost:8400";
const SCOPE: &str = "https://datalake.azure.net//.default offline_access openid profile";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const USER: [(&str, &str); 2] = [("login", "user@emulator.test"), ("passwd", PASSWORD)];

/// What msal asks for.
fn request() -> Vec<(&'static str, &'static str)> {
    vec![
        ("client_id", CLI),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPE),
        ("state", "a state & more"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("nonce", "n0nce"),
        ("client_info", "1"),
    ]
}

fn exchange(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("client_id", CLI),
        ("grant_type", "authorization_code"),
        ("client_info", "1"),
        ("code_verifier", VERIFIER),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPE),
    ]
}

async fn open(emulator: &Emulator, request: &[(&str, &str)], cookie: Option<&str>) -> Answer {
    let mut builder = http::Request::get(format!("{AUTHORIZE}?{}", encode(request)));
    if let Some(cookie) = cookie {
        builder = builder.header("cookie", cookie);
    }
    emulator.send(builder.body(String::new()).unwrap()).await
}

/// What the application receives by a redirect.
fn received(answer: &Answer, joint: char) -> BTreeMap<String, String> {
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
    let location = answer.headers["location"].to_str().unwrap();
    let (base, fields) = location.split_once(joint).unwrap_or_else(|| panic!("{location}"));
    assert_eq!(base, REDIRECT);
    url::form_urlencoded::parse(fields.as_bytes()).into_owned().collect()
}

async fn code(emulator: &Emulator, request: &[(&str, &str)]) -> String {
    let page = open(emulator, request, None).await;
    let answer = emulator.send_page(&page.text, &USER).await;
    received(&answer, '?')["code"].clone()
}

fn session(answer: &Answer) -> String {
    let mut cookies =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let cookie = cookies.rfind(|text| text.starts_with("ESTSAUTH=")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_is_exchanged_once() {
    let emulator = Emulator::new();
    let page = open(&emulator, &request(), None).await;
    assert!(page.text.contains("Microsoft Azure CLI"), "{}", page.text);
    let answer = emulator.send_page(&page.text, &USER).await;
    let fields = received(&answer, '?');
    assert_eq!(fields["state"], "a state & more");
    assert_eq!(
        fields.keys().map(String::as_str).collect::<Vec<_>>(),
        ["client_info", "code", "session_state", "state"]
    );
    let form = exchange(&fields["code"]);
    let tokens = emulator.tokens(TOKEN, &form).await;
    assert_eq!(claims(&tokens["id_token"])["nonce"], "n0nce");
    assert_eq!(tokens["foci"], "1");
    emulator.verify(tokens["access_token"].as_str().unwrap(), Audience::DataLake).unwrap();
    let refused = emulator.refusal(TOKEN, &form).await;
    assert_eq!(refused, (400, 54005, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn form_post_works_without_script_and_fragment_too() {
    let emulator = Emulator::new();
    let request = but(&request(), "response_mode", "form_post");
    let page = open(&emulator, &request, None).await;
    let posted = emulator.send_page(&page.text, &USER).await;
    assert_eq!(posted.status, StatusCode::OK);
    assert!(posted.text.contains(r#"<form method="post" action="http://localhost:8400">"#));
    assert!(posted.text.contains(">Continue</button>"));
    assert_eq!(field(&posted.text, "state").unwrap(), "a state &amp; more");
    emulator.tokens(TOKEN, &exchange(&field(&posted.text, "code").unwrap())).await;

    let request = but(&request, "response_mode", "fragment");
    let page = open(&emulator, &request, None).await;
    let answer = emulator.send_page(&page.text, &USER).await;
    assert!(received(&answer, '#').contains_key("code"));
}

#[tokio::test]
async fn the_one_script_is_the_one_that_the_policy_allows() {
    use base64::Engine as _;
    let emulator = Emulator::new();
    let request = but(&request(), "response_mode", "form_post");
    let page = open(&emulator, &request, None).await;
    let posted = emulator.send_page(&page.text, &USER).await;
    let script = posted.text.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.as_bytes());
    let hash = base64::engine::general_purpose::STANDARD.encode(hash);
    let policy = posted.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains(&format!("script-src 'sha256-{hash}'")), "{policy} {hash}");
}

#[tokio::test]
async fn v1_with_a_secret_and_without_pkce() {
    let emulator = Emulator::new();
    let client = "5a1e0000-0000-4000-8000-000000000a01";
    let request = [
        ("client_id", client),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("resource", DATA_LAKE),
    ];
    let path = format!("/common/oauth2/authorize?{}", encode(&request));
    let page = emulator.get(&path).await;
    let answer = emulator.send_page(&page.text, &USER).await;
    let code = received(&answer, '?')["code"].clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("resource", "https://management.core.windows.net/"),
        ("redirect_uri", REDIRECT),
        ("code", code.as_str()),
        ("client_secret", "emulator-client-secret"),
    ];
    let tokens = emulator.tokens("/common/oauth2/token", &form).await;
    assert_eq!(tokens["resource"], "https://management.core.windows.net/");
    assert_eq!(emulator.refusal("/common/oauth2/token", &form[..5]).await.1, 7_000_218);
}

#[tokio::test]
async fn refusals_of_the_exchange() {
    let emulator = Emulator::new();
    let code = code(&emulator, &request()).await;
    let good = exchange(&code);
    let java = "c8964590-6116-42e6-8a29-ec0865dff3d5";
    let table = [
        (but(&good, "code", ""), 400, 900_144, "invalid_request"),
        (but(&good, "code", "nonsense"), 400, 9_002_313, "invalid_grant"),
        (but(&good, "code", "1.Cunknown"), 400, 70000, "invalid_grant"),
        (but(&good, "client_id", java), 400, 70000, "invalid_grant"),
        (but(&good, "redirect_uri", "http://localhost:9"), 401, 500_112, "invalid_client"),
        (but(&good, "redirect_uri", ""), 400, 900_144, "invalid_request"),
        (but(&good, "code_verifier", "wrong"), 400, 501_481, "invalid_grant"),
        (but(&good, "code_verifier", ""), 400, 501_481, "invalid_grant"),
    ];
    for (form, status, number, word) in table {
        let refused = emulator.refusal(TOKEN, &form).await;
        assert_eq!(refused, (status, number, word.to_owned()), "{form:?}");
    }
    emulator.advance(600);
    assert_eq!(emulator.refusal(TOKEN, &good).await.1, 70008);
}

#[tokio::test]
async fn what_cannot_be_sent_back_is_shown() {
    let emulator = Emulator::new();
    let managed = "5a1e0000-0000-4000-8000-000000000b01";
    let table = [
        ("redirect_uri", "https://evil.test/", "AADSTS50011"),
        ("client_id", "unknown", "AADSTS700016"),
        ("client_id", "", "AADSTS900144"),
        ("client_id", managed, "AADSTS500113"),
        ("response_mode", "pigeon", "AADSTS9002313"),
    ];
    for (name, value, number) in table {
        let answer = open(&emulator, &but(&request(), name, value), None).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}");
        assert!(answer.headers.get("location").is_none(), "{name}");
        assert!(answer.text.contains(number), "{}", answer.text);
    }
    let path = format!("/nowhere.test/oauth2/authorize?{}", encode(&request()));
    assert!(emulator.get(&path).await.text.contains("AADSTS90002"));
}

#[tokio::test]
async fn what_the_application_did_wrong_is_sent_back() {
    let emulator = Emulator::new();
    let table = [
        ("response_type", "token", "unsupported_response_type", 700_054),
        ("response_type", "", "invalid_request", 900_144),
        ("scope", "https://nowhere.test/.default", "invalid_resource", 500_011),
        ("scope", "", "invalid_request", 900_144),
        ("code_challenge", "short", "invalid_request", 501_491),
        ("code_challenge_method", "S1", "invalid_request", 9_002_313),
        ("prompt", "please", "invalid_request", 9_002_313),
        ("prompt", "none", "login_required", 50058),
    ];
    for (name, value, word, number) in table {
        let answer = open(&emulator, &but(&request(), name, value), None).await;
        let fields = received(&answer, '?');
        assert_eq!(fields["error"], word, "{name}");
        assert!(fields["error_description"].starts_with(&format!("AADSTS{number}: ")), "{name}");
        assert_eq!(fields["state"], "a state & more");
    }
}

#[tokio::test]
async fn the_browser_stays_signed_in() {
    let emulator = Emulator::new();
    let page = open(&emulator, &request(), None).await;
    let cookie = session(&emulator.send_page(&page.text, &USER).await);
    let again = open(&emulator, &request(), Some(&cookie)).await;
    assert!(received(&again, '?').contains_key("code"));
    let silent = open(&emulator, &but(&request(), "prompt", "none"), Some(&cookie)).await;
    assert!(received(&silent, '?').contains_key("code"));

    let login = open(&emulator, &but(&request(), "prompt", "login"), Some(&cookie)).await;
    assert!(login.text.contains("passwd"));
    let pick = open(&emulator, &but(&request(), "prompt", "select_account"), Some(&cookie)).await;
    assert!(pick.text.contains("Pick an account"));
    let picked = emulator.send_page(&pick.text, &[("pick", "session")]).await;
    assert!(received(&picked, '?').contains_key("code"));
    let pick = open(&emulator, &but(&request(), "prompt", "select_account"), Some(&cookie)).await;
    let other = emulator.send_page(&pick.text, &[("pick", "other")]).await;
    assert!(other.text.contains("passwd"));

    emulator.advance(100);
    let young = open(&emulator, &but(&request(), "max_age", "99"), Some(&cookie)).await;
    assert!(young.text.contains("passwd"));
    let request_out = http::Request::get("/common/oauth2/v2.0/logout").header("cookie", &cookie);
    let out = emulator.send(request_out.body(String::new()).unwrap()).await;
    assert!(session(&out).ends_with('='));
    let gone = open(&emulator, &request(), Some(&cookie)).await;
    assert!(gone.text.contains("passwd"));
}

#[tokio::test]
async fn a_second_factor_and_a_consent_on_the_way() {
    let mut seed = Seed::default();
    seed.applications[0].consent_missing = true;
    let emulator = Emulator::with(seed);
    let page = open(&emulator, &request(), None).await;
    let mfa = [("login", "mfa@emulator.test"), ("passwd", PASSWORD)];
    let html = emulator.step(&page.text, &mfa).await;
    assert!(html.contains("one-time-code"));
    let answer = emulator.send_page(&html, &[("otc", "123456")]).await;
    let cookie = session(&answer);
    assert!(answer.text.contains("Permissions requested"));
    let silent = open(&emulator, &but(&request(), "prompt", "none"), Some(&cookie)).await;
    assert_eq!(received(&silent, '?')["error"], "consent_required");
    let answer = emulator.send_page(&answer.text, &[("answer", "continue")]).await;
    let code = received(&answer, '?')["code"].clone();
    let tokens = emulator.tokens(TOKEN, &exchange(&code)).await;
    assert_eq!(claims(&tokens["access_token"])["amr"], serde_json::json!(["pwd", "mfa"]));
    let asked_again = open(&emulator, &but(&request(), "prompt", "consent"), Some(&cookie)).await;
    assert!(asked_again.text.contains("continue"));
}

#[tokio::test]
async fn going_away_is_told() {
    let mut seed = Seed::default();
    seed.applications[0].consent_missing = true;
    let emulator = Emulator::with(seed);
    let page = open(&emulator, &request(), None).await;
    let html = emulator.step(&page.text, &USER).await;
    let answer = emulator.send_page(&html, &[("answer", "cancel")]).await;
    let fields = received(&answer, '?');
    assert_eq!(fields["error"], "access_denied");
    assert_eq!(fields["error_subcode"], "cancel");
}

#[tokio::test]
async fn an_expired_password_is_changed_and_revokes_what_was_signed_in() {
    let mut seed = Seed::default();
    let emulator = Emulator::with(seed.clone());
    let before = emulator.tokens(TOKEN, &password_v2("user@emulator.test")).await;
    seed.users[0].password_expired = true;
    emulator.state.aad.reset(&seed);
    let page = open(&emulator, &request(), None).await;
    let html = emulator.step(&page.text, &USER).await;
    assert!(html.contains("Your password has expired"), "{html}");
    let html = emulator.step(&html, &[("newpasswd", PASSWORD)]).await;
    assert!(html.contains("used before"), "{html}");
    let answer = emulator.send_page(&html, &[("newpasswd", "Another-Passw0rd")]).await;
    let code = received(&answer, '?')["code"].clone();
    let first = emulator.tokens(TOKEN, &exchange(&code)).await;
    assert_eq!(emulator.refusal(TOKEN, &password_v2("user@emulator.test")).await.1, 50126);
    let form = password_v2("user@emulator.test");
    emulator.tokens(TOKEN, &but(&form, "password", "Another-Passw0rd")).await;
    let refresh = |tokens: &Value| {
        let token = tokens["refresh_token"].as_str().unwrap().to_owned();
        [
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", CLI.to_owned()),
            ("refresh_token", token),
        ]
    };
    let form = refresh(&first);
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    emulator.tokens(TOKEN, &form).await;
    let form = refresh(&before);
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(emulator.refusal(TOKEN, &form).await.1, 70000, "a reset forgets");
    emulator.state.aad.directory_mut().change_password(first_user(), "Third-Passw0rd");
    let form = refresh(&first);
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(emulator.refusal(TOKEN, &form).await, (400, 50173, "invalid_grant".to_owned()));
}

fn first_user() -> Uuid {
    Seed::default().users[0].object_id
}
