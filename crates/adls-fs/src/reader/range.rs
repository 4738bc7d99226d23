//! The bytes of one range, whatever happens to the answers on the way.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use adls_wire::RemotePath;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use uuid::Uuid;

use crate::backend::{Attributes, Backend, ByteStream, Opened, ReadRequest};
use crate::{Conditions, Error, ErrorKind, FileStatus, Result, StatOptions};

/// How many answers in a row may bring no byte.
const MAX_FRUITLESS: u32 = 5;
/// The pause after the first of them; doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// For how many bytes there is room before they come, when the range may go far behind the end.
const MOST_RESERVED: usize = 4 << 20;

/// A file that is read by several requests, all of the same version where the service can hold to one.
#[derive(Clone)]
pub(crate) struct FileSource {
    backend: Arc<dyn Backend>,
    path: RemotePath,
    session: Uuid,
    conditions: Conditions,
}

impl FileSource {
    /// The file that `status` is of.
    pub(crate) fn new(backend: &Arc<dyn Backend>, status: &FileStatus) -> Self {
        let mut this = Self::at(backend, &status.path);
        this.conditions.if_match.clone_from(&status.etag);
        this
    }

    /// The file at `path`, whichever it is.
    pub(crate) fn at(backend: &Arc<dyn Backend>, path: &RemotePath) -> Self {
        let (session, conditions) = (Uuid::new_v4(), Conditions::default());
        Self { backend: Arc::clone(backend), path: path.clone(), session, conditions }
    }

    /// The file at `path`, as long as these conditions hold for it.
    #[cfg(feature = "_object_store")]
    pub(crate) fn on(
        backend: &Arc<dyn Backend>,
        path: &RemotePath,
        conditions: Conditions,
    ) -> Self {
        Self { conditions, ..Self::at(backend, path) }
    }

    /// Names both versions when the file is not the one any more with which the reading began.
    async fn name_change(&self, error: Error) -> Error {
        let Some(held) = &self.conditions.if_match else { return error };
        let now = self.backend.stat(&self.path, StatOptions::default()).await;
        let now = match now.ok().and_then(|status| status.etag) {
            Some(now) => format!("it is version {now} now, and was {held} when the reading began"),
            None => format!("version {held}, with which the reading began, is gone"),
        };
        let text = format!("{} changed while it was read: {now}", self.path);
        error.with_kind(ErrorKind::Changed).with_message(text)
    }

    /// A reader of a range that ends at or before the end of the file.
    pub(crate) fn range(&self, range: Range<u64>) -> RangeReader {
        RangeReader {
            file: self.clone(),
            rest: range,
            body: None,
            fruitless: 0,
            answers: 0,
            beyond: None,
            unseen: false,
            file_status: None,
            attributes: None,
        }
    }

    /// A reader of what the file has of a range. It is asked for at once; how long the file is matters
    /// only if less comes than was asked for.
    pub(crate) async fn open_range(&self, range: Range<u64>) -> Result<RangeReader> {
        let mut reader = RangeReader { unseen: true, ..self.range(range) };
        if reader.rest.is_empty() {
            reader.look().await?;
        } else {
            reader.ask().await?;
        }
        Ok(reader)
    }
}

/// Reads a range frame by frame. An answer that breaks or ends early is followed by one for the
/// rest: the service sends fewer bytes than asked for when it throttles.
pub(crate) struct RangeReader {
    file: FileSource,
    rest: Range<u64>,
    body: Option<ByteStream>,
    fruitless: u32,
    /// How many answers were asked for.
    answers: u32,
    /// What is known of the bytes behind the range, if that is wanted.
    beyond: Option<AfterRange>,
    /// Whether the file may end before the range.
    unseen: bool,
    /// The file, as the first answer told it.
    file_status: Option<FileStatus>,
    attributes: Option<Attributes>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AfterRange {
    Unknown,
    TheEnd,
    More,
}

/// What came of a range and what may lie behind it.
#[derive(Debug)]
pub(crate) struct RangeContent {
    pub(crate) frames: Vec<Bytes>,
    /// Whether the file goes on behind the range.
    pub(crate) goes_on: bool,
    /// Whether it took more than one answer, between which the file may have changed.
    pub(crate) in_pieces: bool,
}

impl RangeReader {
    /// The bytes still to come.
    fn remaining(&self) -> u64 {
        self.rest.end.saturating_sub(self.rest.start)
    }

