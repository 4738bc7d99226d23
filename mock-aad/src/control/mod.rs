//! The `/_mock` interface: reset, snapshots, shutdown, clock, faults, recorded requests and tokens, device codes;
//! in JSON for programs, and as pages for people.

mod api;
mod guard;
mod pages;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::json;
use tokio::sync::Notify;

pub use self::guard::ControlToken;
pub(crate) use self::guard::{Guard, is_loopback};
use crate::call::{Call, Response, json, refusal};
use crate::error::Error;
use crate::front::faults::Faults;
use crate::front::ready::Ready;
use crate::front::recorder::{RecordedRequest, Recorder};
use crate::front::tokens::TokenLog;
use crate::state::EmulatorState;

/// More than fault rules may hold together, the answers included.
const MAX_RULES: usize = 5 << 20;
/// More than any other request needs.
const MAX_BODY: usize = 64 << 10;

/// What there is, for those who ask for something else.
const ROUTES: [(&str, &str); 22] = [
    ("GET", "/_mock/"),
    ("GET", "/_mock/health"),
    ("GET", "/_mock/ca.pem"),
    ("GET", "/_mock/ready"),
    ("POST", "/_mock/reset"),
    ("POST", "/_mock/snapshot"),
    ("POST", "/_mock/restore"),
    ("GET", "/_mock/snapshots"),
    ("DELETE", "/_mock/snapshots/{id}"),
    ("POST", "/_mock/shutdown"),
    ("GET", "/_mock/requests"),
    ("DELETE", "/_mock/requests"),
    ("GET", "/_mock/tokens"),
    ("GET", "/_mock/faults"),
    ("POST", "/_mock/faults"),
    ("DELETE", "/_mock/faults"),
    ("GET", "/_mock/clock"),
    ("POST", "/_mock/clock/advance"),
    ("POST", "/_mock/clock/freeze"),
    ("POST", "/_mock/clock/resume"),
    ("GET", "/_mock/device"),
    ("POST", "/_mock/device/{user code}/{approve|deny}"),
];

/// What the control interface shows and changes.
#[derive(Debug)]
pub(crate) struct Control {
    /// The services' state.
    pub(crate) state: Arc<EmulatorState>,
    /// Where the emulator listens and whom it knows.
    pub(crate) ready: Ready,
    /// The recent requests.
    pub(crate) recorder: Recorder,
    /// The recent tokens.
    pub(crate) tokens: TokenLog,
    /// The rules that make requests fail.
    pub(crate) faults: Faults,
    /// The certificate that clients are to trust, PEM.
    pub(crate) ca_pem: String,
    /// Who may use `/_mock`.
    pub(crate) guard: Guard,
    /// Is told of each request that was answered.
    pub(crate) on_request: Option<OnRequest>,
    /// Wakes whoever waits for the end that `/_mock/shutdown` asks for.
    pub(crate) stop: Notify,
}

/// What is called with each request that was answered.
#[derive(Clone)]
pub(crate) struct OnRequest(Arc<dyn Fn(&RecordedRequest) + Send + Sync>);

impl OnRequest {
    pub(crate) fn new(call: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        Self(Arc::new(call))
    }

    pub(crate) fn tell(&self, request: &RecordedRequest) {
        (self.0)(request);
    }
}

impl std::fmt::Debug for OnRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnRequest")
    }
}

impl Control {
    pub(crate) fn new(
        state: Arc<EmulatorState>,
        ready: Ready,
        ca_pem: String,
        guard: Guard,
        on_request: Option<OnRequest>,
    ) -> Self {
        Self {
            state,
            ready,
            ca_pem,
            guard,
            on_request,
            recorder: Recorder::default(),
            tokens: TokenLog::default(),
            faults: Faults::default(),
            stop: Notify::new(),
        }
    }

