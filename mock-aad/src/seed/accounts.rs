//! Accounts with what is in them, as a configuration or a directory of this machine describes them.

use std::fmt;

use adls_wire::RemotePath;
use bytes::Bytes;
use serde::{Deserialize, Deserializer};

use super::storage::{is_account_name, is_file_system_name};

/// An account that is there from the start besides the default account and the storage accounts, or what is
/// to be in one of these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedAccount {
    /// The name: 3 to 24 lower-case letters and digits.
    pub name: String,
    /// 1 or 2.
    pub generation: u8,
    /// Users and applications that pass every permission check in a Gen1 account, by name or object id; the
    /// first owns what is in it. Left out, they are those of the default account.
    pub owners: Vec<String>,
    /// File systems of a Gen2 account, besides those that `paths` name.
    pub file_systems: Vec<String>,
    /// Files and directories.
    pub paths: Vec<SeedPath>,
}

/// A file or a directory; directories on the way come into being.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedPath {
    /// Where, in a Gen2 account behind the name of the file system.
    pub path: String,
    /// What a file holds; without it, it is a directory.
    #[serde(deserialize_with = "content")]
    pub content: Option<Bytes>,
    /// A user or an application, by name or object id; left out, the first owner of the account.
    pub owner: String,
    /// A group, by name or object id.
    pub group: String,
    /// Mode bits, such as `750`.
    pub permission: String,
    /// The whole ACL, such as `user::rwx,group::r-x,other::---,user:ann@contoso.test:r-x`.
    pub acl: String,
}

/// Without the content, which may be long.
impl fmt::Debug for SeedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeedPath").field("path", &self.path).finish_non_exhaustive()
    }
}

fn content<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bytes>, D::Error> {
    Ok(Some(String::deserialize(deserializer)?.into()))
}

impl SeedAccount {
    /// Fails when there cannot be such an account; the text names it. `knows` tells whether somebody has a
    /// name.
    pub(crate) fn check(&self, knows: impl Fn(&str) -> bool) -> Result<(), String> {
        let name = &self.name;
        if !is_account_name(name) {
            return Err(format!(
                "accounts: name '{name}' is not 3 to 24 lower-case letters and digits"
            ));
        }
        let refuse = |what: String| Err(format!("accounts: {what} of '{name}'"));
        match self.generation {
            1 if !self.file_systems.is_empty() => {
                return refuse("Gen1 has no file systems; leave out those".to_owned());
            }
            2 if !self.owners.is_empty() => {
                return refuse(
                    "Gen2 has no owners of accounts; give users a data_role, and leave out those"
                        .to_owned(),
                );
            }
            1 | 2 => {}
            other => return refuse(format!("say generation = 1 or 2, not the {other}")),
        }
        if let Some(nobody) = self.owners.iter().find(|owner| !knows(owner)) {
            return refuse(format!("nobody is called '{nobody}', as do owners"));
        }
        let mut file_systems = self.file_systems.clone();
        for item in &self.paths {
            match item.check(&knows) {
                Ok(path) if self.generation == 2 => {
                    file_systems.extend(path.segments().next().map(str::to_owned));
                }
                Ok(_) => {}
                Err(what) => return refuse(what),
            }
        }
        match file_systems.iter().find(|file_system| !is_file_system_name(file_system)) {
            Some(file_system) => refuse(format!(
                "'{file_system}' is no name of a file system (3 to 63 lower-case letters, digits and \
                 single dashes between them), as it stands in those"
            )),
            None => Ok(()),
        }
    }
}

impl SeedPath {
    fn check(&self, knows: impl Fn(&str) -> bool) -> Result<RemotePath, String> {
        let shown = &self.path;
        let path = self.parse_path()?;
        if path.is_root() {
            return Err("the path '/', which is there anyway,".to_owned());
        }
        for (field, name) in [("owner", &self.owner), ("group", &self.group)] {
            if !name.is_empty() && !knows(name) {
                return Err(format!("nobody is called '{name}', as does the {field} of {shown}"));
            }
        }
        Ok(path)
    }

    /// The place of the item.
    pub(crate) fn parse_path(&self) -> Result<RemotePath, String> {
        let text = &self.path;
        let parsed = text.starts_with('/').then(|| text.parse().ok()).flatten();
        parsed.ok_or_else(|| format!("the path '{text}', which is none such as /dir/file,"))
    }
}
