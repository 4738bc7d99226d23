//! Owners, permissions and access control lists.

use super::service::{Ask, Service};
use crate::storage::tests::Answer;

const GROUP: &str = "22222222-3333-4444-5555-666666666666";

async fn access(service: &Service, path: &str) -> Answer {
    service.dfs("HEAD", format!("{path}?action=getAccessControl")).gives(200).await
}

/// `Path_SetAccessControl`
pub(super) mod set {
    use super::*;
    use crate::storage::tests::openapi::paths_lease::{LEASE, leased};

    fn change(service: &Service) -> Ask<'_> {
        service.call("PATCH", "/mockfs/f?action=setAccessControl&timeout=30")
    }

    /// Changes one thing of a file, and checks what of the others.
    async fn changes(service: &Service, name: &'static str, value: &str, other: &[(&str, &str)]) {
        service.file("/mockfs/f", "").await;
        let before = access(service, "/mockfs/f").await;
        let set = change(service).header(name, value).gives(200).await;
        assert!(set.body.is_empty());
        for header in ["etag", "last-modified"] {
            assert_eq!(set.header(header), before.header(header), "{header}");
        }
        let after = access(service, "/mockfs/f").await;
        assert_eq!(after.header(name), Some(value));
        for header in ["x-ms-owner", "x-ms-group", "x-ms-permissions", "x-ms-acl"] {
            if header != name {
                let expected = other.iter().find(|(known, _)| *known == header);
                let expected = expected.map_or(before.header(header), |(_, value)| Some(value));
                assert_eq!(after.header(header), expected, "{header}");
            }
        }
    }

    pub(in super::super) async fn owner(service: Service) {
        let (id, _) = service.user();
        changes(&service, "x-ms-owner", &id, &[]).await;
    }

    pub(in super::super) async fn group(service: Service) {
        changes(&service, "x-ms-group", GROUP, &[]).await;
    }

    pub(in super::super) async fn permissions(service: Service) {
        let acl = ("x-ms-acl", "user::rwx,group::r-x,other::-wx");
        changes(&service, "x-ms-permissions", "rwxr-x-wt", &[acl]).await;
        change(&service).header("x-ms-permissions", "0640").gives(200).await;
        let after = access(&service, "/mockfs/f").await;
        assert_eq!(after.header("x-ms-permissions"), Some("rw-r-----"));
    }

    pub(in super::super) async fn acl(service: Service) {
        let permissions = ("x-ms-permissions", "rwx-w---x");
        changes(&service, "x-ms-acl", "user::rwx,group::-w-,other::--x", &[permissions]).await;
        // The mask is computed where it is left out.
        let (id, _) = service.user();
        let named = format!("user::rwx,user:{id}:-wx,group::r--,other::---");
        change(&service).header("x-ms-acl", &*named).gives(200).await;
        let after = access(&service, "/mockfs/f").await;
        let with_mask = named.replace("group::r--", "group::r--,mask::rwx");
        assert_eq!(after.header("x-ms-acl"), Some(&*with_mask));
    }

    pub(in super::super) async fn lease(service: Service) {
        service.file("/mockfs/f", "").await;
        leased(&service, "/mockfs/f").await;
        let ask = || change(&service).header("x-ms-permissions", "0640");
        ask().refused(412, "LeaseIdMissing").await;
        ask().header("x-ms-lease-id", LEASE).gives(200).await;
    }

    pub(in super::super) async fn conditions(service: Service) {
        service.file("/mockfs/f", "").await;
        let tag = service.head("/mockfs/f").await.has("etag").to_owned();
        let (past, future) = (service.date(-60), service.date(60));
        let ask = || change(&service).header("x-ms-permissions", "0640");
        for (name, value) in [
            ("if-match", "\"0x0\""),
            ("if-none-match", &*tag),
            ("if-modified-since", &future),
            ("if-unmodified-since", &past),
        ] {
            ask().header(name, value).refused(412, "ConditionNotMet").await;
        }
        ask().header("if-match", &*tag).gives(200).await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        service.file("/mockfs/f", "").await;
        let before = access(&service, "/mockfs/f").await;
        change(&service).refused(400, "MissingRequiredHeader").await;
        for (name, value, code) in [
            ("x-ms-permissions", "rwx", "InvalidPermission"),
            ("x-ms-permissions", "0888", "InvalidPermission"),
            ("x-ms-acl", "user::rwx", "InvaldAccessControlList"),
            ("x-ms-acl", "user::rwx,group::rwx,other::rwz", "InvaldAccessControlList"),
        ] {
            change(&service).header(name, value).refused(400, code).await;
        }
        let missing = service.call("PATCH", "/mockfs/no?action=setAccessControl");
        missing.header("x-ms-permissions", "0640").refused(404, "PathNotFound").await;
        let after = access(&service, "/mockfs/f").await;
        assert_eq!(after.header("x-ms-acl"), before.header("x-ms-acl"));
    }
}

/// `Path_SetAccessControlRecursive`
pub(super) mod recursive {
    use super::*;
    use crate::storage::tests::openapi::lists::encoded;

