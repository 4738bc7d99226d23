//! The authorization endpoint: checks what an application asks of a browser, and hands out the code.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use url::Url;
use uuid::Uuid;

use super::delivery::{Delivery, Mode, Target};
use super::session::Session;
use super::{Interaction, Outcome, Proven, Purpose};
use crate::aad::authority::Authority;
use crate::aad::directory::{Application, User};
use crate::aad::error::{Refused, code};
use crate::aad::expiring::Weigh;
use crate::aad::expiring::texts;
use crate::aad::incoming::Incoming;
use crate::aad::params::Params;
use crate::aad::policy::RequestedClaims;
use crate::aad::resource::Asked;
use crate::aad::version::Version;
use crate::aad::{Aad, random, tokens};

/// Seconds that a code is valid.
const CODE_LIFETIME: i64 = 600;
/// What codes start with; anything else is not parseable as one.
pub(in crate::aad) const CODE_PREFIX: &str = "1.C";

/// A code that was handed out.
#[derive(Clone, Debug)]
pub(in crate::aad) struct AuthorizationCode {
    pub(in crate::aad) client: Uuid,
    pub(in crate::aad) redirect_uri: String,
    pub(in crate::aad) asked: Asked,
    pub(in crate::aad) challenge: Option<Challenge>,
    pub(in crate::aad) nonce: Option<String>,
    pub(in crate::aad) user: Uuid,
    pub(in crate::aad) methods: Vec<String>,
    pub(in crate::aad) requested: RequestedClaims,
    /// Seconds since 1970.
    pub(in crate::aad) expires: i64,
    /// A code is good for one exchange.
    pub(in crate::aad) redeemed: bool,
}

/// What the client must know when it redeems the code (RFC 7636).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::aad) enum Challenge {
    Plain(String),
    Sha256(String),
}

/// A checked request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) target: Target,
    pub(super) version: Version,
    challenge: Option<Challenge>,
    nonce: Option<String>,
    client_info: bool,
    /// Whether the person is to agree even if they have before.
    pub(super) ask_consent: bool,
}

/// The `prompt` parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Prompt {
    none: bool,
    login: bool,
    select_account: bool,
    consent: bool,
}

impl Weigh for AuthorizationCode {
    fn weight(&self) -> usize {
        let challenge = self.challenge.as_ref().map_or(0, Challenge::weight);
        let nonce = self.nonce.as_ref().map_or(0, String::len);
        let asked = self.asked.weight() + self.requested.weight();
        self.redirect_uri.len() + challenge + nonce + asked + texts(&self.methods)
    }
}

impl Weigh for Request {
    fn weight(&self) -> usize {
        let challenge = self.challenge.as_ref().map_or(0, Challenge::weight);
        let state = [&self.nonce, &self.target.state].into_iter().flatten().map(String::len);
        self.target.redirect_uri.len() + challenge + state.sum::<usize>()
    }
}

impl Challenge {
    fn weight(&self) -> usize {
        let (Self::Plain(text) | Self::Sha256(text)) = self;
        text.len()
    }

    /// Whether `verifier` answers the challenge.
    pub(in crate::aad) fn is_met(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::Sha256(challenge) => {
                let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
                *challenge == URL_SAFE_NO_PAD.encode(hash)
            }
        }
    }

    /// # Errors
    /// AADSTS501491 for an impossible size, 9002313 for an unknown method.
    fn read(params: &Params) -> Result<Option<Self>, Refused> {
        let Some(challenge) = params.get("code_challenge") else { return Ok(None) };
        if !(43..=128).contains(&challenge.len()) {
            return Err(Refused::new(
                code::CHALLENGE_SIZE,
                "Invalid size of Code_Challenge parameter.",
            ));
        }
        match params.get("code_challenge_method").unwrap_or("plain") {
            "plain" => Ok(Some(Self::Plain(challenge.to_owned()))),
            "S256" => Ok(Some(Self::Sha256(challenge.to_owned()))),
            other => Err(malformed(&format!("the code_challenge_method '{other}' is not known"))),
        }
    }
}

impl Prompt {
    fn read(params: &Params) -> Result<Self, Refused> {
        let mut prompt = Self::default();
        for word in params.get("prompt").unwrap_or_default().split_ascii_whitespace() {
            match word {
                "none" => prompt.none = true,
                "login" | "create" => prompt.login = true,
                "select_account" => prompt.select_account = true,
                "consent" => prompt.consent = true,
                other => return Err(malformed(&format!("the prompt '{other}' is not known"))),
            }
        }
        Ok(prompt)
    }
}

