//! Device codes: handing them out, and letting a person approve them (RFC 8628).

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::authority::Authority;
use super::directory::usable;
use super::error::{Refused, code};
use super::exchange::Exchange;
use super::expiring::{Expiring, Weigh};
use super::incoming::Incoming;
use super::policy::{self, RequestedClaims};
use super::resource::Asked;
use super::version::Version;
use super::{Aad, random};

/// Seconds that a device code is valid.
pub(super) const LIFETIME: i64 = 900;

/// A device code that was handed out.
#[derive(Clone)]
pub(super) struct DeviceCode {
    /// What the device polls with; it ends with the user code, by which the code is found.
    pub(super) secret: String,
    pub(super) client: Uuid,
    pub(super) asked: Asked,
    /// Claims that the request for the code demanded already.
    pub(super) requested: RequestedClaims,
    pub(super) state: State,
    /// Seconds since 1970.
    pub(super) expires: i64,
    /// When the device may ask again, in seconds since 1970; counts only with `slow_down`.
    pub(super) next_poll: i64,
    /// Seconds between two polls.
    pub(super) interval: i64,
}

impl DeviceCode {
    /// The code that a device polls with.
    pub(super) fn find<'c>(
        codes: &'c mut Expiring<Self>,
        secret: &str,
        client: Uuid,
    ) -> Option<&'c mut Self> {
        let user_code = secret.get(secret.len().checked_sub(random::USER_CODE_LENGTH)?..)?;
        let code = codes.get_mut(user_code)?;
        (code.secret == secret && code.client == client).then_some(code)
    }

    /// Notes that the device has asked while nobody has answered; whether it asked too soon. Then it
    /// must wait five seconds longer from now on (RFC 8628, section 3.5).
    pub(super) fn poll(&mut self, now: i64) -> bool {
        let too_soon = now < self.next_poll;
        if too_soon {
            self.interval += 5;
        }
        self.next_poll = now + self.interval;
        too_soon
    }
}

impl Weigh for DeviceCode {
    fn weight(&self) -> usize {
        self.secret.len() + self.asked.weight() + self.requested.weight()
    }
}

impl std::fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceCode")
            .field("client", &self.client)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Where a device code stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody has signed in yet.
    Waiting,
    /// The person has signed in.
    Approved { user: Uuid, methods: Vec<String> },
    /// The person said no.
    Declined,
    /// The tokens are out; a code is good for one exchange.
    Redeemed,
}

/// Answers a request for a device code.
///
/// # Errors
/// AADSTS700016, 7000218 for a client that is not public, 500011, 900144.
pub(super) fn begin(
    aad: &Aad,
    incoming: &Incoming,
    version: Version,
    segment: &str,
) -> Result<Value, Refused> {
    match version {
        // The Java SDK asks with GET.
        Version::V1 => incoming.only(&[Method::POST, Method::GET])?,
        Version::V2 => incoming.only(&[Method::POST])?,
    }
    let exchange = Exchange::read(aad, incoming, version, segment)?;
    let client = exchange.client()?;
    let asked = exchange.asked_or_default()?;
    let requested = RequestedClaims::read(&exchange.params)?;
    let user_code = random::user_code();
    let secret = format!("{}{user_code}", random::opaque(6));
    let interval = aad.directory().device_code_interval();
    let expires = exchange.now.saturating_add(LIFETIME);
    let code = DeviceCode {
        secret: secret.clone(),
        client: client.application.client_id,
        asked,
        requested,
        state: State::Waiting,
        expires,
        next_poll: exchange.now,
        interval: i64::from(interval),
    };
    // A late poll is to learn that its code has expired.
    let end = expires.saturating_add(LIFETIME);
    aad.issued().device_codes.insert(&user_code, code, end, exchange.now);
    Ok(answer(&exchange, &user_code, &secret, interval))
}

