//! The reference model: what tells of items and their content.

use super::acl::{EXECUTE, READ};
use super::action::{Guard, Path};
use super::attributes::principal;
use super::codes::{Code, Refusals};
use super::outcome::{Body, Header, Listed, Outcome};
use super::people::Person;
use super::tree::{Entry, Listing, Model, date, ticks};
use crate::storage::Protocol;

/// What a list needs of a directory.
const LIST: u16 = READ | EXECUTE;

impl Model {
    pub(super) fn read(
        &self,
        person: &Person,
        protocol: Protocol,
        path: &Path,
        range: Option<(u64, Option<u64>)>,
        guard: &Guard,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        let entry = self.find(person, path)?;
        self.guard_read(path, guard, &mut no);
        no.add_if(!self.has(person, path, READ), Code::Denied);
        let Some(file) = &entry.file else {
            if protocol == Protocol::Dfs {
                no.add(Code::NoFile);
                return Err(no);
            }
            // A directory has no content, so that no range of it exists.
            no.add_if(range.is_some(), Code::InvalidRange);
            no.none()?;
            let outcome = Outcome::of(200, entry).text("x-ms-resource-type", "directory");
            return Ok(outcome.body(Body::Bytes(Vec::new())));
        };
        let length = file.content.len() as u64;
        let Some((start, end)) = range else {
            no.none()?;
            let outcome =
                self.read_outcome(200, protocol, entry).with("content-range", Header::Absent);
            return Ok(outcome.body(Body::Bytes(file.content.clone())));
        };
        no.add_if(start >= length, Code::InvalidRange);
        no.none()?;
        let last = end.map_or(length - 1, |end| end.min(length - 1));
        let bytes = file.content[start as usize..=last as usize].to_vec();
        let told = format!("bytes {start}-{last}/{length}");
        Ok(self
            .read_outcome(206, protocol, entry)
            .text("content-range", told)
            .body(Body::Bytes(bytes)))
    }

    fn read_outcome(&self, status: u16, protocol: Protocol, entry: &Entry) -> Outcome {
        Outcome::of(status, entry).lease(entry, self.now).meta(protocol, entry)
    }

    pub(super) fn properties(
        &self,
        person: &Person,
        protocol: Protocol,
        path: &Path,
        guard: &Guard,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        let entry = self.find(person, path)?;
        self.guard_read(path, guard, &mut no);
        no.add_if(!self.has(person, path, READ), Code::Denied);
        no.none()?;
        Ok(self.status(entry).meta(protocol, entry))
    }

    pub(super) fn get_status(&self, person: &Person, path: &Path) -> Result<Outcome, Refusals> {
        let entry = self.find(person, path)?;
        Ok(self.status(entry))
    }

    fn status(&self, entry: &Entry) -> Outcome {
        let expires = entry.file.as_ref().and_then(|file| file.expires);
        let kind = if entry.is_directory() { "directory" } else { "file" };
        Outcome::of(200, entry)
            .lease(entry, self.now)
            .text("content-length", entry.length().to_string())
            .text("x-ms-resource-type", kind)
            .text("x-ms-owner", principal(entry.owner))
            .text("x-ms-group", principal(entry.group))
            .text("x-ms-permissions", entry.acl.permissions())
            .maybe("x-ms-expiry-time", expires.map(|millis| date(millis.div_euclid(1000))))
    }

