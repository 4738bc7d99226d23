//! Transfers of files and trees between this machine and an account.
//!
//! ```no_run
//! # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
//! use std::path::Path;
//! use std::sync::Arc;
//! use adls_fs::transfer::{Overwrite, TransferEvent, TransferOptions};
//!
//! let options = TransferOptions::default()
//!     .overwrite(Overwrite::Different)
//!     // After an interruption, the same call goes on at the last part.
//!     .journal(Path::new("state/transfers").to_owned())
//!     .progress(Arc::new(|event: &TransferEvent<'_>| {
//!         if let TransferEvent::Finished(item) = event {
//!             println!("{} -> {}", item.source, item.target);
//!         }
//!     }));
//! let report = client.upload_with("logs", "adl://account/backup/", options).await?;
//! println!("{} files, {} bytes", report.files, report.bytes);
//! # Ok(())
//! # }
//! ```
//!
//! # Where things go
//!
//! One rule, the same in both directions and on every platform:
//!
//! 1. The target is the name of the result: `upload("logs", "/data/logs-2026")` puts what is in
//!    `logs` into `/data/logs-2026`, and a file becomes a file of exactly that name.
//! 2. A target that ends in a slash (or in `.` or `..`, or is the root) is a directory to put the
//!    result into, under the source's own name: `upload("logs", "/data/")` makes `/data/logs`.
//! 3. A file never replaces a directory: if the source is a file and the target is an existing directory,
//!    the file goes into it under its own name.
//!
//! So what a transfer of a directory does never depends on what is there already, nor on how many files
//! the directory holds, and doing it again changes nothing.
//!
//! # What is promised
//!
//! - An existing file is left alone unless [`Overwrite`] says otherwise, and then until what replaces it
//!   is complete.
//! - Nobody sees half a file under its final name: a file is written beside it under a temporary
//!   name (`.adls-`, 32 hexadecimal digits, `.part`), and renamed when it is complete. Files of up to
//!   4 MiB are uploaded in one request instead.
//! - A file is transferred as it was at one time. One that only grows meanwhile is what it was at the
//!   start; one that is changed otherwise fails with [`ErrorKind::Changed`](crate::ErrorKind::Changed).
//! - Lengths from listings are hints: the end is seen. The length in the account is verified before a
//!   file counts as done; with [`verify`](TransferOptions::verify) its content too.
//! - Empty directories and empty files are transferred too. Symbolic links to directories, anything that is
//!   neither file nor directory, and temporary files of transfers are left out, told and counted.
//! - Names from the service never lead out of the target directory: those that are no single local
//!   name fail on their own, and so does what would go through a symbolic link in the target directory. On
//!   Windows and macOS, which take names for one that differ only in case or in how letters are composed, the
//!   second of two fails instead of replacing the first, and what lies in such a directory with it.
//! - With a [`journal`](TransferOptions::journal) a transfer that was interrupted, by whatever ends a
//!   process, resumes: files that are as it left them are passed over, others resume at the last part.
//!   Temporary files are then kept for that, unless they are of no use any more. Where no journal can
//!   be kept, the transfer goes on without. [`SavedTransfer`] tells what interruptions left.
//! - Memory stays within [`TransferOptions::bytes_in_flight`] and a constant, whatever the number
//!   and size of the files; listing and transferring overlap.

mod bandwidth;
mod buffers;
mod checksum;
mod copy;
mod count;
mod download;
mod journal;
mod local;
mod options;
pub(crate) mod placement;
mod plan;
mod progress;
mod queue;
mod run;
mod selection;
#[cfg(feature = "_object_store")]
mod staged;
mod sync;
mod target;
mod twins;
mod upload;

pub use crate::error::{TransferFailure, TransferItem, TransferReport};
pub use copy::{Attribute, CopyTreeOptions, PreservedAttributes};
pub use journal::SavedTransfer;
pub use local::is_temporary;
pub use options::{Overwrite, TransferOptions};
pub use progress::{Progress, SkipReason, SyncStep, TransferEvent};
pub use selection::Selection;
#[cfg(feature = "_object_store")]
pub(crate) use staged::StagedFile;
pub use sync::SyncOptions;
pub use target::RemoteTarget;
