//! What a sign-in must bring along: a second factor, a consent, claims that were asked for.

use serde_json::{Value, json};

use super::directory::{Application, Directory, User};
use super::error::{Refused, code};
use super::params::Params;
use super::resource::Resource;

/// The method that stands for a second factor in `amr`.
pub(super) const MFA: &str = "mfa";
/// The method that stands for a password in `amr`.
pub(super) const PASSWORD: &str = "pwd";

/// The policy that the claims of AADSTS50076 name; clients treat it as opaque.
const POLICY_ID: &str = "5a1e0000-0000-4000-8000-00000000ca01";

/// The `claims` parameter of a request: what a resource or an earlier refusal demanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RequestedClaims {
    /// The client understands claims challenges (`xms_cc` holds `cp1`, in any case).
    pub(super) continuous: bool,
    /// A second factor is demanded, by a policy or an authentication context.
    pub(super) strong: bool,
    /// The authentication contexts that were asked for.
    pub(super) contexts: Vec<String>,
}

impl RequestedClaims {
    /// Reads the `claims` parameter.
    ///
    /// # Errors
    /// AADSTS9002313 when it is not a JSON object.
    pub(super) fn read(params: &Params) -> Result<Self, Refused> {
        let Some(text) = params.get("claims") else { return Ok(Self::default()) };
        let claims: Value = serde_json::from_str(text).map_err(|_| malformed())?;
        if !claims.is_object() {
            return Err(malformed());
        }
        let asked = &claims["access_token"];
        let contexts = values(&asked["acrs"]);
        Ok(Self {
            continuous: values(&asked["xms_cc"]).iter().any(|v| v.eq_ignore_ascii_case("cp1")),
            strong: !contexts.is_empty() || !values(&asked["capolids"]).is_empty(),
            contexts,
        })
    }

    /// What this and an `earlier` request of the same sign-in demand together.
    pub(super) fn and(mut self, earlier: &Self) -> Self {
        self.continuous |= earlier.continuous;
        self.strong |= earlier.strong;
        for context in &earlier.contexts {
            if !self.contexts.contains(context) {
                self.contexts.push(context.clone());
            }
        }
        self
    }
}

/// `value` and `values` of one requested claim.
fn values(claim: &Value) -> Vec<String> {
    let many = claim["values"].as_array().into_iter().flatten();
    many.chain([&claim["value"]]).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn malformed() -> Refused {
    Refused::new(
        code::MALFORMED_REQUEST,
        "Invalid request. Request is malformed or invalid: the parameter 'claims' is not a JSON \
         object.",
    )
}

/// Whether `user`, who has proven `methods`, needs a second factor that they have not given.
pub(super) fn needs_second_factor(
    user: &User,
    methods: &[String],
    requested: &RequestedClaims,
) -> bool {
    (user.mfa_required || requested.strong) && !methods.iter().any(|method| method == MFA)
}

/// Whether the sign-in suffices for a token.
///
/// # Errors
/// AADSTS50076 when a second factor is missing, AADSTS65001 when nobody has consented.
pub(super) fn check(
    directory: &Directory,
    user: &User,
    client: &Application,
    resource: &Resource,
    methods: &[String],
    requested: &RequestedClaims,
) -> Result<(), Refused> {
    if needs_second_factor(user, methods, requested) {
        let demand = json!({
            "access_token": { "capolids": { "essential": true, "values": [POLICY_ID] } }
        });
        return Err(Refused::new(
            code::MFA_REQUIRED,
            format!(
                "Due to a configuration change made by your administrator, or because you moved \
                 to a new location, you must use multi-factor authentication to access '{}'.",
                resource.app_id
            ),
        )
        .with_claims(&demand));
    }
    if !directory.has_consent(client, user.object_id) {
        return Err(Refused::new(
            code::CONSENT_REQUIRED,
            format!(
                "The user or administrator has not consented to use the application with ID '{}' \
                 named '{}'. Send an interactive authorization request for this user and resource.",
                client.client_id, client.display_name
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(claims: &str) -> Result<RequestedClaims, u32> {
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("claims", claims)
            .finish();
        let params = Params::parse("", form.as_bytes()).unwrap();
        RequestedClaims::read(&params).map_err(|refused| refused.code())
    }

    #[test]
    fn capabilities_compare_without_case() {
        for cp1 in ["CP1", "cp1"] {
            let claims = json!({"access_token": {"xms_cc": {"values": [cp1]}}});
            assert!(read(&claims.to_string()).unwrap().continuous);
        }
        assert!(!read(r#"{"access_token":{"xms_cc":{"values":["other"]}}}"#).unwrap().continuous);
    }

    #[test]
    fn policies_and_contexts_demand_a_second_factor() {
        let policy = r#"{"access_token":{"capolids":{"essential":true,"values":["x"]}}}"#;
        assert!(read(policy).unwrap().strong);
        let context = read(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#).unwrap();
        assert!(context.strong);
        assert_eq!(context.contexts, ["c1"]);
    }

    #[test]
    fn what_is_not_an_object_is_refused() {
        for text in ["[", "[]", "\"x\"", "1"] {
            assert_eq!(read(text).unwrap_err(), code::MALFORMED_REQUEST, "{text}");
        }
    }
}
