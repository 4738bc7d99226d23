//! Interactive sign-in: the pages a person walks through, one step after the other.
//!
//! What has been proven so far is kept on the server under an unguessable id that the pages carry;
//! the next page follows from it, so no step can be left out.

mod device;
mod pages;

use http::{Method, StatusCode};
use uuid::Uuid;

use super::Aad;
use super::directory::User;
use super::error::{Refused, code};
use super::incoming::Incoming;
use super::params::Params;
use super::policy::{self, RequestedClaims};
use super::random;
use crate::call::Response;

pub(super) use device::device_page;
pub(super) use pages::failure;

/// The path that the pages post to.
pub(super) const PATH: &str = "/common/login";

/// Seconds that a person has for the whole sign-in.
const LIFETIME: i64 = 900;

/// A sign-in that is under way.
#[derive(Clone, Debug)]
pub(super) struct Interaction {
    purpose: Purpose,
    /// The application that asks.
    client: Uuid,
    client_name: String,
    resource_name: String,
    requested: RequestedClaims,
    /// Who has given the right password.
    user: Option<Uuid>,
    methods: Vec<String>,
    /// Seconds since 1970.
    pub(super) expires: i64,
}

/// What happens at the end.
#[derive(Clone, Debug)]
enum Purpose {
    /// The device that shows this code is signed in.
    Device { user_code: String },
}

/// Answers a posted page.
pub(super) fn step(aad: &Aad, incoming: &Incoming) -> Response {
    match try_step(aad, incoming) {
        Ok(html) => incoming.page(StatusCode::OK, html),
        Err(refused) => incoming.page(refused.status(), failure(&refused, incoming)),
    }
}

fn try_step(aad: &Aad, incoming: &Incoming) -> Result<String, Refused> {
    incoming.only(&[Method::POST])?;
    let params = incoming.params()?;
    let id = params.require("ctx")?;
    let mut interaction = aad.interaction(id)?;
    if params.get("answer") == Some("cancel") {
        aad.end_interaction(id);
        return cancelled(aad, &interaction);
    }
    if params.get("login").is_some() {
        interaction.user = None;
        interaction.methods.clear();
        if let Err(refused) = password(aad, &mut interaction, &params) {
            aad.keep_interaction(id, interaction.clone());
            return Ok(pages::credentials(id, &interaction, params.get("login"), Some(&refused)));
        }
    } else if let (Some(code), Some(user)) = (params.get("otc"), interaction.user(aad)) {
        if let Err(refused) = second_factor(&mut interaction, &user, code) {
            return Ok(pages::second_factor(id, &user, Some(&refused)));
        }
    }
    let agreed = params.get("answer") == Some("continue");
    aad.keep_interaction(id, interaction.clone());
    next_page(aad, id, &interaction, agreed)
}

/// The first thing that is still missing, or the end.
fn next_page(
    aad: &Aad,
    id: &str,
    interaction: &Interaction,
    agreed: bool,
) -> Result<String, Refused> {
    let Some(user) = interaction.user(aad) else {
        return Ok(pages::credentials(id, interaction, None, None));
    };
    if policy::needs_second_factor(&user, &interaction.methods, &interaction.requested) {
        return Ok(pages::second_factor(id, &user, None));
    }
    if !agreed {
        let consent = consent_is_missing(aad, interaction, &user);
        return Ok(pages::confirm(id, interaction, &user, consent));
    }
    aad.end_interaction(id);
    aad.directory_mut().consent(interaction.client, user.object_id);
    match &interaction.purpose {
        Purpose::Device { user_code } => {
            device::finish(aad, user_code, &user, &interaction.methods)?;
            Ok(pages::device_done(interaction))
        }
    }
}

fn cancelled(aad: &Aad, interaction: &Interaction) -> Result<String, Refused> {
    match &interaction.purpose {
        Purpose::Device { user_code } => {
            device::decline(aad, user_code)?;
            Ok(pages::device_declined(interaction))
        }
    }
}

fn consent_is_missing(aad: &Aad, interaction: &Interaction, user: &User) -> bool {
    let directory = aad.directory();
    directory
        .application(&interaction.client.to_string())
        .is_ok_and(|application| !directory.has_consent(application, user.object_id))
}

fn password(aad: &Aad, interaction: &mut Interaction, params: &Params) -> Result<(), Refused> {
    let username = params.get("login").unwrap_or_default().trim();
    let password = params.get("passwd").unwrap_or_default();
    let now = aad.now();
    let user = aad.directory_mut().sign_in(username, password, now)?;
    interaction.user = Some(user.object_id);
    interaction.methods = vec![policy::PASSWORD.to_owned()];
    Ok(())
}

fn second_factor(interaction: &mut Interaction, user: &User, code: &str) -> Result<(), Refused> {
    if code.trim() != user.mfa_code {
        return Err(Refused::new(
            code::STRONG_AUTH_REQUIRED,
            "You didn't enter the expected verification code. Please try again.",
        ));
    }
    if !interaction.methods.iter().any(|method| method == policy::MFA) {
        interaction.methods.push(policy::MFA.to_owned());
    }
    Ok(())
}

impl Interaction {
    fn user(&self, aad: &Aad) -> Option<User> {
        aad.directory().user(self.user?).cloned()
    }
}

impl Aad {
    /// Opens a sign-in; returns its id.
    fn open_interaction(&self, mut interaction: Interaction) -> String {
        let now = self.now().as_second();
        let id = random::opaque(2);
        interaction.expires = now + LIFETIME;
        let mut issued = self.issued();
        issued.forget_expired(now);
        issued.interactions.insert(id.clone(), interaction);
        id
    }

    fn interaction(&self, id: &str) -> Result<Interaction, Refused> {
        let now = self.now().as_second();
        let issued = self.issued();
        let found = issued.interactions.get(id).filter(|interaction| now < interaction.expires);
        found.cloned().ok_or_else(|| {
            Refused::new(
                code::SESSION_EXPIRED,
                "This sign-in has ended or took too long. Go back to the application and start \
                 again.",
            )
        })
    }

    fn keep_interaction(&self, id: &str, interaction: Interaction) {
        self.issued().interactions.insert(id.to_owned(), interaction);
    }

    fn end_interaction(&self, id: &str) {
        self.issued().interactions.remove(id);
    }
}
