//! The plain write of as many bytes to a new local file, without any network.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Result;
use crate::bounds::Bounds;

pub(crate) async fn run(file: &Path, length: usize) -> Result<Duration> {
    let start = Instant::now();
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || -> Result<()> {
        let content = vec![7; Bounds::of_client().part];
        let mut file = File::create(file)?;
        let mut rest = length;
        while rest > 0 {
            let block = rest.min(content.len());
            file.write_all(&content[..block])?;
            rest -= block;
        }
        Ok(())
    })
    .await??;
    Ok(start.elapsed())
}
