//! Options of a transfer.

use std::fmt;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adls_wire::Permission;

use super::{Progress, Selection};
use crate::Conditions;

/// What becomes of a file that is already at the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overwrite {
    /// It stays, and the transfer of that file fails with
    /// [`ErrorKind::AlreadyExists`](crate::ErrorKind::AlreadyExists).
    #[default]
    Refuse,
    /// It is replaced.
    Replace,
    /// It is replaced when the source was modified later, by more than the tick of a file system's
    /// clock (16 ms); otherwise it is skipped.
    Newer,
    /// It is replaced when the source has another length or was modified later; otherwise it is
    /// skipped.
    Different,
}

/// The length of a file, and when it was modified if that is known.
pub(super) type State = (u64, Option<SystemTime>);

/// What is to be done about one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OverwriteDecision {
    /// It is written; `replace` when something is there.
    Write { replace: bool },
    /// The target is as good as the source.
    Skip,
    /// Something is there that must stay.
    Refuse,
}

/// Applies `overwrite` to a source and to what is at its target.
pub(super) fn decide(
    overwrite: Overwrite,
    source: State,
    existing: Option<State>,
) -> OverwriteDecision {
    let Some(existing) = existing else { return OverwriteDecision::Write { replace: false } };
    // Without times on both sides, nothing says that the target is as good.
    let times = source.1.zip(existing.1);
    let newer = times.is_none_or(|(source, existing)| {
        millis(source) > millis(existing) + CLOCK_TICK.as_millis()
    });
    let wanted = match overwrite {
        Overwrite::Refuse => return OverwriteDecision::Refuse,
        Overwrite::Replace => true,
        Overwrite::Newer => newer,
        Overwrite::Different => newer || source.0 != existing.0,
    };
    if wanted { OverwriteDecision::Write { replace: true } } else { OverwriteDecision::Skip }
}

/// How far a file system's time may be behind the clock: it stamps by the kernel's tick, at worst 64
/// a second. A file that was just transferred must not count as older than its source.
const CLOCK_TICK: Duration = Duration::from_millis(16);

/// The service keeps times to the millisecond; local ones are finer.
fn millis(time: SystemTime) -> u128 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis()
}

/// Options of a transfer. Made by `default()` and adjusted by the methods that are named like the
/// fields.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransferOptions {
    /// What becomes of a file that is already at the target.
    pub overwrite: Overwrite,
    /// The most requests at once; 16 by default. It falls while the service throttles and recovers
    /// afterwards.
    pub concurrency: usize,
    /// The most bytes of files in memory; 32 MiB by default.
    pub bytes_in_flight: usize,
    /// The bytes of one request; 4 MiB by default, the most that Gen1 appends at once.
    pub part_size: usize,
    /// From which size on an upload is cut into segments that are sent side by side and joined on
    /// the server, where the account can; `None` for never.
    pub segment_threshold: Option<u64>,
    /// The mode bits of uploaded files; the service's own when `None`.
    pub permission: Option<Permission>,
    /// What must hold for the file in the account, as the transfer of a single file finds it: for the one
    /// that an upload replaces or makes, and whose [lease](Conditions::lease) it stays under, or for the
    /// one that is downloaded. A transfer of many files takes none.
    pub conditions: Conditions,
    /// Whether content is verified: what was transferred is read once more from the account and
    /// compared with the local file, by CRC-32. See [`TransferEvent::Verified`](super::TransferEvent::Verified).
    pub verify: bool,
    /// Whether files get the modification time of their source; for an upload that takes one request
    /// more a file, and an account that can set times. Without it, what was just transferred
    /// counts as modified now, and so as newer than its source.
    pub preserve_times: bool,
    /// A local directory for notes, with which a transfer that was interrupted goes on where it was when
    /// it is called again. Transfers are told apart by direction, account, source and target.
    pub journal: Option<PathBuf>,
    /// The longest that the whole transfer may take.
    pub deadline: Option<Duration>,
    /// Which items of a tree are transferred; all by default.
    pub selection: Arc<Selection>,
    /// Whether to tell only what would be done, as
    /// [`TransferEvent::Planned`](super::TransferEvent::Planned) and in the report.
    pub dry_run: bool,
    /// Whether a tree is counted ahead of its transfer, for whoever wants to know how far that has got
    /// ([`TransferEvent::Counted`](super::TransferEvent::Counted)): it is listed once more, beside the
    /// listing of the transfer, which goes no faster than the transfer.
    pub count_ahead: bool,
    /// The most bytes a second that are moved, parts of files at a time; `None` for as many as go.
    pub bandwidth: Option<NonZeroU64>,
    /// What is told about the way.
    pub progress: Option<Arc<dyn Progress>>,
}

