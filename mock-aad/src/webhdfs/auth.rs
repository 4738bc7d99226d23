//! Who sends a request.

use adls_wire::webhdfs::query;
use http::header::AUTHORIZATION;

use super::decode::Query;
use super::failure::Failure;
use super::gen1::Gen1;
use super::principals::Principals;
use crate::aad::{Audience, Caller, Refusal};
use crate::call::Call;

/// Who sends a request, and how it was found out.
#[derive(Clone, Debug)]
pub(super) struct Authenticated {
    pub(super) caller: Caller,
    /// Whether only `user.name=` says so.
    pub(super) pseudo: bool,
}

/// The caller that the token stands for; where pseudo authentication is allowed and there is no
/// token, whoever is named by the query.
pub(super) fn authenticate(gen1: &Gen1, call: &Call) -> Result<Authenticated, Failure> {
    if gen1.options.allow_pseudo_auth
        && !call.headers.contains_key(AUTHORIZATION)
        && let Some(name) = Query::parse(call.query()).text(query::USER_NAME)
    {
        let principals = Principals { seed: &gen1.seed, pseudo_names: &gen1.pseudo_names };
        let account = call.account.as_deref().unwrap_or_default();
        let at_home = account.eq_ignore_ascii_case(&gen1.seed.default_account);
        let caller = principals.caller(name, at_home).ok_or_else(|| {
            let text = format!("user.name={name} is a disabled user, or no name at all");
            refuse(gen1, text)
        })?;
        return Ok(Authenticated { caller, pseudo: true });
    }
    match gen1.aad.verify(&call.headers, Audience::DataLake) {
        Ok(caller) => Ok(Authenticated { caller, pseudo: false }),
        Err(refusal) => Err(refuse(gen1, describe(&refusal))),
    }
}

fn describe(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Missing => "The request has no Authorization header".to_owned(),
        Refusal::Malformed => "The Authorization header is not 'Bearer <token>'".to_owned(),
        Refusal::Expired => "The access token has expired".to_owned(),
        Refusal::Invalid(reason) => format!("The access token is not valid: {reason}"),
        Refusal::WrongTenant { issuer } => {
            format!("The access token was issued by another tenant, {issuer}")
        }
    }
}

fn refuse(gen1: &Gen1, text: String) -> Failure {
    let tenant = gen1.seed.tenant_id;
    let quoted = text.replace(['"', '\\'], "'");
    let challenge = format!(
        "Bearer authorization_uri=\"https://login.microsoftonline.com/{tenant}\", \
         error=\"invalid_token\", error_description=\"{quoted}\""
    );
    Failure::unauthenticated(text, challenge)
}
