//! The recent requests, without their secrets.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use crate::parameters::{Parameters, decode};

/// How many requests are kept; older ones make room.
const KEPT: usize = 4096;
/// How many bytes of text they may hold together: a caller decides how long its URLs are.
const MAX_TEXT: usize = 32 << 20;

/// A request that the emulator received, as `GET /_mock/requests` shows it.
///
/// Values that could be secrets are replaced by `***`; bodies are not kept, except for the harmless
/// fields of forms.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Counts requests since the start, from 1.
    pub number: u64,
    /// When it arrived, by the emulator's clock.
    #[serde(serialize_with = "as_text")]
    pub time: SystemTime,
    /// The HTTP method.
    pub method: String,
    /// `http` or `https`, as the caller sees it.
    pub scheme: String,
    /// The host and port that the caller named.
    pub host: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The query without its question mark, empty if there is none.
    pub query: String,
    /// The fields of a form posted to Azure AD; only the names of secret ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub form: BTreeMap<String, String>,
    /// The program that sent it.
    pub user_agent: Option<String>,
    /// The caller's id of its operation.
    pub client_request_id: Option<String>,
    /// The answer's status; `None` while the request is open, and if it never got one.
    pub status: Option<u16>,
    /// From arrival to the answer's head, in real time.
    #[serde(rename = "duration_ms", serialize_with = "as_millis")]
    pub duration: Option<Duration>,
    /// The fault that was injected, as `reset_before`.
    pub fault: Option<String>,
}

/// Keeps the recent requests.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    last: u64,
    text: usize,
    requests: VecDeque<RecordedRequest>,
}

impl Recorder {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a request that has just arrived; the number says which it is.
    pub(crate) fn open(&self, mut request: RecordedRequest) -> u64 {
        let mut log = self.log();
        log.last += 1;
        request.number = log.last;
        log.text += text_of(&request);
        log.requests.push_back(request);
        while log.requests.len() > KEPT || log.text > MAX_TEXT {
            let Some(oldest) = log.requests.pop_front() else { break };
            log.text -= text_of(&oldest);
        }
        log.last
    }

    /// Adds to a request that is still kept.
    pub(crate) fn update(&self, number: u64, change: impl FnOnce(&mut RecordedRequest)) {
        let mut log = self.log();
        let first = log.requests.front().map_or(u64::MAX, |request| request.number);
        let at = number.checked_sub(first).and_then(|at| usize::try_from(at).ok());
        if let Some(request) = at.and_then(|at| log.requests.get_mut(at)) {
            change(request);
        }
    }

    /// The requests that are kept, oldest first.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.log().requests.iter().cloned().collect()
    }

    /// Forgets all requests; their numbers are not used again.
    pub(crate) fn clear(&self) {
        let mut log = self.log();
        log.requests = VecDeque::new();
        log.text = 0;
    }
}

/// How many bytes of text a request holds that its caller has sent.
fn text_of(request: &RecordedRequest) -> usize {
    let form = request.form.iter().map(|(name, value)| name.len() + value.len());
    let headers = [&request.user_agent, &request.client_request_id];
    let headers = headers.into_iter().flatten().map(String::len);
    let line = [&request.method, &request.host, &request.path, &request.query];
    line.into_iter().map(String::len).chain(form).chain(headers).sum()
}

const MASK: &str = "***";

/// A query with the values of its secrets masked.
pub(crate) fn mask_query(query: &str) -> String {
    const SECRET: [&str; 11] = [
        "access_token",
        "assertion",
        "client_assertion",
        "code",
        "code_verifier",
        "device_code",
        "id_token",
        "id_token_hint",
        "refresh_token",
        "sig",
        "token",
    ];
    let masked = query.split('&').map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(key).to_ascii_lowercase();
        let secret =
            SECRET.contains(&name.as_str()) || name.contains("secret") || name.contains("passw");
        if secret && !value.is_empty() { format!("{key}={MASK}") } else { pair.to_owned() }
    });
    masked.collect::<Vec<_>>().join("&")
}