impl Default for TransferOptions {
    fn default() -> Self {
        Self {
            overwrite: Overwrite::default(),
            concurrency: 16,
            bytes_in_flight: 32 << 20,
            part_size: 4 << 20,
            segment_threshold: Some(64 << 20),
            permission: None,
            conditions: Conditions::default(),
            verify: false,
            preserve_times: false,
            journal: None,
            deadline: None,
            selection: Arc::default(),
            dry_run: false,
            count_ahead: false,
            bandwidth: None,
            progress: None,
        }
    }
}

impl TransferOptions {
    /// What becomes of a file that is already at the target.
    #[must_use]
    pub fn overwrite(mut self, overwrite: Overwrite) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// The most requests at once.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// The most bytes of files in memory.
    #[must_use]
    pub fn bytes_in_flight(mut self, bytes: usize) -> Self {
        self.bytes_in_flight = bytes;
        self
    }

    /// The bytes of one request.
    #[must_use]
    pub fn part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes;
        self
    }

    /// From which size on an upload is cut into segments.
    #[must_use]
    pub fn segment_threshold(mut self, bytes: impl Into<Option<u64>>) -> Self {
        self.segment_threshold = bytes.into();
        self
    }

    /// The mode bits of uploaded files.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<Option<Permission>>) -> Self {
        self.permission = permission.into();
        self
    }

    /// What must hold for the file in the account.
    #[must_use]
    pub fn conditions(mut self, conditions: Conditions) -> Self {
        self.conditions = conditions;
        self
    }

    /// Whether content is verified.
    #[must_use]
    pub fn verify(mut self, verify: bool) -> Self {
        self.verify = verify;
        self
    }

    /// Whether the result gets the modification time of its source.
    #[must_use]
    pub fn preserve_times(mut self, preserve: bool) -> Self {
        self.preserve_times = preserve;
        self
    }

    /// A local directory for the notes of transfers.
    #[must_use]
    pub fn journal(mut self, directory: impl Into<Option<PathBuf>>) -> Self {
        self.journal = directory.into();
        self
    }

    /// The longest that the whole transfer may take.
    #[must_use]
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// Which items of a tree are transferred.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = Arc::new(selection);
        self
    }

    /// Whether to tell only what would be done.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Whether a tree is counted ahead of its transfer.
    #[must_use]
    pub fn count_ahead(mut self, count: bool) -> Self {
        self.count_ahead = count;
        self
    }

    /// The most bytes a second.
    #[must_use]
    pub fn bandwidth(mut self, bytes: impl Into<Option<NonZeroU64>>) -> Self {
        self.bandwidth = bytes.into();
        self
    }

    /// What is told about the way.
    #[must_use]
    pub fn progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = Some(progress);
        self
    }
}

impl fmt::Debug for TransferOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferOptions")
            .field("overwrite", &self.overwrite)
            .field("concurrency", &self.concurrency)
            .field("bytes_in_flight", &self.bytes_in_flight)
            .field("part_size", &self.part_size)
            .field("segment_threshold", &self.segment_threshold)
            .field("permission", &self.permission)
            .field("conditions", &self.conditions)
            .field("verify", &self.verify)
            .field("preserve_times", &self.preserve_times)
            .field("journal", &self.journal)
            .field("deadline", &self.deadline)
            .field("selection", &self.selection)
            .field("dry_run", &self.dry_run)
            .field("count_ahead", &self.count_ahead)
            .field("bandwidth", &self.bandwidth)
            .finish_non_exhaustive()
    }
}
