//! From where and how a token may be used: addresses (`sip`) and protocols (`spr`).

use std::net::IpAddr;

/// The addresses that may use a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Addresses {
    first: IpAddr,
    last: IpAddr,
}

impl Addresses {
    /// Reads an address, or two of one family with a hyphen in between.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last): (IpAddr, IpAddr) = (first.parse().ok()?, last.parse().ok()?);
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Self { first, last })
    }

    /// Whether `address` is one of them. One that came in as IPv4 in IPv6 is the same as IPv4.
    pub(super) fn contain(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && (self.first..=self.last).contains(&address)
    }
}

/// Reads `spr`: whether the token demands TLS.
pub(super) fn demands_tls(text: &str) -> Option<bool> {
    match text {
        "https" => Some(true),
        "https,http" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_one_or_a_range() {
        for (text, inside, outside) in [
            ("168.1.5.65", "168.1.5.65", "168.1.5.66"),
            ("168.1.5.60-168.1.5.70", "168.1.5.70", "168.1.5.71"),
            ("168.1.5.60-168.1.5.70", "::ffff:168.1.5.60", "168.1.5.59"),
            ("::1", "::1", "127.0.0.1"),
            ("2001:db8::1-2001:db8::ff", "2001:db8::10", "2001:db8::100"),
        ] {
            let addresses = Addresses::parse(text).unwrap();
            assert!(addresses.contain(inside.parse().unwrap()), "{text} {inside}");
            assert!(!addresses.contain(outside.parse().unwrap()), "{text} {outside}");
        }
        for malformed in
            ["", "a", "1.2.3", "1.2.3.4-", "1.2.3.4-1.2.3.3", "1.2.3.4-::1", "1.2.3.0/24"]
        {
            assert_eq!(Addresses::parse(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn plain_http_is_never_alone() {
        assert_eq!(demands_tls("https"), Some(true));
        assert_eq!(demands_tls("https,http"), Some(false));
        for malformed in ["http", "HTTPS", "https,", "ftp"] {
            assert_eq!(demands_tls(malformed), None, "{malformed}");
        }
    }
}
