//! Blobs in blocks, append blobs, tiers.

use super::*;

const BLOB: &str = "/mockfs/d/a";

/// The id of a block, encoded for a URL.
fn id(number: usize) -> String {
    STANDARD.encode(format!("{number:04}"))
}

fn list(entries: &[(&str, usize)]) -> String {
    let entry = |(source, number): &(&str, usize)| format!("<{source}>{}</{source}>", id(*number));
    let entries: String = entries.iter().map(entry).collect();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{entries}</BlockList>")
}

struct Blocks(Emulator);

impl Blocks {
    fn new() -> Self {
        Self(Emulator::new())
    }

    async fn put(&self, uri: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let unsigned = Unsigned { method: "PUT", uri, headers, body };
        self.0.signed_with("mockgen2", Protocol::Blob, unsigned).await
    }

    async fn block(&self, number: usize, body: &str) -> Answer {
        let uri = format!("{BLOB}?comp=block&blockid={}", id(number).replace('=', "%3D"));
        self.put(&uri, &[], body.as_bytes()).await
    }

    async fn commit(&self, entries: &[(&str, usize)]) -> Answer {
        self.put(&format!("{BLOB}?comp=blocklist"), &[], list(entries).as_bytes()).await
    }

    async fn get(&self, uri: &str) -> Answer {
        self.0.signed(Protocol::Blob, "GET", uri, &[]).await
    }

    /// Ids and sizes of committed and uncommitted blocks.
    async fn blocks(&self) -> String {
        let answer = self.get(&format!("{BLOB}?comp=blocklist&blocklisttype=all")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let text = answer.text();
        let part = |name: &str| {
            let found = text.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
            let found = found.split_once(&format!("</{name}>")).map_or("", |(part, _)| part);
            let blocks = found.split("<Block><Name>").skip(1).map(|block| {
                let (name, rest) = block.split_once("</Name><Size>").unwrap();
                let name = String::from_utf8(STANDARD.decode(name).unwrap()).unwrap();
                format!("{name}:{}", rest.split_once('<').unwrap().0)
            });
            blocks.collect::<Vec<_>>().join(" ")
        };
        format!("{} | {}", part("CommittedBlocks"), part("UncommittedBlocks"))
    }
}

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn blocks_become_a_blob_in_the_order_of_the_list() {
    let blocks = Blocks::new();
    let staged = blocks.block(2, "two").await;
    assert_eq!(staged.status, 201);
    assert_eq!(staged.header("x-ms-request-server-encrypted"), Some("true"));
    assert!(staged.header("x-ms-content-crc64").is_some() && staged.header("etag").is_none());
    assert_eq!(blocks.block(1, "one").await.status, 201);
    assert_eq!(blocks.block(3, "three").await.status, 201);
    assert_eq!(blocks.block(3, "THREE").await.status, 201);

    let headers = [("x-ms-blob-content-type", "text/plain"), ("x-ms-meta-colour", "red")];
    let body = list(&[("Latest", 1), ("Uncommitted", 3), ("Latest", 2), ("Uncommitted", 1)]);
    let made = blocks.put(&format!("{BLOB}?comp=blocklist"), &headers, body.as_bytes()).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert!(made.header("etag").is_some() && made.header("x-ms-content-crc64").is_some());
    let read = blocks.get(BLOB).await;
    assert_eq!(read.text(), "oneTHREEtwoone");
    assert_eq!(read.header("content-type"), Some("text/plain"));
    assert_eq!(read.header("x-ms-meta-colour"), Some("red"));
    assert_eq!(read.header("content-md5"), None);
    assert_eq!(blocks.blocks().await, "0001:3 0003:5 0002:3 0001:3 | ");
}

#[tokio::test]
async fn committed_blocks_can_be_named_again_and_unnamed_ones_are_gone() {
    let blocks = Blocks::new();
    for (number, body) in [(1, "one"), (2, "two"), (3, "three")] {
        blocks.block(number, body).await;
    }
    blocks.commit(&[("Latest", 1), ("Latest", 2), ("Latest", 3)]).await;
    blocks.block(1, "ONE").await;
    assert_eq!(blocks.blocks().await, "0001:3 0002:3 0003:5 | 0001:3");
    assert_eq!(blocks.get(BLOB).await.text(), "onetwothree");
    let again = [("Committed", 1), ("Latest", 1), ("Committed", 3)];
    assert_eq!(blocks.commit(&again).await.status, 201);
    assert_eq!(blocks.get(BLOB).await.text(), "oneONEthree");
    assert_eq!(blocks.blocks().await, "0001:3 0001:3 0003:5 | ");
    assert_eq!(told(&blocks.commit(&[("Latest", 2)]).await), (400, "InvalidBlockList"));
    assert_eq!(told(&blocks.commit(&[("Uncommitted", 1)]).await), (400, "InvalidBlockList"));
    assert_eq!(blocks.commit(&[]).await.status, 201);
    assert_eq!(blocks.get(BLOB).await.text(), "");
}

#[tokio::test]
async fn a_blob_is_not_there_before_its_list_is() {
    let blocks = Blocks::new();
    blocks.block(1, "one").await;
    assert_eq!(told(&blocks.get(BLOB).await), (404, "BlobNotFound"));
    assert_eq!(blocks.blocks().await, " | 0001:3");
    let listed = |include: &'static str| {
        let uri = format!("/mockfs?restype=container&comp=list{include}");
        async { blocks.get(&{ uri }).await.text().contains("<Name>d/a</Name>") }
    };
    assert!(!listed("").await);
    assert!(listed("&include=uncommittedblobs").await);
    assert!(listed("&include=uncommittedblobs&prefix=d/").await);
    assert!(!listed("&include=uncommittedblobs&delimiter=/").await);
    assert!(!listed("&include=uncommittedblobs&showonly=directories").await);
    // What is made there otherwise takes the place of the blocks.
    let put = blocks.put(BLOB, &[("x-ms-blob-type", "BlockBlob")], b"other").await;
    assert_eq!(put.status, 201);
    assert_eq!(blocks.blocks().await, " | ");
    assert_eq!(told(&blocks.commit(&[("Latest", 1)]).await), (400, "InvalidBlockList"));
}

