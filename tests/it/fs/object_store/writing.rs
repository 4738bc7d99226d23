//! Objects that are written: whole, in parts, by condition; copied, renamed and deleted.

use adls_fs::ErrorKind;
use futures_util::{StreamExt, stream};
use mock_aad::{FaultAction, FaultRule};
use object_store::{
    Attribute, Attributes, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion,
};

use super::{Stored, at, source};

const MIB: usize = 1 << 20;

fn update(e_tag: Option<String>) -> PutOptions {
    PutMode::Update(UpdateVersion { e_tag, version: None }).into()
}

#[tokio::test]
async fn of_two_updates_of_one_version_one_is_refused() {
    let stored = Stored::gen2().await;
    for length in [3, 5 * MIB] {
        let first = stored.store.put(&at("f"), "first".into()).await.unwrap();
        let second = vec![2; length];
        let version = update(first.e_tag);
        let put = stored.store.put_opts(&at("f"), second.clone().into(), version.clone()).await;
        let tag = put.unwrap().e_tag;
        assert_eq!(stored.store.head(&at("f")).await.unwrap().e_tag, tag);
        let third = stored.store.put_opts(&at("f"), vec![3; length].into(), version).await;
        let error = third.unwrap_err();
        assert!(matches!(error, Error::Precondition { .. }), "{error:?}");
        assert_eq!(source(&error).kind(), ErrorKind::ConditionNotMet);
        assert!(stored.content("f").await == second);
    }
    let version = update(Some("\"0x1\"".into()));
    let error = stored.store.put_opts(&at("g"), "x".into(), version).await.unwrap_err();
    assert!(matches!(error, Error::Precondition { .. }), "{error:?}");
    let error = stored.store.put_opts(&at("f"), "x".into(), update(None)).await.unwrap_err();
    assert!(error.to_string().contains("by its tag only"), "{error}");
    assert_eq!(stored.lake.tree().await, [format!("/f {}", 5 * MIB)]);
}

#[tokio::test]
async fn gen1_refuses_what_it_has_not_before_anything_is_sent() {
    let stored = Stored::gen1().await;
    let options = PutOptions::from(Attributes::from_iter([(Attribute::ContentType, "text/csv")]));
    for options in [update(Some("x".into())), options] {
        let error = stored.store.put_opts(&at("f"), "x".into(), options).await.unwrap_err();
        assert!(matches!(error, Error::NotImplemented { .. }), "{error:?}");
    }
    assert_eq!(stored.requests(), 0);
}

#[tokio::test]
async fn names_of_any_character() {
    let names = [
        "100% sure/a%20b.csv",
        "a%2Fb/+&=;,:@!$'()",
        "文件/ä ö/🙀.parquet",
        "a#b?c/[x]{y}|z^`~\"<>",
        "back\\slash",
    ];
    for stored in Stored::both().await {
        for name in names {
            stored.put(name, name).await;
            assert_eq!(stored.content(name).await, name);
            let meta = stored.store.head(&at(name)).await.unwrap();
            assert_eq!(meta.location, at(name));
        }
        let mut expected = names;
        expected.sort_unstable();
        assert_eq!(stored.listed(None).await, expected);
        for name in names {
            let target = at(&format!("moved/{name}"));
            stored.store.rename(&at(name), &target).await.unwrap();
            stored.store.copy(&target, &at(name)).await.unwrap();
            assert_eq!(stored.content(name).await, name);
            for path in [target, at(name)] {
                stored.store.delete(&path).await.unwrap();
            }
        }
        assert!(stored.listed(None).await.is_empty());
    }
}

