//! What tokens say.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::directory::{Application, User};
use super::random;
use super::resource::{Asked, Resource};
use super::version::Version;

/// Seconds that a token is valid before it is issued, against slow clocks.
const VALID_BEFORE: i64 = 300;
/// Seconds that an ordinary token is valid.
pub(super) const LIFETIME: i64 = 3600;
/// Seconds that the token of a client is valid which understands claims challenges.
pub(super) const LONG_LIFETIME: i64 = 86_400;

/// How the client proved who it is, as `appidacr` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientProof {
    /// A public client proves nothing.
    Public,
    Secret,
    /// A certificate, or a token of a registered issuer.
    Assertion,
}

impl ClientProof {
    fn digit(self) -> &'static str {
        match self {
            Self::Public => "0",
            Self::Secret => "1",
            Self::Assertion => "2",
        }
    }
}

/// Where and when a token is issued.
#[derive(Clone, Copy, Debug)]
pub(super) struct Issuer<'a> {
    pub(super) tenant_id: Uuid,
    /// Scheme and host of the authority as the client reaches it.
    pub(super) origin: &'a str,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Who a user token is about, and through whom it was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct UserSubject<'a> {
    pub(super) user: &'a User,
    pub(super) groups: &'a [Uuid],
    pub(super) client: &'a Application,
    pub(super) proof: ClientProof,
    /// How the user proved who they are, such as `pwd` and `mfa`.
    pub(super) methods: &'a [String],
}

/// Details of one access token.
#[derive(Clone, Debug, Default)]
pub(super) struct Extent {
    /// Seconds until it ends.
    pub(super) lifetime: i64,
    /// Whether the client understands claims challenges.
    pub(super) continuous: bool,
    /// Authentication contexts that the client asked for.
    pub(super) contexts: Vec<String>,
}

