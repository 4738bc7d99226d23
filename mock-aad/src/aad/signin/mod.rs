//! Interactive sign-in: the pages a person walks through, one step after the other.
//!
//! What has been proven so far is kept on the server under an unguessable id that the pages carry;
//! the next page follows from it, so no step can be left out.

mod authorize;
mod delivery;
mod device;
mod pages;
mod session;

use http::header::{self, HeaderValue};
use http::{Method, StatusCode};
use uuid::Uuid;

use super::Aad;
use super::directory::{Application, PasswordFlow, User, usable};
use super::error::{Refused, code};
use super::expiring::Weigh;
use super::expiring::texts;
use super::incoming::Incoming;
use super::params::Params;
use super::policy::{self, RequestedClaims, SignIn};
use super::random;
use super::resource::Asked;
use super::version::Version;
use crate::call::Response;
use delivery::Delivery;

pub(super) use authorize::{AuthorizationCode, CODE_PREFIX};
pub(super) use device::device_page;
pub(super) use session::Session;

/// The path that the pages post to.
const PATH: &str = "/common/login";

/// Seconds that a person has for the whole sign-in.
const LIFETIME: i64 = 900;

/// A sign-in that is under way.
#[derive(Clone, Debug)]
pub(super) struct Interaction {
    purpose: Purpose,
    /// The application that asks.
    client: Uuid,
    client_name: String,
    asked: Asked,
    requested: RequestedClaims,
    /// The account that the application expects.
    hint: Option<String>,
    /// Who has given the right password, and what else.
    proven: Option<Proven>,
    /// Who is signed in with this browser and may be picked.
    known: Option<Proven>,
    /// Who has given the right password, which has expired.
    new_password_for: Option<Uuid>,
    /// Seconds since 1970.
    pub(super) expires: i64,
}

/// Somebody, and how they have proven who they are.
#[derive(Clone, Debug)]
struct Proven {
    user: Uuid,
    methods: Vec<String>,
}

/// What happens at the end.
#[derive(Clone, Debug)]
enum Purpose {
    /// The device that shows this code is signed in.
    Device { user_code: String },
    /// An application gets a code.
    Authorize(Box<authorize::Request>),
}

/// What the browser gets next.
#[derive(Debug)]
enum Outcome {
    Page(String),
    Deliver(Delivery),
}

/// Answers a request to the authorization endpoint of the tenant `segment`.
pub(super) fn authorize(
    aad: &Aad,
    incoming: &Incoming,
    version: Version,
    segment: &str,
) -> Response {
    answer(incoming, authorize::begin(aad, incoming, version, segment))
}

/// Answers a posted page.
pub(super) fn step(aad: &Aad, incoming: &Incoming) -> Response {
    let mut cookie = None;
    let outcome = try_step(aad, incoming, &mut cookie);
    with_cookie(answer(incoming, outcome), cookie)
}

/// Ends the browser's session.
pub(super) fn logout(aad: &Aad, incoming: &Incoming) -> Response {
    let cookie = aad.close_session(incoming);
    with_cookie(answer(incoming, Ok(Outcome::Page(pages::signed_out()))), Some(cookie))
}

/// The page at which a native application reads the result from the address.
pub(super) fn native_client(incoming: &Incoming) -> Response {
    answer(incoming, Ok(Outcome::Page(pages::native_client())))
}

fn answer(incoming: &Incoming, outcome: Result<Outcome, Refused>) -> Response {
    match outcome {
        Ok(Outcome::Page(html)) => incoming.page(StatusCode::OK, html),
        Ok(Outcome::Deliver(delivery)) => delivery.answer(incoming),
        Err(refused) => incoming.page(refused.status(), pages::failure(&refused, incoming)),
    }
}

