//! Objects that are read: the conditions, the ranges, and what comes with the bytes.

use std::ops::Range;

use adls_wire::RemotePath;
use bytes::Bytes;

use super::DataLakeStore;
use super::failure::{Failure, Outcome, Reason};
use super::tag;
use crate::backend::Attributes;
use crate::options::PropertiesOptions;
use crate::reader::{FileSource, RangeReader};
use crate::{Conditions, Error, ErrorKind, FileProperties, FileStatus};

/// What is wanted of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    From(u64),
    Within(Range<u64>),
    Last(u64),
}

/// A request to read.
#[derive(Clone, Debug)]
pub(super) struct ReadRequest {
    pub(super) wanted: Wanted,
    pub(super) conditions: Conditions,
    /// Whether no bytes are wanted.
    pub(super) head: bool,
}

/// The answer to it.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) status: FileStatus,
    pub(super) attributes: Attributes,
    /// The bytes that `reader` gives, unless none were wanted.
    pub(super) range: Range<u64>,
    pub(super) reader: RangeReader,
}

impl Wanted {
    /// The range of an object of this length.
    fn within(&self, path: &RemotePath, length: u64) -> Outcome<Range<u64>> {
        self.check(path)?;
        let beyond = |start: u64| {
            Err(invalid(path, format!("{path} has no byte {start}, it is {length} bytes long")))
        };
        match *self {
            Self::All => Ok(0..length),
            Self::From(start) if start >= length => beyond(start),
            Self::From(start) => Ok(start..length),
            Self::Within(Range { start, .. }) if start >= length => beyond(start),
            Self::Within(Range { start, end }) => Ok(start..end.min(length)),
            Self::Last(count) => Ok(length.saturating_sub(count)..length),
        }
    }

    /// Fails for a range that holds nothing in any object.
    fn check(&self, path: &RemotePath) -> Outcome<()> {
        match self {
            Self::Within(Range { start, end }) if end <= start => Err(invalid(
                path,
                format!("the range of {path} from {start} to {end} holds nothing"),
            )),
            _ => Ok(()),
        }
    }

    /// The range to ask for, where that does not depend on the length.
    fn known(&self) -> Option<Range<u64>> {
        match self {
            Self::All => Some(0..u64::MAX),
            Self::From(start) => Some(*start..u64::MAX),
            Self::Within(range) => Some(range.clone()),
            Self::Last(_) => None,
        }
    }
}

fn invalid(path: &RemotePath, text: String) -> Failure {
    Failure::new(Reason::Generic, path, Error::at(ErrorKind::Invalid, path).with_message(text))
}

impl DataLakeStore {
    /// Opens an object: with one request where the service judges the conditions and knows the range, else after
    /// a look, to whose version it holds.
    pub(super) async fn read(&self, path: &RemotePath, request: ReadRequest) -> Outcome<Object> {
        let ReadRequest { wanted, conditions, head } = request;
        wanted.check(path)?;
        let judges = self.client.capabilities().conditions && !tag::has_list(&conditions);
        match wanted.known().filter(|_| judges && !head) {
            Some(range) => self.read_at_once(path, &wanted, range, conditions).await,
            None => self.read_after_look(path, &wanted, &conditions, head).await,
        }
    }

    async fn read_at_once(
        &self,
        path: &RemotePath,
        wanted: &Wanted,
        range: Range<u64>,
        conditions: Conditions,
    ) -> Outcome<Object> {
        let source = FileSource::on(self.client.backend(), path, conditions);
        let opened = source.open_range(range).await;
        let mut reader = opened.map_err(|error| Failure::of_source(path, error))?;
        let Some(status) = reader.status().cloned() else {
            let text = format!("the answer about {path} does not say what it is about");
            let error = Error::at(ErrorKind::Protocol, path).with_message(text);
            return Err(Failure::of_source(path, error));
        };
        let range = wanted.within(path, status.length)?;
        let attributes = match reader.attributes() {
            Some(attributes) => attributes,
            // An empty file has no byte with which they could come.
            None => {
                let same = Conditions::default().if_match(status.etag.clone());
                self.look(path, same).await?.1
            }
        };
        Ok(Object { status, attributes, range, reader })
    }

    async fn read_after_look(
        &self,
        path: &RemotePath,
        wanted: &Wanted,
        conditions: &Conditions,
        head: bool,
    ) -> Outcome<Object> {
        let (status, attributes) = self.look(path, Conditions::default()).await?;
        tag::check(path, conditions, &status)?;
        let range = wanted.within(path, status.length)?;
        let asked = if head { 0..0 } else { range.clone() };
        let reader = FileSource::new(self.client.backend(), &status).range(asked);
        Ok(Object { status, attributes, range, reader })
    }

    /// What an object is, and what it has beside its content.
    pub(super) async fn look(
        &self,
        path: &RemotePath,
        conditions: Conditions,
    ) -> Outcome<(FileStatus, Attributes)> {
        let found = match self.client.capabilities().properties {
            true => {
                let options = PropertiesOptions::default().conditions(conditions);
                self.client.properties_with(path, options).await.map(
                    |FileProperties { status, headers, metadata, .. }| {
                        (status, Attributes { headers, metadata })
                    },
                )
            }
            false => self.client.stat(path).await.map(|status| (status, Attributes::default())),
        };
        match found {
            Ok((status, _)) if status.is_dir() => {
                Err(Failure::of_source(path, Error::at(ErrorKind::IsDirectory, path)))
            }
            found => found.map_err(|error| Failure::of_source(path, error)),
        }
    }

    /// Several ranges of one version of an object.
    pub(super) async fn read_ranges(
        &self,
        path: &RemotePath,
        ranges: &[Range<u64>],
    ) -> Outcome<Vec<Bytes>> {
        let all = ranges.iter().map(|range| Wanted::Within(range.clone()));
        all.clone().try_for_each(|wanted| wanted.check(path))?;
        match ranges {
            [] => Ok(Vec::new()),
            [range] => {
                let wanted = Wanted::Within(range.clone());
                let request =
                    ReadRequest { wanted, conditions: Conditions::default(), head: false };
                let bytes = self.read(path, request).await?.reader.collect().await;
                Ok(vec![bytes.map_err(|error| Failure::of_source(path, error))?])
            }
            _ => {
                let failed = |error| Failure::of_source(path, error);
                let reader = self.client.open(path).await.map_err(failed)?;
                all.clone().try_for_each(|wanted| wanted.within(path, reader.len()).map(drop))?;
                reader.read_ranges(ranges).await.map_err(failed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_at_the_end_and_refused_behind_it() {
        let path: RemotePath = "/f".parse().unwrap();
        for (wanted, range) in [
            (Wanted::All, Some(0..10)),
            (Wanted::From(9), Some(9..10)),
            (Wanted::From(10), None),
            (Wanted::Within(2..5), Some(2..5)),
            (Wanted::Within(2..50), Some(2..10)),
            (Wanted::Within(10..11), None),
            (Wanted::Within(3..3), None),
            (Wanted::Last(3), Some(7..10)),
            (Wanted::Last(30), Some(0..10)),
            (Wanted::Last(0), Some(10..10)),
        ] {
            assert_eq!(wanted.within(&path, 10).ok(), range, "{wanted:?}");
        }
        assert_eq!(Wanted::All.within(&path, 0).unwrap(), 0..0);
    }
}
