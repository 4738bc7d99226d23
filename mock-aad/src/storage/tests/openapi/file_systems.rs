//! File systems.

use super::service::Service;

/// `Service_ListFileSystems`
pub(super) mod list {
    use super::*;
    use crate::storage::tests::Answer;

    fn names(answer: &Answer) -> Vec<String> {
        assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
        let list = answer.json();
        let entries = list["filesystems"].as_array().unwrap();
        for entry in entries {
            // The description spells eTag, the service does not.
            for key in ["name", "lastModified", "etag"] {
                assert!(entry[key].is_string(), "{key} of {entry}");
            }
        }
        entries.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn two(service: &Service) {
        for name in ["openapi-a", "openapi-b"] {
            service.dfs("PUT", format!("/{name}?resource=filesystem")).gives(201).await;
        }
    }

    pub(in super::super) async fn account(service: Service) {
        two(&service).await;
        let answer = service.call("GET", "/?resource=account").gives(200).await;
        assert_eq!(names(&answer), ["mockfs", "openapi-a", "openapi-b"]);
    }

    pub(in super::super) async fn prefix(service: Service) {
        two(&service).await;
        let answer = service.call("GET", "/?resource=account&prefix=openapi-").gives(200).await;
        assert_eq!(names(&answer), ["openapi-a", "openapi-b"]);
    }

    pub(in super::super) async fn continuation(service: Service) {
        two(&service).await;
        let uri = "/?resource=account&prefix=openapi-&maxResults=1&timeout=30";
        let first = service.call("GET", uri).gives(200).await;
        assert_eq!(names(&first), ["openapi-a"]);
        let token = super::super::lists::encoded(first.has("x-ms-continuation"));
        let rest = service.call("GET", format!("{uri}&continuation={token}")).gives(200).await;
        assert_eq!(names(&rest), ["openapi-b"]);
        assert_eq!(rest.header("x-ms-continuation"), Some(""));
    }

    pub(in super::super) async fn refusals(service: Service) {
        for (query, code) in [
            ("", "MissingRequiredQueryParameter"),
            ("resource=service", "InvalidQueryParameterValue"),
            ("resource=account&maxResults=0", "OutOfRangeQueryParameterValue"),
            ("resource=account&maxResults=many", "InvalidQueryParameterValue"),
            ("resource=account&continuation=other", "InvalidQueryParameterValue"),
        ] {
            service.call("GET", format!("/?{query}")).refused(400, code).await;
        }
    }
}

/// `FileSystem_Create`
pub(super) mod create {
    use super::*;

    pub(in super::super) async fn filesystem(service: Service) {
        let made = service.call("PUT", "/openapi?resource=filesystem").gives(201).await;
        assert_eq!(made.header("x-ms-namespace-enabled"), Some("true"));
        assert!(made.body.is_empty());
        let found = service.dfs("HEAD", "/openapi?resource=filesystem").gives(200).await;
        for name in ["etag", "last-modified"] {
            assert_eq!(found.header(name), made.header(name));
        }
    }

    pub(in super::super) async fn properties(service: Service) {
        let ask = service.call("PUT", "/openapi?resource=filesystem");
        ask.header("x-ms-properties", "a=YQ==,b=Yg==").gives(201).await;
        let found = service.dfs("HEAD", "/openapi?resource=filesystem").gives(200).await;
        assert_eq!(found.header("x-ms-properties"), Some("a=YQ==,b=Yg=="));
    }

    /// By the pattern of the description: `^[$a-z0-9](?!.*--)[-a-z0-9]{1,61}[a-z0-9]$`.
    pub(in super::super) async fn names(service: Service) {
        let longest = "a".repeat(63);
        for name in ["abc", "a-b", "0-9-x", "$web", &longest] {
            service.call("PUT", format!("/{name}?resource=filesystem")).gives(201).await;
        }
        for name in ["a--b", "Abc", "abc-", "-abc", "a_b"] {
            let ask = service.call("PUT", format!("/{name}?resource=filesystem"));
            ask.refused(400, "InvalidResourceName").await;
        }
        for name in ["ab", &"a".repeat(64)] {
            let ask = service.call("PUT", format!("/{name}?resource=filesystem"));
            ask.refused(400, "OutOfRangeInput").await;
        }
    }

    pub(in super::super) async fn refusals(service: Service) {
        let again = service.call("PUT", "/mockfs?resource=filesystem");
        again.refused(409, "FilesystemAlreadyExists").await;
        let ask = service.call("PUT", "/openapi?resource=filesystem");
        ask.header("x-ms-properties", "a b=YQ==").refused(400, "InvalidPropertyName").await;
        service
            .dfs("HEAD", "/openapi?resource=filesystem")
            .refused(404, "FilesystemNotFound")
            .await;
    }
}

/// `FileSystem_SetProperties`
pub(super) mod set_properties {
    use super::*;

