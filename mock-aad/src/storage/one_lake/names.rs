//! Workspaces and items by their names or by their ids: both address the same things. A request uses one kind of
//! them throughout, and so does its answer. The namespace has the names.

use std::borrow::Cow;

use adls_wire::RemotePath;
use uuid::Uuid;

use crate::seed::{SeedOneLake, SeedWorkspace};
use crate::storage::errors::{ErrorCode, StorageError};

/// How a request names what is in a file system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'s>(Kind<'s>);

#[derive(Clone, Copy, Debug)]
enum Kind<'s> {
    /// As everywhere in storage accounts, and in workspaces that there are not.
    AsSent,
    /// By names of a workspace.
    Names,
    /// By ids of a workspace.
    Ids(&'s SeedWorkspace),
}

impl<'s> Names<'s> {
    /// Those that need no translation.
    pub(crate) const AS_SENT: Self = Self(Kind::AsSent);

    /// Those that go with a workspace named in this way.
    pub(super) fn of(one_lake: &'s SeedOneLake, workspace: &str) -> Self {
        let by_id = || one_lake.workspace_by_id(Uuid::try_parse(workspace).ok()?);
        match (one_lake.workspace(workspace), by_id()) {
            (None, Some(workspace)) => Self(Kind::Ids(workspace)),
            (Some(_), _) => Self(Kind::Names),
            (None, None) => Self::AS_SENT,
        }
    }

    /// The name of the workspace, where the request has its id.
    pub(super) fn workspace(self) -> Option<&'s str> {
        match self.0 {
            Kind::Ids(workspace) => Some(&workspace.name),
            Kind::AsSent | Kind::Names => None,
        }
    }

    /// Whether the request has ids.
    pub(super) fn are_ids(self) -> bool {
        matches!(self.0, Kind::Ids(_))
    }

    /// What the namespace calls the path, or the beginning of a path, that a request names.
    ///
    /// # Errors
    /// When it has a name where the workspace has an id, or the other way round.
    pub(crate) fn inner(self, text: &str) -> Result<Cow<'_, str>, StorageError> {
        if matches!(self.0, Kind::AsSent) {
            return Ok(Cow::Borrowed(text));
        }
        let below = text.trim_start_matches('/');
        let (first, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
        let id = Uuid::try_parse(first).ok();
        match (self.0, id) {
            _ if first.is_empty() => Ok(Cow::Borrowed(text)),
            (Kind::AsSent, _) | (Kind::Names, None) => Ok(Cow::Borrowed(text)),
            (Kind::Names, Some(_)) | (Kind::Ids(_), None) => {
                Err(ErrorCode::FriendlyNameSupportDisabled.into())
            }
            (Kind::Ids(workspace), Some(id)) => Ok(match workspace.item_by_id(id) {
                Some(item) => {
                    let slash = &text[..text.len() - below.len()];
                    Cow::Owned(format!("{slash}{}{rest}", item.name))
                }
                None => Cow::Borrowed(text),
            }),
        }
    }

    /// The same of a path; `None` when it is called so there, too.
    ///
    /// # Errors
    /// As for [`inner`](Self::inner).
    pub(crate) fn translated(self, path: &RemotePath) -> Result<Option<RemotePath>, StorageError> {
        match self.inner(path.as_str())? {
            Cow::Borrowed(_) => Ok(None),
            Cow::Owned(text) => text.parse().map(Some).map_err(|_| ErrorCode::InvalidUri.into()),
        }
    }

    /// What an answer calls a path, without a leading slash, that the namespace calls so.
    pub(crate) fn shown<'n>(self, name: &'n str) -> Cow<'n, str> {
        let Kind::Ids(workspace) = self.0 else { return Cow::Borrowed(name) };
        let (first, rest) = name.split_at(name.find('/').unwrap_or(name.len()));
        match workspace.item(first) {
            Some(item) => Cow::Owned(format!("{}{rest}", item.id)),
            None => Cow::Borrowed(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "mocklakehouse.Lakehouse";
    const ITEM_ID: &str = "5a1e0000-0000-4000-8000-000000000c02";
    const WORKSPACE_ID: &str = "5a1e0000-0000-4000-8000-000000000c01";

    #[test]
    fn an_id_stands_for_a_name() {
        let one_lake = SeedOneLake::default();
        let names = Names::of(&one_lake, WORKSPACE_ID);
        assert_eq!(names.workspace(), Some("mockworkspace"));
        for (sent, inner) in [
            ("", "".to_owned()),
            ("/", "/".to_owned()),
            (&*format!("{ITEM_ID}/Files/a"), format!("{ITEM}/Files/a")),
            (&*format!("/{}", ITEM_ID.to_uppercase()), format!("/{ITEM}")),
            (&*format!("/{WORKSPACE_ID}/a"), format!("/{WORKSPACE_ID}/a")),
        ] {
            assert_eq!(names.inner(sent).unwrap(), inner, "{sent}");
        }
        assert_eq!(names.shown(&format!("{ITEM}/Files/a")), format!("{ITEM_ID}/Files/a"));
        assert_eq!(names.shown("other"), "other");
    }

    #[test]
    fn names_and_ids_do_not_mix() {
        let one_lake = SeedOneLake::default();
        let code = |workspace, path: &str| {
            Names::of(&one_lake, workspace).inner(path).map_err(|error| error.code()).err()
        };
        let refused = Some(ErrorCode::FriendlyNameSupportDisabled);
        assert_eq!(code(WORKSPACE_ID, ITEM), refused);
        assert_eq!(code("mockworkspace", &format!("/{ITEM_ID}/a")), refused);
        assert_eq!(code("mockworkspace", ITEM), None);
        assert_eq!(code("nowhere", ITEM_ID), None);
    }
}
