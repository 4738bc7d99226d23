//! `adls fs mkdir`, `mv` and `rm`.

use adls_fs::{DeleteOptions, MkdirsOptions, RenameOptions};
use adls_wire::Permission;

use super::destination::{self, Destination};
use crate::context::Context;
use crate::failure::{Exit, Failure, Outcome};

pub(crate) async fn mkdir(
    context: &Context,
    path: &str,
    permission: Option<Permission>,
) -> Outcome {
    let remote = context.remote(path).await?;
    let options = MkdirsOptions::default().permission(permission);
    remote.client.mkdirs_with(&remote.path, options).await?;
    Ok(())
}

pub(crate) async fn mv(context: &Context, source: &str, target: &str, overwrite: bool) -> Outcome {
    let source = context.remote(source).await?;
    let target = context.remote(target).await?;
    if !source.shares_file_system(&target) {
        return Err(Failure::usage(format!(
            "cannot move from {} to {}",
            source.place(),
            target.place()
        ))
        .hint(
            "copy it with `adls fs cp`, or download it with `adls fs get` and upload it with \
               `adls fs put`",
        ));
    }
    if source.path.is_root() {
        return Err(Failure::usage("the root directory cannot be moved"));
    }
    let moved = destination::source_status(&source).await?;
    let Destination { path, existing } = destination::resolve(&source, &target).await?;
    if path == source.path {
        return Err(Failure::usage(format!("{path} is there already: source and target are one")));
    }
    if moved.is_dir() && path.starts_with(&source.path) {
        return Err(Failure::usage(format!("cannot move {} into itself", source.path)));
    }
    if let Some(there) = &existing
        && moved.is_dir() != there.is_dir()
    {
        let (what, other) =
            if moved.is_dir() { ("directory", "file") } else { ("file", "directory") };
        return Err(Failure::new(format!(
            "{path} is a {other}, which the {what} {} cannot replace",
            source.path
        ))
        .hint("name another target, or delete it first with `adls fs rm`"));
    }
    let options = RenameOptions::default().overwrite(overwrite);
    let renamed = source.client.rename_with(&source.path, &path, options).await;
    renamed
        .map_err(|error| destination::offer_overwrite(error, overwrite, &moved, existing.as_ref()))
}

/// Several go one after the other; a failure does not keep the others from it.
pub(crate) async fn rm(context: &Context, paths: &[String], recursive: bool) -> Outcome {
    if let [path] = paths {
        return delete(context, path, recursive).await;
    }
    let mut failed = 0;
    for path in paths {
        match delete(context, path, recursive).await {
            Ok(()) => {}
            // What is wrong with one would be wrong with all.
            Err(failure) if failure.exit() == Exit::NotSignedIn => return Err(failure),
            Err(failure) => {
                failed += 1;
                context.printer.failure(&failure);
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(format!("{failed} of {} were not deleted", paths.len()))),
    }
}

async fn delete(context: &Context, path: &str, recursive: bool) -> Outcome {
    let remote = context.item(path).await?;
    if remote.path.is_root() {
        return Err(Failure::usage("refusing to delete the root directory")
            .hint("name what is in it, or delete the account with `adls account delete`"));
    }
    let options = DeleteOptions::default().recursive(recursive);
    match remote.client.delete_with(&remote.path, options).await? {
        true => Ok(()),
        false => Err(Failure::new(format!("there is no {path}"))),
    }
}
