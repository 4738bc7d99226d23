//! The cache file: its schema, its safety, and its use by several programs at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use adls_auth::{
    Account, AuthErrorKind, AuthOptions, CacheKey, CachedAccountCredential, Error, TokenCache,
};
use adls_http::test_util::{Answer, ScriptedTransport};
use adls_http::{TokenCredential, TransportErrorKind};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::*;

struct Place {
    _directory: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/directory/msal_token_cache.json");
    Place { _directory: directory, path }
}

fn filed(transport: &Arc<ScriptedTransport>, path: &Path) -> AuthOptions {
    let mut options = options(transport);
    options = options.tenant(TENANT).unwrap();
    options.cache = TokenCache::file_with_clock(path, Arc::clone(&options.client.clock));
    options
}

fn content(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

async fn sign_in(path: &Path) -> Account {
    sign_in_with(path, &user_reply("1")).await
}

async fn sign_in_with(path: &Path, reply: &Value) -> Account {
    let transport = ScriptedTransport::new([managed(), ok(reply)]);
    let signed_in = password(filed(&transport, path)).sign_in(&data_lake()).await.unwrap();
    signed_in.account.unwrap()
}

fn silent(
    transport: &Arc<ScriptedTransport>,
    path: &Path,
    account: &Account,
) -> CachedAccountCredential {
    CachedAccountCredential::new_with(account.clone(), filed(transport, path).client_id(CLIENT_ID))
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_schema_is_that_of_msal() {
    let place = place();
    sign_in(&place.path).await;
    let transport = ScriptedTransport::new([ok(&app_reply("app"))]);
    client_secret(filed(&transport, &place.path)).get_token(&data_lake()).await.unwrap();
    let text = std::fs::read_to_string(&place.path).unwrap();
    let text = text.replace(&id_token(), "<id token>");
    assert_snapshot!(text, @r#"
    {
        "AccessToken": {
            "0a.22222222-2222-4222-8222-222222222222-login.test-accesstoken-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222-https://datalake.azure.net//.default https://datalake.azure.net//user_impersonation": {
                "credential_type": "AccessToken",
                "secret": "access-1",
                "home_account_id": "0a.22222222-2222-4222-8222-222222222222",
                "environment": "login.test",
                "client_id": "11111111-1111-4111-8111-111111111111",
                "target": "https://datalake.azure.net//.default https://datalake.azure.net//user_impersonation",
                "realm": "22222222-2222-4222-8222-222222222222",
                "token_type": "Bearer",
                "cached_at": "1767225600",
                "expires_on": "1767229199",
                "extended_expires_on": "1767229199"
            },
            "-login.test-accesstoken-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222-https://datalake.azure.net//.default": {
                "credential_type": "AccessToken",
                "secret": "access-app",
                "home_account_id": null,
                "environment": "login.test",
                "client_id": "11111111-1111-4111-8111-111111111111",
                "target": "https://datalake.azure.net//.default",
                "realm": "22222222-2222-4222-8222-222222222222",
                "token_type": "Bearer",
                "cached_at": "1767225600",
                "expires_on": "1767229199",
                "extended_expires_on": "1767229199"
            }
        },
        "Account": {
            "0a.22222222-2222-4222-8222-222222222222-login.test-22222222-2222-4222-8222-222222222222": {
                "home_account_id": "0a.22222222-2222-4222-8222-222222222222",
                "environment": "login.test",
                "realm": "22222222-2222-4222-8222-222222222222",
                "local_account_id": "0a",
                "username": "user@contoso.test",
                "authority_type": "MSSTS"
            }
        },
        "IdToken": {
            "0a.22222222-2222-4222-8222-222222222222-login.test-idtoken-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222-": {
                "credential_type": "IdToken",
                "secret": "<id token>",
                "home_account_id": "0a.22222222-2222-4222-8222-222222222222",
                "environment": "login.test",
                "realm": "22222222-2222-4222-8222-222222222222",
                "client_id": "11111111-1111-4111-8111-111111111111"
            }
        },
        "RefreshToken": {
            "0a.22222222-2222-4222-8222-222222222222-login.test-refreshtoken-11111111-1111-4111-8111-111111111111--": {
                "credential_type": "RefreshToken",
                "secret": "refresh-1",
                "home_account_id": "0a.22222222-2222-4222-8222-222222222222",
                "environment": "login.test",
                "client_id": "11111111-1111-4111-8111-111111111111",
                "target": "",
                "last_modification_time": "1767225600"
            }
        },
        "AppMetadata": {
            "appmetadata-login.test-11111111-1111-4111-8111-111111111111": {
                "client_id": "11111111-1111-4111-8111-111111111111",
                "environment": "login.test"
            }
        }
    }
    "#);
}

#[tokio::test]
async fn another_process_goes_on_where_this_one_stopped() {
    let place = place();
    let account = sign_in(&place.path).await;
    assert_eq!(account.display_name.as_deref(), Some("User"));

    let transport = ScriptedTransport::new([ok(&management_reply("2"))]);
    let cache = TokenCache::file(&place.path);
    let listed = cache.accounts().await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&account));
    let credential = silent(&transport, &place.path, &listed[0]);
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(credential.get_token(&management()).await.unwrap().secret(), "access-2");
    assert!(transport.transcript().contains("refresh_token=refresh-1"));
    assert_eq!(transport.count(), 1);
    assert_eq!(content(&place.path)["AccessToken"].as_object().unwrap().len(), 2);

    // A sign-out by one process is seen by the others.
    assert!(cache.remove_account(&account).await.unwrap());
    assert!(!cache.remove_account(&account).await.unwrap());
    let transport = ScriptedTransport::new([]);
    let error =
        silent(&transport, &place.path, &account).get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::NotSignedIn);
    let left = content(&place.path);
    for section in ["AccessToken", "RefreshToken", "IdToken", "Account"] {
        assert_eq!(left[section], json!({}), "{section}");
    }
}

