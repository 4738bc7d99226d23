//! Objects that are read: ranges, conditions, what breaks on the way.

use adls_fs::ErrorKind;
use mock_aad::{FaultAction, FaultRule};
use object_store::{Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt};

use super::{Stored, at, source};

const CONTENT: &str = "0123456789";

#[tokio::test]
async fn every_kind_of_range() {
    for stored in Stored::both().await {
        stored.put("f", CONTENT).await;
        for (range, expected) in [
            (None, Some(0..10)),
            (Some(GetRange::Bounded(2..5)), Some(2..5)),
            (Some(GetRange::Bounded(2..500)), Some(2..10)),
            (Some(GetRange::Bounded(10..11)), None),
            (Some(GetRange::Bounded(5..5)), None),
            (Some(GetRange::Offset(9)), Some(9..10)),
            (Some(GetRange::Offset(10)), None),
            (Some(GetRange::Suffix(3)), Some(7..10)),
            (Some(GetRange::Suffix(300)), Some(0..10)),
            (Some(GetRange::Suffix(0)), Some(10..10)),
        ] {
            let options = GetOptions { range: range.clone(), ..GetOptions::default() };
            let got = stored.store.get_opts(&at("f"), options).await;
            let Some(expected) = expected else {
                assert!(matches!(got.unwrap_err(), Error::Generic { .. }), "{range:?}");
                continue;
            };
            let got = got.unwrap();
            assert_eq!((got.range.clone(), got.meta.size), (expected.clone(), 10), "{range:?}");
            let text = &CONTENT[usize::try_from(expected.start).unwrap()..];
            let text = &text[..usize::try_from(expected.end - expected.start).unwrap()];
            assert_eq!(got.bytes().await.unwrap(), text, "{range:?}");
        }
    }
}

#[tokio::test]
async fn several_ranges_come_from_one_version() {
    for stored in Stored::both().await {
        let content: Vec<u8> = adls_tests::pattern(3_000_000);
        stored.put("f", content.clone()).await;
        let ranges = [2_999_990..3_000_010, 5..9, 0..7, 1_500_000..1_500_001];
        let parts = stored.store.get_ranges(&at("f"), &ranges).await.unwrap();
        for (range, part) in ranges.iter().zip(parts) {
            let end = usize::try_from(range.end).unwrap().min(content.len());
            assert_eq!(part, content[usize::try_from(range.start).unwrap()..end], "{range:?}");
        }
        stored.requests();
        assert!(stored.store.get_ranges(&at("f"), &[]).await.unwrap().is_empty());
        assert_eq!(stored.requests(), 0);
        for refused in [3_000_000..3_000_001, 4..4] {
            for ranges in [vec![refused.clone()], vec![0..1, refused.clone()]] {
                let error = stored.store.get_ranges(&at("f"), &ranges).await.unwrap_err();
                assert!(matches!(error, Error::Generic { .. }), "{error:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_object_is_one_request_of_a_storage_account() {
    let stored = Stored::gen2().await;
    stored.put("f", CONTENT).await;
    stored.requests();
    stored.store.get_range(&at("f"), 2..4).await.unwrap();
    assert_eq!(stored.requests(), 1);
    let condition = GetOptions::new().with_if_none_match(Some("\"another\""));
    stored.store.get_opts(&at("f"), condition).await.unwrap().bytes().await.unwrap();
    assert_eq!(stored.requests(), 1);
    stored.store.head(&at("f")).await.unwrap();
    assert_eq!(stored.requests(), 1);
}

#[tokio::test]
async fn tags_may_be_lists_and_decide_before_times() {
    for stored in Stored::both().await {
        stored.put("f", CONTENT).await;
        let meta = stored.store.head(&at("f")).await.unwrap();
        let tag = meta.e_tag.unwrap();
        let get = async |options: GetOptions| {
            let head = stored.store.get_opts(&at("f"), options.clone().with_head(true)).await;
            let got = stored.store.get_opts(&at("f"), options).await;
            assert_eq!(got.is_ok(), head.is_ok());
            got.map(drop)
        };
        let list = format!("\"other\", {tag}");
        let error = get(GetOptions::new().with_if_none_match(Some(&list))).await.unwrap_err();
        assert!(matches!(error, Error::NotModified { .. }), "{error:?}");
        assert_eq!(source(&error).kind(), ErrorKind::ConditionNotMet);
        get(GetOptions::new().with_if_match(Some(&list))).await.unwrap();
        let others = GetOptions::new().with_if_match(Some("\"other\", \"others\""));
        let error = get(others).await.unwrap_err();
        assert!(matches!(error, Error::Precondition { .. }), "{error:?}");
        let unchanged = GetOptions::new().with_if_modified_since(Some(meta.last_modified));
        let error = get(unchanged.clone()).await.unwrap_err();
        assert!(matches!(error, Error::NotModified { .. }), "{error:?}");
        let any = get(GetOptions::new().with_if_none_match(Some("*"))).await.unwrap_err();
        assert!(matches!(any, Error::NotModified { .. }), "{any:?}");
    }
}

#[tokio::test]
async fn nothing_but_the_latest_version_is_kept() {
    for stored in Stored::both().await {
        stored.put("f", CONTENT).await;
        let options = GetOptions::new().with_version(Some("1"));
        let error = stored.store.get_opts(&at("f"), options).await.unwrap_err();
        assert!(matches!(error, Error::NotSupported { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_is_taken_up_again() {
    for stored in Stored::both().await {
        let content: Vec<u8> = adls_tests::pattern(1_000_000);
        stored.put("f", content.clone()).await;
        let cut = FaultRule::new(FaultAction::Truncate { bytes: 1000 }).method("GET");
        // A look of Gen1 is a GET, too, and its answer is shorter than that.
        stored.lake.arm([cut.count(2)]);
        let options = GetOptions::new().with_range(Some(7..));
        let got = stored.store.get_opts(&at("f"), options).await.unwrap().bytes().await.unwrap();
        assert!(got == content[7..]);
    }
}

#[tokio::test]
async fn an_object_that_is_replaced_while_it_is_read_is_never_mixed() {
    let stored = Stored::gen2().await;
    stored.put("f", vec![1; 1_000_000]).await;
    let cut = FaultRule::new(FaultAction::Truncate { bytes: 1000 }).method("GET").count(1);
    stored.lake.arm([cut]);
    let got = stored.store.get(&at("f")).await.unwrap();
    stored.put("f", vec![2; 1_000_000]).await;
    let error = got.bytes().await.unwrap_err();
    assert_eq!(source(&error).kind(), ErrorKind::Changed, "{error}");
}

#[tokio::test]
async fn rights_are_told_apart_from_absence() {
    let (lake, guest) = super::Lake::with_guest().await;
    let stored = Stored::of(lake);
    stored.put("f", CONTENT).await;
    let store = adls_fs::object_store::DataLakeStore::new(guest);
    let error = store.get(&at("f")).await.unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
    assert!(source(&error).is_permission_denied());
}
