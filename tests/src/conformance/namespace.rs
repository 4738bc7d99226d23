//! Directories and names.

use adls_fs::{
    ConcatOptions, DeleteOptions, ErrorKind, FileKind, FileSystemClient, RemotePath, RenameOptions,
    RestoreConflict, RestoreOptions,
};

use super::below;
use crate::remote_tree;

pub(super) async fn a_directory_comes_and_goes(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    let (top, directory) = (at("a"), at("a/b c/ü+%"));
    client.mkdirs(&directory).await.unwrap();
    client.mkdirs(&directory).await.unwrap();
    assert_eq!(client.stat(&directory).await.unwrap().kind, FileKind::Directory);
    client.put(directory.join("f").unwrap(), "x").await.unwrap();
    let error = client.delete(&top).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEmpty);
    let recursive = DeleteOptions::default().recursive(true);
    assert!(client.delete_with(&top, recursive).await.unwrap());
    assert!(!client.exists(&directory).await.unwrap());
    assert!(!client.delete(&top).await.unwrap());
    let error = client.stat(&top).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.to_string(), format!("{top} does not exist"));
}

pub(super) async fn rename_and_its_refusals(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    client.put(at("d/a"), "a").await.unwrap();
    client.put(at("d/b"), "bb").await.unwrap();
    let keep = RenameOptions::default();
    let overwrite = keep.clone().overwrite(true);
    let rename = async |from: &str, to: &str, options: &RenameOptions| {
        let renamed = client.rename_with(at(from), at(to), options.clone()).await;
        renamed.map_err(|error| error.kind())
    };
    assert_eq!(rename("d/none", "d/c", &keep).await, Err(ErrorKind::NotFound));
    assert_eq!(rename("d/a", "d/b", &keep).await, Err(ErrorKind::AlreadyExists));
    assert_eq!(rename("d", "d/e", &keep).await, Err(ErrorKind::Invalid));
    assert_eq!(rename("d/a", "d/b", &overwrite).await, Ok(()));
    assert_eq!(client.read(at("d/b")).await.unwrap(), "a");
    // The new name is the new name: nothing goes into a directory, even where the service would.
    client.mkdirs(at("into")).await.unwrap();
    for options in [&keep, &overwrite] {
        assert_eq!(rename("d/b", "into", options).await, Err(ErrorKind::AlreadyExists));
        assert_eq!(rename("d", "into", options).await, Err(ErrorKind::AlreadyExists));
        assert_eq!(rename("none", "into", options).await, Err(ErrorKind::NotFound));
    }
    // Without `recursive` it goes only because it is empty.
    assert!(client.delete(at("into")).await.unwrap());
    assert_eq!(rename("d", "e f", &keep).await, Ok(()));
    assert_eq!(remote_tree(client, base).await, ["/e f/", "/e f/b 1"]);
}

pub(super) async fn concat_joins_and_consumes(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    for name in ["1", "2, with comma"] {
        client.put(at("parts").join(name).unwrap(), name).await.unwrap();
    }
    let sources = [at("parts/1"), at("parts/2, with comma")];
    let options = ConcatOptions::default().delete_source_directory(true);
    client.concat_with(at("whole"), &sources, options).await.unwrap();
    assert_eq!(client.read(at("whole")).await.unwrap(), "12, with comma");
    assert_eq!(remote_tree(client, base).await, ["/whole 14"]);
    let missing = client.concat(at("w"), &sources).await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

pub(super) async fn deleted_items_come_back(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    client.put(at("d/f"), "x").await.unwrap();
    client.delete_with(at("d"), DeleteOptions::default().recursive(true)).await.unwrap();
    let hint = at("d");
    let found = client.deleted_items(&hint.as_str()[1..]).collect_all().await.unwrap();
    assert_eq!((&found[0].path, found[0].kind), (&hint, FileKind::Directory));
    client.restore(&found[0], at("e")).await.unwrap();
    assert_eq!(client.read(at("e/f")).await.unwrap(), "x");
    client.delete(at("e/f")).await.unwrap();
    client.put(at("g"), "new").await.unwrap();
    let found = client.deleted_items(at("e/f").as_str());
    let item = &found.collect_all().await.unwrap()[0];
    let refused = client.restore(item, at("g")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists, "{refused:?}");
    let replace = RestoreOptions::default().on_conflict(RestoreConflict::Replace);
    match client.restore_with(item, at("g"), replace).await {
        Ok(()) => assert_eq!(client.read(at("g")).await.unwrap(), "x"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
            assert_eq!(client.read(at("g")).await.unwrap(), "new");
            client.restore(item, at("e/f")).await.unwrap();
            assert_eq!(client.read(at("e/f")).await.unwrap(), "x");
        }
    }
}
