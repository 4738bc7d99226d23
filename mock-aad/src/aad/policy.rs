//! What a sign-in must bring along: a second factor, a consent, claims that were asked for.

use serde_json::{Value, json};
use uuid::Uuid;

use super::directory::{Application, Directory, User};
use super::error::{Refused, code};
use super::expiring::texts;
use super::params::Params;
use super::resource::Resource;
use crate::seed::{SeedPolicy, SeedRequirement};

/// The method that stands for a second factor in `amr`.
pub(super) const MFA: &str = "mfa";
/// The method that stands for a password in `amr`.
pub(super) const PASSWORD: &str = "pwd";

/// How many authentication contexts a request may name: they all end up in the token.
const MAX_CONTEXTS: usize = 100;
/// How many bytes they may take.
const MAX_CONTEXT_TEXT: usize = 8 << 10;

/// The policy behind users who always need a second factor. Clients treat it as opaque.
const PER_USER: Uuid = Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_ca01);

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
    /// AADSTS9002313 when it is not a JSON object, or is too long.
    pub(super) fn read(params: &Params) -> Result<Self, Refused> {
        let Some(text) = params.get("claims") else { return Ok(Self::default()) };
        let claims: Value = serde_json::from_str(text).map_err(|_| malformed())?;
        if !claims.is_object() {
            return Err(malformed());
        }
        let asked = &claims["access_token"];
        let contexts = values(&asked["acrs"]);
        if contexts.len() > MAX_CONTEXTS || texts(&contexts) > MAX_CONTEXT_TEXT {
            return Err(malformed());
        }
        Ok(Self {
            continuous: values(&asked["xms_cc"]).iter().any(|v| v.eq_ignore_ascii_case("cp1")),
            strong: !contexts.is_empty() || !values(&asked["capolids"]).is_empty(),
            contexts,
        })
    }

    /// How many bytes its texts take.
    pub(super) fn weight(&self) -> usize {
        texts(&self.contexts)
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
         object, or names too many authentication contexts.",
    )
}

/// A sign-in that policies are asked about.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignIn<'a> {
    pub(super) user: &'a User,
    pub(super) client: &'a Application,
    pub(super) resource: &'a Resource,
    /// What the user has proven.
    pub(super) methods: &'a [String],
    pub(super) requested: &'a RequestedClaims,
}

impl SignIn<'_> {
    /// Whether the sign-in suffices for a token.
    ///
    /// # Errors
    /// Those of [`Self::allowed`] and [`Self::strong_enough`], and AADSTS65001 when nobody has
    /// consented.
    pub(super) fn check(&self, directory: &Directory) -> Result<(), Refused> {
        self.allowed(directory)?;
        self.strong_enough(directory)?;
        if directory.has_consent(self.client, self.user) {
            return Ok(());
        }
        Err(Refused::new(
            code::CONSENT_REQUIRED,
            format!(
                "The user or administrator has not consented to use the application with ID '{}' \
                 named '{}'. Send an interactive authorization request for this user and resource.",
                self.client.client_id, self.client.display_name
            ),
        ))
    }

    /// Whether a second factor was given, or none is needed.
    ///
    /// # Errors
    /// AADSTS50076, with the policies that ask for one in its claims.
    pub(super) fn strong_enough(&self, directory: &Directory) -> Result<(), Refused> {
        let mut policies: Vec<Uuid> =
            self.policies(directory, SeedRequirement::Mfa).map(|policy| policy.id).collect();
        if self.user.mfa_required || (self.requested.strong && policies.is_empty()) {
            policies.insert(0, PER_USER);
        }
        if policies.is_empty() || self.methods.iter().any(|method| method == MFA) {
            return Ok(());
        }
        let demand = json!({
            "access_token": { "capolids": { "essential": true, "values": policies } }
        });
        Err(Refused::new(
            code::MFA_REQUIRED,
            format!(
                "Due to a configuration change made by your administrator, or because you moved to \
                 a new location, you must use multi-factor authentication to access '{}'.",
                self.resource.app_id
            ),
        )
        .with_claims(&demand))
    }

    /// Whether no policy blocks the sign-in.
    ///
    /// # Errors
    /// AADSTS53003.
    pub(super) fn allowed(&self, directory: &Directory) -> Result<(), Refused> {
        let Some(policy) = self.policies(directory, SeedRequirement::Block).next() else {
            return Ok(());
        };
        let demand = json!({
            "access_token": { "capolids": { "essential": true, "values": [policy.id] } }
        });
        Err(Refused::new(
            code::BLOCKED_BY_CONDITIONAL_ACCESS,
            "Access has been blocked by Conditional Access policies. The access policy does not \
             allow token issuance.",
        )
        .with_claims(&demand))
    }

    fn policies<'d>(
        &self,
        directory: &'d Directory,
        requirement: SeedRequirement,
    ) -> impl Iterator<Item = &'d SeedPolicy> {
        let all = directory.policies().iter();
        all.filter(move |policy| policy.require == requirement && self.concerns(policy, directory))
    }

    fn concerns(&self, policy: &SeedPolicy, directory: &Directory) -> bool {
        let user = &self.user.username;
        let is_resource = |name: &String| {
            Resource::find(name, directory).is_ok_and(|named| named.app_id == self.resource.app_id)
        };
        (policy.users.is_empty() || policy.users.iter().any(|name| name.eq_ignore_ascii_case(user)))
            && (policy.applications.is_empty()
                || policy.applications.contains(&self.client.client_id))
            && (policy.resources.is_empty() || policy.resources.iter().any(is_resource))
    }
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
