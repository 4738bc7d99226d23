//! The two steps of WebHDFS: an operation that moves bytes is first sent to where the bytes are.
//!
//! The service is one host, so that the second step goes to the same URL with a flag added, and
//! clients that know this send the flag at once.

use adls_wire::RemotePath;
use adls_wire::webhdfs::{Op, query};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::json;

use super::Request;
use super::encode::Answer;
use super::failure::Failure;
use super::hadoop::HadoopOp;

/// What stays encoded in a path; everything else comes back plain, as recorded.
const NEEDED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

/// The flag that says that this is the second step; `None` for operations of one step.
fn flag(request: &Request<'_>) -> Option<&'static str> {
    match (request.hadoop, request.op) {
        (Some(HadoopOp::FileChecksum), _) | (None, Op::Open) => Some(query::READ),
        (None, Op::Create) => Some(query::WRITE),
        (None, Op::Append) => Some(query::APPEND),
        _ => None,
    }
}

/// Where the request is to be sent instead, if it lacks the flag.
pub(super) fn first_step(request: &Request<'_>) -> Result<Option<Answer>, Failure> {
    let Some(flag) = flag(request) else { return Ok(None) };
    if request.query.flag(flag, false)? {
        return Ok(None);
    }
    let url = format!("{}&{flag}=true", url(request));
    let no_redirect = request.query.flag(query::NO_REDIRECT, false)?;
    Ok(Some(match no_redirect {
        true => Answer::json(&json!({ "Location": url })),
        false => Answer::Redirect(url),
    }))
}

/// The URL of a request as the service spells it.
pub(super) fn url(request: &Request<'_>) -> String {
    let root = &request.target.root;
    let path = encode(&request.target.path);
    format!("{}{root}{path}?{}", request.origin, request.query.raw())
}

fn encode(path: &RemotePath) -> String {
    utf8_percent_encode(path.as_str(), NEEDED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needless_encoding_is_undone() {
        let path: RemotePath = "/a+b/ä c,d:e?".parse().unwrap();
        assert_eq!(encode(&path), "/a+b/%C3%A4%20c,d:e%3F");
    }
}
