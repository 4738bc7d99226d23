//! What a token demands of the requests that use it: headers (`srh`) and query parameters (`srq`), which it
//! signs with their values.

use http::HeaderMap;

use super::parameters::Parameters;
use super::refused::SasRefused;
use crate::storage::signatures::redaction;

/// Names and values of what a token demands, in its order.
pub(super) struct Required {
    pub(super) headers: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
}

impl Required {
    /// What a request has of it.
    ///
    /// # Errors
    /// When it has not all.
    pub(super) fn of(
        parameters: &Parameters,
        headers: &HeaderMap,
        query: &[(String, String)],
    ) -> Result<Self, SasRefused> {
        let header = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            let value = value.ok_or_else(|| SasRefused::NoHeader(name.to_owned()))?;
            Ok((name.to_owned(), value.to_owned()))
        };
        let parameter = |name: &str| {
            let value = query.iter().find(|(other, _)| other == name);
            let (_, value) = value.ok_or_else(|| SasRefused::NoParameter(name.to_owned()))?;
            Ok((name.to_owned(), value.clone()))
        };
        let names = |list| parameters.get(list).into_iter().flat_map(|names| names.split(','));
        Ok(Self {
            headers: names("srh").map(header).collect::<Result<_, _>>()?,
            query: names("srq").map(parameter).collect::<Result<_, _>>()?,
        })
    }

    /// The same as it may be told: the secrets in it are replaced.
    pub(super) fn shown(&self) -> Self {
        let shown = |pairs: &[(String, String)], value: fn(&str, &str) -> String| {
            pairs.iter().map(|(name, own)| (name.clone(), value(name, own))).collect()
        };
        Self {
            headers: shown(&self.headers, redaction::header),
            query: shown(&self.query, redaction::parameter),
        }
    }
}
