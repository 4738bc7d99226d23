//! Strings that azure-storage-blob 12.31.1 and azure-storage-file-datalake 12.26.1 signed, for the
//! parameters that they then wrote.

use super::*;

/// What a token in a query says, decoded; without its signature.
fn parameters(query: &str) -> Vec<(&'static str, String)> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs
        .map(|(name, value)| {
            let name = PARAMETERS.into_iter().find(|known| *known == name).unwrap();
            let value = percent_encoding::percent_decode_str(value).decode_utf8().unwrap();
            (name, value.into_owned())
        })
        .collect()
}

fn text(kind: SasKind, path: &str, query: &str) -> String {
    let parameters = parameters(query);
    let version = parameters.iter().find(|(name, _)| *name == "sv").unwrap();
    let resource = canonicalized_resource("lake", "fs", path);
    let all = StringToSign {
        kind,
        version: version.1.parse().unwrap(),
        parameters: &parameters,
        account: "lake",
        resource: &resource,
        required_headers: &[],
        required_query: &[],
    };
    assert!(parameters.iter().all(|(name, _)| is_signed(kind, all.version, name)));
    all.text()
}

#[test]
fn strings_of_an_account() {
    let text = text(
        SasKind::Account,
        "",
        "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlacft&sip=10.0.0.1-10.0.0.9\
         &spr=https&sv=2026-10-06&ss=b&srt=sco&ses=scope1",
    );
    assert_eq!(
        text,
        "lake\nrwdlacft\nb\nsco\n2030-01-01T00:00:00Z\n2030-01-05T00:00:00Z\n10.0.0.1-10.0.0.9\n\
         https\n2026-10-06\nscope1\n"
    );
}

#[test]
fn strings_of_a_service() {
    for (path, query, expected) in [
        (
            "",
            "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdlmeop&sip=10.0.0.5\
             &spr=https%2Chttp&sv=2026-10-06&sr=c&rscc=no-cache\
             &rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&rsct=text/plain",
            "racwdlmeop\n2030-01-01T00:00:00Z\n2030-01-05T00:00:00Z\n/blob/lake/fs\n\n10.0.0.5\n\
             https,http\n2026-10-06\nc\n\n\nno-cache\nattachment; filename=\"x y\"\ngzip\nde\n\
             text/plain",
        ),
        (
            "",
            "sv=2026-10-06&si=policy-1&sr=c",
            "\n\n\n/blob/lake/fs\npolicy-1\n\n\n2026-10-06\nc\n\n\n\n\n\n\n",
        ),
        (
            "/a/ü b",
            "se=2030-01-05T00%3A00%3A00Z&sp=rle&sv=2026-10-06&sr=d&sdd=2",
            "rle\n\n2030-01-05T00:00:00Z\n/blob/lake/fs/a/ü b\n\n\n\n2026-10-06\nd\n\n\n\n\n\n\n",
        ),
        (
            "/a/ü b/文件 1+2%.txt",
            "se=2030-01-05T00%3A00%3A00Z&sp=rw&sv=2026-10-06&sr=b",
            "rw\n\n2030-01-05T00:00:00Z\n/blob/lake/fs/a/ü b/文件 1+2%.txt\n\n\n\n2026-10-06\nb\n\
             \n\n\n\n\n\n",
        ),
    ] {
        assert_eq!(text(SasKind::Service, path, query), expected, "{query}");
    }
}

