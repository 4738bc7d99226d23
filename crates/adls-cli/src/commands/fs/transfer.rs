//! `adls fs put`, `get`, `cp` and `sync`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adls_fs::transfer::{
    CopyTreeOptions, Overwrite, PreservedAttributes, Progress, RemoteTarget, SyncOptions, SyncStep,
    TransferEvent, TransferFailure, TransferOptions, TransferReport,
};
use adls_fs::{ErrorKind, Expansion, FileKind, GlobPattern, RemoteUrl};

use super::acl_file;
use super::destination;
use super::operands;
use super::plan::{Plan, Step};
use super::summary::{self, Summary};
use super::{CpArgs, GetArgs, OverwriteWhen, Preserve, PutArgs, SyncArgs, TransferArgs};
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::printer::{Format, Printer, escape};
use crate::progress::{TransferCounts, TransferProgress, Verb};

pub(crate) async fn put(context: &Context, args: &PutArgs) -> Outcome {
    let remote = context.remote(&args.remote).await?;
    if args.local.iter().any(|local| local.as_os_str() == STDIN) {
        check_stdin(context, args, &remote)?;
    }
    let one = args.local.len() == 1 && args.local[0].symlink_metadata().is_ok();
    if args.acl_file.is_some() && !one {
        return Err(Failure::usage("a file with rights is about one file or directory")
            .hint("upload what it is about by itself"));
    }
    let target = match args.local.len() {
        1 if !remote.directory_form => RemoteTarget::from(&remote.path),
        // Several can only go into a directory, as with `cp`.
        _ => RemoteTarget::inside(remote.path.clone()),
    };
    let transfer = Transfer::new(context, Verb::Upload, "upload", &args.how).await?;
    let options = transfer.options.clone();
    let upload =
        async |local: &PathBuf| upload(&remote, local, target.clone(), options.clone()).await;
    let result = transfer.each(&args.local, &remote, upload).await?;
    match (&args.acl_file, result) {
        (Some(file), Some(result)) if !args.how.dry_run.dry_run => {
            let path = result.parse().map_err(|error| Failure::usage(format!("{error}")))?;
            acl_file::restore_from(context, &remote.at(path), file, args.owners).await
        }
        _ => Ok(()),
    }
}

/// Standard input has no name, so that the target must be the file's, and it must hold content.
fn check_stdin(context: &Context, args: &PutArgs, remote: &Remote) -> Outcome {
    if args.local.len() > 1 || remote.directory_form {
        return Err(Failure::usage("standard input becomes one file, whose name is missing")
            .hint("name it, and nothing else to upload: `adls fs put - /directory/file`"));
    }
    context.stdin_is_content()
}

/// What stands for standard input among the sources.
const STDIN: &str = "-";

/// Uploads what is under the name, or what matches it as a pattern, for shells that leave patterns to
/// the program.
async fn upload(
    remote: &Remote,
    local: &Path,
    target: RemoteTarget,
    options: TransferOptions,
) -> adls_fs::Result<TransferReport> {
    if local.as_os_str() == STDIN {
        return remote.client.upload_stream(tokio::io::stdin(), &remote.path, options).await;
    }
    let pattern = local.to_str().filter(|text| GlobPattern::is_pattern(text));
    match pattern.filter(|_| local.symlink_metadata().is_err()) {
        Some(pattern) => remote.client.upload_matching_with(pattern, &remote.path, options).await,
        None => remote.client.upload_with(local, target, options).await,
    }
}

pub(crate) async fn get(context: &Context, args: &GetArgs) -> Outcome {
    let remote = context.item(&args.remote).await?;
    let transfer = Transfer::new(context, Verb::Download, "download", &args.how).await?;
    let options = transfer.options.clone();
    let is_dry_run = args.how.dry_run.dry_run;
    let mut named = remote.path.clone();
    let meant = remote.client.expand(remote.path.as_str()).await.map_err(Failure::of_arguments)?;
    let report = match meant {
        Expansion::Pattern(_) if args.acl_file.is_some() => {
            return Err(Failure::usage(
                "rights are saved of one file or directory, not of a pattern",
            ));
        }
        Expansion::Pattern(pattern) => {
            remote.client.download_matching_with(&pattern, &args.local, options).await
        }
        Expansion::Path(path) => {
            named = path.clone();
            remote.client.download_with(path, &args.local, options).await
        }
        _ => return Err(Failure::usage(format!("{} cannot be downloaded", args.remote))),
    };
    let target = transfer.result().unwrap_or_else(|| args.local.display().to_string());
    transfer.finish(report, target)?;
    match &args.acl_file {
        Some(file) if !is_dry_run => acl_file::save_to(context, &remote.at(named), file).await,
        _ => Ok(()),
    }
}

