//! The tenant: its users, groups and applications, and who has consented to what.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::error::{Refused, code};
use crate::seed::{Seed, SeedApplication, SeedGroup, SeedPolicy, SeedUser, SignInSettings};

/// A user as the seed describes it.
pub(super) type User = SeedUser;
/// An application as the seed describes it.
pub(super) type Application = SeedApplication;

/// Wrong passwords before an account is locked, the service's default.
const LOCKOUT_THRESHOLD: u32 = 10;
/// How long the first lockout lasts, in seconds, the service's default.
const LOCKOUT_SECONDS: i64 = 60;

/// The tenant and what has happened to its people since the start.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    tenant_id: Uuid,
    domain: String,
    device_code_interval: u32,
    users: Vec<User>,
    groups: Vec<SeedGroup>,
    applications: Vec<Application>,
    federated_domains: Vec<String>,
    policies: Vec<SeedPolicy>,
    sign_in: SignInSettings,
    failures: HashMap<Uuid, Failures>,
    /// Users who have consented to an application in an interactive sign-in.
    consents: HashSet<(Uuid, Uuid)>,
    /// How often a user's password was changed, which ends what was signed in with an older one.
    password_epochs: HashMap<Uuid, u32>,
}

/// Where somebody types a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PasswordFlow {
    /// At the tenant's token endpoint, which does not know the passwords of federated users.
    TokenEndpoint,
    /// On a sign-in page, or at the sign-in server of a federated domain.
    Interactive,
}

/// Wrong passwords in a row.
#[derive(Clone, Debug, Default)]
struct Failures {
    count: u32,
    locked_until: Option<i64>,
}

impl Directory {
    pub(super) fn new(seed: &Seed) -> Self {
        Self {
            tenant_id: seed.tenant_id,
            domain: seed.tenant_domain.clone(),
            device_code_interval: seed.device_code_interval,
            users: seed.users.clone(),
            groups: seed.groups.clone(),
            applications: seed.applications.clone(),
            federated_domains: seed.federated_domains.clone(),
            policies: seed.conditional_access.clone(),
            sign_in: seed.sign_in.clone(),
            failures: HashMap::new(),
            consents: HashSet::new(),
            password_epochs: HashMap::new(),
        }
    }

    /// Seconds between two questions whether a device code was entered.
    pub(super) fn device_code_interval(&self) -> u32 {
        self.device_code_interval
    }

    pub(super) fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    pub(super) fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether `segment`, in lower case, names this tenant: its id, or a domain.
    pub(super) fn is_tenant(&self, segment: &str) -> bool {
        Uuid::parse_str(segment).is_ok_and(|id| id == self.tenant_id) || self.is_domain(segment)
    }

    /// Whether users of `domain` belong to this tenant.
    pub(super) fn is_domain(&self, domain: &str) -> bool {
        self.domain.eq_ignore_ascii_case(domain)
            || self.is_federated(domain)
            || self.users.iter().any(|user| domain_of(&user.username).eq_ignore_ascii_case(domain))
    }

    /// Whether the users of `domain` sign in at a server of their own.
    pub(super) fn is_federated(&self, domain: &str) -> bool {
        self.federated_domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
    }

    /// How Azure AD behaves where tests need it otherwise.
    pub(super) fn sign_in_settings(&self) -> &SignInSettings {
        &self.sign_in
    }

    /// The applications that are identities of machines.
    pub(super) fn managed_identities(&self) -> impl Iterator<Item = &Application> {
        self.applications.iter().filter(|application| !application.managed_identity.is_empty())
    }

    /// The users who may sign in here, other than at a server of their own.
    pub(super) fn local_users(&self) -> impl Iterator<Item = &User> {
        let local = |user: &&User| user.enabled && !self.is_federated(domain_of(&user.username));
        self.users.iter().filter(local)
    }

    /// The applications through which users sign in without a secret.
    pub(super) fn public_applications(&self) -> impl Iterator<Item = &Application> {
        self.applications.iter().filter(|application| application.public_client)
    }

    /// The conditional-access policies.
    pub(super) fn policies(&self) -> &[SeedPolicy] {
        &self.policies
    }

