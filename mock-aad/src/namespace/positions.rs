//! Bytes that were sent for positions of a file, in any order: how far they reach and what they
//! amount to.

use std::collections::BinaryHeap;

use crate::store::FileBytes;

/// Where the bytes end that are there without a hole from `from` on; `from` itself if none is.
/// The pieces are positions and lengths.
pub(super) fn end_of_contiguous(pieces: impl Iterator<Item = (u64, u64)>, from: u64) -> u64 {
    let mut end = from;
    let mut ahead = Vec::new();
    for (position, len) in pieces {
        // Pieces that arrive in order need no sorting.
        if position <= end {
            end = end.max(position.saturating_add(len));
        } else {
            ahead.push((position, len));
        }
    }
    ahead.sort_unstable();
    for (position, len) in ahead {
        if position > end {
            break;
        }
        end = end.max(position.saturating_add(len));
    }
    end
}

/// The bytes from `from` to `to` that pieces with their positions amount to, in the order in which
/// they arrived: where two overlap, the later one counts. `None` if a byte is missing.
/// What cannot be read of the pieces makes the whole unreadable, which its user has to ask for.
pub(super) fn overlay<'a>(
    pieces: impl Iterator<Item = (u64, &'a FileBytes)>,
    from: u64,
    to: u64,
) -> Option<FileBytes> {
    let pieces: Vec<(u64, &FileBytes)> = pieces.collect();
    let start = |piece: usize| pieces[piece].0;
    let end = |piece: usize| pieces[piece].0.saturating_add(pieces[piece].1.len());

    let mut by_start: Vec<usize> = (0..pieces.len()).collect();
    by_start.sort_by_key(|piece| start(*piece));
    let mut coming = by_start.into_iter().peekable();
    // Those that have begun, the latest first. Those that have ended go when they come to its top.
    let mut begun = BinaryHeap::new();
    let mut bytes = FileBytes::default();
    let mut at = from;
    while at < to {
        while begun.peek().is_some_and(|piece| end(*piece) <= at) {
            begun.pop();
        }
        while let Some(piece) = coming.next_if(|piece| start(*piece) <= at) {
            if end(piece) > at {
                begun.push(piece);
            }
        }
        let latest = *begun.peek()?;
        // It counts until it ends or until a piece begins that came after it.
        let mut until = end(latest).min(to);
        while let Some(piece) = coming.next_if(|piece| start(*piece) < until) {
            begun.push(piece);
            if piece > latest {
                until = start(piece);
                break;
            }
        }
        let (position, piece) = pieces[latest];
        bytes.append_file(piece.slice(at - position, until - position));
        at = until;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    /// Content that consists of one byte again and again.
    fn piece(byte: u8, len: usize) -> FileBytes {
        [Bytes::from(vec![byte; len])].into_iter().collect()
    }

    fn read(bytes: &FileBytes) -> Vec<u8> {
        bytes.range(0, u64::MAX).flat_map(Result::unwrap).collect()
    }

    fn end(pieces: &[(u64, FileBytes)], from: u64) -> u64 {
        end_of_contiguous(pieces.iter().map(|(position, bytes)| (*position, bytes.len())), from)
    }

    fn overlaid(pieces: &[(u64, FileBytes)], from: u64, to: u64) -> Option<Vec<u8>> {
        let pieces = pieces.iter().map(|(position, bytes)| (*position, bytes));
        overlay(pieces, from, to).map(|bytes| read(&bytes))
    }

    proptest! {
        #[test]
        fn agrees_with_bytes_written_one_after_the_other(
            sent in prop::collection::vec((0usize..60, 0usize..20), 0..16),
            from in 0usize..70,
            length in 0usize..50,
        ) {
            let mut all: Vec<Option<u8>> = vec![None; 130];
            let mut pieces = Vec::new();
            for (number, (position, len)) in sent.into_iter().enumerate() {
                all[position..position + len].fill(Some(number as u8));
                pieces.push((position as u64, piece(number as u8, len)));
            }
            let reached = from + all[from..].iter().take_while(|byte| byte.is_some()).count();
            prop_assert_eq!(end(&pieces, from as u64), reached as u64);

            let to = from + length;
            let expected: Option<Vec<u8>> = all[from..to].iter().copied().collect();
            prop_assert_eq!(overlaid(&pieces, from as u64, to as u64), expected);
        }
    }

    #[test]
    fn nothing_sent_reaches_nowhere_and_amounts_to_nothing() {
        assert_eq!(end(&[], 7), 7);
        assert_eq!(overlaid(&[], 7, 7), Some(vec![]));
        assert_eq!(overlaid(&[], 7, 8), None);
    }

    #[test]
    fn the_order_of_arrival_does_not_matter_where_nothing_overlaps() {
        let count = 10_000;
        let mut pieces: Vec<_> = (0..count).map(|n| (n * 2, piece(n as u8, 2))).collect();
        let expected: Vec<u8> = (0..count).flat_map(|n| [n as u8; 2]).collect();
        for _ in 0..2 {
            assert_eq!(end(&pieces, 0), count * 2);
            assert_eq!(overlaid(&pieces, 0, count * 2).as_deref(), Some(&expected[..]));
            pieces.reverse();
        }
    }

    #[test]
    fn a_later_piece_replaces_the_middle_of_an_earlier_one() {
        let pieces = [(0, piece(b'a', 6)), (2, piece(b'b', 2))];
        assert_eq!(overlaid(&pieces, 0, 6).as_deref(), Some(&b"aabbaa"[..]));
    }

    #[test]
    fn an_earlier_piece_shows_only_around_a_later_one() {
        let pieces = [(2, piece(b'b', 2)), (0, piece(b'a', 3)), (4, piece(b'c', 1))];
        assert_eq!(overlaid(&pieces, 0, 5).as_deref(), Some(&b"aaabc"[..]));
    }

    #[test]
    fn a_piece_that_begins_before_the_start_counts_from_the_start_on() {
        let pieces = [(0, piece(b'a', 9))];
        assert_eq!(end(&pieces, 4), 9);
        assert_eq!(overlaid(&pieces, 4, 9).as_deref(), Some(&b"aaaaa"[..]));
        assert_eq!(end(&pieces, 12), 12);
    }

    #[test]
    fn a_hole_ends_what_is_contiguous_until_it_is_filled() {
        let mut pieces = vec![(4, piece(b'b', 4)), (0, piece(b'a', 3))];
        assert_eq!(end(&pieces, 0), 3);
        assert_eq!(overlaid(&pieces, 0, 8), None);
        pieces.push((3, piece(b'x', 1)));
        assert_eq!(end(&pieces, 0), 8);
        assert_eq!(overlaid(&pieces, 0, 8).as_deref(), Some(&b"aaaxbbbb"[..]));
    }

    #[test]
    fn the_last_position_there_can_be() {
        let pieces = [(u64::MAX - 1, piece(b'a', 9))];
        assert_eq!(end(&pieces, u64::MAX - 1), u64::MAX);
        assert_eq!(overlaid(&pieces, u64::MAX - 1, u64::MAX).as_deref(), Some(&b"a"[..]));
    }

    #[test]
    fn large_pieces_are_shared() {
        let large = Bytes::from(vec![7; 100_000]);
        let pieces = [(0, [large.clone()].into_iter().collect())];
        let bytes = overlay(pieces.iter().map(|(at, bytes)| (*at, bytes)), 10_000, 20_000);
        let slice = bytes.unwrap().range(0, 9).next().unwrap().unwrap();
        assert_eq!(slice.as_ptr(), large[10_000..].as_ptr());
    }
}
