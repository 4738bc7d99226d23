//! Files and directories of the reference model: a map from paths.

use std::collections::{BTreeMap, BTreeSet};

use adls_fs::{ErrorKind, RemotePath};

use super::acl::{Acl, Nonsense};
use super::{Action, Entry, Outcome, Person};

/// The owning group of an account that has none.
const NO_GROUP: &str = "00000000-0000-0000-0000-000000000000";
/// What new items get unless something is inherited.
const UNSAID: u16 = 0o770;

/// A file system in memory, as it should behave where rights do not stand in the way; what they say
/// is [`verdict`](Self::verdict).
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) items: BTreeMap<RemotePath, Item>,
    /// To whom new items belong.
    acting: &'static str,
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) acl: Acl,
    pub(super) owner: &'static str,
    pub(super) group: &'static str,
    /// `None` for a directory.
    pub(super) file: Option<File>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) content: Vec<u8>,
    /// Whether it takes concurrent appends; open as long as it is empty.
    concurrent: Option<bool>,
}

type Refusal = ErrorKind;

impl Model {
    /// With this directory, and nothing in it. Everything else must happen below it.
    #[must_use]
    pub fn new(root: &RemotePath, owner: Person) -> Self {
        let acl = Acl::of_mode(UNSAID);
        let item = Item { acl, owner: owner.id, group: NO_GROUP, file: None };
        Self { items: BTreeMap::from([(root.clone(), item)]), acting: owner.id }
    }

    /// Everything below the root: its path, and what a listing says of it.
    #[must_use]
    pub fn all(&self) -> Vec<(RemotePath, Entry)> {
        self.items.iter().skip(1).map(|(path, item)| (path.clone(), entry(path, item))).collect()
    }

    /// Does an action on behalf of somebody, and says what must come of it.
    pub fn perform(&mut self, person: Person, action: &Action) -> Outcome {
        self.acting = person.id;
        let outcome = match action {
            Action::Mkdirs(path) => self.mkdirs(path),
            Action::Write { path, content, overwrite } => self.write(path, content, *overwrite),
            Action::Append(path, content) => self.append(path, content),
            Action::ConcurrentAppend { path, content, create } => {
                self.concurrent_append(path, content, *create)
            }
            Action::Concat(target, sources) => self.concat(target, sources),
            Action::Rename { from, to, overwrite } => self.rename(from, to, *overwrite),
            Action::Delete(path, recursive) => return self.delete(path, *recursive),
            Action::Read(path, range) => return self.read(path, range.clone()),
            Action::List(path) => return self.list(path),
            Action::Summary(path) => return self.summary(path),
            Action::SetPermission(path, mode) => self.change_acl(path, |mut acl, _| {
                acl.set_mode(*mode);
                Ok(acl)
            }),
            Action::SetAcl(path, entries) => {
                self.change_acl(path, |acl, is_directory| acl.set(entries, is_directory))
            }
            Action::ModifyAcl(path, entries) => {
                self.change_acl(path, |acl, is_directory| acl.modify(entries, is_directory))
            }
            Action::RemoveAclEntries(path, entries) => {
                self.change_acl(path, |acl, is_directory| acl.remove(entries, is_directory))
            }
            Action::RemoveAcl(path) => self.change_acl(path, |acl, _| Ok(acl.bare())),
            Action::RemoveDefaultAcl(path) => self.change_acl(path, |mut acl, _| {
                acl.default.clear();
                Ok(acl)
            }),
            Action::Acl(path) => {
                return match self.items.get(path) {
                    Some(item) => Outcome::Acl(item.acl.texts()),
                    None => Outcome::Refused(ErrorKind::NotFound),
                };
            }
            Action::SetOwner { path, owner, group } => match self.items.get_mut(path) {
                Some(item) => {
                    (item.owner, item.group) = (owner, group);
                    Ok(())
                }
                None => Err(ErrorKind::NotFound),
            },
        };
        outcome.map_or_else(Outcome::Refused, |()| Outcome::Done)
    }

    fn is_directory(&self, path: &RemotePath) -> bool {
        self.items.get(path).is_some_and(|item| item.file.is_none())
    }

    fn file(&mut self, path: &RemotePath, of_directory: Refusal) -> Result<&mut File, Refusal> {
        let item = self.items.get_mut(path).ok_or(ErrorKind::NotFound)?;
        item.file.as_mut().ok_or(of_directory)
    }

