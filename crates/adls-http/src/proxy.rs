//! Which proxy leads where, as environment variables say.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use url::Url;

use crate::environment::Variables;
use crate::{Error, Result, SafeUrl, text};

/// How much of an entry of `NO_PROXY` an error shows, in characters.
const SHOWN_ENTRY: usize = 80;

/// The proxies for each scheme, and which hosts are reached without.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    bypass: Vec<NoProxyRule>,
}

/// A proxy. Its `Debug` does not show the password that its URL may hold.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) url: Url,
    /// Host and port, and the variable that names it.
    pub(crate) name: Arc<str>,
}

/// A host, or hosts, that are reached without a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NoProxyRule {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    All,
    /// A name and all below it.
    Domain(String),
    /// An address and how many of its bits count.
    Network(IpAddr, u32),
}

impl Proxies {
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in upper or lower case.
    ///
    /// # Errors
    /// When one of them cannot be used. To go on as if it were not there would mean to connect past
    /// the proxy.
    pub(crate) fn from_variables(variable: Variables<'_>) -> Result<Self> {
        let proxy = |names: &[&'static str]| -> Result<Option<Proxy>> {
            let first = names.iter().find_map(|name| Some((*name, variable(name)?)));
            match first.filter(|(_, value)| !value.is_empty()) {
                Some((name, value)) => Proxy::parse(name, value).map(Some),
                None => Ok(None),
            }
        };
        // A web server hands a request's header `Proxy` to a CGI program in HTTP_PROXY.
        let http = match variable("REQUEST_METHOD") {
            Some(_) => None,
            None => proxy(&["HTTP_PROXY", "http_proxy"])?,
        };
        let https = proxy(&["HTTPS_PROXY", "https_proxy"])?;
        let (http, https) = match (http, https) {
            (Some(http), Some(https)) => (Some(http), Some(https)),
            (http, https) => {
                let all = proxy(&["ALL_PROXY", "all_proxy"])?;
                (http.or_else(|| all.clone()), https.or(all))
            }
        };
        if http.is_none() && https.is_none() {
            return Ok(Self::default());
        }
        let exceptions = ["NO_PROXY", "no_proxy"];
        let first = exceptions.iter().find_map(|name| Some((*name, variable(name)?)));
        let bypass = match first {
            Some((name, value)) => parse_no_proxy(name, value)?,
            None => Vec::new(),
        };
        Ok(Self { http, https, bypass })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.http.is_none() && self.https.is_none()
    }

    pub(crate) fn http(&self) -> Option<&Proxy> {
        self.http.as_ref()
    }

    pub(crate) fn https(&self) -> Option<&Proxy> {
        self.https.as_ref()
    }

    /// The proxy by which `url` is reached. This machine and its own network are reached without one:
    /// what is plain http here would be plain http on the way there.
    pub(crate) fn for_url(&self, url: &SafeUrl) -> Option<&Proxy> {
        let proxy = if url.is_https() { self.https.as_ref() } else { self.http.as_ref() };
        let proxy = proxy?;
        let without = url.is_loopback()
            || url.is_link_local()
            || self.bypass.iter().any(|bypass| bypass.covers(url));
        (!without).then_some(proxy)
    }
}

impl Proxy {
    fn parse(name: &'static str, value: OsString) -> Result<Self> {
        // Nothing of the value is shown: there may be a password in any part of it.
        let unusable = |reason: &str| {
            Error::invalid_input(format!(
                "{name} is not the URL of a proxy: {reason}; write it as \
                 http://user:password@host:port with user and password percent-encoded, or unset it"
            ))
        };
        let value = value.into_string().map_err(|_| unusable("it is not text"))?;
        let value = value.trim();
        if value.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(unusable("it holds blanks or line breaks"));
        }
        let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
        if scheme.to_ascii_lowercase().starts_with("socks") {
            return Err(unusable("SOCKS is not supported, only proxies for HTTP are"));
        }
        if !matches!(&*scheme.to_ascii_lowercase(), "http" | "https") {
            return Err(unusable("its scheme is neither http nor https"));
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '\\', '?', '#']) || authority.matches('@').count() > 1 {
            return Err(unusable("it has a character that must be percent-encoded"));
        }
        let url = Url::parse(&format!("{scheme}://{authority}/"))
            .map_err(|error| unusable(&error.to_string()))?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| unusable("it names no host"))?;
        let shown = match url.port() {
            Some(port) => format!("{host}:{port} ({name})"),
            None => format!("{host} ({name})"),
        };
        Ok(Self { name: shown.into(), url })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.name)
    }
}

