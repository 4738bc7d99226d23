//! Whether a token may be used from where a request comes.

use std::net::IpAddr;

use adls_wire::sas::SasIpRange;

/// Whether `address` is one of those of `sip`. One that came in as IPv4 in IPv6 is the same as IPv4.
pub(super) fn contains(range: SasIpRange, address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_ipv4() == range.first().is_ipv4()
        && (range.first()..=range.last()).contains(&address)
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
            let range = text.parse().unwrap();
            assert!(contains(range, inside.parse().unwrap()), "{text} {inside}");
            assert!(!contains(range, outside.parse().unwrap()), "{text} {outside}");
        }
    }
}
