//! Renames that are certain: a lost answer is resolved by the id of the transaction, which the service
//! keeps with the target, or else by the version, which a rename does not change.

use adls_wire::RemotePath;
use adls_wire::dfs::{header, query};
use http::Method;
use uuid::Uuid;

use super::Gen2;
use super::call::{Call, encoded};
use super::version::Version;
use crate::error::{if_there, may_have_arrived};
use crate::options::{RenameOptions, StatOptions};
use crate::{ETag, Error, ErrorKind, Result};

/// A rename under way.
struct Rename<'a> {
    gen2: &'a Gen2,
    from: &'a RemotePath,
    to: &'a RemotePath,
    id: Uuid,
    /// What is to be renamed, where it had to be looked at.
    source: Option<ETag>,
}

impl Gen2 {
    pub(super) async fn rename(
        &self,
        from: &RemotePath,
        to: &RemotePath,
        options: RenameOptions,
        has_looked: bool,
    ) -> Result<()> {
        let mut rename = Rename { gen2: self, from, to, id: Uuid::new_v4(), source: None };
        if !self.account.knows(Version::TRANSACTION_IDS) {
            let conditions = StatOptions::default().conditions(options.conditions.clone());
            rename.source = self.stat(from, conditions).await?.etag;
        }
        let mut only_new = options.clone();
        only_new.target_conditions.if_none_match = Some(ETag::any());
        if !options.overwrite && options.target_conditions.if_match.is_none() {
            return rename.send(&only_new).await;
        }
        if options.target_conditions.is_empty() && !has_looked {
            match rename.send(&only_new).await {
                Err(error) if error.is_already_exists() => {}
                done => return done,
            }
        }
        // A file may be replaced; a directory never is.
        if !has_looked
            && let Some(found) = if_there(self.stat(to, StatOptions::default()).await)?
            && found.is_dir()
        {
            return Err(Error::at(ErrorKind::AlreadyExists, to));
        }
        rename.send(&options).await
    }
}

impl Rename<'_> {
    fn call(&self, options: &RenameOptions) -> Result<Call> {
        let Self { gen2, from, to, .. } = self;
        let source = format!("/{}{}", encoded(&gen2.file_system), from.encoded());
        let ids = gen2.account.knows(Version::TRANSACTION_IDS);
        let version = if ids { Version::TRANSACTION_IDS } else { Version::BASE };
        let call = gen2
            .call("Path - Rename", Method::PUT, to)
            .version(version)
            // The other way moves into a directory that is there.
            .query(query::MODE, &"legacy")
            .header(header::RENAME_SOURCE, source)?
            .conditions(&options.target_conditions)?
            .source_conditions(&options.conditions)?;
        match ids {
            true => call.header(header::CLIENT_TRANSACTION_ID, self.id.to_string()),
            false => Ok(call),
        }
    }

    async fn send(&mut self, options: &RenameOptions) -> Result<()> {
        let call = self.call(options)?;
        let mut losses = 0;
        loop {
            let Err(error) = self.gen2.account.send(self.from, call.clone()).await else {
                return Ok(());
            };
            let kind = error.kind();
            // A try that seemed lost was only late: what it has done refuses the next one.
            let echo = losses > 0
                && matches!(
                    kind,
                    ErrorKind::NotFound | ErrorKind::AlreadyExists | ErrorKind::ConditionNotMet
                );
            if !(echo || may_have_arrived(&error)) {
                return Err(match kind {
                    ErrorKind::AlreadyExists => error.with_path(self.to),
                    _ => error,
                });
            }
            if self.is_done().await? {
                return Ok(());
            }
            losses += 1;
            if echo || !self.gen2.account.may_send_again(losses).await {
                return Err(error);
            }
        }
    }

    /// Whether the target is what this rename has made.
    async fn is_done(&self) -> Result<bool> {
        let account = &self.gen2.account;
        let call = self
            .gen2
            .call("Path - Get Status", Method::HEAD, self.to)
            .version(Version::TRANSACTION_IDS)
            .query(query::ACTION, &"getStatus");
        let Some(found) = if_there(account.send(self.to, call).await)? else { return Ok(false) };
        if let Some(id) = found.header(header::CLIENT_TRANSACTION_ID) {
            return Ok(id.parse() == Ok(self.id));
        }
        // The service keeps no ids, or not this one: only the version tells then, if it was looked at before.
        let same = super::convert::etag(found.headers());
        Ok(self.source.is_some() && self.source == same)
    }
}