    /// The next frame, never empty; `None` when the range is complete.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        while !self.rest.is_empty() || self.beyond == Some(AfterRange::Unknown) {
            let Some(body) = &mut self.body else {
                self.ask().await?;
                continue;
            };
            match body.next().await {
                Some(Ok(frame)) if frame.is_empty() => {}
                Some(Ok(frame)) => {
                    let frame = self.accept(frame);
                    if !frame.is_empty() {
                        return Ok(Some(frame));
                    }
                }
                // All is there, and the answer that would have had one byte more has ended.
                None if self.rest.is_empty() => {
                    self.body = None;
                    self.beyond = Some(AfterRange::TheEnd);
                }
                None if self.unseen => {
                    self.body = None;
                    self.look().await?;
                }
                Some(Err(error)) if error.is_transient() => self.resume(Some(error)).await?,
                Some(Err(error)) => return Err(error),
                None => self.resume(None).await?,
            }
        }
        Ok(None)
    }

    /// Asks for the rest.
    async fn ask(&mut self) -> Result<()> {
        let one_more = u64::from(self.beyond.is_some());
        let range = self.rest.start..self.rest.end.saturating_add(one_more);
        let FileSource { backend, path, session, conditions } = &self.file;
        let request = ReadRequest { range, session: *session, conditions: conditions.clone() };
        self.answers += 1;
        match backend.open(path, request).await {
            Ok(Opened { status, attributes, stream }) => {
                self.body = Some(stream);
                self.attributes = self.attributes.take().or(attributes);
                if let Some(status) = status {
                    self.see(status);
                }
            }
            // Before it was seen, a condition is the caller's own.
            Err(error) if error.kind() == ErrorKind::ConditionNotMet && !self.unseen => {
                return Err(self.file.name_change(error).await);
            }
            Err(error) if !is_behind_the_end(&error) => return Err(error),
            // Nothing is left to ask for but what lies behind the end.
            Err(_) if self.rest.is_empty() => self.beyond = Some(AfterRange::TheEnd),
            Err(error) => {
                if self.unseen {
                    self.look().await?;
                }
                if !self.rest.is_empty() {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Looks how long the file is.
    async fn look(&mut self) -> Result<()> {
        let FileSource { backend, path, conditions, .. } = &self.file;
        let options = StatOptions::default().conditions(conditions.clone());
        let status = backend.stat(path, options).await?;
        if status.is_dir() {
            return Err(Error::at(ErrorKind::IsDirectory, path));
        }
        self.see(status);
        Ok(())
    }

    /// Holds to the file that this is the status of.
    fn see(&mut self, status: FileStatus) {
        self.unseen = false;
        self.rest.end = self.rest.end.min(status.length);
        if self.file_status.is_some() {
            return;
        }
        let conditions = &mut self.file.conditions;
        let version = status.etag.clone().or_else(|| conditions.if_match.take());
        *conditions = Conditions::default().if_match(version).lease(conditions.lease.take());
        self.file_status = Some(status);
    }

    /// The file, as the first answer told it, where it did.
    #[cfg(feature = "_object_store")]
    pub(crate) fn status(&self) -> Option<&FileStatus> {
        self.file_status.as_ref()
    }

    /// What the file has beside its content, where the first answer told.
    #[cfg(feature = "_object_store")]
    pub(crate) fn attributes(&mut self) -> Option<Attributes> {
        self.attributes.take()
    }

    /// All bytes to the end of the range; without a copy when they come in one frame.
    pub(crate) async fn collect(mut self) -> Result<Bytes> {
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        if self.remaining() == 0 {
            return Ok(first);
        }
        let most = if self.unseen { MOST_RESERVED } else { usize::MAX };
        let expected = usize::try_from(self.remaining()).unwrap_or(first.len()).min(most);
        let mut whole = BytesMut::with_capacity(first.len() + expected);
        whole.extend_from_slice(&first);
        while let Some(frame) = self.next().await? {
            whole.extend_from_slice(&frame);
        }
        Ok(whole.freeze())
    }

    /// The next frames, so many that handling them together is worth it; none when the range is
    /// complete.
    pub(crate) async fn some_frames(&mut self) -> Result<Vec<Bytes>> {
        let (mut gathered, mut length) = (FrameBuffer::default(), 0);
        while length < SOME
            && let Some(frame) = self.next().await?
        {
            length += frame.len();
            gathered.push(frame);
        }
        Ok(gathered.finish())
    }

    /// All frames to the end of the range, and whether the file goes on behind it. That costs no
    /// request of its own: the one for the last bytes asks for one more.
    pub(crate) async fn frames_and_end(mut self) -> Result<RangeContent> {
        self.beyond = Some(AfterRange::Unknown);
        let mut gathered = FrameBuffer::default();
        while let Some(frame) = self.next().await? {
            gathered.push(frame);
        }
        let goes_on = self.beyond == Some(AfterRange::More);
        Ok(RangeContent { frames: gathered.finish(), goes_on, in_pieces: self.answers > 1 })
    }

    pub(crate) fn into_stream(self) -> ByteStream {
        stream::try_unfold(self, |mut this| async move {
            Ok(this.next().await?.map(|frame| (frame, this)))
        })
        .boxed()
    }

    fn accept(&mut self, mut frame: Bytes) -> Bytes {
        if frame.len() as u64 > self.remaining() && self.beyond.is_some() {
            self.beyond = Some(AfterRange::More);
            self.body = None;
        }
        // A server that sends more than it was asked for must not shift what follows.
        frame.truncate(usize::try_from(self.remaining()).unwrap_or(usize::MAX));
        self.rest.start += frame.len() as u64;
        self.fruitless = 0;
        frame
    }

    /// Drops the answer; fails when too many in a row brought nothing.
    async fn resume(&mut self, error: Option<Error>) -> Result<()> {
        self.body = None;
        self.fruitless += 1;
        if self.fruitless == 1 {
            return Ok(());
        }
        if self.fruitless > MAX_FRUITLESS {
            return Err(error.unwrap_or_else(|| {
                let Range { start, end } = self.rest;
                let path = &self.file.path;
                Error::at(ErrorKind::Truncated, path).with_message(format!(
                    "{path} gives no more bytes at {start}, though it should have {end}; it was cut \
                     while it was read, or is damaged"
                ))
            }));
        }
        self.file.backend.clock().sleep(FIRST_PAUSE * 2_u32.pow(self.fruitless - 2)).await;
        Ok(())
    }
}

/// How services refuse a range that begins where the file ends.
fn is_behind_the_end(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::BadOffset | ErrorKind::Invalid)
}

/// Frames of which the small ones are put together: each costs far more than its bytes, and a server
/// may send them one by one.
#[derive(Debug, Default)]
pub(crate) struct FrameBuffer {
    frames: Vec<Bytes>,
    small: BytesMut,
}

/// Below this size a frame is copied.
const SMALL: usize = 16 << 10;
/// What is put together is at least so large.
const ENOUGH: usize = 64 << 10;
/// Bytes that are worth a change of threads.
const SOME: usize = 1 << 20;

impl FrameBuffer {
    pub(crate) fn push(&mut self, frame: Bytes) {
        if frame.len() >= SMALL {
            self.close();
            self.frames.push(frame);
            return;
        }
        self.small.extend_from_slice(&frame);
        if self.small.len() >= ENOUGH {
            self.close();
        }
    }

    fn close(&mut self) {
        if !self.small.is_empty() {
            self.frames.push(self.small.split().freeze());
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Bytes> {
        self.close();
        self.frames
    }
}

impl fmt::Debug for RangeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangeReader")
            .field("path", &self.file.path)
            .field("rest", &self.rest)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gen1::tests::{client, empty, path};

    mod memory_is_bounded_by_design {
        use super::*;

        #[test]
        fn frames_of_one_byte_are_put_together() {
            let mut gathered = FrameBuffer::default();
            let body = Bytes::from(vec![7; 1 << 20]);
            for at in 0..body.len() {
                gathered.push(body.slice(at..=at));
            }
            gathered.push(body.clone());
            let frames = gathered.finish();
            assert!(frames.len() <= 17, "{}", frames.len());
            assert_eq!(frames.concat(), [&body[..], &body[..]].concat());
            // A large one is not copied.
            assert_eq!(frames.last().unwrap().as_ptr(), body.as_ptr());
        }
    }

    mod the_end_is_seen_not_believed {
        use super::*;
        use crate::gen1::tests::{bad_offset, requests};
        use adls_http::TransportErrorKind::Interrupted;
        use adls_http::test_util::Answer;

        async fn read(answers: Vec<Answer>) -> (Result<RangeContent>, String) {
            let (client, transport) = client(answers);
            let reader = FileSource::at(client.backend(), &path("/f")).range(0..3);
            let seen = reader.frames_and_end().await;
            (seen, requests(&transport))
        }

        #[tokio::test(start_paused = true)]
        async fn one_request_asks_for_one_byte_more() {
            let (seen, requests) = read(vec![empty().body("abc")]).await;
            let seen = seen.unwrap();
            assert_eq!(
                (seen.frames.concat(), seen.goes_on, seen.in_pieces),
                (b"abc".to_vec(), false, false)
            );
            assert!(requests.contains("offset=0&length=4"), "{requests}");
            let (seen, _) = read(vec![empty().body("ab").body("cd")]).await;
            let seen = seen.unwrap();
            assert_eq!((seen.frames.concat(), seen.goes_on), (b"abc".to_vec(), true));
        }

        #[tokio::test(start_paused = true)]
        async fn an_answer_that_breaks_behind_the_last_byte_is_asked_again() {
            for end in [empty(), bad_offset()] {
                let broken = empty().body("abc").then_failure(Interrupted);
                let (seen, requests) = read(vec![broken, end]).await;
                let seen = seen.unwrap();
                assert_eq!(
                    (seen.frames.concat(), seen.goes_on, seen.in_pieces),
                    (b"abc".to_vec(), false, true)
                );
                assert!(requests.contains("offset=3&length=1"), "{requests}");
            }
        }
    }
}