pub(crate) async fn cp(context: &Context, args: &CpArgs) -> Outcome {
    let to = context.remote(&args.target).await?;
    let sources = operands::sources(context, &args.sources).await?;
    for named in sources.iter().chain([&to]).filter(|remote| remote.directory_form) {
        destination::check_is_directory(named).await?;
    }
    let target = match sources.len() {
        1 if !to.directory_form => RemoteTarget::from(&to.path),
        _ => RemoteTarget::inside(to.path.clone()),
    };
    let transfer = Transfer::new(context, Verb::Copy, "copy", &args.how).await?;
    let options = CopyTreeOptions::default()
        .transfer(transfer.options.clone().preserve_times(false))
        .preserve(preserved(args));
    let copy = async |source: &Remote| {
        let (path, target) = (&source.path, target.clone());
        source.client.copy_tree_with(path, &to.client, target, options.clone()).await
    };
    transfer.each(&sources, &to, copy).await.map(drop)
}

fn preserved(args: &CpArgs) -> PreservedAttributes {
    let has = |what| args.preserve.contains(&Preserve::All) || args.preserve.contains(&what);
    PreservedAttributes::default()
        .rights(has(Preserve::Rights))
        .owners(has(Preserve::Owners))
        .properties(has(Preserve::Properties))
        .times(has(Preserve::Times) || args.how.preserve_times)
        .expiry(has(Preserve::Expiry))
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
    let transfers = if up { "upload" } else { "download" };
    let transfer = Transfer::new(context, Verb::Sync, transfers, &args.how).await?;
    let replace = args.how.overwrite.map_or(Overwrite::Different, overwrite);
    let options = SyncOptions::default()
        .transfer(transfer.options.clone().overwrite(replace))
        .delete(args.delete)
        .allow_empty(args.allow_empty)
        .max_delete(args.max_delete)
        .dry_run(args.how.dry_run.dry_run);
    let report = if up {
        remote.client.sync_up_with(local, &remote.path, options).await
    } else {
        remote.client.sync_down_with(&remote.path, local, options).await
    };
    let target = if up { remote.url_of(remote.path.as_str()) } else { args.target.clone() };
    transfer.finish(report, target)
}

fn overwrite(when: OverwriteWhen) -> Overwrite {
    match when {
        OverwriteWhen::Always => Overwrite::Replace,
        OverwriteWhen::Newer => Overwrite::Newer,
        OverwriteWhen::Different => Overwrite::Different,
    }
}

/// A transfer of this command: its options, and what is shown of it.
struct Transfer {
    printer: Printer,
    verb: Verb,
    counts: TransferCounts,
    progress: TransferProgress,
    options: TransferOptions,
    /// Whether files that are there are replaced in any case.
    replaces: bool,
    /// Of a dry run.
    plan: Option<Arc<Plan>>,
}

impl Transfer {
    /// `transfers` is what is said of a file in the plan of a dry run.
    async fn new(
        context: &Context,
        verb: Verb,
        transfers: &'static str,
        how: &TransferArgs,
    ) -> Outcome<Self> {
        let selection = how.filter.selection(context).await?;
        let counts = context.transfer.clone();
        let progress = TransferProgress::start(context.printer, &context.clock, &counts, verb);
        let options = TransferOptions::default()
            .overwrite(how.overwrite.map_or(Overwrite::Refuse, overwrite))
            .verify(how.verify)
            .preserve_times(how.preserve_times)
            .bandwidth(how.bwlimit)
            .selection(selection)
            .dry_run(how.dry_run.dry_run)
            .count_ahead(progress.is_watched())
            .progress(progress.reporter(context.config.is_writable()))
            // The same command goes on where an interrupted one was.
            .journal(context.config.directory().join("transfers"));
        let options = match how.parallel {
            Some(requests) => options.concurrency(requests.get()),
            None => options,
        };
        let replaces = how.overwrite == Some(OverwriteWhen::Always);
        let mut transfer = Self {
            printer: context.printer,
            verb,
            counts,
            progress,
            options,
            replaces,
            plan: None,
        };
        if how.dry_run.dry_run {
            transfer.only_plan(transfers);
        }
        Ok(transfer)
    }