#[tokio::test]
async fn a_file_of_another_program_is_read_and_what_is_unknown_in_it_stays() {
    let place = place();
    std::fs::create_dir_all(place.path.parent().unwrap()).unwrap();
    let home = format!("0a.{TENANT}");
    let theirs = json!({
        "AccessToken": { "their own spelling of a key": {
            "credential_type": "AccessToken", "secret": "theirs", "home_account_id": home,
            "environment": "login.test", "client_id": CLIENT_ID, "realm": TENANT,
            "target": format!("{SCOPE} https://datalake.azure.net//user_impersonation"),
            "cached_at": "1767225600", "expires_on": "1767229200", "extended_expires_on": "1767229200",
            "unknown_field": {"kept": true},
        }},
        "RefreshToken": { "their refresh key": {
            "credential_type": "RefreshToken", "secret": "their-refresh", "home_account_id": home,
            "environment": "login.test", "client_id": "another-client", "family_id": "1", "target": "x",
        }},
        "Account": { "their account key": {
            "home_account_id": home, "environment": "login.test", "realm": TENANT,
            "local_account_id": "0a", "username": "user@contoso.test", "authority_type": "MSSTS",
            "account_source": "password",
        }},
        "AppMetadata": {},
        "UnknownSection": { "x": ["y"] },
    });
    let text = format!("\u{feff}{theirs}");
    std::fs::write(&place.path, text).unwrap();

    let accounts = TokenCache::file(&place.path).accounts().await.unwrap();
    assert_eq!(accounts[0].username, "user@contoso.test");
    let transport = ScriptedTransport::new([ok(&management_reply("2"))]);
    let credential = silent(&transport, &place.path, &accounts[0]);
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "theirs");
    assert_eq!(credential.get_token(&management()).await.unwrap().secret(), "access-2");

    let after = content(&place.path);
    assert_eq!(after["UnknownSection"], theirs["UnknownSection"]);
    assert_eq!(after["AccessToken"]["their own spelling of a key"]["unknown_field"]["kept"], true);
    assert_eq!(after["Account"]["their account key"], theirs["Account"]["their account key"]);
    // The family's token was renewed in its place, for the client that first got it.
    let tokens: Vec<&Value> = after["RefreshToken"].as_object().unwrap().values().collect();
    let renewed = tokens.iter().find(|token| token["client_id"] == "another-client").unwrap();
    assert_eq!(renewed["secret"], "refresh-2");
    assert_eq!(renewed["family_id"], "1");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    sign_in(&place.path).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.path), 0o600);
    assert_eq!(mode(place.path.parent().unwrap()), 0o700);
    // Also when it was open to others before.
    std::fs::set_permissions(&place.path, std::fs::Permissions::from_mode(0o644)).unwrap();
    sign_in_with(&place.path, &user_reply("2")).await;
    assert_eq!(mode(&place.path), 0o600);
}

