//! The environment: the one place that reads it, and what each variable means.

use std::ffi::OsString;
use std::path::PathBuf;

/// Path of an emulator's ready file; with it every command talks to that emulator.
pub(crate) const EMULATOR: &str = "ADLS_EMULATOR";
/// Folder of `config.toml` and `msal_token_cache.json`.
pub(crate) const CONFIG_DIR: &str = "ADLS_CONFIG_DIR";
/// Filter of the log on stderr, such as `adls_http=debug`.
pub(crate) const LOG: &str = "ADLS_LOG";

/// What the process was given. `--cloud` and its kin have their variables in `cli.rs`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    pub(crate) emulator: Option<PathBuf>,
    pub(crate) config_dir: Option<PathBuf>,
    pub(crate) log: Option<String>,
}

impl Environment {
    /// Reads the variables of this process; an empty one counts as absent.
    pub(crate) fn of_process() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            emulator: variable(EMULATOR).map(PathBuf::from),
            config_dir: variable(CONFIG_DIR).map(PathBuf::from),
            log: variable(LOG).map(OsString::into_string).and_then(Result::ok),
        }
    }
}
