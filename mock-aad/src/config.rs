//! Reads the seed from a file, and checks that such a tenant can be.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::str::FromStr;

use url::Url;
use uuid::Uuid;

use crate::aad::{check_certificate, is_resource};
use crate::error::Error;
use crate::seed::{Seed, SeedStorageAccount};

impl Seed {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, or describes a tenant that cannot be; the text names the
    /// file and the place.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| match source.kind() {
            ErrorKind::InvalidData => {
                Error::Config(format!("{} is not UTF-8; save it as UTF-8", path.display()))
            }
            _ => Error::File { action: "cannot read", path: path.to_owned(), source },
        })?;
        text.parse().map_err(|error| match error {
            Error::Config(reason) => Error::Config(format!("{}: {reason}", path.display())),
            other => other,
        })
    }
}

impl FromStr for Seed {
    type Err = Error;

    /// Reads TOML. What it leaves out is as in the default seed; the default users follow a domain
    /// that is named. Users, groups and applications without an object id get one.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut seed: Self =
            toml::from_str(text).map_err(|e| Error::Config(e.to_string().trim_end().to_owned()))?;
        seed.move_default_users();
        seed.fill_in_ids();
        seed.check().map_err(Error::Config)?;
        Ok(seed)
    }
}

/// Roles on the subscription that a configuration may give.
const ROLES: [&str; 4] = ["", "Owner", "Contributor", "Reader"];

impl Seed {
    fn move_default_users(&mut self) {
        let default = Self::default();
        let old = format!("@{}", default.tenant_domain);
        let untouched =
            self.users.iter().map(|u| &u.username).eq(default.users.iter().map(|u| &u.username));
        for user in self.users.iter_mut().filter(|_| untouched) {
            if let Some(name) = user.username.strip_suffix(&old) {
                user.username = format!("{name}@{}", self.tenant_domain);
            }
        }
    }

