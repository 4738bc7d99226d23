//! OneLake: what belongs to Fabric, who may do what, and how things are called.

use super::rights::sas::{DelegationKey, Sas};
use super::*;
use crate::seed::{DataRole, ONE_LAKE, SeedApplication};

const ITEM: &str = "mocklakehouse.Lakehouse";
const WORKSPACE_ID: &str = "5a1e0000-0000-4000-8000-000000000c01";
const ITEM_ID: &str = "5a1e0000-0000-4000-8000-000000000c02";
const SECRET: &str = "a secret";

fn files(rest: &str) -> String {
    format!("/mockworkspace/{ITEM}/Files{rest}")
}

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

/// OneLake, and somebody who asks.
struct OneLake {
    emulator: Emulator,
    bearer: String,
}

impl OneLake {
    /// Asked by the owner of everything.
    async fn new() -> Self {
        let emulator = Emulator::new();
        let bearer = emulator.owner().await;
        Self { emulator, bearer }
    }

    /// Asked by an application with a role, or with none.
    async fn asked_by(role: Option<DataRole>) -> Self {
        let mut seed = Seed::default();
        let client_id = Uuid::from_u128(0xa0);
        seed.applications.push(SeedApplication {
            client_id,
            object_id: Uuid::from_u128(0xb0),
            display_name: "somebody".to_owned(),
            secrets: vec![SECRET.into()],
            data_role: role,
            ..SeedApplication::default()
        });
        let emulator = Emulator::with(seed);
        let owner = Self { bearer: emulator.owner().await, emulator };
        owner.write(&files("/a"), b"content").await;
        let bearer = owner.emulator.bearer(client_id, SECRET).await;
        Self { bearer, ..owner }
    }

