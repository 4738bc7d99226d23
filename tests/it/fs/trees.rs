//! Work on whole trees: patterns, sums, recursive changes.

use std::sync::{Arc, Mutex};

use adls_fs::{ErrorKind, GlobPattern, Permission, TreeChange, TreeChangeOptions};
use futures_util::TryStreamExt;

use super::lake::{Lake, path};

async fn with_files(files: &[&str]) -> Lake {
    let lake = Lake::start().await;
    for file in files {
        lake.client.put(&path(file), "12345").await.unwrap();
    }
    lake
}

async fn found(lake: &Lake, pattern: &str) -> Vec<String> {
    let pattern: GlobPattern = pattern.parse().unwrap();
    let entries = lake.client.glob(&pattern);
    let entries: Vec<_> = entries.try_collect().await.unwrap();
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path.to_string()).collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn patterns_find_what_they_say_and_list_no_more() {
    let lake =
        with_files(&["/l/2026-1/a.csv", "/l/2026-2/x/b.csv", "/l/2025/a.csv", "/l/top.csv"]).await;
    assert_eq!(found(&lake, "/l/*.csv").await, ["/l/top.csv"]);
    lake.operations();
    assert_eq!(found(&lake, "/l/2026-*/*.csv").await, ["/l/2026-1/a.csv"]);
    assert_eq!(lake.operations(), ["LISTSTATUS"; 3]);
    assert_eq!(found(&lake, "/l/2026-*/**/*.csv").await, ["/l/2026-1/a.csv", "/l/2026-2/x/b.csv"]);
    assert_eq!(found(&lake, "/l/**").await.len(), 8);
    assert_eq!(found(&lake, "/l/top.csv").await, ["/l/top.csv"]);
    assert_eq!(found(&lake, "/none/*").await, Vec::<String>::new());
}

