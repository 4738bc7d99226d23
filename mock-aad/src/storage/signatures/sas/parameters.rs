//! The parameters of a token in a query.

use adls_wire::sas::PARAMETERS;

use super::refused::SasRefused;

/// What a query says of a token, decoded.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Picks the parameters out of a query. What is there but empty, is there twice or has control
    /// characters in it is refused: with line ends in them, fields could pass for one another in
    /// the string to sign.
    pub(super) fn pick(query: &[(String, String)]) -> Result<Self, SasRefused> {
        let mut picked: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in query {
            let Some(name) = PARAMETERS.into_iter().find(|known| known == name) else { continue };
            if value.is_empty() {
                return Err(SasRefused::Empty(name));
            }
            if value.contains(char::is_control) {
                return Err(SasRefused::Malformed {
                    name,
                    value: value.escape_debug().to_string(),
                });
            }
            if picked.iter().any(|(other, _)| *other == name) {
                return Err(SasRefused::Twice(name));
            }
            picked.push((name, value.clone()));
        }
        Ok(Self(picked))
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter in a string to sign, where what is missing is empty.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The value of a parameter that must be there.
    pub(super) fn require(&self, name: &'static str) -> Result<&str, SasRefused> {
        self.get(name).ok_or(SasRefused::Missing(name))
    }

    /// The value of a parameter as `read` has it, if it is there.
    pub(super) fn read<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, SasRefused> {
        self.get(name)
            .map(|value| {
                read(value).ok_or_else(|| SasRefused::Malformed { name, value: value.to_owned() })
            })
            .transpose()
    }

    /// The value of a parameter that must be there, as `read` has it.
    pub(super) fn read_required<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SasRefused> {
        self.read(name, read)?.ok_or(SasRefused::Missing(name))
    }

    /// Names and values of what is there.
    pub(super) fn pairs(&self) -> &[(&'static str, String)] {
        &self.0
    }

    /// The names of what is there.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }
}