    /// Prints what would be done, since that is all: files are sent by the word `transfers`.
    fn only_plan(&mut self, transfers: &'static str) {
        let plan = Arc::new(Plan::new(self.printer));
        let planner =
            Planner { plan: Arc::clone(&plan), transfers, then: self.options.progress.take() };
        self.options.progress = Some(Arc::new(planner));
        self.options.count_ahead = false;
        self.plan = Some(plan);
        self.progress.end();
    }

    /// Transfers sources to a place in an account, one after the other; the failure of one keeps no other from it.
    /// Of a single one it gives the place.
    async fn each<S>(
        self,
        sources: &[S],
        to: &Remote,
        transfer: impl AsyncFn(&S) -> adls_fs::Result<TransferReport>,
    ) -> Outcome<Option<String>> {
        let mut total = TransferReport::default();
        let mut failed = 0;
        for (index, source) in sources.iter().enumerate() {
            self.counts.begin_source(index + 1 < sources.len());
            match transfer(source).await {
                Ok(report) => total.add(report),
                Err(error) if error.kind() == ErrorKind::Unauthenticated => {
                    return Err(error.into());
                }
                Err(error) if sources.len() == 1 => return Err(self.failure(error)),
                Err(error) => {
                    failed += 1;
                    self.printer.failure(&self.failure(error));
                }
            }
        }
        let result = self.result().filter(|_| sources.len() == 1);
        let place = result.clone().unwrap_or_else(|| to.path.to_string());
        let done = self.verb.done();
        self.finish(Ok(total), to.url_of(&place))?;
        match failed {
            0 => Ok(result),
            _ => Err(Failure::new(format!("{failed} of {} were not {done}", sources.len()))),
        }
    }

    /// Where the first item went: all of a tree.
    fn result(&self) -> Option<String> {
        self.counts.totals().first.map(|(_, target)| target)
    }

    /// Prints what was transferred, and where to.
    fn finish(mut self, report: adls_fs::Result<TransferReport>, target: String) -> Outcome {
        self.progress.end();
        let report = report.map_err(|error| self.failure(error))?;
        if report.left_out > 0 {
            let (items, were) = match report.left_out {
                1 => ("1 item".to_owned(), "was"),
                count => (format!("{count} items"), "were"),
            };
            self.printer.warning(&format!("{items} {were} left out, so the target lacks them"));
        }
        let (verb, totals) = (self.verb, self.counts.totals());
        let (is_dry_run, is_selective) =
            (self.plan.is_some(), !self.options.selection.is_everything());
        let summary =
            Summary { verb, report: &report, totals: &totals, target, is_selective, is_dry_run };
        if let Some(losses) = summary.losses() {
            self.printer.warning(&losses);
        }
        if let Some(plan) = &self.plan {
            plan.end()?;
            self.printer.note(&summary.sentence());
            return Ok(());
        }
        match self.printer.format() {
            Format::Table if self.printer.is_quiet() => Ok(()),
            Format::Table => self.printer.line(&escape(&summary.sentence())),
            _ => self.printer.object(&summary.json(), summary::COLUMNS),
        }
    }

    fn failure(&self, error: adls_fs::Error) -> Failure {
        let Some(report) = error.report() else {
            let exists = error.kind() == ErrorKind::AlreadyExists;
            let failure = Failure::of_arguments(error);
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

/// Prints the steps of a dry run.
struct Planner {
    plan: Arc<Plan>,
    /// How it is called what brings a file over.
    transfers: &'static str,
    then: Option<Arc<dyn Progress>>,
}

impl Progress for Planner {
    fn event(&self, event: &TransferEvent<'_>) {
        if let TransferEvent::Planned { item, step } = event {
            let is_file = item.kind == FileKind::File;
            let action = match step {
                SyncStep::Delete => "delete",
                _ if is_file => self.transfers,
                _ => "make the directory",
            };
            self.plan.step(&Step {
                action,
                source: Some(item.source.as_str()).filter(|source| is_file && !source.is_empty()),
                target: Some(&item.target),
                bytes: (is_file && *step == SyncStep::Transfer).then_some(item.length),
            });
        }
        if let Some(then) = &self.then {
            then.event(event);
        }
    }
}
