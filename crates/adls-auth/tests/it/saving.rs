//! What is kept of a sign-in when the cache's file or its lock is not as it should be.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use adls_auth::{AuthErrorKind, AuthOptions, CacheKey, Error, TokenCache};
use adls_http::TokenCredential;
use adls_http::test_util::ScriptedTransport;
use tempfile::TempDir;

use crate::support::*;

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("msal_token_cache.json");
    (directory, path)
}

fn filed(transport: &Arc<ScriptedTransport>, path: &Path) -> AuthOptions {
    let mut options = options(transport);
    options.cache = TokenCache::file_with_clock(path, Arc::clone(&options.client.clock));
    options
}

async fn sign_in(path: &Path) -> adls_auth::Result<adls_auth::SignIn> {
    let transport = ScriptedTransport::new([managed(), ok(&user_reply("1"))]);
    password(filed(&transport, path)).sign_in(&data_lake()).await
}

fn names(directory: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(directory.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[tokio::test(start_paused = true)]
async fn an_error_of_saving_is_an_error() {
    // Somebody holds the lock, and goes on to.
    let (_directory, path) = place();
    let held = fs::File::create(beside(&path, ".lockfile")).unwrap();
    held.lock().unwrap();
    let error = sign_in(&path).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Cache);
    let text = error.to_string();
    assert!(text.starts_with("the sign-in is not saved: ") && text.contains(".lockfile"), "{text}");

    // The directory cannot be made.
    let (directory, _) = place();
    fs::write(directory.path().join("file"), "").unwrap();
    let error = sign_in(&directory.path().join("file/cache.json")).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Cache);

    // An application is saved as well.
    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    let options = filed(&transport, &directory.path().join("file/cache.json"));
    let error = client_secret(options).sign_in(&data_lake()).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Cache);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_saving_is_an_error_but_a_broken_cache_makes_room() {
    let (directory, path) = place();
    for (broken, moved_to) in [
        ("{\"AccessToken\": {", "msal_token_cache.json.broken"),
        ("[]", "msal_token_cache.json.broken-2"),
    ] {
        fs::write(&path, broken).unwrap();
        let signed_in = sign_in(&path).await.unwrap();
        let kept = signed_in.replaced_cache.unwrap();
        assert_eq!(kept, directory.path().join(moved_to));
        assert_eq!(fs::read_to_string(&kept).unwrap(), broken);
        assert_eq!(TokenCache::file(&path).accounts().await.unwrap().len(), 1);
    }
    assert_eq!(sign_in(&path).await.unwrap().replaced_cache, None);

    // One that is sealed may only need another key.
    let key = CacheKey::from_bytes([1; 32]).unwrap();
    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    fs::remove_file(&path).unwrap();
    let mut options = filed(&transport, &path);
    options.cache = TokenCache::sealed_file(&path, key);
    client_secret(options).sign_in(&data_lake()).await.unwrap();
    let sealed = fs::read(&path).unwrap();
    assert_eq!(sign_in(&path).await.unwrap_err().kind(), AuthErrorKind::Cache);
    assert_eq!(fs::read(&path).unwrap(), sealed);
}

#[tokio::test(start_paused = true)]
async fn a_convenience_never_becomes_a_condition() {
    // A broken cache is no reason not to work, nor to ask twice.
    let (directory, path) = place();
    fs::write(&path, "{").unwrap();
    let transport =
        ScriptedTransport::new([managed(), ok(&user_reply("1")), ok(&management_reply("2"))]);
    let options = filed(&transport, &path);
    let cache = options.cache.clone();
    let credential = password(options);
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert!(cache.trouble().unwrap().to_string().contains("is not JSON"));
    assert_eq!(credential.get_token(&management()).await.unwrap().secret(), "access-2");
    assert!(transport.transcript().contains("refresh_token=refresh-1"));
    assert_eq!(fs::read(&path).unwrap(), b"{");
    assert_eq!(names(&directory), ["msal_token_cache.json", "msal_token_cache.json.refresh.lock"]);

    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    let credential = client_secret(filed(&transport, &path));
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");

    // But one who lives on the cache is told what is wrong with it.
    let (_directory, good) = place();
    let account = sign_in(&good).await.unwrap().account.unwrap();
    let transport = ScriptedTransport::new([]);
    let silent = adls_auth::CachedAccountCredential::new_with(
        account,
        filed(&transport, &path).client_id(CLIENT_ID),
    );
    let error = silent.unwrap().get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::Cache);
}

#[tokio::test(start_paused = true)]
async fn a_convenience_never_becomes_a_condition_nor_a_delay_each_time() {
    let (_directory, path) = place();
    let held = fs::File::create(beside(&path, ".lockfile")).unwrap();
    held.lock().unwrap();
    let transport = ScriptedTransport::new([managed(), ok(&user_reply("1"))]);
    let options = filed(&transport, &path);
    let start = tokio::time::Instant::now();
    let credential = password(options.clone());
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(start.elapsed().as_secs(), 20);
    let transport = ScriptedTransport::new([ok(&app_reply("2"))]);
    let mut again = filed(&transport, &path);
    again.cache = options.cache;
    assert_eq!(client_secret(again).get_token(&data_lake()).await.unwrap().secret(), "access-2");
    assert!(start.elapsed().as_secs() < 23, "{:?}", start.elapsed());
    assert!(!path.exists());
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn read_change_write_under_a_lock_that_harms_nobody() {
    // A link in the lock's place is not followed, another name of a file is not emptied.
    let (directory, path) = place();
    let victim = directory.path().join("victim");
    let lock = beside(&path, ".lockfile");
    for hard in [true, false] {
        fs::write(&victim, "precious").unwrap();
        if hard {
            fs::hard_link(&victim, &lock).unwrap();
        } else {
            std::os::unix::fs::symlink(&victim, &lock).unwrap();
        }
        let start = tokio::time::Instant::now();
        sign_in(&path).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(names(&directory), ["msal_token_cache.json", "victim"]);
    }
    // Not even made where it was not.
    let absent = directory.path().join("absent");
    for link in [".lockfile", ".refresh.lock"] {
        std::os::unix::fs::symlink(&absent, beside(&path, link)).unwrap();
    }
    sign_in(&path).await.unwrap();
    let cache = TokenCache::file(&path);
    let account = cache.accounts().await.unwrap().remove(0);
    let transport = ScriptedTransport::new([ok(&management_reply("2"))]);
    let silent = adls_auth::CachedAccountCredential::new_with(
        account,
        filed(&transport, &path).client_id(CLIENT_ID),
    );
    silent.unwrap().get_token(&management()).await.unwrap();
    assert!(!absent.exists());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_resumed_leaves_nothing() {
    // Processes that were killed while they wrote.
    let (directory, path) = place();
    for left in [".msal_token_cache.json.aB3xYz.partial", ".msal_token_cache.json.000000.partial"] {
        fs::write(directory.path().join(left), "{").unwrap();
    }
    fs::write(directory.path().join(".other.json.aB3xYz.partial"), "{").unwrap();
    fs::write(beside(&path, ".lockfile"), "4711 a process that died").unwrap();
    let start = tokio::time::Instant::now();
    sign_in(&path).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(names(&directory), [".other.json.aB3xYz.partial", "msal_token_cache.json"]);
}
