//! What `adls` remembers between runs: `config.toml` in the configuration folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use crate::environment::{CONFIG_DIR, Environment};
use crate::failure::{Failure, Outcome};

/// The file of defaults and sign-ins.
const FILE: &str = "config.toml";
/// The token cache, in the schema of Microsoft's libraries.
const TOKEN_CACHE: &str = "msal_token_cache.json";

/// The configuration folder and what its file says.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    folder: PathBuf,
    pub(crate) settings: Settings,
}

/// The content of `config.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The account that plain absolute paths mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    /// The subscription of management commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<String>,
    /// The cloud, as `AzureCloud`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cloud: Option<String>,
    /// Who is signed in, by cloud; `emulator` stands for every emulator.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sign_in: BTreeMap<String, SignIn>,
}

/// Who is signed in. Tokens are in the token cache, never here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SignIn {
    /// The tenant, a GUID or a domain.
    pub(crate) tenant: String,
    /// The application through which the sign-in was made.
    pub(crate) client_id: String,
    /// Whether tokens come from the machine's own identity, which needs no cache.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) managed_identity: bool,
    /// The user; absent for a service principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
    /// The user's key in the token cache; absent for a service principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) home_account_id: Option<String>,
    /// The subscription that was chosen for management commands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<String>,
}

impl SignIn {
    /// Who it is, in a word.
    pub(crate) fn name(&self) -> &str {
        match &self.username {
            Some(username) => username,
            None if self.client_id.is_empty() => "this machine",
            None => &self.client_id,
        }
    }
}

impl Config {
    /// Reads the configuration; a missing file is an empty one.
    pub(crate) fn load(environment: &Environment) -> Outcome<Self> {
        let folder = match &environment.config_dir {
            Some(folder) => folder.clone(),
            None => etcetera::choose_base_strategy()
                .map(|strategy| strategy.config_dir().join("adls"))
                .map_err(|error| {
                    Failure::new(format!("cannot find the configuration folder: {error}"))
                        .hint(format!("set {CONFIG_DIR} to a folder of your choice"))
                })?,
        };
        let path = folder.join(FILE);
        let settings = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                Failure::usage(format!("{} is not valid: {error}", path.display()))
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Settings::default(),
            Err(error) => return Err(Failure::file("read", &path, &error)),
        };
        Ok(Self { folder, settings })
    }

    /// Writes the configuration: whole or not at all.
    pub(crate) fn save(&self) -> Outcome {
        let path = self.folder.join(FILE);
        let text = toml::to_string_pretty(&self.settings)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
        self.make_folder()?;
        write_atomically(&self.folder, &path, text.as_bytes())
            .map_err(|error| Failure::file("write", &path, &error))
    }

    /// The token cache's path; its folder exists afterwards.
    pub(crate) fn token_cache(&self) -> Outcome<PathBuf> {
        self.make_folder()?;
        Ok(self.folder.join(TOKEN_CACHE))
    }

    /// The folder of everything that `adls` keeps.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn make_folder(&self) -> Outcome {
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Failure::file("create", &self.folder, &error))
    }
}

fn write_atomically(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // tempfile makes the file 0600, which suits a file that names accounts.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(folder: &Path) -> Outcome<Config> {
        Config::load(&Environment { config_dir: Some(folder.to_owned()), ..Environment::default() })
    }

    #[test]
    fn survives_a_round_trip() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = config(folder.path()).unwrap();
        first.settings.account = Some("lake".to_owned());
        first.settings.sign_in.insert(
            "AzureCloud".to_owned(),
            SignIn {
                tenant: "common".to_owned(),
                client_id: "c".to_owned(),
                username: Some("a@b.test".to_owned()),
                ..SignIn::default()
            },
        );
        first.save().unwrap();
        assert_eq!(config(folder.path()).unwrap().settings, first.settings);
    }

    #[test]
    fn a_typing_error_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "acount = \"x\"").unwrap();
        let failure = config(folder.path()).unwrap_err().to_string();
        assert!(failure.contains("acount") && failure.contains("config.toml"), "{failure}");
    }
}
