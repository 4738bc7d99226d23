//! Who may do what: people and signatures of all kinds at one tree, and requests that somebody tampered with.

mod anonymous;
pub(super) mod sas;
mod table;
mod tampered;
mod trees;

use self::sas::{DelegationKey, Sas};
use super::*;
use crate::namespace::{AccountKey, EntryItem};
use crate::seed::{DataRole, SeedApplication, SeedGroup};

/// The account that keeps what is deleted.
const ACCOUNT: &str = "mockgen2soft";
const SECRET: &str = "a secret";
const GROUP: Uuid = Uuid::from_u128(0x60);

/// An application of the test's own, by number.
fn application(number: u128, role: Option<DataRole>) -> SeedApplication {
    SeedApplication {
        client_id: Uuid::from_u128(0xa0 + number),
        object_id: Uuid::from_u128(0xb0 + number),
        display_name: format!("application {number}"),
        secrets: vec![SECRET.into()],
        data_role: role,
        ..SeedApplication::default()
    }
}

/// Those who sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Owner,
    Contributor,
    Reader,
    /// An entry for this one gives everything on `/d`.
    Named,
    /// An entry for a group of this one gives reading on `/d`.
    Member,
    /// Nothing is about this one.
    Stranger,
}

impl Who {
    const ALL: [Self; 6] =
        [Self::Owner, Self::Contributor, Self::Reader, Self::Named, Self::Member, Self::Stranger];

    fn role(self) -> Option<DataRole> {
        match self {
            Self::Owner => Some(DataRole::Owner),
            Self::Contributor => Some(DataRole::Contributor),
            Self::Reader => Some(DataRole::Reader),
            Self::Named | Self::Member | Self::Stranger => None,
        }
    }

    fn application(self) -> SeedApplication {
        application(self as u128, self.role())
    }

    fn object_id(self) -> Uuid {
        self.application().object_id
    }
}

/// A tree with rights, and everybody's tokens and keys.
struct World {
    emulator: Emulator,
    tokens: Vec<(Who, String)>,
    keys: Vec<(Who, DelegationKey)>,
    /// By what `/d/gone` can be had back.
    deletion: String,
}

/// A request without anything that authorises it.
#[derive(Clone, Debug)]
struct Bare {
    host: Protocol,
    method: &'static str,
    uri: String,
    headers: Vec<(String, String)>,
    body: &'static str,
}

impl Bare {
    fn new(host: Protocol, method: &'static str, uri: impl Into<String>) -> Self {
        Self { host, method, uri: uri.into(), headers: Vec::new(), body: "" }
    }

    fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn body(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    /// The request with more in its query.
    fn with(mut self, query: &str) -> Self {
        self.uri.push(if self.uri.contains('?') { '&' } else { '?' });
        self.uri.push_str(query);
        self
    }

    /// The request as it is sent.
    fn request(&self) -> http::Request<Body> {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        request(self.method, &self.uri, &headers).map(|_| Body::from(self.body))
    }
}

impl World {
    async fn new() -> Self {
        let mut seed = Seed::default();
        seed.storage_accounts[2].file_systems.push("mockfs".to_owned());
        seed.applications.extend(Who::ALL.map(Who::application));
        let member = Who::Member.object_id();
        let name = "members".to_owned();
        seed.groups =
            vec![SeedGroup { object_id: GROUP, display_name: name, members: vec![member] }];
        let emulator = Emulator::with(seed);
        let mut world =
            Self { emulator, tokens: Vec::new(), keys: Vec::new(), deletion: String::new() };
        world.make_tree().await;
        for who in Who::ALL {
            let token = world.emulator.bearer(who.application().client_id, SECRET).await;
            let asks =
                Bare::new(Protocol::Blob, "POST", "/?restype=service&comp=userdelegationkey")
                    .header("authorization", token.clone())
                    .body("<KeyInfo><Expiry>2100-01-01T00:00:00Z</Expiry></KeyInfo>");
            let answer = world.send(&world.with_expiry(asks)).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            world.keys.push((who, DelegationKey::read(answer.text())));
            world.tokens.push((who, token));
        }
        world
    }