#[tokio::test]
async fn what_is_sent_as_a_block_is_checked() {
    let blocks = Blocks::new();
    let uri = |id: &str| format!("{BLOB}?comp=block&blockid={id}");
    let long = STANDARD.encode([7; 65]).replace('=', "%3D");
    let fits = STANDARD.encode([7; 64]).replace('=', "%3D");
    for (id, headers, code) in [
        ("", &[][..], "MissingRequiredQueryParameter"),
        ("a*", &[], "InvalidQueryParameterValue"),
        (&long, &[], "OutOfRangeInput"),
        (&fits, &[("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")], "Md5Mismatch"),
        (&fits, &[("x-ms-content-crc64", "AAAAAAAAAAA=")], "Crc64Mismatch"),
        (&fits, &[("if-none-match", "*")], "ConditionHeadersNotSupported"),
    ] {
        assert_eq!(told(&blocks.put(&uri(id), headers, b"x").await), (400, code), "{id}");
    }
    assert_eq!(told(&blocks.put(&uri(&fits), &[], b"").await), (400, "InvalidHeaderValue"));
    assert_eq!(blocks.put(&uri(&fits), &[], b"x").await.status, 201);
    assert_eq!(told(&blocks.block(1, "x").await), (400, "InvalidBlobOrBlock"));
    let md5 = [("content-md5", "ndTkYSaMgDT1yFZOFVxnpg==")];
    let answer = blocks.put(&uri(&fits), &md5, b"x").await;
    assert_eq!(answer.header("content-md5"), Some(md5[0].1));
    assert!(answer.header("x-ms-content-crc64").is_some());
}

#[tokio::test]
async fn blocks_that_nobody_commits_are_forgotten_a_week_after_the_last_one() {
    let day = 24 * 60 * 60;
    let blocks = Blocks::new();
    blocks.block(1, "one").await;
    blocks.0.advance(6 * day);
    blocks.block(2, "two").await;
    blocks.0.advance(6 * day);
    assert_eq!(blocks.blocks().await, " | 0001:3 0002:3");
    blocks.0.advance(day + 1);
    let uri = format!("{BLOB}?comp=blocklist&blocklisttype=all");
    assert_eq!(told(&blocks.get(&uri).await), (404, "BlobNotFound"));
    assert_eq!(told(&blocks.commit(&[("Latest", 1)]).await), (400, "InvalidBlockList"));
    // What is committed stays.
    blocks.block(1, "one").await;
    assert_eq!(blocks.commit(&[("Latest", 1)]).await.status, 201);
    blocks.block(2, "two").await;
    blocks.0.advance(7 * day + 1);
    assert_eq!(blocks.blocks().await, "0001:3 | ");
    assert_eq!(blocks.get(BLOB).await.text(), "one");
}

