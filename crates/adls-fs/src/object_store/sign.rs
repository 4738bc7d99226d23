//! URLs that let whoever has one do one thing with one object.

use std::time::Duration;

use adls_wire::RemotePath;
use http::Method;
use url::Url;

use super::DataLakeStore;
use crate::connection_string::account_of;
use crate::creation::refused;
use crate::sas::{SasPermissions, SasResource, ServiceSas, UserDelegationSas};
use crate::{Error, IntoPath, Result};

impl DataLakeStore {
    /// A URL with which a request of this method can be made for `expires_in`, without any other right: a shared
    /// access signature of the Blob endpoint, where GET reads, PUT writes a whole object (with the header
    /// `x-ms-blob-type: BlockBlob`), and DELETE deletes. It is signed with the key of
    /// [`with_account_key`](Self::with_account_key), or with one that the user who is signed in gets.
    ///
    /// The URL is a secret: whoever sees it can use it.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) on Gen1, for other methods, and when nobody
    /// is signed in and there is no key; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when no key lasts so
    /// long.
    pub async fn signed_url(
        &self,
        method: Method,
        path: impl IntoPath,
        expires_in: Duration,
    ) -> Result<Url> {
        let path = path.into_path()?;
        let backend = self.client.backend();
        let (Some(blob), Some(file_system)) = (backend.blob_endpoint(), backend.file_system())
        else {
            return Err(refused(&path, "knows no signatures; only storage accounts (Gen2) do"));
        };
        let permissions = match method {
            Method::GET | Method::HEAD => SasPermissions::READ,
            Method::PUT => SasPermissions::CREATE | SasPermissions::WRITE,
            Method::DELETE => SasPermissions::DELETE,
            other => {
                let text = format!("permits no {other} by a URL; sign GET, HEAD, PUT or DELETE");
                return Err(refused(&path, &text));
            }
        };
        let resource = SasResource::file(file_system, &path)?;
        let until = self.client.clock().now() + expires_in;
        let token = match &self.key {
            Some(key) => ServiceSas::new(resource, permissions, until).sign(key)?,
            None => {
                let key = backend.user_delegation_key(&path, until).await?;
                let name = account_of(blob).ok_or_else(|| {
                    Error::invalid(format!(
                        "{blob} names no account that could be signed for; give its key with \
                         with_account_key"
                    ))
                })?;
                UserDelegationSas::new(resource, permissions, until).sign(&name, &key)?
            }
        };
        let file = RemotePath::root().child(file_system)?.descendant(path.segments())?;
        let mut url = blob.with_path_and_query(&file.encoded(), &[]).as_url().clone();
        url.set_query(Some(token.secret()));
        Ok(url)
    }
}
