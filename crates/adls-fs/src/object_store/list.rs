//! Lists of objects, which have no directories.
//!
//! Services list a tree directory by directory, in the order of names. Object stores compare whole paths
//! byte by byte, in which some characters come before the slash: `a-1/x` is before `a/x`, though the directory
//! `a` is before `a-1`. A list from an offset on is therefore put together of parts.

use adls_wire::RemotePath;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};

use super::DataLakeStore;
use super::failure::{Failure, Outcome};
use crate::transfer::is_temporary;
use crate::{ErrorKind, FileStatus, FileSystemClient, ListOptions, Result};

type Entries = BoxStream<'static, Result<FileStatus>>;

/// The entries of one level.
pub(super) struct Level {
    pub(super) prefixes: Vec<RemotePath>,
    pub(super) objects: Vec<FileStatus>,
}

impl DataLakeStore {
    /// All objects below a prefix; with an offset those whose path is greater.
    pub(super) fn objects(
        &self,
        prefix: RemotePath,
        offset: Option<String>,
    ) -> BoxStream<'static, Outcome<FileStatus>> {
        let found = match &offset {
            None => tree(&self.client, &prefix, None),
            Some(offset) => tree_after(&self.client, &prefix, offset),
        };
        let directory = prefix.clone();
        found
            .try_filter(move |entry| {
                let behind = offset.as_deref().is_none_or(|offset| key(&entry.path) > offset);
                std::future::ready(is_object(entry, &directory) && behind)
            })
            .filter(|entry| std::future::ready(!entry.as_ref().is_err_and(is_nothing)))
            .map_err(move |error| Failure::of_source(&prefix, error))
            .boxed()
    }

    /// What lies directly below a prefix. A directory counts whether or not there is an object in it.
    pub(super) async fn level(&self, prefix: &RemotePath) -> Outcome<Level> {
        let mut level = Level { prefixes: Vec::new(), objects: Vec::new() };
        let mut entries = self.client.list(prefix);
        while let Some(entry) = entries.next().await {
            match entry {
                Ok(entry) if entry.is_dir() && !is_temporary(entry.name()) => {
                    level.prefixes.push(entry.path);
                }
                Ok(entry) if is_object(&entry, prefix) => level.objects.push(entry),
                Ok(_) => {}
                Err(error) if is_nothing(&error) => break,
                Err(error) => return Err(Failure::of_source(prefix, error)),
            }
        }
        Ok(level)
    }
}

/// A path as object stores write and compare it.
fn key(path: &RemotePath) -> &str {
    path.as_str().trim_start_matches('/')
}

/// Whether a list below `prefix` shows it. The list of a file has the file itself, which is not below it.
fn is_object(entry: &FileStatus, prefix: &RemotePath) -> bool {
    entry.is_file() && entry.path != *prefix && !is_temporary(entry.name())
}

/// Whether there is no directory of that name, so that nothing is below it.
fn is_nothing(error: &crate::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotDirectory)
}

/// Everything below a directory, in one list where the service does that; with `begin` from that path below
/// the directory on, in the service's order.
pub(super) fn tree(
    client: &FileSystemClient,
    directory: &RemotePath,
    begin: Option<String>,
) -> Entries {
    let (client, directory) = (client.clone(), directory.clone());
    let begun = async move {
        match client.capabilities().recursive_list {
            true => {
                let options = ListOptions::default().recursive(true).begin_from(begin);
                client.list_with(directory, options).boxed()
            }
            false => client.walk(directory).boxed(),
        }
    };
    stream::once(begun).flatten().boxed()
}

/// Everything below a directory that may come behind an offset, and little else.
fn tree_after(client: &FileSystemClient, directory: &RemotePath, offset: &str) -> Entries {
    let inside = if directory.is_root() { String::new() } else { format!("{}/", key(directory)) };
    let Some(rest) = offset.strip_prefix(&inside) else {
        return match *inside > *offset {
            true => tree(client, directory, None),
            false => stream::empty().boxed(),
        };
    };
    let names: Vec<&str> = rest.split('/').filter(|name| !name.is_empty()).collect();
    let behind = match client.capabilities().recursive_list {
        true => tree(client, directory, (!names.is_empty()).then(|| names.join("/"))),
        false => level_by_level(client, directory, &names),
    };
    let (walker, jumped) = (client.clone(), jumped_over(directory, &names));
    let jumped = stream::iter(jumped).flat_map(move |directory| {
        tree(&walker, &directory, None)
            .filter(|entry| std::future::ready(!entry.as_ref().is_err_and(is_nothing)))
    });
    behind.chain(jumped).boxed()
}

/// What is behind the names on each level that they lead through, from the deepest one up.
fn level_by_level(client: &FileSystemClient, directory: &RemotePath, names: &[&str]) -> Entries {
    let deepest = directory.descendant(names.iter().copied());
    let mut parts =
        vec![deepest.map_or_else(|_| stream::empty().boxed(), |it| tree(client, &it, None))];
    for (index, name) in names.iter().enumerate().rev() {
        let Ok(above) = directory.descendant(names[..index].iter().copied()) else { continue };
        let (walker, options) =
            (client.clone(), ListOptions::default().start_after((*name).to_owned()));
        let entries = client.list_with(&above, options).flat_map(move |entry| {
            let below = match &entry {
                Ok(entry) if entry.is_dir() => tree(&walker, &entry.path, None),
                _ => stream::empty().boxed(),
            };
            stream::iter([entry]).chain(below)
        });
        parts.push(entries.boxed());
    }
    stream::iter(parts).flatten().boxed()
}

/// The directories that the service lists before these names, and whose objects come behind them: those
/// whose names one of them begins with, followed by a character that is less than the slash.
fn jumped_over(directory: &RemotePath, names: &[&str]) -> Vec<RemotePath> {
    let mut directories = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let less = name.char_indices().filter(|(at, character)| *at > 0 && *character < '/');
        for (at, _) in less {
            let path = names[..index].iter().copied().chain([&name[..at]]);
            directories.extend(directory.descendant(path));
        }
    }
    directories
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> RemotePath {
        format!("/{text}").parse().unwrap()
    }

    #[test]
    fn directories_with_a_name_that_is_a_beginning_are_not_lost() {
        let names = ["_delta_log", "0001.checkpoint.parquet"];
        let jumped: Vec<_> =
            jumped_over(&path("t"), &names).iter().map(ToString::to_string).collect();
        assert_eq!(jumped, ["/t/_delta_log/0001", "/t/_delta_log/0001.checkpoint"]);
        assert_eq!(jumped_over(&path(""), &["a b", ".c"]), [path("a")]);
    }

    /// Paths of few names, so that many of them begin like others.
    fn some_path() -> impl Strategy<Value = String> {
        prop::collection::vec("[a-]{1,2}[a.]{0,1}", 1..4).prop_map(|names| names.join("/"))
    }

    proptest! {
        #[test]
        fn nothing_that_comes_behind_an_offset_is_passed_over(offset in some_path(), object in some_path()) {
            let names: Vec<_> = offset.split('/').collect();
            let by_name = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
            let listed = by_name(&object) >= by_name(&offset);
            let jumped = jumped_over(&path(""), &names);
            let in_jumped = jumped.iter().any(|directory| {
                path(&object).starts_with(directory) && path(&object) != *directory
            });
            // What is listed twice would be an object twice.
            prop_assert!(!(listed && in_jumped));
            prop_assert!(object <= offset || listed || in_jumped);
        }
    }
}
