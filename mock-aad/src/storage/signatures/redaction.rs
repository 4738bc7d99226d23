//! What a string to sign must not show when it is told to a caller or lands in a log: signatures
//! within URLs, and the keys that customers send along.

/// What stands in place of a secret.
const REDACTED: &str = "REDACTED";

/// Headers whose whole value is a secret.
const SECRET_HEADERS: [&str; 4] = [
    "authorization",
    "x-ms-copy-source-authorization",
    "x-ms-encryption-key",
    "x-ms-source-encryption-key",
];

/// The value of a header as it may be shown.
pub(super) fn header(name: &str, value: &str) -> String {
    if SECRET_HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
        return REDACTED.to_owned();
    }
    value.split_inclusive(['?', '&', ',', ' ']).map(without_signature).collect()
}

/// The value of a query parameter as it may be shown.
pub(super) fn parameter(name: &str, value: &str) -> String {
    if name.eq_ignore_ascii_case("sig") { REDACTED.to_owned() } else { value.to_owned() }
}

/// One part of a URL, with its separator if it has one behind it.
fn without_signature(part: &str) -> String {
    match part.get(..4) {
        Some(name) if name.eq_ignore_ascii_case("sig=") => {
            let separator = part.find(['?', '&', ',', ' ']).map_or("", |at| &part[at..]);
            format!("{name}{REDACTED}{separator}")
        }
        _ => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_in_urls_are_not_shown() {
        for (value, shown) in [
            ("/fs/a?sv=2021-12-02&sig=abc%3D&sp=r", "/fs/a?sv=2021-12-02&sig=REDACTED&sp=r"),
            ("/fs/a?SIG=abc%3D", "/fs/a?SIG=REDACTED"),
            ("sig=abc", "sig=REDACTED"),
            ("/fs/design=1", "/fs/design=1"),
        ] {
            assert_eq!(header("x-ms-rename-source", value), shown);
        }
    }

    #[test]
    fn keys_of_customers_are_not_shown() {
        assert_eq!(header("X-Ms-Encryption-Key", "c2VjcmV0"), "REDACTED");
        assert_eq!(header("x-ms-encryption-key-sha256", "aGFzaA=="), "aGFzaA==");
        assert_eq!(parameter("sig", "c2VjcmV0"), "REDACTED");
        assert_eq!(parameter("prefix", "sig"), "sig");
    }
}