    /// Ids that stay the same as long as the order in the file does.
    fn fill_in_ids(&mut self) {
        let users = self.users.iter_mut().map(|user| &mut user.object_id);
        let groups = self.groups.iter_mut().map(|group| &mut group.object_id);
        let applications = self.applications.iter_mut().map(|app| &mut app.object_id);
        let fabric = self.onelake.ids_mut();
        let nil = users.chain(groups).chain(applications).chain(fabric).filter(|id| id.is_nil());
        for (id, number) in nil.zip(1..) {
            *id = Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0001_0000_u128 | number);
        }
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        named("tenant_domain", &self.tenant_domain)?;
        named("resource_group", &self.resource_group)?;
        named("location", &self.location)?;
        let account = &self.default_account;
        let letters = account.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !letters || !(3..=24).contains(&account.len()) {
            return Err(format!(
                "default_account '{account}' is not 3 to 24 lower-case letters and digits"
            ));
        }
        if self.management.page_size == 0 {
            return Err("management.page_size is 0, and a page without items has no end".to_owned());
        }
        self.storage_accounts.iter().try_for_each(SeedStorageAccount::check)?;
        let storage_accounts = self.storage_accounts.iter().map(|account| account.name.clone());
        unique("storage_accounts: name", storage_accounts)?;
        let knows = |name: &str| self.id_of(name).is_some();
        self.accounts.iter().try_for_each(|account| account.check(knows))?;
        self.onelake.check()?;
        let workspaces = self.onelake.workspaces.iter().map(|workspace| workspace.name.clone());
        unique("onelake: the workspace", workspaces)?;
        unique("onelake: id", self.onelake.ids().map(|id| id.to_string()))?;
        self.check_users()?;
        self.check_applications()?;
        self.check_groups()?;
        self.check_policies()?;
        let groups = self.groups.iter().map(|group| group.object_id);
        let users = self.users.iter().map(|user| user.object_id);
        let applications = self.applications.iter().map(|app| app.object_id);
        unique("object_id", users.chain(groups).chain(applications).map(|id| id.to_string()))
    }

    fn check_users(&self) -> Result<(), String> {
        for user in &self.users {
            let name = &user.username;
            if !name.split_once('@').is_some_and(|(n, domain)| !n.is_empty() && !domain.is_empty())
            {
                return Err(format!("users: username '{name}' is not name@domain"));
            }
            role("users", name, &user.role)?;
        }
        unique("username", self.users.iter().map(|user| user.username.to_lowercase()))
    }

    fn check_applications(&self) -> Result<(), String> {
        for application in &self.applications {
            let name = &application.display_name;
            if application.client_id.is_nil() {
                return Err(format!("applications: '{name}' needs a client_id"));
            }
            role("applications", name, &application.role)?;
            if !(1..=2).contains(&application.access_token_version) {
                let version = application.access_token_version;
                return Err(format!(
                    "applications: access_token_version {version} of '{name}' is neither 1 nor 2"
                ));
            }
            if let Some(address) =
                application.redirect_uris.iter().find(|uri| Url::parse(uri).is_err())
            {
                return Err(format!(
                    "applications: redirect_uri '{address}' of '{name}' is not a URL"
                ));
            }
            if !application.consent_missing && !application.consented_by.is_empty() {
                return Err(format!(
                    "applications: consented_by of '{name}' says nothing without consent_missing = true"
                ));
            }
            for username in &application.consented_by {
                self.check_username(&format!("applications: consented_by of '{name}'"), username)?;
            }
            let foreign = application.federated_credentials.iter().map(|known| &known.certificate);
            let foreign = foreign.filter(|pem| !pem.is_empty());
            for pem in application.certificates.iter().chain(foreign) {
                check_certificate(pem)
                    .map_err(|e| format!("applications: a certificate of '{name}' {e}"))?;
            }
        }
        unique("client_id", self.applications.iter().map(|app| app.client_id.to_string()))
    }

    fn check_groups(&self) -> Result<(), String> {
        let users = self.users.iter().map(|user| user.object_id);
        let groups = self.groups.iter().map(|group| group.object_id);
        let applications = self.applications.iter().map(|app| app.object_id);
        let everybody: BTreeSet<Uuid> = users.chain(groups).chain(applications).collect();
        for group in &self.groups {
            let name = &group.display_name;
            named("groups: display_name", name)?;
            if let Some(nobody) = group.members.iter().find(|member| !everybody.contains(member)) {
                return Err(format!(
                    "groups: the member {nobody} of '{name}' is the object_id of nobody"
                ));
            }
        }
        Ok(())
    }

    fn check_policies(&self) -> Result<(), String> {
        for policy in &self.conditional_access {
            let id = policy.id;
            for username in &policy.users {
                self.check_username(&format!("conditional_access: users of {id}"), username)?;
            }
            let known = |id: &Uuid| self.applications.iter().any(|app| app.client_id == *id);
            if let Some(nobody) = policy.applications.iter().find(|id| !known(id)) {
                return Err(format!(
                    "conditional_access: applications of {id}: {nobody} is the client_id of no application"
                ));
            }
            if let Some(nothing) = policy.resources.iter().find(|name| !is_resource(self, name)) {
                return Err(format!(
                    "conditional_access: resources of {id}: nothing is called '{nothing}'"
                ));
            }
        }
        Ok(())
    }

    fn check_username(&self, place: &str, username: &str) -> Result<(), String> {
        if self.users.iter().any(|user| user.username.eq_ignore_ascii_case(username)) {
            return Ok(());
        }
        Err(format!("{place}: there is no user '{username}'"))
    }
}

fn named(field: &str, value: &str) -> Result<(), String> {
    if value.trim().is_empty() { Err(format!("{field} is empty")) } else { Ok(()) }
}

fn role(list: &str, name: &str, role: &str) -> Result<(), String> {
    if ROLES.contains(&role) {
        return Ok(());
    }
    Err(format!("{list}: role '{role}' of '{name}' is none of Owner, Contributor, Reader"))
}

