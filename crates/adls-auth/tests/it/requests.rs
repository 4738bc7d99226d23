//! The exact requests of every flow, on both protocols.

use adls_auth::{
    AuthErrorKind, AuthOptions, CachedAccountCredential, ClientProof, DeviceCodeCredential, Error,
    RefreshTokenCredential, TokenCache,
};
use adls_http::test_util::{Answer, ScriptedTransport};
use adls_http::{AccessToken, TokenCredential, TokenRequest};
use insta::assert_snapshot;
use serde_json::json;

use crate::support::*;

fn device_code_reply(uri: &str) -> Answer {
    ok(&json!({
        "user_code": "ABCD-EFGH", "device_code": "dev-1", uri: "https://login.test/device",
        "expires_in": "900", "interval": 5, "message": "Go there.",
    }))
}

fn device_code(options: AuthOptions) -> DeviceCodeCredential {
    DeviceCodeCredential::new_with(|_| async {}, options.client_id(CLIENT_ID)).unwrap()
}

async fn secret(credential: &dyn TokenCredential, request: &TokenRequest) -> String {
    credential.get_token(request).await.unwrap().secret().to_owned()
}

#[tokio::test]
async fn password_v2() {
    let transport = ScriptedTransport::new([managed(), ok(&user_reply("1"))]);
    assert_eq!(secret(&password(options(&transport)), &data_lake()).await, "access-1");
    assert_snapshot!(transport.transcript(), @r"
    GET https://login.test/common/UserRealm/user%40contoso.test?api-version=1.0
    accept: application/json
    return-client-request-id: true

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=password&client_info=1&username=user%40contoso.test&password=p%40ss+%26+word&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile
    ");
}

#[tokio::test]
async fn password_v1() {
    let transport = ScriptedTransport::new([Answer::status(404), ok(&user_reply_v1("1"))]);
    assert_eq!(secret(&password(options_v1(&transport)), &data_lake()).await, "access-1");
    assert_snapshot!(transport.transcript(), @r"
    GET https://login.test/common/UserRealm/user%40contoso.test?api-version=1.0
    accept: application/json
    return-client-request-id: true

    POST https://login.test/contoso.test/oauth2/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=password&client_info=1&username=user%40contoso.test&password=p%40ss+%26+word&scope=openid&resource=https%3A%2F%2Fdatalake.azure.net%2F
    ");
}

#[tokio::test]
async fn client_secret_v2() {
    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    assert_eq!(secret(&client_secret(options(&transport)), &data_lake()).await, "access-1");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=client_credentials&client_secret=s3cret&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default
    ");
}

#[tokio::test]
async fn client_secret_v1() {
    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    assert_eq!(secret(&client_secret(options_v1(&transport)), &data_lake()).await, "access-1");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=client_credentials&client_secret=s3cret&resource=https%3A%2F%2Fdatalake.azure.net%2F
    ");
}

#[tokio::test(start_paused = true)]
async fn device_code_v2() {
    let transport = ScriptedTransport::new([
        device_code_reply("verification_uri"),
        pending(),
        ok(&user_reply("1")),
    ]);
    assert_eq!(secret(&device_code(options(&transport)), &data_lake()).await, "access-1");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/v2.0/devicecode
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_info=1&device_code=dev-1

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_info=1&device_code=dev-1
    ");
}

#[tokio::test(start_paused = true)]
async fn device_code_v1() {
    let transport =
        ScriptedTransport::new([device_code_reply("verification_url"), ok(&user_reply_v1("1"))]);
    assert_eq!(secret(&device_code(options_v1(&transport)), &data_lake()).await, "access-1");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/devicecode
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&resource=https%3A%2F%2Fdatalake.azure.net%2F

    POST https://login.test/contoso.test/oauth2/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=device_code&client_info=1&code=dev-1&resource=https%3A%2F%2Fdatalake.azure.net%2F
    ");
}

#[tokio::test]
async fn refresh_token_v2() {
    let transport = ScriptedTransport::new([ok(&user_reply("1"))]);
    let credential =
        RefreshTokenCredential::new_with("refresh-0", options(&transport).client_id(CLIENT_ID))
            .unwrap();
    let signed_in = credential.sign_in(&data_lake()).await.unwrap();
    assert_eq!(signed_in.account.unwrap().username, "user@contoso.test");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=refresh_token&client_info=1&refresh_token=refresh-0&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile
    ");
}

#[tokio::test]
async fn refresh_token_v1_of_a_client_with_a_secret() {
    let transport = ScriptedTransport::new([ok(&user_reply_v1("1"))]);
    let options = options_v1(&transport);
    let proof = ClientProof::secret("s3cret").unwrap();
    let credential =
        RefreshTokenCredential::with_proof(CLIENT_ID, proof, "refresh-0", options).unwrap();
    assert_eq!(secret(&credential, &data_lake()).await, "access-1");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=refresh_token&client_info=1&client_secret=s3cret&refresh_token=refresh-0&resource=https%3A%2F%2Fdatalake.azure.net%2F
    ");
}

#[tokio::test]
async fn claims_and_capabilities_go_along() {
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let mut options = options(&transport);
    options.enable_cae = true;
    let credential = client_secret(options);
    assert_eq!(secret(&credential, &data_lake()).await, "access-1");
    let demanding = data_lake().with_claims(r#"{"access_token":{"nbf":{"essential":true}}}"#);
    // Tokens from before the demand are not enough, but one from after it serves again.
    assert_eq!(secret(&credential, &demanding).await, "access-2");
    assert_eq!(secret(&credential, &demanding).await, "access-2");
    assert_eq!(secret(&credential, &data_lake()).await, "access-2");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=client_credentials&client_secret=s3cret&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default&claims=%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=client_credentials&client_secret=s3cret&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default&claims=%7B%22access_token%22%3A%7B%22nbf%22%3A%7B%22essential%22%3Atrue%7D%2C%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D
    ");
    let nonsense = credential.get_token(&data_lake().with_claims("[]")).await.unwrap_err();
    assert_eq!(Error::find(&nonsense).unwrap().kind(), AuthErrorKind::InvalidInput);
}

#[tokio::test]
async fn one_sign_in_serves_other_resources_and_tenants_by_its_refresh_token() {
    let transport = ScriptedTransport::new([
        managed(),
        ok(&user_reply("1")),
        ok(&user_reply("2")),
        ok(&user_reply("3")),
    ]);
    let credential = password(options(&transport));
    assert_eq!(secret(&credential, &data_lake()).await, "access-1");
    assert_eq!(secret(&credential, &management()).await, "access-2");
    assert_eq!(secret(&credential, &data_lake().with_tenant("fabrikam.test")).await, "access-3");
    for (request, token) in [(data_lake(), "access-1"), (management(), "access-2")] {
        assert_eq!(secret(&credential, &request).await, token);
    }
    assert_snapshot!(transport.transcript(), @r"
    GET https://login.test/common/UserRealm/user%40contoso.test?api-version=1.0
    accept: application/json
    return-client-request-id: true

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=password&client_info=1&username=user%40contoso.test&password=p%40ss+%26+word&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=refresh_token&client_info=1&refresh_token=refresh-1&scope=https%3A%2F%2Fmanagement.core.windows.net%2F%2F.default+offline_access+openid+profile

    POST https://login.test/fabrikam.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=refresh_token&client_info=1&refresh_token=refresh-2&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile
    ");
}

#[tokio::test]
async fn a_refused_refresh_token_leads_back_to_the_password() {
    let transport = ScriptedTransport::new([
        managed(),
        ok(&user_reply("1")),
        refusal(400, "invalid_grant", 700_082),
        managed(),
        ok(&user_reply("2")),
        ok(&user_reply("3")),
    ]);
    let credential = password(options(&transport));
    assert_eq!(secret(&credential, &data_lake()).await, "access-1");
    assert_eq!(secret(&credential, &management()).await, "access-2");
    // The new refresh token has taken the place of the refused one.
    let third = TokenRequest::new("https://storage.azure.com//.default");
    assert_eq!(secret(&credential, &third).await, "access-3");
    assert!(transport.transcript().ends_with("offline_access+openid+profile"));
    assert!(transport.transcript().contains("refresh_token=refresh-2"));
}

#[tokio::test]
async fn a_rejected_token_is_never_given_again() {
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let credential = client_secret(options(&transport));
    let token = credential.get_token(&data_lake()).await.unwrap();
    let again = data_lake().rejecting(token);
    assert_eq!(secret(&credential, &again).await, "access-2");
    assert_eq!(secret(&credential, &again).await, "access-2");
    assert_eq!(secret(&credential, &data_lake()).await, "access-2");
    assert_eq!(transport.count(), 2);
}

#[tokio::test]
async fn an_authority_that_repeats_a_rejected_token_is_an_error() {
    let transport =
        ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("1")), ok(&app_reply("1"))]);
    let credential = client_secret(options(&transport));
    let token = credential.get_token(&data_lake()).await.unwrap();
    let error = credential.get_token(&data_lake().rejecting(token)).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::TokenRejected);
}

