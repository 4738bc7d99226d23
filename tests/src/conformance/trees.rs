//! Work on whole trees: walks, patterns, sums, recursive changes.

use std::sync::{Arc, Mutex};

use adls_fs::{
    AclTreeChange, ErrorKind, FileSystemClient, GlobPattern, Permission, RemotePath,
    TreeAclOptions, TreeChange, TreeChangeOptions, WalkOptions,
};
use futures_util::{StreamExt, TryStreamExt};

use super::below;

async fn put_all(client: &FileSystemClient, base: &RemotePath, files: &[&str]) {
    for file in files {
        client.put(base.join(file).unwrap(), "12345").await.unwrap();
    }
}

const FILES: [&str; 3] = ["t/a", "t/b/c", "t/b/d/e"];

pub(super) async fn a_walk_gives_directories_before_their_entries(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let at = below(base);
    put_all(client, base, &FILES).await;
    client.mkdirs(at("t/empty")).await.unwrap();
    let all: Vec<_> = client.walk(at("t")).try_collect().await.unwrap();
    let place = |name: &str| all.iter().position(|entry| entry.path == at(name)).unwrap();
    assert_eq!(all.len(), 6);
    assert!(place("t/b") < place("t/b/c") && place("t/b/d") < place("t/b/d/e"));
    let options = WalkOptions::default().max_depth(1);
    assert_eq!(client.walk_with(at("t"), options).count().await, 3);
    let mut missing = client.walk(at("none"));
    assert_eq!(missing.next().await.unwrap().unwrap_err().kind(), ErrorKind::NotFound);
    assert!(missing.next().await.is_none());
}

