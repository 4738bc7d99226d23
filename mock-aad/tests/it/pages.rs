use mock_aad::{Emulator, FaultAction, FaultRule};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

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

/// A form with files, as browsers send it.
async fn upload(url: &str, path: &str, files: &[(&str, &[u8])]) -> u16 {
    let mut body = Vec::new();
    for (name, content) in files {
        let head = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limit--\r\n");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=limit\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = tcp(url).await;
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    crate::wire::status(&talk(&mut stream, "").await.unwrap())
}

#[tokio::test]
async fn files_are_put_looked_at_changed_and_deleted_in_both_generations() {
    let (emulator, url) = start().await;
    for root in ["/_mock/ui/files/mocklake", "/_mock/ui/files/mockgen2%2Edfs/mockfs"] {
        let made = post(&url, &format!("{root}/"), "action=directory&name=a%20dir").await;
        assert_eq!(made.0, 303, "{}", made.1);
        let directory = format!("{root}/a%20dir");
        let files: [(&str, &[u8]); 2] = [("C:\\x\\one.bin", b"\xff\x00\r\n--lim"), ("two", b"")];
        assert_eq!(upload(&url, &directory, &files).await, 303);
        assert_eq!(upload(&url, &directory, &[("two", b"again")]).await, 303);
        let shown = page(&url, &directory).await;
        assert!(shown.contains("one.bin") && shown.contains(">two<"), "{shown}");

        let ask = format!(
            "GET {directory}/one.bin?download HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        );
        let answer = talk(&mut tcp(&url).await, &ask).await.unwrap();
        let (head, _) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-length: 9\r\n"), "{head}");
        assert!(
            head.contains("content-disposition: attachment; filename*=UTF-8''one%2Ebin"),
            "{head}"
        );
        assert!(head.contains("sandbox"), "{head}");
        let text = call(&url, "GET", &format!("{directory}/two?download"), "").await;
        assert_eq!(text, (200, "again".to_owned()));

        let rights = "action=rights&owner=mfa%40emulator.test&acl=user%3A%3Arwx%0D%0Agroup%3A%3Ar-x%0D%0A\
                      other%3A%3A---%0D%0Auser%3Auser%40emulator.test%3A--x%0D%0A";
        let set = post(&url, &format!("{directory}/two"), rights).await;
        assert_eq!(set.0, 303, "{}", set.1);
        let file = page(&url, &format!("{directory}/two")).await;
        assert!(file.contains("user:user@emulator.test:--x"), "{file}");
        assert!(file.contains("value=\"mfa@emulator.test\""), "{file}");

        let question = page(&url, &format!("{directory}?delete")).await;
        assert!(question.contains("2 files in 1 directory"), "{question}");
        let deleted = post(&url, &directory, "action=delete").await;
        assert_eq!(deleted.0, 303, "{}", deleted.1);
        assert_eq!(call(&url, "GET", &directory, "").await.0, 404);
    }
    let root = "/_mock/ui/files/mockgen2%2Edfs/";
    assert_eq!(post(&url, root, "action=directory&name=new-fs").await.0, 303);
    assert!(page(&url, root).await.contains("new-fs/"));
    assert_eq!(post(&url, &format!("{root}new-fs"), "action=delete").await.0, 303);
    emulator.shutdown().await;
}

#[tokio::test]
async fn what_cannot_be_done_with_files_is_said_on_the_page() {
    let (emulator, url) = start().await;
    let (gen1, gen2) = ("/_mock/ui/files/mocklake/", "/_mock/ui/files/mockgen2%2Edfs/");
    for (path, form, named) in [
        (gen1, "action=directory&name=a%2Fb", "a/b"),
        (gen1, "action=directory", "name: say"),
        (gen1, "action=explode", "neither directory nor rights nor delete"),
        (gen1, "action=delete", "root"),
        (gen1, "action=rights&acl=user%3Aeve%3Arwx", "eve"),
        (gen1, "action=rights&owner=eve&acl=user%3A%3Arwx", "eve"),
        (gen1, "action=rights", "there are no entries"),
        (gen2, "action=directory&name=UPPER", "UPPER"),
    ] {
        let (status, body) = post(&url, path, form).await;
        assert_eq!(status, 400, "{form}: {body}");
        let alert = body.split("role=\"alert\">").nth(1).and_then(|rest| rest.split('<').next());
        assert!(alert.unwrap().contains(named), "{form}: {alert:?}");
    }
    assert_eq!(upload(&url, gen1, &[]).await, 400);
    assert_eq!(upload(&url, gen2, &[("UPPER", b"x")]).await, 400);
    assert_eq!(upload(&url, "/_mock/ui/files/nowhere/", &[("x", b"x")]).await, 404);
    assert_eq!(post(&url, "/_mock/ui/files/nowhere/", "action=delete").await.0, 404);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_large_file_is_uploaded_and_downloaded_through_the_pages() {
    let (emulator, url) = start().await;
    let content: Vec<u8> = (0..9_000_000_u32).map(|at| (at / 7) as u8).collect();
    assert_eq!(upload(&url, "/_mock/ui/files/mocklake/", &[("big", &content)]).await, 303);
    let mut stream = tcp(&url).await;
    let ask = "GET /_mock/ui/files/mocklake/big?download HTTP/1.1\r\nHost: localhost\r\n\
               Connection: close\r\n\r\n";
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.ends_with(&content));
    emulator.shutdown().await;
}

#[tokio::test]
async fn no_other_site_changes_anything_through_a_browser() {
    let (emulator, url) = start().await;
    emulator.add_faults([FaultRule::new(FaultAction::Stall)]).unwrap();
    let forms = [
        ("/_mock/ui/faults/clear", ""),
        ("/_mock/ui/faults", "action=stall"),
        ("/_mock/ui/reset", ""),
        ("/_mock/ui/snapshots", "action=take"),
        (
            "/_mock/ui/tokens",
            "username=user%40emulator.test&resource=https%3A%2F%2Fstorage.azure.com%2F",
        ),
        ("/_mock/ui/files/mocklake/", "action=directory&name=evil"),
        ("/_mock/ui/clock", "action=freeze"),
        ("/_mock/ui/requests/clear", ""),
    ];
    for header in ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"] {
        for (path, form) in forms {
            let text = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
                form.len()
            );
            let answer = talk(&mut tcp(&url).await, &text).await.unwrap();
            assert_eq!(crate::wire::status(&answer), 403, "{header} {path}");
        }
    }
    assert_eq!(emulator.faults().len(), 1);
    assert!(emulator.snapshots().is_empty());
    assert_eq!(call(&url, "GET", "/_mock/ui/files/mocklake/evil", "").await.0, 404);
    emulator.shutdown().await;
}

