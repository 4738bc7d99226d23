//! The checksum of a file as HDFS computes it: MD5 over MD5 over CRC-32.
//!
//! Two files of the same content have the same checksum here and in a cluster whose checksums are
//! of the same kind, so that tools can compare instead of reading both.

use std::io;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::directories::BLOCK_SIZE;

/// So many bytes share a CRC.
pub(super) const CHUNK: u32 = 512;
/// HDFS' number for CRC-32 with the polynomial of gzip.
pub(super) const KIND: u8 = 1;
/// The length of a checksum: a chunk's size, the number of CRCs in a block, and an MD5.
pub(super) const LENGTH: u32 = 4 + 8 + 16;
/// HDFS digests its whole buffer, with the zeros behind the MD5s of the blocks; so large is the buffer
/// at first, and it doubles when it is full.
const BUFFER: usize = 32;

/// A file's checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Checksum {
    bytes_per_crc: u32,
    crcs_per_block: u64,
    digest: [u8; 16],
}

impl Checksum {
    /// The name under which HDFS knows the way it was computed.
    pub(super) fn algorithm(&self) -> String {
        format!("MD5-of-{}MD5-of-{}CRC32", self.crcs_per_block, self.bytes_per_crc)
    }

    /// All of it, in the order in which HDFS writes it.
    pub(super) fn hex(&self) -> String {
        let digest: String = self.digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{:08x}{:016x}{digest}", self.bytes_per_crc, self.crcs_per_block)
    }
}

/// How many checksums are computed at once: the threads are needed for the disk, too.
static PERMITS: Semaphore = Semaphore::const_new(4);

/// Computes the checksum of a file's content, away from the threads that serve requests. It ends
/// early when nobody waits for it any more: a sparse file can keep a thread busy for days.
///
/// # Errors
/// When the content cannot be read.
pub(super) async fn of<I>(content: I) -> io::Result<Checksum>
where
    I: Iterator<Item = io::Result<Bytes>> + Send + 'static,
{
    let _permit = PERMITS.acquire().await.map_err(io::Error::other)?;
    let abandoned = CancellationToken::new();
    let _when_dropped = abandoned.clone().drop_guard();
    let wanted = content.take_while(move |_| !abandoned.is_cancelled());
    tokio::task::spawn_blocking(move || compute(wanted, BLOCK_SIZE)).await?
}

fn compute(
    content: impl Iterator<Item = io::Result<Bytes>>,
    block_size: u64,
) -> io::Result<Checksum> {
    let mut file = File { block_size, ..File::default() };
    for piece in content {
        file.write(&piece?);
    }
    Ok(file.finish())
}

/// A checksum in the making.
#[derive(Default)]
struct File {
    block_size: u64,
    /// The MD5s of the blocks that are complete.
    blocks: Vec<u8>,
    /// Over the CRCs of the present block.
    block: Md5,
    in_block: u64,
    chunk: crc32fast::Hasher,
    in_chunk: u64,
}

impl File {
    fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = (u64::from(CHUNK) - self.in_chunk).min(self.block_size - self.in_block);
            let (head, rest) = bytes.split_at(bytes.len().min(room as usize));
            self.chunk.update(head);
            self.in_chunk += head.len() as u64;
            self.in_block += head.len() as u64;
            if self.in_chunk == u64::from(CHUNK) {
                self.end_chunk();
            }
            if self.in_block == self.block_size {
                self.end_block();
            }
            bytes = rest;
        }
    }

    fn end_chunk(&mut self) {
        if self.in_chunk > 0 {
            let crc = std::mem::take(&mut self.chunk).finalize();
            self.block.update(crc.to_be_bytes());
            self.in_chunk = 0;
        }
    }

    fn end_block(&mut self) {
        self.end_chunk();
        if self.in_block > 0 {
            self.blocks.extend_from_slice(&self.block.finalize_reset());
            self.in_block = 0;
        }
    }

    fn finish(mut self) -> Checksum {
        self.end_block();
        let blocks = self.blocks.len() / 16;
        let buffer = self.blocks.len().next_power_of_two().max(BUFFER);
        self.blocks.resize(buffer, 0);
        let crcs_in_block = self.block_size / u64::from(CHUNK);
        Checksum {
            bytes_per_crc: if blocks == 0 { 0 } else { CHUNK },
            crcs_per_block: if blocks > 1 { crcs_in_block } else { 0 },
            digest: Md5::digest(&self.blocks).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checksum(pieces: &[&[u8]], block_size: u64) -> (String, String) {
        let pieces = pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece)));
        let checksum = compute(pieces, block_size).unwrap();
        (checksum.algorithm(), checksum.hex())
    }

    // The first is what every HDFS cluster says of an empty file. The others were computed by another
    // program, from the definition.

    #[test]
    fn of_nothing() {
        let (algorithm, hex) = checksum(&[], 1024);
        assert_eq!(algorithm, "MD5-of-0MD5-of-0CRC32");
        assert_eq!(hex, "00000000000000000000000070bc8f4b72a86921468bf8e8441dce51");
    }

    #[test]
    fn of_one_block_whatever_the_pieces() {
        let bytes: Vec<u8> = (0..3000).map(|index: u32| (index % 251) as u8).collect();
        let whole = checksum(&[&bytes], 4096);
        assert_eq!(whole.0, "MD5-of-0MD5-of-512CRC32");
        assert_eq!(whole.1, "000002000000000000000000215cba62d5417898c4f4e024f61cf782");
        assert_eq!(checksum(&[&bytes[..1], &bytes[1..513], &[], &bytes[513..]], 4096), whole);
    }

    #[test]
    fn of_many_blocks() {
        let bytes: Vec<u8> = (0..3000).map(|index: u32| (index % 251) as u8).collect();
        let (algorithm, hex) = checksum(&[&bytes[..1000], &bytes[1000..]], 1024);
        assert_eq!(algorithm, "MD5-of-2MD5-of-512CRC32");
        assert_eq!(hex, "000002000000000000000002e521fca0d69af2703b922d793c87216e");
    }

    /// Tells when it is dropped, with the iterator that holds it.
    struct Witness(Option<tokio::sync::oneshot::Sender<()>>);

    impl Drop for Witness {
        fn drop(&mut self) {
            let _ = self.0.take().unwrap().send(());
        }
    }

    #[tokio::test]
    async fn every_end_is_like_ctrl_c_also_of_a_checksum_without_end() {
        let (begun, beginning) = tokio::sync::oneshot::channel();
        let (ended, end) = tokio::sync::oneshot::channel();
        let witness = Witness(Some(ended));
        let mut begun = Some(begun);
        let endless = std::iter::repeat_with(move || {
            let _held = &witness;
            begun.take().map(|begun| begun.send(()));
            Ok(Bytes::from_static(&[0; 512]))
        });
        let task = tokio::spawn(of(endless));
        beginning.await.unwrap();
        task.abort();
        end.await.unwrap();
    }
}
