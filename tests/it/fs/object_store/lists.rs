//! Lists of objects: from an offset on, level by level, of what is not there.

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};

use super::{Stored, at};

async fn from(stored: &Stored, prefix: Option<&Path>, offset: &str) -> Vec<String> {
    let listed = stored.store.list_with_offset(prefix, &at(offset));
    let mut paths: Vec<String> =
        listed.map_ok(|meta| meta.location.to_string()).try_collect().await.unwrap();
    paths.sort();
    paths
}

/// Makes so many objects with numbers for names.
async fn fill(stored: &Stored, count: u32) {
    let client = stored.store.client();
    let puts = (0..count).map(|number| client.put(format!("/rows/{number:05}"), "x"));
    stream::iter(puts).buffered(64).try_collect::<Vec<_>>().await.unwrap();
    stored.requests();
}

#[tokio::test]
async fn the_end_of_ten_thousand_is_found_without_reading_them() {
    for stored in Stored::both().await {
        fill(&stored, 10_000).await;
        assert_eq!(stored.listed(None).await.len(), 10_000);
        assert!(stored.requests() > 1);
        // Gen1 lists each level: the root, the directory, and what could be below the offset.
        let whole_tree = stored.lake.client.capabilities().recursive_list;
        let requests = if whole_tree { [1, 1] } else { [3, 2] };
        for (prefix, requests) in [None, Some(&at("rows"))].into_iter().zip(requests) {
            let last = from(&stored, prefix, "rows/09989").await;
            assert_eq!((last.len(), last[0].as_str()), (10, "rows/09990"));
            assert_eq!(stored.requests(), requests);
        }
    }
}

#[tokio::test]
async fn whoever_takes_the_first_objects_causes_no_request_for_the_others() {
    let stored = Stored::gen2().await;
    fill(&stored, 6_000).await;
    let first: Vec<_> = stored.store.list(None).take(10).try_collect().await.unwrap();
    assert_eq!((first.len(), stored.requests()), (10, 1));
}

#[tokio::test]
async fn an_offset_is_compared_with_whole_paths() {
    let names = [
        "a", "a b/c", "a!", "a-1/x", "a-1/y", "a.b", "b/a-1", "b/a/x", "b/a.c/d", "b/a/y/z",
        "b/a0", "c/d e/f", "c/d/e", "c/d0", "d",
    ];
    for stored in Stored::both().await {
        for name in names {
            stored.put(name, "x").await;
        }
        let offsets =
            ["a", "a b", "a-1/x", "b/a-1", "b/a.c/d", "b/a/y", "c/d e/f", "zz", "A", "b/a/"];
        for prefix in [None, Some(at("b")), Some(at("b/a")), Some(at("c"))] {
            let all = stored.listed(prefix.as_ref()).await;
            for offset in offsets {
                let location = at(offset);
                let behind: Vec<_> =
                    all.iter().filter(|path| at(path) > location).cloned().collect();
                let found = from(&stored, prefix.as_ref(), offset).await;
                assert_eq!(found, behind, "{prefix:?} {offset}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_has_nothing_below_it() {
    for stored in Stored::both().await {
        stored.put("d/f", "x").await;
        for prefix in ["missing", "missing/deeper", "d/f", "d/f/g"] {
            let prefix = at(prefix);
            assert!(stored.listed(Some(&prefix)).await.is_empty(), "{prefix}");
            assert!(from(&stored, Some(&prefix), "a").await.is_empty(), "{prefix}");
            let level = stored.store.list_with_delimiter(Some(&prefix)).await.unwrap();
            assert!(level.objects.is_empty() && level.common_prefixes.is_empty(), "{prefix}");
        }
        let error = stored.store.get(&at("d/f/g")).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_list_tells_the_same_as_a_look() {
    for stored in Stored::both().await {
        stored.put("d/f", "content").await;
        let listed: Vec<_> = stored.store.list(None).try_collect().await.unwrap();
        let looked = stored.store.head(&at("d/f")).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&looked));
        let level = stored.store.list_with_delimiter(Some(&at("d"))).await.unwrap();
        assert_eq!(level.objects, [looked]);
    }
}
