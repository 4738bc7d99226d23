//! Runs one of the integration tests that the crate `object_store` ships for whoever implements a store, over
//! its own Azure client. It panics where the store is not as it must be.
//!
//! `rust-object-store FUNCTION [PREFIX]`; account, key, container and where they are come from the environment,
//! under the names that the crate reads. With a prefix everything happens below it. Without a function it prints
//! the names of all that there are.

use anyhow::bail;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::list::PaginatedListStore;
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, integration};

/// The functions for stores of all kinds.
const FUNCTIONS: [&str; 17] = [
    "put_get_delete_list",
    "put_get_attributes",
    "get_opts",
    "put_opts",
    "stream_get",
    "list_uses_directories_correctly",
    "list_with_delimiter",
    "list_with_offset_exclusivity",
    "get_nonexistent_object",
    "rename_and_copy",
    "copy_if_not_exists",
    "copy_rename_nonexistent_object",
    "multipart",
    "multipart_with_opts",
    "multipart_put_part_out_of_order",
    "multipart_race_condition",
    "multipart_out_of_order",
];
/// The one that a store with a prefix has not.
const LIST_PAGINATED: &str = "list_paginated";

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let store = || MicrosoftAzureBuilder::from_env().build();
    match arguments.as_slice() {
        [] => {
            println!("{}\n{LIST_PAGINATED}", FUNCTIONS.join("\n"));
            Ok(())
        }
        [function] if function == LIST_PAGINATED => {
            list_paginated(&store()?).await;
            Ok(())
        }
        [function] => run(function, &store()?).await,
        [function, prefix] => run(function, &PrefixStore::new(store()?, prefix.as_str())).await,
        _ => bail!("usage: rust-object-store [FUNCTION [PREFIX]]"),
    }
}

async fn list_paginated(store: &(impl ObjectStore + PaginatedListStore)) {
    integration::list_paginated(store, store).await;
}

async fn run(function: &str, store: &(impl ObjectStore + MultipartStore)) -> anyhow::Result<()> {
    use integration as tests;
    match function {
        "put_get_delete_list" => tests::put_get_delete_list(store).await,
        "put_get_attributes" => tests::put_get_attributes(store).await,
        "get_opts" => tests::get_opts(store).await,
        "put_opts" => tests::put_opts(store, true).await,
        "stream_get" => tests::stream_get(store).await,
        "list_uses_directories_correctly" => tests::list_uses_directories_correctly(store).await,
        "list_with_delimiter" => tests::list_with_delimiter(store).await,
        "list_with_offset_exclusivity" => tests::list_with_offset_exclusivity(store).await,
        "get_nonexistent_object" => {
            let missing = tests::get_nonexistent_object(store, Some(Path::from("a/b"))).await;
            assert!(matches!(missing, Err(object_store::Error::NotFound { .. })), "{missing:?}");
        }
        "rename_and_copy" => tests::rename_and_copy(store).await,
        "copy_if_not_exists" => tests::copy_if_not_exists(store).await,
        "copy_rename_nonexistent_object" => tests::copy_rename_nonexistent_object(store).await,
        "multipart" => tests::multipart(store, store).await,
        "multipart_with_opts" => tests::multipart_with_opts(store, store).await,
        "multipart_put_part_out_of_order" => {
            tests::multipart_put_part_out_of_order(store, store).await;
        }
        // As the crate's own tests of Azure have it: who commits second finds blocks that are not its own.
        "multipart_race_condition" => tests::multipart_race_condition(store, false).await,
        "multipart_out_of_order" => tests::multipart_out_of_order(store).await,
        other => bail!("no function '{other}' here"),
    }
    Ok(())
}
