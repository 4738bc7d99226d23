//! The environment: the one place that reads it, and what each variable means.

use std::ffi::OsString;
use std::path::PathBuf;

use secrecy::SecretString;

/// Path of an emulator's ready file; with it every command talks to that emulator.
pub(crate) const EMULATOR: &str = "ADLS_EMULATOR";
/// Directory of `config.toml` and `msal_token_cache.json`.
pub(crate) const CONFIG_DIR: &str = "ADLS_CONFIG_DIR";
/// Filter of the log on stderr, such as `adls_http=debug`.
pub(crate) const LOG: &str = "ADLS_LOG";
/// Any of these tells where a machine's identity is to be had.
const MANAGED_IDENTITY_VARIABLES: [&str; 4] =
    ["AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT"];

/// Every variable that has an effect, and which. The book has this table.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("ADLS_ACCOUNT", "the account of plain absolute paths and of management commands"),
    ("ADLS_FILE_SYSTEM", "the file system of that account (Gen2)"),
    ("ADLS_SUBSCRIPTION", "the subscription of management commands"),
    ("ADLS_CLOUD", "the cloud"),
    ("ADLS_TENANT", "the tenant to sign in to"),
    ("ADLS_PROFILE", "the profile of config.toml"),
    (EMULATOR, "an emulator's ready file; every command then talks to that emulator"),
    (CONFIG_DIR, "the directory of config.toml, the token cache and notes of transfers"),
    (LOG, "the log on stderr, and its filter such as adls_http=debug"),
    ("AZURE_TENANT_ID", "where nobody is signed in: the tenant of the application"),
    ("AZURE_CLIENT_ID", "the application"),
    ("AZURE_CLIENT_SECRET", "its secret"),
    ("AZURE_CLIENT_CERTIFICATE_PATH", "or the PEM file of its certificate with the key"),
    ("AZURE_FEDERATED_TOKEN_FILE", "or the file of another issuer's token for it"),
    ("AZURE_STORAGE_ACCOUNT", "the storage account (Gen2) that one of the following opens"),
    ("AZURE_STORAGE_KEY", "its key"),
    ("AZURE_STORAGE_SAS_TOKEN", "or a shared access signature"),
    ("AZURE_STORAGE_CONNECTION_STRING", "account and key or signature in one"),
    ("HTTPS_PROXY", "the proxy to Azure; NO_PROXY names hosts without"),
    (
        "SSL_CERT_FILE",
        "certificates to trust besides the system's (on Linux instead of them); SSL_CERT_DIR a directory of them",
    ),
    ("NO_COLOR", "no colours"),
];

/// What the process was given. `--cloud` and its kin have their variables in `arguments.rs`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    pub(crate) emulator: Option<PathBuf>,
    pub(crate) config_dir: Option<PathBuf>,
    pub(crate) log: Option<String>,
    pub(crate) application: Application,
    pub(crate) storage: StorageVariables,
    /// Whether a window could be shown to whoever runs this.
    pub(crate) has_display: bool,
    /// Whether the platform has said where this machine's identity is to be had.
    pub(crate) has_machine_identity: bool,
}

/// The application that the variables of Azure's own tools name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Application {
    /// `AZURE_TENANT_ID`.
    pub(crate) tenant: Option<String>,
    /// `AZURE_CLIENT_ID`.
    pub(crate) client_id: Option<String>,
    /// `AZURE_CLIENT_SECRET`.
    pub(crate) secret: Option<SecretString>,
    /// `AZURE_CLIENT_CERTIFICATE_PATH`.
    pub(crate) certificate: Option<PathBuf>,
    /// `AZURE_FEDERATED_TOKEN_FILE`.
    pub(crate) federated_token: Option<PathBuf>,
}

/// The storage account that the variables of Azure's own tools name, and what opens it.
#[derive(Clone, Debug, Default)]
pub(crate) struct StorageVariables {
    /// `AZURE_STORAGE_ACCOUNT`.
    pub(crate) account: Option<String>,
    /// `AZURE_STORAGE_KEY`.
    pub(crate) key: Option<SecretString>,
    /// `AZURE_STORAGE_SAS_TOKEN`.
    pub(crate) sas_token: Option<SecretString>,
    /// `AZURE_STORAGE_CONNECTION_STRING`.
    pub(crate) connection_string: Option<SecretString>,
}

impl StorageVariables {
    /// Whether anything is there that opens an account.
    pub(crate) fn has_secret(&self) -> bool {
        self.key.is_some() || self.sas_token.is_some() || self.connection_string.is_some()
    }
}

/// Whether a window could be shown. On Unix without a Mac's desktop there has to be a display, and one that
/// is not at the other end of a connection from elsewhere.
fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    let display = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    display && !is_set("SSH_CONNECTION")
}

/// The command line.
pub(crate) fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// A variable of this process; an empty one counts as absent.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Which of [`VARIABLES`] are set.
pub(crate) fn set_variables() -> Vec<&'static str> {
    let names = VARIABLES.iter().map(|(name, _)| *name);
    names.filter(|name| variable(name).is_some()).collect()
}

impl Environment {
    /// Reads the variables of this process.
    pub(crate) fn from_process() -> Self {
        // What is no text is no usable value either, and is named where it is used. Line ends are left
        // by files that were read into variables.
        let text = |name: &str| {
            let text = variable(name)?.to_string_lossy().into_owned();
            Some(text.trim_end_matches(['\r', '\n']).to_owned()).filter(|text| !text.is_empty())
        };
        let path = |name: &str| variable(name).map(PathBuf::from);
        Self {
            emulator: path(EMULATOR),
            config_dir: path(CONFIG_DIR),
            log: text(LOG),
            has_display: has_display(|name| variable(name).is_some()),
            has_machine_identity: MANAGED_IDENTITY_VARIABLES
                .iter()
                .any(|name| variable(name).is_some()),
            application: Application {
                tenant: text("AZURE_TENANT_ID"),
                client_id: text("AZURE_CLIENT_ID"),
                secret: text("AZURE_CLIENT_SECRET").map(SecretString::from),
                certificate: path("AZURE_CLIENT_CERTIFICATE_PATH"),
                federated_token: path("AZURE_FEDERATED_TOKEN_FILE"),
            },
            storage: StorageVariables {
                account: text("AZURE_STORAGE_ACCOUNT"),
                key: text("AZURE_STORAGE_KEY").map(SecretString::from),
                sas_token: text("AZURE_STORAGE_SAS_TOKEN").map(SecretString::from),
                connection_string: text("AZURE_STORAGE_CONNECTION_STRING").map(SecretString::from),
            },
        }
    }
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn windows_need_a_display_that_is_here() {
        let shown = |set: &[&str]| has_display(|name| set.contains(&name));
        assert!(shown(&["DISPLAY"]) && shown(&["WAYLAND_DISPLAY"]));
        assert!(!shown(&[]) && !shown(&["DISPLAY", "SSH_CONNECTION"]));
    }
}
