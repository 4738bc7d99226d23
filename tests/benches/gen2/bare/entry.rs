//! What a listing says of a file or directory.

use std::fmt::Write as _;

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::loops::{self, Status};

/// 100 nanoseconds, in which the service counts times, and 1970 in seconds of 1601.
const TICKS_A_SECOND: i64 = 10_000_000;
const UNIX_EPOCH: i64 = 11_644_473_600;

/// All that the service says, as a client keeps it. Most of it is text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    name: String,
    #[serde(default)]
    is_directory: Option<String>,
    content_length: String,
    last_modified: String,
    #[serde(alias = "eTag")]
    etag: String,
    owner: String,
    group: String,
    permissions: String,
    creation_time: String,
    expiry_time: Option<String>,
}

/// An entry as `adls --output jsonl fs ls` prints it.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    path: String,
    r#type: &'static str,
    length: u64,
    modified: String,
    accessed: Option<String>,
    created: String,
    expires: Option<String>,
    mode: String,
    permission: String,
    owner: &'a str,
    group: &'a str,
    #[serde(rename = "aclBit")]
    acl_bit: bool,
    etag: String,
}

impl Entry {
    fn is_directory(&self) -> bool {
        self.is_directory.as_deref() == Some("true")
    }
}

impl loops::Entry for Entry {
    fn name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    fn status(&self) -> Status {
        let length = self.content_length.parse().unwrap_or_default();
        Status { is_directory: self.is_directory(), length }
    }

    fn write_json(&self, _: &str, to: &mut Vec<u8>) -> Result<()> {
        let (letter, kind) = match self.is_directory() {
            true => ('d', "DIRECTORY"),
            false => ('-', "FILE"),
        };
        let letters = self.permissions.trim_end_matches('+');
        let line = Line {
            name: loops::Entry::name(self),
            path: format!("/{}", self.name),
            r#type: kind,
            length: self.content_length.parse()?,
            modified: date(&self.last_modified)?,
            accessed: None,
            created: ticks(&self.creation_time)?,
            expires: self.expiry_time.as_deref().filter(|at| *at != "0").map(ticks).transpose()?,
            mode: format!("{letter}{}", self.permissions),
            permission: octal(letters)?,
            owner: &self.owner,
            group: &self.group,
            acl_bit: letters != self.permissions,
            etag: format!("\"{}\"", self.etag),
        };
        Ok(serde_json::to_writer(to, &line)?)
    }
}

fn date(text: &str) -> Result<String> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    Ok(PARSER.parse_timestamp(text)?.to_string())
}

fn ticks(text: &str) -> Result<String> {
    let seconds = text.parse::<i64>()?;
    let (seconds, rest) = (seconds / TICKS_A_SECOND - UNIX_EPOCH, seconds % TICKS_A_SECOND);
    let time = Timestamp::new(seconds, i32::try_from(rest)? * 100)?;
    Ok(time.round(Unit::Second)?.to_string())
}

/// `rw-r-----` as `640`.
fn octal(letters: &str) -> Result<String> {
    let mut text = String::new();
    for three in letters.as_bytes().chunks(3) {
        let digit = three.iter().fold(0, |digit, &letter| digit * 2 + u8::from(letter != b'-'));
        write!(text, "{digit}")?;
    }
    Ok(text)
}
