//! Directories, names and rights.

use std::time::{Duration, SystemTime};

use adls_fs::{
    ConcatOptions, DeleteOptions, ErrorKind, Expiry, FileKind, ListOptions, OwnerChange,
    Permission, RenameOptions, RestoreConflict, RestoreOptions, Rwx, StatOptions, TimesChange,
    WalkOptions, WriteOptions,
};
use adls_tests::{Emulated, Identity};
use futures_util::StreamExt;

use super::lake::{Lake, path};

#[tokio::test]
async fn a_directory_comes_and_goes() {
    let lake = Lake::start().await;
    let client = &lake.client;
    let directory = path("/a/b c/ü+%");
    client.mkdirs(&directory).await.unwrap();
    client.mkdirs(&directory).await.unwrap();
    assert_eq!(client.stat(&directory).await.unwrap().kind, FileKind::Directory);
    client.put(&directory.join("f").unwrap(), "x").await.unwrap();
    let error = client.delete(&path("/a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEmpty);
    assert!(
        client.delete_with(&path("/a"), DeleteOptions::default().recursive(true)).await.unwrap()
    );
    assert!(!client.exists(&directory).await.unwrap());
    assert!(!client.delete(&path("/a")).await.unwrap());
    let error = client.stat(&path("/a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.to_string(), "/a does not exist");
}

#[tokio::test]
async fn a_listing_comes_in_pages() {
    let lake = Lake::start().await;
    for index in 0..25 {
        let file = path(&format!("/many/{index:02} ü"));
        lake.client.put(&file, vec![b'x'; index]).await.unwrap();
    }
    let list = |options| lake.client.list_with(path("/many"), options);
    let entries = list(ListOptions::default().page_size(10)).collect_all().await.unwrap();
    let lengths: Vec<_> = entries.iter().map(|entry| entry.length).collect();
    assert_eq!(lengths, (0..25).collect::<Vec<_>>());
    let mut pages = list(ListOptions::default().page_size(10));
    let first = pages.next_page().await.unwrap().unwrap();
    assert_eq!(first.items.len(), 10);
    let token = pages.continuation().unwrap().to_owned();
    let rest = list(ListOptions::default().start_after(token)).collect_all().await.unwrap();
    assert_eq!(rest.len(), 15);
    let missing = lake.client.list(path("/none")).collect_all().await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    let file = path("/many/03 ü");
    let of_file = lake.client.list(&file).collect_all().await.unwrap();
    assert_eq!((of_file.len(), &of_file[0].path), (1, &file));
}

#[tokio::test]
async fn rename_and_its_refusals() {
    let lake = Lake::start().await;
    let client = &lake.client;
    client.put(&path("/d/a"), "a").await.unwrap();
    client.put(&path("/d/b"), "bb").await.unwrap();
    let rename = async |from: &str, to: &str, overwrite: bool| {
        let options = RenameOptions::default().overwrite(overwrite);
        client.rename_with(&path(from), &path(to), options).await.map_err(|error| error.kind())
    };
    assert_eq!(rename("/d/none", "/d/c", false).await, Err(ErrorKind::NotFound));
    assert_eq!(rename("/d/a", "/d/b", false).await, Err(ErrorKind::AlreadyExists));
    assert_eq!(rename("/d", "/d/e", false).await, Err(ErrorKind::Invalid));
    assert_eq!(rename("/d/a", "/d/b", true).await, Ok(()));
    assert_eq!(client.read(&path("/d/b")).await.unwrap(), "a");
    // The new name is the new name: nothing goes into a directory, even where the service would.
    client.mkdirs("/into").await.unwrap();
    for overwrite in [false, true] {
        assert_eq!(rename("/d/b", "/into", overwrite).await, Err(ErrorKind::AlreadyExists));
        assert_eq!(rename("/d", "/into", overwrite).await, Err(ErrorKind::AlreadyExists));
        assert_eq!(rename("/none", "/into", overwrite).await, Err(ErrorKind::NotFound));
    }
    // Without `recursive` it goes only because it is empty.
    assert!(client.delete("/into").await.unwrap());
    assert_eq!(rename("/d", "/e f", false).await, Ok(()));
    assert_eq!(lake.tree().await, ["/e f/", "/e f/b 1"]);
}

#[tokio::test]
async fn concat_joins_and_consumes() {
    let lake = Lake::start().await;
    let client = &lake.client;
    for name in ["1", "2, with comma"] {
        let file = path("/parts").join(name).unwrap();
        client.put(&file, name.to_owned()).await.unwrap();
    }
    let sources = [path("/parts/1"), path("/parts/2, with comma")];
    let options = ConcatOptions::default().delete_source_directory(true);
    client.concat_with(&path("/whole"), &sources, options).await.unwrap();
    assert_eq!(client.read(&path("/whole")).await.unwrap(), "12, with comma");
    assert_eq!(lake.tree().await, ["/whole 14"]);
    let missing = client.concat(&path("/w"), &sources).await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn walk_and_summary_agree() {
    let lake = Lake::start().await;
    let client = &lake.client;
    for file in ["/t/a", "/t/b/c", "/t/b/d/e"] {
        client.put(&path(file), "1234").await.unwrap();
    }
    client.mkdirs(&path("/t/empty")).await.unwrap();
    let summary = client.content_summary(&path("/t")).await.unwrap();
    assert_eq!((summary.directories, summary.files, summary.length), (4, 3, 12));
    let all: Vec<_> = client.walk(path("/t")).collect().await;
    let names: Vec<_> = all.into_iter().map(|entry| entry.unwrap().path.to_string()).collect();
    let place = |name: &str| names.iter().position(|n| n == name).unwrap();
    assert_eq!(names.len(), 6);
    assert!(place("/t/b") < place("/t/b/c") && place("/t/b/d") < place("/t/b/d/e"));
    let options = WalkOptions::default().max_depth(1);
    assert_eq!(client.walk_with(path("/t"), options).count().await, 3);
    let mut missing = client.walk(path("/none"));
    assert_eq!(missing.next().await.unwrap().unwrap_err().kind(), ErrorKind::NotFound);
    assert!(missing.next().await.is_none());
}

#[tokio::test]
async fn rights_times_and_expiry() {
    let lake = Lake::start().await;
    let client = &lake.client;
    let file = path("/f");
    client.put(&file, "x").await.unwrap();
    client.set_permission(&file, Permission::from_mode(0o640)).await.unwrap();
    let id = "5a1e0000-0000-4000-8000-000000000999";
    client.modify_acl(&file, &format!("user:{id}:r-x").parse().unwrap()).await.unwrap();
    let acl = client.acl(&file).await.unwrap();
    let entries: Vec<_> = acl.entries.iter().map(ToString::to_string).collect();
    let named = format!("user:{id}:r-x");
    assert_eq!(entries, ["user::rw-", &named, "group::r--", "mask::r-x", "other::---"]);
    assert!(client.stat(&file).await.unwrap().has_acl);
    client.remove_acl_entries(&file, &format!("user:{id}").parse().unwrap()).await.unwrap();
    client.remove_acl(&file).await.unwrap();
    client.remove_default_acl(&path("/")).await.unwrap();
    assert_eq!(client.acl(&file).await.unwrap().entries.len(), 3);
    client.set_acl(&file, &"user::rwx,group::---,other::---".parse().unwrap()).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().permission, Some(Permission::from_mode(0o700)));
    assert!(client.check_access(&file, Rwx::READ).await.unwrap());
    client.set_owner(&file, OwnerChange::default().group(id.to_owned())).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().group.as_deref(), Some(id));

    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_600_000_000_123);
    client.set_times(&file, TimesChange::default().modified(time)).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().modified, time);
    let end = SystemTime::now() + Duration::from_secs(60);
    client.set_expiry(&file, Expiry::At(end)).await.unwrap();
    let expires = client.stat(&file).await.unwrap().expires.unwrap();
    assert!(end.duration_since(expires).unwrap_or_default() < Duration::from_millis(1));
    client.set_expiry(&file, Expiry::Never).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().expires, None);
}