    pub(super) fn below(&self, directory: &RemotePath) -> Vec<RemotePath> {
        self.items.keys().filter(|path| path.starts_with(directory)).cloned().collect()
    }

    fn children(&self, directory: &RemotePath) -> Vec<&RemotePath> {
        let mut children: Vec<_> =
            self.items.keys().filter(|path| path.parent().as_ref() == Some(directory)).collect();
        children.sort_by_key(|path| path.file_name());
        children
    }

    /// The deepest item on the way to `path`.
    pub(super) fn existing(&self, path: &RemotePath) -> RemotePath {
        let mut at = path.clone();
        while !self.items.contains_key(&at) {
            at = at.parent().unwrap_or_else(RemotePath::root);
        }
        at
    }

    /// Makes what is missing on the way to `path`, and then an item there.
    fn add(
        &mut self,
        path: &RemotePath,
        implicit: u16,
        file: Option<&File>,
    ) -> Result<(), Refusal> {
        let top = self.existing(path);
        if !self.is_directory(&top) {
            return Err(ErrorKind::NotDirectory);
        }
        let mut parent = top.clone();
        let missing = path.relative_to(&top).unwrap_or_default();
        let count = missing.split('/').count();
        for (index, name) in missing.split('/').enumerate() {
            let Ok(at) = parent.child(name) else { return Err(ErrorKind::Invalid) };
            let is_last = index + 1 == count;
            let file = if is_last { file.cloned() } else { None };
            let mode = if is_last { UNSAID } else { implicit };
            let above = self.items.get(&parent).ok_or(ErrorKind::NotFound)?;
            let (acl, group) = (above.acl.of_child(file.is_none(), mode), above.group);
            self.items.insert(at.clone(), Item { acl, owner: self.acting, group, file });
            parent = at;
        }
        Ok(())
    }

    /// Makes a file. Directories that come into being with it are like the one above them, and at least
    /// as open as others.
    fn add_file(&mut self, path: &RemotePath, file: &File) -> Result<(), Refusal> {
        let above = self.items.get(&self.existing(path)).map_or(0, |item| item.acl.mode());
        self.add(path, above & 0o777 | UNSAID, Some(file))
    }

    fn mkdirs(&mut self, path: &RemotePath) -> Result<(), Refusal> {
        match self.items.get(path) {
            Some(item) if item.file.is_none() => Ok(()),
            Some(_) => Err(ErrorKind::AlreadyExists),
            None => self.add(path, UNSAID, None),
        }
    }

    fn write(&mut self, path: &RemotePath, content: &[u8], replace: bool) -> Result<(), Refusal> {
        match self.items.get(path) {
            Some(item) if item.file.is_none() && replace => return Err(ErrorKind::IsDirectory),
            Some(_) if !replace => return Err(ErrorKind::AlreadyExists),
            _ => {}
        }
        self.items.remove(path);
        let concurrent = (!content.is_empty()).then_some(false);
        self.add_file(path, &File { content: content.to_vec(), concurrent })
    }

    fn append(&mut self, path: &RemotePath, content: &[u8]) -> Result<(), Refusal> {
        self.file(path, ErrorKind::IsDirectory)?.add(content, false)
    }

    fn concurrent_append(
        &mut self,
        path: &RemotePath,
        content: &[u8],
        create: bool,
    ) -> Result<(), Refusal> {
        if create && !self.items.contains_key(path) {
            // The service says no more than that it cannot.
            self.add_file(path, &File::default()).map_err(|_| ErrorKind::Invalid)?;
        }
        self.file(path, ErrorKind::Invalid)?.add(content, true)
    }

    fn concat(&mut self, target: &RemotePath, sources: &[RemotePath]) -> Result<(), Refusal> {
        let different: BTreeSet<_> = sources.iter().chain([target]).collect();
        if different.len() <= sources.len() {
            return Err(ErrorKind::Invalid);
        }
        let mut joined = Vec::new();
        for source in sources {
            joined.extend_from_slice(&self.file(source, ErrorKind::IsDirectory)?.content);
        }
        if self.items.contains_key(target) {
            let file = self.file(target, ErrorKind::IsDirectory)?;
            if file.concurrent == Some(true) {
                return Err(ErrorKind::Invalid);
            }
        } else {
            self.add_file(target, &File::default()).map_err(|_| ErrorKind::Invalid)?;
        }
        let mut directories = Vec::new();
        for source in sources {
            self.items.remove(source);
            directories.extend(source.parent());
        }
        self.file(target, ErrorKind::Invalid)?.add(&joined, false)?;
        // Their directories go with them when nothing is left, inner ones first.
        directories.sort_by_key(|directory| std::cmp::Reverse(directory.segments().count()));
        for directory in directories {
            if self.children(&directory).is_empty() {
                self.items.remove(&directory);
            }
        }
        Ok(())
    }

