//! Flags that several commands have.

use std::time::Duration;

use adls_mgmt::{FeatureState, Tags, Tier};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::arguments::{duration, duration_or_zero};

/// How long something is waited for unless --timeout says otherwise.
const DEFAULT_WAIT_TIMEOUT: Duration = Duration::from_secs(3600);

/// The tags of a resource.
#[derive(Clone, Debug, Args)]
pub(crate) struct TagArgs {
    /// All its tags from now on; without a value, none
    #[arg(long, value_name = "KEY=VALUE", num_args = 0.., value_parser = tag)]
    tags: Option<Vec<(String, String)>>,
}

impl TagArgs {
    /// The tags, if the flag was given.
    pub(crate) fn tags(self) -> Option<Tags> {
        self.tags.map(|tags| tags.into_iter().collect())
    }
}

/// How to delete.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct DeleteArgs {
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Return while the service is still at it
    #[arg(long)]
    pub(crate) no_wait: bool,
}

/// How to wait.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct WaitArgs {
    /// Wait until it is there and ready (the default)
    #[arg(long, conflicts_with = "deleted")]
    created: bool,
    /// Wait until it is gone
    #[arg(long)]
    deleted: bool,
    /// The pause between two looks, such as 30s; a number alone means seconds
    #[arg(long, value_name = "DURATION", default_value = "5", value_parser = duration)]
    interval: Duration,
    /// Give up after this time, such as 90s or 10m; with 0, after one look [default: 1h]
    #[arg(long, value_name = "DURATION", value_parser = duration_or_zero)]
    timeout: Option<Duration>,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitFor {
    /// It is there and ready.
    Created,
    /// It is gone.
    Deleted,
}

impl WaitArgs {
    /// What to wait for.
    pub(crate) fn wait_for(self) -> WaitFor {
        if self.deleted { WaitFor::Deleted } else { WaitFor::Created }
    }

    /// The pause between two looks.
    pub(crate) fn interval(self) -> Duration {
        self.interval
    }

    /// When to give up.
    pub(crate) fn timeout(self) -> Duration {
        self.timeout.unwrap_or(DEFAULT_WAIT_TIMEOUT)
    }
}

/// Parses `Enabled` and `Disabled`, in any case.
pub(crate) fn state() -> impl TypedValueParser<Value = FeatureState> {
    words(FeatureState::WORDS)
}

/// Parses the names of the tiers, in any case.
pub(crate) fn tier() -> impl TypedValueParser<Value = Tier> {
    words(Tier::WORDS)
}

/// Parses one of a few words. To take them in any case is up to the argument.
pub(crate) fn words<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: for<'a> From<&'a str> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).map(|word| T::from(&*word))
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn a_tag_has_a_key() {
        assert_eq!(tag("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(tag("a="), Ok(("a".to_owned(), String::new())));
        assert!(tag("ab").is_err() && tag("=b").is_err());
    }
}
