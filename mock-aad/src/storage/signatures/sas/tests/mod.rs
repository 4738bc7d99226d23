//! Tokens of SDKs, their verification and what happens to those who tamper with them.

mod golden;
mod grants;
mod lifetime;
mod reading;
mod tampered;

use std::net::IpAddr;

use adls_wire::sas::SasPermissions;
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use super::{AccessPolicy, Grant, Keys, SasRefused, SharedAccessSignature, Target};
use crate::storage::signatures::SigningKey;
use golden::Golden;

/// The secret that the keys of the user in the tokens of the SDKs follow from.
const MASTER: &[u8] = b"master secret of the emulator";

/// A request with a token. All that counts can be changed.
#[derive(Clone)]
struct Request {
    account: &'static str,
    file_system: Option<String>,
    path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    source: IpAddr,
    tls: bool,
    keys: Vec<SigningKey>,
    master: &'static [u8],
    policy: Option<AccessPolicy>,
    now: Timestamp,
}

impl Request {
    fn with((file_system, path, token): Golden) -> Self {
        let headers = [("x-ms-client-request-id", "a b"), ("x-ms-meta-k", "v")];
        let own = "comp=meta+data&timeout=30&";
        let query = format!("{own}{token}");
        Self {
            account: "lake",
            file_system: (!file_system.is_empty()).then(|| file_system.to_owned()),
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: headers
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .into_iter()
                .collect(),
            source: "10.0.0.5".parse().unwrap(),
            tls: true,
            keys: vec![SigningKey::new(b"another"), SigningKey::new(&ACCOUNT_KEY)],
            master: MASTER,
            policy: Some(policy()),
            now: time("2030-01-02T00:00:00Z"),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        match self.query.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.query.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.query.retain(|(other, _)| other != name);
        self
    }

    fn on(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    fn at(mut self, now: &str) -> Self {
        self.now = time(now);
        self
    }

    fn verify(&self) -> Result<Grant, SasRefused> {
        let token = SharedAccessSignature::parse(&self.query).unwrap()?;
        let target = Target {
            account: self.account,
            file_system: self.file_system.as_deref(),
            path: &self.path,
            headers: &self.headers,
            query: &self.query,
            source: self.source,
            tls: self.tls,
        };
        let keys = Keys { account: &self.keys, delegation_master: self.master };
        token.verify(target, keys, self.policy.as_ref(), self.now)
    }

    /// The same request, signed anew by whoever has the keys.
    fn signed(self) -> Self {
        use aws_lc_rs::hmac;
        use base64::Engine as _;
        let request = self.set("sig", "AAAA");
        let Err(SasRefused::Mismatch { string_to_sign }) = request.verify() else {
            return request;
        };
        let text = |name| request.get(name).unwrap_or_default();
        let delegated = super::delegation_key(
            request.master,
            &super::DelegationKeyFields {
                account: request.account,
                object_id: text("skoid"),
                tenant: text("sktid"),
                start: text("skt"),
                expiry: text("ske"),
                service: text("sks"),
                version: text("skv"),
                delegated_tenant: text("skdutid"),
            },
        );
        let key = if text("skoid").is_empty() { &ACCOUNT_KEY[..] } else { &delegated };
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let signature = hmac::sign(&key, string_to_sign.as_bytes());
        let signature = base64::engine::general_purpose::STANDARD.encode(signature);
        request.set("sig", &signature)
    }
}

const ACCOUNT_KEY: [u8; 64] = {
    let mut key = [0; 64];
    let mut at = 0;
    while at < key.len() {
        key[at] = at as u8;
        at += 1;
    }
    key
};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn policy() -> AccessPolicy {
    AccessPolicy { start: None, expiry: Some(time("2030-01-05T00:00:00Z")), permissions: None }
}

/// A request with a token that permits `sp` on the file system `fs`, signed for this version.
fn for_file_system(version: &str) -> Request {
    let token = format!("sp=rl&se=2030-01-05&sr=c&sv={version}");
    Request::with(("fs", "a/b/c", &*token.leak())).signed()
}

/// A request with such a token that is signed by a user.
fn by_user(version: &str) -> Request {
    let token = format!(
        "sp=rl&se=2030-01-05&sr=c&sv={version}&skoid=00000000-0000-4000-8000-0000000000a1\
         &sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00:00:00Z\
         &ske=2030-01-08T00:00:00Z&sks=b&skv=2021-12-02"
    );
    Request::with(("fs", "a/b/c", &*token.leak())).signed()
}

fn permissions(text: &str) -> SasPermissions {
    text.parse().unwrap()
}

/// All tokens of SDKs.
fn of_sdks() -> impl Iterator<Item = Request> {
    let all = [golden::BY_ACCOUNT, golden::BY_USER, golden::DEMANDING, golden::BY_POLICY];
    all.into_iter().flatten().map(|golden| {
        let mut request = Request::with(*golden);
        if request.get("sp").is_none() {
            request.policy.as_mut().unwrap().permissions = Some(permissions("racwdl"));
        }
        request
    })
}

#[test]
fn tokens_that_sdks_of_each_version_made_are_verified() {
    let mut count = 0;
    for request in of_sdks() {
        let outcome = request.verify();
        assert!(outcome.is_ok(), "{:?}\n{}", request.query, outcome.unwrap_err());
        count += 1;
    }
    assert!(count > 50, "{count}");
}

#[test]
fn a_user_signs_in_2023_as_object_store_does() {
    let mut request = by_user("2023-11-03").set("sp", "r");
    request.path = String::new();
    let SasRefused::Mismatch { string_to_sign } = request.verify().unwrap_err() else { panic!() };
    assert_eq!(
        string_to_sign,
        "r\n\n2030-01-05\n/blob/lake/fs\n00000000-0000-4000-8000-0000000000a1\n\
         00000000-0000-4000-8000-0000000000b2\n2030-01-01T00:00:00Z\n2030-01-08T00:00:00Z\nb\n\
         2021-12-02\n\n\n\n\n\n2023-11-03\nc\n\n\n\n\n\n\n"
    );
}
