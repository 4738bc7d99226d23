//! The item of an account that a page is about, and where its page lies.

use adls_wire::RemotePath;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::layout::missing;
use super::{ROOT, Tab};
use crate::call::Response;
use crate::control::Control;
use crate::namespace::{Account, AccountKey, AclStatus, Error, Generation, Status};

/// An item of an account that a page is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The name of the account as pages have it.
    pub(super) name: &'a str,
    pub(super) generation: Generation,
    pub(super) account: &'a Account,
    pub(super) path: &'a RemotePath,
}

impl Place<'_> {
    /// Where its page lies.
    pub(super) fn link(&self) -> String {
        link(self.name, self.path)
    }

    /// Where the page of the directory above lies.
    pub(super) fn link_above(&self) -> String {
        link(self.name, &self.path.parent().unwrap_or_else(RemotePath::root))
    }

    /// Whether its children are file systems.
    pub(super) fn holds_file_systems(&self) -> bool {
        self.generation == Generation::Gen2 && self.path.is_root()
    }
}

/// What an item is, as its page shows it.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) status: Status,
    pub(super) acl: AclStatus,
}

/// Does something with the item of an account, or says that there is none.
pub(super) fn at(
    control: &Control,
    name: &str,
    path: &[&str],
    answer: impl FnOnce(&Place<'_>) -> Response,
) -> Response {
    let key = AccountKey::parse(name);
    let Some(account) = control.state.lake.account(&key) else {
        return missing(Tab::Files, &format!("there is no account '{name}'"));
    };
    let shown = format!("/{}", path.join("/"));
    let Ok(path) = shown.parse::<RemotePath>() else {
        return missing(Tab::Files, &format!("'{shown}' is not a path"));
    };
    if let Some(reason) = account.damage() {
        return missing(Tab::Files, &Error::Damaged(reason.to_owned()).to_string());
    }
    answer(&Place { name, generation: key.generation, account: &account, path: &path })
}

/// Where the page of an item lies.
pub(super) fn link(account: &str, path: &RemotePath) -> String {
    format!("{ROOT}/files/{}{}", encode(account), path.encoded())
}

/// A text as a segment of a path.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
