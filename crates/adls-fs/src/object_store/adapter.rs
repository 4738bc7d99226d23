//! The trait of each version of `object_store`, in terms of what the versions share. The versions differ in
//! their types only, and 0.14 in a field of its answers.

use adls_wire::RemotePath;

use super::failure::{Failure, Outcome};
use crate::Error;

/// How many objects a stream of deletions deletes side by side.
const DELETED_AT_ONCE: usize = 10;

/// A path as object stores write it; they know no other names than services do.
fn remote_path(location: &str) -> Outcome<RemotePath> {
    let names = location.split('/').filter(|name| !name.is_empty());
    let path = RemotePath::root().descendant(names);
    path.map_err(|error| Failure::of_source(&RemotePath::root(), Error::from(error)))
}

/// Implements a version; `extensions` is there for those whose answers have some.
macro_rules! adapter {
    ($module:ident, $api:ident $(, $extensions:ident)?) => {
        mod $module {
            use std::ops::Range;

            use ::$api::path::Path;
            use ::$api::{
                Attribute, Attributes, CopyMode, CopyOptions, Error, GetOptions, GetRange, GetResult,
                GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
                PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions,
                RenameTargetMode, Result, UploadPart,
            };
            use adls_wire::RemotePath;
            use async_trait::async_trait;
            use bytes::Bytes;
            use futures_util::stream::BoxStream;
            use futures_util::{StreamExt, TryFutureExt, TryStreamExt};

            use super::{DELETED_AT_ONCE, remote_path};
            use crate::object_store::DataLakeStore;
            use crate::object_store::failure::{Failure, Outcome, Reason};
            use crate::object_store::list::Level;
            use crate::object_store::read::{Object, ReadRequest, Wanted};
            use crate::object_store::tag::e_tag;
            use crate::object_store::write::Existing;
            use crate::transfer::StagedFile;
            use crate::{Conditions, ETag, FileStatus, backend};

            #[async_trait]
            impl ObjectStore for DataLakeStore {
                async fn put_opts(
                    &self,
                    location: &Path,
                    payload: PutPayload,
                    options: PutOptions,
                ) -> Result<PutResult> {
                    let path = remote_path(location.as_ref())?;
                    let existing = match options.mode {
                        PutMode::Overwrite => Existing::Replaced,
                        PutMode::Create => Existing::Refused,
                        PutMode::Update(version) => Existing::Updated(version.e_tag),
                    };
                    let attributes = from_attributes(&path, &options.attributes)?;
                    Ok(put_result(self.write(&path, payload.into(), existing, attributes).await?))
                }

                async fn put_multipart_opts(
                    &self,
                    location: &Path,
                    options: PutMultipartOptions,
                ) -> Result<Box<dyn MultipartUpload>> {
                    let path = remote_path(location.as_ref())?;
                    let attributes = from_attributes(&path, &options.attributes)?;
                    let file = self.begin_parts(&path, attributes).await?;
                    Ok(Box::new(Upload { store: self.clone(), path, file }))
                }

                async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
                    let path = remote_path(location.as_ref())?;
                    let Object { status, attributes, range, reader } =
                        self.read(&path, read_request(options)?).await?;
                    let frames = reader.into_stream();
                    let frames = frames.map_err(move |error| Failure::of_source(&path, error).into());
                    Ok(GetResult {
                        payload: GetResultPayload::Stream(frames.boxed()),
                        meta: ObjectMeta { location: location.clone(), ..meta(&status)? },
                        range,
                        attributes: to_attributes(attributes),
                        $($extensions: Default::default(),)?
                    })
                }

                async fn get_ranges(
                    &self,
                    location: &Path,
                    ranges: &[Range<u64>],
                ) -> Result<Vec<Bytes>> {
                    Ok(self.read_ranges(&remote_path(location.as_ref())?, ranges).await?)
                }

                fn delete_stream(
                    &self,
                    locations: BoxStream<'static, Result<Path>>,
                ) -> BoxStream<'static, Result<Path>> {
                    let store = self.clone();
                    let deleted = locations.map(move |location| {
                        let store = store.clone();
                        async move {
                            let location = location?;
                            store.delete_object(&remote_path(location.as_ref())?).await?;
                            Ok(location)
                        }
                    });
                    deleted.buffered(DELETED_AT_ONCE).boxed()
                }

                fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
                    listed(self, prefix, None)
                }

                fn list_with_offset(
                    &self,
                    prefix: Option<&Path>,
                    offset: &Path,
                ) -> BoxStream<'static, Result<ObjectMeta>> {
                    listed(self, prefix, Some(offset.as_ref().to_owned()))
                }

                async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
                    let Level { prefixes, objects } = self.level(&directory(prefix)?).await?;
                    Ok(ListResult {
                        common_prefixes: prefixes.iter().map(location).collect::<Result<_>>()?,
                        objects: objects.iter().map(meta).collect::<Result<_>>()?,
                        $($extensions: Default::default(),)?
                    })
                }

                async fn copy_opts(
                    &self,
                    from: &Path,
                    to: &Path,
                    options: CopyOptions,
                ) -> Result<()> {
                    let (from, to) = (remote_path(from.as_ref())?, remote_path(to.as_ref())?);
                    let replace = options.mode == CopyMode::Overwrite;
                    Ok(self.copy_object(&from, &to, replace).await?)
                }

                async fn rename_opts(
                    &self,
                    from: &Path,
                    to: &Path,
                    options: RenameOptions,
                ) -> Result<()> {
                    let (from, to) = (remote_path(from.as_ref())?, remote_path(to.as_ref())?);
                    let replace = options.target_mode == RenameTargetMode::Overwrite;
                    Ok(self.rename_object(&from, &to, replace).await?)
                }
            }

            /// An object that comes in parts.
            #[derive(Debug)]
            struct Upload {
                store: DataLakeStore,
                path: RemotePath,
                file: StagedFile,
            }

            #[async_trait]
            impl MultipartUpload for Upload {
                fn put_part(&mut self, payload: PutPayload) -> UploadPart {
                    let path = self.path.clone();
                    let sent = self.file.part(payload.into());
                    Box::pin(sent.map_err(move |error| Failure::of_target(&path, error).into()))
                }

                async fn complete(&mut self) -> Result<PutResult> {
                    let written = self.file.complete().await;
                    let written = written.map_err(|error| Failure::of_target(&self.path, error))?;
                    Ok(put_result(self.store.tag_of(&self.path, written).await?))
                }

                async fn abort(&mut self) -> Result<()> {
                    let aborted = self.file.abort().await;
                    Ok(aborted.map_err(|error| Failure::of_target(&self.path, error))?)
                }
            }

            impl From<Failure> for Error {
                fn from(failure: Failure) -> Self {
                    let Failure { reason, path, error } = failure;
                    let source = error.into();
                    match reason {
                        Reason::NotFound => Self::NotFound { path, source },
                        Reason::AlreadyExists => Self::AlreadyExists { path, source },
                        Reason::Precondition => Self::Precondition { path, source },
                        Reason::NotModified => Self::NotModified { path, source },
                        Reason::PermissionDenied => Self::PermissionDenied { path, source },
                        Reason::Unauthenticated => Self::Unauthenticated { path, source },
                        Reason::NotSupported => Self::NotSupported { source },
                        Reason::NotImplemented(operation) => Self::NotImplemented {
                            operation: operation.to_owned(),
                            implementer: "DataLakeStore of a Gen1 account".to_owned(),
                        },
                        Reason::Generic => Self::Generic { store: "DataLakeStore", source },
                    }
                }
            }

            fn listed(
                store: &DataLakeStore,
                prefix: Option<&Path>,
                offset: Option<String>,
            ) -> BoxStream<'static, Result<ObjectMeta>> {
                match directory(prefix) {
                    Ok(directory) => store
                        .objects(directory, offset)
                        .map(|status| meta(&status?))
                        .boxed(),
                    Err(failure) => futures_util::stream::once(async { Err(failure.into()) }).boxed(),
                }
            }

            fn directory(prefix: Option<&Path>) -> Outcome<RemotePath> {
                prefix.map_or_else(|| Ok(RemotePath::root()), |prefix| remote_path(prefix.as_ref()))
            }

            fn location(path: &RemotePath) -> Result<Path> {
                Ok(Path::parse(path.as_str())?)
            }

            fn meta(status: &FileStatus) -> Result<ObjectMeta> {
                Ok(ObjectMeta {
                    location: location(&status.path)?,
                    last_modified: status.modified.into(),
                    size: status.length,
                    e_tag: Some(e_tag(status)),
                    version: None,
                })
            }

            fn put_result(e_tag: Option<String>) -> PutResult {
                PutResult { e_tag, version: None, $($extensions: Default::default(),)? }
            }

            fn read_request(options: GetOptions) -> Result<ReadRequest> {
                if options.version.is_some() {
                    return Err(Error::NotSupported {
                        source: "accounts with directories keep no versions to read".into(),
                    });
                }
                let wanted = match options.range {
                    None => Wanted::All,
                    Some(GetRange::Bounded(range)) => Wanted::Within(range),
                    Some(GetRange::Offset(start)) => Wanted::From(start),
                    Some(GetRange::Suffix(count)) => Wanted::Last(count),
                };
                let mut conditions = Conditions::default();
                conditions.if_match = options.if_match.map(ETag::new);
                conditions.if_none_match = options.if_none_match.map(ETag::new);
                conditions.if_modified_since = options.if_modified_since.map(Into::into);
                conditions.if_unmodified_since = options.if_unmodified_since.map(Into::into);
                Ok(ReadRequest { wanted, conditions, head: options.head })
            }

            fn from_attributes(
                path: &RemotePath,
                attributes: &Attributes,
            ) -> Result<backend::Attributes> {
                let mut known = backend::Attributes::default();
                for (attribute, value) in attributes {
                    let value = value.as_ref().to_owned();
                    let headers = &mut known.headers;
                    match attribute {
                        Attribute::ContentDisposition => headers.content_disposition = Some(value),
                        Attribute::ContentEncoding => headers.content_encoding = Some(value),
                        Attribute::ContentLanguage => headers.content_language = Some(value),
                        Attribute::ContentType => headers.content_type = Some(value),
                        Attribute::CacheControl => headers.cache_control = Some(value),
                        Attribute::Metadata(name) => {
                            known.metadata.insert(name.clone().into_owned(), value);
                        }
                        other => {
                            let source = format!("{path} cannot be given {other:?}").into();
                            return Err(Error::NotSupported { source });
                        }
                    }
                }
                Ok(known)
            }

            fn to_attributes(known: backend::Attributes) -> Attributes {
                let headers = known.headers;
                let of_headers = [
                    (Attribute::ContentDisposition, headers.content_disposition),
                    (Attribute::ContentEncoding, headers.content_encoding),
                    (Attribute::ContentLanguage, headers.content_language),
                    (Attribute::ContentType, headers.content_type),
                    (Attribute::CacheControl, headers.cache_control),
                ];
                let of_headers =
                    of_headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
                let own = known.metadata.into_iter();
                let own = own.map(|(name, value)| (Attribute::Metadata(name.into()), value));
                of_headers.chain(own).collect()
            }
        }
    };
}

#[cfg(feature = "object_store")]
adapter!(v0_14, object_store, extensions);
#[cfg(feature = "object_store_0_13")]
adapter!(v0_13, object_store_0_13);