fn unique(field: &str, values: impl Iterator<Item = String>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for value in values {
        if seen.contains(&value) {
            return Err(format!("{field} '{value}' occurs twice"));
        }
        seen.insert(value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::DataRole;

    fn error(text: &str) -> String {
        text.parse::<Seed>().unwrap_err().to_string()
    }

    #[test]
    fn what_is_left_out_is_the_default() {
        let seed: Seed = "tenant_domain = 'contoso.test'\nlocation = 'westeurope'".parse().unwrap();
        assert_eq!(seed.location, "westeurope");
        assert_eq!(seed.default_account, Seed::default().default_account);
        assert_eq!(seed.users[0].username, "user@contoso.test");
    }

    #[test]
    fn users_replace_the_default_ones_and_get_ids() {
        let seed: Seed = "[[users]]\nusername = 'a@b.test'\npassword = 'p'\n\
                          [[users]]\nusername = 'c@b.test'\nmfa_required = true"
            .parse()
            .unwrap();
        assert_eq!(seed.users.len(), 2);
        assert!(seed.users[1].mfa_required && seed.users[1].enabled);
        assert_ne!(seed.users[0].object_id, seed.users[1].object_id);
        assert_eq!(seed.applications.len(), Seed::default().applications.len());
    }

    #[test]
    fn a_data_role_has_a_long_name_and_a_short_one() {
        for (text, role) in [
            ("Storage Blob Data Owner", Some(DataRole::Owner)),
            ("Contributor", Some(DataRole::Contributor)),
            ("reader", Some(DataRole::Reader)),
            ("", None),
        ] {
            let seed: Seed =
                format!("[[users]]\nusername = 'a@b'\ndata_role = '{text}'").parse().unwrap();
            assert_eq!(seed.users[0].data_role, role, "{text}");
        }
    }

    #[test]
    fn a_storage_account_needs_only_a_name() {
        let seed: Seed = "[[storage_accounts]]\nname = 'lake'".parse().unwrap();
        assert_eq!(seed.storage_accounts.len(), 1);
        assert_eq!(
            seed.storage_keys("lake"),
            [Seed::default().storage_keys("mockgen2")[0].clone()]
        );
    }

    #[test]
    fn the_example_is_a_tenant() {
        let seed: Seed = include_str!("../examples/tenant.toml").parse().unwrap();
        assert_eq!(seed.tenant_domain, "contoso.test");
        assert_eq!(seed.users.len(), 4);
        assert_eq!(seed.applications[1].secrets.len(), 2);
        assert!(seed.applications[1].secrets[1].expires.is_some());
        assert_eq!(seed.conditional_access.len(), 1);
        assert_eq!(seed.storage_accounts[0].file_systems, ["raw", "curated"]);
        assert_eq!(seed.storage_accounts[1].soft_delete_days, Some(14));
        let workspace = &seed.onelake.workspaces[0];
        assert_eq!((&*workspace.name, &*workspace.items[0].name), ("Sales", "orders.Lakehouse"));
    }

    #[test]
    fn workspaces_get_ids_and_items_get_folders() {
        let seed: Seed = "[[onelake.workspaces]]\nname = 'My work'\n\
                          [[onelake.workspaces.items]]\nname = 'a.Lakehouse'"
            .parse()
            .unwrap();
        let workspace = seed.onelake.workspace("My work").unwrap();
        assert!(!workspace.id.is_nil() && workspace.id != workspace.items[0].id);
        assert_eq!(workspace.items[0].folders, ["Files", "Tables"]);
        let none: Seed = "[onelake]\nworkspaces = []".parse().unwrap();
        assert!(none.onelake.workspaces.is_empty());
    }

    #[test]
    fn workspaces_that_cannot_be_are_named() {
        let workspace = "[[onelake.workspaces]]\nname = 'work'\n";
        let item = format!("{workspace}[[onelake.workspaces.items]]\n");
        for (text, named) in [
            ("[[onelake.workspaces]]\nname = 'a/b'".to_owned(), "the workspace 'a/b'"),
            ("[[onelake.workspaces]]\nname = '$logs'".to_owned(), "'$logs'"),
            ("[[onelake.workspaces]]".to_owned(), "the workspace ''"),
            (
                "[[onelake.workspaces]]\nname = '5a1e0000-0000-4000-8000-000000000c01'".to_owned(),
                "has an id as its name",
            ),
            (format!("{workspace}{workspace}"), "the workspace 'work' occurs twice"),
            (format!("{item}name = 'lake'"), "call it 'lake.Lakehouse'"),
            (
                format!(
                    "{item}name = 'a.Lakehouse'\n[[onelake.workspaces.items]]\nname = 'a.Lakehouse'"
                ),
                "the item 'a.Lakehouse' of 'work' occurs twice",
            ),
            (format!("{item}name = 'a.Lakehouse'\nfolders = ['..']"), "the folder '..'"),
            (
                "[[onelake.workspaces]]\nname = 'a'\nid = '5a1e0000-0000-4000-8000-0000000000aa'\n\
                 [[onelake.workspaces]]\nname = 'b'\nid = '5a1e0000-0000-4000-8000-0000000000aa'"
                    .to_owned(),
                "onelake: id '5a1e0000-0000-4000-8000-0000000000aa' occurs twice",
            ),
            ("[[storage_accounts]]\nname = 'onelake'".to_owned(), "[[onelake.workspaces]]"),
        ] {
            let error = error(&text);
            assert!(error.contains(named), "{text}: {error}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        assert!(error("colour = 'red'").contains("unknown field `colour`"));
        assert!(error("tenant_id = 5").contains("line 1"));
        assert_eq!(error("location = ''"), "location is empty");
        assert!(error("default_account = 'No-Dashes'").contains("'No-Dashes'"));
        assert!(error("[[users]]\nusername = 'nobody'").contains("'nobody' is not name@domain"));
        assert!(
            error("[[users]]\nusername = 'a@b'\n[[users]]\nusername = 'A@b'")
                .contains("username 'a@b' occurs twice")
        );
        assert!(error("[[users]]\nusername = 'a@b'\nrole = 'King'").contains("role 'King'"));
        assert!(error("[[applications]]\ndisplay_name = 'x'").contains("'x' needs a client_id"));
        assert!(
            error(
                "[[applications]]\ndisplay_name = 'x'\ncertificates = ['y']\n\
                 client_id = '5a1e0000-0000-4000-8000-000000000a01'"
            )
            .contains("a certificate of 'x' is not PEM")
        );
        let application = |line: &str| {
            error(&format!(
                "[[applications]]\ndisplay_name = 'x'\n\
                 client_id = '5a1e0000-0000-4000-8000-000000000a01'\n{line}"
            ))
        };
        assert!(application("secrets = [{ value = 's', expirse = 'x' }]").contains("`expirse`"));
        assert!(application("secrets = [5]").contains("a text, or a table"));
        let missing = Seed::load(Path::new("/nonexistent/seed.toml")).unwrap_err().to_string();
        assert!(missing.starts_with("cannot read /nonexistent/seed.toml: "));
    }

    #[test]
    fn a_wrong_setting_is_named_also_where_it_would_have_no_effect() {
        let application = "[[applications]]\ndisplay_name = 'x'\n\
                           client_id = '5a1e0000-0000-4000-8000-000000000a01'\n";
        let policy = "[[conditional_access]]\nid = '5a1e0000-0000-4000-8000-00000000ca01'\n\
                      require = 'mfa'\n";
        let nobody = "5a1e0000-0000-4000-8000-00000000dead";
        for (text, named) in [
            (format!("{application}access_token_version = 3"), "access_token_version 3"),
            (format!("{application}redirect_uris = ['/here']"), "'/here' of 'x' is not a URL"),
            (format!("{application}consented_by = ['user@emulator.test']"), "consent_missing"),
            (
                format!("{application}consent_missing = true\nconsented_by = ['eve@x.test']"),
                "no user 'eve@x.test'",
            ),
            (format!("[[groups]]\ndisplay_name = 'g'\nmembers = ['{nobody}']"), nobody),
            ("[[groups]]\ndisplay_name = ' '".to_owned(), "display_name is empty"),
            (format!("{policy}users = ['eve@x.test']"), "no user 'eve@x.test'"),
            (format!("{policy}applications = ['{nobody}']"), nobody),
            (format!("{policy}resources = ['https://x.test']"), "'https://x.test'"),
            ("[management]\npage_size = 0".to_owned(), "page_size is 0"),
            ("[management]\npagesize = 1".to_owned(), "`pagesize`"),
            ("[sign_in]\nslowdown = true".to_owned(), "`slowdown`"),
        ] {
            let error = error(&text);
            assert!(error.contains(named), "{text}: {error}");
        }
        let account = "[[storage_accounts]]\nname = 'lake'\n";
        let gen1 = "[[accounts]]\nname = 'lake'\ngeneration = 1\n";
        let gen2 = "[[accounts]]\nname = 'lake'\ngeneration = 2\n";
        for (text, named) in [
            ("[[storage_accounts]]".to_owned(), "name '' is not 3 to 24"),
            ("[[storage_accounts]]\nname = 'No-Dashes'".to_owned(), "'No-Dashes'"),
            (format!("{account}hns = false"), "flat accounts are not offered"),
            (format!("{account}key = 'a-b'"), "key is not base64 of 'lake'"),
            (format!("{account}key2 = 'x'"), "key2 is not base64 of 'lake'"),
            (format!("{account}file_systems = ['UPPER']"), "'UPPER'"),
            (format!("{account}file_systems = ['a--b']"), "'a--b'"),
            (format!("{account}file_systems = ['abc', 'abc']"), "'abc' occurs twice"),
            (format!("{account}soft_delete_days = 0"), "soft_delete_days 0"),
            (format!("{account}soft_delete_days = 366"), "soft_delete_days 366"),
            (format!("{account}{account}"), "name 'lake' occurs twice"),
            (format!("{account}keys = []"), "`keys`"),
            ("[[users]]\nusername = 'a@b'\ndata_role = 'King'".to_owned(), "data_role 'King'"),
            ("[[accounts]]\nname = 'No'".to_owned(), "'No'"),
            ("[[accounts]]\nname = 'lake'".to_owned(), "generation = 1 or 2"),
            (format!("{gen1}file_systems = ['abc']"), "no file systems"),
            (format!("{gen1}owners = ['eve']"), "'eve'"),
            (format!("{gen1}size = 1"), "`size`"),
            (format!("{gen2}owners = ['user@emulator.test']"), "data_role"),
            (format!("{gen2}file_systems = ['UPPER']"), "'UPPER'"),
            (format!("{gen2}paths = [{{ path = '/UPPER/x' }}]"), "'UPPER'"),
            (format!("{gen2}paths = [{{ path = 'x' }}]"), "the path 'x'"),
            (format!("{gen2}paths = [{{ path = '/' }}]"), "there anyway"),
            (format!("{gen2}paths = [{{ path = '/abc', owner = 'eve' }}]"), "owner of /abc"),
        ] {
            let error = error(&text);
            assert!(error.contains(named), "{text}: {error}");
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tenant.toml");
        std::fs::write(&path, b"\xff\xfel\0").unwrap();
        let error = Seed::load(&path).unwrap_err().to_string();
        assert!(error.contains("is not UTF-8; save it as UTF-8"), "{error}");
        std::fs::write(&path, "\u{feff}location = 'westeurope'\r\n").unwrap();
        assert_eq!(Seed::load(&path).unwrap().location, "westeurope");
    }
}
