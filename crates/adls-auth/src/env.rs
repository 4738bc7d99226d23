//! The environment, as a value.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::{Error, Result};

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Environment variables, those of the process or others. Nothing in this crate reads variables in
/// any other way.
///
/// ```
/// use adls_auth::Env;
///
/// let env = Env::from_pairs([("AZURE_TENANT_ID", "contoso.onmicrosoft.com")]);
/// # let _ = env;
/// ```
#[derive(Clone)]
pub struct Env(Arc<Lookup>);

impl Env {
    /// The variables of this process.
    #[must_use]
    pub fn process() -> Self {
        // What is no text is wrong, but there: whoever uses it says what does not work with it.
        Self(Arc::new(|name| {
            let value = std::env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        }))
    }

    /// These variables and no others.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs: HashMap<String, String> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self(Arc::new(move |name| pairs.get(name).cloned()))
    }

    /// The same, where a variable that is not set may be spelled in lower case.
    pub(crate) fn with_lower_case(&self) -> Self {
        let this = self.clone();
        Self(Arc::new(move |name| this.get(name).or_else(|| this.get(&name.to_lowercase()))))
    }

    /// A variable that is set to something. A line end is not part of it: it comes from a file that was
    /// written on another system.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let mut value = (self.0)(name)?;
        value.truncate(value.trim_end_matches(['\r', '\n']).len());
        Some(value).filter(|value| !value.is_empty())
    }

    /// A variable that is a switch.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when it is neither on nor
    /// off.
    pub(crate) fn is_on(&self, name: &str) -> Result<bool> {
        match self.get(name).map(|value| value.to_ascii_lowercase()).as_deref() {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(_) => {
                Err(Error::invalid_input(format!("{name} is neither true nor false; write one")))
            }
        }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Env")
    }
}
