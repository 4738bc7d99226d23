//! Why somebody may or may not use a file or directory: the access control lists on the way to it, judged as the
//! service judges them.

use adls_wire::{AclEntry, AclScope, AclTag, RemotePath, Rwx};

use crate::options::options;
use crate::{Acl, Error, ErrorKind, FileSystemClient, Generation, IntoPath, Result};

options! {
    /// Whose access is explained. Made by [`AccessSubject::new`].
    pub struct AccessSubject {
        /// The object id of a user, a service principal or a managed identity.
        pub object_id: String,
        /// The object ids of the groups that they belong to, directly or through others: the file system does
        /// not know them, the directory does.
        pub groups: Vec<String>,
    }
}

impl AccessSubject {
    /// Somebody who belongs to no group.
    #[must_use]
    pub fn new(object_id: impl Into<String>) -> Self {
        Self { object_id: object_id.into(), groups: Vec::new() }
    }
}

/// What the access control lists say about somebody's access. Roles over data, which count before lists, account keys
/// and signatures are not in it.
#[derive(Debug)]
#[non_exhaustive]
pub struct AccessExplanation {
    /// What is needed at the directories above, the root first, and last at the path itself.
    pub steps: Vec<AccessStep>,
}

/// What is needed at one place, and what the list there says to it.
#[derive(Debug)]
#[non_exhaustive]
pub struct AccessStep {
    /// The file or directory.
    pub path: RemotePath,
    /// The rights that are needed there: `x` of the directories above.
    pub wanted: Rwx,
    /// What its list says.
    pub decision: AccessDecision,
}

/// What a list says to somebody who needs rights.
#[derive(Debug)]
#[non_exhaustive]
pub enum AccessDecision {
    /// The list decides.
    Decided {
        /// The entries that count: that of the owner, that of a named user, those of groups that the somebody
        /// belongs to, or that of all others. On Gen2 one of them: the first that is enough, else the one that
        /// comes closest.
        entries: Vec<AclEntry>,
        /// What the mask lets through, where it counts.
        mask: Option<Rwx>,
        /// The rights that are left.
        effective: Rwx,
    },
    /// Nothing is there.
    Missing,
    /// The list cannot be read by whoever asks.
    Hidden(Error),
}

impl AccessExplanation {
    /// Whether the lists let them; `None` when one that could not be read would decide.
    #[must_use]
    pub fn is_allowed(&self) -> Option<bool> {
        let mut known = true;
        for step in &self.steps {
            match step.is_allowed() {
                Some(true) => {}
                Some(false) => return Some(false),
                None => known = false,
            }
        }
        known.then_some(true)
    }
}

impl AccessStep {
    /// Whether the rights are there; `None` when the list could not be read.
    #[must_use]
    pub fn is_allowed(&self) -> Option<bool> {
        match &self.decision {
            AccessDecision::Decided { effective, .. } => Some(effective.allows(self.wanted)),
            AccessDecision::Missing => Some(false),
            AccessDecision::Hidden(_) => None,
        }
    }
}

impl FileSystemClient {
    /// Says what the access control lists on the way to `path`, and its own, say to somebody who needs rights
    /// there. The caller must be allowed to read those lists; what cannot be read is told.
    ///
    /// [`check_access`](Self::check_access) asks the service about the caller instead.
    ///
    /// Source: [access control lists in Data Lake Storage](https://learn.microsoft.com/azure/storage/blobs/data-lake-storage-access-control).
    ///
    /// ```no_run
    /// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use adls_fs::AccessSubject;
    ///
    /// let somebody = AccessSubject::new("5a1e0000-0000-4000-8000-000000000999");
    /// let explanation = client.explain_access("/data/f", "r--".parse()?, &somebody).await?;
    /// for step in explanation.steps.iter().filter(|step| step.is_allowed() != Some(true)) {
    ///     println!("{} lacks {}: {:?}", step.path, step.wanted, step.decision);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where items have no rights of their own; what
    /// keeps all lists from being read, such as no token.
    pub async fn explain_access(
        &self,
        path: impl IntoPath,
        wanted: Rwx,
        subject: &AccessSubject,
    ) -> Result<AccessExplanation> {
        let path = path.into_path()?;
        self.require_access_control(&path)?;
        let mut steps = Vec::new();
        for place in on_the_way(&path) {
            let wanted = if place == path { wanted } else { Rwx::EXECUTE };
            let decision = match self.acl(&place).await {
                Ok(acl) => decide(&acl, subject, wanted, self.generation()),
                Err(error) if error.kind() == ErrorKind::NotFound => AccessDecision::Missing,
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    AccessDecision::Hidden(error)
                }
                Err(error) => return Err(error),
            };
            let ends = matches!(decision, AccessDecision::Missing);
            steps.push(AccessStep { path: place, wanted, decision });
            if ends {
                break;
            }
        }
        Ok(AccessExplanation { steps })
    }
}

/// All directories above a path, the root first, and itself.
fn on_the_way(path: &RemotePath) -> Vec<RemotePath> {
    let mut places: Vec<_> =
        std::iter::successors(Some(path.clone()), RemotePath::parent).collect();
    places.reverse();
    places
}

