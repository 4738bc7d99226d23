//! Raw requests in, raw answers out.

mod acl;
mod directories;
mod files;
mod pseudo;
mod requests;
mod sticky;
mod stored;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use http_body_util::BodyExt;
use uuid::Uuid;

use super::auth::Authenticated;
use super::principals;
use crate::call::Call;
use crate::clock::Clock;
use crate::seed::{Seed, SeedGroup, SeedUser};
use crate::state::EmulatorState;
use crate::webhdfs::Options;

const STAFF: Uuid = Uuid::from_u128(0xf00d);

/// An emulator with a super-user `user`, and with `ann` and `bob`, who are not; `ann` is staff.
struct Service {
    state: Arc<EmulatorState>,
    clock: Clock,
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and body in one line, without what differs from run to run.
    fn line(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let body = insta_like(&body);
        format!("{} {} {body}", self.status, self.header("status")).trim().to_owned()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Replaces times and request ids by placeholders.
fn insta_like(text: &str) -> String {
    let id = Uuid::from_u128(7).to_string();
    let text = text.replace(&id, "ID");
    let mut out = String::new();
    for (index, part) in text.split("][").enumerate() {
        let time = part.split_once("+00:00]").filter(|(time, _)| time.contains('T'));
        match (index, time) {
            (0, _) => out.push_str(part),
            (_, Some((_, rest))) => out.push_str(&format!("][TIME]{rest}")),
            _ => out.push_str(&format!("][{part}")),
        }
    }
    out
}

impl Service {
    fn new() -> Self {
        let clock = Clock::default();
        clock.freeze();
        let mut seed = Seed::default();
        for (number, name) in [(0xa, "ann"), (0xb, "bob")] {
            seed.users.push(SeedUser {
                object_id: Uuid::from_u128(number),
                username: format!("{name}@emulator.test"),
                ..SeedUser::default()
            });
        }
        seed.groups.push(SeedGroup {
            object_id: STAFF,
            display_name: "staff".to_owned(),
            members: vec![Uuid::from_u128(0xa)],
        });
        let options = Options { allow_pseudo_auth: true, ..Options::default() };
        Self { state: Arc::new(EmulatorState::new(seed, clock.clone(), options)), clock }
    }

    /// The same, with a root directory in which everybody may do everything.
    fn open() -> Self {
        let service = Self::new();
        service.now("user", "PUT", "/?op=SETPERMISSION&permission=777", "");
        service
    }

    fn call(&self, method: &str, path: &str, body: &'static str) -> Call {
        let mut headers = HeaderMap::new();
        headers.insert("content-length", body.len().into());
        let uri = match path.starts_with("/webhdfs") || path.starts_with("/WebHdfs") {
            true => path.to_owned(),
            false => format!("/webhdfs/v1{path}"),
        };
        Call {
            method: method.parse::<Method>().unwrap(),
            uri: uri.parse::<Uri>().unwrap(),
            headers,
            body: Body::from(body),
            request_id: Uuid::from_u128(7),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            origin: "https://mocklake.azuredatalakestore.net".to_owned(),
            account: Some(self.state.seed.default_account.clone()),
        }
    }

    async fn send(&self, who: &str, method: &str, path: &str, body: &'static str) -> Reply {
        let caller = principals::known_caller(&self.state.seed, who).unwrap();
        let authenticated = Ok(Authenticated { caller, pseudo: false });
        let call = self.call(method, path, body);
        reply(super::answer(&self.state.gen1, call, authenticated).await).await
    }

    /// Sends as `who` and waits: nothing in here needs a running reactor.
    fn now(&self, who: &str, method: &str, path: &str, body: &'static str) -> Reply {
        block_on(self.send(who, method, path, body))
    }

    /// Sends as `ann`, and shows the answer in one line.
    fn ann(&self, method: &str, path: &str, body: &'static str) -> String {
        self.now("ann", method, path, body).line()
    }

    /// The status of an item.
    fn stat(&self, path: &str) -> serde_json::Value {
        self.now("user", "GET", &format!("{path}?op=GETFILESTATUS"), "").json()["FileStatus"]
            .clone()
    }

    /// The names in a directory.
    fn names(&self, path: &str) -> Vec<String> {
        let listing = self.now("user", "GET", &format!("{path}?op=LISTSTATUS"), "").json();
        let items = listing["FileStatuses"]["FileStatus"].as_array().unwrap().clone();
        items.iter().map(|item| item["pathSuffix"].as_str().unwrap().to_owned()).collect()
    }

    /// The content of a file.
    fn read(&self, path: &str) -> String {
        let reply = self.now("user", "GET", &format!("{path}?op=OPEN&read=true"), "");
        assert_eq!(reply.status, 200, "{}", reply.line());
        String::from_utf8(reply.body.to_vec()).unwrap()
    }

    /// Makes a file, and the directory that holds it, as `ann`.
    fn write(&self, path: &str, content: &'static str) {
        let directory = path.rsplit_once('/').map_or("/", |(directory, _)| directory);
        self.now("ann", "PUT", &format!("{directory}?op=MKDIRS"), "");
        let made = self.now("ann", "PUT", &format!("{path}?op=CREATE&write=true"), content);
        assert_eq!(made.status, 201, "{}", made.line());
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

async fn reply(response: crate::call::Response) -> Reply {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