    /// A page of paths, behind one of them.
    pub(super) fn list(
        &mut self,
        person: &Person,
        path: &Path,
        recursive: bool,
        limit: usize,
        after: Option<&Path>,
    ) -> Result<Outcome, Refusals> {
        let top = self.find(person, path)?;
        if !top.is_directory() {
            let page = vec![listed(&path.text(), top)];
            return Ok(Outcome::new(200).body(Body::Paths(page, false)));
        }
        let mut denied = !self.has(person, path, LIST);
        let fits = |below: &&Path| {
            below.is_within(path)
                && *below != path
                && (recursive || below.names.len() == path.names.len() + 1)
                && after.is_none_or(|after| *below > after)
        };
        let all: Vec<Path> = self.entries.keys().filter(fits).cloned().collect();
        let page = &all[..limit.min(all.len())];
        denied |= recursive
            && page
                .iter()
                .any(|below| self.entries[below].is_directory() && !self.has(person, below, LIST));
        if denied {
            return Err(Code::Denied.into());
        }
        let more = all.len() > limit;
        let listed = page.iter().map(|below| listed(&below.text(), &self.entries[below])).collect();
        if let Some(last) = page.last().filter(|_| more) {
            let (path, last) = (path.clone(), last.clone());
            self.listing = Some(Listing { path, recursive, last });
        } else if after.is_some() {
            self.listing = None;
        }
        Ok(Outcome::new(200).body(Body::Paths(listed, more)))
    }

    /// All blobs whose names begin with a prefix, sorted by the bytes of the whole names. Grouped, directories
    /// are groups, named with the slash, and what is in them is left out.
    pub(super) fn list_blobs(
        &self,
        person: &Person,
        file_system: usize,
        prefix: &str,
        grouped: bool,
    ) -> Result<Outcome, Refusals> {
        let root = Path::root(file_system);
        let above = prefix.rsplit_once('/').map_or("", |(above, _)| above);
        let listed = self.within(&root).into_iter().find(|path| path.text() == above);
        let reached = match &listed {
            Some(listed) => listed.clone(),
            // Of what is not there the way to it may still be closed.
            None => self.nowhere(file_system, above),
        };
        self.reach(person, &reached)?;
        let mut found = Vec::new();
        let is_directory = |path: &Path| self.entries[path].is_directory();
        let denied = |path: &Path| is_directory(path) && !self.has(person, path, LIST);
        let mut no = Refusals::default();
        no.add_if(listed.as_ref().is_some_and(denied), Code::Denied);
        for path in self.within(&root) {
            let (name, entry) = (path.text(), &self.entries[&path]);
            if path.is_root() || !name.starts_with(prefix) {
                continue;
            }
            if !grouped {
                no.add_if(denied(&path), Code::Denied);
                found.push(blob(name, entry));
                continue;
            }
            match name[prefix.len()..].contains('/') {
                true => {}
                false if entry.is_directory() => {
                    found.push(Listed { name: name + "/", tag: entry.tag, values: Vec::new() });
                }
                false => found.push(blob(name, entry)),
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        no.none()?;
        Ok(Outcome::new(200).body(Body::Blobs(found)))
    }

    /// The path of a text of which only the beginning is there.
    fn nowhere(&self, file_system: usize, text: &str) -> Path {
        let root = Path::root(file_system);
        let is_above = |path: &Path| !path.is_root() && text.starts_with(&(path.text() + "/"));
        let deepest = self.within(&root).into_iter().rev().find(is_above);
        deepest.unwrap_or(root).join("nowhere")
    }
}

fn listed(name: &str, entry: &Entry) -> Listed {
    let expires = entry.file.as_ref().and_then(|file| file.expires);
    Listed {
        name: name.to_owned(),
        tag: entry.tag,
        values: vec![
            ("isDirectory", entry.is_directory().then(|| "true".to_owned())),
            ("contentLength", Some(entry.length().to_string())),
            ("lastModified", Some(date(entry.changed_seconds()))),
            ("owner", Some(principal(entry.owner))),
            ("group", Some(principal(entry.group))),
            ("permissions", Some(entry.acl.permissions())),
            ("creationTime", Some(ticks(entry.created))),
            ("expiryTime", Some(expires.map_or("0".to_owned(), ticks))),
        ],
    }
}

fn blob(name: String, entry: &Entry) -> Listed {
    let kind = if entry.is_directory() { "directory" } else { "file" };
    Listed {
        name,
        tag: entry.tag,
        values: vec![
            ("ResourceType", Some(kind.to_owned())),
            ("Content-Length", Some(entry.length().to_string())),
            ("Last-Modified", Some(date(entry.changed_seconds()))),
        ],
    }
}
