//! Operations that depend on the state of what they are done to.

use adls_fs::{
    Conditions, DeleteOptions, ETag, ErrorKind, FileSystemClient, ReadOptions, RemotePath,
    RenameOptions, WriteOptions,
};

use super::below;

pub(super) async fn a_write_only_where_nothing_is_yet(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let file = below(base)("f");
    let nothing_yet = Conditions::default().if_none_match(ETag::any());
    let options = WriteOptions::default().overwrite(true).conditions(nothing_yet);
    let written = client.put_with(&file, "first", options.clone()).await.unwrap();
    assert_eq!(written.length, 5);
    let error = client.put_with(&file, "second", options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    assert_eq!(client.read(&file).await.unwrap(), "first");
}

pub(super) async fn others_are_refused_where_the_service_knows_none(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (file, other) = (&below(base)("f"), &below(base)("g"));
    client.put(file, "x").await.unwrap();
    let conditions = || Conditions::default().if_match(ETag::any());
    let write = WriteOptions::default().overwrite(true).conditions(conditions());
    let rename = RenameOptions::default().conditions(conditions());
    for refused in [
        client.put_with(file, "y", write).await.map(drop),
        client.rename_with(file, other, rename).await,
        client.delete_with(file, DeleteOptions::default().conditions(conditions())).await.map(drop),
        client.open_with(file, ReadOptions::default().conditions(conditions())).await.map(drop),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert_eq!(client.read(file).await.unwrap(), "x");
}