#[tokio::test]
async fn requests_are_filtered_and_the_page_loads_itself_again() {
    let (emulator, url) = start().await;
    call(&url, "GET", "/webhdfs/v1/one?op=LISTSTATUS", "").await;
    call(&url, "GET", "/webhdfs/v1/two?op=OPEN", "").await;
    let all = page(&url, "/_mock/ui/requests").await;
    assert!(all.contains("/v1/one") && all.contains("/v1/two"), "{all}");
    assert!(!all.contains("http-equiv=\"refresh\""), "{all}");
    for query in ["op=open", "text=two", "status=401&text=two", "host=localhost&op=OPEN"] {
        let some = page(&url, &format!("/_mock/ui/requests?{query}&refresh=2")).await;
        assert!(!some.contains("/v1/one") && some.contains("/v1/two"), "{query}: {some}");
        assert!(some.contains("http-equiv=\"refresh\" content=\"2\""), "{some}");
    }
    let none = page(&url, "/_mock/ui/requests?status=2xx&refresh=0").await;
    assert!(
        none.contains("No request matches") && !none.contains("http-equiv=\"refresh\""),
        "{none}"
    );
    let overview = page(&url, "/_mock/").await;
    assert!(overview.contains("/v1/two") && overview.contains("refresh=2"), "{overview}");
    emulator.shutdown().await;
}

