//! Leases, expiry, and what can be had back.

use super::service::Service;

pub(super) const LEASE: &str = "11111111-2222-4333-8444-555555555555";
const OTHER: &str = "99999999-2222-4333-8444-555555555555";

/// Takes a lease of 60 seconds.
pub(super) async fn leased(service: &Service, path: &str) {
    let ask = service.dfs("POST", path).header("x-ms-lease-action", "acquire");
    let ask = ask.header("x-ms-lease-duration", "60").header("x-ms-proposed-lease-id", LEASE);
    ask.gives(201).await;
}

/// A request of the operation `Path_Lease` about the file.
fn lease<'a>(service: &'a Service, action: &str) -> super::service::Ask<'a> {
    service.call("POST", "/mockfs/f").header("x-ms-lease-action", action)
}

async fn state(service: &Service) -> String {
    service.head("/mockfs/f").await.has("x-ms-lease-state").to_owned()
}

pub(super) async fn acquire(service: Service) {
    service.file("/mockfs/f", "").await;
    let before = service.head("/mockfs/f").await;
    for (seconds, id) in [("15", LEASE), ("60", LEASE), ("-1", OTHER)] {
        let ask = lease(&service, "acquire").header("x-ms-lease-duration", seconds);
        let taken = ask.header("x-ms-proposed-lease-id", id).gives(201).await;
        assert_eq!(taken.header("x-ms-lease-id"), Some(id));
        for name in ["etag", "last-modified"] {
            assert_eq!(taken.header(name), before.header(name), "{name}");
        }
        if id == LEASE {
            service.emulator.advance(61);
        }
    }
    assert_eq!(state(&service).await, "leased");
    let ask = lease(&service, "acquire").header("x-ms-lease-duration", "15");
    let ask = ask.header("x-ms-proposed-lease-id", LEASE);
    ask.refused(409, "LeaseAlreadyPresent").await;
}

pub(super) async fn break_lease(service: Service) {
    service.file("/mockfs/f", "").await;
    leased(&service, "/mockfs/f").await;
    let ask = lease(&service, "break").header("x-ms-lease-break-period", "10");
    assert_eq!(ask.gives(202).await.header("x-ms-lease-time"), Some("10"));
    assert_eq!(state(&service).await, "breaking");
    let ask = lease(&service, "acquire").header("x-ms-lease-duration", "15");
    let ask = ask.header("x-ms-proposed-lease-id", LEASE);
    ask.refused(409, "LeaseIsBreakingAndCannotBeAcquired").await;
    service.emulator.advance(11);
    assert_eq!(state(&service).await, "broken");
    let ask = lease(&service, "renew").header("x-ms-lease-id", LEASE);
    ask.refused(409, "LeaseIsBrokenAndCannotBeRenewed").await;
    leased(&service, "/mockfs/f").await;
    let now = lease(&service, "break").gives(202).await;
    assert_eq!(now.header("x-ms-lease-time"), Some("0"));
    assert_eq!(state(&service).await, "broken");
}

pub(super) async fn change(service: Service) {
    service.file("/mockfs/f", "").await;
    leased(&service, "/mockfs/f").await;
    let ask = lease(&service, "change").header("x-ms-lease-id", LEASE);
    let changed = ask.header("x-ms-proposed-lease-id", OTHER).gives(200).await;
    assert_eq!(changed.header("x-ms-lease-id"), Some(OTHER));
    // Whoever asks again, as the answer was lost, gets the same.
    let ask = lease(&service, "change").header("x-ms-lease-id", LEASE);
    ask.header("x-ms-proposed-lease-id", OTHER).gives(200).await;
    let ask = lease(&service, "renew").header("x-ms-lease-id", LEASE);
    ask.refused(409, "LeaseIdMismatchWithLeaseOperation").await;
}

