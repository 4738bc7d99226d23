//! Files that bytes are appended to: each holds runs of bytes of many lake files. What nothing refers
//! to any more is given back to the disk, a range or a whole segment at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;

use super::disk::{Disk, DiskFile, is_full};
use super::handles::Handles;
use super::space::Space;

/// A segment that has grown to this is not appended to any more.
pub(super) const FULL: u64 = if cfg!(test) { 128 * 1024 } else { 4 * 1024 * 1024 };
/// File systems give room back in blocks of this size.
const BLOCK: u64 = 4096;
const DIRECTORY: &str = "extents/";
const EXTENSION: &str = ".extents";

/// One file of runs.
#[derive(Debug)]
pub(super) struct Segment {
    number: u64,
    /// Whether bytes were written that a crash of the machine could lose.
    dirty: AtomicBool,
}

/// The segments of a state directory.
#[derive(Debug)]
pub(crate) struct Segments {
    disk: Arc<dyn Disk>,
    pub(super) space: Space,
    handles: Handles,
    inner: Mutex<Inner>,
    /// The segment that small pieces go to, one behind the other.
    small: Mutex<Option<Open>>,
    /// Ranges that nothing refers to any more, neither here nor on disk.
    dead: Mutex<Vec<(u64, u64, u64)>>,
    /// Called when the first range dies since the last tidying up.
    on_dead: OnceLock<Call<()>>,
    /// Called when there is no room; tells whether there may be some now.
    on_full: OnceLock<Call<bool>>,
    /// Whether a segment was made whose name a crash of the machine could lose.
    unsynced_names: AtomicBool,
    /// Whether nothing may be given back, because records that cannot be read may refer to it.
    frozen: AtomicBool,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    known: HashMap<u64, Info>,
    /// Segments that can be appended to and that nobody appends to now, with their lengths.
    idle: Vec<(Arc<Segment>, u64)>,
    /// Segments from before the start that runs were found in.
    adopted: HashMap<u64, Adopted>,
}

/// What is known of a segment.
#[derive(Debug, Default)]
struct Info {
    len: u64,
    /// How many of its bytes runs hold.
    live: u64,
    /// Whether somebody appends to it.
    busy: bool,
    /// Ranges that have died, by start, with their ends.
    dead: BTreeMap<u64, u64>,
    /// Whether runs overlap, so that the end of one says nothing about its bytes.
    shared: bool,
}

#[derive(Debug)]
struct Adopted {
    segment: Arc<Segment>,
    runs: Vec<(u64, u64)>,
}

/// Something to be called.
struct Call<R>(Box<dyn Fn() -> R + Send + Sync>);

impl<R> std::fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call")
    }
}

/// A range of a segment that was written at once or in a row. Its bytes are given back when nothing
/// refers to it any more.
pub(super) struct Run {
    segments: Arc<Segments>,
    segment: Arc<Segment>,
    offset: u64,
    len: AtomicU64,
}

/// A part of a run.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    run: Arc<Run>,
    offset: u64,
    pub(super) len: u64,
}

/// A segment that is being appended to.
#[derive(Debug)]
struct Open {
    segment: Arc<Segment>,
    file: Arc<dyn DiskFile>,
    start: u64,
    at: u64,
}

/// Writes the bytes of one body, in segments that it has for itself. What was written is given back
/// unless it is finished.
#[derive(Debug)]
pub(crate) struct Writer {
    segments: Arc<Segments>,
    open: Option<Open>,
    written: Vec<Stored>,
    /// Whether it may wait until there is room.
    patient: bool,
}

fn name(number: u64) -> String {
    format!("{DIRECTORY}{number:012}{EXTENSION}")
}

