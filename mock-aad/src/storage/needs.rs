//! What an operation needs, in the letters of shared access signatures.

use super::signatures::sas::Letters;

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The account.
    Service,
    /// A file system itself.
    FileSystem,
    /// What is in a file system or a directory.
    List,
    /// A file or directory.
    Object,
}

/// What an operation needs: one of some letters, on something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    pub(crate) resource: Resource,
    /// One of them is enough.
    letters: Letters,
    /// All of them are needed, too.
    also: Letters,
}

impl Needs {
    /// One of these letters.
    pub(crate) const fn any(resource: Resource, letters: Letters) -> Self {
        Self { resource, letters, also: Letters::NONE }
    }

    /// Nothing that a signature could give: who has one is refused.
    pub(crate) const fn no_signature(resource: Resource) -> Self {
        Self::any(resource, Letters::NONE)
    }

    /// The same, and another letter.
    pub(crate) fn and(self, letters: Letters) -> Self {
        Self { also: self.also | letters, ..self }
    }

    /// Whether letters are enough.
    pub(crate) fn is_met_by(&self, letters: Letters) -> bool {
        letters.intersects(self.letters) && letters.contains(self.also)
    }

    /// Whether a reader may do it.
    pub(crate) fn is_read(&self) -> bool {
        self.letters.intersects(Letters::READ | Letters::LIST | Letters::EXECUTE)
    }
}
