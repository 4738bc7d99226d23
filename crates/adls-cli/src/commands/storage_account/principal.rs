//! Who gets a role: somebody by the object id, or oneself.

use adls_auth::jwt;
use adls_http::TokenRequest;
use adls_mgmt::PrincipalType;
use clap::Args;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Who it is about.
#[derive(Clone, Debug, Args)]
pub(super) struct WhoArgs {
    /// The object id of a user, a group or a service principal
    #[arg(long, value_name = "ID", conflicts_with = "me")]
    assignee: Option<String>,
    /// Whoever is signed in
    #[arg(long)]
    me: bool,
}

/// Somebody who can have a role.
pub(super) struct Principal {
    pub(super) id: String,
    /// What it is, if that is known.
    pub(super) principal_type: Option<PrincipalType>,
}

impl WhoArgs {
    /// Who it is; `None` for everybody.
    pub(super) async fn principal(self, context: &Context) -> Outcome<Option<Principal>> {
        match self.assignee {
            Some(id) => Ok(Some(Principal { id, principal_type: None })),
            None if self.me => signed_in(context).await.map(Some),
            None => Ok(None),
        }
    }

    /// Who it is, where it cannot be everybody.
    pub(super) async fn one_principal(self, context: &Context) -> Outcome<Principal> {
        self.principal(context).await?.ok_or_else(|| {
            Failure::usage("it is not said whose role it is")
                .hint("name somebody with --assignee, or yourself with --me")
        })
    }
}

/// The object id of whoever is signed in.
pub(crate) async fn signed_in_id(context: &Context) -> Outcome<String> {
    signed_in(context).await.map(|principal| principal.id)
}

/// Whoever is signed in, as the token for Resource Manager has them. Nothing is decided by it: the service
/// judges whether they may do what is asked.
async fn signed_in(context: &Context) -> Outcome<Principal> {
    let scope = context.endpoints()?.management_scope();
    let token = context.credential().await?.get_token(&TokenRequest::new(scope)).await?;
    let claims = jwt::decode_unverified(token.secret())?.claims;
    let claim = |name: &str| claims.get(name).and_then(serde_json::Value::as_str);
    let id = claim("oid").ok_or_else(|| {
        Failure::new("the token does not tell the object id of who is signed in")
            .hint("give it with --assignee")
    })?;
    let principal_type = match claim("idtyp") {
        Some("app") => Some(PrincipalType::ServicePrincipal),
        Some("user") => Some(PrincipalType::User),
        _ => None,
    };
    Ok(Principal { id: id.to_owned(), principal_type })
}