#[tokio::test(start_paused = true)]
async fn nonsense_in_the_file_is_reported_and_left_alone() {
    let place = place();
    std::fs::create_dir_all(place.path.parent().unwrap()).unwrap();
    std::fs::write(&place.path, "{\"AccessToken\": {").unwrap();
    let cache = TokenCache::file(&place.path);
    let error = cache.accounts().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Cache);
    assert!(error.to_string().contains("msal_token_cache.json is not JSON"), "{error}");
    assert!(cache.clear().await.is_err());
    assert_eq!(std::fs::read(&place.path).unwrap(), b"{\"AccessToken\": {");
    std::fs::write(&place.path, "").unwrap();
    assert_eq!(cache.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_still_serves_this_process() {
    let directory = tempfile::tempdir().unwrap();
    let in_the_way = directory.path().join("file");
    std::fs::write(&in_the_way, "").unwrap();
    let path = in_the_way.join("msal_token_cache.json");
    let transport = ScriptedTransport::new([managed(), ok(&user_reply("1")), ok(&user_reply("2"))]);
    let credential = password(filed(&transport, &path));
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(credential.get_token(&management()).await.unwrap().secret(), "access-2");
    assert!(transport.transcript().contains("refresh_token=refresh-1"));
}

#[tokio::test(start_paused = true)]
async fn a_lock_is_waited_for_and_a_dead_ones_lock_is_taken_over() {
    let place = place();
    sign_in(&place.path).await;
    let mut lock = place.path.clone().into_os_string();
    lock.push(".lockfile");
    std::fs::write(&lock, "4711 a process that died").unwrap();
    let cache = TokenCache::file(&place.path);
    let start = tokio::time::Instant::now();
    cache.clear().await.unwrap();
    // Not at once: other programs make the file first, and lock it then.
    assert!((200..300).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    assert!(!Path::new(&lock).exists());

    let held = std::fs::File::create(&lock).unwrap();
    held.lock().unwrap();
    let start = tokio::time::Instant::now();
    let error = cache.clear().await.unwrap_err();
    assert!(error.to_string().contains(".lockfile"), "{error}");
    assert!(start.elapsed() >= Duration::from_secs(20));
}

#[tokio::test]
async fn a_saved_token_outlives_an_authority_that_is_down() {
    let place = place();
    let account = sign_in(&place.path).await;
    let transport = ScriptedTransport::new([Answer::failure(TransportErrorKind::Connect)]);
    let mut options = filed(&transport, &place.path);
    let clock = adls_http::test_util::TestClock::new();
    clock.advance(Duration::from_secs(57 * 60));
    options.client.clock = Arc::new(clock.clone());
    options.client.retry.max_retries = 0;
    let credential =
        CachedAccountCredential::new_with(account, options.client_id(CLIENT_ID)).unwrap();
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(transport.count(), 1);
    clock.advance(Duration::from_secs(4 * 60));
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::Network);
}

#[tokio::test]
async fn apps_are_listed_and_removed() {
    let place = place();
    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    client_secret(filed(&transport, &place.path)).get_token(&data_lake()).await.unwrap();
    let cache = TokenCache::file(&place.path);
    assert_eq!(cache.accounts().await.unwrap(), []);
    let apps = cache.apps().await.unwrap();
    assert_eq!(apps.len(), 1);
    assert_eq!((&*apps[0].client_id, &*apps[0].tenant_id), (CLIENT_ID, TENANT));
    let silent =
        || CachedAccountCredential::for_app(CLIENT_ID, filed(&transport, &place.path)).unwrap();
    assert_eq!(silent().get_token(&data_lake()).await.unwrap().secret(), "access-1");
    // What is saved does not make a wrong secret right for those who sign in.
    let refusing = ScriptedTransport::new([refusal(401, "invalid_client", 7_000_215)]);
    let wrong = client_secret(filed(&refusing, &place.path)).sign_in(&data_lake()).await;
    assert_eq!(wrong.unwrap_err().kind(), AuthErrorKind::WrongClientSecret);
    assert!(cache.remove_app(&apps[0]).await.unwrap());
    assert!(silent().get_token(&data_lake()).await.is_err());
    assert_eq!(transport.count(), 1);
}

/// Fifty credentials with a cache object each, as fifty processes have, and one authority.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_at_once_lose_nothing_and_ask_once() {
    let place = place();
    let account = sign_in(&place.path).await;
    let transport =
        ScriptedTransport::new((0..50).map(|n| ok(&management_reply(&format!("new-{n}")))));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let credential = silent(&transport, &place.path, &account);
        tasks.spawn(async move {
            credential.get_token(&management()).await.unwrap().secret().to_owned()
        });
    }
    let tokens = tasks.join_all().await;
    assert!(tokens.iter().all(|token| token == "access-new-0"), "{tokens:?}");
    assert_eq!((transport.count(), transport.take_unasked()), (1, 49));

    // Each files something of its own.
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        let path = place.path.clone();
        tasks.spawn(async move {
            let transport = ScriptedTransport::new([ok(&app_reply("app"))]);
            let request = adls_http::TokenRequest::new(format!("api://resource-{n}/.default"));
            client_secret(filed(&transport, &path)).get_token(&request).await.unwrap();
        });
    }
    tasks.join_all().await;
    let after = content(&place.path);
    let apps = after["AccessToken"].as_object().unwrap().values();
    assert_eq!(apps.filter(|entry| entry["home_account_id"].is_null()).count(), 50);
    assert!(!place.path.with_extension("json.lockfile").exists());
}

#[tokio::test(start_paused = true)]
async fn a_sealed_file_is_for_whoever_has_the_key() {
    let place = place();
    let cache =
        |byte: u8| TokenCache::sealed_file(&place.path, CacheKey::from_bytes([byte; 32]).unwrap());
    let transport = ScriptedTransport::new([managed(), ok(&user_reply("1"))]);
    let mut options = filed(&transport, &place.path);
    options.cache = cache(1);
    password(options).sign_in(&data_lake()).await.unwrap();
    let written = std::fs::read(&place.path).unwrap();
    assert!(!String::from_utf8_lossy(&written).contains("access-1"));
    assert_eq!(cache(1).accounts().await.unwrap()[0].username, "user@contoso.test");
    for other in [cache(2), TokenCache::file(&place.path)] {
        let error = other.accounts().await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Cache, "{error}");
        assert!(other.clear().await.is_err());
    }
    assert_eq!(std::fs::read(&place.path).unwrap(), written);
}
