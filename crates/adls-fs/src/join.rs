//! Joins of files on the server.

use adls_wire::RemotePath;
use uuid::Uuid;

use crate::options::ConcatOptions;
use crate::transfer::placement::Placement;
use crate::{Conditions, Error, ErrorKind, FileSystemClient, IntoPath, Result};

impl FileSystemClient {
    /// Joins files on the server. The sources vanish; a target that exists gets their bytes at its
    /// end, or is replaced with [`ConcatOptions::overwrite`].
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] without sources, with one named twice, or with the target among them;
    /// [`ErrorKind::NotFound`] when one is missing; [`ErrorKind::IsDirectory`] when one is a directory;
    /// [`ErrorKind::Unsupported`] without [`Capabilities::concat`](crate::Capabilities::concat).
    pub async fn concat<P: IntoPath>(
        &self,
        target: impl IntoPath,
        sources: impl IntoIterator<Item = P>,
    ) -> Result<()> {
        self.concat_with(target, sources, ConcatOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`concat`](Self::concat).
    pub async fn concat_with<P: IntoPath>(
        &self,
        target: impl IntoPath,
        sources: impl IntoIterator<Item = P>,
        options: ConcatOptions,
    ) -> Result<()> {
        let sources: Vec<_> =
            sources.into_iter().map(IntoPath::into_path).collect::<Result<_>>()?;
        self.join(&target.into_path()?, &sources, options).await
    }

    async fn join(
        &self,
        target: &RemotePath,
        sources: &[RemotePath],
        options: ConcatOptions,
    ) -> Result<()> {
        let mut sorted: Vec<_> = sources.iter().collect();
        sorted.sort();
        if sorted.is_empty() {
            return Err(Error::invalid(format!("no sources to join into {target}")));
        }
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            let text = format!("{} is named twice among the sources of {target}", twice[0]);
            return Err(Error::invalid(text));
        }
        if sorted.binary_search(&target).is_ok() {
            return Err(Error::invalid(format!("{target} is both a source and the target")));
        }
        if options.overwrite {
            return join_over(self, target, sources, options).await;
        }
        self.backend().concat(target, sources, options).await
    }
}

/// Joins `sources` beside `target`, which gives way only when the join is complete. Once the sources
/// are used up, what is joined is all that is left of them, so it is never removed, and going on does
/// not depend on the caller.
async fn join_over(
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
            let placement = Placement {
                client: &this,
                temporary: &joined,
                target: &target,
                length,
                replace: true,
                replace_directory: false,
                conditions: &Conditions::default(),
            };
            placement.run(|_| ()).await
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
