//! The string to sign of a request.

use std::collections::BTreeMap;

use super::Scheme;
use super::collation::culture_key;

/// Standard headers that `SharedKey` signs, between the method and the `x-ms-` headers.
const SHARED_KEY: [&str; 11] = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// Standard headers that `SharedKeyLite` signs.
const SHARED_KEY_LITE: [&str; 3] = ["content-md5", "content-type", "date"];

/// How the `x-ms-` headers are sorted. Both are in use: the service and the newest SDKs sort as a culture
/// does, others by bytes. They differ only for unusual names of metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeaderOrder {
    /// Hyphens and apostrophes count only where names are otherwise the same.
    Culture,
    /// By their bytes.
    Bytes,
}

/// What becomes of blanks within the value of an `x-ms-` header: the service's description folds them to
/// one, the SDKs sign them as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whitespace {
    /// Several become one.
    Folded,
    /// They stay.
    Kept,
}

/// What of a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// The method on the request line, whatever `X-HTTP-Method-Override` says.
    pub method: &'a str,
    /// The path as it is sent, still encoded. In path style it begins with the account, which is thus
    /// twice in the text.
    pub path: &'a str,
    /// The query, decoded, in the order in which it is sent.
    pub query: &'a [(String, String)],
    /// Names in lower case and values of all headers, the empty ones included. Values of one name are in
    /// the order in which they are sent.
    pub headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> SignedRequest<'a> {
    /// The bytes that a key of `account` signs.
    #[must_use]
    pub fn string_to_sign(
        self,
        account: &str,
        scheme: Scheme,
        order: HeaderOrder,
        whitespace: Whitespace,
    ) -> Vec<u8> {
        let mut text = format!("{}\n", self.method).into_bytes();
        self.push_standard_headers(&mut text, scheme);
        self.push_canonicalized_headers(&mut text, order, whitespace);
        self.push_canonicalized_resource(&mut text, account, scheme);
        text
    }

    fn first(self, name: &str) -> Option<&'a [u8]> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn push_standard_headers(self, text: &mut Vec<u8>, scheme: Scheme) {
        let names = match scheme {
            Scheme::SharedKey => SHARED_KEY.as_slice(),
            Scheme::SharedKeyLite => SHARED_KEY_LITE.as_slice(),
        };
        for name in names {
            let value = self.first(name).unwrap_or_default();
            let counts = match *name {
                "content-length" => value != b"0",
                "date" => self.first(super::DATE).is_none(),
                _ => true,
            };
            if counts {
                text.extend_from_slice(value);
            }
            text.push(b'\n');
        }
    }

    /// The `x-ms-` headers; values of a header that is sent several times are one list.
    fn push_canonicalized_headers(
        self,
        text: &mut Vec<u8>,
        order: HeaderOrder,
        whitespace: Whitespace,
    ) {
        let own = self.headers.iter().filter(|(name, _)| name.starts_with("x-ms-"));
        let mut own: Vec<_> = own.collect();
        // Both sorts are stable, so that values of one name stay in their order.
        match order {
            HeaderOrder::Culture => own.sort_by_cached_key(|(name, _)| culture_key(name)),
            HeaderOrder::Bytes => own.sort_by_key(|(name, _)| *name),
        }
        for of_one_name in own.chunk_by(|(one, _), (other, _)| one == other) {
            let values =
                of_one_name.iter().map(|(_, value)| written(value.trim_ascii(), whitespace));
            let values: Vec<Vec<u8>> = values.collect();
            text.extend_from_slice(of_one_name[0].0.as_bytes());
            text.push(b':');
            text.extend_from_slice(&values.join(&b","[..]));
            text.push(b'\n');
        }
    }

    /// The path behind the name of the account, and the query, by name.
    fn push_canonicalized_resource(self, text: &mut Vec<u8>, account: &str, scheme: Scheme) {
        text.extend_from_slice(format!("/{account}{}", self.path).as_bytes());
        if scheme == Scheme::SharedKeyLite {
            if let Some((_, comp)) = self.query.iter().find(|(name, _)| name == "comp") {
                text.extend_from_slice(format!("?comp={comp}").as_bytes());
            }
            return;
        }
        let mut values = BTreeMap::<String, Vec<&str>>::new();
        for (name, value) in self.query {
            values.entry(name.to_lowercase()).or_default().push(value);
        }
        for (name, mut values) in values {
            values.sort_unstable();
            text.extend_from_slice(format!("\n{name}:{}", values.join(",")).as_bytes());
        }
    }
}

fn written(value: &[u8], whitespace: Whitespace) -> Vec<u8> {
    match whitespace {
        Whitespace::Kept => value.to_vec(),
        Whitespace::Folded => {
            let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(&b" "[..])
        }
    }
}
