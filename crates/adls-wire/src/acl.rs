//! Access control lists in their text form, `[default:]user|group|mask|other:[id]:rwx`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::permission::{ParsePermissionError, Rwx};

/// Whether an entry governs the item itself or what will be created below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AclScope {
    /// Governs the item itself.
    Access,
    /// Is inherited by new children; only directories have such entries.
    Default,
}

/// Whom an entry is about, in the order in which the service lists entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AclTag {
    /// The owner (no qualifier) or a named user.
    User,
    /// The owning group (no qualifier) or a named group.
    Group,
    /// The upper bound for named users, the owning group and named groups.
    Mask,
    /// Everybody else.
    Other,
}

impl AclTag {
    fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Mask => "mask",
            Self::Other => "other",
        }
    }
}

/// One entry of an ACL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AclEntry {
    /// Access or default.
    pub scope: AclScope,
    /// Whom it is about.
    pub tag: AclTag,
    /// The object id (or principal name) of a named user or group; empty for the base entries.
    pub qualifier: String,
    /// The rights; `None` only in a list of entries to remove.
    pub permissions: Option<Rwx>,
}

/// Why a text is not an ACL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseAclError {
    /// An entry does not have the form `[default:]tag:[id]:rwx`.
    #[error("{0:?} is not an ACL entry; write [default:]user|group|mask|other:[object id]:rwx")]
    Entry(String),
    /// `mask` and `other` apply to nobody in particular.
    #[error("the ACL entry {0:?} names an id, but mask and other take none")]
    Qualifier(String),
    /// The rights are not `rwx` letters.
    #[error("in the ACL entry {entry:?}: {source}")]
    Permissions {
        /// The entry as given.
        entry: String,
        /// What is wrong with its rights.
        source: ParsePermissionError,
    },
    /// The list holds no entry.
    #[error("the ACL is empty; name at least one entry such as user:<object id>:r-x")]
    Empty,
}

impl AclEntry {
    /// An access entry; use `""` as qualifier for the base entries.
    pub fn access(tag: AclTag, qualifier: impl Into<String>, permissions: Rwx) -> Self {
        Self {
            scope: AclScope::Access,
            tag,
            qualifier: qualifier.into(),
            permissions: Some(permissions),
        }
    }

    /// The same entry as a default one.
    #[must_use]
    pub fn into_default(self) -> Self {
        Self { scope: AclScope::Default, ..self }
    }

    /// Whether this is `user::`, `group::` or `other::` of the access ACL, which every item has.
    #[must_use]
    pub fn is_base(&self) -> bool {
        self.scope == AclScope::Access && self.qualifier.is_empty() && self.tag != AclTag::Mask
    }
}

impl fmt::Display for AclEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scope == AclScope::Default {
            f.write_str("default:")?;
        }
        write!(f, "{}:{}", self.tag.as_str(), self.qualifier)?;
        match self.permissions {
            Some(permissions) => write!(f, ":{permissions}"),
            None => Ok(()),
        }
    }
}

impl FromStr for AclEntry {
    type Err = ParseAclError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseAclError::Entry(text.to_owned());
        let (scope, rest) = match text.strip_prefix("default:") {
            Some(rest) => (AclScope::Default, rest),
            None => (AclScope::Access, text),
        };
        let mut parts = rest.split(':');
        let tag = match parts.next() {
            Some("user") => AclTag::User,
            Some("group") => AclTag::Group,
            Some("mask") => AclTag::Mask,
            Some("other") => AclTag::Other,
            _ => return Err(error()),
        };
        let qualifier = parts.next().ok_or_else(error)?.to_owned();
        let permissions =
            match parts.next() {
                // The trailing colon without rights occurs in lists of entries to remove.
                None | Some("") => None,
                Some(letters) => Some(letters.parse().map_err(|source| {
                    ParseAclError::Permissions { entry: text.to_owned(), source }
                })?),
            };
        if parts.next().is_some() {
            return Err(error());
        }
        if !qualifier.is_empty() && matches!(tag, AclTag::Mask | AclTag::Other) {
            return Err(ParseAclError::Qualifier(text.to_owned()));
        }
        Ok(Self { scope, tag, qualifier, permissions })
    }
}

impl TryFrom<String> for AclEntry {
    type Error = ParseAclError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AclEntry> for String {
    fn from(entry: AclEntry) -> Self {
        entry.to_string()
    }
}

/// A list of ACL entries, as the `aclspec` parameter and the `x-ms-acl` header spell it: separated
/// by commas.
///
/// ```
/// use adls_wire::AclSpec;
///
/// let spec: AclSpec = "user::rwx,user:5a0f:r-x,default:other::---".parse()?;
/// assert_eq!(spec.0.len(), 3);
/// assert_eq!(spec.to_string(), "user::rwx,user:5a0f:r-x,default:other::---");
/// # Ok::<(), adls_wire::ParseAclError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AclSpec(pub Vec<AclEntry>);

impl fmt::Display for AclSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{entry}")?;
        }
        Ok(())
    }
}

impl FromStr for AclSpec {
    type Err = ParseAclError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() {
            return Err(ParseAclError::Empty);
        }
        text.split(',').map(|entry| entry.trim().parse()).collect::<Result<_, _>>().map(Self)
    }
}

impl FromIterator<AclEntry> for AclSpec {
    fn from_iter<I: IntoIterator<Item = AclEntry>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_both_ways() {
        for text in [
            "user::rwx",
            "user:00000000-0000-0000-0000-000000000001:r-x",
            "group::---",
            "mask::rw-",
            "other::--x",
            "default:user:a@b.test:rwx",
            "user:id",
        ] {
            assert_eq!(text.parse::<AclEntry>().unwrap().to_string(), text);
        }
        assert_eq!("user:id:".parse::<AclEntry>().unwrap().permissions, None);
    }

    #[test]
    fn refuses_with_the_reason() {
        assert!(matches!("owner::rwx".parse::<AclEntry>(), Err(ParseAclError::Entry(_))));
        assert!(matches!("user".parse::<AclEntry>(), Err(ParseAclError::Entry(_))));
        assert!(matches!("user:a:rwx:x".parse::<AclEntry>(), Err(ParseAclError::Entry(_))));
        assert!(matches!("mask:a:rwx".parse::<AclEntry>(), Err(ParseAclError::Qualifier(_))));
        assert!(matches!("user::777".parse::<AclEntry>(), Err(ParseAclError::Permissions { .. })));
        assert_eq!("  ".parse::<AclSpec>(), Err(ParseAclError::Empty));
    }
}
