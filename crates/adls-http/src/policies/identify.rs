//! Who asks, and under which id.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, USER_AGENT};
use uuid::Uuid;

use adls_wire::webhdfs::header::CLIENT_REQUEST_ID;

const PRODUCT: &str = concat!("adls-rs/", env!("CARGO_PKG_VERSION"));

/// The id of one operation; every try of it carries the same one.
pub(crate) fn new_client_request_id() -> String {
    Uuid::new_v4().to_string()
}

/// The text of the user agent: the application's own product first, as RFC 9110 advises.
pub(crate) fn user_agent(application: Option<&str>) -> String {
    let system = format!("{PRODUCT} ({}; {})", std::env::consts::OS, std::env::consts::ARCH);
    match application {
        Some(application) => format!("{application} {system}"),
        None => system,
    }
}

/// Sets the headers of one try: `<id>.<try>`, counted from 0 as the official clients do.
pub(crate) fn apply(headers: &mut HeaderMap, user_agent: &HeaderValue, id: &str, attempt: u32) {
    headers.insert(USER_AGENT, user_agent.clone());
    if let Ok(value) = HeaderValue::try_from(format!("{id}.{attempt}")) {
        headers.insert(HeaderName::from_static(CLIENT_REQUEST_ID), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn application_comes_first() {
        assert!(user_agent(Some("tool/1.2")).starts_with("tool/1.2 adls-rs/"));
        assert!(user_agent(None).starts_with("adls-rs/"));
    }
}
