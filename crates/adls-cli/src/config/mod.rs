//! What `adls` remembers between runs: `config.toml` in the configuration directory.

mod file;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use adls_http::Clock;
use etcetera::BaseStrategy;

use crate::environment::{CONFIG_DIR, Environment};
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(crate) use file::{FileLock, create_directory};
pub(crate) use settings::{Settings, SignIn};

/// The file of defaults and sign-ins.
const FILE: &str = "config.toml";
/// The token cache, in the schema of Microsoft's libraries.
const TOKEN_CACHE: &str = "msal_token_cache.json";

/// The configuration directory and what its file says.
#[derive(Debug)]
pub(crate) struct Config {
    directory: PathBuf,
    profile: Option<String>,
    printer: Printer,
    /// What the file says, and what of it holds. Read when first asked for: a file that is broken keeps no
    /// command from its work that does not need it.
    settings: OnceLock<(Settings, Settings)>,
}

impl Config {
    /// Finds the configuration directory.
    pub(crate) fn find(
        environment: &Environment,
        profile: Option<String>,
        printer: Printer,
    ) -> Outcome<Self> {
        let directory = match &environment.config_dir {
            Some(directory) => directory.clone(),
            None => etcetera::choose_base_strategy()
                .map(|strategy| strategy.config_dir().join("adls"))
                .map_err(|error| {
                    Failure::new(format!("cannot find the configuration directory: {error}"))
                        .hint(format!("set {CONFIG_DIR} to a directory of your choice"))
                })?,
        };
        Ok(Self { directory, profile, printer, settings: OnceLock::new() })
    }

    /// What holds by the file, in the profile if one is chosen; a missing file says nothing.
    pub(crate) fn settings(&self) -> Outcome<&Settings> {
        Ok(&self.read()?.1)
    }

    /// What the chosen profile says by itself, and its name.
    pub(crate) fn of_profile(&self) -> Outcome<Option<(&str, &Settings)>> {
        let Some(name) = &self.profile else { return Ok(None) };
        Ok(self.read()?.0.profile.get(name).map(|own| (name.as_str(), own)))
    }

    /// Fails when the chosen profile is not there.
    pub(crate) fn check_profile(&self) -> Outcome {
        let Some(name) = &self.profile else { return Ok(()) };
        let profiles = &self.read()?.0.profile;
        if profiles.contains_key(name) {
            return Ok(());
        }
        let names: Vec<_> = profiles.keys().map(String::as_str).collect();
        let there = match &names[..] {
            [] => "there is none yet".to_owned(),
            names => format!("there are {}", names.join(", ")),
        };
        Err(Failure::usage(format!("there is no profile {name}")).hint(format!(
            "{there}; `adls login --profile {name}` and `adls config set` with --profile make one"
        )))
    }