/// Answers a request to the authorization endpoint of the tenant `segment`.
///
/// # Errors
/// What cannot be told to the application, as its address is not known: AADSTS90002, 700016, 900144,
/// 50011, 500113. It is shown to the person.
pub(super) fn begin(
    aad: &Aad,
    incoming: &Incoming,
    version: Version,
    segment: &str,
) -> Result<Outcome, Refused> {
    incoming.only(&[Method::GET, Method::POST, Method::HEAD])?;
    let params = incoming.params()?;
    Authority::find(segment, &aad.directory())?;
    let application = aad.directory().application(params.require("client_id")?)?.clone();
    let target = target(&params, &application)?;
    let outcome = checked(aad, incoming, version, &params, &application, &target);
    Ok(outcome
        .unwrap_or_else(|refused| Outcome::Deliver(target.refuse(&refused, version, incoming))))
}

fn checked(
    aad: &Aad,
    incoming: &Incoming,
    version: Version,
    params: &Params,
    application: &Application,
    target: &Target,
) -> Result<Outcome, Refused> {
    let prompt = Prompt::read(params)?;
    check_response_type(params)?;
    let request = Request {
        target: target.clone(),
        version,
        challenge: Challenge::read(params)?,
        nonce: params.get("nonce").map(str::to_owned),
        client_info: params.is_on("client_info"),
        ask_consent: prompt.consent,
    };
    let session = aad
        .session(incoming)
        .filter(|session| !prompt.login && is_recent(session, params, incoming.now.as_second()));
    let mut interaction = Interaction {
        purpose: Purpose::Authorize(Box::new(request)),
        client: application.client_id,
        client_name: application.display_name.clone(),
        asked: asked(aad, version, params)?,
        requested: RequestedClaims::read(params)?,
        hint: params.get("login_hint").map(str::to_owned),
        proven: None,
        known: None,
        new_password_for: None,
        expires: 0,
    };
    let known = session.map(|session| Proven { user: session.user, methods: session.methods });
    if prompt.none {
        interaction.proven = Some(known.ok_or_else(login_required)?);
        return silently(aad, &interaction);
    }
    if prompt.select_account {
        interaction.known = known;
    } else {
        interaction.proven = known;
    }
    let id = aad.open_interaction(interaction.clone());
    super::next(aad, &id, &interaction, false)
}

/// Without showing a page.
fn silently(aad: &Aad, interaction: &Interaction) -> Result<Outcome, Refused> {
    let user = interaction.user(aad).ok_or_else(login_required)?;
    let application = aad.directory().application(&interaction.client.to_string())?.clone();
    interaction.sign_in(&application, &user).check(&aad.directory()).map_err(|refused| {
        let word = match refused.code() {
            code::CONSENT_REQUIRED => "consent_required",
            _ => "interaction_required",
        };
        refused.with("error", word)
    })?;
    match &interaction.purpose {
        Purpose::Authorize(request) => {
            Ok(Outcome::Deliver(finish(aad, interaction, request, &user)))
        }
        Purpose::Device { .. } => Err(login_required()),
    }
}

/// Hands out the code.
pub(super) fn finish(
    aad: &Aad,
    interaction: &Interaction,
    request: &Request,
    user: &User,
) -> Delivery {
    let now = aad.now().as_second();
    let text = format!("{CODE_PREFIX}{}", random::opaque(6));
    let methods = interaction.proven.as_ref().map(|proven| proven.methods.clone());
    let code = AuthorizationCode {
        client: interaction.client,
        redirect_uri: request.target.redirect_uri.clone(),
        asked: interaction.asked.clone(),
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        user: user.object_id,
        methods: methods.unwrap_or_default(),
        requested: interaction.requested.clone(),
        expires: now.saturating_add(CODE_LIFETIME),
        redeemed: false,
    };
    // One that is used too late is to be told so, for as long again.
    let end = now.saturating_add(2 * CODE_LIFETIME);
    aad.issued().authorization_codes.insert(&text, code, end, now);
    let mut fields = vec![("code", text)];
    if request.client_info {
        fields.push(("client_info", tokens::client_info(aad, user)));
    }
    fields.push(("session_state", Uuid::new_v4().to_string()));
    request.target.deliver(fields)
}

/// The person went away.
pub(super) fn cancelled(request: &Request, incoming: &Incoming) -> Delivery {
    let refused =
        Refused::new(code::DEVICE_DECLINED, "User declined to consent to access the app.")
            .with("error", "access_denied")
            .with("error_subcode", "cancel");
    request.target.refuse(&refused, request.version, incoming)
}

