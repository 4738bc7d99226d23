//! From a request to a path, an operation and typed parameters.

use std::str::FromStr;

use adls_wire::webhdfs::{EXTENSION_ROOT, Op, ROOT, query};
use adls_wire::{ParsePathError, Permission, RemotePath};
use http::Method;
use percent_encoding::percent_decode_str;

use super::failure::Failure;
use crate::parameters::Parameters;

/// The root under which one client asks for content summaries; the service takes it for `v1`.
const ALTERNATIVE_ROOT: &str = "/webhdfs/va";
/// Since this version, listings carry a continuation token.
const CONTINUATION_TOKENS: &str = "2018-09-01";
/// Before this version, a status tells neither expiry nor whether there is an ACL.
const EXPIRY_AND_ACL: &str = "2016-11-01";
/// Since this version, a status names the incarnation of the file.
const FILE_CONTEXT_IDS: &str = "2018-12-01";

/// What a URL's path stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The root as it was written, such as `/WebHdfsExt`.
    pub(super) root: String,
    /// Whether it is the root of the extension operations, whose answers differ a little.
    pub(super) extension: bool,
    /// The item.
    pub(super) path: RemotePath,
}

impl Target {
    /// Decodes a URL's path: the roots are matched in any case, `%2F` separates like `/`, and
    /// superfluous slashes and `.` mean nothing.
    pub(super) fn parse(path: &str) -> Result<Self, Failure> {
        let roots = [(ROOT, false), (ALTERNATIVE_ROOT, false), (EXTENSION_ROOT, true)];
        for (root, extension) in roots {
            let Some((head, rest)) = path.split_at_checked(root.len()) else { continue };
            if head.eq_ignore_ascii_case(root) && (rest.is_empty() || rest.starts_with('/')) {
                let path = decode_path(rest)?;
                return Ok(Self { root: head.to_owned(), extension, path });
            }
        }
        Err(Failure::no_such_resource(path))
    }
}

/// Decodes the part of a URL's path that names an item.
fn decode_path(encoded: &str) -> Result<RemotePath, Failure> {
    let decoded = percent_decode_str(encoded).decode_utf8().map_err(|_| Failure::bad_url())?;
    parse_path(&decoded)
}

/// A path as it stands in a parameter or body, with or without a slash in front.
pub(super) fn parse_path(text: &str) -> Result<RemotePath, Failure> {
    text.parse().map_err(|error| match error {
        // The service's front refuses these before anything looks at the path.
        ParsePathError::ControlCharacter(_) => Failure::bad_url(),
        error => Failure::illegal(error.to_string()),
    })
}

/// The query's parameters, with typed access. Names match in any case, and the first of several
/// counts.
#[derive(Debug)]
pub(super) struct Query<'a> {
    raw: &'a str,
    parameters: Parameters<'a>,
}

impl<'a> Query<'a> {
    pub(super) fn parse(raw: &'a str) -> Self {
        Self { raw, parameters: Parameters::parse(raw.as_bytes()) }
    }

    /// The query as it was sent.
    pub(super) fn raw(&self) -> &str {
        self.raw
    }

    /// The text of a parameter; an empty one is as good as none.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).filter(|value| !value.is_empty())
    }

    /// The text of a parameter that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.text(name).ok_or_else(|| Failure::missing_parameter(name))
    }

    /// A parameter that is parsed; `expected` says what it should have been.
    pub(super) fn parsed<T: FromStr>(
        &self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, Failure> {
        self.choice(name, expected, |text| text.parse().ok())
    }

    /// A parameter that `parse` understands; `expected` says what it should have been.
    pub(super) fn choice<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let Some(text) = self.text(name) else { return Ok(None) };
        parse(text).map(Some).ok_or_else(|| Failure::bad_parameter(name, text, expected))
    }

    /// A flag, `true` or `false` in any case.
    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, Failure> {
        let parse = |text: &str| text.to_ascii_lowercase().parse().ok();
        Ok(self.choice(name, "true or false", parse)?.unwrap_or(default))
    }

    /// A path in a parameter.
    pub(super) fn path(&self, name: &str) -> Result<RemotePath, Failure> {
        parse_path(self.required(name)?)
    }

    /// The mode bits.
    pub(super) fn permission(&self) -> Result<Option<Permission>, Failure> {
        self.parsed(query::PERMISSION, "an octal mode such as 750")
    }

    /// The operation, which must fit the HTTP method.
    pub(super) fn op(&self, method: &Method) -> Result<Op, Failure> {
        let name = self.required(query::OP)?;
        let op = Op::from_name(name)
            .ok_or_else(|| Failure::unsupported(format!("The operation {name} is not known")))?;
        if op.method() != method.as_str() {
            let expected = op.method();
            let text = format!("The operation {op} is sent with {expected}, not with {method}");
            return Err(Failure::unsupported(text));
        }
        Ok(op)
    }

    /// What the protocol version, which may be left out, brings.
    pub(super) fn version(&self) -> Result<Version, Failure> {
        let expected = "a date such as 2018-09-01, perhaps with -preview behind it";
        let text = self.text(query::API_VERSION).unwrap_or_default();
        let date = text.strip_suffix("-preview").unwrap_or(text);
        if !text.is_empty() && date.parse::<jiff::civil::Date>().is_err() {
            return Err(Failure::bad_parameter(query::API_VERSION, text, expected));
        }
        // Dates of this form compare as texts.
        Ok(Version {
            expiry_and_acl: text.is_empty() || text >= EXPIRY_AND_ACL,
            continuation_tokens: text >= CONTINUATION_TOKENS,
            file_context_ids: text >= FILE_CONTEXT_IDS,
        })
    }
}

