//! `adls fs cat`, `head` and `tail`.

use std::io::{self, SeekFrom};

use adls_fs::{ReadOptions, Reader};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::{CatArgs, EndArgs};
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// How much `head` and `tail` print unless told otherwise, as the official tools do.
const DEFAULT_BYTES: u64 = 1024;
/// How many bytes are read at once in search of lines.
const LINES_STEP: u32 = 64 * 1024;

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
        copied.await.map_err(|error| printed(path, error))?;
    }
    Ok(())
}

pub(crate) async fn head(context: &Context, args: &EndArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    let Some(lines) = args.lines else {
        let bytes = args.bytes.unwrap_or(DEFAULT_BYTES);
        return print_bytes(context, &remote.client.head(&remote.path, bytes).await?).await;
    };
    // Blocks of the size of a screen or two: the first lines are mostly near.
    let options = ReadOptions::default().block_size(LINES_STEP);
    let mut file = remote.client.open(&remote.path, options).await?;
    let mut line = Vec::new();
    for _ in 0..lines {
        line.clear();
        let read = file.read_until(b'\n', &mut line).await;
        if read.map_err(|error| printed(&args.path, error))? == 0 {
            break;
        }
        print_bytes(context, &line).await?;
    }
    Ok(())
}

pub(crate) async fn tail(context: &Context, args: &EndArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    let Some(lines) = args.lines else {
        let bytes = args.bytes.unwrap_or(DEFAULT_BYTES);
        return print_bytes(context, &remote.client.tail(&remote.path, bytes).await?).await;
    };
    let mut file = remote.client.open(&remote.path, ReadOptions::default()).await?;
    let start = start_of_last_lines(&file, lines).await?;
    let copied = async {
        file.seek(SeekFrom::Start(start)).await?;
        let mut stdout = tokio::io::stdout();
        tokio::io::copy_buf(&mut file, &mut stdout).await?;
        stdout.flush().await
    };
    copied.await.map_err(|error| printed(&args.path, error))
}

/// Where the last `lines` lines of a file begin, looked for from its end.
async fn start_of_last_lines(file: &Reader, lines: usize) -> Outcome<u64> {
    let mut end = file.len();
    // The line feed at the end of the file ends its last line.
    let mut wanted = lines.saturating_add(1);
    if lines == 0 {
        return Ok(end);
    }
    if end > 0 && *file.read_at(end - 1..end).await? != *b"\n" {
        wanted = lines;
    }
    while end > 0 {
        let start = end.saturating_sub(u64::from(LINES_STEP));
        let block = file.read_at(start..end).await?;
        for (index, _) in block.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n') {
            wanted -= 1;
            if wanted == 0 {
                return Ok(start + index as u64 + 1);
            }
        }
        end = start;
    }
    Ok(0)
}

/// A file that could not be read, or a standard output that could not be written.
fn printed(path: &str, error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::reader_gone(),
        _ => Failure::of_stream(&format!("print {path}"), error),
    }
}

async fn print_bytes(context: &Context, bytes: &[u8]) -> Outcome {
    let mut stdout = tokio::io::stdout();
    let printed = async {
        stdout.write_all(bytes).await?;
        stdout.flush().await
    };
    context.print(printed.await)
}
