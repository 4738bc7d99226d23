//! A disk for tests that keeps nothing it does not have to: what was not synced may be lost, in part
//! and in any order, when the power fails.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::disk::{Disk, DiskFile, DiskLock};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;
const BLOCK: u64 = 4096;

/// A disk in memory. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeDisk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    names: BTreeMap<String, u64>,
    /// The names as they are on disk, and what has happened to them since.
    synced_names: BTreeMap<String, u64>,
    pending_names: Vec<Naming>,
    files: HashMap<u64, Content>,
    next: u64,
    /// After so many changes the power fails.
    left: Option<u64>,
    dead: bool,
    /// How many bytes there is room for.
    room: Option<u64>,
    /// Syncs of files and directories whose names begin like this do nothing.
    ignored: Option<&'static str>,
    /// What the next syncs end with.
    broken: Option<Broken>,
    syncs: u64,
    written: u64,
    /// Whether syncs are kept from ending.
    gate: Arc<Gate>,
}

#[derive(Debug, Default)]
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct GateState {
    /// How many more syncs may pass while it is closed.
    closed: Option<u64>,
    waiting: bool,
}

/// How syncs go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    Error,
    Panic,
}

#[derive(Clone, Debug)]
enum Naming {
    Made(String, u64),
    Removed(String),
    Renamed(String, String),
}

#[derive(Clone, Debug, Default)]
struct Content {
    now: Vec<u8>,
    synced: Vec<u8>,
    pending: Vec<Write>,
    blocks: BTreeSet<u64>,
}

#[derive(Clone, Debug)]
enum Write {
    Bytes(u64, Vec<u8>),
    Len(u64),
}

#[derive(Debug)]
struct FakeFile {
    disk: FakeDisk,
    id: u64,
}

fn put(bytes: &mut Vec<u8>, offset: usize, piece: &[u8]) {
    let end = offset + piece.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(piece);
}

fn apply_name(names: &mut BTreeMap<String, u64>, naming: &Naming) {
    match naming {
        Naming::Made(name, id) => {
            names.insert(name.clone(), *id);
        }
        Naming::Removed(name) => {
            names.remove(name);
        }
        Naming::Renamed(from, to) => {
            if let Some(id) = names.remove(from) {
                names.insert(to.clone(), id);
            }
        }
    }
}

fn directory(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(directory, _)| directory)
}

impl FakeDisk {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the power fail after so many changes.
    pub(crate) fn fail_after(&self, changes: u64) {
        self.inner().left = Some(changes);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.inner().dead
    }

    /// Gives the disk so many bytes, or any number.
    pub(crate) fn limit(&self, room: Option<u64>) {
        self.inner().room = room;
    }

    /// How many bytes take room.
    pub(crate) fn used(&self) -> u64 {
        self.inner().used()
    }

    /// Lets syncs do nothing where names begin like this.
    pub(crate) fn ignore_syncs(&self, names: Option<&'static str>) {
        self.inner().ignored = names;
    }

    pub(crate) fn break_syncs(&self, how: Option<Broken>) {
        self.inner().broken = how;
    }

    /// Keeps syncs from ending, or lets them end.
    pub(crate) fn hold_syncs(&self, hold: bool) {
        let gate = self.inner().gate.clone();
        gate.state.lock().unwrap().closed = hold.then_some(0);
        gate.changed.notify_all();
    }

    /// Waits until a sync is held, and lets it end.
    pub(crate) fn pass_one_sync(&self) {
        self.wait_for_sync();
        let gate = self.inner().gate.clone();
        let mut state = gate.state.lock().unwrap();
        state.closed = Some(1);
        gate.changed.notify_all();
        drop(gate.changed.wait_while(state, |state| state.closed == Some(1)).unwrap());
    }

    /// Waits until a sync is held.
    pub(crate) fn wait_for_sync(&self) {
        let gate = self.inner().gate.clone();
        let state = gate.state.lock().unwrap();
        drop(gate.changed.wait_while(state, |state| !state.waiting).unwrap());
    }

    fn wait_at_gate(&self) {
        let gate = self.inner().gate.clone();
        let mut state = gate.state.lock().unwrap();
        while state.closed == Some(0) {
            state.waiting = true;
            gate.changed.notify_all();
            state = gate.changed.wait(state).unwrap();
        }
        state.waiting = false;
        state.closed = state.closed.map(|left| left - 1);
        gate.changed.notify_all();
    }

