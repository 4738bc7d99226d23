//! The reference model: what there is, and what every operation asks of it.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use uuid::Uuid;

use super::acl::{Acl, EXECUTE, WRITE};
use super::action::{Condition, Guard, Path, Tag};
use super::codes::{Code, Refusals};
use super::lease::Lease;
use super::people::Person;

/// What is needed to make and to remove what is in a directory.
pub(super) const CHANGE_CHILDREN: u16 = WRITE | EXECUTE;
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;

/// What a file is besides what every item is.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) content: Vec<u8>,
    /// What was sent and is not committed, in the order in which it came.
    pub(super) staged: Vec<(u64, Vec<u8>)>,
    /// Milliseconds since 1970.
    pub(super) expires: Option<i64>,
}

/// A file or a directory. Times are milliseconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Stands for the ETag: each is another number.
    pub(super) tag: u64,
    pub(super) created: i64,
    pub(super) changed: i64,
    pub(super) owner: Uuid,
    pub(super) group: Uuid,
    pub(super) acl: Acl,
    pub(super) lease: Lease,
    pub(super) meta: Option<&'static str>,
    pub(super) file: Option<File>,
}

/// Something that was deleted and can be had back.
#[derive(Clone, Debug)]
pub(super) struct Deleted {
    pub(super) path: Path,
    /// As an answer has told it.
    pub(super) id: Option<String>,
    pub(super) until: i64,
    /// With the names below the path.
    pub(super) entries: Vec<(Vec<&'static str>, Entry)>,
}

/// A list that goes on behind what was listed last.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub(super) path: Path,
    pub(super) recursive: bool,
    pub(super) last: Path,
}

/// The two file systems of a case.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) now: i64,
    /// Everything, the roots included, in the order in which DFS lists it.
    pub(super) entries: BTreeMap<Path, Entry>,
    pub(super) deleted: Vec<Deleted>,
    pub(super) retention_days: Option<i64>,
    pub(super) listing: Option<Listing>,
    pub(super) tags: Tags,
    next_tag: u64,
}

/// The ETags that were told so far: each stands for one number, and each number for one of them.
#[derive(Debug, Default)]
pub(super) struct Tags {
    texts: HashMap<u64, String>,
    numbers: HashMap<String, u64>,
}

/// How far a path is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    There,
    /// Only up to this item.
    Missing {
        deepest: Path,
    },
}

/// A condition as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Nothing,
    /// `None` stands for a tag that there never was.
    Match(Sent),
    NoneMatch(Sent),
    /// Seconds since 1970.
    Modified(i64),
    Unmodified(i64),
}

/// An entity tag as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Any,
    Known(u64, String),
    Unknown,
}

impl Tags {
    pub(super) fn text(&self, number: u64) -> Option<&str> {
        self.texts.get(&number).map(String::as_str)
    }

    /// Takes note of a tag that was told without quotation marks; whether it can be the one of the number.
    pub(super) fn learn(&mut self, number: u64, text: &str) -> bool {
        let known = self.texts.entry(number).or_insert_with(|| text.to_owned()).clone();
        let number_of = *self.numbers.entry(text.to_owned()).or_insert(number);
        known == text && number_of == number
    }
}

impl Entry {
    pub(super) fn is_directory(&self) -> bool {
        self.file.is_none()
    }

    pub(super) fn length(&self) -> usize {
        self.file.as_ref().map_or(0, |file| file.content.len())
    }

    pub(super) fn changed_seconds(&self) -> i64 {
        self.changed.div_euclid(1000)
    }

    fn is_named_by(&self, sent: &Sent) -> bool {
        match sent {
            Sent::Any => true,
            Sent::Known(number, _) => *number == self.tag,
            Sent::Unknown => false,
        }
    }
}

impl Model {
    pub(super) fn new(now: i64, retention_days: Option<i64>) -> Self {
        let mut model = Self {
            now,
            entries: BTreeMap::new(),
            deleted: Vec::new(),
            retention_days,
            listing: None,
            tags: Tags::default(),
            next_tag: 0,
        };
        for file_system in 0..2 {
            let acl = Acl::of_mode(0o750);
            let root = model.new_entry(Uuid::nil(), Uuid::nil(), acl, true);
            model.entries.insert(Path::root(file_system), root);
        }
        model
    }