    /// Back to the seed state, without faults, recorded requests and tokens.
    ///
    /// # Errors
    /// When the seed state cannot be stored; then nothing has changed.
    pub(crate) fn reset(&self) -> Result<(), Error> {
        self.state.reset()?;
        self.faults.clear();
        self.recorder.clear();
        self.tokens.clear();
        Ok(())
    }
}

/// Answers a request below `/_mock` of a caller that may use it.
pub(crate) async fn handle(control: &Arc<Control>, mut call: Call) -> Response {
    if let Some(refusal) = guard::from_elsewhere(&call) {
        return refusal;
    }
    let owned = segments(call.path());
    if let ["ui", "files", account, path @ ..] = borrowed(&owned).as_slice()
        && call.method == Method::POST
        && pages::is_upload(&call)
    {
        return pages::upload(control, call, account, path).await;
    }
    let limit = if owned.contains(&"faults".to_owned()) { MAX_RULES } else { MAX_BODY };
    let body = match call.read_body(limit).await {
        Ok(body) => body,
        Err(error) => return refusal(error.status(), "BadRequest", &error.to_string()),
    };
    let segments = borrowed(&owned);
    // HEAD is GET without the body, which the connection leaves out.
    let method = if call.method == Method::HEAD { Method::GET } else { call.method.clone() };
    let answer = match (method.as_str(), segments.as_slice()) {
        ("GET", ["health"]) => api::health(),
        ("GET", ["ca.pem"]) => api::certificate(control),
        ("GET", ["ready"]) => api::ready(control),
        ("POST", ["reset"]) => api::reset(control).await,
        ("POST", ["snapshot"]) => api::snapshot(control),
        ("POST", ["restore"]) => api::restore(control, &body).await,
        ("GET", ["snapshots"]) => api::snapshots(control),
        ("DELETE", ["snapshots", id]) => api::forget_snapshot(control, id),
        ("POST", ["shutdown"]) => api::shutdown(control),
        ("GET", ["requests"]) => api::requests(control),
        ("DELETE", ["requests"]) => api::clear_requests(control),
        ("GET", ["tokens"]) => api::tokens(control),
        ("GET", ["faults"]) => api::faults(control),
        ("POST", ["faults"]) => api::add_faults(control, &body),
        ("DELETE", ["faults"]) => api::clear_faults(control),
        ("GET", ["clock"]) => api::clock(control),
        ("POST", ["clock", "advance"]) => api::advance(control, &body),
        ("POST", ["clock", "freeze"]) => api::freeze(control),
        ("POST", ["clock", "resume"]) => api::resume(control),
        ("GET", ["device"]) => api::devices(control),
        ("POST", ["device", code, "approve"]) => api::approve(control, code, &body),
        ("POST", ["device", code, "deny"]) => api::deny(control, code),
        _ => {
            // A page may show what is on disk, and a form may wait for it.
            let (control, query) = (control.clone(), call.query().to_owned());
            let (method_, segments) = (method.clone(), owned.clone());
            let page = move || pages::handle(&control, &method_, &segments, &query, &body);
            let page = tokio::task::spawn_blocking(page).await.ok().flatten();
            return page.unwrap_or_else(|| unknown(&method, call.path()));
        }
    };
    answer.unwrap_or_else(|message| refusal(StatusCode::BAD_REQUEST, "BadRequest", &message))
}

fn borrowed(segments: &[String]) -> Vec<&str> {
    segments.iter().map(String::as_str).collect()
}

/// The decoded segments of a path behind `/_mock`.
fn segments(path: &str) -> Vec<String> {
    let decode =
        |segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned();
    path.split('/').filter(|segment| !segment.is_empty()).skip(1).map(decode).collect()
}

fn unknown(method: &Method, path: &str) -> Response {
    let known: Vec<String> = ROUTES.iter().map(|(m, p)| format!("{m} {p}")).collect();
    let message = format!("there is no {method} {path}");
    let error = json!({"code": "NotFound", "message": message, "available": known});
    json(StatusCode::NOT_FOUND, &json!({"error": error}))
}
