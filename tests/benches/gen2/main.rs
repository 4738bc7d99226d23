//! The work that `cargo xtask bench gen2` times: bare loops over reqwest that do what a client of the
//! DFS and the Blob protocol does, and nothing that it needs besides; and the library.
//!
//! `gen2 READY_FILE WORK [ARGUMENT]...` ends with a line that says how many seconds the work took. Of what
//! is compared with clients, WORK begins with `bare` or `library`. READY_FILE is that of an emulator in
//! a process of its own.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

mod account;
mod bare;
#[path = "../shared/bounds.rs"]
mod bounds;
mod client;
mod data;
#[path = "../shared/library.rs"]
mod library;
#[path = "../shared/loops/mod.rs"]
mod loops;
mod names;
#[path = "../shared/place.rs"]
mod place;
mod plain;
#[path = "../shared/signed_in.rs"]
mod signed_in;
mod signing;
mod small;

use std::path::Path;
use std::time::{Duration, Instant};

use self::account::Account;
use self::client::Client;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [ready, words @ ..] = words.as_slice() else {
        println!("nothing measured: this is run by `cargo xtask bench gen2`");
        return Ok(());
    };
    let ready = Path::new(ready);
    let account = &Account::new(ready)?;
    let time = match words {
        ["token", file] => return Ok(std::fs::write(file, Client::new(ready).await?.token)?),
        ["signature", file] => {
            return Ok(std::fs::write(file, account.shared_access_signature()?)?);
        }
        ["upload", local, remote] => return Client::new(ready).await?.upload(local, remote).await,
        ["bare", token, words @ ..] => {
            bare::run(ready, &std::fs::read_to_string(token)?, words).await?
        }
        ["library", words @ ..] => library::run(&Client::new(ready).await?.files, words).await?,
        ["write", file, length] => timed(account.write(file, length.parse()?)).await?,
        ["read", file, length] => timed(account.read(file, length.parse()?)).await?,
        ["put", file, length] => account.put(file, length.parse()?).await?,
        ["digest", length] => data::digest(length.parse()?),
        ["zeros", file, length] => timed(account.zeros(file, length)).await?,
        ["zero-blob", file, length] => timed(account.zero_blob(file, length)).await?,
        ["stream", file, length] => timed(account.stream(file, length.parse()?)).await?,
        ["stream-blob", file, length] => timed(account.stream_blob(file, length.parse()?)).await?,
        ["heads", directory, count] => account.heads(directory, count.parse()?).await?,
        ["small", directory, count] => account.small(directory, count.parse()?).await?,
        ["files", directory, count] => timed(account.files(directory, count.parse()?)).await?,
        ["tree", directory, count] => timed(account.tree(directory, count.parse()?)).await?,
        ["list", directory, count] => timed(account.list(directory, count.parse()?)).await?,
        ["list-blobs", directory, count] => {
            timed(account.list_blobs(directory, count.parse()?)).await?
        }
        ["rename", directory, times] => account.rename(directory, times.parse()?).await?,
        ["acl", directory, count] => timed(account.acl(directory, count.parse()?)).await?,
        ["container"] => timed(account.make_container()).await?,
        ["plain-heads", blob, count] => account.plain_heads(blob, count.parse()?).await?,
        ["plain-blocks", blob, length] => account.plain_blocks(blob, length.parse()?).await?,
        ["plain-ranges", blob, length] => account.plain_ranges(blob, length.parse()?).await?,
        ["remove", directory] => timed(account.remove(directory)).await?,
        _ => return Err(format!("no work {words:?}").into()),
    };
    println!("{:.9}", time.as_secs_f64());
    Ok(())
}

/// How long work takes that begins at once.
async fn timed(work: impl Future<Output = Result<()>>) -> Result<Duration> {
    let start = Instant::now();
    work.await?;
    Ok(start.elapsed())
}

/// Refuses a result that is not the whole one: what is faster because it does less is no measure.
fn complete(what: &str, count: u64, expected: u64) -> Result<()> {
    if count == expected { Ok(()) } else { Err(format!("{count} {what} of {expected}").into()) }
}
