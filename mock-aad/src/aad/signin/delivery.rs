//! Sends the result of a sign-in back to the application, in the way it has asked for.

use std::fmt;

use axum::body::Body;
use http::header::{self, HeaderValue};
use http::{Response as HttpResponse, StatusCode};
use serde_json::Value;

use super::pages;
use crate::aad::error::Refused;
use crate::aad::incoming::Incoming;
use crate::aad::version::Version;
use crate::call::Response;

/// How the application wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// Where the browser goes next.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) redirect_uri: String,
    pub(super) mode: Mode,
    pub(super) state: Option<String>,
}

/// A result on its way. The fields hold codes, so `Debug` shows names only.
pub(super) struct Delivery {
    target: Target,
    fields: Vec<(&'static str, String)>,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("Delivery").field("target", &self.target).field("fields", &names).finish()
    }
}

impl Target {
    /// A result for the application.
    pub(super) fn deliver(&self, mut fields: Vec<(&'static str, String)>) -> Delivery {
        fields.extend(self.state.clone().map(|state| ("state", state)));
        Delivery { target: self.clone(), fields }
    }

    /// A refusal for the application.
    pub(super) fn refuse(
        &self,
        refused: &Refused,
        version: Version,
        incoming: &Incoming,
    ) -> Delivery {
        let body = refused.body(version, incoming.ids, incoming.now);
        let names = ["error", "error_subcode", "error_description", "error_uri", "claims"];
        let text = |name: &'static str| {
            body.get(name).and_then(Value::as_str).map(|text| (name, text.to_owned()))
        };
        self.deliver(names.into_iter().filter_map(text).collect())
    }
}

impl Delivery {
    /// The answer that makes the browser carry the result.
    pub(super) fn answer(&self, incoming: &Incoming) -> Response {
        let Target { redirect_uri, mode, .. } = &self.target;
        if *mode == Mode::FormPost {
            return incoming.page(StatusCode::OK, pages::form_post(redirect_uri, &self.fields));
        }
        let fields = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish();
        let joint = match mode {
            Mode::Fragment => '#',
            _ if redirect_uri.contains('?') => '&',
            _ => '?',
        };
        redirect(&format!("{redirect_uri}{joint}{fields}"), incoming)
    }
}

/// Sends the browser elsewhere.
pub(super) fn redirect(to: &str, incoming: &Incoming) -> Response {
    let mut response = HttpResponse::new(Body::empty());
    let Ok(location) = HeaderValue::try_from(to) else {
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return incoming.plain(response);
    };
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, location);
    incoming.plain(response)
}