/// The number in a segment's name.
pub(super) fn number(name: &str) -> Option<u64> {
    name.strip_prefix(DIRECTORY)?.strip_suffix(EXTENSION)?.parse().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Segments {
    /// The segments among the files of a disk.
    pub(super) fn new(disk: Arc<dyn Disk>, space: Space, files: &[(String, u64)]) -> Self {
        let found = files.iter().filter_map(|(name, len)| Some((number(name)?, *len)));
        let info = |(number, len)| (number, Info { len, ..Info::default() });
        let known: HashMap<u64, Info> = found.map(info).collect();
        let next = known.keys().max().map_or(1, |last| last + 1);
        let inner = Inner { next, known, ..Inner::default() };
        Self {
            handles: Handles::new(disk.clone()),
            disk,
            space,
            inner: Mutex::new(inner),
            small: Mutex::default(),
            dead: Mutex::default(),
            on_dead: OnceLock::new(),
            on_full: OnceLock::new(),
            unsynced_names: AtomicBool::new(false),
            frozen: AtomicBool::new(false),
        }
    }

    pub(super) fn on_dead(&self, call: impl Fn() + Send + Sync + 'static) {
        let _ = self.on_dead.set(Call(Box::new(call)));
    }

    pub(super) fn on_full(&self, call: impl Fn() -> bool + Send + Sync + 'static) {
        let _ = self.on_full.set(Call(Box::new(call)));
    }

    /// Whether there may be room for what has just found none. It waits until what can be spared is
    /// gone, and may therefore not be called by who holds an account.
    pub(super) fn make_room(&self, error: &io::Error) -> bool {
        is_full(error) && self.on_full.get().is_some_and(|call| (call.0)())
    }

    /// Gives nothing back from now on.
    pub(super) fn freeze(&self) {
        self.frozen.store(true, Ordering::Release);
    }

    /// A range that stored metadata refers to.
    pub(super) fn adopt(
        self: &Arc<Self>,
        number: u64,
        offset: u64,
        len: u64,
    ) -> Result<Stored, String> {
        let mut inner = lock(&self.inner);
        // The number of a segment that is missed is not used again, or other bytes would turn up.
        inner.next = inner.next.max(number.saturating_add(1));
        let Some(info) = inner.known.get_mut(&number) else {
            return Err(format!("{} is missing", name(number)));
        };
        if offset.checked_add(len).is_none_or(|end| end > info.len) {
            return Err(format!("{} is too short", name(number)));
        }
        info.live += len;
        let adopted = inner.adopted.entry(number).or_insert_with(|| Adopted {
            segment: Arc::new(Segment { number, dirty: AtomicBool::new(false) }),
            runs: Vec::new(),
        });
        adopted.runs.push((offset, len));
        let segment = adopted.segment.clone();
        Ok(Stored::whole(self.run(segment, offset, len)))
    }

    /// Notes that stored metadata refers to a segment, without asking for it.
    pub(super) fn skip(&self, number: u64) {
        let mut inner = lock(&self.inner);
        inner.next = inner.next.max(number.saturating_add(1));
    }

    /// Gives back what no metadata asked for; to be called when all of it has been read.
    pub(super) fn settle(&self) -> io::Result<()> {
        let adopted = std::mem::take(&mut lock(&self.inner).adopted);
        if self.frozen.load(Ordering::Acquire) {
            return Ok(());
        }
        for (number, Adopted { mut runs, .. }) in adopted {
            runs.sort_unstable();
            let mut gaps = Vec::new();
            let (mut end, mut shared) = (0, false);
            for (offset, len) in runs {
                shared |= offset < end;
                if offset > end {
                    gaps.push((end, offset));
                }
                end = end.max(offset + len);
            }
            let mut inner = lock(&self.inner);
            let Some(info) = inner.known.get_mut(&number) else { continue };
            info.shared = shared;
            let tail = (info.len > end).then_some(end);
            info.len = end;
            info.dead.extend(gaps.iter().copied());
            drop(inner);
            if let Some(end) = tail {
                self.file(number)?.set_len(end)?;
            }
            for (from, to) in gaps {
                self.punch(number, from, to)?;
            }
        }
        let mut inner = lock(&self.inner);
        let unused: Vec<u64> =
            inner.known.iter().filter(|(_, info)| info.live == 0).map(|(n, _)| *n).collect();
        for number in unused {
            inner.known.remove(&number);
            self.disk.remove(&name(number))?;
        }
        Ok(())
    }

    fn file(&self, number: u64) -> io::Result<Arc<dyn DiskFile>> {
        self.handles.get(number, &name(number))
    }

    fn run(self: &Arc<Self>, segment: Arc<Segment>, offset: u64, len: u64) -> Arc<Run> {
        Arc::new(Run { segments: self.clone(), segment, offset, len: AtomicU64::new(len) })
    }

    /// A segment to append to, for one writer alone.
    fn check_out(&self) -> io::Result<Open> {
        let mut inner = lock(&self.inner);
        if let Some((segment, len)) = inner.idle.pop() {
            if let Some(info) = inner.known.get_mut(&segment.number) {
                info.busy = true;
            }
            drop(inner);
            let file = self.file(segment.number)?;
            return Ok(Open { segment, file, start: len, at: len });
        }
        let number = inner.next;
        inner.next += 1;
        inner.known.insert(number, Info { busy: true, ..Info::default() });
        drop(inner);
        let made = self.disk.create(&name(number));
        if made.is_err() {
            lock(&self.inner).known.remove(&number);
        }
        let file = made?;
        self.unsynced_names.store(true, Ordering::Release);
        let segment = Arc::new(Segment { number, dirty: AtomicBool::new(false) });
        Ok(Open { segment, file, start: 0, at: 0 })
    }

    /// Notes what was written since `open.start` as a run.
    fn close_run(self: &Arc<Self>, open: &mut Open) -> Stored {
        let len = open.at - open.start;
        // After the write: a sync that comes in between must not take it for done.
        open.segment.dirty.store(true, Ordering::Release);
        let mut inner = lock(&self.inner);
        if let Some(info) = inner.known.get_mut(&open.segment.number) {
            info.live += len;
            info.len = open.at;
        }
        drop(inner);
        let run = self.run(open.segment.clone(), open.start, len);
        open.start = open.at;
        Stored::whole(run)
    }

    /// Takes a segment back from a writer; one that has room goes to the next.
    fn check_in(&self, open: Open) {
        let number = open.segment.number;
        let mut inner = lock(&self.inner);
        let Some(info) = inner.known.get_mut(&number) else { return };
        info.busy = false;
        info.len = open.start;
        let unused = info.live == 0;
        if open.start < FULL {
            inner.idle.push((open.segment, open.start));
        }
        drop(inner);
        if unused {
            self.bury(number, 0, 0);
        }
    }

    /// Writes a piece that is no larger than a segment, behind other small ones.
    pub(super) fn write_small(self: &Arc<Self>, bytes: &[u8]) -> io::Result<Stored> {
        let mut small = lock(&self.small);
        if let Some(full) = small.take_if(|open| open.at + bytes.len() as u64 > FULL) {
            self.check_in(full);
        }
        let open = match &mut *small {
            Some(open) => open,
            none => none.insert(self.check_out()?),
        };
        self.space.note(open.file.write_all_at(bytes, open.at))?;
        open.at += bytes.len() as u64;
        Ok(self.close_run(open))
    }

    /// Makes everything that was written to these segments safe from a crash of the machine.
    pub(super) fn sync<'a>(&self, used: impl Iterator<Item = &'a Arc<Segment>>) -> io::Result<()> {
        for segment in used {
            if segment.dirty.swap(false, Ordering::AcqRel) {
                self.file(segment.number)?.sync_data()?;
            }
        }
        if self.unsynced_names.swap(false, Ordering::AcqRel) {
            self.disk.sync_directory(DIRECTORY)?;
        }
        Ok(())
    }

    /// Notes that nothing refers to a range any more.
    fn bury(&self, number: u64, offset: u64, len: u64) {
        let mut dead = lock(&self.dead);
        let first = dead.is_empty();
        dead.push((number, offset, len));
        drop(dead);
        if let (true, Some(call)) = (first, self.on_dead.get()) {
            (call.0)();
        }
    }

    /// Gives the dead back to the disk.
    pub(super) fn tidy(&self) {
        let dead = std::mem::take(&mut *lock(&self.dead));
        if dead.is_empty() || self.frozen.load(Ordering::Acquire) {
            return;
        }
        if self.space.is_short()
            && let Some(open) = lock(&self.small).take()
        {
            self.check_in(open);
        }
        let mut inner = lock(&self.inner);
        let (mut removed, mut holes) = (BTreeSet::new(), Vec::new());
        for (number, offset, len) in dead {
            let Some(info) = inner.known.get_mut(&number) else { continue };
            info.live = info.live.saturating_sub(len);
            if info.live == 0 && !info.busy {
                inner.known.remove(&number);
                inner.idle.retain(|(segment, _)| segment.number != number);
                removed.insert(number);
            } else if !info.shared && len > 0 {
                let (from, to) = merge(&mut info.dead, offset, offset + len);
                holes.push((number, from, to));
            }
        }
        drop(inner);
        for (number, from, to) in holes {
            if !removed.contains(&number)
                && let Err(error) = self.punch(number, from, to)
            {
                tracing::warn!(number, %error, "cannot give back a part of a segment");
            }
        }
        for number in removed {
            self.handles.forget(number);
            if let Err(error) = self.disk.remove(&name(number)) {
                tracing::warn!(number, %error, "cannot remove an unused segment");
            }
        }
    }

    /// Gives back the whole blocks between two places.
    fn punch(&self, number: u64, from: u64, to: u64) -> io::Result<()> {
        let (from, to) = (from.next_multiple_of(BLOCK), to / BLOCK * BLOCK);
        if from < to { self.file(number)?.punch(from, to - from) } else { Ok(()) }
    }

    #[cfg(test)]
    pub(super) fn open_handles(&self) -> usize {
        self.handles.count()
    }
}

