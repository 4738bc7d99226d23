//! Whether an answer is what the reference model expects.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::Answer;
use super::codes::Refusals;
use super::outcome::{Body, Header, Listed, Outcome};
use super::tree::Tags;
use crate::storage::Protocol;

/// What differs, in words.
pub(super) type Difference = String;

/// An answer against what it must be; what it tells of ETags is remembered.
pub(super) fn compare(
    protocol: Protocol,
    answer: &Answer,
    expected: &Result<Outcome, Refusals>,
    tags: &mut Tags,
) -> Result<(), Difference> {
    let outcome = match expected {
        Ok(outcome) => outcome,
        Err(refusals) if refusals.allow(protocol, answer.status.as_u16(), answer.code()) => {
            return Ok(());
        }
        Err(refusals) => return Err(format!("{} instead of {refusals:?}", shown(answer))),
    };
    if answer.status.as_u16() != outcome.status {
        return Err(format!("{} instead of {}", shown(answer), outcome.status));
    }
    for (name, header) in &outcome.headers {
        let told = answer.headers.get(*name);
        let told = told.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let fits = match (header, &told) {
            (Header::Absent, told) => told.is_none(),
            (Header::Present, told) => told.is_some(),
            (Header::Text(text), told) => told.as_ref() == Some(text),
            (Header::Tag(number), Some(told)) => tags.learn(*number, told.trim_matches('"')),
            (Header::Tag(_), None) => false,
        };
        if !fits {
            return Err(format!("{name} is {told:?} instead of {header:?}"));
        }
    }
    match &outcome.body {
        Body::Bytes(bytes) if answer.body != bytes.as_slice() => {
            Err(format!("{:?} instead of {bytes:?}", answer.body))
        }
        Body::Paths(listed, more) => paths(answer, listed, *more, tags),
        Body::Acls(directories, files, failed, more) => {
            acls(answer, (*directories, *files), failed, *more)
        }
        Body::Bytes(_) | Body::Nothing | Body::Blobs(_) => Ok(()),
    }
}

/// What an answer is, in short.
pub(super) fn shown(answer: &Answer) -> String {
    format!("{} {} {}", answer.status.as_u16(), answer.code(), answer.text())
}

fn paths(
    answer: &Answer,
    listed: &[Listed],
    more: bool,
    tags: &mut Tags,
) -> Result<(), Difference> {
    let body: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    let told = body["paths"].as_array().ok_or("no paths")?;
    let name = |entry: &Value| entry["name"].as_str().unwrap_or_default().to_owned();
    let names: Vec<String> = told.iter().map(name).collect();
    let expected: Vec<&str> = listed.iter().map(|entry| &*entry.name).collect();
    if names != expected {
        return Err(format!("{names:?} instead of {expected:?}"));
    }
    for (told, entry) in told.iter().zip(listed) {
        for (key, value) in &entry.values {
            let told = told.get(*key).map(|value| value.as_str().unwrap_or("no text"));
            if told != value.as_deref() {
                return Err(format!("{key} of {} is {told:?} instead of {value:?}", entry.name));
            }
        }
        learn(tags, entry, told["etag"].as_str())?;
    }
    let token = answer.header("x-ms-continuation").filter(|token| !token.is_empty());
    if token.is_some() != more {
        return Err(format!("the token {token:?}, and more is {more}"));
    }
    Ok(())
}

fn learn(tags: &mut Tags, entry: &Listed, told: Option<&str>) -> Result<(), Difference> {
    match told {
        Some(told) if tags.learn(entry.tag, told) => Ok(()),
        told => {
            Err(format!("{} has the ETag {told:?} instead of number {}", entry.name, entry.tag))
        }
    }
}

