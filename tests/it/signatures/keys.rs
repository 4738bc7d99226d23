//! Shared access signatures by a key of a user: never more than the user may do.

use std::time::Duration;

use adls_fs::ErrorKind;
use adls_fs::sas::{
    SasAgent, UserDelegationKeyCache, UserDelegationSas, fetch_user_delegation_key,
};
use adls_tests::Identity;

use super::account::{Account, Call, Way, encoded, permissions, said};

const NOT_FOR_THIS: &str = "AuthenticationFailed";
const NOT_PERMITTED: &str = "AuthorizationPermissionMismatch";

#[tokio::test]
async fn of_one_who_may_do_everything() {
    let account = Account::start().await;
    account.put("/d/文件", "content").await;
    let owner = account.signed_in(&Identity::Application);
    let blob = account.endpoint(Way::Blob);
    let key = fetch_user_delegation_key(&owner, &blob, None, account.minutes(60)).await.unwrap();
    let sas = |resource, letters: &str| {
        UserDelegationSas::new(resource, permissions(letters), account.minutes(10))
    };
    let file = sas(account.file("/d/文件"), "r").sign(&account.name, &key).unwrap();
    assert_eq!(account.read(&file, "/d/文件").await, "content");
    assert_eq!(account.write(&file, "/d/文件").await, NOT_PERMITTED);
    assert_eq!(account.read(&file, "/d/other").await, NOT_FOR_THIS);
    let directory = sas(account.directory("/d"), "rwl").sign(&account.name, &key).unwrap();
    assert_eq!(account.write(&directory, "/d/x").await, "");
    assert!(account.list(&directory, "d").await.contains("文件"));
    assert_eq!(account.write(&directory, "/x").await, NOT_FOR_THIS);
    let whole = sas(account.whole(), "rl")
        .correlation_id("00000000-0000-4000-8000-0000000000e5".to_owned());
    for version in ["2020-12-06", "2025-07-05", "2026-04-06", "2026-10-06"] {
        let version: adls_fs::sas::SasVersion = version.parse().unwrap();
        let whole = whole.clone().version(version).sign(&account.name, &key).unwrap();
        assert_eq!(account.read(&whole, "/d/x").await, "new");
    }
    let elsewhere = sas(account.whole(), "r").sign("another", &key).unwrap();
    assert_eq!(account.read(&elsewhere, "/d/x").await, NOT_FOR_THIS);
}

#[tokio::test]
async fn of_one_to_whom_access_control_lists_give_nothing() {
    let account = Account::start().await;
    account.put("/d/a", "content").await;
    let blob = account.endpoint(Way::Blob);
    let user = account.signed_in(&Identity::User);
    let key = fetch_user_delegation_key(&user, &blob, None, account.minutes(60)).await.unwrap();
    let sas = UserDelegationSas::new(account.whole(), permissions("r"), account.minutes(10));
    assert_eq!(account.read(&sas.sign(&account.name, &key).unwrap(), "/d/a").await, NOT_PERMITTED);
    // An owner can make one for such a person, who then needs rights or an owner's word.
    let owner = account.signed_in(&Identity::Application);
    let key_of_owner =
        fetch_user_delegation_key(&owner, &blob, None, account.minutes(60)).await.unwrap();
    let agent = key.object_id().to_owned();
    let checked = sas.clone().agent(SasAgent::Authorized(agent.clone()));
    let checked = checked.sign(&account.name, &key_of_owner).unwrap();
    assert_eq!(account.read(&checked, "/d/a").await, "content");
    let unchecked = sas.agent(SasAgent::Unauthorized(agent));
    let unchecked = unchecked.sign(&account.name, &key_of_owner).unwrap();
    assert_eq!(account.read(&unchecked, "/d/a").await, NOT_PERMITTED);
}

#[tokio::test]
async fn a_kept_key_is_fetched_anew_in_time() {
    let account = Account::start().await;
    account.put("/a", "content").await;
    let owner = account.signed_in(&Identity::Application);
    let cache = UserDelegationKeyCache::new(owner, account.endpoint(Way::Blob))
        .lifetime(Duration::from_secs(3600));
    let fetched = || {
        let requests = account.emulator.requests();
        requests
            .iter()
            .filter(|request| format!("{request:?}").contains("userdelegationkey"))
            .count()
    };
    for (minutes, count) in [(0, 1), (30, 1), (24, 1), (2, 2)] {
        account.emulator.clock().advance(Duration::from_secs(minutes * 60));
        let until = account.minutes(4);
        let key = cache.key(until).await.unwrap();
        let sas = UserDelegationSas::new(account.file("/a"), permissions("r"), until);
        let sas = sas.sign(&account.name, &key).unwrap();
        assert_eq!(account.read(&sas, "/a").await, "content");
        assert_eq!(fetched(), count, "after {minutes} more minutes");
    }
    let error = cache.key(account.minutes(61)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn who_has_not_signed_in_gets_no_key() {
    let account = Account::start().await;
    let blob = account.endpoint(Way::Blob);
    let by_key = account.pipeline(account.key());
    let fetched = fetch_user_delegation_key(&by_key, &blob, None, account.minutes(60)).await;
    let error = fetched.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
    let owner = account.signed_in(&Identity::Application);
    let late = account.minutes(8 * 24 * 60);
    let error = fetch_user_delegation_key(&owner, &blob, None, late).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, Some("InvalidXmlNodeValue")));
    let call = Call { path: encoded("/missing"), ..Call::default() };
    assert_eq!(said(account.send(&owner, Way::Dfs, call).await), "PathNotFound");
}