    fn read(&self) -> Outcome<&(Settings, Settings)> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let read = settings::parse(&self.path(), file::read(&self.path())?.as_deref())?;
        let unknown = read.unknown_keys();
        if !unknown.is_empty() {
            self.printer.warning(&format!(
                "{} sets {}, which this version of adls does not know",
                self.path().display(),
                unknown.join(", ")
            ));
        }
        let effective = read.in_profile(self.profile.as_deref());
        Ok(self.settings.get_or_init(|| (read, effective)))
    }

    /// Changes who is signed in and the chosen subscription, in the profile if one is chosen.
    pub(crate) async fn change(
        &mut self,
        clock: &dyn Clock,
        change: impl FnOnce(&mut Settings),
    ) -> Outcome {
        let (path, profile) = (self.path(), self.profile.clone());
        self.update(clock, |text| {
            let mut settings = settings::parse(&path, text)?;
            match profile {
                Some(name) => change(settings.profile.entry(name).or_default()),
                None => change(&mut settings),
            }
            settings::write(&path, text.unwrap_or_default(), &settings)
        })
        .await
    }

    /// Sets or removes one value, in the profile if one is chosen.
    pub(crate) async fn set(
        &mut self,
        clock: &dyn Clock,
        key: &str,
        value: Option<toml_edit::Value>,
    ) -> Outcome {
        let (path, profile) = (self.path(), self.profile.clone());
        self.update(clock, |text| {
            settings::set(&path, text.unwrap_or_default(), profile.as_deref(), key, value)
        })
        .await
    }

    /// Changes the file: read, changed and written under a lock, so that what another command writes at the
    /// same time is not lost, and as a whole or not at all.
    async fn update(
        &mut self,
        clock: &dyn Clock,
        change: impl FnOnce(Option<&str>) -> Outcome<String>,
    ) -> Outcome {
        let path = self.path();
        create_directory(&self.directory)?;
        let lock = self.directory.join(format!("{FILE}.lock"));
        let _lock = match FileLock::acquire(&lock, clock, file::LOCK_TIMEOUT).await? {
            Ok(lock) => Some(lock),
            Err(error) => {
                // Better than to lose what was asked for; the writing itself is safe.
                self.printer.warning(&format!(
                    "{} cannot be locked ({error}): another adls that changes it at this moment \
                     may undo the change",
                    path.display()
                ));
                None
            }
        };
        let text = change(file::read(&path)?.as_deref())?;
        // What cannot be read again is not written.
        settings::parse(&path, Some(&text))?;
        file::replace(&self.directory, &path, text.as_bytes())
            .map_err(|error| Failure::file("write", &path, &error))?;
        self.settings = OnceLock::new();
        Ok(())
    }

    /// The token cache's path. The cache itself comes into being with the first token.
    pub(crate) fn token_cache(&self) -> PathBuf {
        // The cache says so if that does not help.
        let _ = create_directory(&self.directory);
        self.directory.join(TOKEN_CACHE)
    }

    /// Whether something can be kept here.
    pub(crate) fn is_writable(&self) -> bool {
        file::is_writable(&self.directory)
    }

    /// The directory of everything that `adls` keeps.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.join(FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::Format;
    use adls_http::SystemClock;

    fn config(directory: &Path) -> Config {
        let environment =
            Environment { config_dir: Some(directory.to_owned()), ..Environment::default() };
        Config::find(&environment, None, Printer::new(Format::Table, true)).unwrap()
    }

    fn user(name: &str) -> SignIn {
        SignIn { tenant: "common".to_owned(), username: Some(name.to_owned()), ..SignIn::default() }
    }

    async fn sign_in(config: &mut Config, cloud: &str, name: &str) {
        let clock = SystemClock::default();
        let change = |settings: &mut Settings| {
            settings.sign_in.insert(cloud.to_owned(), user(name));
        };
        config.change(&clock, change).await.unwrap();
    }

    #[tokio::test]
    async fn survives_a_round_trip() {
        let directory = tempfile::tempdir().unwrap();
        let mut first = config(directory.path());
        sign_in(&mut first, "AzureCloud", "a@b.test").await;
        assert_eq!(config(directory.path()).settings().unwrap(), first.settings().unwrap());
    }

    mod read_change_write_under_a_lock {
        use super::*;

        #[tokio::test]
        async fn what_another_command_has_written_meanwhile_stays() {
            let directory = tempfile::tempdir().unwrap();
            let (mut first, mut second) = (config(directory.path()), config(directory.path()));
            // Both have read the file before either writes.
            first.settings().unwrap();
            second.settings().unwrap();
            sign_in(&mut first, "AzureCloud", "a@b.test").await;
            sign_in(&mut second, "emulator", "c@d.test").await;
            let names: Vec<_> =
                config(directory.path()).settings().unwrap().sign_in.keys().cloned().collect();
            assert_eq!(names, ["AzureCloud", "emulator"]);
        }

        #[tokio::test]
        async fn many_at_once_lose_nothing() {
            let directory = tempfile::tempdir().unwrap();
            let tasks = (0..20).map(|number| {
                let mut config = config(directory.path());
                tokio::spawn(async move {
                    sign_in(&mut config, &format!("cloud{number}"), "a@b.test").await;
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
            assert_eq!(config(directory.path()).settings().unwrap().sign_in.len(), 20);
        }

        #[cfg(unix)]
        #[tokio::test]
        async fn for_nobody_elses_eyes_and_through_no_link() {
            use std::os::unix::fs::{PermissionsExt, symlink};

            let outer = tempfile::tempdir().unwrap();
            let directory = outer.path().join("adls");
            sign_in(&mut config(&directory), "AzureCloud", "a@b.test").await;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&directory), 0o700);
            assert_eq!(mode(&directory.join(FILE)), 0o600);

            let victim = outer.path().join("victim");
            std::fs::write(&victim, "precious").unwrap();
            let lock = directory.join(format!("{FILE}.lock"));
            std::fs::remove_file(&lock).unwrap();
            symlink(&victim, &lock).unwrap();
            sign_in(&mut config(&directory), "emulator", "a@b.test").await;
            assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
        }
    }
}
