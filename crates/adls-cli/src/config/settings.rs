//! The content of `config.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml_edit::DocumentMut;

use crate::failure::{Failure, Outcome};

/// The content of `config.toml`. What a newer version has written stays in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// The account that plain absolute paths mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    /// The file system of a storage account (Gen2) that plain absolute paths mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_system: Option<String>,
    /// The subscription of management commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<String>,
    /// The cloud, as `AzureCloud`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cloud: Option<String>,
    /// What hosts of accounts may end in, besides the cloud's own suffix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) storage_suffixes: Vec<String>,
    /// Who is signed in, by cloud; `emulator` stands for every emulator.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sign_in: BTreeMap<String, SignIn>,
    /// The same for each profile.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) profile: BTreeMap<String, Self>,
    #[serde(flatten)]
    pub(crate) other: BTreeMap<String, toml::Value>,
}

/// Who is signed in. Tokens are in the token cache, never here, and neither are secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SignIn {
    /// The tenant, a GUID or a domain.
    pub(crate) tenant: String,
    /// The application through which the sign-in was made.
    pub(crate) client_id: String,
    /// Whether tokens come from the machine's own identity, which needs no cache.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) managed_identity: bool,
    /// Whether tokens come from the Azure command line.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) azure_cli: bool,
    /// The user; absent for an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
    /// The user's key in the token cache; absent for an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) home_account_id: Option<String>,
    /// The file of the certificate that proves the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<PathBuf>,
    /// The file of the token of another issuer that proves the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) federated_token: Option<PathBuf>,
    /// The subscription that was chosen for management commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<String>,
    #[serde(flatten)]
    pub(crate) other: BTreeMap<String, toml::Value>,
}

impl SignIn {
    /// Who it is, in a word.
    pub(crate) fn name(&self) -> &str {
        match &self.username {
            Some(username) => username,
            None if self.azure_cli => "whoever is signed in to `az`",
            None if self.client_id.is_empty() => "this machine",
            None => &self.client_id,
        }
    }

    /// Whether an application is signed in whose secret is kept nowhere.
    pub(crate) fn expires_with_token(&self) -> bool {
        self.home_account_id.is_none()
            && !self.managed_identity
            && !self.azure_cli
            && self.certificate.is_none()
            && self.federated_token.is_none()
    }
}

impl Settings {
    /// What holds in a profile: its own values, else those that are set for all. Sign-ins are its own alone.
    pub(super) fn in_profile(&self, name: Option<&str>) -> Self {
        let Some(name) = name else { return self.clone() };
        let own = self.profile.get(name).cloned().unwrap_or_default();
        let all = self.clone();
        Self {
            account: own.account.or(all.account),
            file_system: own.file_system.or(all.file_system),
            subscription: own.subscription.or(all.subscription),
            cloud: own.cloud.or(all.cloud),
            storage_suffixes: match own.storage_suffixes.is_empty() {
                true => all.storage_suffixes,
                false => own.storage_suffixes,
            },
            sign_in: own.sign_in,
            profile: all.profile,
            other: all.other,
        }
    }

    /// The names of what is set here and means nothing to this version.
    pub(super) fn unknown_keys(&self) -> Vec<String> {
        let own = self.other.keys().cloned();
        let of_sign_ins = self.sign_in.iter().flat_map(|(cloud, sign_in)| {
            sign_in.other.keys().map(move |key| format!("sign_in.{cloud}.{key}"))
        });
        let of_profiles = self.profile.iter().flat_map(|(name, profile)| {
            let nested = profile.profile.keys().map(|inner| format!("profile.{inner}"));
            let keys = profile.unknown_keys().into_iter().chain(nested);
            keys.map(move |key| format!("profile.{name}.{key}")).collect::<Vec<_>>()
        });
        own.chain(of_sign_ins).chain(of_profiles).collect()
    }
}

/// Reads the file's text; none is an empty one.
pub(super) fn parse(path: &Path, text: Option<&str>) -> Outcome<Settings> {
    let Some(text) = text else { return Ok(Settings::default()) };
    let wrong = |what: String| {
        Failure::usage(format!("{} {what}", path.display()))
            .hint("mend it, or move the file away and sign in again with `adls login`")
    };
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| wrong(syntax_message(text, &error)))?;
    serde_path_to_error::deserialize(table).map_err(|error| {
        let key = error.path().to_string();
        wrong(format!("has no usable value for {key}: {}", error.into_inner().message()))
    })
}

fn syntax_message(text: &str, error: &toml::de::Error) -> String {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map_or(1, |before| before.bytes().filter(|byte| *byte == b'\n').count() + 1);
    format!("is not valid TOML, in line {line}: {}", error.message().trim().replace('\n', ", "))
}

/// The file's text with new settings in it. Only sign-ins and the chosen subscription change; whatever
/// else the user has written, comments too, stays as it is.
pub(super) fn write(path: &Path, text: &str, settings: &Settings) -> Outcome<String> {
    let mut document = document(path, text)?;
    write_into(path, document.as_table_mut(), settings)?;
    for (name, profile) in &settings.profile {
        write_into(path, profile_table(path, &mut document, name)?, profile)?;
    }
    Ok(document.to_string())
}

/// The file's text with one value in it, or without.
pub(super) fn set(
    path: &Path,
    text: &str,
    profile: Option<&str>,
    key: &str,
    value: Option<toml_edit::Value>,
) -> Outcome<String> {
    let mut document = document(path, text)?;
    let table = match profile {
        Some(name) => profile_table(path, &mut document, name)?,
        None => document.as_table_mut(),
    };
    match (value, table.get_mut(key)) {
        // What stands behind it in its line stays.
        (Some(value), Some(toml_edit::Item::Value(old))) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        (Some(value), _) => {
            table.insert(key, toml_edit::Item::Value(value));
        }
        (None, _) => {
            table.remove(key);
        }
    }
    Ok(document.to_string())
}