    async fn dfs(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Protocol::Dfs, method, uri, headers, b"").await
    }

    async fn blob(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Protocol::Blob, method, uri, headers, b"").await
    }

    async fn ask(
        &self,
        protocol: Protocol,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: &'static [u8],
    ) -> Answer {
        let bearer = [("authorization", &*self.bearer), ("x-ms-version", "2024-08-04")];
        let mut request = request(method, uri, &[&bearer[..], headers].concat());
        request.headers_mut().insert("content-length", body.len().into());
        *request.body_mut() = Body::from(body);
        self.emulator.send(ONE_LAKE, Endpoint::of_host(protocol, false), request).await
    }

    /// Puts a blob.
    async fn write(&self, uri: &str, content: &'static [u8]) {
        let headers = [("x-ms-blob-type", "BlockBlob")];
        let answer = self.ask(Protocol::Blob, "PUT", uri, &headers, content).await;
        assert_eq!(told(&answer), (201, ""), "{uri}");
    }

    /// The names in a list over DFS.
    async fn names(&self, uri: &str) -> Vec<String> {
        let answer = self.dfs("GET", uri, &[]).await;
        assert_eq!(told(&answer), (200, ""), "{uri}");
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let paths = body["paths"].as_array().unwrap();
        paths.iter().map(|path| path["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// The names in a list over Blob.
fn blobs(answer: &Answer) -> Vec<&str> {
    let parts = answer.text().split("<Name>").skip(1);
    parts.map(|part| part.split_once('<').unwrap().0).collect()
}

#[tokio::test]
async fn a_workspace_can_be_read_and_not_changed() {
    let one_lake = OneLake::new().await;
    for uri in
        ["/mockworkspace?resource=filesystem", &format!("/{WORKSPACE_ID}?resource=filesystem")]
    {
        assert_eq!(told(&one_lake.dfs("HEAD", uri, &[]).await), (200, ""));
    }
    assert_eq!(one_lake.blob("HEAD", "/mockworkspace?restype=container", &[]).await.status, 200);
    let list = one_lake.dfs("GET", "/?resource=account", &[]).await;
    let list: serde_json::Value = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list["filesystems"].as_array().unwrap().len(), 1);
    assert_eq!(list["filesystems"][0]["name"], "mockworkspace");
    assert_eq!(
        one_lake.names("/mockworkspace?resource=filesystem&recursive=true").await,
        [ITEM.to_owned(), format!("{ITEM}/Files"), format!("{ITEM}/Tables")]
    );
    let refused = (403, "AuthorizationFailure");
    for (method, uri) in [
        ("PUT", "/other?resource=filesystem"),
        ("DELETE", "/mockworkspace?resource=filesystem"),
        ("PATCH", "/mockworkspace?resource=filesystem"),
    ] {
        assert_eq!(told(&one_lake.dfs(method, uri, &[]).await), refused, "{method} {uri}");
    }
    for (method, uri) in [
        ("PUT", "/other?restype=container"),
        ("DELETE", "/mockworkspace?restype=container"),
        ("PUT", "/mockworkspace?restype=container&comp=metadata"),
        ("PUT", "/mockworkspace?restype=container&comp=lease"),
        ("PUT", "/mockworkspace?restype=container&comp=acl"),
        ("PUT", "/?restype=service&comp=properties"),
    ] {
        let headers = [("x-ms-lease-action", "acquire"), ("x-ms-lease-duration", "-1")];
        assert_eq!(told(&one_lake.blob(method, uri, &headers).await), refused, "{method} {uri}");
    }
    let missing = one_lake.dfs("HEAD", "/other?resource=filesystem", &[]).await;
    assert_eq!(told(&missing), (404, "FilesystemNotFound"));
}

#[tokio::test]
async fn items_and_their_first_level_cannot_be_changed() {
    let one_lake = OneLake::new().await;
    one_lake.write(&files("/d/a"), b"content").await;
    let (item, tables) =
        (format!("/mockworkspace/{ITEM}"), format!("/mockworkspace/{ITEM}/Tables"));
    let renames = files("/d/a");
    let source = [("x-ms-rename-source", &*renames)];
    for (method, uri, headers) in [
        ("PUT", "/mockworkspace/other.Lakehouse?resource=directory", &[][..]),
        ("PUT", &format!("{item}/Other?resource=directory"), &[]),
        ("PUT", &format!("{item}/file?resource=file"), &[]),
        ("PUT", &format!("{item}?resource=directory"), &[]),
        ("PUT", &format!("{tables}?resource=directory"), &[]),
        ("DELETE", &format!("{item}?recursive=true"), &[]),
        ("DELETE", &tables, &[]),
        ("DELETE", "/mockworkspace/?recursive=true", &[]),
        ("PATCH", &format!("{tables}?action=setProperties"), &[]),
        ("PUT", &format!("{item}/moved"), &source[..]),
        ("PUT", &files("/moved"), &[("x-ms-rename-source", &*tables)]),
        ("PUT", &files("/moved"), &[("x-ms-rename-source", &*item)]),
    ] {
        let answer = one_lake.dfs(method, uri, headers).await;
        assert_eq!(told(&answer), (403, "AuthorizationFailure"), "{method} {uri} {headers:?}");
    }
    for (method, uri) in [
        ("DELETE", &*tables),
        ("PUT", &*format!("{item}/blob")),
        ("PUT", &*format!("{tables}?comp=metadata")),
        ("PUT", &*format!("{tables}?comp=lease")),
    ] {
        let headers = [
            ("x-ms-blob-type", "BlockBlob"),
            ("x-ms-lease-action", "acquire"),
            ("x-ms-lease-duration", "-1"),
        ];
        let answer = one_lake.blob(method, uri, &headers).await;
        assert_eq!(told(&answer), (403, "AuthorizationFailure"), "{method} {uri}");
    }
    for uri in [&item, &tables] {
        assert_eq!(
            one_lake.dfs("HEAD", uri, &[]).await.header("x-ms-resource-type"),
            Some("directory")
        );
    }
    for uri in [
        "/mockworkspace/other.Lakehouse/Files/a".to_owned(),
        format!("{item}/Other/a"),
        files("/../a"),
    ] {
        let answer = one_lake.dfs("PUT", &format!("{uri}?resource=file"), &[]).await;
        let expected = if uri.contains("..") { (400, "InvalidUri") } else { (404, "PathNotFound") };
        assert_eq!(told(&answer), expected, "{uri}");
    }
}

#[tokio::test]
async fn within_the_first_level_everything_goes() {
    let one_lake = OneLake::new().await;
    let uri = files("/d/a");
    assert_eq!(one_lake.dfs("PUT", &format!("{uri}?resource=file"), &[]).await.status, 201);
    let append = format!("{uri}?action=append&position=0");
    let answer = one_lake.ask(Protocol::Dfs, "PATCH", &append, &[], b"abc").await;
    assert_eq!(told(&answer), (202, ""));
    let flush = format!("{uri}?action=flush&position=3");
    assert_eq!(told(&one_lake.dfs("PATCH", &flush, &[]).await), (200, ""));
    assert_eq!(one_lake.dfs("GET", &uri, &[]).await.text(), "abc");
    let moved = one_lake.dfs("PUT", &files("/b"), &[("x-ms-rename-source", &*uri)]).await;
    assert_eq!(told(&moved), (201, ""));
    let host = "https://onelake.blob.fabric.microsoft.com";
    let copied = format!("{host}{}", files("/b"));
    let copy = one_lake.blob("PUT", &files("/c"), &[("x-ms-copy-source", &*copied)]).await;
    assert_eq!(told(&copy), (202, ""));
    assert_eq!(one_lake.blob("GET", &files("/c"), &[]).await.text(), "abc");
    assert_eq!(one_lake.dfs("DELETE", &files("/d?recursive=true"), &[]).await.status, 200);
    assert_eq!(one_lake.blob("DELETE", &files("/c"), &[]).await.status, 202);
    let list = format!("/mockworkspace?resource=filesystem&recursive=true&directory={ITEM}/Files");
    assert_eq!(one_lake.names(&list).await, [format!("{ITEM}/Files/b")]);
}

#[tokio::test]
async fn access_control_is_refused() {
    let one_lake = OneLake::new().await;
    one_lake.write(&files("/a"), b"content").await;
    for action in ["setAccessControl", "setAccessControlRecursive&mode=set"] {
        let uri = files(&format!("/a?action={action}"));
        let answer = one_lake.dfs("PATCH", &uri, &[("x-ms-acl", "user::rwx")]).await;
        assert_eq!(told(&answer), (400, "UnsupportedQueryParameter"), "{action}");
    }
    let tier = [("x-ms-access-tier", "Cool")];
    let answer = one_lake.blob("PUT", &files("/a?comp=tier"), &tier).await;
    assert_eq!(told(&answer), (400, "UnsupportedQueryParameter"));
}

#[tokio::test]
async fn headers_for_what_fabric_manages_are_ignored_and_named() {
    let one_lake = OneLake::new().await;
    let headers = [
        ("x-ms-owner", "not even an id"),
        ("x-ms-group", "$superuser"),
        ("x-ms-permissions", "0777"),
        ("x-ms-acl", "nonsense"),
        ("x-ms-encryption-key", "no key"),
        ("x-ms-encryption-key-sha256", "x"),
        ("x-ms-encryption-algorithm", "x"),
        ("x-ms-encryption-scope", "x"),
        ("x-ms-access-tier", "Warm"),
        ("x-ms-umask", "0000"),
    ];
    let made = one_lake.dfs("PUT", &files("/a?resource=file"), &headers).await;
    assert_eq!(told(&made), (201, ""));
    assert_eq!(
        made.header("x-ms-rejected-headers"),
        Some(
            "x-ms-access-tier,x-ms-acl,x-ms-encryption-algorithm,x-ms-encryption-key,\
             x-ms-encryption-key-sha256,x-ms-encryption-scope,x-ms-group,x-ms-owner,x-ms-permissions"
        )
    );
    assert_eq!(made.header("x-ms-encryption-scope"), None);
    let blob = [("x-ms-blob-type", "BlockBlob"), ("x-ms-access-tier", "Cool")];
    let put = one_lake.blob("PUT", &files("/b"), &blob).await;
    assert_eq!(put.header("x-ms-rejected-headers"), Some("x-ms-access-tier"));
    let told = one_lake.blob("HEAD", &files("/b"), &[]).await;
    assert_eq!(told.header("x-ms-access-tier"), Some("Hot"));
    assert_eq!(told.header("x-ms-rejected-headers"), None);
    // An account of storage takes them at their word.
    let storage =
        one_lake.emulator.signed(Protocol::Dfs, "PUT", "/mockfs/a?resource=file", &headers);
    assert_eq!(storage.await.status, 400);
}

#[tokio::test]
async fn nobody_owns_anything() {
    let one_lake = OneLake::new().await;
    one_lake.write(&files("/a"), b"content").await;
    for (protocol, uri) in [
        (Protocol::Dfs, files("/a")),
        (Protocol::Dfs, files("/a?action=getAccessControl&upn=true")),
        (Protocol::Dfs, "/mockworkspace/".to_owned()),
        (Protocol::Blob, files("/a")),
        (Protocol::Blob, files("")),
    ] {
        let answer = one_lake.ask(protocol, "HEAD", &uri, &[], b"").await;
        assert_eq!(told(&answer), (200, ""), "{uri}");
        for (name, value) in [
            ("x-ms-owner", "$superuser"),
            ("x-ms-group", "$superuser"),
            ("x-ms-permissions", "---------"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{protocol:?} {uri}");
        }
        if let Some(acl) = answer.header("x-ms-acl") {
            assert_eq!(acl, "user::rwx,group::---,other::---");
        }
    }
    let list = one_lake.dfs("GET", "/mockworkspace?resource=filesystem&recursive=true", &[]).await;
    let list: serde_json::Value = serde_json::from_slice(&list.body).unwrap();
    for path in list["paths"].as_array().unwrap() {
        let of = |name: &str| path[name].as_str().unwrap().to_owned();
        assert_eq!(
            of("owner") + &of("group") + &of("permissions"),
            "$superuser$superuser---------"
        );
    }
    let uri = "/mockworkspace?restype=container&comp=list&include=permissions";
    let list = one_lake.blob("GET", uri, &[]).await;
    assert!(
        list.text()
            .contains("<Owner>$superuser</Owner><Group>$superuser</Group><Permissions>---------<")
    );
}

#[tokio::test]
async fn only_those_who_sign_in_are_let_in() {
    let one_lake = OneLake::new().await;
    let emulator = &one_lake.emulator;
    let host = Endpoint::of_host(Protocol::Dfs, false);
    let uri = files("?resource=directory");
    for (keys_of, code) in [
        ("mockgen2", "KeyBasedAuthenticationNotPermitted"),
        ("mockgen2empty", "KeyBasedAuthenticationNotPermitted"),
    ] {
        let signer = Signer { account: ONE_LAKE.to_owned(), ..emulator.signer(keys_of, 0) };
        let unsigned = Unsigned { method: "HEAD", uri: &uri, headers: &[], body: &[] };
        let request = signer.sign(emulator.now(), &unsigned);
        let answer = emulator.send(ONE_LAKE, host, request).await;
        assert_eq!(told(&answer), (403, code));
    }
    let nobody = emulator.send(ONE_LAKE, host, request("HEAD", &uri, &[])).await;
    assert_eq!(told(&nobody), (401, "NoAuthenticationInformation"));
    let signer = Signer { account: ONE_LAKE.to_owned(), ..emulator.signer("mockgen2", 0) };
    let expiry = (emulator.now() + jiff::SignedDuration::from_mins(30)).to_string();
    let expiry = format!("{}Z", expiry.split('.').next().unwrap().trim_end_matches('Z'));
    let sas = Sas::new(&signer, expiry).account("sco", "rwdl").query();
    let uri = format!("{}?{sas}", files("/a"));
    let by_key = emulator.send(ONE_LAKE, host, request("HEAD", &uri, &[])).await;
    assert_eq!(told(&by_key), (403, "AuthenticationFailed"));
}

#[tokio::test]
async fn roles_decide_and_nothing_else() {
    for (role, reads, writes, lists) in [
        (Some(DataRole::Owner), 200, 201, 200),
        (Some(DataRole::Contributor), 200, 201, 200),
        (Some(DataRole::Reader), 200, 403, 200),
        (None, 403, 403, 403),
    ] {
        let one_lake = OneLake::asked_by(role).await;
        let read = one_lake.dfs("HEAD", &files("/a"), &[]).await;
        assert_eq!(read.status, reads, "{role:?}");
        let write = one_lake.dfs("PUT", &files("/b?resource=file"), &[]).await;
        assert_eq!(write.status, writes, "{role:?}");
        let list = "/mockworkspace?resource=filesystem&recursive=false";
        assert_eq!(one_lake.dfs("GET", list, &[]).await.status, lists, "{role:?}");
        assert_eq!(one_lake.dfs("GET", "/?resource=account", &[]).await.status, lists, "{role:?}");
        if role == Some(DataRole::Reader) {
            let told = one_lake.dfs("HEAD", &files("/a?action=getAccessControl"), &[]).await;
            assert_eq!(told.header("x-ms-acl"), Some("user::r-x,group::---,other::---"));
        }
    }
}

#[tokio::test]
async fn a_signature_of_a_user_is_for_an_hour_and_within_an_item() {
    let one_lake = OneLake::new().await;
    one_lake.write(&files("/a"), b"content").await;
    let emulator = &one_lake.emulator;
    let at = |minutes: i64| {
        let time = emulator.now() + jiff::SignedDuration::from_mins(minutes);
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let uri = "/?restype=service&comp=userdelegationkey";
    let too_long = format!("<KeyInfo><Expiry>{}</Expiry></KeyInfo>", at(120));
    let ask = async |body: String| {
        let body: &'static [u8] = Box::leak(body.into_bytes().into_boxed_slice());
        one_lake.ask(Protocol::Blob, "POST", uri, &[], body).await
    };
    assert_eq!(told(&ask(too_long).await), (400, "InvalidXmlNodeValue"));
    let key =
        ask(format!("<KeyInfo><Start>{}</Start><Expiry>{}</Expiry></KeyInfo>", at(0), at(60)))
            .await;
    assert_eq!(told(&key), (200, ""));
    let key = DelegationKey::read(key.text());
    let signer = Signer { account: ONE_LAKE.to_owned(), key: String::new() };
    let sas = |minutes| Sas::new(&signer, at(minutes)).by(&key);
    let path = files("/a");
    let of_file = |minutes| sas(minutes).resource(&path).set("sr", "b").set("sp", "r");
    let of_files = || sas(50).resource(&files("")).set("sr", "d").set("sdd", 2).set("sp", "rl");
    for (what, query, expected) in [
        ("file", of_file(50).query(), (200, "")),
        ("directory", of_files().query(), (200, "")),
        ("too long", of_file(90).query(), (403, "AuthenticationFailed")),
        ("address", of_file(50).set("sip", "127.0.0.1").query(), (403, "AuthenticationFailed")),
        (
            "somebody",
            of_file(50).set("saoid", Uuid::from_u128(1)).query(),
            (403, "AuthenticationFailed"),
        ),
        (
            "workspace",
            sas(50).resource("/mockworkspace").set("sr", "c").set("sp", "r").query(),
            (403, "AuthenticationFailed"),
        ),
    ] {
        let request = request("GET", &format!("{path}?{query}"), &[]);
        let answer =
            emulator.send(ONE_LAKE, Endpoint::of_host(Protocol::Blob, false), request).await;
        assert_eq!(told(&answer), expected, "{what}: {}", answer.text());
    }
}

#[tokio::test]
async fn names_and_ids_address_the_same_things() {
    let one_lake = OneLake::new().await;
    one_lake.write(&files("/d/a"), b"content").await;
    let by_id = format!("/{WORKSPACE_ID}/{ITEM_ID}/Files/d/a");
    assert_eq!(one_lake.dfs("GET", &by_id, &[]).await.text(), "content");
    assert_eq!(
        one_lake
            .dfs("GET", &by_id.to_uppercase().replace("FILES/D/A", "Files/d/a"), &[])
            .await
            .status,
        200
    );
    let list = format!("/{WORKSPACE_ID}?resource=filesystem&recursive=true");
    for (uri, expected) in [
        (
            format!("{list}&directory={ITEM_ID}/Files"),
            vec![format!("{ITEM_ID}/Files/d"), format!("{ITEM_ID}/Files/d/a")],
        ),
        (format!("{list}&beginFrom={ITEM_ID}/Tables"), vec![format!("{ITEM_ID}/Tables")]),
        (format!("/{WORKSPACE_ID}?resource=filesystem&recursive=false"), vec![ITEM_ID.to_owned()]),
    ] {
        assert_eq!(one_lake.names(&uri).await, expected, "{uri}");
    }
    let list =
        format!("/{WORKSPACE_ID}?restype=container&comp=list&prefix={ITEM_ID}/Files/&delimiter=/");
    assert_eq!(blobs(&one_lake.blob("GET", &list, &[]).await), [format!("{ITEM_ID}/Files/d/")]);
    // A list goes on where it ended.
    let page = format!("/{WORKSPACE_ID}?resource=filesystem&recursive=true&maxResults=1");
    let first = one_lake.dfs("GET", &page, &[]).await;
    let token = first.header("x-ms-continuation").unwrap();
    let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    assert_eq!(
        one_lake.names(&format!("{page}&continuation={token}")).await,
        [format!("{ITEM_ID}/Files")]
    );
    let renamed = format!("/{WORKSPACE_ID}/{ITEM_ID}/Files/b");
    let answer = one_lake.dfs("PUT", &files("/c"), &[("x-ms-rename-source", &*by_id)]).await;
    assert_eq!(told(&answer), (201, ""));
    let answer = one_lake.dfs("PUT", &renamed, &[("x-ms-rename-source", &*files("/c"))]).await;
    assert_eq!(told(&answer), (201, ""));
    assert_eq!(one_lake.blob("GET", &files("/b"), &[]).await.text(), "content");
    // They do not mix.
    for uri in
        [format!("/{WORKSPACE_ID}/{ITEM}/Files/b"), format!("/mockworkspace/{ITEM_ID}/Files/b")]
    {
        let answer = one_lake.dfs("HEAD", &uri, &[]).await;
        assert_eq!(told(&answer), (400, "FriendlyNameSupportDisabled"), "{uri}");
    }
    let protected = one_lake.dfs("DELETE", &format!("/{WORKSPACE_ID}/{ITEM_ID}/Files"), &[]).await;
    assert_eq!(told(&protected), (403, "AuthorizationFailure"));
}

#[tokio::test]
async fn a_list_from_a_name_on_is_empty_where_the_workspace_is_named() {
    let one_lake = OneLake::new().await;
    for name in ["a", "b"] {
        one_lake.write(&files(&format!("/{name}")), b"content").await;
    }
    let list = |workspace: &str, item: &str| {
        format!("/{workspace}?restype=container&comp=list&prefix={item}/Files/")
    };
    let named = list("mockworkspace", ITEM);
    assert_eq!(blobs(&one_lake.blob("GET", &named, &[]).await).len(), 2);
    let from = one_lake.blob("GET", &format!("{named}&startFrom={ITEM}/Files/b"), &[]).await;
    assert_eq!((from.status.as_u16(), blobs(&from)), (200, Vec::new()));
    assert!(from.text().contains("<NextMarker />"), "{}", from.text());
    let by_id = format!("{}&startFrom={ITEM_ID}/Files/b", list(WORKSPACE_ID, ITEM_ID));
    let from = one_lake.blob("GET", &by_id, &[]).await;
    assert_eq!(blobs(&from), [format!("{ITEM_ID}/Files/b")]);
    let missing = one_lake.blob("GET", "/other?restype=container&comp=list&startFrom=a", &[]).await;
    assert_eq!(told(&missing), (404, "ContainerNotFound"));
}

#[tokio::test]
async fn parts_of_a_batch_are_under_the_same_rules() {
    let one_lake = OneLake::new().await;
    one_lake.write(&files("/a"), b"content").await;
    let part = |id: usize, uri: &str| {
        let bearer = &one_lake.bearer;
        format!(
            "--mark\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\n\
             DELETE {uri} HTTP/1.1\r\nAuthorization: {bearer}\r\nContent-Length: 0\r\n\r\n"
        )
    };
    let body = format!("{}{}--mark--\r\n", part(0, &files("/a")), part(1, &files("")));
    let body: &'static [u8] = Box::leak(body.into_bytes().into_boxed_slice());
    let headers = [("content-type", "multipart/mixed; boundary=mark")];
    let uri = "/mockworkspace?restype=container&comp=batch";
    let answer = one_lake.ask(Protocol::Blob, "POST", uri, &headers, body).await;
    assert_eq!(told(&answer), (202, ""));
    assert!(answer.text().contains("HTTP/1.1 202 Accepted"), "{}", answer.text());
    assert!(answer.text().contains("HTTP/1.1 403 "), "{}", answer.text());
    assert_eq!(one_lake.dfs("HEAD", &files("/a"), &[]).await.status, 404);
}

#[tokio::test]
async fn without_workspaces_there_is_no_onelake() {
    let mut seed = Seed::default();
    seed.onelake.workspaces.clear();
    let emulator = Emulator::with(seed);
    let bearer = emulator.owner().await;
    let ask = request("GET", "/?resource=account", &[("authorization", &bearer)]);
    let answer = emulator.send(ONE_LAKE, Endpoint::of_host(Protocol::Dfs, false), ask).await;
    assert_eq!(told(&answer), (404, "ResourceNotFound"));
}
