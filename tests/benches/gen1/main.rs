//! The work that `cargo xtask bench gen1` times: what it prepares, the bare loops, and the library.
//! `cargo xtask bench gen2` has the bare loops as its measure.
//!
//! `gen1 READY_FILE PROGRAM WORK [ARGUMENT]...` ends with a line that says how many seconds the work
//! took, without what it takes to start and to sign in. READY_FILE is that of an emulator in a process
//! of its own.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

mod bare;
#[path = "../shared/bounds.rs"]
mod bounds;
mod disk;
#[path = "../shared/library.rs"]
mod library;
#[path = "../shared/loops/mod.rs"]
mod loops;
#[path = "../shared/place.rs"]
mod place;
mod prepare;
#[path = "../shared/signed_in.rs"]
mod signed_in;
mod target;

use std::path::Path;

use self::target::Target;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [ready, program, rest @ ..] = words.as_slice() else {
        println!("nothing measured: this is run by `cargo xtask bench gen1`");
        return Ok(());
    };
    let ready = Path::new(ready);
    let time = match (*program, rest) {
        ("prepare", rest) => return prepare::run(&Target::new(ready).await?, rest).await,
        ("bare", [token, rest @ ..]) => {
            let token = std::fs::read_to_string(token)?;
            bare::run(&target::default_account(ready)?, token, rest).await?
        }
        ("disk", [file, length]) => disk::run(Path::new(file), length.parse()?).await?,
        ("library", rest) => library::run(&Target::new(ready).await?.client, rest).await?,
        _ => return Err(format!("no program {program} for {rest:?}").into()),
    };
    println!("{:.6}", time.as_secs_f64());
    Ok(())
}
