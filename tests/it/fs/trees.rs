//! Work on whole trees, and the requests that it takes.

use adls_fs::{ErrorKind, GlobPattern, Permission, TreeChange};
use futures_util::TryStreamExt;

use super::lake::{Lake, path, refusal};

async fn with_files(files: &[&str]) -> Lake {
    let lake = Lake::start().await;
    for file in files {
        lake.client.put(&path(file), "12345").await.unwrap();
    }
    lake
}

#[tokio::test]
async fn a_pattern_lists_no_more_than_it_needs() {
    let lake =
        with_files(&["/l/2026-1/a.csv", "/l/2026-2/x/b.csv", "/l/2025/a.csv", "/l/top.csv"]).await;
    lake.operations();
    let pattern: GlobPattern = "/l/2026-*/*.csv".parse().unwrap();
    let found: Vec<_> = lake.client.glob(&pattern).try_collect().await.unwrap();
    assert_eq!((found.len(), found[0].path.as_str()), (1, "/l/2026-1/a.csv"));
    assert_eq!(lake.operations(), ["LISTSTATUS"; 3]);
}

#[tokio::test]
async fn every_path_that_could_not_be_changed_is_reported() {
    let lake = with_files(&["/t/a", "/t/b", "/t/c"]).await;
    lake.arm(["*/t/a", "*/t/c"].map(|file| refusal("SETPERMISSION").path(file)));
    let change = TreeChange::Permission(Permission::from_mode(0o700));
    let error = lake.client.change_tree("/t", change).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert!(error.to_string().starts_with("2 of 4 items could not be changed; "), "{error}");
    let failures = &error.tree_change_report().unwrap().failures;
    let mut failed: Vec<_> =
        failures.iter().map(|error| error.path().unwrap().to_string()).collect();
    failed.sort();
    assert_eq!(failed, ["/t/a", "/t/c"]);
}
