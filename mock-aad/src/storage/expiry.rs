//! When files are to vanish, as requests of both protocols say it.

use super::errors::StorageError;
use super::request::Request;
use super::text::dates;
use crate::namespace::Expiry;

const OPTION: &str = "x-ms-expiry-option";
const TIME: &str = "x-ms-expiry-time";

/// What `x-ms-expiry-option` and `x-ms-expiry-time` say; `None` when neither is there.
///
/// # Errors
/// When they do not go together, or the time is none or over.
pub(crate) fn of(request: &Request) -> Result<Option<Expiry>, StorageError> {
    match (request.header(OPTION), request.header(TIME)) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(StorageError::missing_header(OPTION)),
        (Some(option), time) => read(request, option, time).map(Some),
    }
}

/// The same for a request that must say it.
///
/// # Errors
/// As for [`of`], and when nothing is said.
pub(crate) fn required(request: &Request) -> Result<Expiry, StorageError> {
    of(request)?.ok_or_else(|| StorageError::missing_header(OPTION))
}

fn read(request: &Request, option: &str, time: Option<&str>) -> Result<Expiry, StorageError> {
    if option.eq_ignore_ascii_case("NeverExpire") {
        return Ok(Expiry::Never);
    }
    let known = ["RelativeToCreation", "RelativeToNow", "Absolute"];
    let Some(known) = known.into_iter().find(|known| known.eq_ignore_ascii_case(option)) else {
        return Err(StorageError::invalid_header(OPTION, option));
    };
    let time = time.ok_or_else(|| StorageError::missing_header(TIME))?;
    let invalid = || StorageError::invalid_header(TIME, time);
    let millis = || time.parse().ok().filter(|millis: &i64| *millis > 0).ok_or_else(invalid);
    match known {
        "RelativeToCreation" => Ok(Expiry::AfterCreation(millis()?)),
        "RelativeToNow" => Ok(Expiry::AfterNow(millis()?)),
        _ => {
            let moment = dates::parse_rfc1123(time).ok_or_else(invalid)?;
            let is_over = moment <= request.now.as_millisecond();
            if is_over { Err(invalid()) } else { Ok(Expiry::At(moment)) }
        }
    }
}