/// Enters a range among others that do not overlap it; returns the range that it has become.
fn merge(ranges: &mut BTreeMap<u64, u64>, mut from: u64, mut to: u64) -> (u64, u64) {
    if let Some((start, end)) = ranges.range(..=from).next_back().map(|(s, e)| (*s, *e))
        && end >= from
    {
        ranges.remove(&start);
        (from, to) = (start, to.max(end));
    }
    while let Some((start, end)) = ranges.range(from..=to).next().map(|(s, e)| (*s, *e)) {
        ranges.remove(&start);
        to = to.max(end);
    }
    ranges.insert(from, to);
    (from, to)
}

impl Writer {
    pub(super) fn new(segments: Arc<Segments>, patient: bool) -> Self {
        Self { segments, open: None, written: Vec::new(), patient }
    }

    /// Writes the next bytes.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let open = match &mut self.open {
                Some(open) => open,
                none => none.insert(self.segments.check_out()?),
            };
            let room = usize::try_from(FULL - open.at).unwrap_or(usize::MAX);
            let (head, rest) = bytes.split_at(room.min(bytes.len()));
            let write = || self.segments.space.note(open.file.write_all_at(head, open.at));
            match write() {
                Err(error) if self.patient && self.segments.make_room(&error) => write()?,
                written => written?,
            }
            open.at += head.len() as u64;
            if open.at >= FULL {
                self.close();
            }
            bytes = rest;
        }
        Ok(())
    }

    fn close(&mut self) {
        if let Some(mut open) = self.open.take() {
            self.written.push(self.segments.close_run(&mut open));
            self.segments.check_in(open);
        }
    }

    /// What was written.
    pub(super) fn finish(mut self) -> Vec<Stored> {
        self.close();
        std::mem::take(&mut self.written)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            // What stays behind is overwritten by the next writer, or goes with the segment.
            let _ = open.file.set_len(open.start);
            self.segments.check_in(open);
        }
    }
}