/// The fields of a form; values only of those that are known to be harmless.
pub(crate) fn mask_form(form: &[u8]) -> BTreeMap<String, String> {
    const HARMLESS: [&str; 15] = [
        "api-version",
        "client_assertion_type",
        "client_id",
        "client_info",
        "code_challenge_method",
        "grant_type",
        "prompt",
        "redirect_uri",
        "requested_token_use",
        "resource",
        "response_mode",
        "response_type",
        "scope",
        "tbid",
        "username",
    ];
    Parameters::parse(form)
        .iter()
        .map(|(name, value)| {
            let harmless = HARMLESS.contains(&name.to_ascii_lowercase().as_str());
            (name.to_owned(), if harmless { value } else { MASK }.to_owned())
        })
        .collect()
}

fn as_text<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    match jiff::Timestamp::try_from(*time) {
        Ok(time) => serializer.collect_str(&time),
        Err(error) => Err(serde::ser::Error::custom(error)),
    }
}

fn as_millis<S: Serializer>(span: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    span.map(|span| span.as_secs_f64() * 1000.0).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> RecordedRequest {
        RecordedRequest {
            number: 0,
            time: SystemTime::UNIX_EPOCH,
            method: "GET".to_owned(),
            scheme: "http".to_owned(),
            host: "localhost".to_owned(),
            path: path.to_owned(),
            query: String::new(),
            form: BTreeMap::new(),
            user_agent: None,
            client_request_id: None,
            status: None,
            duration: None,
            fault: None,
        }
    }

    #[test]
    fn keeps_the_recent_ones_and_completes_them() {
        let recorder = Recorder::default();
        for _ in 0..KEPT + 3 {
            recorder.open(request("/old"));
        }
        let number = recorder.open(request("/new"));
        recorder.update(1, |_| panic!("request 1 is long gone"));
        recorder.update(number, |request| request.status = Some(204));
        let kept = recorder.requests();
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept.last().unwrap().status, Some(204));
        assert_eq!(kept[0].number, 5);
        recorder.clear();
        assert!(recorder.requests().is_empty());
        recorder.update(number, |_| panic!("nothing is kept"));
        assert_eq!(recorder.open(request("/")), number + 1);
    }

    #[test]
    fn long_requests_make_room_earlier() {
        let recorder = Recorder::default();
        let long = "/x".repeat(1 << 20);
        for _ in 0..40 {
            recorder.open(request(&long));
        }
        assert_eq!(recorder.requests().len(), MAX_TEXT / long.len() - 1);
        recorder.clear();
        recorder.open(request(&long));
        assert_eq!(recorder.requests().len(), 1);
    }

    #[test]
    fn secrets_in_a_query_are_masked() {
        let table = [
            ("", ""),
            ("op=OPEN&offset=4&read=true", "op=OPEN&offset=4&read=true"),
            ("code=abc&state=x", "code=***&state=x"),
            ("a=1&CODE=abc&%63ode=def&sig=g%3D", "a=1&CODE=***&%63ode=***&sig=***"),
            ("client_secret=x&continuationToken=y", "client_secret=***&continuationToken=y"),
            ("passwd=x&newPassword=y", "passwd=***&newPassword=***"),
            ("token", "token"),
        ];
        for (query, masked) in table {
            assert_eq!(mask_query(query), masked);
        }
    }

    #[test]
    fn only_harmless_fields_of_a_form_are_kept() {
        let form = b"grant_type=password&username=a%40b&password=p%26q&resource=r&refresh_token=t\
                     &client_secret=s&code=c&something_new=n";
        let kept: Vec<String> =
            mask_form(form).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            kept.join("&"),
            "client_secret=***&code=***&grant_type=password&password=***&refresh_token=***\
             &resource=r&something_new=***&username=a@b"
        );
    }

    #[test]
    fn json_shape() {
        let mut shown = request("/x");
        shown.duration = Some(Duration::from_micros(1500));
        shown.status = Some(200);
        insta::assert_json_snapshot!(shown, @r#"
        {
          "number": 0,
          "time": "1970-01-01T00:00:00Z",
          "method": "GET",
          "scheme": "http",
          "host": "localhost",
          "path": "/x",
          "query": "",
          "user_agent": null,
          "client_request_id": null,
          "status": 200,
          "duration_ms": 1.5,
          "fault": null
        }
        "#);
    }
}
