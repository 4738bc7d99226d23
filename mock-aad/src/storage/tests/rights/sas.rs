//! Shared access signatures, written from the service's description and not from the code that verifies
//! them.

use url::form_urlencoded;

use super::*;

/// The key with which a user signs.
#[derive(Clone, Debug)]
pub(in crate::storage::tests) struct DelegationKey {
    fields: Vec<(&'static str, String)>,
    key: String,
}

impl DelegationKey {
    /// Reads the answer that tells it.
    pub(in crate::storage::tests) fn read(xml: &str) -> Self {
        let element = |name: &str| {
            let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        let fields = [
            ("skoid", "SignedOid"),
            ("sktid", "SignedTid"),
            ("skt", "SignedStart"),
            ("ske", "SignedExpiry"),
            ("sks", "SignedService"),
            ("skv", "SignedVersion"),
        ];
        let fields = fields.map(|(name, told)| (name, element(told)));
        Self { fields: fields.to_vec(), key: element("Value") }
    }
}

/// A signature in the making.
#[derive(Clone, Debug)]
pub(in crate::storage::tests) struct Sas {
    signer: Signer,
    fields: Vec<(&'static str, String)>,
    /// What is signed for, `/file system/path`; empty for an account.
    resource: String,
}

impl Sas {
    pub(in crate::storage::tests) fn new(signer: &Signer, expiry: String) -> Self {
        let fields = vec![("sv", "2021-12-02".to_owned()), ("se", expiry)];
        Self { signer: signer.clone(), fields, resource: String::new() }
    }

    /// Says something, or something else.
    pub(in crate::storage::tests) fn set(
        mut self,
        name: &'static str,
        value: impl std::fmt::Display,
    ) -> Self {
        self.fields.retain(|(known, _)| *known != name);
        self.fields.push((name, value.to_string()));
        self
    }

    pub(in crate::storage::tests) fn account(self, types: &str, letters: &str) -> Self {
        self.set("ss", "b").set("srt", types).set("sp", letters)
    }

    pub(in crate::storage::tests) fn file_system(self, letters: &str) -> Self {
        Self { resource: "/mockfs".to_owned(), ..self }.set("sr", "c").set("sp", letters)
    }

    pub(in crate::storage::tests) fn directory(self, path: &str, letters: &str) -> Self {
        let depth = path.split('/').count();
        let resource = format!("/mockfs/{path}");
        Self { resource, ..self }.set("sr", "d").set("sdd", depth).set("sp", letters)
    }

    pub(in crate::storage::tests) fn file(self, path: &str, letters: &str) -> Self {
        let resource = format!("/mockfs/{path}");
        Self { resource, ..self }.set("sr", "b").set("sp", letters)
    }

    /// Is for something else, `/file system/path`.
    pub(in crate::storage::tests) fn resource(self, resource: &str) -> Self {
        Self { resource: resource.to_owned(), ..self }
    }

    /// Leans on a stored policy for everything.
    pub(in crate::storage::tests) fn policy(mut self, id: &str) -> Self {
        self.fields.retain(|(name, _)| !["sp", "se"].contains(name));
        self.set("si", id)
    }

    /// Says something no more.
    pub(in crate::storage::tests) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| *known != name);
        self
    }

    /// Signs with the key of a user.
    pub(in crate::storage::tests) fn by(mut self, key: &DelegationKey) -> Self {
        self.fields.extend(key.fields.clone());
        self.signer.key.clone_from(&key.key);
        self
    }

    fn text(&self) -> String {
        let get = |name: &str| {
            let found = self.fields.iter().find(|(known, _)| *known == name);
            found.map_or("", |(_, value)| value)
        };
        let get_all = |names: &[&str]| names.iter().map(|name| get(name)).collect::<Vec<_>>();
        let account = &*self.signer.account;
        if !get("ss").is_empty() {
            let fields = get_all(&["sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses"]);
            return format!("{account}\n{}\n", fields.join("\n"));
        }
        let resource = format!("/blob/{account}{}", self.resource);
        let mut lines = get_all(&["sp", "st", "se"]);
        lines.push(&resource);
        if get("skoid").is_empty() {
            lines.push(get("si"));
        } else {
            lines.extend(get_all(&["skoid", "sktid", "skt", "ske", "sks", "skv"]));
            lines.extend(get_all(&["saoid", "suoid", "scid"]));
            if get("sv") >= "2025-07-05" {
                lines.extend(get_all(&["skdutid", "sduoid"]));
            }
        }
        // There is neither a snapshot nor a version.
        lines.extend(get_all(&["sip", "spr", "sv", "sr", ""]));
        if get("sv") >= "2020-12-06" {
            lines.push(get("ses"));
        }
        lines.extend(get_all(&["rscc", "rscd", "rsce", "rscl", "rsct"]));
        lines.join("\n")
    }

    /// Names and values, with the signature.
    pub(in crate::storage::tests) fn pairs(&self) -> Vec<(String, String)> {
        let signature = ("sig", self.signer.mac(&self.text()));
        let all = self.fields.iter().cloned().chain([signature]);
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The query.
    pub(in crate::storage::tests) fn query(&self) -> String {
        query(&self.pairs())
    }
}

/// A query of names and values.
pub(in crate::storage::tests) fn query(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