impl Run {
    fn end(&self) -> u64 {
        self.offset + self.len.load(Ordering::Acquire)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let len = *self.len.get_mut();
        if len > 0 {
            self.segments.bury(self.segment.number, self.offset, len);
        }
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}+{:?}", self.segment.number, self.offset, self.len)
    }
}

impl Stored {
    fn whole(run: Arc<Run>) -> Self {
        let (offset, len) = (run.offset, run.len.load(Ordering::Acquire));
        Self { run, offset, len }
    }

    pub(super) fn segment(&self) -> &Arc<Segment> {
        &self.run.segment
    }

    pub(super) fn number(&self) -> u64 {
        self.run.segment.number
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    fn end(&self) -> u64 {
        self.offset + self.len
    }

    /// Takes `next` in, if it continues this in the same segment.
    pub(super) fn join(&mut self, next: Self) -> Result<(), Self> {
        let (one, other) = (&self.run, &next.run);
        if !Arc::ptr_eq(&one.segment, &other.segment) || self.end() != next.offset {
            return Err(next);
        }
        if !Arc::ptr_eq(one, other) {
            let whole = next.offset == other.offset && next.end() == other.end();
            if self.end() != one.end() || !whole || Arc::strong_count(other) > 1 {
                return Err(next);
            }
            one.len.fetch_add(other.len.swap(0, Ordering::AcqRel), Ordering::AcqRel);
        }
        self.len += next.len;
        Ok(())
    }

    /// The part from `from` to `to`, both relative to this one.
    pub(super) fn part(&self, from: u64, to: u64) -> Self {
        Self { run: self.run.clone(), offset: self.offset + from, len: to - from }
    }

    /// Reads all of it.
    pub(super) fn read(&self) -> io::Result<Bytes> {
        let mut buffer = vec![0; self.len as usize];
        self.run.segments.file(self.number())?.read_exact_at(&mut buffer, self.offset)?;
        Ok(buffer.into())
    }
}
