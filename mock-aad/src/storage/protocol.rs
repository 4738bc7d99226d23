//! The two protocols that serve one namespace.

/// Which of the two protocols a request speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    /// Data Lake Storage Gen2: file systems and paths, JSON.
    Dfs,
    /// Blob Storage: containers and blobs, XML.
    Blob,
}
