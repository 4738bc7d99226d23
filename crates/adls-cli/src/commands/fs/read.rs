//! `adls fs cat`, `head` and `tail`.

use std::io::{self, SeekFrom};

use adls_fs::ReadOptions;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::{CatArgs, EndArgs};
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
            Err(error) => return Err(Failure::of_stream(&format!("print {path}"), error)),
            Ok(()) => {}
        }
    }
    Ok(())
}

pub(crate) async fn head(context: &Context, args: &EndArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    print_bytes(context, &remote.client.head(&remote.path, args.bytes).await?).await
}

pub(crate) async fn tail(context: &Context, args: &EndArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    print_bytes(context, &remote.client.tail(&remote.path, args.bytes).await?).await
}

async fn print_bytes(context: &Context, bytes: &[u8]) -> Outcome {
    let mut stdout = tokio::io::stdout();
    let printed = async {
        stdout.write_all(bytes).await?;
        stdout.flush().await
    };
    context.print(printed.await)
}
