//! Metadata and content headers.
//!
//! Sources: <https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update>
//! (`setProperties`), <https://learn.microsoft.com/rest/api/storageservices/set-blob-properties>.

use std::collections::BTreeMap;

use adls_wire::RemotePath;
use adls_wire::dfs::{encode_properties, header, query};
use http::Method;

use super::call::Call;
use super::{Gen2, convert, error};
use crate::error::may_have_arrived;
use crate::{Conditions, ContentHeaders, ETag, ErrorKind, FileProperties, Result};

/// What a change is to make of an item, by which it is known after a lost answer.
enum Wanted<'a> {
    Metadata(&'a BTreeMap<String, String>),
    Headers(&'a ContentHeaders),
}

impl Wanted<'_> {
    fn is_met_by(&self, found: &FileProperties) -> bool {
        match self {
            Self::Metadata(wanted) => **wanted == found.metadata,
            Self::Headers(wanted) => **wanted == found.headers,
        }
    }
}

impl Gen2 {
    pub(super) async fn properties(
        &self,
        path: &RemotePath,
        conditions: &Conditions,
    ) -> Result<FileProperties> {
        let call = self.call("Path - Get Properties", Method::HEAD, path).conditions(conditions)?;
        let response = self.account.send(path, call).await?;
        convert::properties(&response, path).map_err(|error| error::from_http(path, error))
    }

    /// Over DFS, whose encoding carries any text. Content headers that are not named stay there.
    pub(super) async fn set_metadata(
        &self,
        path: &RemotePath,
        metadata: &BTreeMap<String, String>,
        conditions: &Conditions,
    ) -> Result<Option<ETag>> {
        let call = self
            .call("Path - Set Properties", Method::PATCH, path)
            .query(query::ACTION, &"setProperties")
            .conditions(conditions)?;
        // Without the header all metadata goes.
        let call = with_metadata(call, metadata)?;
        self.change(path, call, &Wanted::Metadata(metadata)).await
    }

    /// Over Blob, which replaces all of them and lets metadata be.
    pub(super) async fn set_content_headers(
        &self,
        path: &RemotePath,
        headers: &ContentHeaders,
        conditions: &Conditions,
    ) -> Result<Option<ETag>> {
        let call = self
            .call("Set Blob Properties", Method::PUT, path)
            .by_blob()
            .query(query::COMP, &"properties")
            .conditions(conditions)?;
        let call = with_blob_headers(call, headers)?;
        self.change(path, call, &Wanted::Headers(headers)).await
    }

    /// Sends a change. It may be repeated, but the version that it has made meets no condition on the one
    /// before: then the state tells.
    async fn change(
        &self,
        path: &RemotePath,
        call: Call,
        wanted: &Wanted<'_>,
    ) -> Result<Option<ETag>> {
        let mut losses = 0;
        loop {
            match self.account.send(path, call.clone()).await {
                Ok(response) => return Ok(convert::etag(response.headers())),
                Err(error) if may_have_arrived(&error) => {
                    losses += 1;
                    if !self.account.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                Err(error) if losses > 0 && error.kind() == ErrorKind::ConditionNotMet => {
                    let found = self.properties(path, &Conditions::default()).await?;
                    return match wanted.is_met_by(&found) {
                        true => Ok(found.status.etag),
                        false => Err(error),
                    };
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Names metadata as DFS takes it.
pub(super) fn with_metadata(call: Call, metadata: &BTreeMap<String, String>) -> Result<Call> {
    if metadata.is_empty() {
        return Ok(call);
    }
    let entries = metadata.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    call.header(header::PROPERTIES, encode_properties(entries))
}

/// Whether the Blob protocol can carry metadata as it is: it has headers of these names, which lose their
/// case, and values in them, which lose blanks at their ends.
pub(super) fn fits_headers(metadata: &BTreeMap<String, String>) -> bool {
    let plain = |value: &str| value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    metadata.iter().all(|(name, value)| {
        let lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
        lower && plain(value) && !value.is_empty() && value.trim() == value
    })
}

/// Names content headers as DFS takes them.
pub(super) fn with_headers(call: Call, headers: &ContentHeaders) -> Result<Call> {
    call.header_some(header::CONTENT_TYPE, headers.content_type.as_ref())?
        .header_some(header::CONTENT_ENCODING, headers.content_encoding.as_ref())?
        .header_some(header::CONTENT_LANGUAGE, headers.content_language.as_ref())?
        .header_some(header::CONTENT_DISPOSITION, headers.content_disposition.as_ref())?
        .header_some(header::CACHE_CONTROL, headers.cache_control.as_ref())?
        .header_some(header::CONTENT_MD5, headers.content_md5.as_ref())
}

/// Names content headers as Blob takes them.
pub(super) fn with_blob_headers(call: Call, headers: &ContentHeaders) -> Result<Call> {
    call.header_some(header::BLOB_CONTENT_TYPE, headers.content_type.as_ref())?
        .header_some(header::BLOB_CONTENT_ENCODING, headers.content_encoding.as_ref())?
        .header_some(header::BLOB_CONTENT_LANGUAGE, headers.content_language.as_ref())?
        .header_some(header::BLOB_CONTENT_DISPOSITION, headers.content_disposition.as_ref())?
        .header_some(header::BLOB_CACHE_CONTROL, headers.cache_control.as_ref())?
        .header_some(header::BLOB_CONTENT_MD5, headers.content_md5.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_carry_plain_values_of_lower_names() {
        let fits = |name: &str, value: &str| {
            fits_headers(&BTreeMap::from([(name.to_owned(), value.to_owned())]))
        };
        assert!(fits("a_1", "some text, with = and \"quotes\""));
        for (name, value) in [("A", "x"), ("a", ""), ("a", " x"), ("a", "ü"), ("a", "x\ny")] {
            assert!(!fits(name, value), "{name} {value:?}");
        }
        assert!(fits_headers(&BTreeMap::new()));
    }
}