#[tokio::test]
async fn snapshots_are_taken_and_gone_back_to_by_buttons() {
    let (emulator, url) = start().await;
    let change = async |form: &str| post(&url, "/_mock/ui/snapshots", form).await.0;
    assert_eq!(change("action=take").await, 303);
    let taken = emulator.snapshots();
    let shown = page(&url, "/_mock/ui/snapshots").await;
    assert!(shown.contains(&taken[0].to_string()), "{shown}");
    let root = "/_mock/ui/files/mocklake/";
    assert_eq!(post(&url, root, "action=directory&name=later").await.0, 303);
    assert_eq!(change(&format!("action=restore&id={}", taken[0])).await, 303);
    assert_eq!(call(&url, "GET", &format!("{root}later"), "").await.0, 404);
    assert_eq!(change(&format!("action=forget&id={}", taken[0])).await, 303);
    assert!(emulator.snapshots().is_empty());
    assert_eq!(change("action=restore&id=gone").await, 400);
    assert_eq!(change("action=explode").await, 400);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_token_of_the_page_opens_the_service_that_it_is_for() {
    let (emulator, url) = start().await;
    for (resource, path) in [
        ("https%3A%2F%2Fdatalake.azure.net%2F", "/webhdfs/v1/?op=LISTSTATUS"),
        ("https%3A%2F%2Fmanagement.core.windows.net%2F", "/subscriptions?api-version=2020-01-01"),
    ] {
        let form = format!("username=mfa%40emulator.test&resource={resource}");
        let (status, body) = post(&url, "/_mock/ui/tokens", &form).await;
        assert_eq!(status, 200, "{body}");
        let token = body.split("Bearer ").nth(1).unwrap().split('\'').next().unwrap();
        let ask = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        );
        let answer = talk(&mut tcp(&url).await, &ask).await.unwrap();
        // Whom the token is of may still not be allowed to.
        assert!([200, 403].contains(&crate::wire::status(&answer)), "{answer}");
        assert!(!page(&url, "/_mock/ui/tokens").await.contains(token));
    }
    for form in [
        "username=eve%40emulator.test&resource=https%3A%2F%2Fdatalake.azure.net%2F",
        "username=disabled%40emulator.test&resource=https%3A%2F%2Fdatalake.azure.net%2F",
        "username=user%40emulator.test&resource=https%3A%2F%2Fnowhere.test%2F",
    ] {
        assert_eq!(post(&url, "/_mock/ui/tokens", form).await.0, 400, "{form}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn accounts_leases_and_lines_to_copy_are_shown() {
    let (emulator, url) = start().await;
    let ready = emulator.ready();
    let accounts = page(&url, "/_mock/ui/accounts").await;
    for named in ["mocklake", "mockgen2soft", "emulator-group", "Microsoft.Storage/storageAccounts"]
    {
        assert!(accounts.contains(named), "{named}: {accounts}");
    }
    let overview = page(&url, "/_mock/").await;
    for named in [
        &format!("export HTTPS_PROXY={}", ready.proxy_url),
        "Nobody holds a file",
        &format!("{}/_mock/ready", ready.http_url),
        "store_name=&quot;mocklake&quot;",
        "-Dhttps.proxyHost=127.0.0.1",
    ] {
        assert!(overview.contains(named), "{named}: {overview}");
    }
    let token = token(&url).await;
    let text = format!(
        "PUT /webhdfs/v1/held?op=CREATE&write=true&leaseid=5a1e0000-0000-4000-8000-0000000000aa\
         &syncFlag=DATA HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
    );
    let answer = talk(&mut tcp(&url).await, &text).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let overview = page(&url, "/_mock/").await;
    assert!(overview.contains("/_mock/ui/files/mocklake/held"), "{overview}");
    assert!(page(&url, "/_mock/ui/reset").await.contains("Reset"));
    emulator.shutdown().await;
}
