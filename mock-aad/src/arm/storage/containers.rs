//! The containers of a storage account, as Resource Manager shows and changes them.

use std::sync::Arc;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::accounts;
use crate::arm::Context;
use crate::arm::answer::Answer;
use crate::arm::errors::ArmError;
use crate::arm::lists;
use crate::arm::state::Object;
use crate::etag;
use crate::namespace::{
    Account, AccountKey, Error, FileSystem, FileSystemState, LeaseDuration, LeaseState, Metadata,
    NewFileSystem, PublicAccess, Room, View,
};
use crate::seed::is_file_system_name;

const TYPE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";
/// What new files are encrypted with where nothing else is said.
const ACCOUNT_KEY: &str = "$account-encryption-key";
/// How many containers a page holds.
const PAGE: usize = 5000;

/// The id of the account that a request is about, and its files.
pub(super) fn files(context: &Context<'_>) -> Result<(String, Arc<Account>), ArmError> {
    // Not while the files are locked: whoever changes an account locks in this order.
    let id = accounts::find(&context.state(), context)?.id().to_owned();
    let (_, name) = accounts::names(context);
    let files = context.arm.lake.account(AccountKey::gen2(name)).ok_or_else(|| {
        let message = format!(
            "The account '{name}' has no files: this emulator serves accounts with a hierarchical \
             namespace only (isHnsEnabled), once they are made."
        );
        ArmError::storage(StatusCode::CONFLICT, "FeatureNotSupportedForAccount", message)
    });
    Ok((id, files?))
}

/// GET on all of them, by name.
pub(in crate::arm) fn list(context: &Context<'_>) -> Result<Answer, ArmError> {
    let (id, account) = files(context)?;
    let view = account.inspect();
    let prefix = context.query.get("$filter").unwrap_or_default();
    let start = context.query.get("$skipToken").unwrap_or_default();
    let size = match context.query.get("$maxpagesize") {
        None => PAGE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=PAGE).contains(size))
            .ok_or_else(|| lists::unreadable("$maxpagesize", text, "1 to 5000 are possible"))?,
    };
    // The service's own are shown by the storage service alone.
    let is_own = |name: &str| name.starts_with('$') && !matches!(name, "$root" | "$web");
    let mut rest = view.file_systems(prefix, start).filter(|(name, _)| !is_own(name));
    let items: Vec<Value> = rest
        .by_ref()
        .take(size)
        .map(|(name, found)| {
            let Value::Object(mut item) = form(&id, &view, name, found) else {
                return Value::Null;
            };
            // Lists tell less of each.
            if let Some(Value::Object(properties)) = item.get_mut("properties") {
                properties.shift_remove("metadata");
            }
            item.into()
        })
        .collect();
    let mut body = Object::new();
    body.insert("value".to_owned(), items.into());
    if let Some((next, _)) = rest.next() {
        let kept = context.raw_query.split('&').filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default().replace("%24", "$");
            !name.eq_ignore_ascii_case("$skiptoken")
        });
        let kept: Vec<&str> = kept.collect();
        let link =
            format!("{}{}?{}&$skipToken={next}", context.origin, context.path, kept.join("&"));
        body.insert("nextLink".to_owned(), link.into());
    }
    Ok(Answer::storage(StatusCode::OK).with_body(body))
}

/// GET: one of them.
pub(in crate::arm) fn get(context: &Context<'_>) -> Result<Answer, ArmError> {
    let (id, account) = files(context)?;
    Ok(Answer::storage(StatusCode::OK).with_body(shown(context, &id, &account)?))
}

fn shown(context: &Context<'_>, id: &str, account: &Account) -> Result<Value, ArmError> {
    let name = context.name("container");
    let view = account.inspect();
    let found = view.file_system(name).map_err(refused)?;
    Ok(form(id, &view, name, found))
}

/// PUT: makes one; of one that is there it changes what is sent.
pub(in crate::arm) fn put(context: &Context<'_>) -> Result<Answer, ArmError> {
    let asked = Asked::read(context)?;
    let (id, account) = files(context)?;
    let name = context.name("container");
    if !is_file_system_name(name) && !["$web", "$root"].contains(&name) {
        let message = "The specified resource name contains invalid characters.".to_owned();
        return Err(ArmError::storage(StatusCode::BAD_REQUEST, "ContainerNameInvalid", message));
    }
    let made = context.arm.lake.administer(&account, Room::Takes, |edit| {
        let new = NewFileSystem {
            metadata: asked.metadata.clone().unwrap_or_default(),
            public_access: asked.public_access.flatten(),
            encryption_scope: asked.scope.clone().map(Into::into),
            denies_other_scopes: asked.denies_other_scopes,
        };
        edit.create_file_system(name, new).map(|_| ())
    });
    let status = match made {
        Ok(()) => StatusCode::CREATED,
        Err(Error::FileSystemTaken { state: FileSystemState::Live, .. }) => {
            change(context, &account, asked)?;
            StatusCode::OK
        }
        Err(error) => return Err(refused(error)),
    };
    Ok(Answer::storage(status).with_body(shown(context, &id, &account)?))
}

/// PATCH: changes what is sent.
pub(in crate::arm) fn patch(context: &Context<'_>) -> Result<Answer, ArmError> {
    let asked = Asked::read(context)?;
    let (id, account) = files(context)?;
    change(context, &account, asked)?;
    Ok(Answer::storage(StatusCode::OK).with_body(shown(context, &id, &account)?))
}

fn change(context: &Context<'_>, account: &Account, asked: Asked) -> Result<(), ArmError> {
    let name = context.name("container");
    let policies = account.inspect().file_system(name).map_err(refused)?.policies.clone();
    let changed = context.arm.lake.administer(account, Room::Takes, |edit| {
        if let Some(metadata) = asked.metadata {
            edit.set_file_system_metadata(&name.into(), metadata)?;
        }
        if let Some(public_access) = asked.public_access {
            edit.set_file_system_policies(&name.into(), public_access, policies)?;
        }
        Ok(())
    });
    changed.map_err(refused)
}

