//! Structured bodies, `XSM/1.0; properties=crc64`: content in segments, each with its checksum, so that
//! damage on the way is found where it is.
//!
//! All numbers are little endian:
//!
//! ```text
//! version 1 (1 byte) | length of the whole (8) | flags (2): 1 = CRC-64 | number of segments (2)
//! per segment: its number, from 1 (2) | length of its content (8) | content | CRC-64 of the content (8)
//! CRC-64 of all content (8)
//! ```
//!
//! Without the flag there are no checksums. Content without bytes is one empty segment.

use bytes::{Bytes, BytesMut};

use super::crc64::{self, Crc64};
use crate::storage::errors::{ErrorCode, StorageError};

/// The header that says that a body is structured, and asks for one.
pub(crate) const HEADER: &str = "x-ms-structured-body";
/// The header with the length of the content alone.
pub(crate) const LENGTH_HEADER: &str = "x-ms-structured-content-length";
/// The one form that there is.
pub(crate) const FORM: &str = "XSM/1.0; properties=crc64";

const VERSION: u8 = 1;
const CRC64_FLAG: u16 = 1;
const MESSAGE_HEADER: usize = 13;
const SEGMENT_HEADER: usize = 10;
const CHECKSUM: usize = 8;
/// How much content the emulator puts into a segment, unless there would be too many of them.
const SEGMENT: u64 = 4 * 1024 * 1024;

/// Whether the value of [`HEADER`] names the form that there is.
pub(crate) fn is_supported(text: &str) -> bool {
    let known = |text: &str| -> String {
        text.chars().filter(|char| !char.is_whitespace()).collect::<String>().to_ascii_lowercase()
    };
    known(text) == known(FORM)
}

/// What is wrong with a structured body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StructuredBodyError {
    /// It is not laid out as it must be; the text says what is wrong.
    #[error("the structured body is malformed: {0}")]
    Malformed(&'static str),
    /// The content of a segment, counted from 1, does not have its checksum.
    #[error("the checksum of segment {0} of the structured body does not match")]
    Segment(u16),
    /// The whole content does not have its checksum.
    #[error("the checksum of the structured body does not match")]
    Whole,
}

use StructuredBodyError::Malformed;

impl From<StructuredBodyError> for StorageError {
    fn from(error: StructuredBodyError) -> Self {
        let code = match error {
            Malformed(_) => ErrorCode::InvalidInput,
            StructuredBodyError::Segment(_) | StructuredBodyError::Whole => {
                ErrorCode::Crc64Mismatch
            }
        };
        Self::from(code).detail("Reason", &error.to_string())
    }
}

/// What comes next in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Header,
    SegmentHeader,
    Content,
    SegmentChecksum,
    Checksum,
    Nothing,
}

/// Takes a structured body apart while it arrives. Beside what it is given it holds a few bytes.
#[derive(Debug)]
pub(crate) struct Decoder {
    next: Next,
    /// The beginning of a header or checksum of which the rest has not arrived yet.
    partial: Vec<u8>,
    /// How long the whole body is, as the request says; unknown for a chunked one.
    body_length: Option<u64>,
    /// How long the content is, as the request says.
    content_length: Option<u64>,
    received: u64,
    has_checksums: bool,
    announced: u64,
    segments: u16,
    segment: u16,
    /// What of the segment has not arrived yet, and how long it is.
    rest: u64,
    segment_length: u64,
    crc: Crc64,
    content: u64,
    whole: u64,
}

impl Decoder {
    /// For a body of which the request tells how long it is, and how much content there is.
    pub(crate) fn new(body_length: Option<u64>, content_length: Option<u64>) -> Self {
        Self {
            next: Next::Header,
            partial: Vec::new(),
            body_length,
            content_length,
            received: 0,
            has_checksums: true,
            announced: 0,
            segments: 0,
            segment: 0,
            rest: 0,
            segment_length: 0,
            crc: Crc64::new(),
            content: 0,
            whole: 0,
        }
    }

