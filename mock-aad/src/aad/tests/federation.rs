use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;

const USER: &str = "user@federated.test";
const V13: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
const FEB2005: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust";
const SAML11: &str = adls_wire::aad::grant::SAML11_BEARER;
const SAML20: &str = adls_wire::aad::grant::SAML20_BEARER;

fn request(username: &str, password: &str, trust: &str, more: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' \
           xmlns:wsa='http://www.w3.org/2005/08/addressing'><s:Header>\
         <wsse:Security xmlns:wsse='http://docs.oasis-open.org/wss/2004/01/\
           oasis-200401-wss-wssecurity-secext-1.0.xsd'><wsse:UsernameToken>\
         <wsse:Username>{username}</wsse:Username><wsse:Password>{password}</wsse:Password>\
         </wsse:UsernameToken></wsse:Security></s:Header><s:Body>\
         <wst:RequestSecurityToken xmlns:wst='{trust}'>\
         <wsp:AppliesTo xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'>\
         <wsa:EndpointReference><wsa:Address>urn:federation:MicrosoftOnline</wsa:Address>\
         </wsa:EndpointReference></wsp:AppliesTo>{more}</wst:RequestSecurityToken>\
         </s:Body></s:Envelope>"
    )
}

async fn trust(emulator: &Emulator, path: &str, body: String) -> Answer {
    let path = format!("/adfs/services/trust/{path}/usernamemixed");
    emulator.send(http::Request::post(path).body(body).unwrap()).await
}

fn assertion(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let text = &answer.text;
    let start = text.find("<saml:Assertion").unwrap();
    let end = text.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    &text[start..end]
}

fn form<'a>(grant: &'a str, assertion: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("grant_type", grant),
        ("client_id", CLI),
        ("resource", DATA_LAKE),
        ("scope", "openid"),
        ("assertion", assertion),
    ]
}

#[tokio::test]
async fn the_realm_leads_to_the_server() {
    let emulator = Emulator::new();
    let realm = emulator.get("/common/UserRealm/user%40federated.test?api-version=1.0").await;
    insta::assert_json_snapshot!(realm.json(), @r#"
    {
      "ver": "1.0",
      "account_type": "Federated",
      "domain_name": "federated.test",
      "federation_protocol": "WSTrust",
      "federation_metadata_url": "https://login.microsoftonline.com/adfs/services/trust/mex",
      "federation_active_auth_url": "https://login.microsoftonline.com/adfs/services/trust/2005/usernamemixed",
      "cloud_instance_name": "microsoftonline.com",
      "cloud_audience_urn": "urn:federation:MicrosoftOnline"
    }
    "#);
    let newer = emulator.get("/common/userrealm/user@federated.test?api-version=2.1").await;
    assert_eq!(newer.json()["NameSpaceType"], "Federated");
    let mex = emulator.get("/adfs/services/trust/mex").await;
    let document = roxmltree::Document::parse(&mex.text).unwrap();
    let addresses: Vec<_> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "Address")
        .filter_map(|node| node.text())
        .collect();
    assert_eq!(
        addresses,
        [
            "https://login.microsoftonline.com/adfs/services/trust/2005/usernamemixed",
            "https://login.microsoftonline.com/adfs/services/trust/13/usernamemixed"
        ]
    );
}

#[tokio::test]
async fn both_versions_and_both_assertions_sign_in() {
    let emulator = Emulator::new();
    let saml20 = "<wst:TokenType>urn:oasis:names:tc:SAML:2.0:assertion</wst:TokenType>";
    let table =
        [("13", V13, "", SAML11), ("2005", FEB2005, "", SAML11), ("13", V13, saml20, SAML20)];
    for (path, namespace, more, grant) in table {
        let answer = trust(&emulator, path, request(USER, PASSWORD, namespace, more)).await;
        roxmltree::Document::parse(&answer.text).unwrap();
        let assertion = assertion(&answer);
        for encoded in [STANDARD.encode(assertion), URL_SAFE_NO_PAD.encode(assertion)] {
            let tokens = emulator.tokens("/common/oauth2/token", &form(grant, &encoded)).await;
            assert_eq!(claims(&tokens["access_token"])["upn"], USER);
        }
        let other = if grant == SAML11 { SAML20 } else { SAML11 };
        let encoded = STANDARD.encode(assertion);
        let refused = emulator.refusal("/common/oauth2/token", &form(other, &encoded)).await;
        assert_eq!(refused, (400, 50008, "invalid_grant".to_owned()));
    }
}

#[tokio::test]
async fn wrong_passwords_are_faults() {
    let emulator = Emulator::new();
    for (username, password) in
        [(USER, "wrong"), ("nobody@federated.test", PASSWORD), ("user@emulator.test", PASSWORD)]
    {
        let answer = trust(&emulator, "13", request(username, password, V13, "")).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.text.contains("a:FailedAuthentication"), "{}", answer.text);
        assert!(answer.text.contains("ID3242"), "{}", answer.text);
    }
    for body in [
        String::new(),
        "<a/>".to_owned(),
        request(USER, PASSWORD, FEB2005, ""),
        request(USER, PASSWORD, V13, "<wst:TokenType>jwt</wst:TokenType>"),
    ] {
        let answer = trust(&emulator, "13", body).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.text.contains("a:InvalidRequest"), "{}", answer.text);
    }
}

#[tokio::test]
async fn assertions_end_and_cannot_be_made_up() {
    let emulator = Emulator::new();
    let answer = trust(&emulator, "13", request(USER, PASSWORD, V13, "")).await;
    let genuine = STANDARD.encode(assertion(&answer));
    let made_up = STANDARD.encode(
        "<saml:Assertion xmlns:saml='urn:oasis:names:tc:SAML:1.0:assertion' AssertionID='_1'/>",
    );
    for encoded in [made_up.as_str(), "****", "PGE+", "PGEvPg=="] {
        let refused = emulator.refusal("/common/oauth2/token", &form(SAML11, encoded)).await;
        assert_eq!(refused.1, 50008, "{encoded}");
    }
    emulator.advance(3599);
    emulator.tokens("/common/oauth2/token", &form(SAML11, &genuine)).await;
    emulator.advance(1);
    let refused = emulator.refusal("/common/oauth2/token", &form(SAML11, &genuine)).await;
    assert_eq!(refused.1, 50008);
}
