//! Who has signed in.

use serde_json::{Map, Value};

use crate::jwt;

/// A signed-in user, as the authority described them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Account {
    /// The name that the user types to sign in, such as `user@contoso.com`.
    pub username: String,
    /// The user in their home tenant, `<object id>.<tenant id>`: the same in every tenant that they
    /// are a guest of. Token caches file tokens under it.
    pub home_account_id: String,
    /// The host that issued the tokens, without port.
    pub environment: String,
    /// The tenant that was signed in to; a GUID, or the word that was given, such as `common`, where
    /// the authority did not tell.
    pub tenant_id: String,
    /// The user's object id in that tenant.
    pub object_id: Option<String>,
    /// The user's name as people write it; only known right after signing in.
    pub display_name: Option<String>,
}

/// A service principal that has tokens in a cache.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct CachedApp {
    /// The application's client id.
    pub client_id: String,
    /// The tenant that its tokens are for.
    pub tenant_id: String,
    /// The host that issued them, without port.
    pub environment: String,
}

impl Account {
    /// Reads the user out of a token reply. `id_token` and `client_info` are not verified: they come
    /// from the authority itself, over TLS, and only name cache entries and fill displays.
    pub(crate) fn from_reply(
        environment: &str,
        tenant: &str,
        id_token: Option<&str>,
        client_info: Option<&str>,
        known_username: Option<&str>,
    ) -> Option<Self> {
        let claims = id_token.and_then(|token| jwt::decode_unverified(token).ok());
        let claims = claims.map(|decoded| decoded.claims).unwrap_or_default();
        let claim = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let tenant_id = claim("tid").unwrap_or_else(|| tenant.to_owned());
        let object_id = claim("oid");
        let username = ["preferred_username", "upn", "unique_name", "email"]
            .iter()
            .find_map(|name| claim(name))
            .or_else(|| known_username.map(str::to_owned))
            .or_else(|| claim("sub"));
        let home_account_id = client_info
            .and_then(home_account_id)
            .or_else(|| Some(format!("{}.{tenant_id}", object_id.as_deref()?)))
            .or_else(|| username.as_ref().map(|name| name.to_lowercase()))?;
        Some(Self {
            username: username.unwrap_or_default(),
            home_account_id,
            environment: environment.to_owned(),
            tenant_id,
            object_id,
            display_name: claim("name"),
        })
    }
}

/// `uid.utid` of a `client_info`, base64url JSON.
fn home_account_id(client_info: &str) -> Option<String> {
    let info: Map<String, Value> =
        serde_json::from_slice(&jwt::decode_base64(client_info)?).ok()?;
    let part = |name: &str| info.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Some(format!("{}.{}", part("uid")?, part("utid")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    fn encode(json: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(json)
    }

    fn id_token(claims: &str) -> String {
        format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(claims))
    }

    #[test]
    fn client_info_names_the_home_tenant_of_a_guest() {
        let token = id_token(r#"{"oid":"o2","tid":"t2","preferred_username":"a@home.test"}"#);
        let info = encode(r#"{"uid":"o1","utid":"t1"}"#);
        let account = Account::from_reply("login.test", "t2", Some(&token), Some(&info), None);
        let account = account.unwrap();
        assert_eq!(account.home_account_id, "o1.t1");
        assert_eq!(account.tenant_id, "t2");
        assert_eq!(account.object_id.as_deref(), Some("o2"));
        assert_eq!(account.username, "a@home.test");
    }

    #[test]
    fn the_less_is_told_the_more_is_assumed() {
        let token = id_token(r#"{"oid":"o","tid":"t","upn":"a@x.test","name":"A"}"#);
        let account = Account::from_reply("e", "common", Some(&token), None, None).unwrap();
        assert_eq!((&*account.home_account_id, &*account.username), ("o.t", "a@x.test"));
        assert_eq!(account.display_name.as_deref(), Some("A"));
        let account = Account::from_reply("e", "common", None, None, Some("A@x.test")).unwrap();
        assert_eq!((&*account.home_account_id, &*account.tenant_id), ("a@x.test", "common"));
        assert_eq!(Account::from_reply("e", "common", Some("no jwt"), Some("***"), None), None);
    }
}
