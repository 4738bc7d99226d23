//! Who may use `/_mock`: callers on this machine, and those who send the control token.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::call::{Call, Response, refusal};
use crate::front::hosts::AnsweredHosts;

/// What callers of `/_mock` on other machines send.
#[derive(Clone, PartialEq, Eq)]
pub struct ControlToken(String);

impl fmt::Debug for ControlToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ControlToken")
    }
}

impl FromStr for ControlToken {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let token = |byte: u8| byte.is_ascii_graphic();
        match !text.is_empty() && text.bytes().all(token) {
            true => Ok(Self(text.to_owned())),
            false => Err("a token is one or more printable ASCII characters without blanks"),
        }
    }
}

impl ControlToken {
    /// The token itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether the headers hold it: as a bearer token, or as a browser sends it that was asked, as the
    /// password of anybody.
    fn is_in(&self, headers: &HeaderMap) -> bool {
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some((scheme, value)) = sent.and_then(|sent| sent.split_once(' ')) else {
            return false;
        };
        let value = value.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return self.equals(value.as_bytes());
        }
        let decoded = STANDARD.decode(value).unwrap_or_default();
        let password = decoded.splitn(2, |byte| *byte == b':').nth(1);
        scheme.eq_ignore_ascii_case("basic") && password.is_some_and(|sent| self.equals(sent))
    }

    fn equals(&self, sent: &[u8]) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), sent).is_ok()
    }
}

/// What decides who may use `/_mock`.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    pub(crate) token: Option<ControlToken>,
    pub(crate) hosts: AnsweredHosts,
}

impl Guard {
    /// The answer to a caller at `peer`, who names `host`, if it may not use `/_mock`.
    pub(crate) fn refuse(&self, peer: IpAddr, host: &str, headers: &HeaderMap) -> Option<Response> {
        if self.token.as_ref().is_some_and(|token| token.is_in(headers)) {
            return None;
        }
        if !is_loopback(peer) {
            return Some(self.not_local());
        }
        if !self.is_known_to_be_here(host) {
            return Some(not_here(host));
        }
        None
    }

    /// Whether a host is one that no other site can own. A page of a site that lets its own name lead to
    /// this machine (DNS rebinding) would otherwise be taken for a page of the emulator.
    fn is_known_to_be_here(&self, host: &str) -> bool {
        host.parse::<IpAddr>().is_ok() || self.hosts.contain(host)
    }

    fn not_local(&self) -> Response {
        if self.token.is_none() {
            let message = "/_mock answers only requests from the machine that the emulator runs on; \
                           with --control-token also those that send that token";
            return refusal(StatusCode::FORBIDDEN, "Forbidden", message);
        }
        let message = "send the control token as `Authorization: Bearer ...`, or as the password of \
                       any user name";
        let mut response = refusal(StatusCode::UNAUTHORIZED, "Unauthorized", message);
        let challenge = HeaderValue::from_static(r#"Basic realm="mock-aad", charset="UTF-8""#);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        response
    }
}

fn not_here(host: &str) -> Response {
    let message = format!(
        "/_mock answers at localhost, at IP addresses and at the hosts that the emulator stands for, \
         and {host} is none of them"
    );
    refusal(StatusCode::FORBIDDEN, "Forbidden", &message)
}

/// A page of another site must not steer the emulator through the browser of whoever runs it. Browsers
/// tell where a page is from in one of two headers, or in both.
pub(super) fn from_elsewhere(call: &Call) -> Option<Response> {
    let refuse = |from: &str| {
        let message = format!("/_mock does not answer pages of {from}");
        Some(refusal(StatusCode::FORBIDDEN, "Forbidden", &message))
    };
    if let Some(origin) = call.header(header::ORIGIN.as_str())
        && !origin.eq_ignore_ascii_case(&call.origin)
    {
        return refuse(origin);
    }
    let changes = ![Method::GET, Method::HEAD].contains(&call.method);
    match call.header("sec-fetch-site") {
        Some("cross-site" | "same-site") if changes => refuse("other sites"),
        _ => None,
    }
}

/// Whether an address is on this machine, also when it is an IPv4 address in IPv6 clothes.
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn status(guard: &Guard, peer: IpAddr, host: &str, authorization: &str) -> u16 {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        guard.refuse(peer, host, &headers).map_or(200, |refusal| refusal.status().as_u16())
    }

    #[test]
    fn other_machines_need_the_token() {
        let closed = Guard::default();
        let open = Guard { token: Some("s3cret".parse().unwrap()), ..Guard::default() };
        for (guard, peer, authorization, expected) in [
            (&closed, HERE, "", 200),
            (&closed, ELSEWHERE, "", 403),
            (&closed, ELSEWHERE, "Bearer s3cret", 403),
            (&open, HERE, "", 200),
            (&open, ELSEWHERE, "", 401),
            (&open, ELSEWHERE, "Bearer other", 401),
            (&open, ELSEWHERE, "s3cret", 401),
            (&open, ELSEWHERE, "Basic czNjcmV0", 401),
            (&open, ELSEWHERE, "bearer s3cret", 200),
            // any:s3cret
            (&open, ELSEWHERE, "Basic YW55OnMzY3JldA==", 200),
        ] {
            assert_eq!(
                status(guard, peer, "localhost", authorization),
                expected,
                "{authorization}"
            );
        }
    }

    #[test]
    fn a_host_that_others_may_own_is_refused() {
        let public = AnsweredHosts::new(Some("emulator".to_owned()));
        let guard = Guard { token: Some("t".parse().unwrap()), hosts: public };
        assert_eq!(status(&guard, HERE, "evil.example", ""), 403);
        assert_eq!(status(&guard, HERE, "emulator", ""), 200);
        assert_eq!(status(&guard, HERE, "evil.example", "Bearer t"), 200);
    }

    #[test]
    fn a_token_is_not_shown_and_can_be_sent() {
        assert_eq!(format!("{:?}", "abc".parse::<ControlToken>().unwrap()), "ControlToken");
        for text in ["", "a b", "grün"] {
            assert!(text.parse::<ControlToken>().is_err(), "{text}");
        }
    }
}