#[test]
fn strings_of_a_user() {
    const KEY: &str = "skoid=00000000-0000-4000-8000-0000000000a1\
                       &sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z\
                       &ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06";
    const KEY_LINES: &str = "00000000-0000-4000-8000-0000000000a1\n00000000-0000-4000-8000-0000000000b2\n\
         2030-01-01T00:00:00Z\n2030-01-07T00:00:00Z\nb\n2026-10-06";
    for (path, query, before, behind) in [
        (
            "/a/b",
            "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2026-10-06&sr=d&sdd=2\
             &saoid=00000000-0000-4000-8000-0000000000d4&scid=00000000-0000-4000-8000-0000000000e5",
            "rl\n2030-01-01T00:00:00Z\n2030-01-05T00:00:00Z\n/blob/lake/fs/a/b",
            "00000000-0000-4000-8000-0000000000d4\n\n00000000-0000-4000-8000-0000000000e5\n\n\n\n\n\
             2026-10-06\nd\n\n\n\n\n\n\n\n\n",
        ),
        (
            "/a/b.csv",
            "se=2030-01-05T00%3A00%3A00Z&sp=r&sip=10.0.0.5&spr=https&sv=2026-10-06&sr=b\
             &suoid=00000000-0000-4000-8000-0000000000d4",
            "r\n\n2030-01-05T00:00:00Z\n/blob/lake/fs/a/b.csv",
            "\n00000000-0000-4000-8000-0000000000d4\n\n\n\n10.0.0.5\nhttps\n2026-10-06\nb\n\n\n\n\n\n\n\n\n",
        ),
        (
            "",
            "se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2026-10-06\
             &sduoid=00000000-0000-4000-8000-0000000000f6&sr=c&ses=scope1",
            "rl\n\n2030-01-05T00:00:00Z\n/blob/lake/fs",
            "\n\n\n\n00000000-0000-4000-8000-0000000000f6\n\n\n2026-10-06\nc\n\nscope1\n\n\n\n\n\n\n",
        ),
    ] {
        let query = format!("{query}&{KEY}");
        let expected = format!("{before}\n{KEY_LINES}\n{behind}");
        assert_eq!(text(SasKind::UserDelegation, path, &query), expected, "{query}");
    }
}

#[test]
fn what_is_demanded_of_requests_is_signed_with_its_values() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let all = StringToSign {
        kind: SasKind::UserDelegation,
        version: SasVersion::REQUIRED_PARTS,
        parameters: &[],
        account: "lake",
        resource: "",
        required_headers: &[pair("x-ms-a", "1"), pair("x-ms-b", "2")],
        required_query: &[pair("comp", "meta data")],
    };
    assert!(all.text().ends_with("x-ms-a:1\nx-ms-b:2\n\n\ncomp:meta data\n\n\n\n\n"));
    let older = StringToSign { version: SasVersion::DELEGATED_USERS, ..all };
    assert!(!older.text().contains("x-ms-a"));
}

#[test]
fn no_version_signs_what_came_later() {
    use SasKind::{Account, Service, UserDelegation};
    for (name, since, kinds) in [
        ("sp", SasVersion::OLDEST, &[Account, Service, UserDelegation][..]),
        ("srt", SasVersion::OLDEST, &[Account]),
        ("si", SasVersion::OLDEST, &[Service]),
        ("skoid", SasVersion::OLDEST, &[UserDelegation]),
        ("sdd", SasVersion::DIRECTORIES, &[Service, UserDelegation]),
        ("saoid", SasVersion::DIRECTORIES, &[UserDelegation]),
        ("ses", SasVersion::ENCRYPTION_SCOPES, &[Account, Service, UserDelegation]),
        ("sduoid", SasVersion::DELEGATED_USERS, &[UserDelegation]),
        ("srh", SasVersion::REQUIRED_PARTS, &[UserDelegation]),
        ("srq", SasVersion::REQUIRED_PARTS, &[UserDelegation]),
    ] {
        for version in [
            SasVersion::OLDEST,
            SasVersion::DIRECTORIES,
            SasVersion::ENCRYPTION_SCOPES,
            SasVersion::DELEGATED_USERS,
            SasVersion::REQUIRED_PARTS,
        ] {
            for kind in [Account, Service, UserDelegation] {
                let expected = version >= since && kinds.contains(&kind);
                assert_eq!(is_signed(kind, version, name), expected, "{name} {version} {kind:?}");
            }
        }
    }
}
