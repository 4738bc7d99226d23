//! Operations on owner, mode bits, times and expiry.

use adls_wire::Rwx;
use adls_wire::webhdfs::{ExpiryOption, query};
use uuid::Uuid;

use super::Request;
use super::encode::Answer;
use super::failure::Failure;
use super::pseudo_names::PrincipalKind;
use crate::namespace::{AclChange, Expiry};

const MILLIS: &str = "a number of milliseconds since 1970";
const EXPIRY: &str = "NeverExpire, RelativeToNow, RelativeToCreationDate or Absolute";
/// How Hadoop says that a time stays as it is.
const UNCHANGED: i64 = -1;

pub(super) fn set_owner(request: &Request<'_>) -> Result<Answer, Failure> {
    let owner = principal(request, query::OWNER, PrincipalKind::User)?;
    let group = principal(request, query::GROUP, PrincipalKind::Group)?;
    if owner.is_none() && group.is_none() {
        return Err(Failure::illegal("SETOWNER needs the parameter owner or group or both"));
    }
    request.change(|edit| edit.set_owner(&request.target.path, owner, group))?;
    Ok(Answer::Empty)
}

fn principal(
    request: &Request<'_>,
    name: &str,
    kind: PrincipalKind,
) -> Result<Option<Uuid>, Failure> {
    let expected = "an object id or a name in the directory";
    request.query.choice(name, expected, |text| request.id_of(kind, text))
}

pub(super) fn set_permission(request: &Request<'_>) -> Result<Answer, Failure> {
    let Some(permission) = request.query.permission()? else {
        return Err(Failure::missing_parameter(query::PERMISSION));
    };
    let change = AclChange::SetPermission(permission);
    request.change(|edit| edit.change_acl(&request.target.path, &change))?;
    Ok(Answer::Empty)
}

pub(super) fn set_times(request: &Request<'_>) -> Result<Answer, Failure> {
    let time = |name| Ok(request.query.parsed::<i64>(name, MILLIS)?.filter(|t| *t != UNCHANGED));
    let modified = time(query::MODIFICATION_TIME)?;
    let accessed = time(query::ACCESS_TIME)?;
    request.change(|edit| edit.set_times(&request.target.path, modified, accessed))?;
    Ok(Answer::Empty)
}

pub(super) fn set_expiry(request: &Request<'_>) -> Result<Answer, Failure> {
    let option = request.query.choice(query::EXPIRY_OPTION, EXPIRY, ExpiryOption::from_name)?;
    let Some(option) = option else {
        return Err(Failure::missing_parameter(query::EXPIRY_OPTION));
    };
    let time: Option<i64> = request.query.parsed(query::EXPIRE_TIME, "a number of milliseconds")?;
    let time = || {
        if let Some(time) = time.filter(|time| *time >= 0) {
            return Ok(time);
        }
        // What is wrong with the item counts more than what is wrong with the time.
        let view = request.account.view(request.who());
        view.check_access(&request.target.path, Rwx::WRITE).map_err(request.refusal())?;
        let name = option.name();
        Err(Failure::illegal(format!("The expiry option {name} needs an expireTime of 0 or more")))
    };
    let expiry = match option {
        ExpiryOption::NeverExpire => Expiry::Never,
        ExpiryOption::Absolute => Expiry::At(time()?),
        ExpiryOption::RelativeToNow => Expiry::AfterNow(time()?),
        ExpiryOption::RelativeToCreationDate => Expiry::AfterCreation(time()?),
    };
    request.change(|edit| edit.set_expiry(&request.target.path, expiry))?;
    Ok(Answer::Empty)
}