#[tokio::test]
async fn usage_by_walking_equals_the_servers() {
    let lake = with_files(&["/t/a", "/t/b/c", "/t/b/d/e"]).await;
    lake.client.mkdirs(&path("/t/empty")).await.unwrap();
    let root = path("/t");
    let walked = lake.client.summarize(&root).await.unwrap();
    assert_eq!(walked, lake.client.content_summary(&root).await.unwrap());
    let file = lake.client.summarize(&path("/t/a")).await.unwrap();
    assert_eq!((file.directories, file.files, file.length), (0, 1, 5));
    let usage = lake.client.disk_usage(&root, 1).await.unwrap();
    let shown: Vec<_> = usage.iter().map(|u| (u.path.as_str(), u.summary.length)).collect();
    assert_eq!(shown, [("/t", 15), ("/t/b", 10), ("/t/empty", 0)]);
    let missing = lake.client.summarize(&path("/none")).await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_change_reaches_the_whole_tree() {
    let lake = with_files(&["/t/a", "/t/b/c", "/t/b/d/e"]).await;
    let client = &lake.client;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let options = TreeChangeOptions::default().progress(move |path, result| {
        keep.lock().unwrap().push((path.to_string(), result.is_ok()));
    });
    let change = TreeChange::Permission(Permission::from_mode(0o750));
    let report =
        client.change_tree_with(&path("/t"), change.clone(), options.clone()).await.unwrap();
    assert_eq!((report.files, report.directories), (3, 3));
    assert_eq!(seen.lock().unwrap().len(), 6);
    // What lies deeper comes before what holds it.
    assert_eq!(*seen.lock().unwrap().last().unwrap(), ("/t".to_owned(), true));
    let status = client.stat(&path("/t/b/d/e")).await.unwrap();
    assert_eq!(status.permission, Some(Permission::from_mode(0o750)));

    // Default entries are for directories only.
    let id = "5a1e0000-0000-4000-8000-000000000999";
    let acl = format!("user:{id}:r-x,default:user:{id}:r-x").parse().unwrap();
    client.change_tree(&path("/t"), TreeChange::ModifyAcl(acl)).await.unwrap();
    let entries = async |file: &str| {
        let acl = client.acl(&path(file)).await.unwrap();
        acl.entries.iter().filter(|entry| entry.qualifier == id).count()
    };
    assert_eq!((entries("/t/b").await, entries("/t/b/c").await), (2, 1));
    // A list for new children only passes over files.
    let acl = format!("default:user:{id}:rwx").parse().unwrap();
    let report = client.change_tree(&path("/t"), TreeChange::SetAcl(acl)).await.unwrap();
    assert_eq!((report.files, report.directories), (3, 3));
    assert_eq!((entries("/t/b").await, entries("/t/b/c").await), (2, 1));
    for change in [TreeChange::RemoveDefaultAcl, TreeChange::RemoveAcl] {
        let options = TreeChangeOptions::default();
        client.change_tree_with(&path("/t"), change.clone(), options.clone()).await.unwrap();
    }
    assert_eq!((entries("/t/b").await, entries("/t/b/c").await), (0, 0));
}

/// Whoever owns a tree and nothing else can take the rights on it, and give them to himself again.
#[tokio::test]
async fn rights_are_taken_from_the_deepest_first() {
    let mut seed = mock_aad::Seed::default();
    let (username, password) = ("owner@emulator.test".to_owned(), seed.users[0].password.clone());
    seed.users.push(mock_aad::SeedUser {
        object_id: "5a1e0000-0000-4000-8000-000000000777".parse().unwrap(),
        username: username.clone(),
        password: password.clone(),
        ..mock_aad::SeedUser::default()
    });
    let lake = Lake::of(adls_tests::Emulated::with_seed(seed).await.unwrap());
    let identity = adls_tests::Identity::Other { username, password };
    let owner = lake.file_system_as(&identity).unwrap();
    lake.client.mkdirs(&path("/t")).await.unwrap();
    let all = Permission::from_mode(0o777);
    for directory in ["/", "/t"] {
        lake.client.set_permission(&path(directory), all).await.unwrap();
    }
    for file in ["/t/mine/a", "/t/mine/b/c", "/t/mine/b/d/e"] {
        owner.put(&path(file), "x").await.unwrap();
    }
    let options = TreeChangeOptions::default();
    for mode in [0o600, 0o700, 0o400, 0o750] {
        let change = TreeChange::Permission(Permission::from_mode(mode));
        let report = owner
            .change_tree_with(&path("/t/mine"), change.clone(), options.clone())
            .await
            .unwrap();
        assert_eq!((report.files, report.directories), (3, 3), "{mode:o}");
    }
}

#[tokio::test]
async fn every_path_that_could_not_be_changed_is_reported() {
    let lake = with_files(&["/t/a", "/t/b", "/t/c"]).await;
    let denied = mock_aad::FaultAction::Status { code: 403, retry_after: None, body: None };
    let rule = |file: &str| {
        mock_aad::FaultRule::new(denied.clone()).op("SETPERMISSION").path(format!("*{file}"))
    };
    lake.emulator.add_faults([rule("/t/a"), rule("/t/c")]).unwrap();
    let change = TreeChange::Permission(Permission::from_mode(0o700));
    let options = TreeChangeOptions::default();
    let error = lake
        .client
        .change_tree_with(&path("/t"), change.clone(), options.clone())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert!(error.to_string().starts_with("2 of 4 items could not be changed; "), "{error}");
    let report = error.tree_change_report().unwrap();
    let mut failed: Vec<_> =
        report.failures.iter().map(|error| error.path().unwrap().to_string()).collect();
    failed.sort();
    assert_eq!(failed, ["/t/a", "/t/c"]);
}

#[tokio::test]
async fn pieces_of_text_files() {
    let lake = Lake::start().await;
    let client = &lake.client;
    let file = path("/f");
    let text: String = (0..20_000).map(|n| format!("line {n}\r\n")).collect();
    client.put(&file, text.clone()).await.unwrap();
    assert_eq!(client.head(&file, 6).await.unwrap(), "line 0");
    assert_eq!(client.tail(&file, 7).await.unwrap(), "19999\r\n");
    assert_eq!(client.tail(&file, u64::MAX).await.unwrap().len(), text.len());
    assert_eq!(client.read_to_string(&file).await.unwrap(), text);
    let both: Vec<_> = client.cat(&[file.clone(), file.clone()]).try_collect().await.unwrap();
    assert_eq!(both.concat().len(), 2 * text.len());

    // Ranges that adjoin give every record once, wherever they are cut.
    for step in [1_000_u64, 33_333, 100_001, 1 << 20] {
        let mut whole = String::new();
        let mut start = 0;
        while start < text.len() as u64 {
            let piece = client.read_records(&file, start..start + step, b"\r\n").await.unwrap();
            let piece = std::str::from_utf8(&piece).unwrap();
            assert!(piece.is_empty() || piece.ends_with("\r\n"));
            whole.push_str(piece);
            start += step;
        }
        assert!(whole == text, "cut every {step} bytes");
    }
    client.put(&path("/b"), vec![0xff]).await.unwrap();
    let error = client.read_to_string(&path("/b")).await.unwrap_err();
    assert_eq!(error.to_string(), "/b is not UTF-8 text");
}
