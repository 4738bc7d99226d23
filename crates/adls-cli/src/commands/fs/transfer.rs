//! `adls fs put`, `get` and `sync`.

use std::path::Path;
use std::sync::Arc;

use adls_fs::transfer::{
    Overwrite, Progress, RemoteTarget, SyncOptions, SyncStep, TransferEvent, TransferFailure,
    TransferOptions, TransferReport,
};
use adls_fs::{ErrorKind, Expansion, GlobPattern, RemoteUrl};
use indicatif::ProgressBar;
use serde_json::json;

use super::{GetArgs, OverwriteWhen, PutArgs, SyncArgs, TransferArgs};
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, Format, Printer, escape};
use crate::progress;

/// The last is for people, when something was left out.
const REPORT: &[Column] = &[
    ("files", "/files"),
    ("directories", "/directories"),
    ("bytes", "/bytes"),
    ("skipped", "/skipped"),
    ("left out", "/leftOut"),
];

pub(crate) async fn put(context: &Context, args: &PutArgs) -> Outcome {
    let remote = context.remote(&args.remote).await?;
    let target = match args.local.len() {
        1 if !remote.directory_form => RemoteTarget::from(&remote.path),
        // Several can only go into a directory, as with `cp`.
        _ => RemoteTarget::inside(remote.path.clone()),
    };
    let transfer = Transfer::new(context, "uploading", &args.how);
    let mut total = TransferReport::default();
    let mut failed = 0;
    // One after the other; a failure does not keep the others from it.
    for local in &args.local {
        match upload(&remote, local, target.clone(), transfer.options.clone()).await {
            Ok(report) => total.add(report),
            Err(error) if error.kind() == ErrorKind::Unauthenticated => return Err(error.into()),
            Err(error) if args.local.len() == 1 => return Err(transfer.failure(error)),
            Err(error) => {
                failed += 1;
                let failure = transfer.failure(error);
                transfer.bar.suspend(|| context.printer.failure(&failure));
            }
        }
    }
    transfer.finish(Ok(total))?;
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(format!("{failed} of {} were not uploaded", args.local.len()))),
    }
}

/// Uploads what is under the name, or what matches it as a pattern, for shells that leave patterns to
/// the program.
async fn upload(
    remote: &Remote,
    local: &Path,
    target: RemoteTarget,
    options: TransferOptions,
) -> adls_fs::Result<TransferReport> {
    let pattern = local.to_str().filter(|text| GlobPattern::is_pattern(text));
    match pattern.filter(|_| local.symlink_metadata().is_err()) {
        Some(pattern) => remote.client.upload_matching_with(pattern, &remote.path, options).await,
        None => remote.client.upload_with(local, target, options).await,
    }
}

pub(crate) async fn get(context: &Context, args: &GetArgs) -> Outcome {
    let remote = context.item(&args.remote).await?;
    let transfer = Transfer::new(context, "downloading", &args.how);
    let options = transfer.options.clone();
    let meant = remote.client.expand(remote.path.as_str()).await.map_err(Failure::of_arguments)?;
    let report = match meant {
        Expansion::Pattern(pattern) => {
            remote.client.download_matching_with(&pattern, &args.local, options).await
        }
        Expansion::Path(path) => remote.client.download_with(path, &args.local, options).await,
        _ => return Err(Failure::usage(format!("{} cannot be downloaded", args.remote))),
    };
    transfer.finish(report)
}

pub(crate) async fn sync(context: &Context, args: &SyncArgs) -> Outcome {
    let is_url = |text: &str| text.parse::<RemoteUrl>().is_ok();
    let (remote, local, up) = match (is_url(&args.source), is_url(&args.target)) {
        (false, true) => (&args.target, Path::new(&args.source), true),
        (true, false) => (&args.source, Path::new(&args.target), false),
        _ => {
            let text = "one of the two directories must be a URL, and the other a local directory";
            return Err(Failure::usage(text).hint("write it like adl://account/directory"));
        }
    };
    let remote = context.remote(remote).await?;
    let transfer = Transfer::new(context, "syncing", &args.how);
    let replace = args.how.overwrite.map_or(Overwrite::Different, overwrite);
    let options = SyncOptions::default()
        .transfer(transfer.options.clone().overwrite(replace))
        .delete(args.delete)
        .allow_empty(args.allow_empty)
        .max_delete(args.max_delete)
        .dry_run(args.dry_run);
    let report = if up {
        remote.client.sync_up_with(local, &remote.path, options).await
    } else {
        remote.client.sync_down_with(&remote.path, local, options).await
    };
    transfer.finish(report)
}