fn acls(
    answer: &Answer,
    (directories, files): (u64, u64),
    failed: &[String],
    more: bool,
) -> Result<(), Difference> {
    let body: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    let counted = [&body["directoriesSuccessful"], &body["filesSuccessful"], &body["failureCount"]];
    let counted = counted.map(Value::as_u64);
    let expected = [Some(directories), Some(files), Some(failed.len() as u64)];
    let mut names: Vec<&str> = body["failedEntries"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry["name"].as_str())
        .collect();
    names.sort_unstable();
    let mut failed: Vec<&str> = failed.iter().map(String::as_str).collect();
    failed.sort_unstable();
    let token = answer.header("x-ms-continuation").filter(|token| !token.is_empty());
    let mut wrong = String::new();
    if counted != expected {
        let _ = write!(wrong, "{counted:?} instead of {expected:?}; ");
    }
    if names != failed {
        let _ = write!(wrong, "{names:?} failed instead of {failed:?}; ");
    }
    if token.is_some() != more {
        let _ = write!(wrong, "the token {token:?}, and more is {more}");
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The pages of a list of blobs, one after the other.
#[derive(Debug, Default)]
pub(super) struct BlobPages {
    found: Vec<Told>,
}

/// What a list tells of a blob, or of a group of blobs.
#[derive(Debug)]
struct Told {
    name: String,
    is_group: bool,
    values: Vec<(String, String)>,
}

impl Told {
    fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| name == key).map(|(_, value)| &**value)
    }
}

impl BlobPages {
    /// Takes in a page of at most so many names; the marker of the next one.
    pub(super) fn add(
        &mut self,
        answer: &Answer,
        limit: usize,
    ) -> Result<Option<String>, Difference> {
        let text = answer.text().trim_start_matches('\u{feff}');
        let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
        let named =
            |name: &'static str| document.descendants().find(move |node| node.has_tag_name(name));
        let blobs = named("Blobs").ok_or("no Blobs")?;
        let before = self.found.len();
        for node in blobs.children().filter(roxmltree::Node::is_element) {
            let values = node.descendants().filter(roxmltree::Node::is_element);
            let values = values.map(|value| {
                let text = value.text().unwrap_or_default();
                (value.tag_name().name().to_owned(), text.to_owned())
            });
            let values: Vec<_> = values.collect();
            let name = values.iter().find(|(name, _)| name == "Name");
            let name = name.ok_or("a blob without a name")?.1.clone();
            let is_group = node.has_tag_name("BlobPrefix");
            self.found.push(Told { name, is_group, values });
        }
        let count = self.found.len() - before;
        let marker = named("NextMarker").and_then(|marker| marker.text()).map(str::to_owned);
        if count > limit || count < limit && marker.is_some() {
            return Err(format!("a page of {count} for {limit}, with the marker {marker:?}"));
        }
        Ok(marker)
    }

    /// All of them against what there must be.
    pub(super) fn compare(&self, listed: &[Listed], tags: &mut Tags) -> Result<(), Difference> {
        let names: Vec<&str> = self.found.iter().map(|told| &*told.name).collect();
        let expected: Vec<&str> = listed.iter().map(|entry| &*entry.name).collect();
        if names != expected {
            return Err(format!("{names:?} instead of {expected:?}"));
        }
        for (told, entry) in self.found.iter().zip(listed) {
            if told.is_group != entry.values.is_empty() {
                return Err(format!("{} is a group: {}", told.name, told.is_group));
            }
            for (key, value) in &entry.values {
                let found = told.value(key);
                if found != value.as_deref() {
                    return Err(format!(
                        "{key} of {} is {found:?} instead of {value:?}",
                        told.name
                    ));
                }
            }
            if !told.is_group {
                learn(tags, entry, told.value("Etag"))?;
            }
        }
        Ok(())
    }

    /// Paths and ids of deleted items, by path and id.
    pub(super) fn deleted(&self) -> Vec<(String, String)> {
        let id = |told: &Told| told.value("DeletionId").unwrap_or_default().to_owned();
        self.found.iter().map(|told| (told.name.clone(), id(told))).collect()
    }
}
