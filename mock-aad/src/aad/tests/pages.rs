use super::*;

const DEVICE: &str = "/common/oauth2/deviceauth";

async fn device_code(emulator: &Emulator) -> Value {
    let form = [("client_id", CLI), ("resource", DATA_LAKE)];
    emulator.tokens("/common/oauth2/devicecode", &form).await
}

async fn poll(emulator: &Emulator, code: &Value) -> Answer {
    let form = [
        ("grant_type", "device_code"),
        ("client_id", CLI),
        ("code", code["device_code"].as_str().unwrap()),
    ];
    emulator.post("/common/oauth2/token", &form).await
}

#[tokio::test]
async fn a_person_with_mfa_signs_a_device_in() {
    let emulator = Emulator::new();
    let code = device_code(&emulator).await;
    let first = emulator.get(DEVICE).await;
    assert_eq!(first.headers["content-type"], "text/html; charset=utf-8");
    assert!(field(&first.text, "otc").is_some());
    let user_code = code["user_code"].as_str().unwrap();
    let typed = format!(" {} {}", &user_code[..4].to_lowercase(), &user_code[4..]);
    let html = emulator.post(DEVICE, &[("otc", &typed)]).await.text;
    assert!(html.contains("Microsoft Azure CLI"), "{html}");

    let wrong = [("login", "mfa@emulator.test"), ("passwd", "wrong")];
    let html = emulator.step(&html, &wrong).await;
    assert!(html.contains("AADSTS50126"), "{html}");
    assert_eq!(field(&html, "login").as_deref(), Some("mfa@emulator.test"));
    let right = [("login", "mfa@emulator.test"), ("passwd", PASSWORD)];
    let html = emulator.step(&html, &right).await;
    assert!(html.contains("one-time-code"), "{html}");
    // Agreeing does not skip the second factor.
    let html = emulator.step(&html, &[("answer", "continue")]).await;
    assert!(html.contains("one-time-code"), "{html}");
    assert_eq!(poll(&emulator, &code).await.refusal().1, 70016);
    let html = emulator.step(&html, &[("otc", "000000")]).await;
    assert!(html.contains("AADSTS50074"), "{html}");
    let html = emulator.step(&html, &[("otc", "123456")]).await;
    assert!(html.contains("Are you trying to sign in to Microsoft Azure CLI?"), "{html}");
    assert_eq!(poll(&emulator, &code).await.refusal().1, 70016);
    let done = emulator.step(&html, &[("answer", "continue")]).await;
    assert!(done.contains("You have signed in"), "{done}");

    let tokens = poll(&emulator, &code).await.json();
    assert_eq!(claims(&tokens["access_token"])["upn"], "mfa@emulator.test");
    assert_eq!(claims(&tokens["access_token"])["amr"], serde_json::json!(["pwd", "mfa"]));
    let again = emulator.step(&html, &[("answer", "continue")]).await;
    assert!(again.contains("This sign-in has ended"), "{again}");
}

#[tokio::test]
async fn a_person_says_no() {
    let emulator = Emulator::new();
    let code = device_code(&emulator).await;
    let typed = code["user_code"].as_str().unwrap();
    let html = emulator.post("/devicelogin", &[("otc", typed)]).await.text;
    let right = [("login", "user@emulator.test"), ("passwd", PASSWORD)];
    let html = emulator.step(&html, &right).await;
    let html = emulator.step(&html, &[("answer", "cancel")]).await;
    assert!(html.contains("cancelled"), "{html}");
    assert_eq!(poll(&emulator, &code).await.refusal().2, "authorization_declined");
}

#[tokio::test]
async fn consent_is_asked_for_and_given() {
    let mut seed = Seed::default();
    seed.applications[0].consent_missing = true;
    let emulator = Emulator::with(seed);
    let code = device_code(&emulator).await;
    let typed = code["user_code"].as_str().unwrap();
    let html = emulator.post("/devicelogin", &[("otc", typed)]).await.text;
    let right = [("login", "user@emulator.test"), ("passwd", PASSWORD)];
    let html = emulator.step(&html, &right).await;
    assert!(html.contains("Permissions requested"), "{html}");
    emulator.step(&html, &[("answer", "continue")]).await;
    assert_eq!(poll(&emulator, &code).await.status, StatusCode::OK);
    emulator.user_token().await;
}

#[tokio::test]
async fn what_was_typed_is_escaped() {
    let emulator = Emulator::new();
    let code = device_code(&emulator).await;
    let html = emulator.post(DEVICE, &[("otc", "\"><script>")]).await.text;
    assert!(html.contains("That code didn't work") && !html.contains("<script>"), "{html}");
    let typed = code["user_code"].as_str().unwrap();
    let html = emulator.post(DEVICE, &[("otc", typed)]).await.text;
    let html = emulator.step(&html, &[("login", "\"><script>"), ("passwd", "x")]).await;
    assert!(!html.contains("<script>"), "{html}");
    let html = emulator.get("/devicelogin?otc=%22%3E%3Cscript%3E").await.text;
    assert!(!html.contains("<script>"), "{html}");
}

#[tokio::test]
async fn a_page_without_its_sign_in_is_refused() {
    let emulator = Emulator::new();
    for form in [vec![], vec![("ctx", "unknown")], vec![("ctx", "unknown"), ("answer", "cancel")]] {
        let answer = emulator.post("/common/login", &form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text.contains("AADSTS"), "{}", answer.text);
    }
}
