//! The order of header names in a string to sign.
//!
//! The service sorts names as a culture does, not by bytes: hyphens and apostrophes count only
//! where names are otherwise the same. The newest SDKs do likewise, others sort by bytes, and the
//! two differ only for unusual names of metadata.

/// The characters of header names that count at first sight, in their order. Capital letters do
/// not occur: names are compared in lower case.
const ORDER: &[u8] = b"!#$%&*.^_`|~+0123456789abcdefghijklmnopqrstuvwxyz";

/// What `name` is sorted by: first what counts at first sight, then where the rest stands.
pub(super) fn culture_key(name: &str) -> (Vec<usize>, Vec<u8>) {
    let first = name.bytes().filter_map(|byte| ORDER.iter().position(|other| *other == byte));
    let rest = name.bytes().map(|byte| match byte {
        b'\'' => 1,
        b'-' => 2,
        _ => 0,
    });
    (first.collect(), rest.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order in which azure-storage-blob 12.31.1 signs these.
    const BY_THE_SDK: [&str; 24] = [
        "x-ms-blob-type",
        "x-ms-date",
        "x-ms-lease-id",
        "x-ms-meta-!a",
        "x-ms-meta-_a",
        "x-ms-meta-`a",
        "x-ms-meta-|a",
        "x-ms-meta-~a",
        "x-ms-meta-+a",
        "x-ms-meta-1a",
        "x-ms-metafoo",
        "x-ms-meta-foo",
        "x-ms-meta-foo-",
        "x-ms-meta-foo.bar",
        "x-ms-meta-foo_bar",
        "x-ms-meta-foo1",
        "x-ms-meta-fooa",
        "x-ms-meta-foobar",
        "x-ms-meta-foo-bar",
        "x-ms-meta-foo--bar",
        "x-ms-meta-fo'obar",
        "x-ms-meta-f-oobar",
        "x-ms-meta-z^a",
        "x-ms-version",
    ];

    #[test]
    fn names_sort_as_the_newest_sdks_have_them() {
        let mut names = BY_THE_SDK;
        names.sort_unstable();
        assert_ne!(names, BY_THE_SDK);
        names.sort_by_key(|name| culture_key(name));
        assert_eq!(names, BY_THE_SDK);
    }
}