#[tokio::test]
async fn who_may_only_make_what_is_not_there_may_make_it_in_blocks() {
    let blocks = Blocks::new();
    let creates = blocks.0.account_sas("o", "c");
    let put = async |uri: String, body: &str| {
        let uri = format!("{uri}&{creates}");
        blocks.0.shared("PUT", &uri, body.as_bytes()).await
    };
    let block = || format!("{BLOB}?comp=block&blockid={}", id(1).replace('=', "%3D"));
    let commit = || format!("{BLOB}?comp=blocklist");
    assert_eq!(put(block(), "one").await.status, 201);
    assert_eq!(put(commit(), &list(&[("Latest", 1)])).await.status, 201);
    let refused = (403, "UnauthorizedBlobOverwrite");
    assert_eq!(told(&put(block(), "two").await), refused);
    assert_eq!(told(&put(commit(), &list(&[("Latest", 1)])).await), refused);
}

#[tokio::test]
async fn a_file_is_made_anew_with_another_key_in_blocks() {
    let blocks = Blocks::new();
    blocks.put(BLOB, &[("x-ms-blob-type", "BlockBlob")], b"plain").await;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &[1; 32]);
    let (key, sha256) = (STANDARD.encode([1; 32]), STANDARD.encode(digest.as_ref()));
    let headers = [
        ("x-ms-encryption-key", key.as_str()),
        ("x-ms-encryption-key-sha256", &sha256),
        ("x-ms-encryption-algorithm", "AES256"),
    ];
    let uri = format!("{BLOB}?comp=block&blockid={}", id(1).replace('=', "%3D"));
    assert_eq!(blocks.put(&uri, &headers, b"secret").await.status, 201);
    let uri = format!("{BLOB}?comp=blocklist");
    let body = list(&[("Latest", 1)]);
    let refused = (409, "BlobUsesCustomerSpecifiedEncryption");
    assert_eq!(told(&blocks.put(&uri, &[], body.as_bytes()).await), refused);
    assert_eq!(blocks.put(&uri, &headers, body.as_bytes()).await.status, 201);
    assert_eq!(told(&blocks.get(BLOB).await), refused);
}

#[tokio::test]
async fn scopes_of_blocks_and_lists_are_the_same() {
    let blocks = Blocks::new();
    let scope = |name| [("x-ms-encryption-scope", name)];
    let uri = format!("{BLOB}?comp=block&blockid={}", id(1).replace('=', "%3D"));
    assert_eq!(blocks.put(&uri, &scope("one"), b"x").await.status, 201);
    let uri = format!("{BLOB}?comp=blocklist");
    let body = list(&[("Latest", 1)]);
    let mismatch = (409, "BlobCustomerSpecifiedEncryptionMismatch");
    assert_eq!(told(&blocks.put(&uri, &[], body.as_bytes()).await), mismatch);
    assert_eq!(told(&blocks.put(&uri, &scope("two"), body.as_bytes()).await), mismatch);
    assert_eq!(blocks.put(&uri, &scope("one"), body.as_bytes()).await.status, 201);
    let uri = format!("{BLOB}?comp=metadata");
    assert_eq!(told(&blocks.put(&uri, &[], b"").await), mismatch);
    assert_eq!(blocks.put(&uri, &scope("one"), b"").await.status, 200);
}