    /// Lets time pass, and go what ends by it.
    pub(super) fn wait(&mut self, millis: i64) {
        self.now += millis;
        self.settle();
    }

    /// When something ends of itself; milliseconds since 1970.
    pub(super) fn moments(&self) -> Vec<i64> {
        let expiries = self.entries.values().filter_map(|entry| entry.file.as_ref()?.expires);
        let leases = self.entries.values().filter_map(|entry| entry.lease.ends());
        let purges = self.deleted.iter().map(|deleted| deleted.until);
        let mut all: Vec<i64> = expiries.chain(leases).chain(purges).collect();
        all.retain(|moment| *moment > self.now);
        all.sort_unstable();
        all
    }

    /// Lets go what has ended.
    pub(super) fn settle(&mut self) {
        let now = self.now;
        self.deleted.retain(|deleted| deleted.until > now);
        let has_ended = |entry: &Entry| {
            entry.file.as_ref().is_some_and(|file| file.expires.is_some_and(|end| end <= now))
        };
        self.entries.retain(|_, entry| !has_ended(entry));
    }

    pub(super) fn new_tag(&mut self) -> u64 {
        self.next_tag += 1;
        self.next_tag
    }

    pub(super) fn new_entry(
        &mut self,
        owner: Uuid,
        group: Uuid,
        acl: Acl,
        directory: bool,
    ) -> Entry {
        Entry {
            tag: self.new_tag(),
            created: self.now,
            changed: self.now,
            owner,
            group,
            acl,
            lease: Lease::default(),
            meta: None,
            file: (!directory).then(File::default),
        }
    }

    /// Begins another version of an item: a write, after which nobody takes up a lease that has ended.
    pub(super) fn touch(&mut self, path: &Path) {
        let (tag, now) = (self.new_tag(), self.now);
        if let Some(entry) = self.entries.get_mut(path) {
            entry.tag = tag;
            entry.changed = now;
            entry.lease.written(now);
        }
    }

    pub(super) fn entry_mut(&mut self, path: &Path) -> &mut Entry {
        self.entries.get_mut(path).expect("the operation has found it")
    }

    /// What is directly in a directory.
    pub(super) fn children(&self, path: &Path) -> Vec<&Path> {
        let all = self.entries.keys();
        all.filter(|child| !child.is_root() && child.parent() == *path).collect()
    }

    /// An item and everything below it.
    pub(super) fn within(&self, path: &Path) -> Vec<Path> {
        self.entries.keys().filter(|below| below.is_within(path)).cloned().collect()
    }

    pub(super) fn has(&self, person: &Person, path: &Path, wanted: u16) -> bool {
        let entry = &self.entries[path];
        let rights = entry.acl.rights_of(person, entry.owner, entry.group);
        // A role gives what it gives; where that is not enough, the list decides by itself.
        person.is_super || person.role & wanted == wanted || rights & wanted == wanted
    }

    pub(super) fn owns(&self, person: &Person, path: &Path) -> bool {
        person.is_super || self.entries[path].owner == person.id
    }

    /// How far a path is there. Who may not pass a directory on the way learns nothing more.
    pub(super) fn reach(&self, person: &Person, path: &Path) -> Result<Reach, Refusals> {
        let mut deepest = Path::root(path.file_system);
        for above in path.above() {
            match self.entries.get(&above) {
                None => return Ok(Reach::Missing { deepest }),
                Some(entry) if entry.is_directory() => {
                    if !self.has(person, &above, EXECUTE) {
                        return Err(Code::Denied.into());
                    }
                    deepest = above;
                }
                Some(_) => return Ok(Reach::Missing { deepest: above }),
            }
        }
        match self.entries.contains_key(path) {
            true => Ok(Reach::There),
            false => Ok(Reach::Missing { deepest }),
        }
    }

    /// The item, which must be there.
    pub(super) fn find(&self, person: &Person, path: &Path) -> Result<&Entry, Refusals> {
        match self.reach(person, path)? {
            Reach::There => Ok(&self.entries[path]),
            Reach::Missing { .. } => Err(Code::NotFound.into()),
        }
    }