    pub(super) fn user(&self, id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.object_id == id)
    }

    /// The user `username`, in any case.
    ///
    /// # Errors
    /// AADSTS50034.
    pub(super) fn user_named(&self, username: &str) -> Result<&User, Refused> {
        self.users.iter().find(|user| user.username.eq_ignore_ascii_case(username)).ok_or_else(|| {
            Refused::new(
                code::USER_NOT_FOUND,
                format!(
                    "The user account {{EUII Hidden}} does not exist in the {} directory. To sign \
                     into this application, the account must be added to the directory.",
                    self.tenant_id
                ),
            )
        })
    }

    /// Signs a user in with the password: counts wrong ones, and locks the account after ten.
    ///
    /// # Errors
    /// AADSTS50034, 50056, 50053, 50126, 50057, 50055.
    pub(super) fn sign_in(
        &mut self,
        username: &str,
        password: &str,
        flow: PasswordFlow,
        now: Timestamp,
    ) -> Result<User, Refused> {
        let user = self.user_named(username)?.clone();
        if flow == PasswordFlow::TokenEndpoint && self.is_federated(domain_of(&user.username)) {
            return Err(Refused::new(
                code::NO_PASSWORD,
                "Invalid or null password: password does not exist in the directory for this user.",
            ));
        }
        let failures = self.failures.entry(user.object_id).or_default();
        let locked = failures.locked_until.is_some_and(|until| now.as_second() < until);
        if locked || user.locked {
            return Err(Refused::new(
                code::ACCOUNT_LOCKED,
                "The account is locked, you've tried to sign in too many times with an incorrect \
                 user ID or password.",
            ));
        }
        if user.password != password {
            failures.count += 1;
            if failures.count >= LOCKOUT_THRESHOLD {
                failures.locked_until = Some(now.as_second() + LOCKOUT_SECONDS);
            }
            return Err(Refused::new(
                code::INVALID_USERNAME_OR_PASSWORD,
                "Error validating credentials due to invalid username or password.",
            ));
        }
        self.failures.remove(&user.object_id);
        usable(&user)?;
        Ok(user)
    }

    /// The application with this client id.
    ///
    /// # Errors
    /// AADSTS700016.
    pub(super) fn application(&self, client_id: &str) -> Result<&Application, Refused> {
        Uuid::parse_str(client_id)
            .ok()
            .and_then(|id| self.applications.iter().find(|a| a.client_id == id))
            .ok_or_else(|| {
                Refused::new(
                    code::APPLICATION_NOT_FOUND,
                    format!(
                        "Application with identifier '{client_id}' was not found in the directory \
                         '{}'. This can happen if the application has not been installed by the \
                         administrator of the tenant or consented to by any user in the tenant. \
                         You may have sent your authentication request to the wrong tenant.",
                        self.domain
                    ),
                )
            })
    }

    /// The application that answers to this resource name: its id, `api://<id>`, or a name of its own.
    pub(super) fn application_by_resource(&self, resource: &str) -> Option<&Application> {
        let name = resource.strip_suffix('/').unwrap_or(resource);
        let id = Uuid::parse_str(name.strip_prefix("api://").unwrap_or(name)).ok();
        let is_own = |uri: &String| uri.trim_end_matches('/').eq_ignore_ascii_case(name);
        self.applications.iter().find(|application| {
            Some(application.client_id) == id || application.identifier_uris.iter().any(is_own)
        })
    }

    /// Whether `user`, or everybody, has consented to `application`.
    pub(super) fn has_consent(&self, application: &Application, user: &User) -> bool {
        let by_name = |name: &String| name.eq_ignore_ascii_case(&user.username);
        !application.consent_missing
            || application.consented_by.iter().any(by_name)
            || self.consents.contains(&(application.client_id, user.object_id))
    }

    /// Gives `user` another password, which has not expired.
    pub(super) fn change_password(&mut self, user: Uuid, password: &str) {
        if let Some(user) = self.users.iter_mut().find(|known| known.object_id == user) {
            password.clone_into(&mut user.password);
            user.password_expired = false;
            *self.password_epochs.entry(user.object_id).or_default() += 1;
        }
    }

    /// How often the password of `user` was changed.
    pub(super) fn password_epoch(&self, user: Uuid) -> u32 {
        self.password_epochs.get(&user).copied().unwrap_or_default()
    }

    /// Remembers that `user` consents to `application`.
    pub(super) fn consent(&mut self, application: Uuid, user: Uuid) {
        self.consents.insert((application, user));
    }

    /// Whether this is an application, or a user who is not disabled.
    pub(super) fn is_enabled(&self, object_id: Uuid) -> bool {
        let user = self.users.iter().find(|user| user.object_id == object_id);
        let application = || self.applications.iter().any(|app| app.object_id == object_id);
        user.map_or_else(application, |user| user.enabled)
    }

    /// The groups that hold `member`, directly or through other groups, in a stable order.
    pub(super) fn groups_of(&self, member: Uuid) -> Vec<Uuid> {
        let mut found = BTreeSet::new();
        let mut open = vec![member];
        while let Some(member) = open.pop() {
            for group in self.groups.iter().filter(|group| group.members.contains(&member)) {
                if found.insert(group.object_id) {
                    open.push(group.object_id);
                }
            }
        }
        found.into_iter().collect()
    }
}

