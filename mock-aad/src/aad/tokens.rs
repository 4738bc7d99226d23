//! Issues tokens, and forms the answers that carry them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::claims::{Extent, Issuer, LIFETIME, LONG_LIFETIME, UserSubject};
use super::client::Client;
use super::directory::User;
use super::error::Refused;
use super::exchange::Exchange;
use super::expiring::{Weigh, texts};
use super::keys::HeaderForm;
use super::policy::{RequestedClaims, SignIn};
use super::resource::{Asked, USER_IMPERSONATION};
use super::version::Version;
use super::{Aad, random};

/// What refresh tokens start with; anything else is not parseable as one.
pub(super) const REFRESH_TOKEN_PREFIX: &str = "0.A";

/// Seconds that a refresh token lives without being used, the service's default.
pub(super) const REFRESH_TOKEN_LIFETIME: i64 = 90 * 86_400;

/// A sign-in that can be continued without the user.
#[derive(Clone, Debug)]
pub(super) struct RefreshToken {
    pub(super) user: Uuid,
    pub(super) client: Uuid,
    /// Whether other applications of the client's family may redeem it.
    pub(super) family: bool,
    /// What the first request asked for: a request that names nothing means the same.
    pub(super) asked: Asked,
    pub(super) methods: Vec<String>,
    /// How often the user's password had been changed: a change revokes earlier tokens.
    pub(super) password_epoch: u32,
    /// Seconds since 1970.
    pub(super) issued: i64,
}

impl Weigh for RefreshToken {
    fn weight(&self) -> usize {
        self.asked.weight() + texts(&self.methods)
    }
}

/// A user who has signed in, and what they sign in for.
#[derive(Debug)]
pub(super) struct UserGrant {
    pub(super) user: User,
    pub(super) client: Client,
    pub(super) asked: Asked,
    pub(super) methods: Vec<String>,
    pub(super) requested: RequestedClaims,
    pub(super) nonce: Option<String>,
}

impl Exchange<'_> {
    /// The answer that signs a user in.
    ///
    /// # Errors
    /// What policies demand: AADSTS50076, 65001.
    pub(super) fn user_tokens(&self, grant: &UserGrant) -> Result<Value, Refused> {
        let UserGrant { user, client, asked, methods, requested, nonce } = grant;
        let groups = {
            let directory = self.aad.directory();
            let application = &client.application;
            let resource = &asked.resource;
            let sign_in = SignIn { user, client: application, resource, methods, requested };
            sign_in.check(&directory)?;
            directory.groups_of(user.object_id)
        };
        let subject = UserSubject {
            user,
            groups: &groups,
            client: &client.application,
            proof: client.proof,
            methods,
        };
        let extent = extent(asked, requested);
        let issuer = self.issuer();
        let access = issuer.user_access(&subject, asked, &extent);
        let mut body = self.access_answer(asked, &access, &extent)?;
        if asked.oidc.offline_access {
            body["refresh_token"] = Value::from(self.remember(grant));
            if client.application.family {
                body["foci"] = Value::from("1");
            }
        }
        if asked.oidc.openid {
            let claims = issuer.id_token(self.version, &subject, nonce.as_deref());
            body["id_token"] = Value::from(self.id_token(client, &claims)?);
        }
        if self.params.is_on("client_info") {
            body["client_info"] = Value::from(client_info(self.aad, user));
        }
        Ok(body)
    }

    /// The answer that signs an application in.
    pub(super) fn application_tokens(
        &self,
        client: &Client,
        asked: &Asked,
    ) -> Result<Value, Refused> {
        let requested = RequestedClaims::read(&self.params)?;
        let extent = extent(asked, &requested);
        let access = self.issuer().application_access(
            &client.application,
            client.proof,
            &asked.resource,
            &extent,
        );
        let mut body = self.access_answer(asked, &access, &extent)?;
        if let Value::Object(members) = &mut body {
            members.shift_remove("scope");
        }
        Ok(body)
    }

    fn issuer(&self) -> Issuer<'_> {
        Issuer { tenant_id: self.aad.tenant_id(), origin: self.origin, now: self.now }
    }

    /// The members that every answer has, in the number form of the endpoint.
    fn access_answer(
        &self,
        asked: &Asked,
        claims: &Value,
        extent: &Extent,
    ) -> Result<Value, Refused> {
        let token = self.aad.keys.sign(asked.resource.token_version.into(), claims)?;
        // The service counts from a moment before the answer.
        let expires_in = extent.lifetime - 1;
        let mut body = match self.version {
            Version::V1 => json!({
                "token_type": "Bearer",
                "scope": USER_IMPERSONATION,
                "expires_in": expires_in.to_string(),
                "ext_expires_in": expires_in.to_string(),
                "expires_on": text(&claims["exp"]),
                "not_before": text(&claims["nbf"]),
                "resource": asked.resource.audience,
                "access_token": token,
            }),
            Version::V2 => json!({
                "token_type": "Bearer",
                "scope": asked.granted(),
                "expires_in": expires_in,
                "ext_expires_in": expires_in,
                "access_token": token,
            }),
        };
        if extent.continuous && self.version == Version::V2 {
            body["refresh_in"] = Value::from(expires_in / 2);
        }
        Ok(body)
    }

    /// A new refresh token; earlier ones stay valid.
    fn remember(&self, grant: &UserGrant) -> String {
        let token = format!("{REFRESH_TOKEN_PREFIX}{}", random::opaque(8));
        let record = RefreshToken {
            user: grant.user.object_id,
            client: grant.client.application.client_id,
            family: grant.client.application.family,
            asked: grant.asked.clone(),
            methods: grant.methods.clone(),
            password_epoch: self.aad.directory().password_epoch(grant.user.object_id),
            issued: self.now,
        };
        // One that is used too late is to be told so, for as long again.
        let end = self.now.saturating_add(2 * REFRESH_TOKEN_LIFETIME);
        self.aad.issued().refresh_tokens.insert(&token, record, end, self.now);
        token
    }

    /// The v1 endpoint does not sign the id tokens of public clients.
    fn id_token(&self, client: &Client, claims: &Value) -> Result<String, Refused> {
        if self.version == Version::V1 && client.application.public_client {
            let header = json!({ "typ": "JWT", "alg": "none" });
            return Ok(format!("{}.{}.", part(&header), part(claims)));
        }
        self.aad.keys.sign(HeaderForm::Plain, claims)
    }
}

/// How long a token is valid: long for clients that understand being called back.
fn extent(asked: &Asked, requested: &RequestedClaims) -> Extent {
    let continuous = requested.continuous && asked.resource.service.evaluates_continuously();
    Extent {
        lifetime: if continuous { LONG_LIFETIME } else { LIFETIME },
        continuous,
        contexts: requested.contexts.clone(),
    }
}

/// Who signed in, for the client's own bookkeeping.
pub(super) fn client_info(aad: &Aad, user: &User) -> String {
    part(&json!({ "uid": user.object_id, "utid": aad.tenant_id() }))
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn text(number: &Value) -> String {
    number.to_string()
}

/// Whether a text has the form of something with this prefix that was handed out here.
pub(super) fn is_well_formed(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    })
}