    /// Takes the next bytes of the body; what of them is content goes to `content`, without being copied.
    /// What has gone there is good only when [`finish`](Self::finish) says so.
    pub(crate) fn push(
        &mut self,
        mut bytes: Bytes,
        content: &mut Vec<Bytes>,
    ) -> Result<(), StructuredBodyError> {
        self.received = self.received.saturating_add(bytes.len() as u64);
        loop {
            match self.next {
                Next::Nothing if bytes.is_empty() => return Ok(()),
                Next::Nothing => return Err(Malformed("there is more than its header says")),
                Next::Content => {
                    if bytes.is_empty() && self.rest > 0 {
                        return Ok(());
                    }
                    let length = bytes.len().min(usize::try_from(self.rest).unwrap_or(usize::MAX));
                    self.take(bytes.split_to(length), content);
                }
                Next::Header => {
                    let Some(header) = self.fixed::<MESSAGE_HEADER>(&mut bytes) else {
                        return Ok(());
                    };
                    self.header(header)?;
                }
                Next::SegmentHeader => {
                    let Some(header) = self.fixed::<SEGMENT_HEADER>(&mut bytes) else {
                        return Ok(());
                    };
                    self.segment_header(header)?;
                }
                Next::SegmentChecksum => {
                    let Some(checksum) = self.fixed::<CHECKSUM>(&mut bytes) else { return Ok(()) };
                    if u64::from_le_bytes(checksum) != self.crc.value() {
                        return Err(StructuredBodyError::Segment(self.segment));
                    }
                    self.end_segment();
                }
                Next::Checksum => {
                    let Some(checksum) = self.fixed::<CHECKSUM>(&mut bytes) else { return Ok(()) };
                    if u64::from_le_bytes(checksum) != self.whole {
                        return Err(StructuredBodyError::Whole);
                    }
                    self.next = Next::Nothing;
                }
            }
        }
    }

    /// The CRC-64 of all content, when the body has ended where it should.
    pub(crate) fn finish(self) -> Result<u64, StructuredBodyError> {
        if self.next != Next::Nothing {
            return Err(Malformed("it ends too early"));
        }
        if self.received != self.announced {
            return Err(Malformed("its length is not that in its header"));
        }
        if self.content_length.is_some_and(|length| length != self.content) {
            return Err(Malformed("its content is not as long as the request says"));
        }
        Ok(self.whole)
    }

    /// The next `N` bytes as soon as all of them have arrived.
    fn fixed<const N: usize>(&mut self, bytes: &mut Bytes) -> Option<[u8; N]> {
        let missing = N.saturating_sub(self.partial.len());
        self.partial.extend_from_slice(&bytes.split_to(missing.min(bytes.len())));
        let whole = <[u8; N]>::try_from(&*self.partial).ok()?;
        self.partial.clear();
        Some(whole)
    }

    fn header(&mut self, header: [u8; MESSAGE_HEADER]) -> Result<(), StructuredBodyError> {
        let [version, l0, l1, l2, l3, l4, l5, l6, l7, f0, f1, s0, s1] = header;
        if version != VERSION {
            return Err(Malformed("its version is not 1"));
        }
        self.announced = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]);
        if self.body_length.is_some_and(|length| length != self.announced) {
            return Err(Malformed("its length is not that in its header"));
        }
        self.has_checksums = match u16::from_le_bytes([f0, f1]) {
            0 => false,
            CRC64_FLAG => true,
            _ => return Err(Malformed("its flags are not known")),
        };
        self.segments = u16::from_le_bytes([s0, s1]);
        if self.segments == 0 {
            return Err(Malformed("it has no segments"));
        }
        self.next = Next::SegmentHeader;
        Ok(())
    }

    fn segment_header(&mut self, header: [u8; SEGMENT_HEADER]) -> Result<(), StructuredBodyError> {
        let [n0, n1, l0, l1, l2, l3, l4, l5, l6, l7] = header;
        // There are at most 65,535 segments, and none is begun behind the last.
        self.segment = self.segment.saturating_add(1);
        if u16::from_le_bytes([n0, n1]) != self.segment {
            return Err(Malformed("its segments are not in order"));
        }
        self.segment_length = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]);
        let end = self.content.checked_add(self.segment_length);
        if end.is_none_or(|end| end > self.content_length.unwrap_or(self.announced)) {
            return Err(Malformed("its segments are longer than the whole"));
        }
        if self.segment_length == 0 && self.segments > 1 {
            return Err(Malformed("one of its segments is empty"));
        }
        self.rest = self.segment_length;
        self.crc = Crc64::new();
        self.next = Next::Content;
        Ok(())
    }

    /// Takes content of the segment, and ends it when there is no more.
    fn take(&mut self, bytes: Bytes, content: &mut Vec<Bytes>) {
        self.rest -= bytes.len() as u64;
        self.crc.update(&bytes);
        if !bytes.is_empty() {
            content.push(bytes);
        }
        if self.rest == 0 {
            if self.has_checksums {
                self.next = Next::SegmentChecksum;
            } else {
                self.end_segment();
            }
        }
    }

    fn end_segment(&mut self) {
        // Segments were checked to stay below the length of the whole.
        self.content += self.segment_length;
        self.whole = crc64::combine(self.whole, self.crc.value(), self.segment_length);
        self.next = match (self.segment < self.segments, self.has_checksums) {
            (true, _) => Next::SegmentHeader,
            (false, true) => Next::Checksum,
            (false, false) => Next::Nothing,
        };
    }
}