/// Whether the account may be used at all.
///
/// # Errors
/// AADSTS50057, 50055.
pub(super) fn usable(user: &User) -> Result<(), Refused> {
    if !user.enabled {
        return Err(Refused::new(code::ACCOUNT_DISABLED, "The user account is disabled."));
    }
    if user.password_expired {
        return Err(Refused::new(code::PASSWORD_EXPIRED, "The password is expired."));
    }
    Ok(())
}

/// What follows the `@` of a user name.
pub(super) fn domain_of(username: &str) -> &str {
    username.rsplit_once('@').map_or("", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;

    fn attempt(directory: &mut Directory, password: &str, clock: &Clock) -> Result<User, u32> {
        directory
            .sign_in("user@emulator.test", password, PasswordFlow::TokenEndpoint, clock.now())
            .map_err(|e| e.code())
    }

    #[test]
    fn ten_wrong_passwords_lock_for_a_minute() {
        let seed = Seed::default();
        let mut directory = Directory::new(&seed);
        let clock = Clock::default();
        clock.freeze();
        let good = seed.users[0].password.as_str();
        for _ in 0..9 {
            let refused = attempt(&mut directory, "bad", &clock).unwrap_err();
            assert_eq!(refused, code::INVALID_USERNAME_OR_PASSWORD);
        }
        attempt(&mut directory, good, &clock).expect("nine wrong ones do not lock");
        for _ in 0..10 {
            let refused = attempt(&mut directory, "bad", &clock).unwrap_err();
            assert_eq!(refused, code::INVALID_USERNAME_OR_PASSWORD);
        }
        assert_eq!(attempt(&mut directory, good, &clock).unwrap_err(), code::ACCOUNT_LOCKED);
        clock.advance(Duration::from_secs(59));
        assert_eq!(attempt(&mut directory, good, &clock).unwrap_err(), code::ACCOUNT_LOCKED);
        clock.advance(Duration::from_secs(1));
        attempt(&mut directory, good, &clock).expect("the lock has ended");
    }

    #[test]
    fn groups_are_found_through_groups() {
        let id = Uuid::from_u128;
        let group = |own: u128, members: &[u128]| SeedGroup {
            object_id: id(own),
            display_name: String::new(),
            members: members.iter().copied().map(id).collect(),
        };
        let groups = vec![group(10, &[1]), group(11, &[10]), group(12, &[2]), group(13, &[11, 13])];
        let directory = Directory::new(&Seed { groups, ..Seed::default() });
        assert_eq!(directory.groups_of(id(1)), [id(10), id(11), id(13)]);
        assert!(directory.groups_of(id(3)).is_empty());
    }

    #[test]
    fn a_tenant_answers_to_its_id_and_domains() {
        let directory = Directory::new(&Seed::default());
        assert!(directory.is_tenant("5a1e0000-0000-4000-8000-000000000001"));
        assert!(directory.is_tenant("EMULATOR.test"));
        assert!(!directory.is_tenant("other.test"));
    }
}
