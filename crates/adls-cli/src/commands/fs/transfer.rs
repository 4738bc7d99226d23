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

const REPORT: &[Column] = &[
    ("files", "/files"),
    ("directories", "/directories"),
    ("bytes", "/bytes"),
    ("skipped", "/skipped"),
];
/// For people, when something was left out.
const LOSSES: &[Column] = &[
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
    let bar = Arc::new(Bar::new(context, "uploading", &args.how));
    let _shown = Shown(bar.bar.clone());
    let options = options(context, &args.how, &bar);
    let [local] = args.local.as_slice() else {
        return put_all(context, args, &target, &remote, &bar, &options).await;
    };
    let report = upload(&remote, local, target, options).await;
    finish(context, &bar, report)
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

/// Uploads one after the other; a failure does not keep the others from it.
async fn put_all(
    context: &Context,
    args: &PutArgs,
    target: &RemoteTarget,
    remote: &Remote,
    bar: &Bar,
    options: &TransferOptions,
) -> Outcome {
    let mut total = TransferReport::default();
    let mut failed = 0;
    for local in &args.local {
        match upload(remote, local, target.clone(), options.clone()).await {
            Ok(report) => total.add(report),
            Err(error) if error.kind() == ErrorKind::Unauthenticated => return Err(error.into()),
            Err(error) => {
                failed += 1;
                bar.bar.suspend(|| context.printer.failure(&failure(bar, error)));
            }
        }
    }
    finish(context, bar, Ok(total))?;
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(format!("{failed} of {} were not uploaded", args.local.len()))),
    }
}

pub(crate) async fn get(context: &Context, args: &GetArgs) -> Outcome {
    let remote = context.item(&args.remote).await?;
    let bar = Arc::new(Bar::new(context, "downloading", &args.how));
    let _shown = Shown(bar.bar.clone());
    let options = options(context, &args.how, &bar);
    let meant = remote.client.expand(remote.path.as_str()).await.map_err(Failure::of_arguments)?;
    let report = match meant {
        Expansion::Pattern(pattern) => {
            remote.client.download_matching_with(&pattern, &args.local, options).await
        }
        Expansion::Path(path) => remote.client.download_with(path, &args.local, options).await,
        _ => return Err(Failure::usage(format!("{} cannot be downloaded", args.remote))),
    };
    finish(context, &bar, report)
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
    let bar = Arc::new(Bar::new(context, "syncing", &args.how));
    let _shown = Shown(bar.bar.clone());
    let transfer = options(context, &args.how, &bar);
    let replace = args.how.overwrite.map_or(Overwrite::Different, overwrite);
    let options = SyncOptions::default()
        .transfer(transfer.overwrite(replace))
        .delete(args.delete)
        .allow_empty(args.allow_empty)
        .max_delete(args.max_delete)
        .dry_run(args.dry_run);
    let report = if up {
        remote.client.sync_up_with(local, &remote.path, options).await
    } else {
        remote.client.sync_down_with(&remote.path, local, options).await
    };
    finish(context, &bar, report)
}

fn options(context: &Context, how: &TransferArgs, bar: &Arc<Bar>) -> TransferOptions {
    let overwrite = how.overwrite.map_or(Overwrite::Refuse, overwrite);
    let progress: Arc<dyn Progress> = Arc::<Bar>::clone(bar);
    // The same command goes on where an interrupted one was.
    let journal = context.config.directory().join("transfers");
    let options = TransferOptions::default()
        .overwrite(overwrite)
        .verify(how.verify)
        .preserve_times(how.preserve_times)
        .progress(progress)
        .journal(journal);
    match how.parallel {
        Some(requests) => options.concurrency(requests.get()),
        None => options,
    }
}

fn overwrite(when: OverwriteWhen) -> Overwrite {
    match when {
        OverwriteWhen::Always => Overwrite::Replace,
        OverwriteWhen::Newer => Overwrite::Newer,
        OverwriteWhen::Different => Overwrite::Different,
    }
}

fn finish(context: &Context, bar: &Bar, report: adls_fs::Result<TransferReport>) -> Outcome {
    bar.bar.finish_and_clear();
    let report = report.map_err(|error| failure(bar, error))?;
    if report.left_out > 0 {
        context
            .printer
            .warning(&format!("{} left out, so the target lacks them", items(report.left_out)));
    }
    let shape = json!({
        "files": report.files,
        "directories": report.directories,
        "bytes": report.bytes,
        "skipped": report.skipped - report.left_out,
        "leftOut": report.left_out,
        "deleted": report.deleted,
    });
    let for_people = context.printer.format() == Format::Table;
    let columns = if for_people && report.left_out > 0 { LOSSES } else { REPORT };
    context.printer.object(&shape, columns)
}

fn items(count: u64) -> String {
    if count == 1 { "1 item was".to_owned() } else { format!("{count} items were") }
}

fn failure(bar: &Bar, error: adls_fs::Error) -> Failure {
    if let Some(report) = error.report() {
        return failures(bar, report);
    }
    let exists = error.kind() == ErrorKind::AlreadyExists;
    let failure = Failure::from(error);
    if exists && !bar.replaces { failure.hint("add --overwrite to replace it") } else { failure }
}

fn failures(bar: &Bar, report: &TransferReport) -> Failure {
    let count = report.failures.len();
    let all = count as u64 + report.files + report.directories;
    let said = |item: &TransferFailure| escape(&format!("{}: {}", item.item.source, item.error));
    let failure = Failure::new(format!("{count} of {all} items failed"))
        .details_of(report.failures.iter().map(said));
    let exists = |item: &TransferFailure| item.error.kind() == ErrorKind::AlreadyExists;
    if !bar.replaces && report.failures.iter().all(exists) {
        return failure.hint("add --overwrite to replace them, or --overwrite=different");
    }
    failure.hint("what arrived is complete; repeat the command for the rest")
}

/// A bar that counts the bytes of all files, and what is said beside it.
struct Bar {
    bar: ProgressBar,
    printer: Printer,
    /// Whether it has been said already that nothing can be kept.
    keeps_nothing: bool,
    /// Whether files that are there are replaced in any case.
    replaces: bool,
}

impl Bar {
    fn new(context: &Context, verb: &'static str, how: &TransferArgs) -> Self {
        let bar = progress::bytes(context.printer, 0);
        bar.set_message(verb);
        Self {
            bar,
            printer: context.printer,
            keeps_nothing: !context.config.is_writable(),
            replaces: how.overwrite == Some(OverwriteWhen::Always),
        }
    }
}

/// Clears the bar when the command ends, also when it is given up while tasks still hold the bar.
struct Shown(ProgressBar);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
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
            TransferEvent::Warning(text) if !self.keeps_nothing => {
                self.bar.suspend(|| self.printer.warning(&escape(text)));
            }
            _ => {}
        }
    }
}