/// What depends on the `api-version` of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    /// Whether a status tells when the file expires and whether there is an ACL.
    pub(super) expiry_and_acl: bool,
    /// Whether a listing carries a continuation token.
    pub(super) continuation_tokens: bool,
    /// Whether a status names the incarnation of the file.
    pub(super) file_context_ids: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str) -> (String, bool, String) {
        let target = Target::parse(path).unwrap();
        (target.root, target.extension, target.path.to_string())
    }

    #[test]
    fn roots_and_paths() {
        for (path, root, extension, item) in [
            ("/webhdfs/v1", "/webhdfs/v1", false, "/"),
            ("/webhdfs/v1/", "/webhdfs/v1", false, "/"),
            ("/webhdfs/v1/.", "/webhdfs/v1", false, "/"),
            ("/webhdfs/v1//tmp/test/a/", "/webhdfs/v1", false, "/tmp/test/a"),
            ("/webhdfs/v1/%2Fdir%2Ffile", "/webhdfs/v1", false, "/dir/file"),
            ("/webhdfs/v1/a+b%20c%2B%C3%A4", "/webhdfs/v1", false, "/a+b c+ä"),
            ("/webhdfs/va/%2Fdir", "/webhdfs/va", false, "/dir"),
            ("/WebHdfsExt/f", "/WebHdfsExt", true, "/f"),
            ("/webhdfsext/f", "/webhdfsext", true, "/f"),
        ] {
            assert_eq!(target(path), (root.to_owned(), extension, item.to_owned()), "{path}");
        }
        for path in [
            "/",
            "/webhdfs",
            "/webhdfs/v2/x",
            "/webhdfs/v1x",
            "/webhdfs/v1/%FF",
            "/webhdfs/v1/a/../b",
        ] {
            assert!(Target::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn names_in_any_case_and_typed_values() {
        let query = Query::parse("OP=open&Recursive=True&offset=7&tooId=0&x=&a=%2Fb+c&length=-1");
        assert_eq!(query.op(&Method::GET).unwrap(), Op::Open);
        assert!(query.op(&Method::PUT).is_err());
        assert!(query.flag("recursive", false).unwrap());
        assert!(query.flag("tooid", true).is_err());
        assert_eq!(query.parsed::<u64>("offset", "").unwrap(), Some(7));
        assert!(query.parsed::<u64>("length", "a number").is_err());
        assert_eq!(query.text("x"), None);
        assert_eq!(query.text("a"), Some("/b c"));
    }

    #[test]
    fn versions() {
        let version = |text: &str| {
            let query = format!("api-version={text}");
            let query = Query::parse(&query);
            query.version().map(|v| (v.continuation_tokens, v.file_context_ids)).ok()
        };
        assert_eq!(version(""), Some((false, false)));
        assert_eq!(version("2015-10-01-preview"), Some((false, false)));
        assert_eq!(version("2018-05-01"), Some((false, false)));
        assert_eq!(version("2018-09-01"), Some((true, false)));
        assert_eq!(version("2018-12-01"), Some((true, true)));
        assert_eq!(version("v1"), None);
        assert_eq!(version("2018-13-01"), None);
    }
}
