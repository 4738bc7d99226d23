//! Joins that replace their target.

use adls_wire::RemotePath;
use uuid::Uuid;

use crate::options::ConcatOptions;
use crate::transfer::placing::Placing;
use crate::{Error, ErrorKind, FileSystemClient, Result};

/// Joins `sources` beside `target`, which gives way only when the join is complete. Once the sources
/// are used up, what is joined is all that is left of them, so it is never removed, and going on does
/// not depend on the caller.
pub(crate) async fn join_over(
    client: &FileSystemClient,
    target: &RemotePath,
    sources: &[RemotePath],
    options: ConcatOptions,
) -> Result<()> {
    let options = options.overwrite(false);
    match client.try_stat(target).await? {
        None => return client.backend().concat(target, sources, options).await,
        Some(found) if found.is_dir() => return Err(Error::at(ErrorKind::IsDirectory, target)),
        Some(_) => {}
    }
    let directory = target.parent().unwrap_or_else(RemotePath::root);
    let joined = directory.child(&format!(".adls-{}.joined", Uuid::new_v4().simple()))?;
    let (this, target, sources) = (client.clone(), target.clone(), sources.to_vec());
    let work = async move {
        this.backend().concat(&joined, &sources, options).await?;
        let placed = async {
            let length = this.stat(&joined).await?.length;
            let placing = Placing {
                client: &this,
                temporary: &joined,
                target: &target,
                length,
                replace: true,
                replace_directory: false,
            };
            placing.run(|_| ()).await
        };
        placed.await.map(drop).map_err(|error| {
            let kind = error.kind();
            let text = format!(
                "the sources are joined in {joined}, which could not replace {target}: {error}"
            );
            Error::at(kind, &target).with_message(text).with_source(error)
        })
    };
    client.cleanups().uncut(work).await.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Transient)
            .with_message("the task that joins files was stopped")
            .with_source(error))
    })
}
