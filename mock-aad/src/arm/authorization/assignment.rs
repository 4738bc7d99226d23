//! A role that was given to somebody somewhere.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::arm::answer::Object;

/// The type of an assignment.
pub(super) const TYPE: &str = "Microsoft.Authorization/roleAssignments";

/// A role assignment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::arm) struct Assignment {
    /// A GUID as it was spelled.
    pub(super) name: String,
    /// A path as it was spelled, without a slash at its end.
    pub(super) scope: String,
    pub(super) principal: Uuid,
    pub(super) principal_type: String,
    pub(super) role: Uuid,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) created_by: Option<Uuid>,
    /// What else was said of it, such as a condition.
    pub(super) others: Object,
}

impl Assignment {
    pub(super) fn id(&self) -> String {
        format!("{}/providers/{TYPE}/{}", self.scope, self.name)
    }

    /// The key of its id.
    pub(in crate::arm) fn key(&self) -> String {
        self.id().to_ascii_lowercase()
    }

    /// Whether it counts at a path.
    pub(super) fn counts_at(&self, path: &str) -> bool {
        lies_within(path, &self.scope)
    }

    /// Whether it was given at this path or below it.
    pub(in crate::arm) fn is_within(&self, path: &str) -> bool {
        lies_within(&self.scope, path)
    }

    /// Whether it was given in a group.
    pub(in crate::arm) fn is_in_group(&self, group: &str) -> bool {
        let mut parts = self.scope.split('/').skip(3);
        parts.next().is_some_and(|part| part.eq_ignore_ascii_case("resourceGroups"))
            && parts.next().is_some_and(|part| part.eq_ignore_ascii_case(group))
    }
}

/// Whether a path is another one, or below it, in any case.
fn lies_within(path: &str, above: &str) -> bool {
    let begins = path.get(..above.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(above));
    begins && matches!(path.as_bytes().get(above.len()), None | Some(b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_is_below_by_whole_segments() {
        for (path, above, expected) in [
            ("/s/a/g/b", "/S/A", true),
            ("/s/a", "/s/a", true),
            ("/s/ab", "/s/a", false),
            ("/s", "/s/a", false),
            ("/s", "", true),
        ] {
            assert_eq!(lies_within(path, above), expected, "{path} {above}");
        }
    }
}
