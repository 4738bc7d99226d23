//! What OneLake has no such thing as is refused before anything is sent.

use std::time::Duration;

use super::*;
use crate::{ErrorKind, Expiry, MkdirsOptions, WriteOptions};

#[tokio::test]
async fn rights_expiry_and_trash_are_refused() {
    let transport = ScriptedTransport::new([]);
    let endpoint = "https://onelake.dfs.fabric.microsoft.com".parse().unwrap();
    let options = FileSystemOptions::with_client(transport.options());
    let credential = Arc::new(CountingCredential::default());
    let client = FileSystemClient::gen2(endpoint, "workspace", credential, options).unwrap();
    let file = path("/i.Lakehouse/Files/a");
    let mode = "750".parse::<crate::Permission>().unwrap();
    let acl = "user::rwx,group::r-x,other::---".parse::<crate::AclSpec>().unwrap();
    let tree = crate::AclTreeChange::Set(acl.clone());
    let expiry = Expiry::AfterNow(Duration::from_secs(60));
    let write = WriteOptions::default;
    for refused in [
        client.set_permission(&file, mode).await,
        client.set_acl(&file, &acl).await,
        client.remove_acl(&file).await,
        client.set_expiry(&file, expiry).await,
        client.put_with(&file, "x", write().permission(mode)).await.map(drop),
        client.put_with(&file, "x", write().acl(acl)).await.map(drop),
        client.put_with(&file, "x", write().expiry(expiry)).await.map(drop),
        client.create_with(&file, write().owner("o".to_owned())).await.map(drop),
        client.mkdirs_with(&file, MkdirsOptions::default().permission(mode)).await,
        client.change_acl_tree(&file, tree).total().await.map(drop),
        client.deleted_items("a").collect_all().await.map(drop),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    assert_eq!(transport.count(), 0);
}
