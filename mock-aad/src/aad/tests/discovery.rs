use super::*;

fn asked(endpoint: &str) -> String {
    format!(
        "/common/discovery/instance?api-version=1.1&{}",
        encode(&[("authorization_endpoint", endpoint)])
    )
}

#[tokio::test]
async fn instance_discovery_keeps_tenant_and_version() {
    let emulator = Emulator::new();
    let table = [
        ("https://127.0.0.1/emulator.test/oauth2/v2.0/authorize", "emulator.test/v2.0/"),
        ("https://localhost/emulator.test/oauth2/authorize", "emulator.test/"),
        ("https://login.microsoftonline.com/common/oauth2/authorize", "common/"),
        (
            "https://login.chinacloudapi.cn/organizations/oauth2/v2.0/authorize",
            "organizations/v2.0/",
        ),
    ];
    for (endpoint, expected) in table {
        let answer = emulator.get(&asked(endpoint)).await;
        assert_eq!(answer.headers["cache-control"], "max-age=86400, private");
        assert_eq!(
            answer.json()["tenant_discovery_endpoint"],
            format!("{ORIGIN}/{expected}.well-known/openid-configuration"),
            "{endpoint}"
        );
    }
    let unknown = emulator.get(&asked("https://evil.test/common/oauth2/authorize")).await;
    assert_eq!(unknown.refusal(), (400, 50049, "invalid_instance".to_owned()));
    assert_eq!(emulator.get("/common/discovery/instance").await.refusal().1, 900_144);
}

#[tokio::test]
async fn instance_metadata() {
    let emulator = Emulator::new();
    let body = emulator.get(&asked("https://localhost/common/oauth2/authorize")).await.json();
    insta::assert_json_snapshot!(body["metadata"][0], @r#"
    {
      "preferred_network": "login.microsoftonline.com",
      "preferred_cache": "login.windows.net",
      "aliases": [
        "login.microsoftonline.com",
        "login.windows.net",
        "login.microsoft.com",
        "sts.windows.net"
      ]
    }
    "#);
    assert_eq!(body["api-version"], "1.1");
}

#[tokio::test]
async fn openid_configuration_of_both_versions() {
    let emulator = Emulator::new();
    let v2 = emulator.get("/Emulator.test/v2.0/.well-known/openid-configuration").await.json();
    insta::assert_json_snapshot!(v2, @r#"
    {
      "token_endpoint": "https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001/oauth2/v2.0/token",
      "token_endpoint_auth_methods_supported": [
        "client_secret_post",
        "private_key_jwt",
        "client_secret_basic"
      ],
      "jwks_uri": "https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001/discovery/v2.0/keys",
      "response_modes_supported": [
        "query",
        "fragment",
        "form_post"
      ],
      "subject_types_supported": [
        "pairwise"
      ],
      "id_token_signing_alg_values_supported": [
        "RS256"
      ],
      "response_types_supported": [
        "code",
        "id_token",
        "code id_token",
        "id_token token"
      ],
      "scopes_supported": [
        "openid",
        "profile",
        "email",
        "offline_access"
      ],
      "issuer": "https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001/v2.0",
      "request_uri_parameter_supported": false,
      "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
      "authorization_endpoint": "https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001/oauth2/v2.0/authorize",
      "device_authorization_endpoint": "https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001/oauth2/v2.0/devicecode",
      "http_logout_supported": true,
      "frontchannel_logout_supported": true,
      "end_session_endpoint": "https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001/oauth2/v2.0/logout",
      "claims_supported": [
        "sub",
        "iss",
        "cloud_instance_name",
        "cloud_instance_host_name",
        "cloud_graph_host_name",
        "msgraph_host",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "acr",
        "nonce",
        "preferred_username",
        "name",
        "tid",
        "ver",
        "at_hash",
        "c_hash",
        "email"
      ],
      "kerberos_endpoint": "https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001/kerberos",
      "tenant_region_scope": "NA",
      "cloud_instance_name": "microsoftonline.com",
      "cloud_graph_host_name": "graph.windows.net",
      "msgraph_host": "graph.microsoft.com",
      "rbac_url": "https://pas.windows.net"
    }
    "#);
    let v1 = emulator.get("/common/.well-known/openid-configuration").await.json();
    assert_eq!(v1["issuer"], "https://sts.windows.net/{tenantid}/");
    assert_eq!(v1["token_endpoint"], format!("{ORIGIN}/common/oauth2/token"));
    assert_eq!(v1["jwks_uri"], format!("{ORIGIN}/common/discovery/keys"));
    let unknown = emulator.get("/nowhere.test/v2.0/.well-known/openid-configuration").await;
    assert_eq!(unknown.refusal(), (400, 90002, "invalid_tenant".to_owned()));
}

#[tokio::test]
async fn published_keys_check_the_tokens() {
    let emulator = Emulator::new();
    let token = emulator.user_token().await;
    let header = jsonwebtoken::decode_header(&token).unwrap();
    for path in ["/common/discovery/keys", "/emulator.test/discovery/v2.0/keys"] {
        let set = emulator.get(path).await.json();
        let keys = set["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 2);
        assert!(keys.iter().any(|key| key["kid"] == header.kid.as_deref().unwrap()));
        assert_eq!(keys[0]["issuer"].is_string(), path.contains("v2.0"));
    }
}

#[tokio::test]
async fn user_realm_of_both_generations() {
    let emulator = Emulator::new();
    let managed = emulator.get("/common/UserRealm/user%40emulator.test?api-version=1.0").await;
    insta::assert_json_snapshot!(managed.json(), @r#"
    {
      "ver": "1.0",
      "account_type": "Managed",
      "domain_name": "emulator.test",
      "cloud_instance_name": "microsoftonline.com",
      "cloud_audience_urn": "urn:federation:MicrosoftOnline"
    }
    "#);
    let managed = emulator.get("/common/userrealm/user@emulator.test?api-version=2.1").await;
    assert_eq!(managed.json()["NameSpaceType"], "Managed");
    let unknown = emulator.get("/common/userrealm/user@nowhere.test?api-version=1.0").await;
    assert_eq!(unknown.json()["account_type"], "Unknown");
}

#[tokio::test]
async fn other_paths_are_not_there() {
    let emulator = Emulator::new();
    assert_eq!(emulator.get("/common/oauth2/nothing").await.status, StatusCode::NOT_FOUND);
}
