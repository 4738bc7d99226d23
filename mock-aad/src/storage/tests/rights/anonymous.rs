//! Requests of nobody: how they are refused, and what is public.

use super::*;

fn bare(host: Protocol, method: &'static str, uri: &str, version: &str) -> Bare {
    Bare::new(host, method, uri).header("x-ms-version", version)
}

#[tokio::test]
async fn nobody_is_asked_to_sign_in_since_there_is_a_way() {
    let world = World::new().await;
    let tenant = world.emulator.state.seed.tenant_id;
    for (host, version, expected) in [
        (Protocol::Blob, "2019-07-07", (404, "ResourceNotFound")),
        (Protocol::Dfs, "2019-07-07", (403, "AuthenticationFailed")),
        (Protocol::Blob, "2019-12-12", (401, "NoAuthenticationInformation")),
        (Protocol::Dfs, "2019-12-12", (401, "NoAuthenticationInformation")),
    ] {
        let (make, look) = match host {
            Protocol::Dfs => ("/mockfs/d/n?resource=file", "/mockfs/d/f"),
            Protocol::Blob => ("/newfs?restype=container", "/mockfs?restype=container"),
        };
        for (method, uri) in [("PUT", make), ("GET", look)] {
            let answer = world.send(&bare(host, method, uri, version)).await;
            assert_eq!((answer.status.as_u16(), answer.code()), expected, "{method} {uri}");
            let challenge = answer.header("www-authenticate");
            assert_eq!(challenge.is_some(), expected.0 == 401);
            if let Some(text) = challenge {
                let authority =
                    format!("authorization_uri=https://login.microsoftonline.com/{tenant}");
                assert!(text.starts_with("Bearer ") && text.contains(&authority), "{text}");
                assert!(text.contains("resource_id=https://storage.azure.com"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_is_none_asks_to_sign_in_again() {
    let world = World::new().await;
    let get = bare(Protocol::Dfs, "GET", "/mockfs/d/f", "2023-11-03");
    for token in ["Bearer a.b.c", "Bearer x"] {
        let answer = world.send(&get.clone().header("authorization", token)).await;
        let told = (answer.status.as_u16(), answer.code());
        assert_eq!(told, (401, "InvalidAuthenticationInfo"), "{token}");
        assert!(answer.header("www-authenticate").is_some());
    }
    let other = world.send(&get.header("authorization", "Basic YTpi")).await;
    assert_eq!((other.status.as_u16(), other.code()), (400, "InvalidAuthenticationInfo"));
}

#[tokio::test]
async fn what_is_public_is_read_and_nothing_else() {
    let world = World::new().await;
    let version = "2023-11-03";
    let blob = |method, uri: &str| bare(Protocol::Blob, method, uri, version);
    let operations = [
        ('r', blob("GET", "/mockfs/d/f")),
        ('r', blob("HEAD", "/mockfs/d/f")),
        ('l', blob("GET", "/mockfs?restype=container&comp=list")),
        ('l', blob("GET", "/mockfs?restype=container")),
        ('-', blob("GET", "/mockfs?restype=container&comp=acl")),
        ('-', blob("GET", "/?comp=list")),
        ('-', blob("GET", "/?restype=service&comp=properties")),
        ('-', blob("PUT", "/mockfs/d/new").header("x-ms-blob-type", "BlockBlob")),
        ('-', blob("DELETE", "/mockfs/d/f")),
        ('-', blob("PUT", "/mockfs/d/f?comp=metadata")),
        ('-', bare(Protocol::Dfs, "PUT", "/mockfs/d/new?resource=file", version)),
        ('-', bare(Protocol::Dfs, "DELETE", "/mockfs/d/f", version)),
    ];
    for (public, may) in [(None, ""), (Some("blob"), "r"), (Some("container"), "rl")] {
        let mut set = blob("PUT", "/mockfs?restype=container&comp=acl");
        if let Some(public) = public {
            set = set.header("x-ms-blob-public-access", public);
        }
        assert_eq!(world.by_key(&set, 0).await.status, 200);
        for (letter, operation) in &operations {
            let answer = world.send(operation).await;
            let expected = may.contains(*letter);
            assert_eq!(answer.status.is_success(), expected, "{public:?} {operation:?}");
            assert!(expected || answer.status == 401, "{public:?} {operation:?}");
        }
    }
}