pub(super) async fn renew(service: Service) {
    service.file("/mockfs/f", "").await;
    leased(&service, "/mockfs/f").await;
    service.emulator.advance(50);
    let renewed = lease(&service, "renew").header("x-ms-lease-id", LEASE).gives(200).await;
    assert_eq!(renewed.header("x-ms-lease-id"), Some(LEASE));
    service.emulator.advance(50);
    assert_eq!(state(&service).await, "leased");
    service.emulator.advance(11);
    assert_eq!(state(&service).await, "expired");
    lease(&service, "renew").header("x-ms-lease-id", LEASE).gives(200).await;
    assert_eq!(state(&service).await, "leased");
}

pub(super) async fn release(service: Service) {
    service.file("/mockfs/f", "").await;
    leased(&service, "/mockfs/f").await;
    let ask = lease(&service, "release").header("x-ms-lease-id", OTHER);
    ask.refused(409, "LeaseIdMismatchWithLeaseOperation").await;
    lease(&service, "release").header("x-ms-lease-id", LEASE).gives(200).await;
    assert_eq!(state(&service).await, "available");
    let ask = lease(&service, "renew").header("x-ms-lease-id", LEASE);
    ask.refused(409, "LeaseIdMismatchWithLeaseOperation").await;
}

pub(super) async fn conditions(service: Service) {
    service.file("/mockfs/f", "").await;
    let tag = service.head("/mockfs/f").await.has("etag").to_owned();
    let (past, future) = (service.date(-60), service.date(60));
    let acquire = || {
        let ask = lease(&service, "acquire").header("x-ms-lease-duration", "15");
        ask.header("x-ms-proposed-lease-id", LEASE)
    };
    for (name, value) in [
        ("if-match", "\"0x0\""),
        ("if-none-match", &*tag),
        ("if-modified-since", &future),
        ("if-unmodified-since", &past),
    ] {
        acquire().header(name, value).refused(412, "ConditionNotMet").await;
    }
    acquire().header("if-match", &*tag).gives(201).await;
}

pub(super) async fn refusals(service: Service) {
    service.file("/mockfs/f", "").await;
    service.call("POST", "/mockfs/f").refused(400, "MissingRequiredHeader").await;
    lease(&service, "borrow").refused(400, "InvalidHeaderValue").await;
    lease(&service, "renew").refused(400, "MissingRequiredHeader").await;
    lease(&service, "acquire").refused(400, "MissingRequiredHeader").await;
    for seconds in ["14", "61", "0", "-2", "long"] {
        let ask = lease(&service, "acquire").header("x-ms-lease-duration", seconds);
        let ask = ask.header("x-ms-proposed-lease-id", LEASE);
        ask.refused(400, "InvalidHeaderValue").await;
    }
    let ask = lease(&service, "acquire").header("x-ms-lease-duration", "15");
    ask.header("x-ms-proposed-lease-id", "mine").refused(400, "InvalidHeaderValue").await;
    let ask = lease(&service, "renew").header("x-ms-lease-id", LEASE);
    ask.refused(409, "LeaseIdMismatchWithLeaseOperation").await;
    lease(&service, "break").refused(409, "LeaseNotPresentWithLeaseOperation").await;
    let missing = service.call("POST", "/mockfs/no").header("x-ms-lease-action", "break");
    missing.refused(404, "PathNotFound").await;
}

/// `Path_SetExpiry`
pub(super) mod expiry {
    use super::*;
    use crate::storage::tests::openapi::service::Ask;