#[tokio::test]
async fn what_was_deleted_comes_back() {
    let lake = Lake::start().await;
    let client = &lake.client;
    client.put(&path("/d/f"), "x").await.unwrap();
    client.delete_with(&path("/d"), DeleteOptions::default().recursive(true)).await.unwrap();
    let found = client.deleted_items("d");
    let found = found.collect_all().await.unwrap();
    assert_eq!((&found[0].path, found[0].kind), (&path("/d"), FileKind::Directory));
    client.restore_with(&found[0], &path("/e"), RestoreOptions::default()).await.unwrap();
    assert_eq!(client.read(&path("/e/f")).await.unwrap(), "x");
    client.delete(&path("/e/f")).await.unwrap();
    client.put(&path("/g"), "new").await.unwrap();
    let found = client.deleted_items("/e/f");
    let item = &found.collect_all().await.unwrap()[0];
    let refused =
        client.restore_with(item, &path("/g"), RestoreOptions::default()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists, "{refused:?}");
    client
        .restore_with(
            item,
            &path("/g"),
            RestoreOptions::default().on_conflict(RestoreConflict::Replace),
        )
        .await
        .unwrap();
    assert_eq!(client.read(&path("/g")).await.unwrap(), "x");
}

#[tokio::test]
async fn somebody_without_rights_is_denied() {
    let mut seed = mock_aad::Seed::default();
    let password = seed.users[0].password.clone();
    let username = "guest@emulator.test".to_owned();
    seed.users.push(mock_aad::SeedUser {
        object_id: "5a1e0000-0000-4000-8000-000000000777".parse().unwrap(),
        username: username.clone(),
        password: password.clone(),
        ..mock_aad::SeedUser::default()
    });
    let lake = Lake::of(Emulated::with_seed(seed).await.unwrap());
    let other = |username| Identity::Other { username, password: password.clone() };
    let guest = lake.file_system_as(&other(username)).unwrap();
    lake.client.put(&path("/d/f"), "x").await.unwrap();
    let error = guest.read(&path("/d/f")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert_eq!(error.to_string(), "no permission for /d/f");
    let error = guest.put(&path("/g"), "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    let disabled = other(lake.emulator.ready().disabled_username.clone());
    let error = lake.file_system_as(&disabled).unwrap().stat(&path("/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
}

/// Whoever deletes what he has seen does not delete what another has made in its place.
#[tokio::test]
async fn only_the_expected_incarnation_is_deleted() {
    let lake = Lake::start().await;
    let (client, file) = (&lake.client, path("/f"));
    let incarnation = async || {
        let status =
            client.stat_with(&file, StatOptions::default().incarnation(true)).await.unwrap();
        status.incarnation.unwrap()
    };
    client.put(&file, "first").await.unwrap();
    let first = incarnation().await;
    assert_eq!(incarnation().await, first);
    client.put_with(&file, "second", WriteOptions::default().overwrite(true)).await.unwrap();
    let options = |id: String| DeleteOptions::default().if_incarnation(id);
    let error = client.delete_with(&file, options(first)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
    assert!(client.delete_with(&file, options(incarnation().await)).await.unwrap());
    assert!(!client.exists(&file).await.unwrap());
}
