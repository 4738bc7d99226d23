//! One request and its answer, whichever way it came in.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::{Duration, Instant};

use axum::body::Body;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use uuid::Uuid;

use super::faults::{FaultAction, Probe};
use super::hosts::{Named, Service};
use super::own_error::{self, Speaker};
use super::recorder::RecordedRequest;
use super::rest::Rest;
use super::route::{Route, route};
use super::{Front, body_timeout, inject, recorder};
use crate::call::{Call, Response, empty, refusal};
use crate::{aad, arm, control, storage, webhdfs};

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Inbound {
    /// `http` or `https`, as the caller sees it.
    pub(crate) scheme: &'static str,
    /// Host and, if it is not the scheme's own, port, as the caller sees them.
    pub(crate) authority: Authority,
    /// Where the caller is.
    pub(crate) peer: IpAddr,
    /// The HTTP method.
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) uri: Uri,
    /// The headers as sent.
    pub(crate) headers: HeaderMap,
    /// The body, not yet read.
    pub(crate) body: Body,
}

/// The connection is to be reset instead of an answer.
#[derive(Debug, thiserror::Error)]
#[error("a fault rule resets the connection")]
pub(crate) struct Reset;

impl Front {
    /// Answers one request, or says that the connection is to be reset.
    pub(crate) async fn answer(&self, mut inbound: Inbound) -> Result<Response, Reset> {
        let state = &self.control.state;
        let (host, path) = (bare_host(&inbound.authority), inbound.uri.path());
        let route = route(host, path, &inbound.method, &state.seed.default_account, || {
            let query = inbound.uri.query().unwrap_or_default();
            storage::by_path(&state.storage, path, query, &inbound.headers)
        });
        inbound.body = match &route {
            Route::Service(named) if named.account.is_some() => {
                body_timeout::with_data(inbound.body)
            }
            _ => body_timeout::with_small(inbound.body),
        };
        let host = bare_host(&inbound.authority);
        let mut response = match route {
            Route::Home => to_the_pages(),
            Route::Control => {
                match self.control.guard.refuse(inbound.peer, host, &inbound.headers) {
                    Some(refusal) => refusal,
                    None => self.steer(inbound).await,
                }
            }
            Route::Service(named) => self.exchange(inbound, named).await?,
        };
        self.date(&mut response);
        Ok(response)
    }

    /// Answers a request below `/_mock`, and reads what is left of its body.
    async fn steer(&self, mut inbound: Inbound) -> Response {
        let rest = split_body(&mut inbound);
        let response = control::handle(&self.control, call(inbound, None)).await;
        if let Some(rest) = rest {
            rest.drain().await;
        }
        response
    }

    /// Records a request, serves it as the fault rules allow, and reads what is left of its body.
    async fn exchange(&self, mut inbound: Inbound, named: Named) -> Result<Response, Reset> {
        let started = Instant::now();
        let form = harmless_form(&mut inbound, named.service).await;
        let record = self.record(&inbound, form);
        let listener = self.control.on_request.as_ref();
        let told = listener.map(|listener| (listener, record.clone()));
        let number = self.control.recorder.open(record);
        let fault = self.control.faults.decide(Probe {
            host: bare_host(&inbound.authority),
            path: inbound.uri.path(),
            method: inbound.method.as_str(),
            query: inbound.uri.query().unwrap_or_default(),
        });
        let fault_name = fault.as_ref().map(FaultAction::name);
        let with_fault =
            |request: &mut RecordedRequest| request.fault = fault_name.map(str::to_owned);
        if fault.is_some() {
            self.control.recorder.update(number, with_fault);
        }
        let rest = split_body(&mut inbound);
        let outcome = self.serve_with(fault, inbound, named, number).await;
        let status = outcome.as_ref().ok().map(|response| response.status().as_u16());
        let end = |request: &mut RecordedRequest| {
            request.status = status;
            request.duration = Some(started.elapsed());
        };
        self.control.recorder.update(number, end);
        if let Some((listener, mut record)) = told {
            record.number = number;
            with_fault(&mut record);
            end(&mut record);
            listener.tell(&record);
        }
        let answered = outcome.is_ok();
        if let Some(rest) = rest.filter(|_| answered) {
            rest.drain().await;
        }
        outcome
    }

