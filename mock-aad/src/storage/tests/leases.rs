//! Leases of files, directories and containers: one state for both protocols.

use super::*;

const ONE: &str = "00000000-0000-4000-8000-000000000001";
const TWO: &str = "00000000-0000-4000-8000-000000000002";

/// Where a lease is changed: over which protocol, and of what.
#[derive(Clone, Copy)]
struct Spot {
    protocol: Protocol,
    method: &'static str,
    uri: &'static str,
}

const DFS: Spot = Spot { protocol: Protocol::Dfs, method: "POST", uri: "/mockfs/a" };
const BLOB: Spot = Spot { protocol: Protocol::Blob, method: "PUT", uri: "/mockfs/a?comp=lease" };
const CONTAINER: Spot =
    Spot { protocol: Protocol::Blob, method: "PUT", uri: "/mockfs?restype=container&comp=lease" };

struct Leases(Emulator);

impl Leases {
    async fn new() -> Self {
        let emulator = Emulator::new();
        let uri = "/mockfs/a?resource=file";
        assert_eq!(emulator.signed(Protocol::Dfs, "PUT", uri, &[]).await.status, 201);
        Self(emulator)
    }

    async fn call(&self, spot: Spot, action: &str, headers: &[(&str, &str)]) -> Answer {
        let all = [&[("x-ms-lease-action", action)], headers].concat();
        self.0.signed(spot.protocol, spot.method, spot.uri, &all).await
    }

    async fn acquire(&self, spot: Spot, id: &str, duration: &str) -> Answer {
        let headers = [("x-ms-proposed-lease-id", id), ("x-ms-lease-duration", duration)];
        self.call(spot, "acquire", &headers).await
    }

    /// The code of a call that fails.
    async fn refusal(&self, spot: Spot, action: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let answer = self.call(spot, action, headers).await;
        (answer.status.as_u16(), answer.code().to_owned())
    }
}

/// Status and headers, without those that every answer has.
fn told(answer: &Answer) -> (u16, Vec<String>) {
    let common = ["server", "x-ms-request-id", "x-ms-version", "etag", "last-modified"];
    let mut lines: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !common.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort_unstable();
    (answer.status.as_u16(), lines)
}

#[tokio::test]
async fn every_call_has_the_headers_that_clients_rely_on() {
    for spot in [DFS, BLOB, CONTAINER] {
        let leases = Leases::new().await;
        let id = |id| format!("x-ms-lease-id: {id}");
        let none = "content-length: 0".to_owned();
        let mut answers = vec![leases.acquire(spot, ONE, "15").await];
        assert_eq!(told(&answers[0]), (201, vec![none.clone(), id(ONE)]));
        for (action, headers, status, expected) in [
            ("renew", &[("x-ms-lease-id", ONE)][..], 200, Some(id(ONE))),
            (
                "change",
                &[("x-ms-lease-id", ONE), ("x-ms-proposed-lease-id", TWO)],
                200,
                Some(id(TWO)),
            ),
            ("break", &[("x-ms-lease-break-period", "5")], 202, Some("x-ms-lease-time: 5".into())),
            ("release", &[("x-ms-lease-id", TWO)], 200, None),
        ] {
            let answer = leases.call(spot, action, headers).await;
            let lines = [none.clone()].into_iter().chain(expected).collect();
            assert_eq!(told(&answer), (status, lines), "{action}");
            answers.push(answer);
        }
        for answer in &answers {
            assert!(answer.header("etag").is_some() && answer.header("last-modified").is_some());
            // A lease is no new state.
            assert_eq!(answer.header("etag"), answers[0].header("etag"));
        }
    }
}

#[tokio::test]
async fn both_protocols_see_one_lease() {
    let leases = Leases::new().await;
    leases.acquire(BLOB, ONE, "60").await;
    let refused = leases.acquire(DFS, TWO, "60").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "LeaseAlreadyPresent"));
    let change = [("x-ms-lease-id", ONE), ("x-ms-proposed-lease-id", TWO)];
    assert_eq!(leases.call(DFS, "change", &change).await.status, 200);
    let refused = leases.refusal(BLOB, "release", &[("x-ms-lease-id", ONE)]).await;
    assert_eq!(refused, (409, "LeaseIdMismatchWithLeaseOperation".into()));
    assert_eq!(leases.call(BLOB, "release", &[("x-ms-lease-id", TWO)]).await.status, 200);
    // That of the container is another one.
    assert_eq!(leases.acquire(CONTAINER, ONE, "60").await.status, 201);
    assert_eq!(leases.acquire(DFS, TWO, "60").await.status, 201);
}