/// Makes a structured body with checksums of content whose length is known, while it is read.
#[derive(Debug)]
pub(crate) struct Encoder {
    content_length: u64,
    segment_size: u64,
    segments: u16,
    segment: u16,
    /// What of the segment is still to come, and how long it is.
    rest: u64,
    segment_length: u64,
    /// What of the content is in no segment yet.
    behind: u64,
    crc: Crc64,
    whole: u64,
}

impl Encoder {
    /// For content of this length; the beginning of the body goes to `body`.
    pub(crate) fn new(content_length: u64, body: &mut Vec<Bytes>) -> Self {
        // The number of segments has 16 bits.
        let most = u64::from(u16::MAX);
        Self::with_segments_of(SEGMENT.max(content_length.div_ceil(most)), content_length, body)
    }

    fn with_segments_of(segment_size: u64, content_length: u64, body: &mut Vec<Bytes>) -> Self {
        let segments = content_length.div_ceil(segment_size).max(1);
        let mut encoder = Self {
            content_length,
            segment_size,
            segments: u16::try_from(segments).unwrap_or(u16::MAX),
            segment: 0,
            rest: 0,
            segment_length: 0,
            behind: content_length,
            crc: Crc64::new(),
            whole: 0,
        };
        let mut header = BytesMut::with_capacity(MESSAGE_HEADER);
        header.extend_from_slice(&[VERSION]);
        header.extend_from_slice(&encoder.body_length().to_le_bytes());
        header.extend_from_slice(&CRC64_FLAG.to_le_bytes());
        header.extend_from_slice(&encoder.segments.to_le_bytes());
        body.push(header.freeze());
        encoder.begin_segment(body);
        if content_length == 0 {
            encoder.end_segment(body);
        }
        encoder
    }

    /// How long the whole body is.
    pub(crate) fn body_length(&self) -> u64 {
        let around = (SEGMENT_HEADER + CHECKSUM) as u64 * u64::from(self.segments);
        self.content_length.saturating_add(around + (MESSAGE_HEADER + CHECKSUM) as u64)
    }

    /// Takes the next bytes of the content, of which the last ones end the body; what of the body is then
    /// ready goes to `body`. Nothing comes of bytes behind the length that was announced.
    pub(crate) fn push(&mut self, mut bytes: Bytes, body: &mut Vec<Bytes>) {
        while !bytes.is_empty() && self.rest > 0 {
            let length = bytes.len().min(usize::try_from(self.rest).unwrap_or(usize::MAX));
            let part = bytes.split_to(length);
            self.rest -= length as u64;
            self.crc.update(&part);
            body.push(part);
            if self.rest == 0 {
                self.end_segment(body);
            }
        }
    }

    fn begin_segment(&mut self, body: &mut Vec<Bytes>) {
        // Segments are as many as the content needs.
        self.segment = self.segment.saturating_add(1);
        self.segment_length = self.behind.min(self.segment_size);
        self.behind -= self.segment_length;
        self.rest = self.segment_length;
        self.crc = Crc64::new();
        let mut header = BytesMut::with_capacity(SEGMENT_HEADER);
        header.extend_from_slice(&self.segment.to_le_bytes());
        header.extend_from_slice(&self.segment_length.to_le_bytes());
        body.push(header.freeze());
    }

