//! Tags of blobs.

use super::*;

const PATH: &str = "/mockfs/d/f";
const LEASE: &str = "ca761232-ed42-11ce-bacd-00aa0057b223";

/// An emulator with a file, and somebody who has the key of the account.
struct Tagged(Emulator);

impl Tagged {
    async fn new() -> Self {
        let tagged = Self(Emulator::new());
        assert_eq!(tagged.create().await.status, 201);
        tagged
    }

    async fn create(&self) -> Answer {
        self.0.signed(Protocol::Dfs, "PUT", &format!("{PATH}?resource=file"), &[]).await
    }

    async fn send(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let unsigned = Unsigned { method, uri, headers, body: body.as_bytes() };
        self.0.signed_with("mockgen2", Protocol::Blob, unsigned).await
    }

    async fn set(&self, tags: &str, headers: &[(&str, &str)]) -> Answer {
        let body = format!("<?xml version=\"1.0\"?><Tags><TagSet>{tags}</TagSet></Tags>");
        self.send("PUT", &format!("{PATH}?comp=tags"), headers, &body).await
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", &format!("{path}?comp=tags"), headers, "").await
    }
}

fn tag(name: &str, value: &str) -> String {
    format!("<Tag><Key>{name}</Key><Value>{value}</Value></Tag>")
}

fn outcome(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn tags_replace_those_before_and_change_nothing_else() {
    let tagged = Tagged::new().await;
    let before = tagged.send("HEAD", PATH, &[], "").await;
    assert_eq!(before.header("x-ms-tag-count"), None);
    tagged.0.advance(5);
    let set = tagged.set(&(tag("z", "1") + &tag("a b", "")), &[]).await;
    assert_eq!(set.status, 204, "{}", set.text());
    assert_eq!(tagged.set(&(tag("c", "2") + &tag("b", " x ")), &[]).await.status, 204);
    let told = tagged.get(PATH, &[]).await;
    assert_eq!(told.header("content-type"), Some("application/xml"));
    let expected = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Tags><TagSet>{}{}</TagSet></Tags>",
        tag("b", " x "),
        tag("c", "2")
    );
    assert_eq!(told.text(), expected);
    let after = tagged.send("HEAD", PATH, &[], "").await;
    assert_eq!(after.header("x-ms-tag-count"), Some("2"));
    for name in ["etag", "last-modified"] {
        assert_eq!(after.header(name), before.header(name));
    }
    assert_eq!(tagged.set("", &[]).await.status, 204);
    assert!(tagged.get(PATH, &[]).await.text().contains("<TagSet"));
    assert_eq!(tagged.send("HEAD", PATH, &[], "").await.header("x-ms-tag-count"), None);
}

#[tokio::test]
async fn older_versions_have_no_tags() {
    let tagged = Tagged::new().await;
    let refused = (409, "FeatureNotYetSupportedForHierarchicalNamespaceAccounts");
    let version = |version| [("x-ms-version", version)];
    let old = version("2020-12-06");
    assert_eq!(outcome(&tagged.set(&tag("a", "1"), &old).await), refused);
    assert_eq!(outcome(&tagged.get(PATH, &old).await), refused);
    let made = [old[0], ("x-ms-blob-type", "BlockBlob"), ("x-ms-tags", "a=1")];
    assert_eq!(outcome(&tagged.send("PUT", "/mockfs/new", &made, "").await), refused);
    assert_eq!(tagged.send("HEAD", "/mockfs/new", &[], "").await.status, 404);
    assert_eq!(tagged.set(&tag("a", "1"), &version("2021-02-12")).await.status, 204);
}

#[tokio::test]
async fn tags_go_along_with_a_file_and_end_with_it() {
    let tagged = Tagged::new().await;
    tagged.set(&tag("a", "1"), &[]).await;
    let source = [("x-ms-rename-source", PATH)];
    assert_eq!(tagged.0.signed(Protocol::Dfs, "PUT", "/mockfs/g", &source).await.status, 201);
    assert!(tagged.get("/mockfs/g", &[]).await.text().contains(&tag("a", "1")));
    let list = "/mockfs?restype=container&comp=list&include=tags,metadata";
    let listed = tagged.send("GET", list, &[], "").await;
    assert_eq!(listed.text().matches("<Tags>").count(), 1, "{}", listed.text());
    tagged.0.signed(Protocol::Dfs, "PUT", "/mockfs/g?resource=file", &[]).await;
    assert!(!tagged.get("/mockfs/g", &[]).await.text().contains("Key"));
}