fn parse_no_proxy(name: &str, value: OsString) -> Result<Vec<NoProxyRule>> {
    let unusable = |what: &str| {
        Error::invalid_input(format!(
            "{name} holds {what}, which is neither a host, a domain such as .corp.test, an address, \
             a network such as 10.0.0.0/8, nor *; correct it or leave it out"
        ))
    };
    let value = value.into_string().map_err(|_| unusable("something that is not text"))?;
    let entries = value.split(|c: char| c == ',' || c.is_whitespace());
    let entries = entries.filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            NoProxyRule::parse(entry)
                .ok_or_else(|| unusable(&format!("{:?}", text::shorten(entry, SHOWN_ENTRY))))
        })
        .collect()
}

impl NoProxyRule {
    fn parse(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self { hosts: Hosts::All, port: None });
        }
        if let Some(hosts) = network(entry) {
            return Some(Self { hosts, port: None });
        }
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        if let Some(hosts) = network(host) {
            return Some(Self { hosts, port });
        }
        let name = host.strip_prefix('*').unwrap_or(host);
        let name = name.strip_prefix('.').unwrap_or(name);
        let name = name.strip_suffix('.').unwrap_or(name);
        // In the form that URLs have: lower case, and only ASCII.
        let Ok(url::Host::Domain(name)) = url::Host::parse(name) else { return None };
        let usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        name.chars().all(usual).then_some(Self { hosts: Hosts::Domain(name), port })
    }

    fn covers(&self, url: &SafeUrl) -> bool {
        if self.port.is_some() && self.port != url.as_url().port_or_known_default() {
            return false;
        }
        match (&self.hosts, url.as_url().host()) {
            (Hosts::All, _) => true,
            (Hosts::Domain(name), Some(url::Host::Domain(host))) => {
                let host = host.strip_suffix('.').unwrap_or(host);
                let above = host.strip_suffix(name.as_str());
                above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
            (Hosts::Network(net, bits), Some(url::Host::Ipv4(host))) => {
                is_within(host.into(), *net, *bits)
            }
            (Hosts::Network(net, bits), Some(url::Host::Ipv6(host))) => {
                is_within(host.into(), *net, *bits)
            }
            _ => false,
        }
    }
}

/// An address, alone or with the number of its bits that count; version 6 with brackets or without.
fn network(text: &str) -> Option<Hosts> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address: IpAddr = bare.unwrap_or(address).parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(all);
    (bits <= all).then_some(Hosts::Network(address, bits))
}

