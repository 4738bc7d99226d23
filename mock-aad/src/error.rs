//! Why the emulator could not start, or do what it was told.

use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// Why the emulator could not start, or do what it was told, with the thing that stood in the way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be read or written.
    #[error("{action} {}: {source}", path.display())]
    File {
        /// What was tried, such as "cannot write".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// An address could not be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// An address that other machines can reach was named without saying so.
    #[error(
        "{0} is reachable from other machines, and everybody who reaches the emulator can get its \
         tokens; use 127.0.0.1, or say --allow-remote"
    )]
    NotLoopback(std::net::SocketAddr),
    /// A program that was to be run against the emulator could not be.
    #[error("cannot run {}: {source}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Signals to stop could not be caught.
    #[error("cannot catch signals: {0}")]
    Signal(std::io::Error),
    /// The state of an earlier run cannot be used.
    #[error("the state in {} cannot be used: {reason}", path.display())]
    State {
        /// The directory.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A change of the state could not be stored.
    #[error("the state cannot be stored: {0}")]
    NotStored(String),
    /// The configuration is not valid.
    #[error("{0}")]
    Config(String),
    /// Keys or certificates could not be made or read.
    #[error("certificates: {0}")]
    Certificate(String),
    /// A fault rule makes no sense; none of the rules that came with it is in force.
    #[error("{0}")]
    Fault(String),
    /// A device code could not be approved or denied.
    #[error("{0}")]
    Device(String),
    /// No snapshot has this id: it was never taken, or it has been deleted.
    #[error("there is no snapshot {0}; GET /_mock/snapshots lists those that there are")]
    UnknownSnapshot(crate::state::SnapshotId),
    /// As many snapshots are kept as may be; one must be deleted before another is taken.
    #[error("there are {0} snapshots already, which is the limit; delete one that is not needed")]
    TooManySnapshots(usize),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::NotStored(error.to_string())
    }
}

impl Error {
    /// The exit code that shells have for a program that cannot be run.
    #[must_use]
    pub fn exit_code(&self) -> Option<u8> {
        match self {
            Self::Program { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Some(127)
            }
            Self::Program { .. } => Some(126),
            _ => None,
        }
    }

    /// Of a state directory that cannot be opened.
    pub(crate) fn unusable_state(directory: &Path, error: &std::io::Error) -> Self {
        let way_out = match error.kind() {
            std::io::ErrorKind::ResourceBusy => {
                "; stop the emulator that uses it, or name another directory"
            }
            _ => "",
        };
        Self::State { path: directory.to_owned(), reason: format!("{error}{way_out}") }
    }
}