/// DELETE: 204 when there is none.
pub(in crate::arm) fn delete(context: &Context<'_>) -> Result<Answer, ArmError> {
    let (_, account) = files(context)?;
    let name = context.name("container");
    let gone = context
        .arm
        .lake
        .administer(&account, Room::Frees, |edit| edit.delete_file_system(&name.into()));
    match gone {
        Ok(()) => Ok(Answer::storage(StatusCode::OK)),
        Err(Error::NoFileSystem(_)) => Ok(Answer::storage(StatusCode::NO_CONTENT)),
        Err(error) => Err(refused(error)),
    }
}

/// What a request says of a container; what it leaves out is `None`.
struct Asked {
    metadata: Option<Metadata>,
    public_access: Option<Option<PublicAccess>>,
    scope: Option<String>,
    denies_other_scopes: bool,
}

impl Asked {
    fn read(context: &Context<'_>) -> Result<Self, ArmError> {
        let body = if context.body.is_empty() { Object::new() } else { context.object()? };
        let properties = match body.get("properties") {
            None | Some(Value::Null) => Object::new(),
            Some(Value::Object(properties)) => properties.clone(),
            Some(_) => return Err(ArmError::invalid_member("properties", "must be an object")),
        };
        let public_access = match properties.get("publicAccess").and_then(Value::as_str) {
            None => None,
            Some(text) => Some(match text.to_ascii_lowercase().as_str() {
                "none" => None,
                "container" => Some(PublicAccess::Container),
                "blob" => Some(PublicAccess::Blob),
                _ => {
                    let why = "must be Container, Blob or None";
                    return Err(ArmError::invalid_member("publicAccess", why));
                }
            }),
        };
        let metadata = match properties.get("metadata") {
            None | Some(Value::Null) => None,
            Some(Value::Object(metadata)) => {
                let text = |(name, value): (&String, &Value)| {
                    let value = value.as_str().ok_or_else(|| {
                        ArmError::invalid_member("metadata", "must be texts by name")
                    })?;
                    Ok::<_, ArmError>((name.as_str().into(), value.as_bytes().into()))
                };
                Some(metadata.iter().map(text).collect::<Result<_, _>>()?)
            }
            Some(_) => return Err(ArmError::invalid_member("metadata", "must be texts by name")),
        };
        let scope = properties.get("defaultEncryptionScope").and_then(Value::as_str);
        Ok(Self {
            metadata,
            public_access,
            scope: scope.filter(|scope| *scope != ACCOUNT_KEY).map(str::to_owned),
            denies_other_scopes: properties.get("denyEncryptionScopeOverride")
                == Some(&Value::Bool(true)),
        })
    }
}

/// The refusal of the namespace in the words of Resource Manager.
fn refused(error: Error) -> ArmError {
    let (status, code, message) = match error {
        Error::NoFileSystem(_) => (
            StatusCode::NOT_FOUND,
            "ContainerNotFound",
            "The specified container does not exist.".to_owned(),
        ),
        Error::FileSystemTaken { .. } => (
            StatusCode::CONFLICT,
            "ContainerBeingDeleted",
            "The specified container is being deleted. Try operation later.".to_owned(),
        ),
        Error::Guarded { .. } => (
            StatusCode::CONFLICT,
            "ContainerOperationFailure",
            "There is currently a lease on the container and no lease ID was specified in the \
             request."
                .to_owned(),
        ),
        error => (StatusCode::CONFLICT, "ContainerOperationFailure", error.to_string()),
    };
    ArmError::storage(status, code, message)
}

fn form(account: &str, view: &View<'_>, name: &str, found: &FileSystem) -> Value {
    let lease = view.lease_of_file_system(found);
    let access = match found.public_access {
        None => "None",
        Some(PublicAccess::Blob) => "Blob",
        Some(PublicAccess::Container) => "Container",
    };
    let state = match lease.state {
        LeaseState::Available => "Available",
        LeaseState::Leased => "Leased",
        LeaseState::Expired => "Expired",
        LeaseState::Breaking => "Breaking",
        LeaseState::Broken => "Broken",
    };
    let changed = Timestamp::from_millisecond(found.changed).unwrap_or_default();
    let etag = etag::quoted(etag::number(found.etag()));
    let mut properties = Object::new();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("deleted", false.into());
    put("remainingRetentionDays", 0.into());
    put("defaultEncryptionScope", found.encryption_scope.as_deref().unwrap_or(ACCOUNT_KEY).into());
    put("denyEncryptionScopeOverride", found.denies_other_scopes.into());
    put("publicAccess", access.into());
    put("leaseStatus", if lease.locked { "Locked" } else { "Unlocked" }.into());
    put("leaseState", state.into());
    if let Some(duration) = lease.duration {
        let duration = match duration {
            LeaseDuration::Infinite => "Infinite",
            LeaseDuration::Fixed(_) => "Fixed",
        };
        put("leaseDuration", duration.into());
    }
    put("lastModifiedTime", changed.to_string().into());
    if !found.metadata.is_empty() {
        let mut metadata = Object::new();
        for (name, value) in &found.metadata {
            metadata.insert(name.to_string(), String::from_utf8_lossy(value).into());
        }
        put("metadata", metadata.into());
    }
    put("hasImmutabilityPolicy", false.into());
    put("hasLegalHold", false.into());
    json!({
        "id": format!("{account}/blobServices/default/containers/{name}"),
        "name": name,
        "type": TYPE,
        "etag": etag,
        "properties": properties,
    })
}