fn with_cookie(mut response: Response, cookie: Option<String>) -> Response {
    if let Some(value) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn try_step(
    aad: &Aad,
    incoming: &Incoming,
    cookie: &mut Option<String>,
) -> Result<Outcome, Refused> {
    incoming.only(&[Method::POST])?;
    let params = incoming.params()?;
    let id = params.require("ctx")?;
    let mut interaction = aad.interaction(id)?;
    if params.get("answer") == Some("cancel") {
        aad.end_interaction(id);
        return cancelled(aad, incoming, &interaction);
    }
    let taken = take(aad, &mut interaction, &params);
    aad.keep_interaction(id, interaction.clone());
    match taken {
        Ok(true) => {
            if let Some(Proven { user, methods }) = &interaction.proven {
                *cookie = Some(aad.open_session(incoming, *user, methods));
            }
        }
        Ok(false) => {}
        Err(refused) => return Ok(Outcome::Page(again(aad, id, &interaction, &params, &refused))),
    }
    next(aad, id, &interaction, params.get("answer") == Some("continue"))
}

/// Takes what the page brought; whether something was proven with it.
fn take(aad: &Aad, interaction: &mut Interaction, params: &Params) -> Result<bool, Refused> {
    if params.get("login").is_some() {
        interaction.known = None;
        interaction.proven = None;
        password(aad, interaction, params)?;
        return Ok(interaction.proven.is_some());
    }
    match (params.get("pick"), interaction.known.take()) {
        (Some("session"), known) => {
            interaction.proven = known;
            return Ok(false);
        }
        (Some(_), _) => return Ok(false),
        (None, known) => interaction.known = known,
    }
    if let (Some(new), Some(user)) = (params.get("newpasswd"), interaction.new_password_for) {
        new_password(aad, interaction, user, new)?;
        return Ok(true);
    }
    if let (Some(code), Some(user)) = (params.get("otc"), interaction.user(aad)) {
        second_factor(interaction, &user, code)?;
        return Ok(true);
    }
    Ok(false)
}

/// The page again, with what was wrong on it.
fn again(
    aad: &Aad,
    id: &str,
    interaction: &Interaction,
    params: &Params,
    refused: &Refused,
) -> String {
    match (interaction.new_password_for, interaction.user(aad)) {
        (Some(_), _) => pages::new_password(id, Some(refused)),
        (None, Some(user)) => pages::second_factor(id, &user, Some(refused)),
        (None, None) => {
            let directory = aad.directory();
            let users: Vec<&User> = directory.local_users().collect();
            pages::credentials(id, interaction, params.get("login"), Some(refused), &users)
        }
    }
}

/// The first thing that is still missing, or the end.
fn next(aad: &Aad, id: &str, interaction: &Interaction, agreed: bool) -> Result<Outcome, Refused> {
    if interaction.new_password_for.is_some() {
        return Ok(Outcome::Page(pages::new_password(id, None)));
    }
    if let Some(known) = &interaction.known
        && let Some(user) = aad.directory().user(known.user)
    {
        return Ok(Outcome::Page(pages::pick_account(id, interaction, user)));
    }
    let Some(user) = interaction.user(aad) else {
        let hint = interaction.hint.as_deref();
        let directory = aad.directory();
        let users: Vec<&User> = directory.local_users().collect();
        return Ok(Outcome::Page(pages::credentials(id, interaction, hint, None, &users)));
    };
    usable(&user)?;
    let application = aad.directory().application(&interaction.client.to_string())?.clone();
    let sign_in = interaction.sign_in(&application, &user);
    sign_in.allowed(&aad.directory())?;
    if sign_in.strong_enough(&aad.directory()).is_err() {
        return Ok(Outcome::Page(pages::second_factor(id, &user, None)));
    }
    let consent_missing = !aad.directory().has_consent(&application, &user);
    if !agreed && (consent_missing || interaction.asks_anyway()) {
        return Ok(Outcome::Page(pages::confirm(id, interaction, &user, consent_missing)));
    }
    aad.end_interaction(id);
    aad.directory_mut().consent(interaction.client, user.object_id);
    match &interaction.purpose {
        Purpose::Device { user_code } => {
            device::finish(aad, user_code, interaction)?;
            Ok(Outcome::Page(pages::device_done(interaction)))
        }
        Purpose::Authorize(request) => {
            Ok(Outcome::Deliver(authorize::finish(aad, interaction, request, &user)))
        }
    }
}

fn cancelled(
    aad: &Aad,
    incoming: &Incoming,
    interaction: &Interaction,
) -> Result<Outcome, Refused> {
    match &interaction.purpose {
        Purpose::Device { user_code } => {
            device::decline(aad, user_code)?;
            Ok(Outcome::Page(pages::device_declined(interaction)))
        }
        Purpose::Authorize(request) => {
            Ok(Outcome::Deliver(authorize::cancelled(request, incoming)))
        }
    }
}

fn password(aad: &Aad, interaction: &mut Interaction, params: &Params) -> Result<(), Refused> {
    let username = params.get("login").unwrap_or_default().trim();
    let password = params.get("passwd").unwrap_or_default();
    let now = aad.now();
    let signed_in = aad.directory_mut().sign_in(username, password, PasswordFlow::Interactive, now);
    match signed_in {
        Ok(user) => {
            interaction.proven = Some(Proven::by_password(user.object_id));
            Ok(())
        }
        Err(refused) if refused.code() == code::PASSWORD_EXPIRED => {
            interaction.new_password_for = Some(aad.directory().user_named(username)?.object_id);
            Ok(())
        }
        Err(refused) => Err(refused),
    }
}

fn new_password(
    aad: &Aad,
    interaction: &mut Interaction,
    user: Uuid,
    password: &str,
) -> Result<(), Refused> {
    if aad.directory().user(user).is_some_and(|known| known.password == password) {
        return Err(Refused::new(
            code::PASSWORD_EXPIRED,
            "Choose a password you haven't used before.",
        ));
    }
    aad.directory_mut().change_password(user, password);
    interaction.new_password_for = None;
    interaction.proven = Some(Proven::by_password(user));
    Ok(())
}

fn second_factor(interaction: &mut Interaction, user: &User, code: &str) -> Result<(), Refused> {
    if code.trim() != user.mfa_code {
        return Err(Refused::new(
            code::STRONG_AUTH_REQUIRED,
            "You didn't enter the expected verification code. Please try again.",
        ));
    }
    if let Some(proven) = &mut interaction.proven
        && !proven.methods.iter().any(|method| method == policy::MFA)
    {
        proven.methods.push(policy::MFA.to_owned());
    }
    Ok(())
}

impl Proven {
    fn by_password(user: Uuid) -> Self {
        Self { user, methods: vec![policy::PASSWORD.to_owned()] }
    }
}

impl Weigh for Interaction {
    fn weight(&self) -> usize {
        let purpose = match &self.purpose {
            Purpose::Device { user_code } => user_code.len(),
            Purpose::Authorize(request) => request.weight(),
        };
        let hint = self.hint.as_ref().map_or(0, String::len);
        let proofs = [&self.proven, &self.known].into_iter().flatten();
        let proofs: usize = proofs.map(|proven| texts(&proven.methods)).sum();
        let asked = self.asked.weight() + self.requested.weight();
        purpose + self.client_name.len() + hint + proofs + asked
    }
}

impl Interaction {
    fn user(&self, aad: &Aad) -> Option<User> {
        aad.directory().user(self.proven.as_ref()?.user).cloned()
    }

    fn sign_in<'a>(&'a self, client: &'a Application, user: &'a User) -> SignIn<'a> {
        SignIn {
            user,
            client,
            resource: &self.asked.resource,
            methods: self.proven.as_ref().map_or(&[], |proven| proven.methods.as_slice()),
            requested: &self.requested,
        }
    }

    /// Whether the person is asked to agree even if they have consented before: somebody else may
    /// have started the device's sign-in.
    fn asks_anyway(&self) -> bool {
        match &self.purpose {
            Purpose::Device { .. } => true,
            Purpose::Authorize(request) => request.ask_consent,
        }
    }
}

impl Aad {
    /// Opens a sign-in; returns its id.
    fn open_interaction(&self, mut interaction: Interaction) -> String {
        let now = self.now().as_second();
        let id = random::opaque(2);
        interaction.expires = now.saturating_add(LIFETIME);
        self.keep_interaction(&id, interaction);
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
        let (now, end) = (self.now().as_second(), interaction.expires);
        self.issued().interactions.insert(id, interaction, end, now);
    }

    fn end_interaction(&self, id: &str) {
        self.issued().interactions.remove(id);
    }
}