pub(super) async fn patterns_find_what_they_say(client: &FileSystemClient, base: &RemotePath) {
    let files = ["l/2026-1/a.csv", "l/2026-2/x/b.csv", "l/2025/a.csv", "l/top.csv"];
    put_all(client, base, &files).await;
    let found = async |pattern: &str| {
        let pattern: GlobPattern = format!("{base}{pattern}").parse().unwrap();
        let entries: Vec<_> = client.glob(&pattern).try_collect().await.unwrap();
        let names = entries.iter().map(|entry| entry.path.relative_to(base).unwrap().to_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    assert_eq!(found("/l/*.csv").await, ["l/top.csv"]);
    assert_eq!(found("/l/2026-*/*.csv").await, ["l/2026-1/a.csv"]);
    assert_eq!(found("/l/2026-*/**/*.csv").await, ["l/2026-1/a.csv", "l/2026-2/x/b.csv"]);
    assert_eq!(found("/l/**").await.len(), 8);
    assert_eq!(found("/l/top.csv").await, ["l/top.csv"]);
    assert_eq!(found("/none/*").await, Vec::<String>::new());
}

pub(super) async fn usage_by_walking(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    put_all(client, base, &FILES).await;
    client.mkdirs(at("t/empty")).await.unwrap();
    let tree = client.summarize(at("t")).await.unwrap();
    assert_eq!((tree.directories, tree.files, tree.length), (4, 3, 15));
    let file = client.summarize(at("t/a")).await.unwrap();
    assert_eq!((file.directories, file.files, file.length), (0, 1, 5));
    let usage = client.disk_usage(at("t"), 1).await.unwrap();
    let shown: Vec<_> = usage.into_iter().map(|u| (u.path, u.summary.length)).collect();
    assert_eq!(shown, [(at("t"), 15), (at("t/b"), 10), (at("t/empty"), 0)]);
    let missing = client.summarize(at("none")).await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

pub(super) async fn usage_by_walking_equals_the_servers(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let tree = below(base)("t");
    put_all(client, base, &FILES).await;
    client.mkdirs(tree.join("empty").unwrap()).await.unwrap();
    let walked = client.summarize(&tree).await.unwrap();
    assert_eq!(walked, client.content_summary(&tree).await.unwrap());
}

pub(super) async fn a_change_reaches_the_whole_tree(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    put_all(client, base, &FILES).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let options = TreeChangeOptions::default().progress(move |path, result| {
        keep.lock().unwrap().push((path.clone(), result.is_ok()));
    });
    let change = TreeChange::Permission(Permission::from_mode(0o750));
    let report = client.change_tree_with(at("t"), change, options).await.unwrap();
    assert_eq!((report.files, report.directories), (3, 3));
    assert_eq!(seen.lock().unwrap().len(), 6);
    // The deepest come first, and a directory after all that it holds.
    assert_eq!(*seen.lock().unwrap().last().unwrap(), (at("t"), true));
    let status = client.stat(at("t/b/d/e")).await.unwrap();
    assert_eq!(status.permission, Some(Permission::from_mode(0o750)));

    // Default entries are for directories only.
    let id = "5a1e0000-0000-4000-8000-000000000999";
    let acl = format!("user:{id}:r-x,default:user:{id}:r-x").parse().unwrap();
    client.change_tree(at("t"), TreeChange::ModifyAcl(acl)).await.unwrap();
    let entries = async |file: &str| {
        let acl = client.acl(at(file)).await.unwrap();
        acl.entries.iter().filter(|entry| entry.qualifier == id).count()
    };
    assert_eq!((entries("t/b").await, entries("t/b/c").await), (2, 1));
    // A list for new children only passes over files.
    let acl = format!("default:user:{id}:rwx").parse().unwrap();
    let report = client.change_tree(at("t"), TreeChange::SetAcl(acl)).await.unwrap();
    assert_eq!((report.files, report.directories), (3, 3));
    assert_eq!((entries("t/b").await, entries("t/b/c").await), (2, 1));
    for change in [TreeChange::RemoveDefaultAcl, TreeChange::RemoveAcl] {
        client.change_tree(at("t"), change).await.unwrap();
    }
    assert_eq!((entries("t/b").await, entries("t/b/c").await), (0, 0));
}

pub(super) async fn a_change_of_acls_is_made_by_the_service(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let at = below(base);
    put_all(client, base, &FILES).await;
    let id = "5a1e0000-0000-4000-8000-000000000999";
    let entries = async |file: &str| {
        let acl = client.acl(at(file)).await.unwrap();
        acl.entries.iter().filter(|entry| entry.qualifier == id).count()
    };
    let modify =
        AclTreeChange::Modify(format!("user:{id}:r-x,default:user:{id}:r-x").parse().unwrap());
    let remove = AclTreeChange::Remove(format!("user:{id},default:user:{id}").parse().unwrap());
    let set = AclTreeChange::Set(
        format!("user::rwx,user:{id}:r--,group::r-x,mask::r-x,other::---").parse().unwrap(),
    );
    for (change, of_directories, of_files) in [(modify, 2, 1), (set, 1, 1), (remove, 0, 0)] {
        for concurrency in [1_usize, 3] {
            let options = TreeAclOptions::default().batch_size(2_u32).concurrency(concurrency);
            let total = client.change_acl_tree_with(at("t"), change.clone(), options).total();
            let total = total.await.unwrap();
            assert_eq!((total.directories, total.files, total.failures.len()), (3, 3, 0));
            for directory in ["t", "t/b", "t/b/d"] {
                assert_eq!(entries(directory).await, of_directories, "{directory} {change:?}");
            }
            for file in FILES {
                assert_eq!(entries(file).await, of_files, "{file} {change:?}");
            }
        }
    }
    let change = AclTreeChange::Modify("other::r-x".parse().unwrap());
    let missing = client.change_acl_tree(at("none"), change).total().await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

pub(super) async fn a_change_of_acls_by_the_service_is_refused_where_it_makes_none(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let change = AclTreeChange::Modify("other::r-x".parse().unwrap());
    let error = client.change_acl_tree(base, change).total().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("change_tree"), "{error}");
}
