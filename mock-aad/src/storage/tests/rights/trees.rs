//! Trees under access control lists: deletions in pages, sticky directories, lists changed below a directory.

use super::*;

fn dfs(method: &'static str, uri: impl std::fmt::Display) -> Bare {
    Bare::new(Protocol::Dfs, method, format!("/mockfs/{uri}"))
}

/// More items than a page of a deletion looks at.
const MANY: usize = 1100;

impl World {
    async fn by(&self, who: Who, bare: Bare) -> Answer {
        self.send(&bare.header("authorization", self.token(who))).await
    }

    /// Fills `/d/t`, as the one to whom an entry gives everything there.
    async fn fill(&self) {
        for number in 0..MANY {
            let make = dfs("PUT", format!("d/t/{number:04}?resource=file"));
            assert_eq!(self.by(Who::Named, make).await.status, 201);
        }
    }

    async fn rights_of(&self, path: &str, acl: &str) {
        let set = dfs("PATCH", format!("{path}?action=setAccessControl")).header("x-ms-acl", acl);
        assert_eq!(self.by_key(&set, 0).await.status, 200, "{path} {acl}");
    }
}

fn encoded(answer: &Answer) -> String {
    let token = answer.header("x-ms-continuation").unwrap();
    url::form_urlencoded::byte_serialize(token.as_bytes()).collect()
}

#[tokio::test]
async fn a_recursive_deletion_under_lists_is_checked_page_by_page_and_the_last_call_deletes() {
    let world = World::new().await;
    world.fill().await;
    let delete = |query: &str| {
        let uri = format!("d/t?recursive=true&paginated=true{query}");
        dfs("DELETE", uri).header("x-ms-version", "2023-08-03")
    };
    let state = world.state();
    let first = world.by(Who::Named, delete("")).await;
    assert_eq!((first.status.as_u16(), world.state()), (202, state.clone()));
    assert_eq!(first.header("x-ms-deletion-id"), None);
    let token = encoded(&first);
    for (uri, code) in [
        ("o?recursive=true", "InvalidQueryParameterValue"),
        ("d?recursive=true", "InvalidQueryParameterValue"),
    ] {
        let other = dfs("DELETE", format!("{uri}&paginated=true&continuation={token}"));
        assert_eq!(world.by(Who::Named, other).await.code(), code, "{uri}");
    }
    let last = world.by(Who::Named, delete(&format!("&continuation={token}"))).await;
    assert_eq!(last.status, 200);
    assert!(last.header("x-ms-deletion-id").is_some());
    assert!(!world.state().contains("d/t"));
}

#[tokio::test]
async fn pages_are_for_lists_and_for_versions_that_know_them() {
    let world = World::new().await;
    world.fill().await;
    let before = world.emulator.state.snapshot().unwrap();
    let uri = "d/t?recursive=true&paginated=true";
    let new = dfs("DELETE", uri).header("x-ms-version", "2023-08-03");
    let old = dfs("DELETE", uri).header("x-ms-version", "2023-01-03");
    assert_eq!(world.by_key(&new, 0).await.status, 200);
    for (who, bare) in [(Who::Owner, new.clone()), (Who::Contributor, new), (Who::Named, old)] {
        world.emulator.state.restore(&before).unwrap();
        assert_eq!(world.by(who, bare).await.status, 200, "{who:?}");
    }
}

#[tokio::test]
async fn one_directory_that_is_closed_keeps_a_tree() {
    let world = World::new().await;
    for name in ["d/t/closed/f", "d/t/empty/f"] {
        let make = dfs("PUT", format!("{name}?resource=file"));
        assert_eq!(world.by_key(&make, 0).await.status, 201);
    }
    assert_eq!(world.by_key(&dfs("DELETE", "d/t/empty/f"), 0).await.status, 200);
    let state = world.state();
    for query in ["recursive=true", "recursive=true&paginated=true"] {
        let delete = dfs("DELETE", format!("d/t?{query}"));
        let answer = world.by(Who::Named, delete).await;
        assert_eq!(answer.code(), "AuthorizationPermissionMismatch", "{query}");
        assert_eq!(world.state(), state, "{query}");
    }
    // Nothing is needed where nothing is.
    assert_eq!(world.by_key(&dfs("DELETE", "d/t/closed?recursive=true"), 0).await.status, 200);
    let delete = dfs("DELETE", "d/t?recursive=true");
    assert_eq!(world.by(Who::Named, delete).await.status, 200);
}

