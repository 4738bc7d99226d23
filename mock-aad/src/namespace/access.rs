//! Where a caller's rights come from, and what they are worth at a node.

use adls_wire::Rwx;
use uuid::Uuid;

use super::node::Node;
use super::principal::Principal;

/// Where the rights of an operation come from. All say for whom it is done: what is made belongs to
/// that one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Access<'a> {
    /// Every check is passed.
    SuperUser(Principal<'a>),
    /// A role on the data gives rights, and where it does not, owners, mode bits and ACLs decide.
    Role(DataRole, Principal<'a>),
    /// Owners, mode bits and ACLs decide.
    Acl(Principal<'a>),
}

/// A role on the data of an account that does not pass every check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataRole {
    /// Reads, writes and deletes everything; owners and ACLs are changed by owners only.
    Contributor,
    /// Reads everything.
    Reader,
}

impl Access<'_> {
    /// On whose behalf the operation is done.
    pub(super) fn principal(&self) -> &Principal<'_> {
        let (Self::SuperUser(principal) | Self::Role(_, principal) | Self::Acl(principal)) = self;
        principal
    }

    pub(super) fn is_super_user(&self) -> bool {
        matches!(self, Self::SuperUser(_))
    }

    /// Whether all the `wanted` rights are there.
    pub(super) fn allows(&self, node: &Node, wanted: Rwx) -> bool {
        const READS: Rwx = Rwx::from_bits(0o5);
        let by_role = match self {
            Self::SuperUser(_) | Self::Role(DataRole::Contributor, _) => true,
            Self::Role(DataRole::Reader, _) => READS.allows(wanted),
            Self::Acl(_) => false,
        };
        by_role || node.acl.grants(self.principal(), node.owner, node.group, wanted)
    }

    /// Whether it is as good as the owner's.
    pub(super) fn owns(&self, node: &Node) -> bool {
        self.is_super_user() || node.owner == self.principal().object_id
    }

    /// Whether the sticky bit of a directory lets a child go.
    pub(super) fn may_unlink(&self, directory: &Node, child: &Node) -> bool {
        let by_role = matches!(self, Self::Role(DataRole::Contributor, _));
        by_role || !directory.acl.sticky || self.owns(directory) || self.owns(child)
    }

    /// Whether an item may be given to an owner or a group. Super-users may do all of it; an owner may
    /// give the item to a group that he belongs to.
    pub(super) fn may_give(&self, node: &Node, owner: Option<Uuid>, group: Option<Uuid>) -> bool {
        let own_group = group.is_none_or(|group| self.principal().belongs_to(group));
        self.is_super_user() || owner.is_none() && own_group && self.owns(node)
    }

    /// Whether the caller or one of its groups is `id`, or may act for everybody.
    pub(super) fn may_act_for(&self, id: Uuid) -> bool {
        self.is_super_user() || self.principal().is(id)
    }
}
