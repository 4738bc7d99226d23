//! The cache's content: MSAL's unified schema.
//!
//! One JSON object with a section per kind of entry; a section maps a lower-case key to an entry,
//! whose values are strings. Other programs write the same file, so entries are kept as the JSON they
//! are: what is not understood here survives. Entries are found by their fields, never by their key,
//! since programs differ in how they spell keys.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use adls_http::{AccessToken, text as encoding};
use adls_wire::cloud;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::endpoint::{TokenReply, whole_number};
use crate::{Account, CachedApp, jwt};

const ACCESS_TOKEN: &str = "AccessToken";
const REFRESH_TOKEN: &str = "RefreshToken";
const ID_TOKEN: &str = "IdToken";
const ACCOUNT: &str = "Account";
const APP_METADATA: &str = "AppMetadata";

/// Sections whose entries belong to an account.
const ACCOUNT_SECTIONS: [&str; 4] = [ACCESS_TOKEN, REFRESH_TOKEN, ID_TOKEN, ACCOUNT];
/// The family of Microsoft's own clients, which share refresh tokens.
const FIRST_PARTY_FAMILY: &str = "1";

/// The content of a cache. Its `Debug` shows only how much there is.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Document(Map<String, Value>);

/// Whose tokens are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenOwner<'a> {
    /// Empty for an application's own tokens.
    pub(crate) home_account_id: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) client_id: &'a str,
}

/// A token reply and what it was asked for.
#[derive(Debug)]
pub(crate) struct IssuedTokens<'a> {
    pub(crate) owner: TokenOwner<'a>,
    pub(crate) realm: &'a str,
    pub(crate) reply: &'a TokenReply,
    /// The user, unless the token is the application's own.
    pub(crate) account: Option<&'a Account>,
    /// The refresh token that was exchanged for this.
    pub(crate) exchanged: Option<&'a StoredRefreshToken>,
    pub(crate) now: SystemTime,
}

/// A refresh token that may be worth trying.
#[derive(Clone, Debug)]
pub(crate) struct StoredRefreshToken {
    pub(crate) secret: SecretString,
    /// The client that got it.
    pub(crate) client_id: String,
    /// The family that may redeem it too.
    pub(crate) family_id: Option<String>,
}

