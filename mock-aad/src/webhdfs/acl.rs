//! Operations on access control lists.

use adls_wire::webhdfs::{AclStatus, AclStatusResponse, query};
use adls_wire::{AclEntry, AclScope, AclSpec, AclTag, Rwx};
use uuid::Uuid;

use super::Request;
use super::directory::Kind;
use super::encode::Answer;
use super::failure::Failure;
use crate::namespace::{Edit, Entry, Error, Who};

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
        entries: entries.iter().map(|entry| text(entry, &shown)).collect(),
        owner: shown(acl.owner),
        group: shown(acl.group),
        sticky_bit: acl.permission.sticky(),
        permission: acl.permission,
    };
    Ok(Answer::json(&AclStatusResponse { acl_status }))
}

fn text(entry: &Entry, shown: &impl Fn(Uuid) -> String) -> String {
    let (tag, qualifier) = match entry.who {
        Who::Owner => (AclTag::User, String::new()),
        Who::User(id) => (AclTag::User, shown(id)),
        Who::OwningGroup => (AclTag::Group, String::new()),
        Who::Group(id) => (AclTag::Group, shown(id)),
        Who::Mask => (AclTag::Mask, String::new()),
        Who::Other => (AclTag::Other, String::new()),
    };
    let permissions = Some(entry.rights);
    AclEntry { scope: entry.scope, tag, qualifier, permissions }.to_string()
}

pub(super) fn set(request: &Request<'_>) -> Result<Answer, Failure> {
    let entries = entries(request)?;
    change(request, |edit| edit.set_acl(&request.target.path, &entries))
}

pub(super) fn modify(request: &Request<'_>) -> Result<Answer, Failure> {
    let entries = entries(request)?;
    change(request, |edit| edit.modify_acl(&request.target.path, &entries))
}

pub(super) fn remove_entries(request: &Request<'_>) -> Result<Answer, Failure> {
    let entries: Vec<(AclScope, Who)> =
        spec(request)?.into_iter().map(|(e, w)| (e.scope, w)).collect();
    change(request, |edit| edit.remove_acl_entries(&request.target.path, &entries))
}

pub(super) fn remove(request: &Request<'_>) -> Result<Answer, Failure> {
    change(request, |edit| edit.remove_acl(&request.target.path))
}

pub(super) fn remove_default(request: &Request<'_>) -> Result<Answer, Failure> {
    change(request, |edit| edit.remove_default_acl(&request.target.path))
}

fn change(
    request: &Request<'_>,
    change: impl FnOnce(&mut Edit<'_>) -> Result<(), Error>,
) -> Result<Answer, Failure> {
    request.change(change)?;
    Ok(Answer::EmptyTwice)
}

/// The entries of the `aclspec` parameter, all with rights.
fn entries(request: &Request<'_>) -> Result<Vec<Entry>, Failure> {
    let complete = |(entry, who): (AclEntry, Who)| match entry.permissions {
        Some(rights) => Ok(Entry { scope: entry.scope, who, rights }),
        None => Err(Failure::illegal(format!("The ACL entry {entry} has no rights"))),
    };
    spec(request)?.into_iter().map(complete).collect()
}

/// The entries of the `aclspec` parameter, with or without rights, and whom they are about.
fn spec(request: &Request<'_>) -> Result<Vec<(AclEntry, Who)>, Failure> {
    let spec = request.query.required(query::ACL_SPEC)?;
    let spec: AclSpec = spec.parse().map_err(|error| {
        Failure::illegal(format!("Invalid value for the parameter aclspec: {error}"))
    })?;
    spec.0.into_iter().map(|entry| Ok((entry.clone(), who(request, &entry)?))).collect()
}

fn who(request: &Request<'_>, entry: &AclEntry) -> Result<Who, Failure> {
    let named = |kind| {
        request.id_of(kind, &entry.qualifier).ok_or_else(|| {
            let name = &entry.qualifier;
            Failure::illegal(format!(
                "{name} in the ACL entry {entry} is neither an object id nor known to the directory"
            ))
        })
    };
    Ok(match (entry.tag, entry.qualifier.is_empty()) {
        (AclTag::User, true) => Who::Owner,
        (AclTag::User, false) => Who::User(named(Kind::User)?),
        (AclTag::Group, true) => Who::OwningGroup,
        (AclTag::Group, false) => Who::Group(named(Kind::Group)?),
        (AclTag::Mask, _) => Who::Mask,
        (AclTag::Other, _) => Who::Other,
    })
}
