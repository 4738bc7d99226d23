//! The parameters of a request, from its form and from its query.

use std::collections::HashSet;
use std::fmt;

use super::error::{Refused, code};

/// Form and query parameters; the form wins. Values may be secrets, so `Debug` shows names only.
#[derive(Clone, Default)]
pub(super) struct Params {
    form: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.form.iter().chain(&self.query).map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// AADSTS9002313 when a form parameter occurs twice (RFC 6749, section 3.2).
    pub(super) fn parse(query: &str, form: &[u8]) -> Result<Self, Refused> {
        let params = Self { form: pairs(form), query: pairs(query.as_bytes()) };
        let mut seen = HashSet::new();
        for (name, _) in &params.form {
            if !seen.insert(name) {
                return Err(Refused::new(
                    code::MALFORMED_REQUEST,
                    format!(
                        "Invalid request. Request is malformed or invalid: the parameter '{name}' \
                         occurs more than once."
                    ),
                ));
            }
        }
        Ok(params)
    }

    /// The value of `name`; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let find = |pairs: &'_ [(String, String)]| {
            pairs.iter().position(|(n, v)| n == name && !v.is_empty())
        };
        find(&self.form)
            .map(|at| self.form[at].1.as_str())
            .or_else(|| find(&self.query).map(|at| self.query[at].1.as_str()))
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// AADSTS900144 when it is missing or empty.
    pub(super) fn require(&self, name: &str) -> Result<&str, Refused> {
        self.get(name).ok_or_else(|| self.missing(name))
    }

    /// The refusal of a request without `name`.
    pub(super) fn missing(&self, name: &str) -> Refused {
        Refused::new(
            code::PARAMETER_MISSING,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    }

    /// Whether a switch such as `client_info=1` is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        matches!(self.get(name), Some("1" | "true"))
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_wins_and_empty_counts_as_absent() {
        let params = Params::parse("a=query&b=2", b"a=form&c=&d=x%20y+z").unwrap();
        assert_eq!(params.get("a"), Some("form"));
        assert_eq!(params.get("b"), Some("2"));
        assert_eq!(params.get("c"), None);
        assert_eq!(params.get("d"), Some("x y z"));
        assert_eq!(format!("{params:?}"), r#"["a", "c", "d", "a", "b"]"#);
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        assert!(Params::parse("", b"a=1&a=2").is_err());
        assert!(Params::parse("a=1", b"a=2").is_ok());
    }
}