#[tokio::test]
async fn a_call_that_the_state_does_not_let_happen_says_why() {
    for spot in [DFS, BLOB, CONTAINER] {
        let leases = Leases::new().await;
        let one = [("x-ms-lease-id", ONE)];
        let change = [("x-ms-lease-id", ONE), ("x-ms-proposed-lease-id", TWO)];
        let mismatch = (409, "LeaseIdMismatchWithLeaseOperation".to_owned());
        let absent = (409, "LeaseNotPresentWithLeaseOperation".to_owned());
        assert_eq!(leases.refusal(spot, "renew", &one).await, mismatch);
        assert_eq!(leases.refusal(spot, "release", &one).await, mismatch);
        assert_eq!(leases.refusal(spot, "change", &change).await, absent);
        assert_eq!(leases.refusal(spot, "break", &[]).await, absent);
        leases.acquire(spot, ONE, "60").await;
        leases.call(spot, "break", &[("x-ms-lease-break-period", "30")]).await;
        let again = leases.acquire(spot, ONE, "60").await;
        assert_eq!(again.code(), "LeaseIsBreakingAndCannotBeAcquired");
        assert_eq!(leases.acquire(spot, TWO, "60").await.code(), "LeaseAlreadyPresent");
        let refused = leases.refusal(spot, "change", &change).await;
        assert_eq!(refused, (409, "LeaseIsBreakingAndCannotBeChanged".into()));
        let refused = leases.refusal(spot, "renew", &one).await;
        assert_eq!(refused, (409, "LeaseIsBrokenAndCannotBeRenewed".into()));
        leases.0.advance(30);
        assert_eq!(leases.acquire(spot, TWO, "60").await.status, 201);
    }
}

#[tokio::test]
async fn a_break_without_a_period_ends_a_path_at_once_and_a_container_when_it_would_end() {
    let leases = Leases::new().await;
    for (spot, time) in [(DFS, "0"), (BLOB, "0"), (CONTAINER, "14")] {
        leases.acquire(spot, ONE, "15").await;
        leases.0.advance(1);
        let answer = leases.call(spot, "break", &[]).await;
        assert_eq!(answer.header("x-ms-lease-time"), Some(time));
        leases.call(spot, "release", &[("x-ms-lease-id", ONE)]).await;
    }
}

#[tokio::test]
async fn a_lease_that_has_expired_is_free_and_its_holder_may_still_renew_it() {
    let leases = Leases::new().await;
    leases.acquire(DFS, ONE, "15").await;
    leases.0.advance(15);
    assert_eq!(leases.call(BLOB, "renew", &[("x-ms-lease-id", ONE)]).await.status, 200);
    assert_eq!(leases.acquire(BLOB, TWO, "15").await.code(), "LeaseAlreadyPresent");
    leases.0.advance(15);
    assert_eq!(leases.acquire(BLOB, TWO, "15").await.status, 201);
}

#[tokio::test]
async fn headers_that_an_action_needs_are_named() {
    let leases = Leases::new().await;
    for spot in [DFS, BLOB, CONTAINER] {
        for (action, headers, code) in [
            ("acquire", &[][..], "MissingRequiredHeader"),
            ("acquire", &[("x-ms-lease-duration", "14")], "InvalidHeaderValue"),
            ("acquire", &[("x-ms-lease-duration", "61")], "InvalidHeaderValue"),
            ("acquire", &[("x-ms-lease-duration", "0")], "InvalidHeaderValue"),
            ("renew", &[], "MissingRequiredHeader"),
            ("release", &[("x-ms-lease-id", "garbage")], "InvalidHeaderValue"),
            ("change", &[("x-ms-lease-id", ONE)], "MissingRequiredHeader"),
            ("break", &[("x-ms-lease-break-period", "61")], "InvalidHeaderValue"),
            ("borrow", &[], "InvalidHeaderValue"),
            ("", &[], "MissingRequiredHeader"),
        ] {
            let refused = leases.refusal(spot, action, headers).await;
            assert_eq!(refused, (400, code.into()), "{action} {headers:?}");
        }
    }
    // Over Blob the service chooses an id, over DFS it does not.
    let duration = [("x-ms-lease-duration", "15")];
    let refused = leases.refusal(DFS, "acquire", &duration).await;
    assert_eq!(refused, (400, "MissingRequiredHeader".into()));
    for spot in [BLOB, CONTAINER] {
        let answer = leases.call(spot, "acquire", &duration).await;
        assert!(answer.header("x-ms-lease-id").unwrap().parse::<Uuid>().is_ok());
    }
}