fn is_within(address: IpAddr, net: IpAddr, bits: u32) -> bool {
    match (address, net) {
        (IpAddr::V4(address), IpAddr::V4(net)) => {
            let other = address.to_bits() ^ net.to_bits();
            other.checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(net)) => {
            let other = address.to_bits() ^ net.to_bits();
            other.checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(pairs: &[(&str, &str)]) -> Result<Proxies> {
        let lookup =
            |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        Proxies::from_variables(&lookup)
    }

    fn way(proxies: &Proxies, url: &str) -> Option<String> {
        proxies.for_url(&url.parse().unwrap()).map(|proxy| proxy.name.to_string())
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for value in [
            r"http://corp\user:s3cret@127.0.0.1:3128",
            "http://user:s3@cret@127.0.0.1:3128",
            "http://user:s3/cret@127.0.0.1:3128",
            "http://user:s3#cret@127.0.0.1:3128",
            "http://user:s3?cret@127.0.0.1:3128",
            "http://user:s3cret@127.0.0.1:99999",
            "http://user:s3cret@",
            "socks5://user:s3cret@127.0.0.1:1080",
            "ftp://user:s3cret@127.0.0.1:21",
            "not a url s3cret",
            "http://user:s3\ncret@127.0.0.1:1",
            "http://",
        ] {
            for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "all_proxy"] {
                let error = proxies(&[(name, value)]).unwrap_err().to_string();
                assert!(error.contains(name), "{error}");
                assert!(error.contains("percent-encoded"), "{error}");
                assert!(!error.contains("s3") && !error.contains("corp"), "{error}");
            }
        }
        for value in [
            "http://host",
            "10.0.0.0/33",
            "a b, */c",
            "10.0.*",
            "host:port",
            "user@host",
            "a;b",
            "<local>",
        ] {
            let both = [("HTTPS_PROXY", "p.test"), ("NO_PROXY", value)];
            let error = proxies(&both).unwrap_err().to_string();
            assert!(error.starts_with("NO_PROXY holds "), "{error}");
        }
        // Nobody asks what does not lead past a proxy.
        assert!(proxies(&[("NO_PROXY", "10.0.*")]).is_ok());
        let complete = [("HTTPS_PROXY", "a"), ("HTTP_PROXY", "b"), ("ALL_PROXY", "socks5://c")];
        assert!(proxies(&complete).is_ok());
    }

    #[test]
    fn each_scheme_has_its_proxy() {
        let both = proxies(&[
            ("HTTPS_PROXY", "http://u:p%40@one.test:3128/ \n"),
            ("https_proxy", "two.test"),
            ("ALL_PROXY", "three.test:80"),
        ])
        .unwrap();
        assert_eq!(way(&both, "https://far.test/").as_deref(), Some("one.test:3128 (HTTPS_PROXY)"));
        assert_eq!(way(&both, "http://far.test/").as_deref(), Some("three.test (ALL_PROXY)"));
        assert!(!format!("{both:?}").contains("p%40"));
        let none = proxies(&[("HTTPS_PROXY", ""), ("https_proxy", "two.test")]).unwrap();
        assert_eq!(way(&none, "https://far.test/"), None);
        let cgi = proxies(&[("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "evil.test")]).unwrap();
        assert!(cgi.is_empty());
    }

    #[test]
    fn some_hosts_are_reached_without() {
        let list = "bücher.test *.corp.test, .dept.test plain.test,10.0.0.0/8,[fd00::]/8,192.0.2.7,a.test:8443";
        let all = proxies(&[("ALL_PROXY", "p.test:1"), ("no_proxy", list)]).unwrap();
        for near in [
            "https://corp.test/",
            "https://a.b.CORP.test./",
            "https://x.dept.test/",
            "https://bücher.test/",
            "http://plain.test/",
            "https://sub.plain.test/",
            "http://10.1.2.3/",
            "https://[fd12::1]/",
            "http://192.0.2.7:99/",
            "https://a.test:8443/",
            "http://127.0.0.1:1/",
            "https://x.adls.localhost/",
            "http://169.254.169.254/metadata",
        ] {
            assert_eq!(way(&all, near), None, "{near}");
        }
        for far in [
            "https://notcorp.test/",
            "https://corp.test.evil.test/",
            "http://11.0.0.1/",
            "https://[fe00::1]/",
            "https://192.0.2.8/",
            "https://a.test/",
        ] {
            assert!(way(&all, far).is_some(), "{far}");
        }
        let everything = proxies(&[("ALL_PROXY", "p.test"), ("NO_PROXY", "*")]).unwrap();
        assert_eq!(way(&everything, "https://far.test/"), None);
    }
}