impl Issuer<'_> {
    /// The issuer of version 1.0 tokens. It does not depend on how the authority is reached.
    pub(super) fn v1(tenant_id: Uuid) -> String {
        format!("https://sts.windows.net/{tenant_id}/")
    }

    /// The issuer of version 2.0 tokens.
    pub(super) fn v2(origin: &str, tenant_id: Uuid) -> String {
        format!("{origin}/{tenant_id}/v2.0")
    }

    fn of(&self, version: Version) -> String {
        match version {
            Version::V1 => Self::v1(self.tenant_id),
            Version::V2 => Self::v2(self.origin, self.tenant_id),
        }
    }

    /// The claims that every token starts with.
    fn envelope(&self, version: Version, audience: &str, lifetime: i64) -> Value {
        let start = self.now - VALID_BEFORE;
        json!({
            "aud": audience,
            "iss": self.of(version),
            "iat": start,
            "nbf": start,
            "exp": self.now + lifetime,
        })
    }

    /// The access token of a user.
    pub(super) fn user_access(
        &self,
        subject: &UserSubject<'_>,
        asked: &Asked,
        extent: &Extent,
    ) -> Value {
        let mut claims = self.access_envelope(&asked.resource, extent);
        let user = subject.user;
        add(
            &mut claims,
            json!({
                "acr": "1",
                "aio": random::opaque(2),
                "amr": subject.methods,
            }),
        );
        add_client(&mut claims, asked.resource.token_version, subject.client, subject.proof);
        add_names(&mut claims, asked.resource.token_version, user);
        if !subject.groups.is_empty() {
            add(&mut claims, json!({ "groups": subject.groups }));
        }
        if !extent.contexts.is_empty() {
            add(&mut claims, json!({ "acrs": extent.contexts }));
        }
        add(
            &mut claims,
            json!({
                "idtyp": "user",
                "oid": user.object_id,
                "puid": puid(user.object_id),
                "rh": rh(),
                "scp": asked.permissions.join(" "),
                "sub": pairwise(user.object_id, asked.resource.app_id),
            }),
        );
        self.close(claims, asked.resource.token_version, extent.continuous)
    }

    /// The access token of an application that acts by itself.
    pub(super) fn application_access(
        &self,
        client: &Application,
        proof: ClientProof,
        resource: &Resource,
        extent: &Extent,
    ) -> Value {
        let mut claims = self.access_envelope(resource, extent);
        add(&mut claims, json!({ "aio": random::opaque(2) }));
        add_client(&mut claims, resource.token_version, client, proof);
        if resource.token_version == Version::V1 {
            add(&mut claims, json!({ "idp": Self::v1(self.tenant_id) }));
        }
        add(
            &mut claims,
            json!({
                "idtyp": "app",
                "oid": client.object_id,
                "rh": rh(),
                "sub": client.object_id,
            }),
        );
        self.close(claims, resource.token_version, extent.continuous)
    }

    /// The id token of a user, for the client.
    pub(super) fn id_token(
        &self,
        version: Version,
        subject: &UserSubject<'_>,
        nonce: Option<&str>,
    ) -> Value {
        let UserSubject { user, client, .. } = subject;
        let mut claims = self.envelope(version, &client.client_id.to_string(), LIFETIME);
        if version == Version::V1 {
            add(&mut claims, json!({ "amr": subject.methods }));
        } else {
            add(&mut claims, json!({ "aio": random::opaque(2) }));
        }
        add_names(&mut claims, version, user);
        if let Some(nonce) = nonce {
            add(&mut claims, json!({ "nonce": nonce }));
        }
        add(
            &mut claims,
            json!({
                "oid": user.object_id,
                "rh": rh(),
                "sub": pairwise(user.object_id, client.client_id),
            }),
        );
        self.close(claims, version, false)
    }

    fn access_envelope(&self, resource: &Resource, extent: &Extent) -> Value {
        match resource.token_version {
            Version::V1 => self.envelope(Version::V1, &resource.audience, extent.lifetime),
            Version::V2 => {
                self.envelope(Version::V2, &resource.app_id.to_string(), extent.lifetime)
            }
        }
    }

    /// The claims that every token ends with.
    fn close(&self, mut claims: Value, version: Version, continuous: bool) -> Value {
        add(
            &mut claims,
            json!({
                "tid": self.tenant_id,
                "uti": random::opaque(1),
                "ver": if version == Version::V1 { "1.0" } else { "2.0" },
            }),
        );
        if continuous {
            add(&mut claims, json!({ "xms_cc": ["CP1"] }));
        }
        claims
    }
}

fn add_client(claims: &mut Value, version: Version, client: &Application, proof: ClientProof) {
    add(
        claims,
        match version {
            Version::V1 => json!({ "appid": client.client_id, "appidacr": proof.digit() }),
            Version::V2 => json!({ "azp": client.client_id, "azpacr": proof.digit() }),
        },
    );
}

fn add_names(claims: &mut Value, version: Version, user: &User) {
    if version == Version::V2 {
        add(
            claims,
            json!({
                "name": user.display_name,
                "preferred_username": user.username,
            }),
        );
        return;
    }
    if let Some((given, family)) = user.display_name.split_once(' ') {
        add(claims, json!({ "family_name": family, "given_name": given }));
    }
    add(
        claims,
        json!({
            "ipaddr": "127.0.0.1",
            "name": user.display_name,
            "unique_name": user.username,
            "upn": user.username,
        }),
    );
}

fn add(claims: &mut Value, more: Value) {
    if let (Value::Object(claims), Value::Object(more)) = (claims, more) {
        claims.extend(more);
    }
}

/// A subject that is the same for one user and one application, and tells nothing to others.
fn pairwise(user: Uuid, application: Uuid) -> String {
    let text = format!("{user}|{application}");
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

fn puid(user: Uuid) -> String {
    format!("10032000{:08X}", user.as_u128() as u32)
}

fn rh() -> String {
    format!("1.A{}.", random::opaque(2))
}