    const URI: &str = "/mockfs?resource=filesystem";

    async fn properties(service: &Service) -> String {
        service.dfs("HEAD", URI).gives(200).await.has("x-ms-properties").to_owned()
    }

    /// The whole set is replaced, by nothing if the header is left out.
    pub(in super::super) async fn filesystem(service: Service) {
        let before = service.dfs("HEAD", URI).gives(200).await;
        let set = service.call("PATCH", URI).header("x-ms-properties", "a=YQ==,b=Yg==");
        let set = set.gives(200).await;
        assert_ne!(set.header("etag"), before.header("etag"));
        assert_eq!(properties(&service).await, "a=YQ==,b=Yg==");
        service.call("PATCH", URI).header("x-ms-properties", "c=Yw==").gives(200).await;
        assert_eq!(properties(&service).await, "c=Yw==");
        service.call("PATCH", URI).gives(200).await;
        assert_eq!(properties(&service).await, "");
    }

    pub(in super::super) async fn conditions(service: Service) {
        for (name, good, bad) in [("if-modified-since", -60, 60), ("if-unmodified-since", 60, -60)]
        {
            let ask = service.call("PATCH", URI).header(name, service.date(bad));
            ask.refused(412, "ConditionNotMet").await;
            service.call("PATCH", URI).header(name, service.date(good)).gives(200).await;
        }
    }

    pub(in super::super) async fn refusals(service: Service) {
        let missing = service.call("PATCH", "/no-such?resource=filesystem");
        missing.refused(404, "FilesystemNotFound").await;
        let ask = service.call("PATCH", URI).header("x-ms-properties", "a b=YQ==");
        ask.refused(400, "InvalidPropertyName").await;
        let ask = service.call("PATCH", URI).header("if-modified-since", "yesterday");
        ask.refused(400, "InvalidHeaderValue").await;
    }
}

/// `FileSystem_GetProperties`
pub(super) mod get_properties {
    use super::*;

    /// What happens in a file system does not change it.
    pub(in super::super) async fn filesystem(service: Service) {
        let uri = "/mockfs?resource=filesystem";
        let set = service.dfs("PATCH", uri).header("x-ms-properties", "a=YQ==").gives(200).await;
        service.emulator.advance(5);
        service.file("/mockfs/f", "data").await;
        let found = service.call("HEAD", uri).gives(200).await;
        assert_eq!(found.header("x-ms-properties"), Some("a=YQ=="));
        assert_eq!(found.header("x-ms-namespace-enabled"), Some("true"));
        for name in ["etag", "last-modified"] {
            assert_eq!(found.header(name), set.header(name), "{name}");
        }
    }

    pub(in super::super) async fn refusals(service: Service) {
        let missing = service.call("HEAD", "/no-such?resource=filesystem");
        missing.refused(404, "FilesystemNotFound").await;
    }
}

/// `FileSystem_Delete`
pub(super) mod delete {
    use super::*;

    const URI: &str = "/openapi?resource=filesystem";

    /// Its name cannot be used again for 30 seconds.
    pub(in super::super) async fn filesystem(service: Service) {
        service.dfs("PUT", URI).gives(201).await;
        service.file("/openapi/f", "").await;
        let gone = service.call("DELETE", URI).gives(202).await;
        assert!(gone.body.is_empty());
        service.emulator.advance(29);
        service.dfs("PUT", URI).refused(409, "FilesystemBeingDeleted").await;
        service.dfs("HEAD", URI).refused(404, "FilesystemNotFound").await;
        service.dfs("HEAD", "/openapi/f").refused(404, "FilesystemNotFound").await;
        service.emulator.advance(2);
        service.dfs("PUT", URI).gives(201).await;
        service.dfs("HEAD", "/openapi/f").refused(404, "PathNotFound").await;
    }

    pub(in super::super) async fn conditions(service: Service) {
        service.dfs("PUT", URI).gives(201).await;
        for (name, seconds) in [("if-modified-since", 60), ("if-unmodified-since", -60)] {
            let ask = service.call("DELETE", URI).header(name, service.date(seconds));
            ask.refused(412, "ConditionNotMet").await;
        }
        let ask = service.call("DELETE", URI).header("if-unmodified-since", service.date(60));
        ask.gives(202).await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        let missing = service.call("DELETE", "/no-such?resource=filesystem");
        missing.refused(404, "FilesystemNotFound").await;
    }
}
