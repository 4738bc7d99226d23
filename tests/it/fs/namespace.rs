//! Directories, names and rights.

use std::time::{Duration, SystemTime};

use adls_fs::{
    ConcatOptions, DeleteOptions, DeletedItemsOptions, ErrorKind, Expiry, FileKind, ListOptions,
    MkdirsOptions, OwnerChange, Permission, RenameOptions, RestoreConflict, Rwx, StatOptions,
    TimesChange, WalkOptions, WriteOptions,
};
use adls_tests::{Emulated, Identity};
use futures_util::StreamExt;

use super::lake::{Lake, path};

#[tokio::test]
async fn a_directory_comes_and_goes() {
    let lake = Lake::start().await;
    let client = &lake.client;
    let directory = path("/a/b c/ü+%");
    client.mkdirs(&directory, MkdirsOptions::default()).await.unwrap();
    client.mkdirs(&directory, MkdirsOptions::default()).await.unwrap();
    assert_eq!(client.stat(&directory).await.unwrap().kind, FileKind::Directory);
    client.write(&directory.join("f").unwrap(), "x", WriteOptions::default()).await.unwrap();
    let error = client.delete(&path("/a"), DeleteOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEmpty);
    assert!(client.delete(&path("/a"), DeleteOptions::default().recursive(true)).await.unwrap());
    assert!(!client.exists(&directory).await.unwrap());
    assert!(!client.delete(&path("/a"), DeleteOptions::default()).await.unwrap());
    let error = client.stat(&path("/a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.to_string(), "/a does not exist");
}

#[tokio::test]
async fn a_listing_comes_in_pages() {
    let lake = Lake::start().await;
    for index in 0..25 {
        let file = path(&format!("/many/{index:02} ü"));
        lake.client.write(&file, vec![b'x'; index], WriteOptions::default()).await.unwrap();
    }
    let list = |options| lake.client.list(&path("/many"), options);
    let entries = list(ListOptions::default().page_size(10)).collect_all().await.unwrap();
    let lengths: Vec<_> = entries.iter().map(|entry| entry.length).collect();
    assert_eq!(lengths, (0..25).collect::<Vec<_>>());
    let mut pages = list(ListOptions::default().page_size(10));
    let first = pages.next_page().await.unwrap().unwrap();
    assert_eq!(first.items.len(), 10);
    let token = pages.continuation().unwrap().to_owned();
    let rest = list(ListOptions::default().after(token)).collect_all().await.unwrap();
    assert_eq!(rest.len(), 15);
    let missing = lake.client.list(&path("/none"), ListOptions::default()).collect_all().await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    let file = path("/many/03 ü");
    let of_file = lake.client.list(&file, ListOptions::default()).collect_all().await.unwrap();
    assert_eq!((of_file.len(), &of_file[0].path), (1, &file));
}

#[tokio::test]
async fn rename_and_its_refusals() {
    let lake = Lake::start().await;
    let client = &lake.client;
    client.write(&path("/d/a"), "a", WriteOptions::default()).await.unwrap();
    client.write(&path("/d/b"), "bb", WriteOptions::default()).await.unwrap();
    let rename = async |from: &str, to: &str, overwrite: bool| {
        let options = RenameOptions::default().overwrite(overwrite);
        client.rename(&path(from), &path(to), options).await.map_err(|error| error.kind())
    };
    assert_eq!(rename("/d/none", "/d/c", false).await, Err(ErrorKind::NotFound));
    assert_eq!(rename("/d/a", "/d/b", false).await, Err(ErrorKind::AlreadyExists));
    assert_eq!(rename("/d", "/d/e", false).await, Err(ErrorKind::Invalid));
    assert_eq!(rename("/d/a", "/d/b", true).await, Ok(()));
    assert_eq!(client.read(&path("/d/b")).await.unwrap(), "a");
    assert_eq!(rename("/d", "/e f", false).await, Ok(()));
    assert_eq!(lake.tree().await, ["/e f/", "/e f/b 1"]);
}

#[tokio::test]
async fn concat_joins_and_consumes() {
    let lake = Lake::start().await;
    let client = &lake.client;
    for name in ["1", "2, with comma"] {
        let file = path("/parts").join(name).unwrap();
        client.write(&file, name.to_owned(), WriteOptions::default()).await.unwrap();
    }
    let sources = [path("/parts/1"), path("/parts/2, with comma")];
    let options = ConcatOptions::default().delete_source_directory(true);
    client.concat(&path("/whole"), &sources, options).await.unwrap();
    assert_eq!(client.read(&path("/whole")).await.unwrap(), "12, with comma");
    assert_eq!(lake.tree().await, ["/whole 14"]);
    let missing = client.concat(&path("/w"), &sources, ConcatOptions::default()).await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn walk_and_summary_agree() {
    let lake = Lake::start().await;
    let client = &lake.client;
    for file in ["/t/a", "/t/b/c", "/t/b/d/e"] {
        client.write(&path(file), "1234", WriteOptions::default()).await.unwrap();
    }
    client.mkdirs(&path("/t/empty"), MkdirsOptions::default()).await.unwrap();
    let summary = client.content_summary(&path("/t")).await.unwrap();
    assert_eq!((summary.directories, summary.files, summary.length), (4, 3, 12));
    let all: Vec<_> = client.walk(&path("/t"), WalkOptions::default()).collect().await;
    let names: Vec<_> = all.into_iter().map(|entry| entry.unwrap().path.to_string()).collect();
    let place = |name: &str| names.iter().position(|n| n == name).unwrap();
    assert_eq!(names.len(), 6);
    assert!(place("/t/b") < place("/t/b/c") && place("/t/b/d") < place("/t/b/d/e"));
    let options = WalkOptions::default().max_depth(1);
    assert_eq!(client.walk(&path("/t"), options).count().await, 3);
    let mut missing = client.walk(&path("/none"), WalkOptions::default());
    assert_eq!(missing.next().await.unwrap().unwrap_err().kind(), ErrorKind::NotFound);
    assert!(missing.next().await.is_none());
}

#[tokio::test]
async fn rights_times_and_expiry() {
    let lake = Lake::start().await;
    let client = &lake.client;
    let file = path("/f");
    client.write(&file, "x", WriteOptions::default()).await.unwrap();
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
    assert_eq!(client.stat(&file).await.unwrap().permission, Permission::from_mode(0o700));
    assert!(client.check_access(&file, Rwx::READ).await.unwrap());
    client.set_owner(&file, OwnerChange::default().group(id.to_owned())).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().group, id);

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
    client.write(&path("/d/f"), "x", WriteOptions::default()).await.unwrap();
    client.delete(&path("/d"), DeleteOptions::default().recursive(true)).await.unwrap();
    let found = client.deleted_items("d", DeletedItemsOptions::default());
    let found = found.collect_all().await.unwrap();
    assert_eq!((&found[0].path, found[0].kind), (&path("/d"), FileKind::Directory));
    client.restore(&found[0], &path("/e"), RestoreConflict::Refuse).await.unwrap();
    assert_eq!(client.read(&path("/e/f")).await.unwrap(), "x");
    client.delete(&path("/e/f"), DeleteOptions::default()).await.unwrap();
    client.write(&path("/g"), "new", WriteOptions::default()).await.unwrap();
    let found = client.deleted_items("/e/f", DeletedItemsOptions::default());
    let item = &found.collect_all().await.unwrap()[0];
    let refused = client.restore(item, &path("/g"), RestoreConflict::Refuse).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists, "{refused:?}");
    client.restore(item, &path("/g"), RestoreConflict::Replace).await.unwrap();
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
    lake.client.write(&path("/d/f"), "x", WriteOptions::default()).await.unwrap();
    let error = guest.read(&path("/d/f")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert_eq!(error.to_string(), "no permission for /d/f");
    let error = guest.write(&path("/g"), "x", WriteOptions::default()).await.unwrap_err();
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
    let etag = async || {
        let status = client.stat_with(&file, StatOptions::default().etag(true)).await.unwrap();
        status.etag.unwrap()
    };
    client.write(&file, "first", WriteOptions::default()).await.unwrap();
    let first = etag().await;
    assert_eq!(etag().await, first);
    client.write(&file, "second", WriteOptions::default().overwrite(true)).await.unwrap();
    let options = |etag| DeleteOptions::default().if_etag(Some(etag));
    let error = client.delete(&file, options(first)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
    assert!(client.delete(&file, options(etag().await)).await.unwrap());
    assert!(!client.exists(&file).await.unwrap());
}