#[tokio::test]
async fn a_container_may_have_one_scope_for_all() {
    let blocks = Blocks::new();
    let headers = [
        ("x-ms-default-encryption-scope", "only"),
        ("x-ms-deny-encryption-scope-override", "true"),
    ];
    assert_eq!(blocks.put("/strict?restype=container", &headers, b"").await.status, 201);
    let put = async |scope: Option<&str>| {
        let mut headers = vec![("x-ms-blob-type", "BlockBlob")];
        headers.extend(scope.map(|scope| ("x-ms-encryption-scope", scope)));
        blocks.put("/strict/a", &headers, b"x").await
    };
    let refused = (403, "RequestForbiddenByContainerEncryptionPolicy");
    assert_eq!(told(&put(Some("other")).await), refused);
    assert_eq!(put(Some("only")).await.header("x-ms-encryption-scope"), Some("only"));
    assert_eq!(put(None).await.header("x-ms-encryption-scope"), Some("only"));
}

#[tokio::test]
async fn lists_are_bounded_and_well_formed() {
    let blocks = Blocks::new();
    blocks.block(1, "x").await;
    let uri = format!("{BLOB}?comp=blocklist");
    for body in ["", "<BlockList>", "<Blocks/>", "<BlockList><Newest>MDAwMQ==</Newest></BlockList>"]
    {
        let refused = blocks.put(&uri, &[], body.as_bytes()).await;
        assert_eq!(told(&refused), (400, "InvalidXmlDocument"), "{body}");
    }
    let most = vec![("Uncommitted", 1); 50_000];
    let body = list(&[&most[..], &[("Latest", 1)]].concat());
    assert_eq!(told(&blocks.put(&uri, &[], body.as_bytes()).await), (400, "BlockListTooLong"));
    let body = list(&most).replace("<Unc", "\r\n  <Unc");
    assert_eq!(blocks.put(&uri, &[], body.as_bytes()).await.status, 201);
    assert_eq!(blocks.get(BLOB).await.body.len(), 50_000);
}

#[tokio::test]
async fn conditions_and_leases_hold_of_lists() {
    let blocks = Blocks::new();
    let uri = format!("{BLOB}?comp=blocklist");
    let body = list(&[("Latest", 1)]);
    let commit = async |headers: &[(&str, &str)]| blocks.put(&uri, headers, body.as_bytes()).await;
    blocks.block(1, "one").await;
    let refused = commit(&[("if-match", "\"0x8D0\"")]).await;
    assert_eq!(told(&refused), (412, "ConditionNotMet"));
    let made = commit(&[("if-none-match", "*")]).await;
    assert_eq!(made.status, 201);
    assert_eq!(told(&commit(&[("if-none-match", "*")]).await), (409, "BlobAlreadyExists"));
    let etag = made.header("etag").unwrap();
    assert_eq!(commit(&[("if-match", etag)]).await.status, 201);
    assert_eq!(told(&commit(&[("if-match", etag)]).await), (412, "ConditionNotMet"));

    let lease = "00000000-0000-4000-8000-000000000001";
    let acquire = [
        ("x-ms-lease-action", "acquire"),
        ("x-ms-lease-duration", "-1"),
        ("x-ms-proposed-lease-id", lease),
    ];
    assert_eq!(blocks.put(&format!("{BLOB}?comp=lease"), &acquire, &[]).await.status, 201);
    assert_eq!(told(&blocks.block(1, "one").await), (412, "LeaseIdMissing"));
    assert_eq!(told(&commit(&[]).await), (412, "LeaseIdMissing"));
    assert_eq!(commit(&[("x-ms-lease-id", lease)]).await.status, 201);
    // Who names the lease of what is there does not take it for nothing.
    let other = "00000000-0000-4000-8000-000000000002";
    let only_new = ("if-none-match", "*");
    assert_eq!(told(&commit(&[only_new]).await), (409, "BlobAlreadyExists"));
    let refused = commit(&[only_new, ("x-ms-lease-id", other)]).await;
    assert_eq!(told(&refused), (409, "BlobAlreadyExists"));
    assert_eq!(commit(&[only_new, ("x-ms-lease-id", lease)]).await.status, 201);
    let head = blocks.0.signed(Protocol::Blob, "HEAD", BLOB, &[]).await;
    assert_eq!(head.header("x-ms-lease-state"), Some("leased"));
}

