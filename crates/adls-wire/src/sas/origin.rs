//! From where and how a signature may be used: addresses (`sip`) and protocols (`spr`).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::ParseSasError;

/// The addresses that may use a signature, `sip`: those from the first to the last, of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SasIpRange {
    first: IpAddr,
    last: IpAddr,
}

/// The protocols that a signature may be used over, `spr`. Plain http is never alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SasProtocol {
    /// Only https.
    Https,
    /// Plain http too, as emulators need it.
    HttpsAndHttp,
}

impl SasIpRange {
    /// The addresses from `first` to `last`; `None` when they are of two families or in the wrong order.
    #[must_use]
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Self { first, last })
    }

    /// The lowest address.
    #[must_use]
    pub fn first(self) -> IpAddr {
        self.first
    }

    /// The highest address.
    #[must_use]
    pub fn last(self) -> IpAddr {
        self.last
    }
}

impl From<IpAddr> for SasIpRange {
    fn from(address: IpAddr) -> Self {
        Self { first: address, last: address }
    }
}

impl fmt::Display for SasIpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        match self.first == self.last {
            true => Ok(()),
            false => write!(f, "-{}", self.last),
        }
    }
}

impl FromStr for SasIpRange {
    type Err = ParseSasError;

    /// Reads an address, or two with a hyphen in between.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let range = first.parse().ok().zip(last.parse().ok());
        range.and_then(|(first, last)| Self::new(first, last)).ok_or_else(|| {
            let form = "an address or two of one family as in 10.0.0.1-10.0.0.9";
            ParseSasError::new(text, "range of addresses", form)
        })
    }
}

impl fmt::Display for SasProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Https => "https",
            Self::HttpsAndHttp => "https,http",
        })
    }
}

impl FromStr for SasProtocol {
    type Err = ParseSasError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "https" => Ok(Self::Https),
            "https,http" => Ok(Self::HttpsAndHttp),
            _ => Err(ParseSasError::new(text, "protocol", "https or https,http")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_one_or_a_range() {
        for text in ["168.1.5.65", "168.1.5.60-168.1.5.70", "::1", "2001:db8::1-2001:db8::ff"] {
            assert_eq!(text.parse::<SasIpRange>().unwrap().to_string(), text);
        }
        for malformed in
            ["", "a", "1.2.3", "1.2.3.4-", "1.2.3.4-1.2.3.3", "1.2.3.4-::1", "1.2.3.0/24"]
        {
            assert!(malformed.parse::<SasIpRange>().is_err(), "{malformed}");
        }
    }

    #[test]
    fn plain_http_is_never_alone() {
        for protocol in [SasProtocol::Https, SasProtocol::HttpsAndHttp] {
            assert_eq!(protocol.to_string().parse(), Ok(protocol));
        }
        for malformed in ["http", "HTTPS", "https,", "http,https", "ftp"] {
            assert!(malformed.parse::<SasProtocol>().is_err(), "{malformed}");
        }
    }
}
