//! Operations on access control lists.

use adls_wire::webhdfs::{AclStatus, AclStatusResponse, query};
use adls_wire::{AclEntry, AclScope, AclSpec, AclTag, Rwx};

use super::Request;
use super::encode::Answer;
use super::failure::Failure;
use super::pseudo_names::PrincipalKind;
use crate::namespace::{AclChange, Entry, Subject};

pub(super) fn check_access(request: &Request<'_>) -> Result<Answer, Failure> {
    let wanted = request.query.parsed::<Rwx>(query::FS_ACTION, "of the form rwx, r-x, --x")?;
    let wanted = wanted.ok_or_else(|| Failure::missing_parameter(query::FS_ACTION))?;
    let view = request.account.view(request.who());
    view.check_access(&request.target.path, wanted).map_err(request.refusal())?;
    Ok(Answer::Empty)
}

/// `all` entries, or only those that the mode bits do not tell.
pub(super) fn status(request: &Request<'_>, all: bool) -> Result<Answer, Failure> {
    let shown = request.shown()?;
    let view = request.account.view(request.who());
    let acl = view.acl(&request.target.path).map_err(request.refusal())?;
    drop(view);
    let entries = if all { &acl.all } else { &acl.extended };
    let acl_status = AclStatus {
        entries: entries.iter().map(|entry| entry.named(&shown).to_string()).collect(),
        owner: shown(acl.owner),
        group: shown(acl.group),
        sticky_bit: acl.permission.sticky(),
        permission: acl.permission,
    };
    Ok(Answer::json(&AclStatusResponse { acl_status }))
}

/// Changes the item's ACL, and answers as the service does.
pub(super) fn change(request: &Request<'_>, change: &AclChange<'_>) -> Result<Answer, Failure> {
    request.change(|edit| edit.change_acl(&request.target.path, change))?;
    Ok(Answer::EmptyTwice)
}

/// Whom the entries of the `aclspec` parameter are about.
pub(super) fn subjects(request: &Request<'_>) -> Result<Vec<(AclScope, Subject)>, Failure> {
    Ok(spec(request)?.into_iter().map(|(entry, subject)| (entry.scope, subject)).collect())
}

/// The entries of the `aclspec` parameter, all with rights.
pub(super) fn entries(request: &Request<'_>) -> Result<Vec<Entry>, Failure> {
    let complete = |(entry, subject): (AclEntry, Subject)| match entry.permissions {
        Some(rights) => Ok(Entry { scope: entry.scope, subject, rights }),
        None => Err(Failure::illegal(format!("The ACL entry {entry} has no rights"))),
    };
    spec(request)?.into_iter().map(complete).collect()
}

/// The entries of the `aclspec` parameter, with or without rights, and whom they are about.
fn spec(request: &Request<'_>) -> Result<Vec<(AclEntry, Subject)>, Failure> {
    let spec = request.query.required(query::ACL_SPEC)?;
    let spec: AclSpec = spec.parse().map_err(|error| {
        Failure::illegal(format!("Invalid value for the parameter aclspec: {error}"))
    })?;
    spec.0.into_iter().map(|entry| Ok((entry.clone(), subject(request, &entry)?))).collect()
}

fn subject(request: &Request<'_>, entry: &AclEntry) -> Result<Subject, Failure> {
    let named = |kind| {
        request.id_of(kind, &entry.qualifier).ok_or_else(|| {
            let name = &entry.qualifier;
            Failure::illegal(format!(
                "{name} in the ACL entry {entry} is neither an object id nor known to the directory"
            ))
        })
    };
    Ok(match (entry.tag, entry.qualifier.is_empty()) {
        (AclTag::User, true) => Subject::Owner,
        (AclTag::User, false) => Subject::User(named(PrincipalKind::User)?),
        (AclTag::Group, true) => Subject::OwningGroup,
        (AclTag::Group, false) => Subject::Group(named(PrincipalKind::Group)?),
        (AclTag::Mask, _) => Subject::Mask,
        (AclTag::Other, _) => Subject::Other,
    })
}
