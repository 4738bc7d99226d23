//! Objects that are written, copied, renamed and deleted.

use adls_wire::RemotePath;
use bytes::Bytes;

use super::DataLakeStore;
use super::failure::{Failure, Outcome, Reason};
use super::tag;
use crate::backend::Attributes;
use crate::transfer::StagedFile;
use crate::{Conditions, ETag, Error, ErrorKind, RenameOptions, WriteOptions, WriteResult};

/// What becomes of an object that is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    Replaced,
    Refused,
    /// It is replaced, if it is this version.
    Updated(Option<String>),
}

impl DataLakeStore {
    /// Writes a whole object; gives its tag.
    pub(super) async fn write(
        &self,
        path: &RemotePath,
        content: Bytes,
        existing: Existing,
        attributes: Attributes,
    ) -> Outcome<Option<String>> {
        let options = self.write_options(path, attributes)?;
        let options = match &existing {
            Existing::Replaced => options.overwrite(true),
            Existing::Refused => options,
            Existing::Updated(tag) => options.overwrite(true).conditions(self.version(path, tag)?),
        };
        let written = self.client.put_with(path, content, options).await.map_err(|error| {
            let update = matches!(existing, Existing::Updated(_));
            match update && error.is_not_found() {
                true => Failure::new(Reason::Precondition, path, error),
                false => Failure::of_target(path, error),
            }
        })?;
        self.tag_of(path, written).await
    }

    /// Begins an object that comes in parts.
    pub(super) async fn begin_parts(
        &self,
        path: &RemotePath,
        attributes: Attributes,
    ) -> Outcome<StagedFile> {
        let options = self.write_options(path, attributes)?;
        let begun = StagedFile::begin(&self.client, path, options).await;
        begun.map_err(|error| Failure::of_target(path, error))
    }

    /// The tag of what was written. Gen1 does not tell: a look does, unless somebody else has written since.
    pub(super) async fn tag_of(
        &self,
        path: &RemotePath,
        written: WriteResult,
    ) -> Outcome<Option<String>> {
        if self.client.capabilities().etag {
            return Ok(written.etag.map(|tag| tag.to_string()));
        }
        match self.client.try_stat(path).await {
            Ok(found) => {
                let own = found.filter(|it| it.is_file() && it.length == written.length);
                Ok(own.as_ref().map(tag::e_tag))
            }
            Err(error) => Err(Failure::of_target(path, error)),
        }
    }

    fn write_options(&self, path: &RemotePath, attributes: Attributes) -> Outcome<WriteOptions> {
        if !self.client.capabilities().properties && attributes != Attributes::default() {
            return Err(not_implemented(path, "writing an object with attributes"));
        }
        let Attributes { headers, metadata } = attributes;
        Ok(WriteOptions {
            content_type: headers.content_type,
            content_encoding: headers.content_encoding,
            content_language: headers.content_language,
            content_disposition: headers.content_disposition,
            cache_control: headers.cache_control,
            metadata,
            ..WriteOptions::default()
        })
    }

    fn version(&self, path: &RemotePath, tag: &Option<String>) -> Outcome<Conditions> {
        if !self.client.capabilities().conditions {
            return Err(not_implemented(path, "writing an object only over one version"));
        }
        match tag {
            Some(tag) => Ok(Conditions::default().if_match(ETag::new(tag))),
            None => Err(Failure::of_target(
                path,
                Error::at(ErrorKind::Invalid, path).with_message(format!(
                    "{path} can be updated by its tag only; give that of the version to replace"
                )),
            )),
        }
    }

    /// Copies an object with its attributes.
    pub(super) async fn copy_object(
        &self,
        from: &RemotePath,
        to: &RemotePath,
        replace: bool,
    ) -> Outcome<()> {
        let (_, attributes) = self.look(from, Conditions::default()).await?;
        if from == to {
            return onto_itself(to, replace);
        }
        let options = self.write_options(to, attributes)?.overwrite(replace);
        let copied = self.client.copy_with(from, &self.client, to, options).await;
        copied.map(drop).map_err(|error| Failure::of_either(from, to, error))
    }

    /// Renames an object, and makes the directories that the new name needs.
    pub(super) async fn rename_object(
        &self,
        from: &RemotePath,
        to: &RemotePath,
        replace: bool,
    ) -> Outcome<()> {
        let failed = |error| Failure::of_either(from, to, error);
        let found = self.client.stat(from).await.map_err(failed)?;
        if found.is_dir() {
            return Err(failed(Error::at(ErrorKind::IsDirectory, from)));
        }
        if from == to {
            return onto_itself(to, replace);
        }
        let options = RenameOptions::default().overwrite(replace);
        let Err(error) = self.client.rename_with(from, to, options.clone()).await else {
            return Ok(());
        };
        // Services say in several ways that there is no such directory.
        let parent = to.parent().unwrap_or_else(RemotePath::root);
        match self.client.try_stat(&parent).await {
            Ok(None) => {
                self.client.mkdirs(&parent).await.map_err(|error| Failure::of_target(to, error))?;
                self.client.rename_with(from, to, options).await.map_err(failed)
            }
            _ => Err(failed(error)),
        }
    }

    /// Deletes an object.
    pub(super) async fn delete_object(&self, path: &RemotePath) -> Outcome<()> {
        match self.client.delete(path).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::of_source(path, Error::at(ErrorKind::NotFound, path))),
            Err(error) => Err(Failure::of_source(path, error)),
        }
    }
}

/// What is done with an object under its own name: nothing, since it is there.
fn onto_itself(path: &RemotePath, replace: bool) -> Outcome<()> {
    match replace {
        true => Ok(()),
        false => Err(Failure::of_target(path, Error::at(ErrorKind::AlreadyExists, path))),
    }
}

fn not_implemented(path: &RemotePath, operation: &'static str) -> Failure {
    Failure::new(Reason::NotImplemented(operation), path, Error::at(ErrorKind::Unsupported, path))
}