impl Document {
    /// Reads a cache. An empty text is an empty cache.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let text = encoding::decode(text).ok()?;
        if text.trim_ascii().is_empty() {
            return Some(Self::default());
        }
        serde_json::from_str(&text).ok().map(Self)
    }

    /// The text that goes into a file, indented as other programs do.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        // Writing plain JSON values into memory has nothing to fail on.
        let _ = serde::Serialize::serialize(&self.0, &mut serializer);
        bytes
    }

    /// The access token that is good for all of `scopes`, valid at `now`, and lasts longest.
    pub(crate) fn access_token(
        &self,
        owner: TokenOwner<'_>,
        realm: &str,
        scopes: &[String],
        now: SystemTime,
    ) -> Option<AccessToken> {
        let mut best: Option<AccessToken> = None;
        for entry in self.entries(ACCESS_TOKEN) {
            let target = text(entry, "target");
            let covers = |scope: &String| target.split(' ').any(|word| same(word, scope));
            if !owner.owns(entry)
                || !same(text(entry, "realm"), realm)
                || !is_bearer(entry)
                || !scopes.iter().all(covers)
            {
                continue;
            }
            let Some(expires_on) = time(entry, "expires_on") else { continue };
            if expires_on <= now
                || best.as_ref().is_some_and(|best| best.expires_on() >= expires_on)
            {
                continue;
            }
            let token = AccessToken::new(text(entry, "secret"), expires_on);
            best = Some(match time(entry, "refresh_on") {
                Some(refresh_on) => token.with_refresh_on(refresh_on),
                None => token,
            });
        }
        best
    }

    /// The refresh tokens that `owner` may redeem, the likeliest first: the client's own, then those
    /// of its family. A client that was never seen before may be of the family, so it may try.
    pub(crate) fn refresh_tokens(&self, owner: TokenOwner<'_>) -> Vec<StoredRefreshToken> {
        let metadata = self.entries(APP_METADATA).find(|entry| {
            same(text(entry, "client_id"), owner.client_id)
                && same_environment(text(entry, "environment"), owner.environment)
        });
        let family = match metadata {
            Some(entry) => text(entry, "family_id"),
            None => FIRST_PARTY_FAMILY,
        };
        let mut found: Vec<(bool, StoredRefreshToken)> = self
            .entries(REFRESH_TOKEN)
            .filter(|entry| owner.is_user_of(entry))
            .filter_map(|entry| {
                let own = same(text(entry, "client_id"), owner.client_id);
                let related = !family.is_empty() && text(entry, "family_id") == family;
                (own || related).then(|| {
                    let token = StoredRefreshToken {
                        secret: text(entry, "secret").into(),
                        client_id: text(entry, "client_id").to_owned(),
                        family_id: Some(text(entry, "family_id").to_owned())
                            .filter(|family| !family.is_empty()),
                    };
                    (!own, token)
                })
            })
            .collect();
        found.sort_by_key(|(foreign, _)| *foreign);
        found.into_iter().map(|(_, token)| token).collect()
    }

    /// Puts in what an authority issued.
    pub(crate) fn put(&mut self, issued: &IssuedTokens<'_>) {
        self.drop_expired(issued.now);
        self.put_access_token(issued);
        if let Some(account) = issued.account {
            self.put_account(issued, account);
            self.put_id_token(issued);
            self.put_refresh_token(issued);
            self.put_app_metadata(issued);
        }
    }

    /// Removes an access token that a service has refused.
    pub(crate) fn remove_access_token(&mut self, secret: &str) -> bool {
        self.remove(&[ACCESS_TOKEN], |entry| text(entry, "secret") == secret)
    }

    /// Removes a refresh token that the authority has refused.
    pub(crate) fn remove_refresh_token(&mut self, secret: &SecretString) -> bool {
        self.remove(&[REFRESH_TOKEN], |entry| text(entry, "secret") == secret.expose_secret())
    }

    /// The users, one entry for each tenant that they signed in to.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let accounts =
            self.entries(ACCOUNT).filter(|entry| !text(entry, "home_account_id").is_empty());
        let mut accounts: Vec<Account> = accounts.map(|entry| self.account(entry)).collect();
        accounts.sort_by(|a, b| (&a.username, &a.tenant_id).cmp(&(&b.username, &b.tenant_id)));
        accounts.dedup();
        accounts
    }

    /// The applications that have tokens of their own.
    pub(crate) fn apps(&self) -> Vec<CachedApp> {
        let own =
            self.entries(ACCESS_TOKEN).filter(|entry| text(entry, "home_account_id").is_empty());
        let mut apps: Vec<CachedApp> = own
            .map(|entry| CachedApp {
                client_id: text(entry, "client_id").to_owned(),
                tenant_id: text(entry, "realm").to_owned(),
                environment: text(entry, "environment").to_owned(),
            })
            .collect();
        apps.sort();
        apps.dedup();
        apps
    }

    /// Removes a user with all tokens, in every tenant.
    pub(crate) fn remove_account(&mut self, account: &Account) -> bool {
        self.remove(&ACCOUNT_SECTIONS, |entry| {
            same(text(entry, "home_account_id"), &account.home_account_id)
                && same_environment(text(entry, "environment"), &account.environment)
        })
    }

    /// Removes the tokens of an application.
    pub(crate) fn remove_app(&mut self, app: &CachedApp) -> bool {
        self.remove(&[ACCESS_TOKEN], |entry| {
            text(entry, "home_account_id").is_empty()
                && same(text(entry, "client_id"), &app.client_id)
                && same(text(entry, "realm"), &app.tenant_id)
                && same_environment(text(entry, "environment"), &app.environment)
        })
    }

    /// Removes every account and token; what else programs keep here stays.
    pub(crate) fn clear(&mut self) {
        for section in ACCOUNT_SECTIONS {
            if let Some(section) = self.0.get_mut(section) {
                *section = json!({});
            }
        }
    }

    fn put_access_token(&mut self, issued: &IssuedTokens<'_>) {
        let IssuedTokens { owner, realm, reply, now, .. } = issued;
        let target = reply.scopes.join(" ");
        // What the new token covers needs no older token.
        self.remove(&[ACCESS_TOKEN], |entry| {
            let covered = |word: &str| reply.scopes.iter().any(|scope| same(scope, word));
            owner.owns(entry)
                && same(text(entry, "realm"), realm)
                && is_bearer(entry)
                && text(entry, "target").split(' ').all(covered)
        });
        let token = &reply.access_token;
        let key = [
            owner.home_account_id,
            owner.environment,
            "accesstoken",
            owner.client_id,
            realm,
            &target,
        ]
        .join("-");
        let extended = reply.extended_expires_on.unwrap_or(token.expires_on());
        let mut entry = json!({
            "credential_type": ACCESS_TOKEN,
            "secret": token.secret(),
            "home_account_id": owner.home_account_value(),
            "environment": owner.environment,
            "client_id": owner.client_id,
            "target": target,
            "realm": realm,
            "token_type": "Bearer",
            "cached_at": seconds(*now),
            "expires_on": seconds(token.expires_on()),
            "extended_expires_on": seconds(extended),
        });
        if let Some(refresh_on) = token.refresh_on() {
            entry["refresh_on"] = seconds(refresh_on);
        }
        self.insert(ACCESS_TOKEN, &key, entry);
    }

    /// A renewed refresh token stays under the client that first got it: programs of a family look
    /// for it there.
    fn put_refresh_token(&mut self, issued: &IssuedTokens<'_>) {
        let IssuedTokens { owner, reply, exchanged, now, .. } = issued;
        let Some(secret) = &reply.refresh_token else { return };
        let client_id = exchanged.map_or(owner.client_id, |old| &old.client_id);
        // One for each user and client, however the key of an older one was spelled.
        let holder = TokenOwner { client_id, ..*owner };
        self.remove(&[REFRESH_TOKEN], |entry| holder.owns(entry));
        let key =
            [owner.home_account_id, owner.environment, "refreshtoken", client_id, "", ""].join("-");
        let mut entry = json!({
            "credential_type": REFRESH_TOKEN,
            "secret": secret.expose_secret(),
            "home_account_id": owner.home_account_id,
            "environment": owner.environment,
            "client_id": client_id,
            "target": "",
            "last_modification_time": seconds(*now),
        });
        let family = reply.family_id.as_ref().or(exchanged.and_then(|old| old.family_id.as_ref()));
        if let Some(family) = family {
            entry["family_id"] = json!(family);
        }
        self.insert(REFRESH_TOKEN, &key, entry);
    }

    fn put_account(&mut self, issued: &IssuedTokens<'_>, account: &Account) {
        let IssuedTokens { owner, realm, .. } = issued;
        let key = [owner.home_account_id, owner.environment, realm].join("-");
        self.insert(
            ACCOUNT,
            &key,
            json!({
                "home_account_id": owner.home_account_id,
                "environment": owner.environment,
                "realm": realm,
                "local_account_id": account.object_id.as_deref().unwrap_or_default(),
                "username": account.username,
                "authority_type": if same(realm, "adfs") { "ADFS" } else { "MSSTS" },
            }),
        );
    }

    fn put_id_token(&mut self, issued: &IssuedTokens<'_>) {
        let IssuedTokens { owner, realm, reply, .. } = issued;
        let Some(secret) = &reply.id_token else { return };
        let key = [owner.home_account_id, owner.environment, "idtoken", owner.client_id, realm, ""]
            .join("-");
        self.insert(
            ID_TOKEN,
            &key,
            json!({
                "credential_type": ID_TOKEN,
                "secret": secret.expose_secret(),
                "home_account_id": owner.home_account_id,
                "environment": owner.environment,
                "realm": realm,
                "client_id": owner.client_id,
            }),
        );
    }

    /// Remembers whether the client is of a family: the authority tells with every reply.
    fn put_app_metadata(&mut self, issued: &IssuedTokens<'_>) {
        let IssuedTokens { owner, reply, .. } = issued;
        let key = ["appmetadata", owner.environment, owner.client_id].join("-");
        let mut entry = json!({ "client_id": owner.client_id, "environment": owner.environment });
        if let Some(family) = &reply.family_id {
            entry["family_id"] = json!(family);
        }
        self.insert(APP_METADATA, &key, entry);
    }

    /// Puts an entry into its section. Fields of an entry in that place which are unknown here stay.
    fn insert(&mut self, section: &str, key: &str, entry: Value) {
        let section = self.0.entry(section).or_insert_with(|| json!({}));
        if !section.is_object() {
            *section = json!({});
        }
        let place = &mut section[key.to_lowercase()];
        match (place.as_object_mut(), entry) {
            (Some(old), Value::Object(new)) => old.extend(new),
            (_, entry) => *place = entry,
        }
    }

    fn remove(&mut self, sections: &[&str], matches: impl Fn(&Value) -> bool) -> bool {
        let mut removed = false;
        for section in sections {
            let Some(entries) = self.0.get_mut(*section).and_then(Value::as_object_mut) else {
                continue;
            };
            let before = entries.len();
            entries.retain(|_, entry| !matches(entry));
            removed |= entries.len() < before;
        }
        removed
    }

    fn drop_expired(&mut self, now: SystemTime) {
        self.remove(&[ACCESS_TOKEN], |entry| {
            time(entry, "expires_on").is_some_and(|end| end <= now)
        });
    }

    fn entries(&self, section: &str) -> impl Iterator<Item = &Value> {
        self.0.get(section).and_then(Value::as_object).into_iter().flat_map(|map| map.values())
    }

    fn account(&self, entry: &Value) -> Account {
        let field = |name: &str| text(entry, name).to_owned();
        let own = |name: &str, other: &Value| same(text(entry, name), text(other, name));
        let claims = self
            .entries(ID_TOKEN)
            .find(|token| {
                ["home_account_id", "environment", "realm"].iter().all(|name| own(name, token))
            })
            .and_then(|token| jwt::decode_unverified(text(token, "secret")).ok())
            .map(|decoded| decoded.claims)
            .unwrap_or_default();
        let claim = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        Account {
            username: field("username"),
            home_account_id: field("home_account_id"),
            environment: field("environment"),
            tenant_id: claim("tid").unwrap_or_else(|| field("realm")),
            object_id: Some(field("local_account_id")).filter(|id| !id.is_empty()),
            display_name: claim("name"),
        }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes =
            self.0.iter().map(|(name, entries)| (name, entries.as_object().map_or(0, Map::len)));
        f.debug_map().entries(sizes).finish()
    }
}

