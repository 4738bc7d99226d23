//! The browser's sign-in, kept in a cookie: the next application does not ask for the password again.

use http::header;
use uuid::Uuid;

use crate::aad::expiring::Weigh;
use crate::aad::expiring::texts;
use crate::aad::incoming::Incoming;
use crate::aad::{Aad, random};

/// The name of the cookie, as the service names it.
const COOKIE: &str = "ESTSAUTH";
/// Seconds that a session lives, the service's default for a browser that is not closed.
const LIFETIME: i64 = 86_400;

/// Somebody who has signed in with this browser.
#[derive(Clone, Debug)]
pub(in crate::aad) struct Session {
    pub(super) user: Uuid,
    pub(super) methods: Vec<String>,
    /// When, in seconds since 1970.
    pub(super) signed_in: i64,
    pub(in crate::aad) expires: i64,
}

impl Weigh for Session {
    fn weight(&self) -> usize {
        texts(&self.methods)
    }
}

impl Aad {
    /// The session of the browser that sent a request.
    pub(super) fn session(&self, incoming: &Incoming) -> Option<Session> {
        let now = self.now().as_second();
        let issued = self.issued();
        issued.sessions.get(cookie(incoming)?).filter(|session| now < session.expires).cloned()
    }

    /// Opens a session; returns the cookie to set.
    pub(super) fn open_session(
        &self,
        incoming: &Incoming,
        user: Uuid,
        methods: &[String],
    ) -> String {
        let now = self.now().as_second();
        let id = random::opaque(4);
        let expires = now.saturating_add(LIFETIME);
        let session = Session { user, methods: methods.to_vec(), signed_in: now, expires };
        self.issued().sessions.insert(&id, session, expires, now);
        format!("{COOKIE}={id}; path=/; HttpOnly; {}", attributes(incoming))
    }

    /// Ends the browser's session; returns the cookie that takes it away.
    pub(super) fn close_session(&self, incoming: &Incoming) -> String {
        if let Some(id) = cookie(incoming) {
            self.issued().sessions.remove(id);
        }
        format!("{COOKIE}=; path=/; max-age=0; HttpOnly; {}", attributes(incoming))
    }
}

/// A browser takes `secure` cookies over TLS only.
fn attributes(incoming: &Incoming) -> &'static str {
    if incoming.origin.starts_with("https:") { "secure; SameSite=None" } else { "SameSite=Lax" }
}

fn cookie(incoming: &Incoming) -> Option<&str> {
    let values = incoming.headers.get_all(header::COOKIE).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}
