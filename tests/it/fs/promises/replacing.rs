//! What is at the target stays until what replaces it is complete.

use super::*;

mod replace_only_with_what_is_complete {
    use super::*;

    #[tokio::test]
    async fn a_file_never_goes_into_a_directory_by_a_rename() {
        let here = Here::start().await;
        let file = here.write("f", pattern(5 * MIB));
        here.make("/d/in/x", "kept").await;
        let error =
            here.lake.client.upload_with(&file, path("/d/in/x/"), replace()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotDirectory | ErrorKind::Invalid), "{error:?}");
        // The directory comes into being while the file is sent.
        for length in [5 * MIB, 70 * MIB] {
            let file = here.write("f", pattern(length));
            let other = here.lake.client.clone();
            let client = meddling(&here.lake, "RENAME", 0, When::Before, move || async move {
                other.mkdirs(&path("/late")).await.unwrap();
            });
            let error = client.upload_with(&file, path("/late"), replace()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::IsDirectory);
            here.lake.client.delete(&path("/late")).await.unwrap();
        }
        here.lake.client.cleanups().finished().await;
        assert_eq!(here.lake.tree().await, ["/d/", "/d/in/", "/d/in/x 4"]);
    }

    #[tokio::test]
    async fn a_directory_goes_only_when_the_file_in_its_place_has_the_name() {
        let here = Here::start().await;
        let options = SyncOptions::default().delete(true);
        for length in [4, 5 * MIB] {
            here.write("side/x", pattern(length));
            here.make("/side/x/f", "old").await;
            let refused = FaultAction::Status { code: 403, retry_after: None, body: None };
            let second = FaultRule::new(refused).op("RENAME").after(1).count(1);
            here.lake.arm([second]);
            let report = here
                .lake
                .client
                .sync_up_with(&here.at("side"), &path("/side"), options.clone())
                .await;
            assert!(report.is_err_and(|error| error.kind() == ErrorKind::Incomplete), "{length}");
            here.lake.clear_faults();
            assert_eq!(here.content("/side/x/f").await, "old");
            here.lake.client.cleanups().finished().await;
            assert_eq!(here.lake.tree().await, ["/side/", "/side/x/", "/side/x/f 3"]);
            here.lake
                .client
                .sync_up_with(&here.at("side"), &path("/side"), options.clone())
                .await
                .unwrap();
            let expected = format!("/side/x {length}");
            assert_eq!(here.lake.tree().await, ["/side/", &expected]);
            here.lake.client.delete(&path("/side/x")).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_join_that_fails_leaves_its_target() {
        let here = Here::start().await;
        for (op, left) in [("MSCONCAT", false), ("RENAME", true)] {
            here.make("/t", "old").await;
            let sources = [here.make("/1", "a").await, here.make("/2", "b").await];
            here.refuse(op, 0);
            let options = ConcatOptions::default().overwrite(true);
            let error = here.lake.client.concat_with(&path("/t"), &sources, options.clone()).await;
            let text = error.unwrap_err().to_string();
            here.lake.clear_faults();
            assert_eq!(here.content("/t").await, "old", "{op}");
            let tree = here.lake.tree().await;
            if left {
                // The bytes of the sources are not lost, and the error says where they are.
                let joined = tree.iter().find(|line| line.contains(".joined")).unwrap();
                let name = joined.split(' ').next().unwrap();
                assert!(text.contains(name), "{text}");
                assert_eq!(here.content(name).await, "ab");
            } else {
                here.lake.client.concat_with(&path("/t"), &sources, options).await.unwrap();
                assert_eq!(here.content("/t").await, "ab");
            }
        }
    }

    #[tokio::test]
    async fn a_directory_goes_only_when_the_file_for_its_name_is_complete() {
        let here = Here::start().await;
        here.write("s/x", "file");
        here.make("/s/x/inside", "directory").await;
        let options = SyncOptions::default().delete(true);
        here.refuse("CREATE", 0);
        here.lake
            .client
            .sync_up_with(&here.at("s"), &path("/s"), options.clone())
            .await
            .unwrap_err();
        here.lake.clear_faults();
        assert_eq!(here.content("/s/x/inside").await, "directory");
        here.lake.client.sync_up_with(&here.at("s"), &path("/s"), options.clone()).await.unwrap();
        assert_eq!(here.lake.tree().await, ["/s/", "/s/x 4"]);

        here.write("t/x/inside", "directory");
        here.make("/t/x", "file").await;
        here.refuse("OPEN", 0);
        here.lake
            .client
            .sync_down_with(&path("/t"), &here.at("t"), options.clone())
            .await
            .unwrap_err();
        here.lake.clear_faults();
        assert_eq!(here.names("t/x"), ["inside"]);
        here.lake.client.sync_down_with(&path("/t"), &here.at("t"), options.clone()).await.unwrap();
        assert_eq!(std::fs::read(here.at("t/x")).unwrap(), b"file");
    }
}
