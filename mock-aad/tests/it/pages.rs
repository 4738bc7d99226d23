use mock_aad::{Emulator, FaultAction, FaultRule};
use serde_json::Value;

use crate::wire::{call, talk, tcp};

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

async fn start() -> (Emulator, String) {
    let emulator = Emulator::builder().start().await.unwrap();
    let url = emulator.ready().http_url.clone();
    (emulator, url)
}

async fn page(url: &str, path: &str) -> String {
    let (status, body) = call(url, "GET", path, "").await;
    assert_eq!(status, 200, "{path}: {body}");
    assert!(body.starts_with("<!DOCTYPE html>"), "{body}");
    body
}

async fn post(url: &str, path: &str, form: &str) -> (u16, String) {
    let text = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = talk(&mut tcp(url).await, &text).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (crate::wire::status(head), body.to_owned())
}

async fn token(url: &str) -> String {
    let form = format!(
        "grant_type=password&client_id={CLI}&username=user%40emulator.test\
         &password=Emulator-Passw0rd&resource=https%3A%2F%2Fdatalake.azure.net%2F"
    );
    let (_, answer) = post(url, "/emulator.test/oauth2/token", &form).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_approves_a_device() {
    let (emulator, url) = start().await;
    let form = format!("client_id={CLI}&resource=https%3A%2F%2Fdatalake.azure.net%2F");
    let (_, answer) = post(&url, "/emulator.test/oauth2/devicecode", &form).await;
    let device: Value = serde_json::from_str(&answer).unwrap();
    let code = device["user_code"].as_str().unwrap();
    assert!(page(&url, "/_mock/").await.contains(code));

    let target = format!("/_mock/ui/device/{code}");
    let (status, refused) = post(&url, &target, "answer=approve&username=no%40where.test").await;
    assert_eq!(status, 400);
    assert!(refused.contains(r#"role="alert""#), "{refused}");
    assert_eq!(post(&url, &target, "answer=maybe").await.0, 400);
    assert_eq!(post(&url, &target, "answer=approve&username=mfa%40emulator.test").await.0, 303);

    assert!(!page(&url, "/_mock/").await.contains(code));
    let form = format!(
        "grant_type=device_code&client_id={CLI}&resource=https%3A%2F%2Fdatalake.azure.net%2F&code={}",
        device["device_code"].as_str().unwrap()
    );
    assert_eq!(post(&url, "/emulator.test/oauth2/token", &form).await.0, 200);
    let tokens = page(&url, "/_mock/ui/tokens").await;
    assert!(tokens.contains("mfa@emulator.test") && tokens.contains("&quot;tid&quot;"), "{tokens}");
    emulator.shutdown().await;
}

#[tokio::test]
async fn names_of_files_are_text_and_nothing_else() {
    let (emulator, url) = start().await;
    let token = token(&url).await;
    let text = format!(
        "PUT /webhdfs/v1/dir/%3Cscript%3Ealert(1)%3Cscript%3E?op=CREATE&write=true HTTP/1.1\r\n\
         Host: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: 11\r\n\r\n<b>hello</b"
    );
    let answer = talk(&mut tcp(&url).await, &text).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");

    assert!(page(&url, "/_mock/ui/files").await.contains("/_mock/ui/files/mocklake/\""));
    assert!(page(&url, "/_mock/ui/files").await.contains("/_mock/ui/files/mockgen2%2Edfs/\""));
    let gen2 = page(&url, "/_mock/ui/files/mockgen2%2Edfs/").await;
    assert!(gen2.contains("/_mock/ui/files/mockgen2%2Edfs/mockfs\""), "{gen2}");
    let root = page(&url, "/_mock/ui/files/mocklake/").await;
    assert!(root.contains("/_mock/ui/files/mocklake/dir\""), "{root}");
    let directory = page(&url, "/_mock/ui/files/mocklake/dir").await;
    assert!(
        directory.contains("&lt;script&gt;alert(1)") && !directory.contains("<script"),
        "{directory}"
    );
    let mut links = directory.split("href=\"").map(|rest| rest.split('"').next().unwrap());
    let file = links.find(|link| link.contains("script")).unwrap().to_owned();
    let file = page(&url, &file).await;
    assert!(file.contains("&lt;b&gt;hello&lt;/b") && !file.contains("<script"), "{file}");
    assert!(file.contains("user@emulator.test"), "{file}");

    for path in ["/_mock/ui/files/nowhere/", "/_mock/ui/files/mocklake/gone", "/_mock/ui/nothing"] {
        assert_eq!(call(&url, "GET", path, "").await.0, 404, "{path}");
    }
    let requests = page(&url, "/_mock/ui/requests").await;
    assert!(requests.contains("op=CREATE") && !requests.contains(&token), "{requests}");
    emulator.shutdown().await;
}

#[tokio::test]
async fn faults_and_the_clock_are_set_by_forms() {
    let (emulator, url) = start().await;
    let form = "action=status&code=503&retry_after=2&path=%2Ffs*&count=1&host=&method=&after=";
    assert_eq!(post(&url, "/_mock/ui/faults", form).await.0, 303);
    assert!(page(&url, "/_mock/ui/faults").await.contains("/fs*"));
    assert_eq!(call(&url, "GET", "/fs", "").await.0, 503);
    assert_eq!(call(&url, "GET", "/fs", "").await.0, 404);
    for (form, named) in [
        ("action=status", "code: say which"),
        ("action=status&code=7", "code 7 is not"),
        ("action=truncate&bytes=many", "bytes: &#39;many&#39;"),
        ("action=explode", "explode"),
    ] {
        let (status, body) = post(&url, "/_mock/ui/faults", form).await;
        assert_eq!(status, 400, "{form}");
        assert!(body.replace("'", "&#39;").contains(named), "{form}: {body}");
    }
    assert_eq!(post(&url, "/_mock/ui/faults/clear", "").await.0, 303);

    assert_eq!(post(&url, "/_mock/ui/clock", "action=freeze").await.0, 303);
    assert!(page(&url, "/_mock/").await.contains("frozen"));
    assert_eq!(post(&url, "/_mock/ui/clock", "action=advance&seconds=60").await.0, 303);
    assert_eq!(post(&url, "/_mock/ui/clock", "action=advance&seconds=-1").await.0, 400);
    assert_eq!(post(&url, "/_mock/ui/clock", "action=resume").await.0, 303);
    assert!(page(&url, "/_mock/").await.contains("running"));

    emulator.add_faults([FaultRule::new(FaultAction::ResetBefore)]).unwrap();
    assert_eq!(post(&url, "/_mock/ui/requests/clear", "").await.0, 303);
    assert_eq!(post(&url, "/_mock/ui/reset", "").await.0, 303);
    assert!(emulator.requests().is_empty());
    assert_eq!(call(&url, "GET", "/fs", "").await.0, 404);
    emulator.shutdown().await;
}
