//! How much lies where, found by walking.

use std::collections::BTreeMap;

use adls_wire::RemotePath;
use futures_util::StreamExt;

use crate::{ContentSummary, FileSystemClient, IntoPath, Result, WalkOptions};

/// What lies at and below one path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The path.
    pub path: RemotePath,
    /// What lies there; a directory counts itself.
    pub summary: ContentSummary,
}

impl FileSystemClient {
    /// What lies at and below `path`, summed up by walking: directories side by side, so that large
    /// trees do not run into the time limits of
    /// [`content_summary`](FileSystemClient::content_summary). What vanishes meanwhile is passed
    /// over.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when nothing is at `path`; the first
    /// directory that cannot be listed, since a sum without it would be wrong.
    pub async fn summarize(&self, path: impl IntoPath) -> Result<ContentSummary> {
        self.summarize_with(path, WalkOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`summarize`](Self::summarize).
    pub async fn summarize_with(
        &self,
        path: impl IntoPath,
        options: WalkOptions,
    ) -> Result<ContentSummary> {
        let usage = self.disk_usage_with(path, 0, options).await?;
        Ok(usage.first().map(|usage| usage.summary).unwrap_or_default())
    }

    /// What lies at `path` itself, first, and for every directory down to `depth` levels below it,
    /// ascending by path. Memory holds one number for each of them.
    ///
    /// # Errors
    /// As for [`summarize`](Self::summarize).
    pub async fn disk_usage(&self, path: impl IntoPath, depth: usize) -> Result<Vec<Usage>> {
        self.disk_usage_with(path, depth, WalkOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`summarize`](Self::summarize).
    pub async fn disk_usage_with(
        &self,
        path: impl IntoPath,
        depth: usize,
        options: WalkOptions,
    ) -> Result<Vec<Usage>> {
        let path = &path.into_path()?;
        let status = self.stat(path).await?;
        let mut sums = Sums::new(path, depth);
        if status.is_file() {
            sums.add_file(path, status.length);
            return Ok(sums.finish());
        }
        sums.add_directory(path);
        let mut entries = self.walk_with(path, options.max_depth(None));
        while let Some(entry) = entries.next().await.transpose()? {
            if entry.is_dir() {
                sums.add_directory(&entry.path);
            } else {
                sums.add_file(&entry.path, entry.length);
            }
        }
        Ok(sums.finish())
    }
}

/// The sums of a path and of the directories near it.
struct Sums {
    root: RemotePath,
    depth: usize,
    sums: BTreeMap<RemotePath, ContentSummary>,
}

impl Sums {
    fn new(root: &RemotePath, depth: usize) -> Self {
        let sums = BTreeMap::from([(root.clone(), ContentSummary::default())]);
        Self { root: root.clone(), depth, sums }
    }

    fn add_directory(&mut self, path: &RemotePath) {
        let level = path.segments().count() - self.root.segments().count();
        if level <= self.depth {
            self.sums.entry(path.clone()).or_default();
        }
        self.add(path, |sum| sum.directories += 1);
    }

    fn add_file(&mut self, path: &RemotePath, length: u64) {
        self.add(path, |sum| {
            sum.files += 1;
            sum.length += length;
        });
    }

    /// Counts something for its own path and for all directories above it that have a sum.
    fn add(&mut self, path: &RemotePath, count: impl Fn(&mut ContentSummary)) {
        let mut at = Some(path.clone());
        while let Some(path) = at.filter(|path| path.starts_with(&self.root)) {
            if let Some(sum) = self.sums.get_mut(&path) {
                count(sum);
            }
            at = path.parent();
        }
    }

    fn finish(self) -> Vec<Usage> {
        self.sums.into_iter().map(|(path, summary)| Usage { path, summary }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_counts_for_those_above() {
        let path = |text: &str| text.parse::<RemotePath>().unwrap();
        let mut sums = Sums::new(&path("/a"), 1);
        for directory in ["/a", "/a/b", "/a/b/c", "/a/d"] {
            sums.add_directory(&path(directory));
        }
        sums.add_file(&path("/a/b/c/f"), 10);
        sums.add_file(&path("/a/g"), 5);
        let shown: Vec<_> = sums
            .finish()
            .into_iter()
            .map(|Usage { path, summary: s }| (path.to_string(), s.directories, s.files, s.length))
            .collect();
        assert_eq!(
            shown,
            [
                ("/a".to_owned(), 4, 2, 15),
                ("/a/b".to_owned(), 2, 1, 10),
                ("/a/d".to_owned(), 1, 0, 0)
            ]
        );
    }
}