    /// The request for a key for a day from now on.
    fn with_expiry(&self, asks: Bare) -> Bare {
        let expiry = self.time(24);
        let body = format!("<KeyInfo><Expiry>{expiry}</Expiry></KeyInfo>");
        Bare { body: Box::leak(body.into_boxed_str()), ..asks }
    }

    /// The time in some hours, as signatures have it.
    fn time(&self, hours: i64) -> String {
        let time = self.emulator.now() + jiff::SignedDuration::from_hours(hours);
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    async fn make_tree(&mut self) {
        let named = Who::Named.object_id();
        let acl =
            format!("user::rwx,user:{named}:rwx,group::---,group:{GROUP}:r-x,mask::rwx,other::---");
        let dfs = |method, uri: &str| Bare::new(Protocol::Dfs, method, uri);
        let rights = "?action=setAccessControl";
        let mut steps: Vec<Bare> = ["d/f", "d/g", "d/own", "d/gone", "d/t/x", "o/f"]
            .iter()
            .map(|name| dfs("PUT", &format!("/mockfs/{name}?resource=file")))
            .collect();
        steps.extend([
            dfs("PATCH", &format!("/mockfs/{rights}"))
                .header("x-ms-acl", "user::rwx,group::r-x,other::--x"),
            dfs("PATCH", "/mockfs/d?action=setAccessControlRecursive&mode=set")
                .header("x-ms-acl", acl),
            dfs("PATCH", &format!("/mockfs/d/own{rights}")).header("x-ms-owner", named.to_string()),
            dfs("DELETE", "/mockfs/d/gone"),
        ]);
        for step in steps {
            let answer = self.by_key(&step, 0).await;
            assert!(answer.status.is_success(), "{step:?} {}", answer.text());
            if let Some(id) = answer.header("x-ms-deletion-id") {
                self.deletion = id.to_owned();
            }
        }
    }

    fn token(&self, who: Who) -> &str {
        &self.tokens.iter().find(|(other, _)| *other == who).unwrap().1
    }

    fn key(&self, who: Who) -> &DelegationKey {
        &self.keys.iter().find(|(other, _)| *other == who).unwrap().1
    }

    async fn by_key(&self, bare: &Bare, key: usize) -> Answer {
        self.send_to(bare.host, self.signed(bare, key)).await
    }

    /// A request that is signed with one of the keys of the account.
    fn signed(&self, bare: &Bare, key: usize) -> http::Request<Body> {
        let headers: Vec<(&str, &str)> =
            bare.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (method, uri, body) = (bare.method, &*bare.uri, bare.body.as_bytes());
        let unsigned = Unsigned { method, uri, headers: &headers, body };
        self.emulator.signer(ACCOUNT, key).sign(self.emulator.now(), &unsigned)
    }

    async fn send(&self, bare: &Bare) -> Answer {
        self.send_to(bare.host, bare.request()).await
    }

    async fn send_to(&self, host: Protocol, request: http::Request<Body>) -> Answer {
        self.emulator.send(ACCOUNT, Endpoint::of_host(host, false), request).await
    }

    /// A signature with a key of the account, or of somebody who signed in.
    fn sas(&self) -> Sas {
        Sas::new(&self.emulator.signer(ACCOUNT, 0), self.time(1))
    }

    /// Whether the account is what it was.
    fn state(&self) -> String {
        let account = self.emulator.state.lake.account(AccountKey::gen2(ACCOUNT)).unwrap();
        let view = account.inspect();
        let root = adls_wire::RemotePath::root();
        let top = EntryItem::new("mockfs", &root);
        let start = crate::namespace::ListStart::Beginning;
        let list = crate::namespace::PathList { recursive: true, start, limit: 100 };
        let mut state = String::new();
        let told = view.list_entries(&top, &list, |path, entry| {
            let rights = (entry.owner(), entry.acl(), entry.etag(), entry.lease());
            state.push_str(&format!("{path} {rights:?}\n"));
        });
        state + &format!("{told:?}")
    }
}