#[tokio::test]
async fn ids_may_come_without_hyphens_and_are_told_with_them() {
    let leases = Leases::new().await;
    let answer = leases.acquire(BLOB, &ONE.replace('-', ""), "15").await;
    assert_eq!(answer.header("x-ms-lease-id"), Some(ONE));
    assert_eq!(leases.call(DFS, "renew", &[("x-ms-lease-id", ONE)]).await.status, 200);
}

#[tokio::test]
async fn conditions_come_before_the_lease() {
    let leases = Leases::new().await;
    for spot in [DFS, BLOB] {
        let headers = [("x-ms-lease-duration", "15"), ("x-ms-proposed-lease-id", ONE)];
        let with = |condition| [&headers[..], &[condition]].concat();
        let failed = leases.call(spot, "acquire", &with(("if-match", "\"0x8D0\""))).await;
        assert_eq!((failed.status.as_u16(), failed.code()), (412, "ConditionNotMet"));
        let failed = leases.call(spot, "acquire", &with(("if-none-match", "*"))).await;
        assert_eq!((failed.status.as_u16(), failed.code()), (412, "ConditionNotMet"));
    }
}

#[tokio::test]
async fn what_is_not_there_has_no_lease() {
    let leases = Leases::new().await;
    for (protocol, method, uri, code) in [
        (Protocol::Dfs, "POST", "/mockfs/b", "PathNotFound"),
        (Protocol::Blob, "PUT", "/mockfs/b?comp=lease", "BlobNotFound"),
        (Protocol::Dfs, "POST", "/nofs/b", "FilesystemNotFound"),
        (Protocol::Blob, "PUT", "/nofs/b?comp=lease", "ContainerNotFound"),
        (Protocol::Blob, "PUT", "/nofs?restype=container&comp=lease", "ContainerNotFound"),
    ] {
        let refused = leases.acquire(Spot { protocol, method, uri }, ONE, "15").await;
        assert_eq!((refused.status.as_u16(), refused.code()), (404, code));
    }
}

#[tokio::test]
async fn directories_have_leases_and_so_has_the_root() {
    let leases = Leases::new().await;
    for uri in ["/mockfs/", "/mockfs/%2F"] {
        let spot = Spot { uri, ..DFS };
        assert_eq!(leases.acquire(spot, ONE, "15").await.status, 201, "{uri}");
    }
}

#[tokio::test]
async fn who_may_write_may_lease_and_who_may_delete_may_break() {
    let leases = Leases::new().await;
    let emulator = &leases.0;
    let send = |action: &'static str, letter: &'static str| async move {
        let uri = format!("/mockfs/a?comp=lease&{}", emulator.account_sas("o", letter));
        let headers = [
            ("x-ms-lease-action", action),
            ("x-ms-lease-duration", "-1"),
            ("x-ms-proposed-lease-id", ONE),
            ("x-ms-lease-id", ONE),
        ];
        let answer = emulator.at(Protocol::Blob, request("PUT", &uri, &headers)).await;
        (answer.status.as_u16(), answer.code().to_owned())
    };
    let refused = (403, "AuthorizationPermissionMismatch".to_owned());
    for letter in ["r", "d", "c", "l"] {
        assert_eq!(send("acquire", letter).await, refused, "{letter}");
    }
    assert_eq!(send("acquire", "w").await.0, 201);
    for letter in ["r", "c", "l"] {
        assert_eq!(send("break", letter).await, refused, "{letter}");
    }
    assert_eq!(send("break", "d").await.0, 202);
    assert_eq!(send("break", "w").await.0, 202);

    let stranger = emulator.stranger().await;
    let headers = [("authorization", &*stranger), ("x-ms-lease-action", "break")];
    let answer = emulator.at(Protocol::Dfs, request("POST", "/mockfs/a", &headers)).await;
    assert_eq!((answer.status.as_u16(), answer.code().to_owned()), refused);
}