    async fn serve_with(
        &self,
        fault: Option<FaultAction>,
        inbound: Inbound,
        named: Named,
        number: u64,
    ) -> Result<Response, Reset> {
        let Some(fault) = fault else { return Ok(self.serve(inbound, named, number).await) };
        match fault {
            FaultAction::ResetBefore => return Err(Reset),
            FaultAction::Status { code, retry_after, body } => {
                let own = |status| self.own_error(inbound, named, status);
                return Ok(inject::instead(code, retry_after, body, own));
            }
            FaultAction::Delay { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
            _ => {}
        }
        let response = self.serve(inbound, named, number).await;
        match fault {
            FaultAction::CommitAndReset => Err(Reset),
            FaultAction::Truncate { bytes } => Ok(inject::truncate(response, bytes)),
            FaultAction::Stall => Ok(inject::stall(response)),
            FaultAction::Corrupt => Ok(inject::corrupt(response)),
            _ => Ok(response),
        }
    }

    /// The error of a status, as the service that was asked words it.
    fn own_error(&self, inbound: Inbound, named: Named, status: StatusCode) -> Response {
        let query = inbound.uri.query().unwrap_or_default();
        let speaker = match named.service {
            Service::AzureAd => Speaker::AzureAd,
            Service::ResourceManager => Speaker::ResourceManager,
            Service::Gen1 => Speaker::Gen1(query),
            Service::Gen2(endpoint) => {
                let storage = &self.control.state.storage;
                return storage::fault(storage, &call(inbound, named.account), endpoint, status);
            }
        };
        own_error::of(speaker, status)
    }

    async fn serve(&self, inbound: Inbound, named: Named, number: u64) -> Response {
        let call = call(inbound, named.account);
        let state = &self.control.state;
        match named.service {
            Service::AzureAd => {
                let answer = aad::handle(&state.aad, call).await;
                self.control.tokens.observe(answer, number, state.clock.now()).await
            }
            Service::ResourceManager => {
                let answer = arm::handle(&state.arm, call).await;
                // Accounts may have come or gone.
                match state.lake.settled().await {
                    Ok(()) => answer,
                    Err(error) => not_stored(&error.to_string()),
                }
            }
            Service::Gen1 => webhdfs::handle(&state.gen1, call).await,
            Service::Gen2(endpoint) => storage::handle(&state.storage, call, endpoint).await,
        }
    }

    fn record(&self, inbound: &Inbound, form: BTreeMap<String, String>) -> RecordedRequest {
        let header = |name: &str| {
            let value = inbound.headers.get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_owned)
        };
        RecordedRequest {
            number: 0,
            time: self.control.state.clock.now().into(),
            method: inbound.method.to_string(),
            scheme: inbound.scheme.to_owned(),
            host: inbound.authority.to_string(),
            path: inbound.uri.path().to_owned(),
            query: recorder::mask_query(inbound.uri.query().unwrap_or_default()),
            form,
            user_agent: header("user-agent"),
            client_request_id: header("x-ms-client-request-id")
                .or_else(|| header("client-request-id")),
            status: None,
            duration: None,
            fault: None,
        }
    }

    /// Answers tell the emulator's time, so that a client sees one clock.
    fn date(&self, response: &mut Response) {
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        let text = printer.timestamp_to_rfc9110_string(&self.control.state.clock.now());
        if let Some(value) = text.ok().and_then(|text| text.parse().ok()) {
            response.headers_mut().insert(header::DATE, value);
        }
    }
}

/// Headers that hold secrets, some of them in a URL.
const SECRET_HEADERS: [&str; 6] = [
    "authorization",
    "x-ms-copy-source",
    "x-ms-copy-source-authorization",
    "x-ms-encryption-key",
    "x-ms-rename-source",
    "x-ms-source-encryption-key",
];

fn call(mut inbound: Inbound, account: Option<String>) -> Call {
    for name in SECRET_HEADERS {
        // They are not shown where headers are.
        if let Some(value) = inbound.headers.get_mut(name) {
            value.set_sensitive(true);
        }
    }
    Call {
        origin: format!("{}://{}", inbound.scheme, inbound.authority),
        method: inbound.method,
        uri: inbound.uri,
        headers: inbound.headers,
        body: inbound.body,
        request_id: Uuid::new_v4(),
        peer: inbound.peer,
        account,
    }
}

/// The largest form that is looked into; real ones carry a token or two.
const LARGEST_FORM: u64 = 256 << 10;

/// The fields of a form for Azure AD, as far as they may be recorded; the body stays readable.
async fn harmless_form(inbound: &mut Inbound, service: Service) -> BTreeMap<String, String> {
    let is_form = inbound
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let small = inbound.body.size_hint().upper().is_some_and(|bytes| bytes <= LARGEST_FORM);
    if service != Service::AzureAd || !is_form || !small {
        return BTreeMap::new();
    }
    let body = std::mem::take(&mut inbound.body);
    // A body that breaks off belongs to a connection that does: nobody will see the answer.
    let form = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let harmless = recorder::mask_form(&form);
    inbound.body = Body::from(form);
    harmless
}

/// Keeps a hold on the body of a request, to read what the service does not. A caller that waits for
/// `100 Continue` sends nothing that was not asked for.
fn split_body(inbound: &mut Inbound) -> Option<Rest> {
    if inbound.body.is_end_stream() || inbound.headers.contains_key(header::EXPECT) {
        return None;
    }
    let (body, rest) = Rest::of(std::mem::take(&mut inbound.body));
    inbound.body = body;
    Some(rest)
}

/// The host without port and without the brackets of an IPv6 address.
pub(crate) fn bare_host(authority: &Authority) -> &str {
    let host = authority.host();
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Reads a `Host` header or the authority of a URL; a user name in it is refused.
pub(crate) fn parse_authority(text: &str) -> Option<Authority> {
    Authority::from_str(text).ok().filter(|authority| !authority.as_str().contains('@'))
}

/// Leads people who have nothing but an address to the control page.
fn to_the_pages() -> Response {
    let mut response = empty(StatusCode::FOUND);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/_mock/"));
    response
}

fn not_stored(message: &str) -> Response {
    refusal(StatusCode::INSUFFICIENT_STORAGE, "InsufficientStorage", message)
}
