//! Directories: no objects, and there all the same.

use adls_fs::ErrorKind;
use adls_tests::Identity;
use futures_util::TryStreamExt;
use object_store::{Error, ObjectStore, ObjectStoreExt};

use super::{Stored, at, source};

#[tokio::test]
async fn a_directory_is_no_object() {
    for stored in Stored::both().await {
        stored.put("d/e/f", "x").await;
        for failed in [
            stored.store.get(&at("d/e")).await.map(drop),
            stored.store.head(&at("d/e")).await.map(drop),
            stored.store.copy(&at("d/e"), &at("g")).await,
            stored.store.rename(&at("d/e"), &at("g")).await,
            stored.store.delete(&at("d/e")).await,
        ] {
            let error = failed.unwrap_err();
            assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
        }
        for failed in [
            stored.store.put(&at("d/e"), "x".into()).await.map(drop),
            stored.store.copy(&at("d/e/f"), &at("d/e")).await,
            stored.store.rename(&at("d/e/f"), &at("d")).await,
        ] {
            let error = failed.unwrap_err();
            assert!(
                matches!(error, Error::AlreadyExists { .. } | Error::Generic { .. }),
                "{error:?}"
            );
        }
        let error = stored.store.put(&at("d/e/f/g"), "x".into()).await.unwrap_err();
        assert_eq!(source(&error).kind(), ErrorKind::NotDirectory, "{error}");
        assert_eq!(stored.lake.tree().await, ["/d/", "/d/e/", "/d/e/f 1"]);
    }
}

#[tokio::test]
async fn a_rename_moves_no_bytes_and_makes_the_directories_of_the_new_name() {
    for stored in Stored::both().await {
        stored.put("d/f", vec![7; 9 << 20]).await;
        stored.put("g", "other").await;
        stored.requests();
        stored.store.rename(&at("d/f"), &at("new/nested/f")).await.unwrap();
        let moving = ["OPEN", "CREATE", "APPEND", "append", "flush", "file"];
        let operations = stored.lake.operations();
        assert!(!operations.iter().any(|it| moving.contains(&it.as_str())), "{operations:?}");
        let refused = stored.store.rename_if_not_exists(&at("new/nested/f"), &at("g")).await;
        assert!(matches!(refused, Err(Error::AlreadyExists { .. })), "{refused:?}");
        stored.store.rename(&at("new/nested/f"), &at("g")).await.unwrap();
        let missing = stored.store.rename(&at("missing"), &at("other/x")).await;
        assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
        assert_eq!(
            stored.lake.tree().await,
            ["/d/", &format!("/g {}", 9 << 20), "/new/", "/new/nested/"]
        );
    }
}

#[tokio::test]
async fn directories_stay_are_shown_and_go_with_their_prefix() {
    for stored in Stored::both().await {
        for path in ["a/b/c", "a/d", "e/f"] {
            stored.put(path, "x").await;
            stored.store.delete(&at(path)).await.unwrap();
        }
        stored.put("a/g", "x").await;
        assert_eq!(stored.listed(None).await, ["a/g"]);
        let level = stored.store.list_with_delimiter(None).await.unwrap();
        assert_eq!(level.common_prefixes, [at("a"), at("e")]);
        let shown = async |prefix: &str| {
            let found = stored.store.directories(prefix).map_ok(|found| found.path.to_string());
            let mut paths: Vec<_> = found.try_collect().await?;
            paths.sort();
            adls_fs::Result::Ok(paths)
        };
        assert_eq!(shown("/").await.unwrap(), ["/a", "/a/b", "/e"]);
        assert_eq!(shown("a").await.unwrap(), ["/a/b"]);
        assert!(shown("missing").await.unwrap_err().is_not_found());
        assert!(stored.store.delete_prefix("a").await.unwrap());
        assert!(!stored.store.delete_prefix("a").await.unwrap());
        assert_eq!(stored.lake.tree().await, ["/e/"]);
    }
}

#[tokio::test]
async fn a_file_system_that_is_not_there_is_an_error() {
    let stored = Stored::gen2().await;
    let account = stored.lake.gen2_account(&Identity::Application).unwrap();
    let store: adls_fs::object_store::DataLakeStore =
        account.file_system("missing").unwrap().into();
    let error = store.list(None).try_collect::<Vec<_>>().await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(source(&error).kind(), ErrorKind::FileSystemNotFound);
}
