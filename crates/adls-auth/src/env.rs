//! The environment, as a value.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

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
        Self(Arc::new(|name| std::env::var(name).ok()))
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

    /// A variable that is set to something.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Env")
    }
}