    fn end_segment(&mut self, body: &mut Vec<Bytes>) {
        let crc = self.crc.value();
        self.whole = crc64::combine(self.whole, crc, self.segment_length);
        body.push(Bytes::copy_from_slice(&crc.to_le_bytes()));
        if self.behind > 0 {
            self.begin_segment(body);
        } else {
            body.push(Bytes::copy_from_slice(&self.whole.to_le_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn crc(bytes: &[u8]) -> u64 {
        let mut crc = Crc64::new();
        crc.update(bytes);
        crc.value()
    }

    fn encode(content: &[u8], segment_size: u64, step: usize) -> Vec<u8> {
        let mut body = Vec::new();
        let length = content.len() as u64;
        let mut encoder = Encoder::with_segments_of(segment_size, length, &mut body);
        for part in content.chunks(step) {
            encoder.push(Bytes::copy_from_slice(part), &mut body);
        }
        let body = body.concat();
        assert_eq!(body.len() as u64, encoder.body_length());
        body
    }

    fn decode(body: &[u8], step: usize) -> Result<(Vec<u8>, u64), StructuredBodyError> {
        let mut decoder = Decoder::new(Some(body.len() as u64), None);
        let mut content = Vec::new();
        for part in body.chunks(step) {
            decoder.push(Bytes::copy_from_slice(part), &mut content)?;
        }
        Ok((content.concat(), decoder.finish()?))
    }

    /// What the client library of Microsoft makes of `123456789` with segments of four bytes.
    #[test]
    fn the_layout_is_that_of_the_client_library() {
        let expected = [
            &[1, 84, 0, 0, 0, 0, 0, 0, 0, 1, 0, 3, 0][..],
            &[1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 49, 50, 51, 52, 212, 113, 255, 226, 231, 219, 245, 41],
            &[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 53, 54, 55, 56, 215, 159, 0, 231, 175, 116, 199, 243],
            &[3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 57, 167, 64, 15, 46, 119, 77, 137, 133],
            &[136, 152, 121, 10, 134, 20, 139, 174],
        ]
        .concat();
        let content = b"123456789";
        assert_eq!(encode(content, 4, 9), expected);
        assert_eq!(decode(&expected, 100), Ok((content.to_vec(), crc(content))));
    }

    #[test]
    fn no_content_is_one_empty_segment() {
        let body = encode(b"", 4, 1);
        let expected = [&[1, 39, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1][..], &[0; 25]].concat();
        assert_eq!(body, expected);
        assert_eq!(decode(&body, 1), Ok((Vec::new(), 0)));
        let encoder = Encoder::new(u64::from(u32::MAX) * 1024 * 1024, &mut Vec::new());
        assert_eq!(encoder.segments, u16::MAX);
    }

    #[test]
    fn checksums_are_optional() {
        let mut body = vec![1, 26, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0];
        body.extend(b"abc");
        assert_eq!(decode(&body, 2), Ok((b"abc".to_vec(), crc(b"abc"))));
    }

    #[test]
    fn damage_is_found_where_it_is() {
        let body = encode(b"123456789", 4, 9);
        let damaged = |at: usize| {
            let mut body = body.clone();
            body[at] ^= 1;
            decode(&body, 7).unwrap_err()
        };
        assert_eq!(damaged(23), StructuredBodyError::Segment(1));
        assert_eq!(damaged(45), StructuredBodyError::Segment(2));
        assert_eq!(damaged(body.len() - 1), StructuredBodyError::Whole);
        for at in 0..body.len() {
            damaged(at);
        }
        for end in 0..body.len() {
            assert!(decode(&body[..end], 7).is_err());
        }
        assert!(decode(&[&body[..], b"x"].concat(), 7).is_err());
    }

    #[test]
    fn lengths_must_be_those_of_the_request() {
        let body = Bytes::from(encode(b"123456789", 4, 9));
        let run = |body_length, content_length| {
            let mut decoder = Decoder::new(body_length, content_length);
            decoder.push(body.clone(), &mut Vec::new())?;
            decoder.finish()
        };
        let length = body.len() as u64;
        assert!(run(Some(length), Some(9)).is_ok());
        assert!(run(None, None).is_ok());
        assert!(run(Some(length + 1), Some(9)).is_err());
        assert!(run(Some(length), Some(8)).is_err());
        assert!(run(Some(length), Some(10)).is_err());
    }

    #[test]
    fn a_chunked_body_cannot_lie_about_its_length() {
        let mut body = encode(b"123456789", 4, 9);
        body[1] += 1;
        let mut decoder = Decoder::new(None, None);
        decoder.push(body.into(), &mut Vec::new()).unwrap();
        assert!(decoder.finish().is_err());
    }

    #[test]
    fn the_form_is_named_with_or_without_blanks() {
        assert!(is_supported(FORM));
        assert!(is_supported("xsm/1.0;properties=CRC64"));
        assert!(!is_supported("XSM/2.0; properties=crc64"));
        assert!(!is_supported("XSM/1.0"));
    }

    #[test]
    fn damage_and_disorder_have_codes() {
        let code = |error| StorageError::from(error).code();
        assert_eq!(code(StructuredBodyError::Segment(1)), ErrorCode::Crc64Mismatch);
        assert_eq!(code(StructuredBodyError::Whole), ErrorCode::Crc64Mismatch);
        assert_eq!(code(Malformed("so")), ErrorCode::InvalidInput);
    }

    proptest! {
        #[test]
        fn content_survives(
            content in prop::collection::vec(any::<u8>(), 0..200),
            segment_size in 1_u64..50,
            sent in 1_usize..60,
            received in 1_usize..60,
        ) {
            let body = encode(&content, segment_size, sent);
            let checksum = crc(&content);
            prop_assert_eq!(decode(&body, received), Ok((content, checksum)));
        }

        #[test]
        fn no_body_is_too_strange(
            flags in 0_u8..4,
            rest in prop::collection::vec(prop_oneof![Just(0), Just(1), any::<u8>()], 0..80),
            step in 1_usize..20,
        ) {
            let _ = decode(&rest, step);
            let start = [1, rest.len() as u8 + 13, 0, 0, 0, 0, 0, 0, 0, flags, 0, 1, 0];
            let _ = decode(&[&start[..], &rest].concat(), step);
        }
    }
}