fn document(path: &Path, text: &str) -> Outcome<DocumentMut> {
    text.parse().map_err(|error: toml_edit::TomlError| unwritable(path, &error.to_string()))
}

fn unwritable(path: &Path, why: &str) -> Failure {
    Failure::new(format!("cannot write {}: {why}", path.display()))
}

/// The table of a profile, which comes into being.
fn profile_table<'a>(
    path: &Path,
    document: &'a mut DocumentMut,
    name: &str,
) -> Outcome<&'a mut toml_edit::Table> {
    let profiles = document.entry("profile").or_insert_with(|| {
        let mut table = toml_edit::Table::new();
        table.set_implicit(true);
        toml_edit::Item::Table(table)
    });
    let table = profiles.as_table_mut().map(|profiles| {
        profiles.entry(name).or_insert_with(|| toml_edit::Item::Table(toml_edit::Table::new()))
    });
    table
        .and_then(toml_edit::Item::as_table_mut)
        .ok_or_else(|| unwritable(path, "write profiles as tables, like [profile.work]"))
}

fn write_into(path: &Path, table: &mut toml_edit::Table, settings: &Settings) -> Outcome {
    let chosen = table.get("subscription").and_then(toml_edit::Item::as_str);
    if let Some(subscription) = settings.subscription.as_deref().filter(|id| chosen != Some(id)) {
        table.insert("subscription", toml_edit::value(subscription));
    }
    if settings.sign_in.is_empty() {
        table.remove("sign_in");
        return Ok(());
    }
    let sign_ins = toml_edit::ser::to_document(&settings.sign_in)
        .map_err(|error| unwritable(path, &error.to_string()))?;
    let mut sign_ins = sign_ins.as_table().clone();
    for (_, item) in sign_ins.iter_mut() {
        if let Some(inline) = item.as_inline_table() {
            *item = toml_edit::Item::Table(inline.clone().into_table());
        }
    }
    sign_ins.set_implicit(true);
    table.insert("sign_in", toml_edit::Item::Table(sign_ins));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Outcome<Settings> {
        parse(Path::new("/c/config.toml"), Some(text))
    }

    #[test]
    fn what_is_not_about_sign_ins_stays_as_it_was_written() {
        let text = "# mine\naccount = \"lake\" # the one\nfuture = 1\n";
        let mut settings = parsed(text).unwrap();
        let user = SignIn {
            tenant: "t".to_owned(),
            client_id: "c".to_owned(),
            username: Some("a@b.test".to_owned()),
            certificate: Some("/k/app.pem".into()),
            ..SignIn::default()
        };
        settings.sign_in.insert("AzureCloud".to_owned(), user);
        let written = write(Path::new("c"), text, &settings).unwrap();
        assert!(written.starts_with(text), "{written}");
        assert!(written.contains("\n[sign_in.AzureCloud]\ntenant = \"t\"\n"), "{written}");
        assert_eq!(parsed(&written).unwrap(), settings);
        settings.sign_in.clear();
        assert_eq!(write(Path::new("c"), &written, &settings).unwrap().trim(), text.trim());
    }

    #[test]
    fn a_profile_has_values_and_sign_ins_of_its_own() {
        let path = Path::new("c");
        let text = "account = \"all\" # mine\n";
        let text = set(path, text, Some("work"), "account", Some("lake".into())).unwrap();
        let mut settings = parsed(&text).unwrap();
        let user = SignIn { tenant: "t".to_owned(), ..SignIn::default() };
        let work = settings.profile.get_mut("work").unwrap();
        work.sign_in.insert("AzureCloud".to_owned(), user);
        let text = write(path, &text, &settings).unwrap();
        assert!(text.starts_with("account = \"all\" # mine\n"), "{text}");
        assert!(text.contains("[profile.work.sign_in.AzureCloud]"), "{text}");
        let settings = parsed(&text).unwrap();
        let (all, work) = (settings.in_profile(None), settings.in_profile(Some("work")));
        assert_eq!((all.account.as_deref(), all.sign_in.len()), (Some("all"), 0));
        assert_eq!((work.account.as_deref(), work.sign_in.len()), (Some("lake"), 1));
        let text = set(path, &text, None, "account", Some("new".into())).unwrap();
        assert!(text.starts_with("account = \"new\" # mine\n"), "{text}");
        assert!(!set(path, &text, None, "account", None).unwrap().contains("new"));
    }

    mod a_wrong_setting_is_named {
        use super::*;

        #[test]
        fn with_file_and_key() {
            for (text, key) in [
                ("account = 3", "account"),
                ("storage_suffixes = \"x\"", "storage_suffixes"),
                ("[sign_in.AzureCloud]\ntenant = true", "sign_in.AzureCloud.tenant"),
                ("a = 1\naccount = ", "line 2"),
            ] {
                let failure = parsed(text).unwrap_err();
                let said = failure.to_string();
                assert!(said.contains("/c/config.toml") && said.contains(key), "{said}");
                assert!(!failure.hints().is_empty());
            }
        }

        #[test]
        fn of_a_newer_version_it_is_kept_and_named() {
            let text = "acount = \"x\"\n[sign_in.emulator]\ntenant = \"t\"\nshine = 1\n";
            let settings = parsed(text).unwrap();
            assert_eq!(settings.unknown_keys(), ["acount", "sign_in.emulator.shine"]);
            let written = write(Path::new("c"), text, &settings).unwrap();
            assert_eq!(parsed(&written).unwrap(), settings);
        }
    }
}
