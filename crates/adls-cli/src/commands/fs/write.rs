//! `adls fs append`, `touch`, `cp` and `concat`.

use std::path::PathBuf;

use adls_fs::{ConcatOptions, ErrorKind, WriteOptions};
use clap::Args;
use tokio::io::{AsyncRead, AsyncWriteExt};

use super::interrupt;
use super::transfer::offer_overwrite;
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};

/// What to add, and where.
#[derive(Debug, Args)]
pub(crate) struct AppendArgs {
    /// The file
    #[arg(value_name = "PATH")]
    path: String,
    /// Add this text
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    content: Option<String>,
    /// Add what is in this local file
    #[arg(long, value_name = "LOCAL")]
    file: Option<PathBuf>,
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
    /// Remove the target first
    #[arg(long, alias = "force")]
    overwrite: bool,
}

pub(crate) async fn append(context: &Context, args: &AppendArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    let mut source: Box<dyn AsyncRead + Unpin + Send> = match (&args.content, &args.file) {
        (Some(text), _) => Box::new(std::io::Cursor::new(text.clone().into_bytes())),
        (None, Some(path)) => {
            let file = tokio::fs::File::open(path).await;
            Box::new(file.map_err(|error| Failure::file("read", path, &error))?)
        }
        (None, None) => Box::new(tokio::io::stdin()),
    };
    let mut file = remote.client.append(&remote.path).await?;
    let copied = tokio::select! {
        copied = tokio::io::copy(&mut source, &mut file) => copied.map(|_| true),
        () = interrupt() => Ok(false),
    };
    // Also what was read before an interruption is kept, and the file is given up.
    let closed = file.shutdown().await;
    let failed = |error| Failure::of_stream(&format!("write {}", args.path), error);
    let complete = copied.map_err(failed)?;
    closed.map_err(failed)?;
    if complete { Ok(()) } else { Err(Failure::interrupted().hint("what was read is appended")) }
}

pub(crate) async fn touch(context: &Context, path: &str) -> Outcome {
    let remote = context.remote(path).await?;
    match remote.client.write(&remote.path, "", WriteOptions::default()).await {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => Ok(other.map(drop)?),
    }
}

pub(crate) async fn cp(context: &Context, source: &str, target: &str, overwrite: bool) -> Outcome {
    let (from, to) = (context.remote(source).await?, context.remote(target).await?);
    let path = place(&from, &to).await?;
    let options = WriteOptions::default().overwrite(overwrite);
    let copied = from.client.copy(&from.path, &to.client, &path, options).await;
    copied.map(drop).map_err(offer_overwrite)
}

pub(crate) async fn concat(context: &Context, args: &ConcatArgs) -> Outcome {
    let target = context.remote(&args.into).await?;
    let mut sources = Vec::with_capacity(args.sources.len());
    for source in &args.sources {
        let remote = context.remote(source).await?;
        if remote.account != target.account {
            return Err(Failure::usage(format!(
                "{source} is in account {}, the target in {}; files are joined within one account",
                remote.account, target.account
            )));
        }
        sources.push(remote.path);
    }
    let options = ConcatOptions::default().overwrite(args.overwrite);
    target.client.concat(&target.path, &sources, options).await?;
    Ok(())
}

/// The copy's path: in a folder under the source's own name, else the target itself.
async fn place(from: &Remote, to: &Remote) -> Outcome<adls_wire::RemotePath> {
    let existing = to.client.try_stat(&to.path).await?;
    let inside = to.folder_form || existing.is_some_and(|status| status.is_dir());
    match from.path.file_name().filter(|_| inside) {
        Some(name) => to.path.child(name).map_err(|error| Failure::usage(error.to_string())),
        None => Ok(to.path.clone()),
    }
}
