//! What a directory holds, printed; and a change to everything in it.

use std::sync::Arc;

use bytes::Bytes;
use jiff::{Timestamp, Unit};
use reqwest::Method;
use serde::Serialize;

use super::Bare;
use super::pages::{Entry, Kind};
use crate::Result;
use crate::loops::tasks::Tasks;
use crate::loops::walk::Walk;
use crate::loops::{self, Status};

/// An entry as `adls --output jsonl fs ls` prints it.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    path: String,
    r#type: &'static str,
    length: u64,
    modified: String,
    accessed: String,
    expires: Option<String>,
    mode: String,
    permission: &'a str,
    owner: &'a str,
    group: &'a str,
    #[serde(rename = "aclBit")]
    acl_bit: bool,
}

impl Bare {
    /// The top first, then what is below it while that is still being listed.
    pub(super) async fn acl(self: &Arc<Self>, entries: &str, top: &str) -> Result<()> {
        self.entry(top).await?;
        let query: Arc<str> = format!("op=MODIFYACLENTRIES&aclspec={entries}").into();
        self.ask(Method::PUT, top, &query, Bytes::new()).await?;
        let mut walk = Walk::new(self, top);
        let mut tasks = Tasks::new(self.room.bounds.requests);
        while let Some((path, _)) = walk.entries.recv().await {
            let (this, query) = (Arc::clone(self), Arc::clone(&query));
            let change = async move {
                this.ask(Method::PUT, &path, &query, Bytes::new()).await?;
                Ok(())
            };
            tasks.start(change).await?;
        }
        walk.finish().await?;
        tasks.finish().await
    }
}

impl loops::Entry for Entry {
    fn name(&self) -> &str {
        &self.path_suffix
    }

    fn status(&self) -> Status {
        Status { is_directory: self.kind == Kind::Directory, length: self.length }
    }

    fn write_json(&self, directory: &str, to: &mut Vec<u8>) -> Result<()> {
        Ok(serde_json::to_writer(to, &Line::new(directory, self)?)?)
    }
}

impl<'a> Line<'a> {
    fn new(directory: &str, entry: &'a Entry) -> Result<Self> {
        let (letter, kind) = match entry.kind {
            Kind::File => ('-', "FILE"),
            Kind::Directory => ('d', "DIRECTORY"),
        };
        let plus = if entry.acl_bit { "+" } else { "" };
        Ok(Self {
            name: &entry.path_suffix,
            path: format!("{directory}/{}", entry.path_suffix),
            r#type: kind,
            length: entry.length,
            modified: time(entry.modification_time)?,
            accessed: time(entry.access_time)?,
            expires: entry.ms_expiration_time.filter(|at| *at > 0).map(time).transpose()?,
            mode: format!("{letter}{}{plus}", letters(&entry.permission)?),
            permission: &entry.permission,
            owner: &entry.owner,
            group: &entry.group,
            acl_bit: entry.acl_bit,
        })
    }
}

fn time(millis: i64) -> Result<String> {
    Ok(Timestamp::from_millisecond(millis)?.round(Unit::Second)?.to_string())
}

fn letters(permission: &str) -> Result<String> {
    let bits = u16::from_str_radix(permission, 8)?;
    let letter = |at: u16| {
        if bits & (1 << (8 - at)) == 0 { '-' } else { ['r', 'w', 'x'][usize::from(at % 3)] }
    };
    Ok((0..9).map(letter).collect())
}
