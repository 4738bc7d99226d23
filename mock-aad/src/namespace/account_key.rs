//! The names of accounts.

use std::fmt;

/// Which protocols an account speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Generation {
    /// WebHDFS.
    Gen1,
    /// DFS and Blob.
    Gen2,
}

/// Names an account in the emulator. Two accounts of different generations may share a name, because
/// their hosts differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AccountKey {
    pub(crate) generation: Generation,
    /// In lower case.
    pub(crate) name: String,
}

/// What follows the names of Gen2 accounts in a state directory; no name has a dot in it.
const GEN2_SUFFIX: &str = ".dfs";

impl AccountKey {
    /// A Gen2 account, its name in any case.
    pub(crate) fn gen2(name: &str) -> Self {
        Self { generation: Generation::Gen2, name: name.to_ascii_lowercase() }
    }

    /// The key that a text of [`Display`](fmt::Display) stands for.
    pub(crate) fn parse(text: &str) -> Self {
        match text.strip_suffix(GEN2_SUFFIX) {
            Some(name) => Self::gen2(name),
            None => text.into(),
        }
    }

    /// The text for a state directory.
    pub(super) fn to_stored(&self) -> String {
        match self.generation {
            Generation::Gen1 => self.name.clone(),
            Generation::Gen2 => format!("{}{GEN2_SUFFIX}", self.name),
        }
    }
}

/// A Gen1 account, its name in any case.
impl From<&str> for AccountKey {
    fn from(name: &str) -> Self {
        Self { generation: Generation::Gen1, name: name.to_ascii_lowercase() }
    }
}

impl From<&String> for AccountKey {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

impl From<&AccountKey> for AccountKey {
    fn from(key: &AccountKey) -> Self {
        key.clone()
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_stored())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_both_generations_may_share_a_name() {
        let (one, two) = (AccountKey::from("Lake"), AccountKey::gen2("Lake"));
        assert_ne!(one, two);
        assert_eq!((one.to_string(), two.to_string()), ("lake".to_owned(), "lake.dfs".to_owned()));
        for key in [one, two] {
            assert_eq!(AccountKey::parse(&key.to_stored()), key);
        }
    }
}