/// What an application asks for; the v1 endpoint may learn it only when the code is redeemed.
fn asked(aad: &Aad, version: Version, params: &Params) -> Result<Asked, Refused> {
    let directory = aad.directory();
    match version {
        Version::V1 => Asked::from_resource(params.get("resource"), &directory),
        Version::V2 => Asked::from_scope(params.require("scope")?, &directory),
    }
}

fn check_response_type(params: &Params) -> Result<(), Refused> {
    match params.require("response_type")? {
        "code" => Ok(()),
        other => Err(Refused::new(
            code::RESPONSE_TYPE,
            format!("response_type '{other}' is not enabled for the application."),
        )),
    }
}

/// Whether a session is as young as the application demands.
fn is_recent(session: &Session, params: &Params, now: i64) -> bool {
    let max_age = params.get("max_age").and_then(|text| text.parse::<i64>().ok());
    max_age.is_none_or(|seconds| now - session.signed_in <= seconds)
}

/// Where the result goes.
fn target(params: &Params, application: &Application) -> Result<Target, Refused> {
    let registered = &application.redirect_uris;
    let Some(first) = registered.first() else {
        return Err(Refused::new(
            code::NO_REDIRECT_URI,
            "No reply address is registered for the application.",
        ));
    };
    let redirect_uri = params.get("redirect_uri").unwrap_or(first);
    if !registered.iter().any(|known| matches_registered(known, redirect_uri)) {
        return Err(Refused::new(
            code::REDIRECT_URI_MISMATCH,
            format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match the \
                 redirect URIs configured for the application '{}'. Make sure the redirect URI sent \
                 in the request matches one added to your application in the Azure portal.",
                application.client_id
            ),
        ));
    }
    let mode = match params.get("response_mode").unwrap_or("query") {
        "query" => Mode::Query,
        "fragment" => Mode::Fragment,
        "form_post" => Mode::FormPost,
        other => return Err(malformed(&format!("the response_mode '{other}' is not known"))),
    };
    let state = params.get("state").map(str::to_owned);
    Ok(Target { redirect_uri: redirect_uri.to_owned(), mode, state })
}

/// Equal, but for the port of a loopback address (RFC 8252, section 7.3).
fn matches_registered(registered: &str, sent: &str) -> bool {
    if registered == sent {
        return true;
    }
    let (Ok(mut registered), Ok(mut sent)) = (Url::parse(registered), Url::parse(sent)) else {
        return false;
    };
    let is_loopback = |url: &Url| {
        url.scheme() == "http"
            && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    };
    is_loopback(&registered)
        && is_loopback(&sent)
        && registered.set_port(None).is_ok()
        && sent.set_port(None).is_ok()
        && registered == sent
}

fn login_required() -> Refused {
    Refused::new(
        code::LOGIN_REQUIRED,
        "Session information is not sufficient for single-sign-on. A silent sign-in request was \
         sent but no user is signed in.",
    )
}

fn malformed(what: &str) -> Refused {
    Refused::new(
        code::MALFORMED_REQUEST,
        format!("Invalid request. Request is malformed or invalid: {what}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_addresses_match_with_any_port_and_nothing_else_does() {
        let table = [
            ("http://localhost", "http://localhost:8400", true),
            ("http://localhost", "http://localhost:8400/", true),
            ("http://127.0.0.1", "http://127.0.0.1:1", true),
            ("http://localhost", "http://127.0.0.1:1", false),
            ("http://localhost", "http://localhost:1/other", false),
            ("http://localhost", "https://localhost:1", false),
            ("http://localhost", "http://localhost.evil.test:1", false),
            ("http://localhost", "http://localhost@evil.test", false),
            ("http://localhost", "http://evil@localhost:1", false),
            ("http://localhost", "http://localhost:1/?x=1", false),
            ("https://app.test/a", "https://app.test/a", true),
            ("https://app.test/a", "https://app.test:444/a", false),
            ("https://app.test/a", "https://app.test/a/", false),
            ("urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob", true),
        ];
        for (registered, sent, expected) in table {
            assert_eq!(matches_registered(registered, sent), expected, "{registered} {sent}");
        }
    }

    #[test]
    fn the_challenge_of_rfc_7636() {
        let challenge = Challenge::Sha256("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned());
        assert!(challenge.is_met("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(Challenge::Plain("a".to_owned()).is_met("a"));
    }
}