#[tokio::test]
async fn blocks_and_positions_do_not_mix() {
    let blocks = Blocks::new();
    let dfs = async |method, uri: &str, body: &[u8]| {
        let unsigned = Unsigned { method, uri, headers: &[], body };
        blocks.0.signed_with("mockgen2", Protocol::Dfs, unsigned).await
    };
    let append = format!("{BLOB}?action=append&position=0");
    let not_supported = (409, "BlobOperationNotSupported");
    dfs("PUT", &format!("{BLOB}?resource=file"), b"").await;
    assert_eq!(told(&blocks.block(1, "one").await), not_supported);
    assert_eq!(dfs("PATCH", &append, b"data").await.status, 202);
    assert_eq!(told(&blocks.commit(&[]).await), not_supported);
    assert_eq!(dfs("PATCH", &format!("{BLOB}?action=flush&position=4"), b"").await.status, 200);
    assert_eq!(told(&blocks.block(1, "one").await), not_supported);
    assert_eq!(blocks.blocks().await, " | ");

    let put = blocks.put(BLOB, &[("x-ms-blob-type", "BlockBlob")], b"blob").await;
    assert_eq!(put.status, 201);
    assert_eq!(blocks.block(1, "one").await.status, 201);
    assert_eq!(told(&dfs("PATCH", &append, b"data").await), (409, "InvalidFlushOperation"));
    assert_eq!(blocks.commit(&[("Latest", 1)]).await.status, 201);
    let append = format!("{BLOB}?action=append&position=3");
    assert_eq!(told(&dfs("PATCH", &append, b"data").await), (409, "InvalidFlushOperation"));
    let flush = dfs("PATCH", &format!("{BLOB}?action=flush&position=3"), b"").await;
    assert_eq!(told(&flush), (409, "InvalidFlushOperation"));
    // Whoever makes the file anew may.
    dfs("PUT", &format!("{BLOB}?resource=file"), b"").await;
    let append = format!("{BLOB}?action=append&position=0&flush=true");
    assert_eq!(dfs("PATCH", &append, b"data").await.status, 202);
}

#[tokio::test]
async fn blocks_are_encrypted_with_one_key() {
    let blocks = Blocks::new();
    let key = |byte| {
        let key = [byte; 32];
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &key);
        (STANDARD.encode(key), STANDARD.encode(digest.as_ref()))
    };
    let put = async |uri: &str, (key, sha256): &(String, String), body: &[u8]| {
        let headers = [
            ("x-ms-encryption-key", key.as_str()),
            ("x-ms-encryption-key-sha256", sha256),
            ("x-ms-encryption-algorithm", "AES256"),
        ];
        blocks.put(uri, &headers, body).await
    };
    let (one, other) = (key(1), key(2));
    let block = format!("{BLOB}?comp=block&blockid=MDAwMQ%3D%3D");
    let staged = put(&block, &one, b"x").await;
    assert_eq!(staged.header("x-ms-encryption-key-sha256"), Some(&*one.1));
    let refused = (409, "BlobUsesCustomerSpecifiedEncryption");
    assert_eq!(told(&put(&block, &other, b"x").await), refused);
    assert_eq!(told(&blocks.block(1, "x").await), refused);
    let uri = format!("{BLOB}?comp=blocklist");
    let body = list(&[("Latest", 1)]);
    assert_eq!(told(&put(&uri, &other, body.as_bytes()).await), refused);
    let made = put(&uri, &one, body.as_bytes()).await;
    assert_eq!(made.header("x-ms-encryption-key-sha256"), Some(&*one.1));
    assert_eq!(told(&blocks.get(BLOB).await), refused);
}

#[tokio::test]
async fn block_lists_are_those_of_block_blobs_that_are_there() {
    let blocks = Blocks::new();
    let uri = format!("{BLOB}?comp=blocklist");
    assert_eq!(told(&blocks.get(&uri).await), (404, "BlobNotFound"));
    let refused = blocks.get(&format!("{uri}&blocklisttype=some")).await;
    assert_eq!(told(&refused), (400, "InvalidQueryParameterValue"));
    blocks.put(BLOB, &[("x-ms-blob-type", "AppendBlob")], b"").await;
    assert_eq!(told(&blocks.get(&uri).await), (409, "InvalidBlobType"));
    assert_eq!(told(&blocks.block(1, "x").await), (409, "InvalidBlobType"));
    let put = blocks.put(BLOB, &[("x-ms-blob-type", "BlockBlob")], b"four").await;
    let found = blocks.get(&uri).await;
    assert_eq!(found.header("etag"), put.header("etag"));
    assert_eq!(found.header("x-ms-blob-content-length"), Some("4"));
    assert!(found.text().ends_with("<BlockList><CommittedBlocks /></BlockList>"));
}