#[tokio::test]
async fn nobody_is_asked_for_a_cached_account() {
    let cache = TokenCache::in_memory();
    let transport = ScriptedTransport::new([managed(), ok(&user_reply("1")), ok(&user_reply("2"))]);
    let mut options = options(&transport);
    options.cache = cache.clone();
    let account = password(options.clone()).sign_in(&data_lake()).await.unwrap().account.unwrap();
    assert_eq!(cache.accounts().await.unwrap(), std::slice::from_ref(&account));

    // Another client of an unknown family may not redeem what is not a family's token.
    let other = CachedAccountCredential::new_with(
        account.clone(),
        options.clone().client_id("other-client"),
    )
    .unwrap();
    let error = other.get_token(&management()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::NotSignedIn);
    assert_eq!(transport.count(), 2);

    let credential =
        CachedAccountCredential::new_with(account.clone(), options.client_id(CLIENT_ID)).unwrap();
    assert_eq!(secret(&credential, &data_lake()).await, "access-1");
    assert_eq!(secret(&credential, &management()).await, "access-2");

    assert!(cache.remove_account(&account).await.unwrap());
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    let error = Error::find(&error).unwrap();
    assert_eq!(error.kind(), AuthErrorKind::NotSignedIn);
    assert_eq!(error.hint(), Some("sign in again"));
    assert_snapshot!(error, @"not signed in as user@contoso.test, or the saved sign-in has expired");
    assert_eq!(transport.count(), 3);
}