impl TokenOwner<'_> {
    fn owns(&self, entry: &Value) -> bool {
        self.is_user_of(entry) && same(text(entry, "client_id"), self.client_id)
    }

    fn is_user_of(&self, entry: &Value) -> bool {
        same(text(entry, "home_account_id"), self.home_account_id)
            && same_environment(text(entry, "environment"), self.environment)
    }

    /// Other programs write `null` where there is no user.
    fn home_account_value(&self) -> Value {
        match self.home_account_id {
            "" => Value::Null,
            id => json!(id),
        }
    }
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn time(entry: &Value, name: &str) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(whole_number(entry.get(name)?)?))
}

fn seconds(time: SystemTime) -> Value {
    json!(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().to_string())
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// A token that is not bound to a key.
fn is_bearer(entry: &Value) -> bool {
    let kind = text(entry, "token_type");
    (kind.is_empty() || same(kind, "bearer")) && entry.get("key_id").is_none()
}

/// Whether two hosts are the same authority: some have several names, and programs differ in which
/// one they write.
fn same_environment(a: &str, b: &str) -> bool {
    let alias = |names: &&[&str]| {
        let knows = |name: &str| names.iter().any(|known| same(known, name));
        knows(a) && knows(b)
    };
    same(a, b) || cloud::AUTHORITY_ALIASES.iter().any(alias)
}
