//! Users of a federated domain: user realm, description, WS-Trust, exchange.

use adls_auth::{AuthErrorKind, Error};
use adls_http::TokenCredential;
use adls_http::test_util::{Answer, ScriptedTransport};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::*;

const ACTION_2005: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust/RST/Issue";
const ACTION_13: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue";
const SAML1: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
const SAML2: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";

fn realm() -> Value {
    json!({
        "ver": "1.0", "account_type": "Federated", "domain_name": "fed.test",
        "federation_protocol": "WSTrust",
        "federation_metadata_url": "https://adfs.test/adfs/services/trust/mex",
        "federation_active_auth_url": "https://adfs.test/adfs/services/trust/2005/usernamemixed",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    })
}

/// A server's description with endpoints for certificates, and for passwords in two versions.
fn description() -> String {
    let policy = |id: &str, token: &str| {
        format!(
            r#"<wsp:Policy wsu:Id="{id}"><wsp:ExactlyOne><wsp:All>
            <sp:TransportBinding xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"/>
            <sp:SignedEncryptedSupportingTokens xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702">
            <wsp:Policy><{token}/></wsp:Policy></sp:SignedEncryptedSupportingTokens>
            </wsp:All></wsp:ExactlyOne></wsp:Policy>"#
        )
    };
    let password =
        "sp:UsernameToken><wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken";
    let password_token = policy("p13", "sp:X").replace("<sp:X/>", &format!("<{password}>"));
    let binding = |name: &str, policy: &str, action: &str| {
        format!(
            r##"<wsdl:binding name="{name}" type="tns:T"><wsp:PolicyReference URI="#{policy}"/>
            <soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>
            <wsdl:operation name="Issue"><soap12:operation soapAction="{action}"/></wsdl:operation>
            </wsdl:binding>"##
        )
    };
    let port = |binding: &str, path: &str| {
        format!(
            r#"<wsdl:port name="{binding}" binding="tns:{binding}"><wsa10:EndpointReference>
            <wsa10:Address> https://adfs.test/adfs/services/trust/{path} </wsa10:Address>
            </wsa10:EndpointReference></wsdl:port>"#
        )
    };
    [
        r#"<?xml version="1.0"?><definitions xmlns:wsp="urn:p" xmlns:wsu="urn:u" xmlns:wsdl="urn:w"
        xmlns:soap12="urn:s" xmlns:wsa10="urn:a" xmlns:sp="urn:sp">"#
            .to_owned(),
        policy("certificate", "sp:X509Token"),
        password_token,
        binding("Certificate13", "certificate", ACTION_13),
        binding("Password2005", "p13", ACTION_2005),
        binding("Password13", "p13", ACTION_13),
        r#"<wsdl:service name="S">"#.to_owned(),
        port("Certificate13", "13/certificatemixed"),
        port("Password13", "13/usernamemixed"),
        port("Password2005", "2005/usernamemixed"),
        "</wsdl:service></definitions>".to_owned(),
    ]
    .concat()
}

fn xml(status: u16, text: impl Into<String>) -> Answer {
    Answer::status(status).header("content-type", "application/soap+xml").body(text.into())
}

fn assertion(token_type: &str) -> Answer {
    xml(
        200,
        format!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>
            <t:RequestSecurityTokenResponseCollection xmlns:t="urn:t"><t:RequestSecurityTokenResponse>
            <t:TokenType>{token_type}</t:TokenType><t:RequestedSecurityToken><saml:Assertion
 xmlns:saml="urn:saml"  ID='x'>signed &amp; sealed</saml:Assertion></t:RequestedSecurityToken>
            </t:RequestSecurityTokenResponse></t:RequestSecurityTokenResponseCollection>
            </s:Body></s:Envelope>"#
        ),
    )
}

fn fault(subcode: &str, text: &str) -> Answer {
    xml(
        500,
        format!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault>
            <s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:a="urn:x">{subcode}</s:Value>
            </s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason>
            </s:Fault></s:Body></s:Envelope>"#
        ),
    )
}

async fn refused(answers: impl IntoIterator<Item = Answer>) -> Error {
    let transport = ScriptedTransport::new(answers);
    let error = password(options(&transport)).get_token(&data_lake()).await.unwrap_err();
    let error = Error::find(&error).unwrap().clone();
    assert!(!format!("{error} {error:?}").contains("p@ss"), "{error:?}");
    error
}