#[tokio::test]
async fn a_blob_can_be_made_with_tags() {
    let tagged = Tagged::new().await;
    let headers = [("x-ms-blob-type", "BlockBlob"), ("x-ms-tags", "a=1&b%20c=x%2By")];
    assert_eq!(tagged.send("PUT", "/mockfs/b", &headers, "abc").await.status, 201);
    let told = tagged.get("/mockfs/b", &[]).await;
    assert!(told.text().contains(&(tag("a", "1") + &tag("b c", "x+y"))), "{}", told.text());
}

#[tokio::test]
async fn conditions_of_tags_have_names_of_their_own() {
    let tagged = Tagged::new().await;
    let made = tagged.send("HEAD", PATH, &[], "").await;
    let (etag, date) = (made.header("etag").unwrap(), made.header("last-modified").unwrap());
    for (name, value, holds) in [
        ("x-ms-blob-if-match", etag, true),
        ("x-ms-blob-if-match", "\"0x8D\"", false),
        ("x-ms-blob-if-none-match", etag, false),
        ("x-ms-blob-if-modified-since", date, false),
        ("x-ms-blob-if-unmodified-since", date, true),
        ("if-match", etag, true),
        ("if-none-match", etag, false),
    ] {
        let set = tagged.set(&tag("a", "1"), &[(name, value)]).await;
        let got = tagged.get(PATH, &[(name, value)]).await;
        if holds {
            assert_eq!((set.status.as_u16(), got.status.as_u16()), (204, 200), "{name}");
        } else {
            assert_eq!(outcome(&set), (412, "ConditionNotMet"), "{name}");
            assert_eq!(outcome(&got), (412, "ConditionNotMet"), "{name}");
        }
    }
    let both = [("if-none-match", etag), ("x-ms-blob-if-match", etag)];
    assert_eq!(tagged.get(PATH, &both).await.status, 200);
}

#[tokio::test]
async fn what_depends_on_tags_is_done_where_they_hold() {
    let tagged = Tagged::new().await;
    tagged.set(&tag("a", "1"), &[]).await;
    let (fails, holds) = ([("x-ms-if-tags", "\"a\" = '2'")], [("x-ms-if-tags", "a > '0'")]);
    let block = ("x-ms-blob-type", "BlockBlob");
    let source = "https://mockgen2.blob.core.windows.net/mockfs/d/f";
    for refused in [
        tagged.get(PATH, &fails).await,
        tagged.set(&tag("a", "1"), &fails).await,
        tagged.send("DELETE", PATH, &fails, "").await,
        tagged.send("GET", PATH, &fails, "").await,
        tagged.send("PUT", PATH, &[fails[0], block], "x").await,
        tagged.send("PUT", "/mockfs/new", &[holds[0], block], "x").await,
        tagged.send("PUT", &format!("{PATH}?comp=metadata"), &fails, "").await,
        tagged
            .send("PUT", &format!("{PATH}?comp=tier"), &[fails[0], ("x-ms-access-tier", "Hot")], "")
            .await,
        tagged
            .send(
                "PUT",
                "/mockfs/copy",
                &[("x-ms-copy-source", source), ("x-ms-source-if-tags", "a='2'")],
                "",
            )
            .await,
    ] {
        assert_eq!(outcome(&refused), (412, "ConditionNotMet"));
    }
    assert_eq!(tagged.get(PATH, &holds).await.status, 200);
    assert_eq!(tagged.send("GET", PATH, &holds, "").await.status, 200);
    let malformed = [("x-ms-if-tags", "a = 1")];
    assert_eq!(outcome(&tagged.get(PATH, &malformed).await), (400, "InvalidHeaderValue"));
    let container = tagged.send("GET", "/mockfs?restype=container", &holds, "").await;
    assert_eq!(outcome(&container), (400, "UnsupportedHeader"));
    assert_eq!(tagged.send("DELETE", PATH, &holds, "").await.status, 202);
}

