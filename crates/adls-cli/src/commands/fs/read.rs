//! `adls fs cat`, `head` and `tail`.

use std::io::{self, SeekFrom};

use adls_fs::{ReadOptions, Reader};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::operands;
use super::{CatArgs, EndArgs};
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::printer::escape;

/// How much `head` and `tail` print unless told otherwise, as the official tools do.
const DEFAULT_BYTES: u64 = 1024;
/// How many bytes are read at once in search of lines.
const LINE_BLOCK_SIZE: u32 = 64 * 1024;
/// Up to so many bytes an end of a file is one request, and held as a whole.
const SINGLE_REQUEST_LIMIT: u64 = 4 * 1024 * 1024;

/// What stands for standard input among the files.
const STDIN: &str = "-";

pub(crate) async fn cat(context: &Context, args: &CatArgs) -> Outcome {
    for text in &args.paths {
        if text == STDIN {
            let copied = copy_to_stdout(&mut tokio::io::stdin()).await;
            copied.map_err(|error| print_error("standard input", error))?;
            continue;
        }
        for remote in operands::matching(context, text).await? {
            let path = remote.path.as_str();
            let mut file = remote.client.open(&remote.path).await?;
            let start = args.offset.min(file.len());
            let copied = async {
                file.seek(SeekFrom::Start(start)).await?;
                copy_to_stdout(&mut file.take(args.length.unwrap_or(u64::MAX))).await
            };
            copied.await.map_err(|error| print_error(path, error))?;
        }
    }
    Ok(())
}

pub(crate) async fn head(context: &Context, args: &EndArgs) -> Outcome {
    each_with_heading(context, args, async |remote| print_head(remote, args).await).await
}

pub(crate) async fn tail(context: &Context, args: &EndArgs) -> Outcome {
    each_with_heading(context, args, async |remote| print_tail(remote, args).await).await
}

/// Prints one file after the other; several are told apart by a heading, as by `head` of Unix.
async fn each_with_heading(
    context: &Context,
    args: &EndArgs,
    print: impl AsyncFn(&Remote) -> Outcome,
) -> Outcome {
    let mut files = Vec::new();
    for text in &args.paths {
        files.extend(operands::matching(context, text).await?);
    }
    for (index, remote) in files.iter().enumerate() {
        if files.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            context.printer.line(&format!("{gap}==> {} <==", escape(remote.path.as_str())))?;
        }
        print(remote).await?;
    }
    Ok(())
}

async fn print_head(remote: &Remote, args: &EndArgs) -> Outcome {
    let Some(lines) = args.lines else {
        let bytes = args.bytes.unwrap_or(DEFAULT_BYTES);
        if bytes <= SINGLE_REQUEST_LIMIT {
            return write_stdout(&remote.client.head(&remote.path, bytes).await?).await;
        }
        let file = remote.client.open(&remote.path).await?;
        let copied = copy_to_stdout(&mut file.take(bytes)).await;
        return copied.map_err(|error| print_error(remote.path.as_str(), error));
    };
    // Blocks of the size of a screen or two: the first lines are mostly near.
    let options = ReadOptions::default().block_size(LINE_BLOCK_SIZE);
    let mut file = remote.client.open_with(&remote.path, options).await?;
    print_lines(&mut file, lines).await.map_err(|error| print_error(remote.path.as_str(), error))
}

async fn print_tail(remote: &Remote, args: &EndArgs) -> Outcome {
    let bytes = args.bytes.unwrap_or(DEFAULT_BYTES);
    if args.lines.is_none() && bytes <= SINGLE_REQUEST_LIMIT {
        return write_stdout(&remote.client.tail(&remote.path, bytes).await?).await;
    }
    let mut file = remote.client.open(&remote.path).await?;
    let start = match args.lines {
        Some(lines) => start_of_last_lines(&file, lines).await?,
        None => file.len().saturating_sub(bytes),
    };
    let copied = async {
        file.seek(SeekFrom::Start(start)).await?;
        copy_to_stdout(&mut file).await
    };
    copied.await.map_err(|error| print_error(remote.path.as_str(), error))
}

/// Prints some lines as they come; a line may be as long as the file.
async fn print_lines(file: &mut Reader, lines: u64) -> io::Result<()> {
    let mut stdout = tokio::io::stdout();
    let mut wanted = lines;
    while wanted > 0 {
        let bytes = file.fill_buf().await?;
        if bytes.is_empty() {
            break;
        }
        let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let nth = usize::try_from(wanted - 1).unwrap_or(usize::MAX);
        let end = match ends.by_ref().nth(nth) {
            Some((index, _)) => {
                wanted = 0;
                index + 1
            }
            None => {
                wanted -= bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
                bytes.len()
            }
        };
        stdout.write_all(&bytes[..end]).await?;
        file.consume(end);
    }
    stdout.flush().await
}

/// Where the last `lines` lines of a file begin, looked for from its end.
async fn start_of_last_lines(file: &Reader, lines: u64) -> Outcome<u64> {
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
        let start = end.saturating_sub(u64::from(LINE_BLOCK_SIZE));
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
fn print_error(path: &str, error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::broken_pipe(),
        _ => Failure::of_stream(&format!("print {path}"), error),
    }
}

/// Prints what is left of a stream, as it comes.
async fn copy_to_stdout(source: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut stdout = tokio::io::stdout();
    tokio::io::copy(source, &mut stdout).await?;
    stdout.flush().await
}

async fn write_stdout(bytes: &[u8]) -> Outcome {
    let mut stdout = tokio::io::stdout();
    let printed = async {
        stdout.write_all(bytes).await?;
        stdout.flush().await
    };
    printed.await.map_err(|error| Failure::printing(&error))
}
