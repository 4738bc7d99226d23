//! `adls fs acl save` and `restore`, and `--acl-file`: rights in a local text file.

use std::path::{Path, PathBuf};

use adls_fs::RestoreAccessOptions;
use clap::Args;
use tokio::io::{AsyncRead, BufReader};

use super::plan::{Changes, DryRun, Step};
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::printer::amount;

/// What to save.
#[derive(Debug, Args)]
#[command(after_help = FORM)]
pub(crate) struct SaveArgs {
    /// The file or directory; everything below goes along
    #[arg(value_name = "PATH")]
    path: String,
    /// The local file; - is standard output
    #[arg(value_name = "FILE", default_value = STREAM)]
    file: PathBuf,
}

/// What to restore.
#[derive(Debug, Args)]
#[command(after_help = FORM)]
pub(crate) struct RestoreArgs {
    /// The file or directory; the paths in FILE are below it
    #[arg(value_name = "PATH")]
    path: String,
    /// The local file; - is standard input
    #[arg(value_name = "FILE", default_value = STREAM)]
    file: PathBuf,
    /// Also owners and owning groups, which only super-users set
    #[arg(long)]
    owners: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

/// Stands for standard input and output.
const STREAM: &str = "-";
const FORM: &str = "The file is text in the form of `getfacl -R`: a record for each item, with its path below \
    PATH, owner, group and entries, and empty lines between them.";

pub(super) async fn save(context: &Context, args: &SaveArgs) -> Outcome {
    save_to(context, &context.item(&args.path).await?, &args.file).await
}

pub(super) async fn restore(context: &Context, args: &RestoreArgs) -> Outcome {
    let remote = context.item(&args.path).await?;
    let changes = Changes::new(context, &args.dry_run);
    let source = args.file.display().to_string();
    let (source, target) = (Some(&*source), Some(remote.path.as_str()));
    let step = Step { action: "restore the rights in", source, target, ..Step::default() };
    changes.make(step, restore_from(context, &remote, &args.file, args.owners)).await?;
    changes.end()
}

/// Saves the rights of an item and of everything below it. A file gets its name when it is complete.
pub(super) async fn save_to(context: &Context, remote: &Remote, file: &Path) -> Outcome {
    if file.as_os_str() == STREAM {
        remote.client.save_access(&remote.path, &mut tokio::io::stdout()).await?;
        return Ok(());
    }
    let failed = |error: std::io::Error| Failure::file("write", file, &error);
    let directory = file.parent().filter(|directory| *directory != Path::new(""));
    let temporary = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")));
    let temporary = temporary.map_err(failed)?;
    let mut output = tokio::fs::File::from_std(temporary.reopen().map_err(failed)?);
    let count = remote.client.save_access(&remote.path, &mut output).await?;
    temporary.persist(file).map_err(|error| failed(error.error))?;
    let items = amount::things(count, "item");
    context.printer.note(&format!("saved the rights of {items} to {}", file.display()));
    Ok(())
}

/// Gives an item and what is below it the rights in a file.
pub(super) async fn restore_from(
    context: &Context,
    remote: &Remote,
    file: &Path,
    owners: bool,
) -> Outcome {
    let input: Box<dyn AsyncRead + Send + Unpin> = match file.as_os_str() == STREAM {
        true => {
            context.stdin_is_content()?;
            Box::new(tokio::io::stdin())
        }
        false => Box::new(
            tokio::fs::File::open(file)
                .await
                .map_err(|error| Failure::file("read", file, &error))?,
        ),
    };
    let options = RestoreAccessOptions::default().owners(owners);
    let input = BufReader::new(input);
    let restored = remote.client.restore_access_with(&remote.path, input, options).await;
    let report = restored.map_err(Failure::of_tree_change)?;
    let items = amount::items(report.files, report.directories);
    context.printer.note(&format!("restored the rights of {items}"));
    Ok(())
}
