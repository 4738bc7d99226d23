//! Checks the token of a request, as a resource server must.

use http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::claims::Issuer;
use super::resource::{Service, USER_IMPERSONATION, storage_account};
use super::{Aad, Audience, Caller, Refusal};

/// Seconds that clocks may differ.
pub(super) const SKEW: i64 = 300;

/// The claims that decide. All times are whole seconds; an audience is one text.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    tid: Uuid,
    oid: Uuid,
    sub: String,
    exp: i64,
    nbf: i64,
    appid: Uuid,
    appidacr: Option<String>,
    scp: Option<String>,
    upn: Option<String>,
    ver: String,
}

impl Audience<'_> {
    fn takes(self, audience: &str) -> bool {
        let Some(service) = Service::by_audience(audience) else { return false };
        match self {
            Self::Management => service == Service::Management,
            Self::DataLake => matches!(service, Service::DataLake | Service::Management),
            Self::Storage { account } => {
                let only = storage_account(audience);
                service == Service::Storage
                    && only.is_none_or(|only| only.eq_ignore_ascii_case(account))
            }
        }
    }
}

impl Aad {
    /// Checks the token of a request: signature, issuer, audience, tenant, times, and that it
    /// carries `scp` or stands for an application.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(crate) fn verify(
        &self,
        headers: &HeaderMap,
        audience: Audience<'_>,
    ) -> Result<Caller, Refusal> {
        let token = bearer(headers)?;
        let claims = self.verified.claims(token, || self.signed_claims(token));
        let claims = claims.map_err(Refusal::Invalid)?;
        self.check_envelope(&claims, audience)?;
        check_standing(&claims)?;
        Ok(Caller {
            groups: self.directory().groups_of(claims.oid),
            object_id: claims.oid,
            tenant_id: claims.tid,
            client_id: claims.appid,
            username: claims.upn.clone(),
        })
    }

    /// The claims of a token that one of the published keys has signed, with RS256 and nothing else.
    ///
    /// # Errors
    /// A sentence.
    pub(super) fn signed_claims<T: DeserializeOwned>(&self, token: &str) -> Result<T, String> {
        let header = jsonwebtoken::decode_header(token)
            .map_err(|_| "the token is not a JSON web token signed with RS256")?;
        if header.alg != Algorithm::RS256 {
            return Err("the token is not signed with RS256".to_owned());
        }
        if header.crit.is_some() {
            return Err("the token's header demands an extension that is not known".to_owned());
        }
        let kid = header.kid.ok_or("the token does not name its key")?;
        let key =
            self.keys.public(&kid).ok_or("the token is signed with a key that is not published")?;
        let mut validation = Validation::new(Algorithm::RS256);
        // Times are compared with the emulator's clock, the audience with all its spellings.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode(token, key, &validation).map(|data| data.claims).map_err(|error| {
            use jsonwebtoken::errors::ErrorKind;
            match error.kind() {
                ErrorKind::InvalidSignature => "the token's signature is wrong".to_owned(),
                ErrorKind::Json(error) => format!("the token's claims: {error}"),
                _ => "the token is malformed".to_owned(),
            }
        })
    }

    fn check_envelope(&self, claims: &Claims, audience: Audience<'_>) -> Result<(), Refusal> {
        let tenant_id = self.tenant_id();
        if claims.iss != Issuer::v1(tenant_id) {
            return Err(if is_another_tenant(&claims.iss) {
                Refusal::WrongTenant { issuer: claims.iss.clone() }
            } else {
                invalid("the token's issuer is wrong")
            });
        }
        if claims.tid != tenant_id {
            return Err(Refusal::WrongTenant { issuer: Issuer::v1(claims.tid) });
        }
        if claims.ver != "1.0" {
            return Err(invalid("the token's version is not the one of its issuer"));
        }
        if !audience.takes(&claims.aud) {
            return Err(invalid("the token was issued for another audience"));
        }
        let now = self.now().as_second();
        if now >= claims.exp.saturating_add(SKEW) {
            return Err(Refusal::Expired);
        }
        if !in_use(claims.nbf, now) {
            return Err(invalid("the token is not valid yet"));
        }
        Ok(())
    }
}

/// Whether a token that starts at `start` may be used.
pub(super) fn in_use(start: i64, now: i64) -> bool {
    now >= start.saturating_sub(SKEW)
}

/// A user's token says what the client may do for the user; only an application's own has no `scp`.
fn check_standing(claims: &Claims) -> Result<(), Refusal> {
    match &claims.scp {
        Some(scopes) if scopes.split(' ').any(|scope| scope == USER_IMPERSONATION) => Ok(()),
        Some(_) => Err(invalid("the token does not allow user_impersonation")),
        None if is_application(claims) => Ok(()),
        None => Err(invalid("the token carries neither scp nor an application's identity")),
    }
}

fn is_application(claims: &Claims) -> bool {
    claims.upn.is_none()
        && Uuid::parse_str(&claims.sub).is_ok_and(|subject| subject == claims.oid)
        && matches!(claims.appidacr.as_deref(), Some("1" | "2"))
}

/// Whether an issuer has the form of this service's, for whichever tenant.
fn is_another_tenant(issuer: &str) -> bool {
    issuer
        .strip_prefix("https://sts.windows.net/")
        .and_then(|rest| rest.strip_suffix('/'))
        .is_some_and(|tenant| Uuid::parse_str(tenant).is_ok())
}

/// The token of the one Authorization header; the scheme's case does not matter.
fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Refusal::Missing)?;
    if values.next().is_some() {
        return Err(Refusal::Malformed);
    }
    let value = value.to_str().map_err(|_| Refusal::Malformed)?;
    let (scheme, token) = value.split_once(' ').ok_or(Refusal::Malformed)?;
    let token = token.trim_start_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.contains(' ') {
        return Err(Refusal::Malformed);
    }
    Ok(token)
}

fn invalid(text: &str) -> Refusal {
    Refusal::Invalid(text.to_owned())
}