    fn set<'a>(service: &'a Service, option: &str) -> Ask<'a> {
        service.call("PUT", "/mockfs/f?comp=expiry").header("x-ms-expiry-option", option)
    }

    /// Waits until just before and just after the file is to vanish.
    async fn vanishes_after(service: &Service, seconds: u64) {
        service.emulator.advance(seconds - 1);
        service.head("/mockfs/f").await;
        service.emulator.advance(2);
        service.dfs("HEAD", "/mockfs/f").refused(404, "PathNotFound").await;
        service.blob("HEAD", "/mockfs/f").refused(404, "BlobNotFound").await;
    }

    pub(in super::super) async fn never_expire(service: Service) {
        service.file("/mockfs/f", "").await;
        set(&service, "RelativeToNow").header("x-ms-expiry-time", "60000").gives(200).await;
        set(&service, "NeverExpire").gives(200).await;
        service.emulator.advance(120);
        assert_eq!(service.head("/mockfs/f").await.header("x-ms-expiry-time"), None);
    }

    pub(in super::super) async fn relative_to_creation(service: Service) {
        service.file("/mockfs/f", "").await;
        service.emulator.advance(20);
        set(&service, "RelativeToCreation").header("x-ms-expiry-time", "60000").gives(200).await;
        vanishes_after(&service, 40).await;
    }

    /// Neither the ETag nor the time of the last change is another one then.
    pub(in super::super) async fn relative_to_now(service: Service) {
        service.file("/mockfs/f", "").await;
        let before = service.head("/mockfs/f").await;
        service.emulator.advance(20);
        let set = set(&service, "RelativeToNow").header("x-ms-expiry-time", "60000");
        let set = set.gives(200).await;
        for name in ["etag", "last-modified"] {
            assert_eq!(set.header(name), before.header(name), "{name}");
        }
        vanishes_after(&service, 60).await;
    }

    pub(in super::super) async fn absolute(service: Service) {
        service.file("/mockfs/f", "").await;
        let date = service.date(60);
        set(&service, "Absolute").header("x-ms-expiry-time", &*date).gives(200).await;
        assert_eq!(service.head("/mockfs/f").await.header("x-ms-expiry-time"), Some(&*date));
        vanishes_after(&service, 60).await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        service.file("/mockfs/f", "").await;
        service.directory("/mockfs/d").await;
        let ask = service.call("PUT", "/mockfs/f?comp=expiry");
        ask.refused(400, "MissingRequiredHeader").await;
        set(&service, "Sometimes").refused(400, "InvalidHeaderValue").await;
        let ask = set(&service, "Absolute").header("x-ms-expiry-time", "tomorrow");
        ask.refused(400, "InvalidHeaderValue").await;
        let ask = set(&service, "RelativeToNow").header("x-ms-expiry-time", "soon");
        ask.refused(400, "InvalidHeaderValue").await;
        let missing = service.call("PUT", "/mockfs/no?comp=expiry");
        let missing = missing.header("x-ms-expiry-option", "NeverExpire");
        missing.refused(404, "BlobNotFound").await;
    }
}

/// `Path_Undelete`
pub(super) mod undelete {
    use super::*;
    use crate::storage::tests::openapi::service::Ask;

    async fn deleted(service: &Service, path: &str) -> String {
        let gone =
            service.dfs("DELETE", format!("{path}?recursive=true")).of_soft().gives(200).await;
        gone.has("x-ms-deletion-id").to_owned()
    }

    fn restore<'a>(service: &'a Service, path: &str, id: &str) -> Ask<'a> {
        let ask = service.call("PUT", format!("/mockfs/{path}?comp=undelete")).of_soft();
        ask.header("x-ms-undelete-source", format!("{path}?deletionid={id}"))
    }

    pub(in super::super) async fn undelete(service: Service) {
        for (uri, kind) in [("f?resource=file", "file"), ("d/e/f?resource=file", "directory")] {
            service.dfs("PUT", format!("/mockfs/{uri}")).of_soft().gives(201).await;
            let path = if kind == "file" { "f" } else { "d" };
            let id = deleted(&service, &format!("/mockfs/{path}")).await;
            let back = restore(&service, path, &id).gives(200).await;
            assert_eq!(back.header("x-ms-resource-type"), Some(kind));
            let found = uri.split_once('?').unwrap().0;
            service.dfs("HEAD", format!("/mockfs/{found}")).of_soft().gives(200).await;
        }
    }

    pub(in super::super) async fn refusals(service: Service) {
        let make = || service.dfs("PUT", "/mockfs/d/f?resource=file").of_soft();
        make().gives(201).await;
        let id = deleted(&service, "/mockfs/d/f").await;
        restore(&service, "d/f", "1").refused(404, "BlobNotFound").await;
        make().gives(201).await;
        restore(&service, "d/f", &id).refused(409, "BlobAlreadyExists").await;
        deleted(&service, "/mockfs/d").await;
        restore(&service, "d/f", &id).refused(404, "BlobNotFound").await;
    }
}