#[tokio::test]
async fn append_blobs_grow_at_their_end() {
    let blocks = Blocks::new();
    let uri = format!("{BLOB}?comp=appendblock");
    let append =
        async |headers: &[(&str, &str)], body: &[u8]| blocks.put(&uri, headers, body).await;
    assert_eq!(told(&append(&[], b"x").await), (404, "BlobNotFound"));
    blocks.put(BLOB, &[("x-ms-blob-type", "AppendBlob")], b"").await;
    let first = append(&[("x-ms-blob-condition-appendpos", "0")], b"one").await;
    assert_eq!(first.status, 201);
    for (name, value) in [
        ("x-ms-blob-append-offset", "0"),
        ("x-ms-blob-committed-block-count", "1"),
        ("x-ms-request-server-encrypted", "true"),
    ] {
        assert_eq!(first.header(name), Some(value));
    }
    let etag = first.header("etag").unwrap();
    let second = append(&[("if-match", etag)], b"two").await;
    assert_eq!(second.header("x-ms-blob-append-offset"), Some("3"));
    for (headers, code) in [
        (("if-match", etag), "ConditionNotMet"),
        (("x-ms-blob-condition-appendpos", "3"), "AppendPositionConditionNotMet"),
        (("x-ms-blob-condition-maxsize", "8"), "MaxBlobSizeConditionNotMet"),
    ] {
        assert_eq!(told(&append(&[headers], b"xyz").await), (412, code));
    }
    assert_eq!(append(&[("x-ms-blob-condition-maxsize", "9")], b"xyz").await.status, 201);
    assert_eq!(told(&append(&[], b"").await), (400, "InvalidHeaderValue"));
    let concurrent = format!("{BLOB}?action=concurrentAppend");
    let unsigned = Unsigned { method: "PATCH", uri: &concurrent, headers: &[], body: b"!" };
    let dfs = blocks.0.signed_with("mockgen2", Protocol::Dfs, unsigned).await;
    assert_eq!(dfs.header("x-ms-append-offset"), Some("9"));
    assert_eq!(blocks.get(BLOB).await.text(), "onetwoxyz!");
    blocks.put(BLOB, &[("x-ms-blob-type", "BlockBlob")], b"x").await;
    assert_eq!(told(&append(&[], b"x").await), (409, "InvalidBlobType"));
}

#[tokio::test]
async fn a_tier_is_kept_and_told() {
    let blocks = Blocks::new();
    let uri = format!("{BLOB}?comp=tier");
    let head = async || blocks.0.signed(Protocol::Blob, "HEAD", BLOB, &[]).await;
    assert_eq!(
        told(&blocks.put(&uri, &[("x-ms-access-tier", "Cool")], b"").await),
        (404, "BlobNotFound")
    );
    let put = [("x-ms-blob-type", "BlockBlob"), ("x-ms-access-tier", "cool")];
    blocks.put(BLOB, &put, b"x").await;
    let told_of = head().await;
    assert_eq!(told_of.header("x-ms-access-tier"), Some("Cool"));
    assert_eq!(told_of.header("x-ms-access-tier-inferred"), None);
    assert_eq!(told_of.header("x-ms-access-tier-change-time"), None);
    let set = blocks.put(&uri, &[("x-ms-access-tier", "Archive")], b"").await;
    assert_eq!((set.status.as_u16(), set.header("etag")), (200, None));
    let now = head().await;
    assert_eq!(now.header("x-ms-access-tier"), Some("Archive"));
    assert!(now.header("x-ms-access-tier-change-time").is_some());
    assert_eq!(now.header("etag"), told_of.header("etag"));
    assert_eq!(blocks.get(BLOB).await.text(), "x");
    let smart = [("x-ms-blob-type", "BlockBlob"), ("x-ms-access-tier", "Smart")];
    blocks.put("/mockfs/d/b", &smart, b"x").await;
    let told_of = blocks.0.signed(Protocol::Blob, "HEAD", "/mockfs/d/b", &[]).await;
    assert_eq!(told_of.header("x-ms-access-tier"), Some("Smart"));
    assert_eq!(told_of.header("x-ms-smart-access-tier"), Some("Hot"));
    let refused = blocks.put(&uri, &[("x-ms-access-tier", "P10")], b"").await;
    assert_eq!(told(&refused), (400, "InvalidHeaderValue"));
    let refused = blocks.put(&uri, &[], b"").await;
    assert_eq!(told(&refused), (400, "MissingRequiredHeader"));
    let list = blocks.get("/mockfs?restype=container&comp=list&prefix=d/").await;
    assert!(list.text().contains("<AccessTier>Archive</AccessTier><AccessTierChangeTime>"));
    assert!(list.text().contains("<AccessTier>Smart</AccessTier><SmartAccessTier>Hot<"));
}

