//! Reads the seed from a file, and checks that such a tenant can be.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use uuid::Uuid;

use crate::aad::check_certificate;
use crate::error::Error;
use crate::seed::Seed;

impl Seed {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, or describes a tenant that cannot be; the text names the
    /// file and the place.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::File {
            action: "cannot read",
            path: path.to_owned(),
            source,
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
        let nil = users.chain(groups).chain(applications).filter(|id| id.is_nil());
        for (id, number) in nil.zip(1..) {
            *id = Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0001_0000_u128 | number);
        }
    }

    fn check(&self) -> Result<(), String> {
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
        self.check_users()?;
        self.check_applications()?;
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
            let foreign = application.federated_credentials.iter().map(|known| &known.certificate);
            let foreign = foreign.filter(|pem| !pem.is_empty());
            for pem in application.certificates.iter().chain(foreign) {
                check_certificate(pem)
                    .map_err(|e| format!("applications: a certificate of '{name}' {e}"))?;
            }
        }
        unique("client_id", self.applications.iter().map(|app| app.client_id.to_string()))
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
    fn the_example_is_a_tenant() {
        let seed: Seed = include_str!("../examples/tenant.toml").parse().unwrap();
        assert_eq!(seed.tenant_domain, "contoso.test");
        assert_eq!(seed.users.len(), 4);
        assert_eq!(seed.applications[1].secrets.len(), 2);
        assert!(seed.applications[1].secrets[1].expires.is_some());
        assert_eq!(seed.conditional_access.len(), 1);
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
        let missing = Seed::load(Path::new("/nonexistent/seed.toml")).unwrap_err().to_string();
        assert!(missing.starts_with("cannot read /nonexistent/seed.toml: "));
    }
}