    /// How many times something was synced, and how many bytes were written.
    pub(crate) fn work(&self) -> (u64, u64) {
        let inner = self.inner();
        (inner.syncs, inner.written)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.inner().names.keys().cloned().collect()
    }

    /// Removes a file as somebody else would.
    pub(crate) fn lose(&self, name: &str) {
        let mut inner = self.inner();
        inner.names.remove(name).unwrap();
        inner.synced_names.remove(name);
    }

    /// Changes the bytes of a file as somebody else would.
    pub(crate) fn spoil(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut inner = self.inner();
        let id = inner.names[name];
        let content = inner.files.get_mut(&id).unwrap();
        change(&mut content.now);
        content.synced = content.now.clone();
        content.pending.clear();
    }

    /// The disk as the failure of its power leaves it.
    pub(crate) fn after_power_failure(&self, random: &mut fastrand::Rng) -> Self {
        let mut inner = self.inner();
        inner.dead = true;
        // Sometimes nothing gets lost, sometimes everything that may.
        let chance = *random.choice([0.0, 0.1, 0.5, 0.9, 1.0].iter()).unwrap_or(&0.5);
        let mut names = inner.synced_names.clone();
        for naming in &inner.pending_names {
            if random.f64() < chance {
                apply_name(&mut names, naming);
            }
        }
        let mut files = HashMap::new();
        for id in names.values() {
            let content = &inner.files[id];
            let mut kept = content.synced.clone();
            for write in &content.pending {
                match write {
                    Write::Len(len) if random.f64() < chance => kept.resize(*len as usize, 0),
                    Write::Len(_) => {}
                    Write::Bytes(offset, bytes) => tear(&mut kept, *offset, bytes, chance, random),
                }
            }
            let blocks = (0..(kept.len() as u64).div_ceil(BLOCK)).collect();
            let content = Content { now: kept.clone(), synced: kept, pending: Vec::new(), blocks };
            files.insert(*id, content);
        }
        let (next, ignored, synced_names) = (inner.next, inner.ignored, names.clone());
        let image = Inner { names, synced_names, files, next, ignored, ..Inner::default() };
        Self(Arc::new(Mutex::new(image)))
    }
}

/// Writes some of the sectors that a write covers.
fn tear(kept: &mut Vec<u8>, offset: u64, bytes: &[u8], chance: f64, random: &mut fastrand::Rng) {
    let mut at = offset as usize;
    let mut rest = bytes;
    while !rest.is_empty() {
        let in_sector = (SECTOR - at % SECTOR).min(rest.len());
        let (sector, behind) = rest.split_at(in_sector);
        if random.f64() < chance {
            put(kept, at, sector);
        }
        (at, rest) = (at + in_sector, behind);
    }
}

impl Inner {
    fn used(&self) -> u64 {
        let files = self.names.values().map(|id| self.files[id].blocks.len() as u64);
        files.sum::<u64>() * BLOCK
    }

    /// Counts a change; an error when the power is gone.
    fn change(&mut self) -> io::Result<()> {
        if let Some(left) = &mut self.left {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => self.dead = true,
            }
        }
        self.alive()
    }

    /// Whether syncs of this name do nothing. A directory ends with a slash.
    fn ignores(&self, name: &str) -> bool {
        let is_directory = |name: &str| name.ends_with('/');
        self.ignored.is_some_and(|ignored| {
            name.starts_with(ignored) && is_directory(name) == is_directory(ignored)
        })
    }

    fn alive(&self) -> io::Result<()> {
        if self.dead { Err(io::Error::other("the power has failed")) } else { Ok(()) }
    }

    fn name(&mut self, naming: Naming) {
        apply_name(&mut self.names, &naming);
        self.pending_names.push(naming);
    }
}

