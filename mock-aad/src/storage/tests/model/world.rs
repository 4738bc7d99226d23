//! The emulator that the reference model is compared with: requests of everybody, with what proves who they
//! are.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use axum::body::Body;
use http::{Method, header};
use jiff::Timestamp;
use uuid::Uuid;

use super::super::signing::Unsigned;
use super::super::{Answer, Emulator, call};
use super::people::{APPLICATION, GROUP, MEMBER, OTHER_GROUP, STRANGER, Who};
use crate::aad;
use crate::seed::{
    ACL_CLIENT_ID, ACL_CLIENT_SECRET, CLIENT_ID, CLIENT_SECRET, DataRole, PASSWORD, Seed,
    SeedGroup, SeedUser,
};
use crate::storage::{Endpoint, Protocol};

const VERSION: &str = "2025-07-05";
/// For how long a token is used here; they live for an hour and more.
const TOKEN_LIFE: i64 = 30 * 60;

/// An emulator whose clock stands, and the tokens of those who sign in.
pub(super) struct World {
    emulator: Emulator,
    tokens: HashMap<u8, (Timestamp, String)>,
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) protocol: Protocol,
    pub(super) method: Method,
    /// As sent, with the slash at its beginning.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: BTreeMap<&'static str, String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn new(protocol: Protocol, method: Method, path: impl Into<String>) -> Self {
        let (query, headers) = (Vec::new(), BTreeMap::new());
        Self { protocol, method, path: path.into(), query, headers, body: Vec::new() }
    }

    pub(super) fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.headers.insert(name, value.to_string());
        self
    }

    pub(super) fn maybe(self, name: &'static str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// As it stands on the request line.
    fn uri(&self) -> String {
        let pair = |(name, value): &(String, String)| {
            let value = url::form_urlencoded::byte_serialize(value.as_bytes());
            format!("{name}={}", value.collect::<String>().replace('+', "%20"))
        };
        let query: Vec<String> = self.query.iter().map(pair).collect();
        if query.is_empty() {
            self.path.clone()
        } else {
            self.path.clone() + "?" + &query.join("&")
        }
    }
}

impl World {
    /// An emulator with the people of the model.
    pub(super) fn new() -> Self {
        let mut seed = Seed::default();
        let user = |object_id: Uuid, username: &str, data_role| SeedUser {
            object_id,
            username: format!("{username}@emulator.test"),
            password: PASSWORD.to_owned(),
            data_role,
            ..SeedUser::default()
        };
        let by_role = |who: Who, name, role| user(who.person().id, name, Some(role));
        seed.users.extend([
            user(MEMBER, "member", None),
            user(STRANGER, "stranger", None),
            by_role(Who::Contributor, "contributor", DataRole::Contributor),
            by_role(Who::Reader, "reader", DataRole::Reader),
        ]);
        for (object_id, name) in [(GROUP, "some"), (OTHER_GROUP, "others")] {
            let (display_name, members) = (name.to_owned(), vec![MEMBER]);
            seed.groups.push(SeedGroup { object_id, display_name, members });
        }
        let object_id = |client| {
            let known = seed.applications.iter().find(|app| app.client_id == client);
            known.map(|app| app.object_id)
        };
        assert_eq!(object_id(CLIENT_ID), Some(Who::Owner.person().id));
        assert_eq!(object_id(ACL_CLIENT_ID), Some(APPLICATION));
        let world = Self { emulator: Emulator::with(seed), tokens: HashMap::new() };
        // From a whole second on, so that nothing depends on when a test runs.
        let rest = 1_000_000_000 - world.emulator.now().subsec_nanosecond();
        let rest = Duration::from_nanos(rest.unsigned_abs().into());
        world.emulator.state.clock.advance(rest);
        world
    }

    /// Milliseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.emulator.state.clock.unix_millis()
    }

    pub(super) fn wait(&self, millis: i64) {
        self.emulator.state.clock.advance(Duration::from_millis(millis.unsigned_abs()));
    }

    /// Sends a request to an account as somebody.
    pub(super) async fn send(&mut self, account: &str, who: Who, request: Request) -> Answer {
        let (uri, protocol) = (request.uri(), request.protocol);
        let version = ("x-ms-version", VERSION);
        let headers = request.headers.iter().map(|(name, value)| (*name, &**value));
        let mut headers: Vec<(&str, &str)> = headers.chain([version]).collect();
        if who == Who::Key {
            let (method, body) = (request.method.as_str(), &*request.body);
            let unsigned = Unsigned { method, uri: &uri, headers: &headers, body };
            return self.emulator.signed_with(account, protocol, unsigned).await;
        }
        let bearer = format!("Bearer {}", self.token(who).await);
        let length = request.body.len().to_string();
        headers.extend([("authorization", &*bearer), ("content-length", &*length)]);
        let start = http::Request::builder().method(request.method.clone()).uri(uri);
        let add = |start: http::request::Builder, (name, value): &(&str, &str)| {
            start.header(*name, value.as_bytes())
        };
        let sent = headers.iter().fold(start, add).body(Body::from(request.body.clone())).unwrap();
        self.emulator.send(account, Endpoint::of_host(protocol, false), sent).await
    }

    /// A token of somebody's.
    async fn token(&mut self, who: Who) -> String {
        let now = self.emulator.now();
        if let Some((since, token)) = self.tokens.get(&(who as u8))
            && now.duration_since(*since).as_secs() < TOKEN_LIFE
        {
            return token.clone();
        }
        let by_password = |name: &str| {
            vec![
                ("grant_type", "password".to_owned()),
                ("client_id", adls_wire::aad::AZURE_CLI_CLIENT_ID.to_owned()),
                ("username", format!("{name}@emulator.test")),
                ("password", PASSWORD.to_owned()),
            ]
        };
        let by_secret = |client: Uuid, secret: &str| {
            vec![
                ("grant_type", "client_credentials".to_owned()),
                ("client_id", client.to_string()),
                ("client_secret", secret.to_owned()),
            ]
        };
        let mut form = match who {
            Who::Key => unreachable!("keys need no token"),
            Who::Owner => by_secret(CLIENT_ID, CLIENT_SECRET),
            Who::Application => by_secret(ACL_CLIENT_ID, ACL_CLIENT_SECRET),
            Who::Contributor => by_password("contributor"),
            Who::Reader => by_password("reader"),
            Who::Member => by_password("member"),
            Who::Stranger => by_password("stranger"),
        };
        form.push(("scope", "https://storage.azure.com/.default".to_owned()));
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = http::Request::post("/emulator.test/oauth2/v2.0/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        let mut call = call("none", request.unwrap());
        call.account = None;
        call.origin = "https://login.microsoftonline.com".to_owned();
        let answer = Answer::read(aad::handle(&self.emulator.state.aad, call).await).await;
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let token = body["access_token"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
        self.tokens.insert(who as u8, (now, token.clone()));
        token
    }
}