fn overwrite(when: OverwriteWhen) -> Overwrite {
    match when {
        OverwriteWhen::Always => Overwrite::Replace,
        OverwriteWhen::Newer => Overwrite::Newer,
        OverwriteWhen::Different => Overwrite::Different,
    }
}

/// A transfer of this command: its options, and the bar, which is cleared when the command ends, also
/// when it is given up while tasks still report to it.
struct Transfer {
    printer: Printer,
    bar: progress::Bar,
    options: TransferOptions,
    /// Whether files that are there are replaced in any case.
    replaces: bool,
}

impl Transfer {
    fn new(context: &Context, verb: &'static str, how: &TransferArgs) -> Self {
        let bar = progress::bytes(context.printer, verb);
        let reporter = ProgressReporter {
            bar: ProgressBar::clone(&bar),
            printer: context.printer,
            warns: context.config.is_writable(),
        };
        let options = TransferOptions::default()
            .overwrite(how.overwrite.map_or(Overwrite::Refuse, overwrite))
            .verify(how.verify)
            .preserve_times(how.preserve_times)
            .progress(Arc::new(reporter) as Arc<dyn Progress>)
            // The same command goes on where an interrupted one was.
            .journal(context.config.directory().join("transfers"));
        let options = match how.parallel {
            Some(requests) => options.concurrency(requests.get()),
            None => options,
        };
        let replaces = how.overwrite == Some(OverwriteWhen::Always);
        Self { printer: context.printer, bar, options, replaces }
    }

    /// Prints what was transferred.
    fn finish(&self, report: adls_fs::Result<TransferReport>) -> Outcome {
        self.bar.finish_and_clear();
        let report = report.map_err(|error| self.failure(error))?;
        let left_out = report.left_out;
        if left_out > 0 {
            let items = if left_out == 1 {
                "1 item was".to_owned()
            } else {
                format!("{left_out} items were")
            };
            self.printer.warning(&format!("{items} left out, so the target lacks them"));
        }
        let summary = json!({
            "files": report.files,
            "directories": report.directories,
            "bytes": report.bytes,
            "skipped": report.skipped - left_out,
            "leftOut": left_out,
            "deleted": report.deleted,
        });
        let for_people = self.printer.format() == Format::Table;
        let columns = if for_people && left_out > 0 { REPORT } else { &REPORT[..REPORT.len() - 1] };
        self.printer.object(&summary, columns)
    }

    fn failure(&self, error: adls_fs::Error) -> Failure {
        let Some(report) = error.report() else {
            let exists = error.kind() == ErrorKind::AlreadyExists;
            let failure = Failure::from(error);
            return match exists && !self.replaces {
                true => failure.hint("add --overwrite to replace it"),
                false => failure,
            };
        };
        let count = report.failures.len();
        let all = count as u64 + report.files + report.directories;
        let line =
            |item: &TransferFailure| escape(&format!("{}: {}", item.item.source, item.error));
        let failure = Failure::new(format!("{count} of {all} items failed"))
            .limited_details(report.failures.iter().map(line));
        let exists = |item: &TransferFailure| item.error.kind() == ErrorKind::AlreadyExists;
        if !self.replaces && report.failures.iter().all(exists) {
            return failure.hint("add --overwrite to replace them, or --overwrite=different");
        }
        failure.hint("what arrived is complete; repeat the command for the rest")
    }
}

/// Shows what happens: the bytes of all files in the bar, and what is to be said above it.
struct ProgressReporter {
    bar: ProgressBar,
    printer: Printer,
    /// Not when it has been said already that nothing can be kept.
    warns: bool,
}

impl Progress for ProgressReporter {
    fn event(&self, event: &TransferEvent<'_>) {
        match event {
            TransferEvent::Found(item) => self.bar.inc_length(item.length),
            TransferEvent::Moved { bytes, .. } => self.bar.inc(*bytes),
            TransferEvent::Planned { item, step } => {
                let verb = if *step == SyncStep::Delete { "delete" } else { "transfer" };
                let text = escape(&format!("would {verb} {}", item.target));
                self.bar.suspend(|| self.printer.note(&text));
            }
            TransferEvent::Skipped { item, reason } if reason.is_loss() => {
                let text = escape(&format!("left out {}: {reason}", item.source));
                self.bar.suspend(|| self.printer.note(&text));
            }
            TransferEvent::Warning(text) if self.warns => {
                self.bar.suspend(|| self.printer.warning(&escape(text)));
            }
            _ => {}
        }
    }
}
