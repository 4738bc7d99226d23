//! The parameters of a request, from its form and from its query.

use std::collections::HashSet;

use super::error::{Refused, code};
use crate::parameters::Parameters;

/// Form and query parameters; the form wins.
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    form: Parameters<'static>,
    query: Parameters<'static>,
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// AADSTS9002313 when a form parameter occurs twice (RFC 6749, section 3.2).
    pub(super) fn parse(query: &str, form: &[u8]) -> Result<Self, Refused> {
        let form = Parameters::parse_owned(form);
        let params = Self { form, query: Parameters::parse_owned(query.as_bytes()) };
        let mut seen = HashSet::new();
        for (name, _) in params.form.iter() {
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
        let mut values = self.form.all(name).chain(self.query.all(name));
        values.find(|value| !value.is_empty())
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
        let shown = r#"Params { form: ["a", "c", "d"], query: ["a", "b"] }"#;
        assert_eq!(format!("{params:?}"), shown);
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        assert!(Params::parse("", b"a=1&a=2").is_err());
        assert!(Params::parse("a=1", b"a=2").is_ok());
    }
}
