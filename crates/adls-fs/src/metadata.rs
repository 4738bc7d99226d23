//! Properties of items: reading them, metadata, content headers.

use std::collections::BTreeMap;

use adls_wire::RemotePath;

use crate::creation::refused;
use crate::options::PropertiesOptions;
use crate::properties::{check_metadata, is_reserved, merged};
use crate::{
    Conditions, ContentHeaders, ETag, ErrorKind, FileProperties, FileSystemClient, IntoPath, Result,
};

/// How often metadata is read again that somebody else changed meanwhile.
const MOST_EDITS: u32 = 5;

impl FileSystemClient {
    /// All that is told of what is at `path`: the headers of its content, metadata, lease, encryption. It
    /// needs the right to read, which [`stat`](Self::stat) does not.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`; [`ErrorKind::Unsupported`] without
    /// [`Capabilities::properties`](crate::Capabilities::properties).
    pub async fn properties(&self, path: impl IntoPath) -> Result<FileProperties> {
        self.properties_with(path, PropertiesOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`properties`](Self::properties).
    pub async fn properties_with(
        &self,
        path: impl IntoPath,
        options: PropertiesOptions,
    ) -> Result<FileProperties> {
        let path = path.into_path()?;
        self.require_properties(&path)?;
        self.backend().properties(&path, &options.conditions).await
    }

    /// Replaces the metadata of a file or directory, properties of the user's own: what is left out goes.
    /// Gives its new version.
    ///
    /// Names take letters of ASCII, digits and underscores, begin with no digit, and are compared in any
    /// case; names and values have at most 8 KiB together. Values may be any text. Those outside of ASCII are
    /// seen over the DFS protocol only, which encodes them, and some accounts refuse them.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`; [`ErrorKind::Invalid`] for other names;
    /// [`ErrorKind::Unsupported`] without [`Capabilities::properties`](crate::Capabilities::properties).
    pub async fn set_metadata(
        &self,
        path: impl IntoPath,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Option<ETag>> {
        self.set_metadata_with(path, metadata, PropertiesOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`set_metadata`](Self::set_metadata); [`ErrorKind::ConditionNotMet`].
    pub async fn set_metadata_with(
        &self,
        path: impl IntoPath,
        metadata: &BTreeMap<String, String>,
        options: PropertiesOptions,
    ) -> Result<Option<ETag>> {
        let path = path.into_path()?;
        self.require_properties(&path)?;
        check_metadata(metadata.keys().map(String::as_str))?;
        self.backend().set_metadata(&path, metadata, &options.conditions).await
    }

    /// Sets the values of some names of the metadata, removes the names that come without one, and leaves
    /// the others as they are. Gives the version afterwards.
    ///
    /// The service only replaces, so this reads, edits and sets on the condition that nobody has changed the
    /// item meanwhile, and begins anew a few times if somebody has.
    ///
    /// ```no_run
    /// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::collections::BTreeMap;
    ///
    /// let changes = BTreeMap::from([
    ///     ("reviewed_by".to_owned(), Some("Zoë".to_owned())),
    ///     ("draft".to_owned(), None),
    /// ]);
    /// client.update_metadata("/reports/total.csv", &changes).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`set_metadata`](Self::set_metadata); [`ErrorKind::ConditionNotMet`] when others change the
    /// item all the time.
    pub async fn update_metadata(
        &self,
        path: impl IntoPath,
        changes: &BTreeMap<String, Option<String>>,
    ) -> Result<Option<ETag>> {
        self.update_metadata_with(path, changes, PropertiesOptions::default()).await
    }

    /// The same with options. With [`if_match`](Conditions::if_match) nothing is begun anew.
    ///
    /// # Errors
    /// As for [`update_metadata`](Self::update_metadata).
    pub async fn update_metadata_with(
        &self,
        path: impl IntoPath,
        changes: &BTreeMap<String, Option<String>>,
        options: PropertiesOptions,
    ) -> Result<Option<ETag>> {
        let path = path.into_path()?;
        self.require_properties(&path)?;
        check_metadata(changes.keys().map(String::as_str))?;
        let may_begin_anew = options.conditions.if_match.is_none();
        let mut left = MOST_EDITS;
        loop {
            left -= 1;
            match self.edit_metadata(&path, changes, &options.conditions).await {
                Err(error)
                    if error.kind() == ErrorKind::ConditionNotMet && may_begin_anew && left > 0 => {
                }
                edited => return edited,
            }
        }
    }

    async fn edit_metadata(
        &self,
        path: &RemotePath,
        changes: &BTreeMap<String, Option<String>>,
        conditions: &Conditions,
    ) -> Result<Option<ETag>> {
        let found = self.backend().properties(path, conditions).await?;
        let mut wanted = merged(&found.metadata, changes);
        wanted.retain(|name, _| !is_reserved(name));
        if wanted == found.metadata {
            return Ok(found.status.etag);
        }
        // The tag that was read says at least as much as what the caller has demanded of the version.
        let unchanged =
            Conditions::default().if_match(found.status.etag).lease(conditions.lease.clone());
        self.backend().set_metadata(path, &wanted, &unchanged).await
    }

    /// Replaces the headers of a file's content: those that are left out go, the MD5 as well. To change
    /// one, begin with those of [`properties`](Self::properties). Gives its new version.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`; [`ErrorKind::Invalid`] for what no header can
    /// carry; [`ErrorKind::Unsupported`] without
    /// [`Capabilities::properties`](crate::Capabilities::properties).
    pub async fn set_content_headers(
        &self,
        path: impl IntoPath,
        headers: &ContentHeaders,
    ) -> Result<Option<ETag>> {
        self.set_content_headers_with(path, headers, PropertiesOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`set_content_headers`](Self::set_content_headers); [`ErrorKind::ConditionNotMet`].
    pub async fn set_content_headers_with(
        &self,
        path: impl IntoPath,
        headers: &ContentHeaders,
        options: PropertiesOptions,
    ) -> Result<Option<ETag>> {
        let path = path.into_path()?;
        self.require_properties(&path)?;
        self.backend().set_content_headers(&path, headers, &options.conditions).await
    }

    fn require_properties(&self, path: &RemotePath) -> Result<()> {
        match self.capabilities().properties {
            true => Ok(()),
            false => Err(refused(
                path,
                "keeps neither metadata nor headers of the content; `stat` tells all that it knows",
            )),
        }
    }
}
