//! Whether an authority is one of Microsoft's: the public cloud knows all of them.

use adls_http::{ErrorKind, Idempotency, Pipeline, Request};
use adls_wire::cloud;
use http::{Method, StatusCode};

use crate::{AuthErrorKind, Authority, Error, Result};

/// Asks the public cloud whether it knows the host. Hosts that are known here need no question.
///
/// # Errors
/// [`AuthErrorKind::UnknownAuthority`] when it does not.
pub(super) async fn check(pipeline: &Pipeline, authority: &Authority) -> Result<()> {
    let host = authority.environment();
    let known = cloud::AUTHORITY_ALIASES.iter().flat_map(|names| names.iter());
    if authority.is_adfs() || known.clone().any(|name| name.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    let judge = Authority::of(&cloud::PUBLIC, "common")?;
    // Official clients leave the port out: it is the name that is known or not.
    let subject = format!("https://{host}/{}/oauth2/v2.0/authorize", authority.tenant());
    let query = [("api-version", "1.1"), ("authorization_endpoint", &*subject)];
    let url = judge.host().with_path_and_query("/common/discovery/instance", &query);
    let request = Request::new("instance discovery", Method::GET, url, Idempotency::Safe)
        .longest_answer(super::LONGEST_ANSWER);
    match pipeline.send(request).await {
        Ok(_) => Ok(()),
        Err(error)
            if error.kind() == ErrorKind::Service
                && error.status() == Some(StatusCode::BAD_REQUEST) =>
        {
            Err(Error::with_source(
                AuthErrorKind::UnknownAuthority,
                format!("{host} is no known authority"),
                error,
            ))
        }
        Err(error) => Err(Error::http(error)),
    }
}
