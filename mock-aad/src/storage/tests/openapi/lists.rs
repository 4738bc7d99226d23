//! Lists of paths, over either protocol.

use super::service::Service;

/// A token as a query carries it.
pub(super) fn encoded(token: &str) -> String {
    url::form_urlencoded::byte_serialize(token.as_bytes()).collect()
}

/// `list/a`, `list/b/c`, `list/b/d`, and a file beside the directory.
async fn tree(service: &Service) {
    service.file("/mockfs/list/a", "four").await;
    service.file("/mockfs/list/b/c", "").await;
    service.file("/mockfs/list/b/d", "").await;
    service.file("/mockfs/list.txt", "").await;
}

/// `FileSystem_ListPaths`
pub(super) mod paths {
    use serde_json::Value;

    use super::*;
    use crate::storage::tests::Answer;

    const LIST: &str = "/mockfs?resource=filesystem";

    fn entries(answer: &Answer) -> Vec<Value> {
        assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
        answer.json()["paths"].as_array().unwrap().clone()
    }

    fn names(answer: &Answer) -> Vec<String> {
        let entries = entries(answer);
        entries.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn list(service: &Service, query: &str) -> Answer {
        service.call("GET", format!("{LIST}&{query}")).gives(200).await
    }

    pub(in super::super) async fn recursive(service: Service) {
        tree(&service).await;
        let all = list(&service, "recursive=true").await;
        assert_eq!(names(&all), ["list", "list/a", "list/b", "list/b/c", "list/b/d", "list.txt"]);
        for entry in entries(&all) {
            let name = entry["name"].as_str().unwrap();
            // Whatever the description says of types: the service writes all values as texts.
            for (key, value) in entry.as_object().unwrap() {
                assert!(value.is_string(), "{key} of {name}");
            }
            for key in [
                "contentLength",
                "creationTime",
                "etag",
                "group",
                "lastModified",
                "owner",
                "permissions",
            ] {
                assert!(entry[key].is_string(), "{name} has no {key}");
            }
            let is_directory = ["list", "list/b"].contains(&name);
            assert_eq!(entry.get("isDirectory"), is_directory.then_some(&Value::from("true")));
            assert_eq!(entry["contentLength"], if name == "list/a" { "4" } else { "0" });
            assert!(entry["etag"].as_str().unwrap().starts_with("0x"), "{entry}");
        }
        let flat = list(&service, "recursive=false").await;
        assert_eq!(names(&flat), ["list", "list.txt"]);
    }

    pub(in super::super) async fn directory(service: Service) {
        tree(&service).await;
        let all = list(&service, "recursive=true&directory=list").await;
        assert_eq!(names(&all), ["list/a", "list/b", "list/b/c", "list/b/d"]);
        let flat = list(&service, "recursive=false&directory=list").await;
        assert_eq!(names(&flat), ["list/a", "list/b"]);
        let file = list(&service, "recursive=false&directory=list%2Fa").await;
        assert_eq!(names(&file), ["list/a"]);
    }

    pub(in super::super) async fn continuation(service: Service) {
        tree(&service).await;
        let query = "recursive=true&maxResults=4";
        let first = list(&service, query).await;
        assert_eq!(names(&first), ["list", "list/a", "list/b", "list/b/c"]);
        let token = encoded(first.has("x-ms-continuation"));
        let rest = list(&service, &format!("{query}&continuation={token}")).await;
        assert_eq!(names(&rest), ["list/b/d", "list.txt"]);
        assert_eq!(rest.header("x-ms-continuation"), None);
    }

    pub(in super::super) async fn upn(service: Service) {
        service.file("/mockfs/f", "").await;
        let user = service.user();
        let ask = service.dfs("PATCH", "/mockfs/f?action=setAccessControl");
        ask.header("x-ms-owner", user.0.clone()).gives(200).await;
        for (query, owner) in [("", &user.0), ("&upn=false", &user.0), ("&upn=true", &user.1)] {
            let listed = list(&service, &format!("recursive=true{query}")).await;
            assert_eq!(entries(&listed)[0]["owner"], owner.as_str(), "{query}");
        }
    }

    pub(in super::super) async fn begin_from(service: Service) {
        // The older description does not have it.
        if !service.is_newest() {
            return;
        }
        tree(&service).await;
        let deep = list(&service, "recursive=true&directory=list&beginFrom=b%2Fd").await;
        assert_eq!(names(&deep), ["list/b/d"]);
        let flat = list(&service, "recursive=false&directory=list&beginFrom=b").await;
        assert_eq!(names(&flat), ["list/b"]);
        let levels = format!("{LIST}&recursive=false&directory=list&beginFrom=b%2Fd");
        service.call("GET", levels).refused(400, "InvalidQueryParameterValue").await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        for (query, code) in [
            ("", "MissingRequiredQueryParameter"),
            ("&recursive=perhaps", "InvalidQueryParameterValue"),
            ("&recursive=true&maxResults=0", "OutOfRangeQueryParameterValue"),
            ("&recursive=true&maxResults=x", "InvalidQueryParameterValue"),
            ("&recursive=true&continuation=other", "InvalidQueryParameterValue"),
            ("&recursive=true&upn=perhaps", "InvalidQueryParameterValue"),
        ] {
            service.call("GET", format!("{LIST}{query}")).refused(400, code).await;
        }
        let missing = service.call("GET", format!("{LIST}&recursive=true&directory=no"));
        missing.refused(404, "PathNotFound").await;
        let missing = service.call("GET", "/no-such?resource=filesystem&recursive=true");
        missing.refused(404, "FilesystemNotFound").await;
    }
}

/// `FileSystem_ListBlobHierarchySegment`
pub(super) mod blobs {
    use roxmltree::{Document, Node};

