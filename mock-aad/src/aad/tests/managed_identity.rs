use super::*;

const IMDS: &str = "/metadata/identity/oauth2/token?api-version=2018-02-01";
const APP: &str = "/msi/token?api-version=2019-08-01&resource=https://datalake.azure.net";
const SYSTEM: &str = "5a1e0000-0000-4000-8000-000000000b01";
const USER: &str = "5a1e0000-0000-4000-8000-000000000b02";
const RESOURCE_ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/\
    emulator-group/providers/Microsoft.ManagedIdentity/userAssignedIdentities/emulator-identity";

async fn get(emulator: &Emulator, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut builder = http::Request::get(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    emulator.send(builder.body(String::new()).unwrap()).await
}

#[tokio::test]
async fn a_virtual_machine_gets_strings() {
    let emulator = Emulator::new();
    let path = format!("{IMDS}&resource=https://datalake.azure.net");
    let body = get(&emulator, &path, &[("Metadata", "true")]).await.json();
    let caller =
        emulator.verify(body["access_token"].as_str().unwrap(), Audience::DataLake).unwrap();
    assert_eq!(caller.client_id.to_string(), SYSTEM);
    let token = claims(&body["access_token"]);
    assert_eq!(token["appidacr"], "2");
    assert!(token["xms_mirid"].as_str().unwrap().ends_with("virtualMachines/emulator"));
    let changing = ["access_token", "expires_on", "not_before"];
    insta::assert_json_snapshot!(redacted(body, &changing), @r#"
    {
      "access_token": "[access_token]",
      "client_id": "5a1e0000-0000-4000-8000-000000000b01",
      "expires_in": "86399",
      "expires_on": "[expires_on]",
      "ext_expires_in": "86399",
      "not_before": "[not_before]",
      "resource": "https://datalake.azure.net",
      "token_type": "Bearer"
    }
    "#);
}

#[tokio::test]
async fn identities_are_found_by_every_id() {
    let emulator = Emulator::new();
    let object_id = "5a1e0000-0000-4000-8000-000000000302";
    for (name, value, expected) in [
        ("client_id", USER, USER),
        ("object_id", object_id, USER),
        ("msi_res_id", RESOURCE_ID, USER),
        ("mi_res_id", RESOURCE_ID, USER),
        ("client_id", SYSTEM, SYSTEM),
    ] {
        let query = encode(&[("resource", "https://management.azure.com/"), (name, value)]);
        let body = get(&emulator, &format!("{IMDS}&{query}"), &[("Metadata", "true")]).await.json();
        assert_eq!(body["client_id"], expected, "{name}");
        emulator.verify(body["access_token"].as_str().unwrap(), Audience::Management).unwrap();
    }
}

#[tokio::test]
async fn refusals_of_a_virtual_machine() {
    let emulator = Emulator::new();
    let metadata = [("Metadata", "true")];
    let resource = "&resource=https://datalake.azure.net";
    let ordinary = "&client_id=5a1e0000-0000-4000-8000-000000000a01";
    let table = [
        (format!("{IMDS}{resource}"), &[] as &[_], "metadata header"),
        (
            format!("{IMDS}{resource}"),
            &[("Metadata", "true"), ("x-forwarded-for", "1.1.1.1")],
            "header",
        ),
        (IMDS.to_owned(), &metadata, "'resource' is missing"),
        ("/metadata/identity/oauth2/token?resource=x".to_owned(), &metadata, "'api-version'"),
        (format!("{IMDS}{resource}&client_id={CLI}"), &metadata, "Identity not found"),
        (format!("{IMDS}{resource}{ordinary}"), &metadata, "Identity not found"),
        (format!("{IMDS}&resource=https://nowhere.test"), &metadata, "AADSTS500011"),
    ];
    for (path, headers, expected) in table {
        let answer = get(&emulator, &path, headers).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(answer.json()["error_description"].as_str().unwrap().contains(expected), "{path}");
    }
}

#[tokio::test]
async fn app_service_and_fabric_prove_themselves_with_a_header() {
    let emulator = Emulator::new();
    let secret = "emulator-identity-header";
    let body = get(&emulator, APP, &[("X-IDENTITY-HEADER", secret)]).await.json();
    let names =
        |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(names(&body), "access_token expires_on resource token_type client_id");
    assert!(body["expires_on"].is_string());
    let old = APP.replace("2019-08-01", "2017-09-01");
    let body = get(&emulator, &old, &[("secret", secret)]).await.json();
    assert_eq!(names(&body), "access_token expires_on resource token_type");
    let fabric = APP.replace("2019-08-01", "2019-07-01-preview");
    let body = get(&emulator, &fabric, &[("Secret", secret)]).await.json();
    assert!(body["expires_on"].is_number());
    for headers in [vec![], vec![("X-IDENTITY-HEADER", "wrong")], vec![("secret", secret)]] {
        let answer = get(&emulator, APP, &headers).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let newer = APP.replace("2019-08-01", "2030-01-01");
    let answer = get(&emulator, &newer, &[("secret", secret)]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_old_extension_takes_a_form() {
    let emulator = Emulator::new();
    for path in ["/oauth2/token", "/msi/token"] {
        let request = http::Request::post(path).header("Metadata", "true");
        let request =
            request.body(encode(&[("resource", "https://management.azure.com/")])).unwrap();
        let body = emulator.send(request).await.json();
        assert_eq!(body["refresh_token"], "");
        assert_eq!(body["expires_in"], "86399");
    }
}

#[tokio::test]
async fn arc_wants_a_file_read_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut seed = Seed::default();
    seed.sign_in.arc_directory = directory.path().to_owned();
    let emulator = Emulator::with(seed);
    let path = "/arc/metadata/identity/oauth2/token?api-version=2020-06-01\
                &resource=https://datalake.azure.net";
    let metadata = ("Metadata", "true");
    let challenge = get(&emulator, path, &[metadata]).await;
    assert_eq!(challenge.status, StatusCode::UNAUTHORIZED);
    let realm = challenge.headers["www-authenticate"].to_str().unwrap();
    let file = std::path::Path::new(realm.strip_prefix("Basic realm=").unwrap());
    assert_eq!(file.parent(), Some(directory.path()));
    assert_eq!(file.extension().unwrap(), "key");
    let proof = format!("Basic {}", std::fs::read_to_string(file).unwrap());
    let answer = get(&emulator, path, &[metadata, ("Authorization", &proof)]).await;
    assert_eq!(answer.json()["client_id"], SYSTEM);
    assert!(!file.exists());
    let again = get(&emulator, path, &[metadata, ("Authorization", &proof)]).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&emulator, path, &[]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn memory_is_bounded_by_design_and_so_are_files_that_nobody_reads() {
    let directory = tempfile::tempdir().unwrap();
    let mut seed = Seed::default();
    seed.sign_in.arc_directory = directory.path().to_owned();
    let emulator = Emulator::with(seed);
    let path = "/arc/metadata/identity/oauth2/token?api-version=2020-06-01&resource=x";
    let files = || std::fs::read_dir(directory.path()).unwrap().count();
    for _ in 0..300 {
        get(&emulator, path, &[("Metadata", "true")]).await;
    }
    assert!((2..=128).contains(&files()), "{}", files());
    emulator.advance(600);
    get(&emulator, path, &[("Metadata", "true")]).await;
    assert_eq!(files(), 1);
}

#[tokio::test]
async fn arc_says_when_it_cannot_write() {
    let mut seed = Seed::default();
    seed.sign_in.arc_directory = "/nonexistent/directory".into();
    let emulator = Emulator::with(seed);
    let path = "/arc/metadata/identity/oauth2/token?api-version=2020-06-01&resource=x";
    let answer = get(&emulator, path, &[("Metadata", "true")]).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text.contains("/nonexistent/directory"), "{}", answer.text);
}