    /// A condition as it is sent, for what is at a path now.
    pub(super) fn asked(&self, condition: Condition, path: &Path) -> Asked {
        let entry = self.entries.get(path);
        let seconds = entry.map_or(self.now.div_euclid(1000), Entry::changed_seconds);
        let known = |number| match self.tags.text(number) {
            Some(text) => Sent::Known(number, text.to_owned()),
            None => Sent::Unknown,
        };
        let sent = |tag| match (tag, entry) {
            (Tag::Any, _) => Sent::Any,
            (Tag::Current, Some(entry)) => known(entry.tag),
            (Tag::Other, Some(entry)) => known(entry.tag.saturating_sub(1)),
            _ => Sent::Unknown,
        };
        match condition {
            Condition::None => Asked::Nothing,
            Condition::Match(tag) => Asked::Match(sent(tag)),
            Condition::NoneMatch(tag) => Asked::NoneMatch(sent(tag)),
            Condition::Modified(by) => Asked::Modified(seconds + by),
            Condition::Unmodified(by) => Asked::Unmodified(seconds + by),
        }
    }

    /// Whether a condition does not hold of an item, or of nothing.
    pub(super) fn fails(asked: &Asked, entry: Option<&Entry>) -> bool {
        match (asked, entry) {
            (Asked::Nothing, _) => false,
            (Asked::Match(sent), entry) => !entry.is_some_and(|entry| entry.is_named_by(sent)),
            (_, None) => false,
            (Asked::NoneMatch(sent), Some(entry)) => entry.is_named_by(sent),
            (Asked::Modified(since), Some(entry)) => entry.changed_seconds() <= *since,
            (Asked::Unmodified(since), Some(entry)) => entry.changed_seconds() > *since,
        }
    }

    /// What conditions and lease have against a change of an item.
    pub(super) fn guard_change(&self, path: &Path, guard: &Guard, no: &mut Refusals) {
        let entry = &self.entries[path];
        let fails = Self::fails(&self.asked(guard.condition, path), Some(entry));
        no.add_if(fails, Code::ConditionNotMet);
        no.extend(entry.lease.refuses_change(guard.lease, self.now));
    }

    /// What conditions and lease have against a look at an item.
    pub(super) fn guard_read(&self, path: &Path, guard: &Guard, no: &mut Refusals) {
        let entry = &self.entries[path];
        let asked = self.asked(guard.condition, path);
        if Self::fails(&asked, Some(entry)) {
            let unchanged = matches!(asked, Asked::NoneMatch(_) | Asked::Modified(_));
            no.add(if unchanged { Code::NotModified } else { Code::ConditionNotMet });
        }
        no.extend(entry.lease.refuses_name(guard.lease, self.now));
    }

    /// Whether somebody may take an item out of its directory.
    pub(super) fn may_remove(&self, person: &Person, path: &Path) -> bool {
        let parent = path.parent();
        self.has(person, &parent, CHANGE_CHILDREN) && self.lets_go(person, &parent, path)
    }

    /// Whether a directory lets go what is in it: a sticky one only to the owner of either.
    fn lets_go(&self, person: &Person, directory: &Path, path: &Path) -> bool {
        person.unsticks
            || !self.entries[directory].acl.sticky
            || self.owns(person, directory)
            || self.owns(person, path)
    }

    /// Whether somebody may remove an item with everything below it.
    pub(super) fn may_remove_all(&self, person: &Person, path: &Path) -> bool {
        self.may_remove(person, path)
            && self.within(path).iter().all(|below| {
                let children = self.children(below);
                let lets_go = |child: &&Path| self.lets_go(person, below, child);
                children.is_empty() || self.has(person, below, 7) && children.iter().all(lets_go)
            })
    }
}

/// `Tue, 24 Dec 2019 20:37:22 GMT`.
pub(super) fn date(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).expect("a time of a test");
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// 100 nanoseconds since 1601.
pub(super) fn ticks(millis: i64) -> String {
    ((millis + 11_644_473_600_000) * 10_000).to_string()
}