#[tokio::test]
async fn blobs_are_found_by_tags() {
    let tagged = Tagged::new().await;
    tagged.send("PUT", "/other?restype=container", &[], "").await;
    for (path, tags) in [
        ("/mockfs/a", "a=1&b=2"),
        ("/mockfs/d/b", "a=1"),
        ("/mockfs/c", "a=2"),
        ("/other/d/a", "a=1&c=3"),
    ] {
        let headers = [("x-ms-blob-type", "BlockBlob"), ("x-ms-tags", tags)];
        assert_eq!(tagged.send("PUT", path, &headers, "").await.status, 201);
    }
    let find = async |uri: &str| {
        let answer = tagged.send("GET", uri, &[], "").await;
        assert_eq!(answer.status, 200, "{uri}: {answer:?}");
        answer.text().to_owned()
    };
    let names = |text: &str| -> Vec<String> {
        let blobs = text.split("<Blob>").skip(1);
        let name = |blob: &str| blob["<Name>".len()..].split_once('<').unwrap().0.to_owned();
        blobs.map(name).collect()
    };
    let first = find("/?comp=blobs&where=a%3D'1'&maxresults=2").await;
    assert_eq!(names(&first), ["a", "d/b"]);
    assert!(!first.contains("<Key>b</Key>"), "only tags that are asked for: {first}");
    let marker = first.split_once("<NextMarker>").unwrap().1.split_once('<').unwrap().0;
    let marker = marker.replace('+', "%2B").replace('=', "%3D");
    let second = find(&format!("/?comp=blobs&where=a%3D'1'&maxresults=2&marker={marker}")).await;
    assert_eq!(names(&second), ["d/a"]);
    assert!(second.contains("<ContainerName>other</ContainerName>"), "{second}");
    assert_eq!(
        names(&find("/?comp=blobs&where=@container%3D'other'%20AND%20a%3D'1'").await),
        ["d/a"]
    );
    let in_one = find("/mockfs?restype=container&comp=blobs&where=a%3D'1'").await;
    assert_eq!(names(&in_one), ["a", "d/b"]);
    let foreign = format!("/?comp=blobs&where=a%3D'2'&marker={marker}");
    assert_eq!(outcome(&tagged.send("GET", &foreign, &[], "").await), (400, "OutOfRangeInput"));
    for (uri, code) in [
        ("/?comp=blobs", "MissingRequiredQueryParameter"),
        ("/?comp=blobs&where=a%3D1", "InvalidQueryParameterValue"),
    ] {
        assert_eq!(outcome(&tagged.send("GET", uri, &[], "").await), (400, code));
    }
    for (letters, status) in [("f", 200), ("rlt", 403)] {
        let uri = format!("/?comp=blobs&where=a%3D'1'&{}", tagged.0.account_sas("s", letters));
        let found = tagged.0.shared("GET", &uri, b"").await;
        assert_eq!(found.status, status, "{letters}");
    }
}

#[tokio::test]
async fn a_lease_guards_tags() {
    let tagged = Tagged::new().await;
    let acquire = [
        ("x-ms-lease-action", "acquire"),
        ("x-ms-lease-duration", "-1"),
        ("x-ms-proposed-lease-id", LEASE),
    ];
    assert_eq!(tagged.send("PUT", &format!("{PATH}?comp=lease"), &acquire, "").await.status, 201);
    assert_eq!(outcome(&tagged.set(&tag("a", "1"), &[]).await), (412, "LeaseIdMissing"));
    let held = [("x-ms-lease-id", LEASE)];
    assert_eq!(tagged.set(&tag("a", "1"), &held).await.status, 204);
    assert_eq!(tagged.get(PATH, &[]).await.status, 200);
}

#[tokio::test]
async fn what_is_no_set_of_tags_or_no_file_is_refused() {
    let tagged = Tagged::new().await;
    tagged.set(&tag("a", "1"), &[]).await;
    let eleven: String = (0..11).map(|number| tag(&format!("t{number}"), "")).collect();
    for (tags, code) in [
        (tag("", "1"), "EmptyTagName"),
        (tag("a", "1") + &tag("a", "2"), "DuplicateTagNames"),
        (tag("a", "*"), "InvalidTag"),
        (eleven, "TagsTooLarge"),
        ("<Tag><Key>a</Key></Tag>".to_owned(), "MissingRequiredXmlNode"),
        ("<Tag>".to_owned(), "InvalidXmlDocument"),
    ] {
        assert_eq!(outcome(&tagged.set(&tags, &[]).await), (400, code), "{tags}");
    }
    assert!(tagged.get(PATH, &[]).await.text().contains(&tag("a", "1")));
    let body = "<Tags><TagSet /></Tags>";
    let directory = tagged.send("PUT", "/mockfs/d?comp=tags", &[], body).await;
    assert_eq!(outcome(&directory), (409, "PathConflict"));
    for uri in [format!("{PATH}?comp=tags&snapshot=x"), format!("{PATH}?comp=tags&versionid=x")] {
        assert_eq!(tagged.send("GET", &uri, &[], "").await.status, 409, "{uri}");
    }
    assert_eq!(outcome(&tagged.get("/mockfs/none", &[]).await), (404, "BlobNotFound"));
}