    fn rename(
        &mut self,
        from: &RemotePath,
        to: &RemotePath,
        overwrite: bool,
    ) -> Result<(), Refusal> {
        if to != from && to.starts_with(from) {
            return Err(ErrorKind::Invalid);
        }
        if !self.items.contains_key(from) {
            return Err(ErrorKind::NotFound);
        }
        if to == from && !self.is_directory(from) {
            return Ok(());
        }
        if self.items.contains_key(to) {
            if !overwrite || self.is_directory(to) || self.is_directory(from) {
                return Err(ErrorKind::AlreadyExists);
            }
        } else if !to.parent().is_some_and(|directory| self.is_directory(&directory)) {
            return Err(ErrorKind::Invalid);
        }
        for old in self.below(from) {
            let Some(item) = self.items.remove(&old) else { continue };
            let rest = old.relative_to(from).unwrap_or_default();
            let new = if rest.is_empty() { Ok(to.clone()) } else { to.join(rest) };
            self.items.insert(new.map_err(|_| ErrorKind::Invalid)?, item);
        }
        Ok(())
    }

    fn delete(&mut self, path: &RemotePath, recursive: bool) -> Outcome {
        if !recursive && !self.children(path).is_empty() {
            return Outcome::Refused(ErrorKind::NotEmpty);
        }
        let all = self.below(path);
        all.iter().for_each(|path| drop(self.items.remove(path)));
        Outcome::Deleted(!all.is_empty())
    }

    fn read(&mut self, path: &RemotePath, range: std::ops::Range<u64>) -> Outcome {
        match self.file(path, ErrorKind::IsDirectory) {
            Err(refusal) => Outcome::Refused(refusal),
            Ok(file) => {
                let (start, end) = (range.start as usize, range.end as usize);
                let content = file.content.iter().copied();
                Outcome::Content(content.take(end).skip(start).collect())
            }
        }
    }

    fn list(&self, path: &RemotePath) -> Outcome {
        let Some(item) = self.items.get(path) else {
            return Outcome::Refused(ErrorKind::NotFound);
        };
        if item.file.is_some() {
            return Outcome::Entries(vec![entry(path, item)]);
        }
        let children = self.children(path).into_iter();
        Outcome::Entries(children.map(|path| entry(path, &self.items[path])).collect())
    }

    fn summary(&self, path: &RemotePath) -> Outcome {
        if !self.items.contains_key(path) {
            return Outcome::Refused(ErrorKind::NotFound);
        }
        let (mut directories, mut files, mut bytes) = (0, 0, 0);
        for path in self.below(path) {
            match &self.items[&path].file {
                Some(file) => {
                    files += 1;
                    bytes += file.content.len() as u64;
                }
                None => directories += 1,
            }
        }
        Outcome::Summary(directories, files, bytes)
    }

    fn change_acl(
        &mut self,
        path: &RemotePath,
        change: impl FnOnce(Acl, bool) -> Result<Acl, Nonsense>,
    ) -> Result<(), Refusal> {
        let item = self.items.get_mut(path).ok_or(ErrorKind::NotFound)?;
        let changed = change(item.acl.clone(), item.file.is_none());
        item.acl = changed.map_err(|Nonsense| ErrorKind::Invalid)?;
        Ok(())
    }
}

impl File {
    fn add(&mut self, content: &[u8], concurrently: bool) -> Result<(), Refusal> {
        if self.concurrent.is_some_and(|concurrent| concurrent != concurrently) {
            return Err(ErrorKind::Invalid);
        }
        if !content.is_empty() {
            self.concurrent = Some(concurrently);
            self.content.extend_from_slice(content);
        }
        Ok(())
    }
}

fn entry(path: &RemotePath, item: &Item) -> Entry {
    Entry {
        name: path.file_name().unwrap_or_default().to_owned(),
        is_directory: item.file.is_none(),
        length: item.file.as_ref().map_or(0, |file| file.content.len() as u64),
        mode: item.acl.mode(),
        has_acl: item.acl.is_extended(),
    }
}