    fn change<'a>(service: &'a Service, query: &str, acl: &str) -> Ask<'a> {
        let uri = format!("/mockfs/d?action=setAccessControlRecursive&{query}");
        service.call("PATCH", uri).header("x-ms-acl", acl)
    }

    /// A directory with two files and a directory in it.
    async fn tree(service: &Service) {
        for path in ["/mockfs/d/a", "/mockfs/d/b", "/mockfs/d/e/f"] {
            service.file(path, "").await;
        }
    }

    /// What was changed: directories, files, failures.
    fn counts(answer: &Answer) -> (u64, u64, u64) {
        let body = answer.json();
        let count = |key: &str| body[key].as_u64().unwrap();
        let failed = body["failedEntries"].as_array().unwrap();
        assert_eq!(failed.len() as u64, count("failureCount"));
        for entry in failed {
            for key in ["name", "type", "errorMessage"] {
                assert!(entry[key].is_string(), "{key} of {entry}");
            }
        }
        (count("directoriesSuccessful"), count("filesSuccessful"), count("failureCount"))
    }

    pub(in super::super) async fn set(service: Service) {
        tree(&service).await;
        let acl = "user::rwx,group::r-x,other::--x";
        let answer = change(&service, "mode=set", acl).gives(200).await;
        assert_eq!(counts(&answer), (2, 3, 0));
        assert_eq!(answer.header("x-ms-continuation"), None);
        for path in ["/mockfs/d", "/mockfs/d/e", "/mockfs/d/e/f"] {
            assert_eq!(access(&service, path).await.header("x-ms-acl"), Some(acl));
        }
    }

    pub(in super::super) async fn modify(service: Service) {
        tree(&service).await;
        let (id, _) = service.user();
        let entry = format!("user:{id}:r-x");
        let answer = change(&service, "mode=modify", &entry).gives(200).await;
        assert_eq!(counts(&answer), (2, 3, 0));
        let expected = format!("user::rw-,{entry},group::r--,mask::r-x,other::---");
        assert_eq!(access(&service, "/mockfs/d/e/f").await.header("x-ms-acl"), Some(&*expected));
    }

    pub(in super::super) async fn remove(service: Service) {
        tree(&service).await;
        let (id, _) = service.user();
        change(&service, "mode=modify", &format!("user:{id}:r-x")).gives(200).await;
        let answer = change(&service, "mode=remove", &format!("user:{id}")).gives(200).await;
        assert_eq!(counts(&answer), (2, 3, 0));
        let acl = access(&service, "/mockfs/d/e/f").await.has("x-ms-acl").to_owned();
        assert!(!acl.contains(&id), "{acl}");
    }

    /// The directory itself counts and comes first.
    pub(in super::super) async fn continuation(service: Service) {
        tree(&service).await;
        let acl = "user::rwx,group::r-x,other::--x";
        let first = change(&service, "mode=set&maxRecords=2", acl).gives(200).await;
        assert_eq!(counts(&first), (1, 1, 0));
        let token = encoded(first.has("x-ms-continuation"));
        let query = format!("mode=set&maxRecords=5&continuation={token}");
        let rest = change(&service, &query, acl).gives(200).await;
        assert_eq!(counts(&rest), (1, 2, 0));
        assert_eq!(rest.header("x-ms-continuation"), None);
    }

    /// What the caller does not own fails; with the flag there is a page behind that one.
    pub(in super::super) async fn force_flag(service: Service) {
        tree(&service).await;
        let stranger = service.emulator.stranger().await;
        let id = crate::seed::Seed::default()
            .applications
            .iter()
            .find(|application| application.client_id == crate::seed::ACL_CLIENT_ID)
            .unwrap()
            .object_id
            .to_string();
        for path in ["/mockfs/", "/mockfs/d", "/mockfs/d/b", "/mockfs/d/e", "/mockfs/d/e/f"] {
            let ask = service.dfs("PATCH", format!("{path}?action=setAccessControl"));
            ask.header("x-ms-owner", &*id).gives(200).await;
        }
        let acl = "user::rwx,group::r-x,other::--x";
        for (flag, goes_on) in [("", false), ("&forceFlag=false", false), ("&forceFlag=true", true)]
        {
            let query = format!("mode=set&maxRecords=2{flag}");
            let ask = change(&service, &query, acl).with_token(&stranger);
            let answer = ask.gives(200).await;
            assert_eq!(counts(&answer), (1, 0, 1), "{flag}");
            assert_eq!(answer.json()["failedEntries"][0]["name"], "d/a");
            assert_eq!(answer.json()["failedEntries"][0]["type"], "FILE");
            assert_eq!(answer.header("x-ms-continuation").is_some(), goes_on, "{flag}");
        }
        let all = change(&service, "mode=set", acl).with_token(&stranger).gives(200).await;
        assert_eq!(counts(&all), (2, 2, 1));
    }

    pub(in super::super) async fn refusals(service: Service) {
        tree(&service).await;
        let acl = "user::rwx,group::r-x,other::--x";
        for (query, code) in [
            ("", "MissingRequiredQueryParameter"),
            ("mode=replace", "InvalidQueryParameterValue"),
            ("mode=set&maxRecords=0", "OutOfRangeQueryParameterValue"),
            ("mode=set&maxRecords=x", "InvalidQueryParameterValue"),
            ("mode=set&forceFlag=perhaps", "InvalidQueryParameterValue"),
            ("mode=set&continuation=other", "InvalidQueryParameterValue"),
        ] {
            change(&service, query, acl).refused(400, code).await;
        }
        change(&service, "mode=set", "user::rwx").refused(400, "InvaldAccessControlList").await;
        let uri = "/mockfs/d?action=setAccessControlRecursive&mode=set";
        service.call("PATCH", uri).refused(400, "MissingRequiredHeader").await;
        let missing = "/mockfs/no?action=setAccessControlRecursive&mode=set";
        let ask = service.call("PATCH", missing).header("x-ms-acl", acl);
        ask.refused(404, "PathNotFound").await;
    }
}