#[tokio::test]
async fn a_family_shares_refresh_tokens_which_stay_under_the_client_that_got_them() {
    let cache = TokenCache::in_memory();
    let family = |name: &str| {
        let mut reply = user_reply(name);
        reply["foci"] = json!("1");
        ok(&reply)
    };
    let transport = ScriptedTransport::new([managed(), family("1"), family("2"), family("3")]);
    let mut options = options(&transport);
    options.cache = cache;
    let account = password(options.clone()).sign_in(&data_lake()).await.unwrap().account.unwrap();
    let sibling =
        CachedAccountCredential::new_with(account.clone(), options.clone().client_id("sibling"))
            .unwrap();
    assert_eq!(secret(&sibling, &data_lake()).await, "access-2");
    let first = CachedAccountCredential::new_with(account, options.client_id(CLIENT_ID)).unwrap();
    assert_eq!(secret(&first, &management()).await, "access-3");
    let transcript = transport.transcript();
    assert!(transcript.contains(
        "client_id=sibling&grant_type=refresh_token&client_info=1&refresh_token=refresh-1"
    ));
    assert!(transcript.contains("refresh_token=refresh-2"), "{transcript}");
}

#[tokio::test]
async fn what_is_wrong_before_anything_is_sent() {
    let transport = ScriptedTransport::new([]);
    let credential = client_secret(options_v1(&transport));
    for request in [
        TokenRequest::default(),
        TokenRequest::new(""),
        TokenRequest::new("User.Read"),
        data_lake().with_tenant("../evil"),
    ] {
        let error = credential.get_token(&request).await.unwrap_err();
        assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::InvalidInput, "{error}");
    }
    let mut plain = options(&transport);
    plain.authority = Some(adls_auth::Authority::new("http://localhost:1", "t").unwrap());
    let error =
        adls_auth::ClientSecretCredential::new_with(CLIENT_ID, "x", plain.clone()).unwrap_err();
    assert_snapshot!(error, @"refusing to send credentials to http://localhost:1/ over plain http; set allow_http_loopback to allow it to this machine");
    plain.client.allow_http_loopback = true;
    assert!(adls_auth::ClientSecretCredential::new_with(CLIENT_ID, "x", plain).is_ok());
    for (client_id, secret) in [("", "x"), (CLIENT_ID, "")] {
        let made =
            adls_auth::ClientSecretCredential::new_with(client_id, secret, options(&transport));
        assert_eq!(made.unwrap_err().kind(), AuthErrorKind::InvalidInput);
    }
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn a_static_token_is_given_until_it_is_rejected() {
    let expires_on = std::time::SystemTime::UNIX_EPOCH;
    let token = AccessToken::new("given", expires_on);
    let credential = adls_auth::StaticTokenCredential::new(token.clone());
    assert_eq!(secret(&credential, &data_lake()).await, "given");
    let error = credential.get_token(&data_lake().rejecting(token)).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::TokenRejected);
}

#[tokio::test]
async fn no_secret_shows() {
    let transport = ScriptedTransport::new([managed(), ok(&user_reply("1"))]);
    let credential = password(options(&transport));
    credential.get_token(&data_lake()).await.unwrap();
    let shown = format!("{credential:?} {:?}", client_secret(options(&transport)));
    for secret in ["p@ss", "s3cret", "access-1", "refresh-1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn an_unknown_authority_gets_nothing_where_it_is_to_be_known() {
    let discovery = || {
        ok(&json!({"tenant_discovery_endpoint": "https://x", "api-version": "1.1", "metadata": []}))
    };
    let transport = ScriptedTransport::new([discovery(), ok(&app_reply("1")), ok(&app_reply("2"))]);
    let mut validating = options(&transport);
    validating.validate_authority = true;
    let credential = client_secret(validating);
    assert_eq!(secret(&credential, &data_lake()).await, "access-1");
    assert_eq!(secret(&credential, &management()).await, "access-2");
    assert_snapshot!(transport.transcript().lines().next().unwrap(), @"GET https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.test%2Fcontoso.test%2Foauth2%2Fv2.0%2Fauthorize");
    assert_eq!(transport.count(), 3);

    let transport = ScriptedTransport::new([refusal(400, "invalid_instance", 50049)]);
    let mut validating = options(&transport);
    validating.validate_authority = true;
    let error = password(validating).get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::UnknownAuthority);
    assert_eq!(transport.count(), 1);

    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    let mut validating = options(&transport);
    validating.validate_authority = true;
    validating.authority = Some(adls_auth::Authority::of(&adls_auth::cloud::CHINA, "t").unwrap());
    assert_eq!(secret(&client_secret(validating), &data_lake()).await, "access-1");
}