#[tokio::test]
async fn a_stream_of_deletions_goes_on_behind_what_is_missing() {
    for stored in Stored::both().await {
        for number in 0..25 {
            stored.put(&format!("d/{number}"), "x").await;
        }
        let numbers = (0..30).map(|number| Ok(at(&format!("d/{number}"))));
        let deleted = stored.store.delete_stream(stream::iter(numbers).boxed());
        for (number, deleted) in deleted.collect::<Vec<_>>().await.into_iter().enumerate() {
            match number < 25 {
                true => assert_eq!(deleted.unwrap(), at(&format!("d/{number}"))),
                false => assert!(matches!(deleted, Err(Error::NotFound { .. })), "{number}"),
            }
        }
        assert_eq!(stored.lake.tree().await, ["/d/"]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_aborted_or_dropped_leaves_nothing() {
    for stored in Stored::both().await {
        stored.put("d/f", "old").await;
        for drops in [true, false] {
            let mut upload = stored.store.put_multipart(&at("d/f")).await.unwrap();
            upload.put_part(vec![1; 5 * MIB].into()).await.unwrap();
            let given_up = upload.put_part(vec![2; MIB].into());
            assert_eq!(stored.listed(None).await, ["d/f"]);
            let level = stored.store.list_with_delimiter(Some(&at("d"))).await.unwrap();
            assert_eq!((level.objects.len(), level.common_prefixes.len()), (1, 0));
            drop(given_up);
            if drops {
                drop(upload);
            } else {
                upload.abort().await.unwrap();
                let error = upload.complete().await.unwrap_err();
                assert!(error.to_string().contains("has ended already"), "{error}");
            }
            stored.lake.client.cleanups().finished().await;
            assert_eq!(stored.lake.tree().await, ["/d/", "/d/f 3"]);
        }
        assert_eq!(stored.content("d/f").await, "old");
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_without_one_of_its_parts_is_not_completed() {
    for stored in Stored::both().await {
        stored.put("f", "old").await;
        let mut upload = stored.store.put_multipart(&at("f")).await.unwrap();
        drop(upload.put_part(vec![1; MIB].into()));
        // Gen1 refuses what would leave a gap, Gen2 what would publish one.
        let second = upload.put_part(vec![2; MIB].into()).await;
        assert!(second.is_err() || upload.complete().await.is_err());
        drop(upload);
        stored.lake.client.cleanups().finished().await;
        assert_eq!(stored.lake.tree().await, ["/f 3"]);
    }
}

#[tokio::test]
async fn uploads_in_parts_of_any_size() {
    for stored in Stored::both().await {
        for sizes in [vec![], vec![0], vec![1, 0, 5 * MIB + 1, 2], vec![4 * MIB, 4 * MIB]] {
            let content: Vec<u8> = adls_tests::pattern(sizes.iter().sum());
            let mut upload = stored.store.put_multipart(&at("d/f")).await.unwrap();
            let mut rest = bytes::Bytes::from(content.clone());
            for size in sizes {
                upload.put_part(rest.split_to(size).into()).await.unwrap();
            }
            let tag = upload.complete().await.unwrap().e_tag;
            let meta = stored.store.head(&at("d/f")).await.unwrap();
            assert_eq!((meta.size, meta.e_tag), (content.len() as u64, tag));
            assert!(stored.content("d/f").await == content);
        }
        assert_eq!(stored.listed(None).await, ["d/f"]);
    }
}

#[tokio::test]
async fn attributes_go_along_with_copies_and_renames() {
    let stored = Stored::gen2().await;
    let attributes = Attributes::from_iter([
        (Attribute::ContentType, "text/csv"),
        (Attribute::CacheControl, "max-age=60"),
        (Attribute::Metadata("reviewed_by".into()), "Zoë"),
    ]);
    for length in [3, 5 * MIB] {
        let options = attributes.clone().into();
        stored.store.put_opts(&at("a"), vec![1; length].into(), options).await.unwrap();
        stored.store.copy(&at("a"), &at("b")).await.unwrap();
        stored.store.rename(&at("b"), &at("c/d/e")).await.unwrap();
        let got = stored.store.get(&at("c/d/e")).await.unwrap();
        assert_eq!((got.attributes.clone(), got.meta.size), (attributes.clone(), length as u64));
    }
    let refused = [(Attribute::StorageClass, "cool"), (Attribute::Metadata("a b".into()), "x")];
    for (attribute, value) in refused {
        let options = Attributes::from_iter([(attribute, value)]).into();
        let error = stored.store.put_opts(&at("f"), "x".into(), options).await.unwrap_err();
        assert!(matches!(error, Error::NotSupported { .. } | Error::Generic { .. }), "{error:?}");
    }
}

/// Each change loses its answer once, after it had its effect.
#[tokio::test]
async fn a_lost_answer_changes_no_result() {
    for stored in Stored::both().await {
        let store = &stored.store;
        let host = match stored.lake.client.generation() {
            adls_fs::Generation::Gen1 => "*.azuredatalakestore.net",
            _ => "*.core.windows.net",
        };
        let lose = |method: &str| {
            stored.lake.clear_faults();
            let lost = FaultRule::new(FaultAction::CommitAndReset).method(method).count(1);
            stored.lake.arm([lost.host(host)]);
        };
        lose("PUT");
        store.put_opts(&at("a"), "first".into(), PutMode::Create.into()).await.unwrap();
        let again = store.put_opts(&at("a"), "other".into(), PutMode::Create.into()).await;
        assert!(matches!(again, Err(Error::AlreadyExists { .. })), "{again:?}");
        lose("PUT");
        store.copy_if_not_exists(&at("a"), &at("b")).await.unwrap();
        lose("PUT");
        store.rename_if_not_exists(&at("b"), &at("c")).await.unwrap();
        lose("DELETE");
        store.delete(&at("a")).await.unwrap();
        stored.lake.clear_faults();
        assert_eq!(stored.lake.tree().await, ["/c 5"]);
    }
}

#[tokio::test]
async fn an_object_stays_where_a_rename_or_copy_leads_to_itself() {
    for stored in Stored::both().await {
        stored.put("f", "x").await;
        stored.store.copy(&at("f"), &at("f")).await.unwrap();
        stored.store.rename(&at("f"), &at("f")).await.unwrap();
        for refused in [
            stored.store.copy_if_not_exists(&at("f"), &at("f")).await,
            stored.store.rename_if_not_exists(&at("f"), &at("f")).await,
        ] {
            assert!(matches!(refused, Err(Error::AlreadyExists { .. })), "{refused:?}");
        }
        assert_eq!(stored.content("f").await, "x");
    }
}