#[tokio::test]
async fn the_newest_endpoint_for_passwords_and_an_unchanged_assertion() {
    let transport = ScriptedTransport::new([
        ok(&realm()),
        xml(200, description()),
        assertion(SAML1),
        ok(&user_reply("1")),
    ]);
    let credential = password(options(&transport));
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(credential.account().unwrap().username, "user@contoso.test");
    let transcript = transport.transcript();
    let id = transcript.split("urn:uuid:").nth(1).unwrap()[..36].to_owned();
    assert_snapshot!(transcript.replace(&id, "<id>"), @r#"
    GET https://login.test/common/UserRealm/user%40contoso.test?api-version=1.0
    accept: application/json
    return-client-request-id: true

    GET https://adfs.test/adfs/services/trust/mex

    POST https://adfs.test/adfs/services/trust/13/usernamemixed
    content-type: application/soap+xml; charset=utf-8
    soapaction: http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue

    <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><s:Header><a:Action s:mustUnderstand="1">http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue</a:Action><a:MessageID>urn:uuid:<id></a:MessageID><a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">https://adfs.test/adfs/services/trust/13/usernamemixed</a:To><o:Security s:mustUnderstand="1" xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><u:Timestamp u:Id="_0"><u:Created>2026-01-01T00:00:00.000Z</u:Created><u:Expires>2026-01-01T00:10:00.000Z</u:Expires></u:Timestamp><o:UsernameToken u:Id="_1"><o:Username>user@contoso.test</o:Username><o:Password>p@ss &amp; word</o:Password></o:UsernameToken></o:Security></s:Header><s:Body><t:RequestSecurityToken xmlns:t="http://docs.oasis-open.org/ws-sx/ws-trust/200512"><p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy"><a:EndpointReference><a:Address>urn:federation:MicrosoftOnline</a:Address></a:EndpointReference></p:AppliesTo><t:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer</t:KeyType><t:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</t:RequestType></t:RequestSecurityToken></s:Body></s:Envelope>

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml1_1-bearer&client_info=1&assertion=PHNhbWw6QXNzZXJ0aW9uCiB4bWxuczpzYW1sPSJ1cm46c2FtbCIgIElEPSd4Jz5zaWduZWQgJmFtcDsgc2VhbGVkPC9zYW1sOkFzc2VydGlvbj4&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile
    "#);
    use base64::Engine;
    let sent = transcript.split("assertion=").nth(1).unwrap().split('&').next().unwrap();
    let sent = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(sent).unwrap();
    assert_eq!(
        String::from_utf8(sent).unwrap(),
        "<saml:Assertion\n xmlns:saml=\"urn:saml\"  ID='x'>signed &amp; sealed</saml:Assertion>"
    );
}

#[tokio::test]
async fn without_a_description_the_usual_place_serves_also_on_v1() {
    let transport = ScriptedTransport::new([
        ok(&realm()),
        xml(404, "<html>not here</html>"),
        assertion(SAML2),
        ok(&user_reply_v1("1")),
    ]);
    password(options_v1(&transport)).get_token(&data_lake()).await.unwrap();
    let transcript = transport.transcript();
    assert!(transcript.contains("POST https://adfs.test/adfs/services/trust/2005/usernamemixed"));
    assert!(transcript.contains(&format!("soapaction: {ACTION_2005}")), "{transcript}");
    assert!(transcript.contains("grant-type%3Asaml2-bearer"), "{transcript}");
    assert!(transcript.ends_with("&scope=openid&resource=https%3A%2F%2Fdatalake.azure.net%2F"));
}

#[tokio::test]
async fn a_wrong_password_is_one_also_here() {
    let answers = || {
        [
            ok(&realm()),
            xml(200, description()),
            fault(
                "a:FailedAuthentication",
                "ID3242: The security token could not be authenticated.",
            ),
        ]
    };
    let error = refused(answers()).await;
    assert_eq!(error.kind(), AuthErrorKind::WrongPassword);
    assert_snapshot!(error, @"the federation server refused the sign-in: ID3242: The security token could not be authenticated");
    // And is not sent twice.
    let transport = ScriptedTransport::new(answers());
    let credential = password(options(&transport));
    for _ in 0..2 {
        assert!(credential.get_token(&data_lake()).await.is_err());
    }
    assert_eq!(transport.count(), 3);
}

#[tokio::test]
async fn what_else_goes_wrong() {
    let with = |name: &str, value: Value| {
        let mut realm = realm();
        realm[name] = value;
        ok(&realm)
    };
    let other = fault("a:RequestFailed", "MSIS3127: The request failed.");
    let unknown = assertion("urn:unknown");
    let empty = xml(200, "<a/>");
    let cases = [
        (
            vec![with("federation_protocol", json!("SAML20"))],
            AuthErrorKind::FederationFailed,
            "SAML20",
        ),
        (
            vec![with("federation_metadata_url", json!("http://adfs.test/mex"))],
            AuthErrorKind::FederationFailed,
            "over plain http",
        ),
        (
            vec![ok(&realm()), xml(200, description()), other],
            AuthErrorKind::FederationFailed,
            "MSIS3127",
        ),
        (
            vec![ok(&realm()), xml(200, description()), unknown],
            AuthErrorKind::FederationFailed,
            "urn:unknown",
        ),
        (
            vec![ok(&realm()), xml(200, description()), empty],
            AuthErrorKind::FederationFailed,
            "no assertion",
        ),
        (
            vec![ok(&realm()), xml(200, description()), xml(200, "<html><br></html>")],
            AuthErrorKind::UnexpectedReply,
            "in XML",
        ),
        (
            vec![with("federation_active_auth_url", Value::Null), xml(200, "<definitions/>")],
            AuthErrorKind::FederationFailed,
            "no endpoint for user names",
        ),
        (
            vec![
                ok(&realm()),
                xml(200, description()),
                assertion(SAML1),
                refusal(400, "invalid_grant", 50008),
            ],
            AuthErrorKind::Refused,
            "AADSTS50008",
        ),
    ];
    for (answers, kind, text) in cases {
        let error = refused(answers).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}