#[tokio::test]
async fn nothing_leaves_the_archive_at_once() {
    let blocks = Blocks::new();
    let put = [("x-ms-blob-type", "BlockBlob"), ("x-ms-access-tier", "Archive")];
    blocks.put(BLOB, &put, b"x").await;
    let uri = format!("{BLOB}?comp=tier");
    let set = async |tier: &str, priority: Option<&str>| {
        let mut headers = vec![("x-ms-access-tier", tier)];
        headers.extend(priority.map(|priority| ("x-ms-rehydrate-priority", priority)));
        blocks.put(&uri, &headers, b"").await
    };
    let told_of = async || {
        let head = blocks.0.signed(Protocol::Blob, "HEAD", BLOB, &[]).await;
        let of = |name| head.header(name).unwrap_or("-").to_owned();
        ["x-ms-access-tier", "x-ms-archive-status", "x-ms-rehydrate-priority"].map(of)
    };
    assert_eq!(set("Archive", None).await.status, 200);
    assert_eq!(set("Cool", None).await.status, 202);
    assert_eq!(told_of().await, ["Archive", "rehydrate-pending-to-cool", "Standard"]);
    assert_eq!(told(&set("Hot", None).await), (409, "BlobBeingRehydrated"));
    assert_eq!(told(&set("Archive", None).await), (409, "BlobBeingRehydrated"));
    assert_eq!(told(&set("Cool", Some("Fast")).await), (400, "InvalidHeaderValue"));
    assert_eq!(set("Cool", Some("High")).await.status, 202);
    assert_eq!(told_of().await, ["Archive", "rehydrate-pending-to-cool", "High"]);
    let list = blocks.get("/mockfs?restype=container&comp=list&prefix=d/a").await;
    let pending = "<ArchiveStatus>rehydrate-pending-to-cool</ArchiveStatus>\
                   <RehydratePriority>High</RehydratePriority>";
    assert!(list.text().contains(pending), "{}", list.text());
    blocks.0.advance(60 * 60);
    assert_eq!(told_of().await, ["Cool", "-", "-"]);
    assert_eq!(set("Hot", None).await.status, 200);
    assert_eq!(told_of().await, ["Hot", "-", "-"]);
}

#[tokio::test]
async fn a_deletion_may_depend_on_when_the_tier_has_changed() {
    let blocks = Blocks::new();
    blocks.put(BLOB, &[("x-ms-blob-type", "BlockBlob")], b"x").await;
    let made = blocks.0.signed(Protocol::Blob, "HEAD", BLOB, &[]).await;
    let before = made.header("last-modified").unwrap();
    blocks.0.advance(60);
    blocks.put(&format!("{BLOB}?comp=tier"), &[("x-ms-access-tier", "Cool")], b"").await;
    let delete = async |name, date: &str| {
        blocks.0.signed(Protocol::Blob, "DELETE", BLOB, &[(name, date)]).await
    };
    let refused = delete("x-ms-access-tier-if-unmodified-since", before).await;
    assert_eq!(told(&refused), (412, "ConditionNotMet"));
    let later = "Fri, 01 Jan 2100 00:00:00 GMT";
    let refused = delete("x-ms-access-tier-if-modified-since", later).await;
    assert_eq!(told(&refused), (412, "ConditionNotMet"));
    assert_eq!(delete("x-ms-access-tier-if-modified-since", before).await.status, 202);
}
