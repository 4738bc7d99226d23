//! Readers, ranges, and text.

use adls_fs::{FileSystemClient, ReadOptions, RemotePath};
use futures_util::TryStreamExt;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::below;
use crate::pattern;

/// A little more than three blocks.
const LENGTH: usize = (12 << 20) + 12345;

pub(super) async fn a_reader_seeks_and_reads_at_any_place(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (file, content) = (below(base)("f"), pattern(LENGTH));
    client.put(&file, content.clone()).await.unwrap();
    let mut reader = client.open(&file).await.unwrap();
    let mut read = Vec::new();
    reader.read_to_end(&mut read).await.unwrap();
    assert!(read == content);
    reader.seek(std::io::SeekFrom::End(-10)).await.unwrap();
    read.clear();
    reader.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, content[LENGTH - 10..]);
    let middle = reader.read_at(4_000_000..9_000_000).await.unwrap();
    assert!(middle == content[4_000_000..9_000_000]);
    assert_eq!(reader.read_at(LENGTH as u64 - 1..u64::MAX).await.unwrap().len(), 1);
}

pub(super) async fn ranges_in_any_order(client: &FileSystemClient, base: &RemotePath) {
    let (file, content) = (below(base)("f"), pattern(3 << 20));
    client.put(&file, content.clone()).await.unwrap();
    let reader = client.open(&file).await.unwrap();
    let ranges = [2_000_000..2_000_010, 5..10, 0..3, 60_000..60_001, 7..7, 3_145_700..9_999_999];
    let pieces = reader.read_ranges(&ranges).await.unwrap();
    for (piece, range) in pieces.iter().zip(&ranges) {
        let end = (range.end as usize).min(content.len());
        assert_eq!(piece[..], content[range.start as usize..end], "{range:?}");
    }
}

/// A reader does what a local file does, wherever one seeks and however much one reads.
pub(super) async fn a_reader_equals_a_local_file(client: &FileSystemClient, base: &RemotePath) {
    let (file, content) = (below(base)("f"), pattern(300_000));
    client.put(&file, content.clone()).await.unwrap();
    for (block_size, read_ahead, cached) in
        [(1_000_u32, 0_u16, 1_u16), (7_777, 3, 5), (1 << 20, 2, 4)]
    {
        let options = ReadOptions::default()
            .block_size(block_size)
            .read_ahead(read_ahead)
            .cached_blocks(cached);
        let mut reader = client.open_with(&file, options).await.unwrap();
        let mut model = std::io::Cursor::new(&content);
        let mut random = 88_172_645_463_325_252_u64;
        for _ in 0..300 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let amount = (random >> 20) as usize % 20_000;
            let seek = match random % 5 {
                0 => std::io::SeekFrom::Start(random % 310_000),
                1 => std::io::SeekFrom::End(-((random % 300_000) as i64)),
                _ => std::io::SeekFrom::Current(0),
            };
            reader.seek(seek).await.unwrap();
            std::io::Seek::seek(&mut model, seek).unwrap();
            let (mut got, mut expected) = (Vec::new(), Vec::new());
            (&mut reader).take(amount as u64).read_to_end(&mut got).await.unwrap();
            let mut limited = std::io::Read::take(&mut model, amount as u64);
            std::io::Read::read_to_end(&mut limited, &mut expected).unwrap();
            assert!(got == expected, "{amount} bytes at {seek:?} in blocks of {block_size}");
            assert_eq!(reader.position(), model.position());
        }
    }
}

pub(super) async fn pieces_of_text_files(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    let file = at("f");
    let text: String = (0..20_000).map(|n| format!("line {n}\r\n")).collect();
    client.put(&file, text.clone()).await.unwrap();
    assert_eq!(client.head(&file, 6).await.unwrap(), "line 0");
    assert_eq!(client.tail(&file, 7).await.unwrap(), "19999\r\n");
    assert_eq!(client.tail(&file, u64::MAX).await.unwrap().len(), text.len());
    assert_eq!(client.read_to_string(&file).await.unwrap(), text);
    let both: Vec<_> = client.cat(&[file.clone(), file.clone()]).try_collect().await.unwrap();
    assert_eq!(both.concat().len(), 2 * text.len());

    // Ranges that adjoin give every record once, wherever they are cut.
    for step in [1_000_u64, 33_333, 100_001, 1 << 20] {
        let mut whole = String::new();
        let mut start = 0;
        while start < text.len() as u64 {
            let piece = client.read_records(&file, start..start + step, b"\r\n").await.unwrap();
            let piece = std::str::from_utf8(&piece).unwrap();
            assert!(piece.is_empty() || piece.ends_with("\r\n"));
            whole.push_str(piece);
            start += step;
        }
        assert!(whole == text, "cut every {step} bytes");
    }
    let binary = at("b");
    client.put(&binary, vec![0xff]).await.unwrap();
    let error = client.read_to_string(&binary).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{binary} is not UTF-8 text"));
}
