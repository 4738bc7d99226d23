//! `adls fs append`, `touch` and `concat`.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{self, Poll};

use adls_fs::{ConcatOptions, ErrorKind};
use clap::Args;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};

use super::operands::Tally;
use super::plan::{Changes, DryRun, Step};
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// What to add, and where.
#[derive(Debug, Args)]
pub(crate) struct AppendArgs {
    /// The file
    #[arg(value_name = "PATH")]
    path: String,
    /// Add this text
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    content: Option<String>,
    /// Add what is in this local file; - is standard input, as without it
    #[arg(long, value_name = "LOCAL")]
    file: Option<PathBuf>,
    #[command(flatten)]
    dry_run: DryRun,
}

/// What to join.
#[derive(Debug, Args)]
pub(crate) struct ConcatArgs {
    /// The files, in the order of their bytes
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<String>,
    /// The file that they become; what it holds already comes first
    #[arg(long, value_name = "TARGET", required = true)]
    into: String,
    /// Replace the target, which stays as it is until the sources are joined
    #[arg(long, alias = "force")]
    overwrite: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

pub(crate) async fn append(context: &Context, args: &AppendArgs) -> Outcome {
    let remote = remote_file(context, &args.path).await?;
    let changes = Changes::new(context, &args.dry_run);
    let source = args.file.as_deref().and_then(Path::to_str);
    let step = Step { action: "append", source, target: Some(remote.path.as_str()), bytes: None };
    changes.make(step, append_to(context, &remote, args)).await?;
    changes.end()
}

async fn append_to(context: &Context, remote: &Remote, args: &AppendArgs) -> Outcome {
    let mut source = AppendSource::open(args).await?;
    if matches!(source, AppendSource::Input(_)) {
        let hint = "give what is to be added with --content or --file";
        context.stdin_is_content().map_err(|failure| failure.hint(hint))?;
    }
    let mut file = remote.client.append(&remote.path).await?;
    if matches!(source, AppendSource::Input(_)) && terminal::stdin_is_terminal() {
        context.printer.note("type what is to be added, and end it with Ctrl+D");
    }
    let copied = tokio::select! {
        copied = tokio::io::copy(&mut source, &mut file) => copied.map(|_| None),
        signal = context.shutdown.requested() => Ok(Some(signal)),
    };
    // Also what was read before an interruption is kept, and the file is given up.
    let closed = file.shutdown().await;
    let failed = |error| Failure::of_stream(&format!("write {}", args.path), error);
    let signal = copied.map_err(failed)?;
    closed.map_err(failed)?;
    match signal {
        Some(signal) => Err(Failure::signalled(signal).hint("what was read is appended")),
        None => source.check().await,
    }
}

/// A file by a name that ends in no slash.
async fn remote_file(context: &Context, path: &str) -> Outcome<Remote> {
    let remote = context.item(path).await?;
    if remote.directory_form {
        return Err(Failure::usage(format!("{path} ends in a slash, so it cannot be a file"))
            .hint("leave the slash out"));
    }
    Ok(remote)
}

/// Where what is appended comes from.
enum AppendSource<'a> {
    Text(&'a [u8]),
    Input(tokio::io::Stdin),
    /// As much as was in it at the start: a log that only grows is complete up to there.
    File {
        content: tokio::io::Take<tokio::fs::File>,
        path: &'a Path,
        before: Box<Metadata>,
    },
}

impl<'a> AppendSource<'a> {
    async fn open(args: &'a AppendArgs) -> Outcome<Self> {
        if let Some(text) = &args.content {
            return Ok(Self::Text(text.as_bytes()));
        }
        let Some(path) = args.file.as_deref().filter(|path| path.as_os_str() != "-") else {
            return Ok(Self::Input(tokio::io::stdin()));
        };
        let failed = |error| Failure::file("read", path, &error);
        let file = tokio::fs::File::open(path).await.map_err(failed)?;
        let before = file.metadata().await.map_err(failed)?;
        // Files of the system have no length that could be believed, and pipes none at all.
        let most = if before.is_file() && before.len() > 0 { before.len() } else { u64::MAX };
        Ok(Self::File { content: file.take(most), path, before: Box::new(before) })
    }

    /// Whether what was read is one state of the file.
    async fn check(&self) -> Outcome {
        let Self::File { content, path, before } = self else { return Ok(()) };
        if !before.is_file() || before.len() == 0 {
            return Ok(());
        }
        let after = content.get_ref().metadata().await;
        let after = after.map_err(|error| Failure::file("read", path, &error))?;
        let shorter = content.limit() > 0 || after.len() < before.len();
        let rewritten =
            after.len() == before.len() && after.modified().ok() != before.modified().ok();
        if shorter || rewritten {
            return Err(Failure::new(format!("{} changed while it was read", path.display()))
                .hint("what was read of it has been appended: look at the end of the target"));
        }
        Ok(())
    }
}

impl AsyncRead for AppendSource<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Text(text) => Pin::new(text).poll_read(cx, buffer),
            Self::Input(input) => Pin::new(input).poll_read(cx, buffer),
            Self::File { content, path, .. } => {
                // Else it would pass for an error of the writing.
                let named = |error: io::Error| {
                    io::Error::new(
                        error.kind(),
                        format!("{} cannot be read: {error}", path.display()),
                    )
                };
                Pin::new(content).poll_read(cx, buffer).map_err(named)
            }
        }
    }
}

/// What to create.
#[derive(Debug, Args)]
pub(crate) struct TouchArgs {
    /// The files
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    #[command(flatten)]
    dry_run: DryRun,
}

pub(crate) async fn touch(context: &Context, args: &TouchArgs) -> Outcome {
    let changes = Changes::new(context, &args.dry_run);
    let mut tally = Tally::new(context, args.paths.len());
    for text in &args.paths {
        tally.expect(1);
        let made = async {
            let remote = remote_file(context, text).await?;
            let target = Some(remote.path.as_str());
            let step = Step { action: "make the file", target, ..Step::default() };
            let make = async {
                match remote.client.put(&remote.path, "").await {
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
                    other => Ok(other.map(drop)?),
                }
            };
            changes.make(step, make).await
        };
        tally.add(made.await)?;
    }
    tally.finish()?;
    changes.end()
}

pub(crate) async fn concat(context: &Context, args: &ConcatArgs) -> Outcome {
    let target = remote_file(context, &args.into).await?;
    let mut sources = Vec::with_capacity(args.sources.len());
    for source in &args.sources {
        let remote = remote_file(context, source).await?;
        if !remote.shares_file_system(&target) {
            return Err(Failure::usage(format!(
                "{source} is in {}, the target in {}; files are joined within one account",
                remote.place(),
                target.place()
            )));
        }
        sources.push(remote.path);
    }
    let changes = Changes::new(context, &args.dry_run);
    let names: Vec<_> = sources.iter().map(|source| source.as_str()).collect();
    let (source, into) = (names.join(", "), Some(target.path.as_str()));
    let step = Step { action: "join", source: Some(&source), target: into, ..Step::default() };
    let joining = async {
        let options = ConcatOptions::default().overwrite(args.overwrite);
        let joined = target.client.concat_with(&target.path, &sources, options).await;
        joined.map(drop).map_err(Failure::of_arguments)
    };
    changes.make(step, joining).await?;
    changes.end()
}
