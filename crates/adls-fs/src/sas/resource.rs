//! What a signature of a service or of a user is for.

use adls_wire::RemotePath;
use adls_wire::sas::{SasResourceKind, canonicalized_resource};

use super::parameters::Parameters;
use crate::{Error, IntoPath, Result};

/// A file system, a directory or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SasResource {
    kind: SasResourceKind,
    file_system: String,
    path: RemotePath,
}

impl SasResource {
    /// A file system and all in it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when no file system has such a name.
    pub fn file_system(file_system: impl Into<String>) -> Result<Self> {
        Self::new(SasResourceKind::FileSystem, file_system.into(), RemotePath::root())
    }

    /// A directory and all below it; the root directory is one too. Accounts without a hierarchical
    /// namespace have no such signatures.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when no file system has such a name, or the path
    /// is none.
    pub fn directory(file_system: impl Into<String>, path: impl IntoPath) -> Result<Self> {
        Self::new(SasResourceKind::Directory, file_system.into(), path.into_path()?)
    }

    /// One file.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when no file system has such a name, or the path
    /// is none or that of the root directory.
    pub fn file(file_system: impl Into<String>, path: impl IntoPath) -> Result<Self> {
        let path = path.into_path()?;
        if path.is_root() {
            return Err(Error::invalid(
                "/ is no file that a shared access signature could be for; name a file, or use \
                 SasResource::directory",
            ));
        }
        Self::new(SasResourceKind::File, file_system.into(), path)
    }

    fn new(kind: SasResourceKind, file_system: String, path: RemotePath) -> Result<Self> {
        // OneLake's workspaces are called as people like.
        if file_system.is_empty() || file_system.contains(|c: char| c == '/' || c.is_control()) {
            return Err(Error::invalid(format!(
                "{file_system:?} is no file system that a shared access signature could be for; give \
                 its bare name"
            )));
        }
        // A line end in a name would pass for the next parameter in what is signed.
        if path.as_str().contains(char::is_control) {
            return Err(Error::invalid(format!(
                "no shared access signature can be for {:?}, whose name has a control character; make \
                 one for the directory that it is in",
                path.as_str()
            )));
        }
        Ok(Self { kind, file_system, path })
    }

    pub(super) fn kind(&self) -> SasResourceKind {
        self.kind
    }

    /// Says what it is; what else it is, is signed only.
    pub(super) fn add_to(&self, parameters: &mut Parameters) -> Result<()> {
        parameters.add("sr", self.kind.letter())?;
        match self.kind {
            SasResourceKind::Directory => {
                parameters.add("sdd", self.path.segments().count().to_string())
            }
            SasResourceKind::FileSystem | SasResourceKind::File => Ok(()),
        }
    }

    pub(super) fn canonicalized(&self, account: &str) -> String {
        canonicalized_resource(account, &self.file_system, self.path.as_str())
    }
}
