//! Those who send requests otherwise than with a key of the account.

use super::*;

impl Emulator {
    /// The value of an Authorization header of an application of the seed.
    pub(super) async fn bearer(&self, client_id: Uuid, secret: &str) -> String {
        self.token_for(client_id, secret, "https://storage.azure.com/").await
    }

    /// The same for some resource.
    pub(super) async fn token_for(&self, client_id: Uuid, secret: &str, resource: &str) -> String {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &client_id.to_string())
            .append_pair("client_secret", secret)
            .append_pair("resource", resource)
            .finish();
        let request = http::Request::builder()
            .method("POST")
            .uri(format!("/{}/oauth2/token", self.state.seed.tenant_id))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let answer = crate::aad::handle(&self.state.aad, call("login", request)).await;
        let answer = Answer::read(answer).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        format!("Bearer {}", body["access_token"].as_str().unwrap())
    }

    /// The application that owns all data.
    pub(super) async fn owner(&self) -> String {
        self.bearer(crate::seed::CLIENT_ID, crate::seed::CLIENT_SECRET).await
    }

    /// The application that has no role, so that access control lists decide.
    pub(super) async fn stranger(&self) -> String {
        self.bearer(crate::seed::ACL_CLIENT_ID, crate::seed::ACL_CLIENT_SECRET).await
    }

    /// Sends a request whose URL says who sends it.
    pub(super) async fn shared(&self, method: &str, uri: &str, body: &[u8]) -> Answer {
        let builder = http::Request::builder().method(method).uri(uri);
        let builder = builder.header("content-length", body.len());
        self.at(Protocol::Blob, builder.body(Body::from(body.to_vec())).unwrap()).await
    }

    /// The query of a signature for the first account that is good for an hour.
    pub(super) fn account_sas(&self, types: &str, letters: &str) -> String {
        let expiry = self.now() + jiff::SignedDuration::from_hours(1);
        let expiry = expiry.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let signer = self.signer("mockgen2", 0);
        let account = &signer.account;
        let text = format!("{account}\n{letters}\nb\n{types}\n\n{expiry}\n\n\n2021-12-02\n\n");
        let signature = signer.mac(&text);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("sv", "2021-12-02"),
            ("ss", "b"),
            ("srt", types),
            ("sp", letters),
            ("se", &*expiry),
            ("sig", &*signature),
        ] {
            query.append_pair(name, value);
        }
        query.finish()
    }

    /// Lets time pass.
    pub(super) fn advance(&self, seconds: u64) {
        self.state.clock.advance(std::time::Duration::from_secs(seconds));
    }
}