impl Disk for FakeDisk {
    fn lock(&self) -> io::Result<DiskLock> {
        Ok(DiskLock::alone())
    }

    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        let inner = self.inner();
        inner.alive()?;
        let len = |id: &u64| inner.files[id].now.len() as u64;
        Ok(inner.names.iter().map(|(name, id)| (name.clone(), len(id))).collect())
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let inner = self.inner();
        inner.alive()?;
        let id = *inner.names.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(FakeFile { disk: self.clone(), id }))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let mut inner = self.inner();
        inner.change()?;
        if inner.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let id = inner.next;
        inner.next += 1;
        inner.files.insert(id, Content::default());
        inner.name(Naming::Made(name.to_owned(), id));
        Ok(Arc::new(FakeFile { disk: self.clone(), id }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut inner = self.inner();
        inner.change()?;
        inner.name(Naming::Renamed(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut inner = self.inner();
        inner.change()?;
        if !inner.names.contains_key(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        inner.name(Naming::Removed(name.to_owned()));
        Ok(())
    }

    fn sync_directory(&self, name: &str) -> io::Result<()> {
        let mut inner = self.inner();
        inner.change()?;
        if inner.ignores(name) {
            return Ok(());
        }
        let inner = &mut *inner;
        let (here, elsewhere): (Vec<Naming>, Vec<Naming>) =
            std::mem::take(&mut inner.pending_names)
                .into_iter()
                .partition(|naming| directory(name_of(naming)) == directory(name));
        inner.pending_names = elsewhere;
        here.iter().for_each(|naming| apply_name(&mut inner.synced_names, naming));
        inner.syncs += 1;
        Ok(())
    }
}

impl DiskFile for FakeFile {
    fn len(&self) -> io::Result<u64> {
        let inner = self.disk.inner();
        inner.alive()?;
        Ok(inner.files[&self.id].now.len() as u64)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let inner = self.disk.inner();
        inner.alive()?;
        let (offset, end) = (offset as usize, offset as usize + buffer.len());
        let bytes = inner.files[&self.id].now.get(offset..end);
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut inner = self.disk.inner();
        // A write that the power fails in is one that may be torn.
        let alive = inner.change();
        if alive.is_err() && inner.left.take().is_none() {
            return alive;
        }
        let wanted = offset / BLOCK..(offset + bytes.len() as u64).div_ceil(BLOCK);
        let (id, room) = (self.id, inner.room);
        let used = room.map_or(0, |_| inner.used());
        inner.written += bytes.len() as u64;
        let Some(content) = inner.files.get_mut(&id) else { return Ok(()) };
        let more = wanted.clone().filter(|block| !content.blocks.contains(block)).count() as u64;
        if more > 0 && room.is_some_and(|room| used + more * BLOCK > room) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        content.blocks.extend(wanted);
        put(&mut content.now, offset as usize, bytes);
        content.pending.push(Write::Bytes(offset, bytes.to_vec()));
        alive
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut inner = self.disk.inner();
        inner.change()?;
        let Some(content) = inner.files.get_mut(&self.id) else { return Ok(()) };
        content.now.resize(len as usize, 0);
        content.blocks.retain(|block| *block < len.div_ceil(BLOCK));
        content.pending.push(Write::Len(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.wait_at_gate();
        let mut inner = self.disk.inner();
        inner.change()?;
        match inner.broken {
            Some(Broken::Error) => return Err(io::Error::other("input/output error")),
            Some(Broken::Panic) => panic!("a sync that panics"),
            None => {}
        }
        inner.syncs += 1;
        let name = inner.names.iter().find(|(_, id)| **id == self.id).map(|(name, _)| name.clone());
        if name.is_some_and(|name| inner.ignores(&name)) {
            return Ok(());
        }
        let Some(content) = inner.files.get_mut(&self.id) else { return Ok(()) };
        for write in std::mem::take(&mut content.pending) {
            match write {
                Write::Len(len) => content.synced.resize(len as usize, 0),
                Write::Bytes(offset, bytes) => put(&mut content.synced, offset as usize, &bytes),
            }
        }
        Ok(())
    }

    fn punch(&self, offset: u64, len: u64) -> io::Result<()> {
        let mut inner = self.disk.inner();
        inner.change()?;
        let Some(content) = inner.files.get_mut(&self.id) else { return Ok(()) };
        let first = offset.div_ceil(BLOCK);
        let last = (offset + len) / BLOCK;
        content.blocks.retain(|block| !(first..last).contains(block));
        let end = (offset + len).min(content.now.len() as u64);
        if offset < end {
            let zeros = vec![0; (end - offset) as usize];
            put(&mut content.now, offset as usize, &zeros);
            content.pending.push(Write::Bytes(offset, zeros));
        }
        Ok(())
    }
}

fn name_of(naming: &Naming) -> &str {
    match naming {
        Naming::Made(name, _) | Naming::Removed(name) | Naming::Renamed(_, name) => name,
    }
}
