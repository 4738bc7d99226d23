//! The rules of object stores as the crate `object_store` checks them itself, in both versions.

use adls_fs::object_store::DataLakeStore;
use adls_tests::Emulated;

/// Makes a test of each rule, for one kind of account, one way to it, and one version of `object_store`.
macro_rules! rules {
    ($start:expr, $client:path, $updates:expr, $api:ident) => {
        use ::$api::integration as rules;

        async fn start() -> (Emulated, DataLakeStore) {
            let emulated: Emulated = $start.await.unwrap();
            let store = DataLakeStore::new($client(&emulated).await);
            (emulated, store)
        }

        rules! {
            @each
            put_get_delete_list, put_get_attributes, get_opts, stream_get,
            list_uses_directories_correctly, list_with_delimiter, list_with_offset_exclusivity,
            rename_and_copy, copy_if_not_exists, copy_rename_nonexistent_object,
            multipart_out_of_order
        }

        #[tokio::test]
        async fn put_opts() {
            let (_emulated, store) = start().await;
            rules::put_opts(&store, $updates).await;
        }

        #[tokio::test]
        async fn multipart_race_condition() {
            let (_emulated, store) = start().await;
            rules::multipart_race_condition(&store, true).await;
        }

        #[tokio::test]
        async fn get_nonexistent_object() {
            let (_emulated, store) = start().await;
            let error = rules::get_nonexistent_object(&store, None).await.unwrap_err();
            assert!(matches!(error, ::$api::Error::NotFound { .. }), "{error:?}");
        }
    };
    (@each $($rule:ident),*) => {$(
        #[tokio::test]
        async fn $rule() {
            let (_emulated, store) = start().await;
            rules::$rule(&store).await;
        }
    )*};
}

/// The same for both versions.
macro_rules! versions {
    ($start:expr, $client:path, $updates:expr) => {
        use super::*;

        mod v0_14 {
            use super::*;

            rules!($start, $client, $updates, object_store);
        }

        mod v0_13 {
            use super::*;

            rules!($start, $client, $updates, object_store_0_13);
        }
    };
}

async fn gen1(emulated: &Emulated) -> adls_fs::FileSystemClient {
    emulated.file_system().unwrap()
}

async fn gen2(emulated: &Emulated) -> adls_fs::FileSystemClient {
    emulated.gen2().await.unwrap()
}

mod gen1_in_process {
    versions!(Emulated::start(), gen1, false);
}

mod gen1_over_tls {
    versions!(async { Emulated::start().await?.over_tls() }, gen1, false);
}

mod gen2_in_process {
    versions!(Emulated::start(), gen2, true);
}

mod gen2_over_tls {
    versions!(async { Emulated::start().await?.over_tls() }, gen2, true);
}