    use super::*;
    use crate::storage::tests::Answer;

    const LIST: &str = "/mockfs?restype=container&comp=list";

    /// What a list says of one entry: its element and its name.
    type Entry = (String, String);

    fn child<'a>(of: Node<'a, '_>, name: &str) -> &'a str {
        let found = of.children().find(|node| node.has_tag_name(name));
        found.unwrap_or_else(|| panic!("no {name} in {of:?}")).text().unwrap_or_default()
    }

    /// Checks the shape of a list; returns its entries and the next marker.
    fn read(answer: &Answer) -> (Vec<Entry>, String) {
        assert_eq!(answer.header("content-type"), Some("application/xml"));
        let document = Document::parse(answer.text().trim_start_matches('\u{feff}')).unwrap();
        let root = document.root_element();
        assert!(root.has_tag_name("EnumerationResults"));
        assert!(root.attribute("ServiceEndpoint").is_some_and(|url| url.starts_with("https://")));
        assert_eq!(root.attribute("ContainerName"), Some("mockfs"));
        let blobs = root.children().find(|node| node.has_tag_name("Blobs")).unwrap();
        let entries = blobs.children().map(|entry| {
            if entry.has_tag_name("Blob") {
                let found = entry.children().find(|node| node.has_tag_name("Properties")).unwrap();
                for name in ["Etag", "Last-Modified", "Content-Length"] {
                    assert!(!child(found, name).is_empty(), "{name}");
                }
            }
            (entry.tag_name().name().to_owned(), child(entry, "Name").to_owned())
        });
        (entries.collect(), child(root, "NextMarker").to_owned())
    }

    fn entry(element: &str, name: &str) -> Entry {
        (element.to_owned(), name.to_owned())
    }

    async fn list(service: &Service, query: &str) -> Answer {
        service.call("GET", format!("{LIST}&{query}")).gives(200).await
    }

    pub(in super::super) async fn delimiter(service: Service) {
        tree(&service).await;
        let answer = list(&service, "delimiter=%2F").await;
        let (entries, next) = read(&answer);
        assert_eq!(entries, [entry("Blob", "list.txt"), entry("BlobPrefix", "list/")]);
        assert_eq!(next, "");
        assert!(answer.text().contains("<Delimiter>/</Delimiter>"));
    }

    pub(in super::super) async fn prefix(service: Service) {
        tree(&service).await;
        let answer = list(&service, "delimiter=%2F&prefix=list%2F").await;
        assert_eq!(read(&answer).0, [entry("Blob", "list/a"), entry("BlobPrefix", "list/b/")]);
        assert!(answer.text().contains("<Prefix>list/</Prefix>"));
    }

    pub(in super::super) async fn marker(service: Service) {
        tree(&service).await;
        let query = "delimiter=%2F&maxResults=1";
        let (entries, next) = read(&list(&service, query).await);
        assert_eq!(entries, [entry("Blob", "list.txt")]);
        let answer = list(&service, &format!("{query}&marker={}", encoded(&next))).await;
        let (entries, next) = read(&answer);
        assert_eq!((entries, &*next), (vec![entry("BlobPrefix", "list/")], ""));
        assert!(answer.text().contains("<MaxResults>1</MaxResults>"));
    }

    pub(in super::super) async fn include(service: Service) {
        tree(&service).await;
        let ask = service.blob("PUT", "/mockfs/list.txt?comp=metadata");
        ask.header("x-ms-meta-color", "blue").gives(200).await;
        for word in ["copy", "deleted", "metadata", "snapshots", "uncommittedblobs", "versions"] {
            let answer = list(&service, &format!("delimiter=%2F&include={word}")).await;
            let (entries, _) = read(&answer);
            assert_eq!(
                entries,
                [entry("Blob", "list.txt"), entry("BlobPrefix", "list/")],
                "{word}"
            );
            let shown = answer.text().contains("<Metadata><color>blue</color></Metadata>");
            assert_eq!(shown, word == "metadata");
        }
        list(&service, "delimiter=%2F&include=metadata,deleted").await;
    }

    pub(in super::super) async fn showonly(service: Service) {
        for name in ["gone", "here"] {
            let ask = service.dfs("PUT", format!("/mockfs/{name}?resource=file"));
            ask.of_soft().gives(201).await;
        }
        let deleted = service.dfs("DELETE", "/mockfs/gone").of_soft().gives(200).await;
        let answer = service.call("GET", format!("{LIST}&showonly=deleted&delimiter=%2F"));
        let answer = answer.of_soft().gives(200).await;
        assert_eq!(read(&answer).0, [entry("Blob", "gone")]);
        let id = format!("<DeletionId>{}</DeletionId>", deleted.has("x-ms-deletion-id"));
        for text in ["<Deleted>true</Deleted>", &id, "<DeletedTime>"] {
            assert!(answer.text().contains(text), "{text}");
        }
        assert!(answer.text().contains("<RemainingRetentionDays>7</RemainingRetentionDays>"));
    }

    pub(in super::super) async fn refusals(service: Service) {
        for (query, code) in [
            ("maxResults=0", "OutOfRangeQueryParameterValue"),
            ("maxResults=x", "InvalidQueryParameterValue"),
            ("include=everything", "InvalidQueryParameterValue"),
            ("showonly=alive", "InvalidQueryParameterValue"),
        ] {
            service.call("GET", format!("{LIST}&{query}")).refused(400, code).await;
        }
        let missing = service.call("GET", "/no-such?restype=container&comp=list&delimiter=%2F");
        missing.refused(404, "ContainerNotFound").await;
    }
}
