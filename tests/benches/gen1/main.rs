//! The work that `cargo xtask bench gen1` times: what it prepares, the bare loops, and the library.
//!
//! `gen1 READY_FILE PROGRAM WORK [ARGUMENT]...` prints the seconds that the work took, without what it
//! takes to start and to sign in. READY_FILE is that of an emulator in a process of its own.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

mod bare;
mod library;
mod prepare;
mod target;

use std::path::Path;

use self::target::Target;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The size of a request for data, as that of the service's own clients.
const PART: usize = 4 << 20;
/// How many requests run at once.
const SIDE_BY_SIDE: usize = 32;
/// How many of them carry parts; more only take memory.
const PARTS_SIDE_BY_SIDE: usize = 8;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [ready, program, rest @ ..] = words.as_slice() else {
        println!("nothing measured: this is run by `cargo xtask bench gen1`");
        return Ok(());
    };
    let target = Target::new(Path::new(ready)).await?;
    let time = match *program {
        "prepare" => return prepare::run(&target, rest).await,
        "bare" => bare::run(&target, rest).await?,
        "library" => library::run(&target, rest).await?,
        _ => return Err(format!("no program {program}").into()),
    };
    println!("{:.6}", time.as_secs_f64());
    Ok(())
}