#[tokio::test]
async fn from_a_sticky_directory_only_owners_take() {
    let world = World::new().await;
    let sticky = dfs("PATCH", "d?action=setAccessControl").header("x-ms-permissions", "1777");
    assert_eq!(world.by_key(&sticky, 0).await.status, 200);
    let rename =
        |from: &str| dfs("PUT", "d/moved").header("x-ms-rename-source", format!("/mockfs/{from}"));
    for bare in [dfs("DELETE", "d/g"), dfs("DELETE", "d/t?recursive=true"), rename("d/f")] {
        let answer = world.by(Who::Named, bare).await;
        assert_eq!(answer.code(), "AuthorizationPermissionMismatch");
    }
    assert_eq!(world.by(Who::Named, rename("d/own")).await.status, 201);
    assert_eq!(world.by(Who::Named, dfs("DELETE", "d/moved")).await.status, 200);
    assert_eq!(world.by(Who::Contributor, dfs("DELETE", "d/g")).await.status, 200);
}

#[tokio::test]
async fn the_mask_limits_all_but_the_owner() {
    let world = World::new().await;
    let (named, owner) = (Who::Named.object_id(), Who::Stranger.object_id());
    let give = dfs("PATCH", "d/f?action=setAccessControl").header("x-ms-owner", owner.to_string());
    assert_eq!(world.by_key(&give, 0).await.status, 200);
    let way = format!("user::rwx,user:{owner}:--x,group::--x,mask::--x,other::--x");
    world.rights_of("d", &way).await;
    let read = async |who| world.by(who, dfs("GET", "d/f")).await.status.as_u16();
    for (acl, expected) in [
        (format!("user::r--,user:{named}:r--,group::---,mask::r--,other::---"), [200, 200, 403]),
        (format!("user::r--,user:{named}:r--,group::---,mask::-w-,other::---"), [200, 403, 403]),
        // A named user is judged by that entry alone, a group's member by those of all groups.
        (format!("user::---,user:{named}:---,group::---,mask::rwx,other::r--"), [403, 403, 200]),
        (format!("user::r--,group::---,group:{GROUP}:---,mask::rwx,other::r--"), [200, 200, 403]),
        (format!("user::r--,group::---,group:{GROUP}:r--,mask::-wx,other::r--"), [200, 403, 403]),
    ] {
        world.rights_of("d/f", &acl).await;
        let got = [read(Who::Stranger).await, read(Who::Named).await, read(Who::Member).await];
        assert_eq!(got, expected, "{acl}");
    }
}

#[tokio::test]
async fn what_a_caller_may_not_list_a_recursive_change_does_not_tell() {
    let world = World::new().await;
    let change = |who: Who| {
        let uri = "d?action=setAccessControlRecursive&mode=modify&forceFlag=true";
        let bare = dfs("PATCH", uri).header("x-ms-acl", format!("user:{GROUP}:r--"));
        world.by(who, bare)
    };
    let stranger = change(Who::Stranger).await;
    assert!(!stranger.text().contains("own"), "{}", stranger.text());
    let named = change(Who::Named).await;
    let body: serde_json::Value = serde_json::from_str(named.text()).unwrap();
    assert_eq!((&body["filesSuccessful"], &body["failureCount"]), (&1.into(), &5.into()));
    let failed = body["failedEntries"].as_array().unwrap();
    let first = serde_json::json!({
        "errorMessage":
            "This request is not authorized to perform this operation using this permission.",
        "name": "d",
        "type": "DIRECTORY",
    });
    assert_eq!(failed[0], first);
}

#[tokio::test]
async fn without_force_a_page_with_a_failure_is_finished_and_is_the_last() {
    let world = World::new().await;
    let named = Who::Named.object_id().to_string();
    for path in ["d", "d/f", "d/t"] {
        let give = dfs("PATCH", format!("{path}?action=setAccessControl"))
            .header("x-ms-owner", named.clone());
        assert_eq!(world.by_key(&give, 0).await.status, 200);
    }
    let change = |query: &str| {
        let uri = format!("d?action=setAccessControlRecursive&mode=modify&maxRecords=4{query}");
        let bare = dfs("PATCH", uri).header("x-ms-acl", format!("user:{GROUP}:r--"));
        world.by(Who::Named, bare)
    };
    // The page is the directory, `f`, `g` and `own`, of which `g` is another's.
    for (query, goes_on) in [("", false), ("&forceFlag=false", false), ("&forceFlag=true", true)] {
        let answer = change(query).await;
        let body: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
        let counts = [&body["directoriesSuccessful"], &body["filesSuccessful"]];
        assert_eq!(counts, [&1.into(), &2.into()] as [&serde_json::Value; 2], "{query}");
        assert_eq!(body["failedEntries"][0]["name"], "d/g");
        assert_eq!(answer.header("x-ms-continuation").is_some(), goes_on, "{query}");
    }
}