/// What a list says. The owner is judged by `user::` alone, then a named user by that entry, within the mask. What
/// comes then is another thing in each generation.
fn decide(
    acl: &Acl,
    subject: &AccessSubject,
    wanted: Rwx,
    generation: Generation,
) -> AccessDecision {
    let of = |tag: AclTag| {
        acl.entries.iter().filter(move |e| e.scope == AclScope::Access && e.tag == tag)
    };
    let is = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let belongs = |group: &str| subject.groups.iter().any(|id| is(id, group));
    if is(&acl.owner, &subject.object_id) {
        return decided(of(AclTag::User).filter(|e| e.qualifier.is_empty()), None);
    }
    let mask = of(AclTag::Mask).find_map(|entry| entry.permissions);
    let named: Vec<_> =
        of(AclTag::User).filter(|entry| is(&entry.qualifier, &subject.object_id)).collect();
    if !named.is_empty() {
        return decided(named.into_iter(), mask);
    }
    let groups: Vec<_> = of(AclTag::Group)
        .filter(|entry| match &*entry.qualifier {
            "" => belongs(&acl.group),
            group => belongs(group),
        })
        .collect();
    match generation {
        // All groups together; who is in one is judged by them alone.
        Generation::Gen1 if groups.is_empty() => decided(of(AclTag::Other), None),
        Generation::Gen1 => decided(groups.into_iter(), mask),
        // One entry has to be enough, and that of all others, within the mask as well, counts for everybody.
        Generation::Gen2 => {
            let candidates: Vec<_> = groups.into_iter().chain(of(AclTag::Other)).collect();
            let within = mask.map_or(wanted.bits(), |mask| mask.bits() & wanted.bits());
            let of_wanted =
                |entry: &&AclEntry| (entry.permissions.map_or(0, Rwx::bits) & within).count_ones();
            // None has more of what is wanted than one that is enough; of several, the first counts.
            decided(candidates.into_iter().rev().max_by_key(of_wanted).into_iter(), mask)
        }
    }
}

/// The rights that entries give together, within a mask.
fn decided<'a>(entries: impl Iterator<Item = &'a AclEntry>, mask: Option<Rwx>) -> AccessDecision {
    let entries: Vec<_> = entries.cloned().collect();
    let bits = |rights: Option<Rwx>| rights.map_or(0, Rwx::bits);
    let given = entries.iter().fold(0, |all, entry| all | bits(entry.permissions));
    let effective = Rwx::from_bits(given & mask.map_or(0o7, Rwx::bits));
    AccessDecision::Decided { entries, mask, effective }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adls_wire::AclSpec;

    fn acl(entries: &str) -> Acl {
        Acl {
            entries: entries.parse::<AclSpec>().unwrap().0,
            owner: "owner".to_owned(),
            group: "owning".to_owned(),
            permission: "750".parse().unwrap(),
        }
    }

    /// What decides, and the rights that are left.
    fn told(
        generation: Generation,
        entries: &str,
        id: &str,
        groups: &[&str],
        wanted: &str,
    ) -> (String, String) {
        let groups = groups.iter().map(|&group| group.to_owned()).collect();
        let subject = AccessSubject { object_id: id.to_owned(), groups };
        let decision = decide(&acl(entries), &subject, wanted.parse().unwrap(), generation);
        let AccessDecision::Decided { entries, effective, .. } = decision else {
            panic!("a list decides");
        };
        (AclSpec(entries).to_string(), effective.to_string())
    }

    const LIST: &str = "user::r--,user:named:rwx,group::r-x,group:team:-w-,mask::rw-,other::--x";

    fn pair(entries: &str, left: &str) -> (String, String) {
        (entries.to_owned(), left.to_owned())
    }

    #[test]
    fn owner_and_named_user_come_first_in_both_generations() {
        for generation in [Generation::Gen1, Generation::Gen2] {
            // The mask is not for the owner.
            assert_eq!(told(generation, LIST, "OWNER", &["team"], "rwx"), pair("user::r--", "r--"));
            let named = told(generation, LIST, "named", &["team"], "rwx");
            assert_eq!(named, pair("user:named:rwx", "rw-"));
        }
    }

    #[test]
    fn gen1_unites_groups_and_judges_their_members_by_them_alone() {
        let gen1 = |groups: &[&str]| told(Generation::Gen1, LIST, "x", groups, "rwx");
        assert_eq!(gen1(&["team", "owning"]), pair("group::r-x,group:team:-w-", "rw-"));
        assert_eq!(gen1(&["Team"]), pair("group:team:-w-", "-w-"));
        assert_eq!(gen1(&["elsewhere"]), pair("other::--x", "--x"));
    }

    #[test]
    fn gen2_wants_one_entry_that_is_enough_within_the_mask() {
        let gen2 = |groups: &[&str], wanted| told(Generation::Gen2, LIST, "x", groups, wanted);
        assert_eq!(gen2(&["team", "owning"], "r--"), pair("group::r-x", "r--"));
        assert_eq!(gen2(&["team", "owning"], "-w-"), pair("group:team:-w-", "-w-"));
        // Neither is enough for both, and the mask takes what all others have.
        assert_eq!(gen2(&["team", "owning"], "rw-"), pair("group::r-x", "r--"));
        assert_eq!(gen2(&["elsewhere"], "--x"), pair("other::--x", "---"));
        let open = "user::rwx,group::---,group:team:---,mask::rwx,other::r--";
        assert_eq!(told(Generation::Gen2, open, "x", &["team"], "r--"), pair("other::r--", "r--"));
    }

    #[test]
    fn the_way_begins_at_the_root() {
        let path: RemotePath = "/a/b".parse().unwrap();
        let places: Vec<_> = on_the_way(&path).iter().map(ToString::to_string).collect();
        assert_eq!(places, ["/", "/a", "/a/b"]);
        assert_eq!(on_the_way(&RemotePath::root()).len(), 1);
    }
}
