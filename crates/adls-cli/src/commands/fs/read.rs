//! `adls fs cat`.

use std::io::{self, SeekFrom};

use adls_fs::ReadOptions;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::CatArgs;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

pub(crate) async fn cat(context: &Context, args: &CatArgs) -> Outcome {
    let mut stdout = tokio::io::stdout();
    for path in &args.paths {
        let remote = context.remote(path).await?;
        let mut file = remote.client.open(&remote.path, ReadOptions::default()).await?;
        let start = args.offset.min(file.len());
        let copied = async {
            file.seek(SeekFrom::Start(start)).await?;
            let mut part = file.take(args.length.unwrap_or(u64::MAX));
            tokio::io::copy(&mut part, &mut stdout).await?;
            stdout.flush().await
        };
        match copied.await {
            // Whoever reads our output has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(explain(path, error)),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// A failed copy is the file system's failure if one is inside, else that of our own output.
fn explain(path: &str, error: io::Error) -> Failure {
    match error.downcast::<adls_fs::Error>() {
        Ok(error) => Failure::from(error),
        Err(error) => Failure::new(format!("cannot print {path}: {error}")),
    }
}