fn answer(exchange: &Exchange<'_>, user_code: &str, secret: &str, interval: u32) -> Value {
    let origin = exchange.origin;
    match exchange.version {
        Version::V1 => {
            let word = if exchange.authority == Authority::Adfs { "adfs" } else { "common" };
            let page = format!("{origin}/{word}/oauth2/deviceauth");
            json!({
                "user_code": user_code,
                "device_code": secret,
                "verification_url": page,
                "expires_in": LIFETIME.to_string(),
                "interval": interval.to_string(),
                "message": message(&page, user_code),
            })
        }
        Version::V2 => {
            let page = format!("{origin}/devicelogin");
            json!({
                "user_code": user_code,
                "device_code": secret,
                "verification_uri": page,
                "expires_in": LIFETIME,
                "interval": interval,
                "message": message(&page, user_code),
            })
        }
    }
}

fn message(page: &str, user_code: &str) -> String {
    format!(
        "To sign in, use a web browser to open the page {page} and enter the code {user_code} to \
         authenticate."
    )
}

/// How a person may type a code: in any case, with spaces or hyphens.
pub(super) fn normalize(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

impl Aad {
    /// Signs `username` in with the device code behind `user_code`, as if the person had done so
    /// on the page, a second factor and the consent included.
    ///
    /// # Errors
    /// A sentence, when there is no such code or user, or the user may not sign in.
    pub(crate) fn approve_device(&self, user_code: &str, username: &str) -> Result<(), String> {
        let user = self.directory().user_named(username).cloned().map_err(|e| e.text())?;
        usable(&user).map_err(|refused| refused.text())?;
        let mut methods = vec![policy::PASSWORD.to_owned()];
        let strong = self.waiting_device(user_code).is_some_and(|code| code.requested.strong);
        if user.mfa_required || strong {
            methods.push(policy::MFA.to_owned());
        }
        let client = self.settle(user_code, State::Approved { user: user.object_id, methods })?;
        self.directory_mut().consent(client, user.object_id);
        Ok(())
    }

    /// Refuses the device code behind `user_code`, as if the person had said no.
    ///
    /// # Errors
    /// A sentence, when there is no such code.
    pub(crate) fn deny_device(&self, user_code: &str) -> Result<(), String> {
        self.settle(user_code, State::Declined).map(drop)
    }

    /// The device codes that wait for a person: `user_code`, `client_id`, `client`, `resource`,
    /// `expires_in`.
    pub(crate) fn pending_devices(&self) -> Vec<Value> {
        let now = self.now().as_second();
        let directory = self.directory();
        let issued = self.issued();
        let codes = issued.device_codes.iter();
        let waiting = codes.filter(|(_, code)| code.state == State::Waiting && now < code.expires);
        let describe = |(user_code, code): (&str, &DeviceCode)| {
            let client = directory.application(&code.client.to_string());
            json!({
                "user_code": user_code,
                "client_id": code.client,
                "client": client.map(|client| client.display_name.as_str()).unwrap_or_default(),
                "resource": code.asked.resource.audience,
                "expires_in": code.expires - now,
            })
        };
        waiting.map(describe).collect()
    }

    /// The client and resource name behind a code that waits for a person.
    pub(super) fn waiting_device(&self, user_code: &str) -> Option<DeviceCode> {
        let now = self.now().as_second();
        let issued = self.issued();
        let code = issued.device_codes.get(&normalize(user_code))?;
        (code.state == State::Waiting && now < code.expires).then(|| code.clone())
    }

    /// Moves a waiting code on; returns its client.
    pub(super) fn settle(&self, user_code: &str, state: State) -> Result<Uuid, String> {
        let now = self.now().as_second();
        let mut issued = self.issued();
        match issued.device_codes.get_mut(&normalize(user_code)) {
            Some(code) if now >= code.expires => {
                Err(format!("the device code '{user_code}' has expired"))
            }
            Some(code) if code.state == State::Waiting => {
                code.state = state;
                Ok(code.client)
            }
            Some(_) => Err(format!("the device code '{user_code}' has already been answered")),
            None => Err(format!("no device code '{user_code}' is waiting")),
        }
    }
}

/// A code that the page does not know.
pub(super) fn unknown_code() -> Refused {
    Refused::new(
        code::BAD_VERIFICATION_CODE,
        "That code didn't work. Check the code and try again, or get a new one from your device.",
    )
}
