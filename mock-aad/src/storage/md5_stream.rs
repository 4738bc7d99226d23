//! MD5 over content while it arrives: beside receiving it, since it takes longer than that.

use bytes::Bytes;
use md5::{Digest, Md5};
use tokio::task::{JoinError, JoinHandle};

/// How much is gathered before another thread takes it. Less than this is not worth a change of threads.
const BATCH: usize = 1024 * 1024;
/// How many pieces are gathered at most, as each takes some memory of its own.
const PIECES: usize = 1024;

/// A digest of content that arrives in pieces. At most one batch is under way while the next is gathered, so
/// that whoever sends faster waits.
#[derive(Debug)]
pub(crate) struct Md5Stream {
    state: State,
    gathered: Vec<Bytes>,
    bytes: usize,
}

#[derive(Debug)]
enum State {
    Here(Md5),
    Away(JoinHandle<Md5>),
}

impl Md5Stream {
    /// Of nothing yet.
    pub(crate) fn new() -> Self {
        Self { state: State::Here(Md5::new()), gathered: Vec::new(), bytes: 0 }
    }

    /// Takes the next piece in, which is not copied.
    ///
    /// # Errors
    /// When the emulator ends amid it.
    pub(crate) async fn update(&mut self, piece: Bytes) -> Result<(), JoinError> {
        self.bytes += piece.len();
        self.gathered.push(piece);
        if self.bytes >= BATCH || self.gathered.len() >= PIECES {
            self.send().await?;
        }
        Ok(())
    }

    /// The digest of what was taken in.
    ///
    /// # Errors
    /// When the emulator ends amid it.
    pub(crate) async fn finish(mut self) -> Result<[u8; 16], JoinError> {
        let mut md5 = self.back().await?;
        self.gathered.iter().for_each(|piece| md5.update(piece));
        Ok(md5.finalize().into())
    }

    async fn send(&mut self) -> Result<(), JoinError> {
        let mut md5 = self.back().await?;
        let batch = std::mem::take(&mut self.gathered);
        self.bytes = 0;
        self.state = State::Away(tokio::task::spawn_blocking(move || {
            batch.iter().for_each(|piece| md5.update(piece));
            md5
        }));
        Ok(())
    }

    /// The digest of all batches that were sent.
    async fn back(&mut self) -> Result<Md5, JoinError> {
        match std::mem::replace(&mut self.state, State::Here(Md5::new())) {
            State::Here(md5) => Ok(md5),
            State::Away(batch) => batch.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pieces_of_every_size_make_up_the_whole() {
        let content: Vec<u8> = (0..5 * BATCH / 2).map(|at| (at % 251) as u8).collect();
        let expected: [u8; 16] = Md5::digest(&content).into();
        for size in [content.len(), BATCH, 100_000, 700] {
            let mut stream = Md5Stream::new();
            for piece in content.chunks(size) {
                stream.update(Bytes::copy_from_slice(piece)).await.unwrap();
            }
            assert_eq!(stream.finish().await.unwrap(), expected, "{size}");
        }
        let nothing: [u8; 16] = Md5::digest(b"").into();
        assert_eq!(Md5Stream::new().finish().await.unwrap(), nothing);
    }
}
