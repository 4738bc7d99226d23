//! What is at the target stays until what replaces it is complete.

use super::*;

mod replace_only_with_what_is_complete {
    use super::*;

    #[tokio::test]
    async fn a_file_never_goes_into_a_directory_by_a_rename() {
        let lake = Lake::start().await;
        let file = lake.local.write("f", pattern(5 * MIB));
        lake.put("/d/in/x", "kept").await;
        let error = lake.client.upload_with(&file, "/d/in/x/", replace()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotDirectory | ErrorKind::Invalid), "{error:?}");
        // The directory comes into being while the file is sent.
        for length in [5 * MIB, 70 * MIB] {
            let file = lake.local.write("f", pattern(length));
            let other = lake.client.clone();
            let client = meddling(&lake, "RENAME", 0, When::Before, move || async move {
                other.mkdirs("/late").await.unwrap();
            });
            let error = client.upload_with(&file, "/late", replace()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::IsDirectory);
            lake.client.delete("/late").await.unwrap();
        }
        lake.client.cleanups().finished().await;
        assert_eq!(lake.tree().await, ["/d/", "/d/in/", "/d/in/x 4"]);
    }

    #[tokio::test]
    async fn a_directory_goes_only_when_the_file_in_its_place_has_the_name() {
        let lake = Lake::start().await;
        let options = SyncOptions::default().delete(true);
        for length in [4, 5 * MIB] {
            lake.local.write("side/x", pattern(length));
            lake.put("/side/x/f", "old").await;
            lake.arm([refusal("RENAME").after(1).count(1)]);
            let report =
                lake.client.sync_up_with(lake.local.at("side"), "/side", options.clone()).await;
            assert!(report.is_err_and(|error| error.kind() == ErrorKind::Incomplete), "{length}");
            lake.clear_faults();
            assert_eq!(lake.read("/side/x/f").await, "old");
            lake.client.cleanups().finished().await;
            assert_eq!(lake.tree().await, ["/side/", "/side/x/", "/side/x/f 3"]);
            lake.client
                .sync_up_with(lake.local.at("side"), "/side", options.clone())
                .await
                .unwrap();
            let expected = format!("/side/x {length}");
            assert_eq!(lake.tree().await, ["/side/", &expected]);
            lake.client.delete("/side/x").await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_join_that_fails_leaves_its_target() {
        let lake = Lake::start().await;
        for (op, left) in [("MSCONCAT", false), ("RENAME", true)] {
            lake.put("/t", "old").await;
            let sources = [lake.put("/1", "a").await, lake.put("/2", "b").await];
            lake.arm([refusal(op)]);
            let options = ConcatOptions::default().overwrite(true);
            let error = lake.client.concat_with("/t", &sources, options.clone()).await;
            let text = error.unwrap_err().to_string();
            lake.clear_faults();
            assert_eq!(lake.read("/t").await, "old", "{op}");
            let tree = lake.tree().await;
            if left {
                // The bytes of the sources are not lost, and the error says where they are.
                let joined = tree.iter().find(|line| line.contains(".joined")).unwrap();
                let name = joined.split(' ').next().unwrap();
                assert!(text.contains(name), "{text}");
                assert_eq!(lake.read(name).await, "ab");
            } else {
                lake.client.concat_with("/t", &sources, options).await.unwrap();
                assert_eq!(lake.read("/t").await, "ab");
            }
        }
    }

    #[tokio::test]
    async fn a_directory_goes_only_when_the_file_for_its_name_is_complete() {
        let lake = Lake::start().await;
        lake.local.write("s/x", "file");
        lake.put("/s/x/inside", "directory").await;
        let options = SyncOptions::default().delete(true);
        lake.arm([refusal("CREATE")]);
        lake.client.sync_up_with(lake.local.at("s"), "/s", options.clone()).await.unwrap_err();
        lake.clear_faults();
        assert_eq!(lake.read("/s/x/inside").await, "directory");
        lake.client.sync_up_with(lake.local.at("s"), "/s", options.clone()).await.unwrap();
        assert_eq!(lake.tree().await, ["/s/", "/s/x 4"]);

        lake.local.write("t/x/inside", "directory");
        lake.put("/t/x", "file").await;
        lake.arm([refusal("OPEN")]);
        lake.client.sync_down_with("/t", lake.local.at("t"), options.clone()).await.unwrap_err();
        lake.clear_faults();
        assert_eq!(lake.local.names("t/x"), ["inside"]);
        lake.client.sync_down_with("/t", lake.local.at("t"), options.clone()).await.unwrap();
        assert_eq!(std::fs::read(lake.local.at("t/x")).unwrap(), b"file");
    }
}
