//! The listener that the browser comes back to. Only this machine can reach it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::{AuthErrorKind, Error, Result};

/// The most that is read of a form.
const MAX_FORM: usize = 64 * 1024;

/// The parameters that the browser brought.
pub(super) type RedirectParameters = HashMap<String, String>;

/// A listener on this machine's own addresses.
#[derive(Debug)]
pub(super) struct RedirectListener {
    v4: TcpListener,
    /// Browsers may try the newer address of `localhost` first; not every machine has it.
    v6: Option<TcpListener>,
    port: u16,
}

impl RedirectListener {
    /// Listens on `port`, or on any free one.
    pub(super) async fn bind(port: Option<u16>) -> Result<Self> {
        let failure = |error: std::io::Error| {
            let message = match port {
                Some(port) => format!("cannot listen on port {port} for the browser's answer"),
                None => "cannot listen for the browser's answer".to_owned(),
            };
            Error::with_source(AuthErrorKind::Unavailable, message, error)
        };
        let v4 =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).await.map_err(failure)?;
        let port = v4.local_addr().map_err(failure)?.port();
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok();
        Ok(Self { v4, v6, port })
    }

    /// What the application has registered, with this listener's port.
    pub(super) fn redirect_uri(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits until the browser comes with `state`. Whatever else comes is answered and ignored: any
    /// page in the browser can send something here.
    pub(super) async fn wait_for(&self, state: &str) -> Result<RedirectParameters> {
        let (found, mut answers) = mpsc::channel(1);
        let state: Arc<str> = state.into();
        // Ends with this function, open connections included.
        let mut connections = JoinSet::new();
        loop {
            let next = Box::pin(self.accept());
            match select(next, Box::pin(answers.recv())).await {
                Either::Left((stream, _)) => {
                    connections.spawn(serve(stream?, Arc::clone(&state), found.clone()));
                    while connections.try_join_next().is_some() {}
                }
                Either::Right((answer, _)) => {
                    return answer.ok_or_else(|| Error::unavailable("the listener has ended"));
                }
            }
        }
    }

    async fn accept(&self) -> Result<TcpStream> {
        let v4 = Box::pin(self.v4.accept());
        let accepted = match &self.v6 {
            Some(v6) => select(v4, Box::pin(v6.accept())).await.factor_first().0,
            None => v4.await,
        };
        accepted.map(|(stream, _)| stream).map_err(|error| {
            let message = "cannot receive the browser's answer";
            Error::with_source(AuthErrorKind::Unavailable, message, error)
        })
    }
}

/// Serves one connection, and tells of the answer when the browser has got its page.
async fn serve(stream: TcpStream, state: Arc<str>, found: mpsc::Sender<RedirectParameters>) {
    let brought = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&brought);
    let service = service_fn(move |request| {
        let (state, keep) = (Arc::clone(&state), Arc::clone(&keep));
        async move {
            let (answer, page) = receive(request, &state).await;
            if answer.is_some() {
                *keep.lock().unwrap_or_else(PoisonError::into_inner) = answer;
            }
            Ok::<_, Infallible>(page)
        }
    });
    let mut server = http1::Builder::new();
    let connection = server.keep_alive(false).serve_connection(TokioIo::new(stream), service);
    // A browser that goes away has nothing to be told.
    let _ = connection.await;
    let answer = brought.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(answer) = answer {
        // A second answer to the same question changes nothing.
        let _ = found.try_send(answer);
    }
}

/// What a request brings, if it is what is waited for, and the page that answers it.
async fn receive(
    request: Request<Incoming>,
    state: &str,
) -> (Option<RedirectParameters>, Response<Full<Bytes>>) {
    let refused = |status, text| (None, page(status, "Not expected", text));
    if request.uri().path() != "/" {
        return refused(StatusCode::NOT_FOUND, "There is nothing here.");
    }
    let parameters = match *request.method() {
        Method::GET => parse(request.uri().query().unwrap_or_default().as_bytes()),
        Method::POST => match Limited::new(request.into_body(), MAX_FORM).collect().await {
            Ok(form) => parse(&form.to_bytes()),
            Err(_) => return refused(StatusCode::BAD_REQUEST, "The form is not readable."),
        },
        _ => return refused(StatusCode::METHOD_NOT_ALLOWED, "Only GET and POST."),
    };
    if parameters.get("state").is_none_or(|given| given != state) {
        let text = "This does not belong to the sign-in that is under way. Start it again.";
        return refused(StatusCode::BAD_REQUEST, text);
    }
    let page = if parameters.contains_key("error") {
        let text = "The sign-in did not succeed. The program that started it says why.";
        page(StatusCode::OK, "Not signed in", text)
    } else {
        let text = "You can close this window and go back to the program.";
        page(StatusCode::OK, "Signed in", text)
    };
    (Some(parameters), page)
}

fn parse(form: &[u8]) -> RedirectParameters {
    url::form_urlencoded::parse(form).into_owned().collect()
}

/// How the page looks: in the colours of the system, as wide as the device, without anything to load.
const STYLE: &str = ":root{color-scheme:light dark}\
    body{margin:0;font:1rem/1.5 system-ui,sans-serif}\
    main{box-sizing:border-box;width:min(30rem,100% - 2rem);margin:min(12vh,6rem) auto 1.5rem;\
    padding:2rem;border:1px solid #8a8a8a}\
    h1{margin:0 0 1rem;font-size:1.4rem;line-height:1.25;overflow-wrap:anywhere}\
    p{margin:0}";

/// A page without anything from the request in it.
fn page(status: StatusCode, title: &str, text: &str) -> Response<Full<Bytes>> {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>\n"
    );
    let mut response = Response::new(Full::new(html.into()));
    *response.status_mut() = status;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, http::HeaderValue::from_static(value));
    }
    response
}
