//! Transfers that are given up, resumed, and cleaned up after.

use super::*;

mod a_convenience_never_becomes_a_condition {
    use super::*;

    #[cfg(unix)]
    #[tokio::test]
    async fn notes_are_nobody_elses_business() {
        use std::os::unix::fs::PermissionsExt;
        let lake = Lake::start().await;
        lake.arm([refusal("APPEND")]);
        let file = lake.local.write("f", pattern(9 * MIB));
        lake.client.upload_with(&file, "/f", lake.resumable()).await.unwrap_err();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&lake.local.at("journal")), 0o700);
        let notes = lake.local.at("journal").join(&lake.local.names("journal")[0]);
        assert_eq!(mode(&notes), 0o600);
    }
}

mod what_can_be_resumed_is_found_what_cannot_leaves_nothing {
    use super::*;

    /// Uploads, and is given up after the service has done the `after`th request of an operation.
    async fn give_up(lake: &Lake, op: &'static str, after: usize, options: &TransferOptions) {
        let (done, reached) = tokio::sync::oneshot::channel();
        let client = meddling(lake, op, after, When::After, move || async move {
            done.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        let source = lake.local.at("f");
        tokio::select! {
            _ = client.upload_with(&source, "/f", options.clone()) => panic!("it came to its end"),
            _ = reached => {}
        }
        client.cleanups().finished().await;
    }

    #[tokio::test]
    async fn a_small_file_whose_answer_never_came_is_done() {
        let lake = Lake::start().await;
        lake.local.write("f", "content");
        give_up(&lake, "CREATE", 0, &lake.resumable()).await;
        assert_eq!(lake.read("/f").await, "content");
        lake.client.upload_with(lake.local.at("f"), "/f", lake.resumable()).await.unwrap();
        assert_eq!(lake.journals(), 0);
        // Anything else that is there stays.
        lake.put("/f", "another").await;
        for _ in 0..2 {
            let error = lake.client.upload_with(lake.local.at("f"), "/f", lake.resumable()).await;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::AlreadyExists);
            assert_eq!(lake.journals(), 0);
        }
    }

    #[tokio::test]
    async fn a_large_file_goes_on_from_every_point() {
        for (op, after) in [("CREATE", 0), ("APPEND", 0), ("APPEND", 1), ("RENAME", 0)] {
            let lake = Lake::start().await;
            lake.local.write("f", pattern(11 * MIB));
            give_up(&lake, op, after, &lake.resumable()).await;
            lake.client.upload_with(lake.local.at("f"), "/f", lake.resumable()).await.unwrap();
            assert!(lake.read("/f").await == pattern(11 * MIB), "{op} {after}");
            assert_eq!(lake.tree().await.len(), 1, "{op} {after}");
            assert_eq!(lake.journals(), 0);
        }
    }

    #[tokio::test]
    async fn leftovers_are_listed_and_cleaned() {
        let lake = Lake::start().await;
        lake.local.write("f", pattern(11 * MIB));
        give_up(&lake, "APPEND", 0, &lake.resumable()).await;
        let saved = SavedTransfer::all(&lake.local.at("journal")).await.unwrap();
        let [saved] = saved.as_slice() else { panic!("{saved:?}") };
        assert_eq!((saved.direction.as_str(), saved.target.as_str()), ("upload", "/f"));
        assert_eq!((saved.finished, saved.unfinished, saved.under_way), (0, 1, false));
        let found = lake.client.leftovers(&RemotePath::root()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert!(saved.remote_leftovers.contains(&found[0].path));
        assert!(saved.clean(None).await.is_err());
        saved.clean(Some(&lake.client)).await.unwrap();
        assert_eq!((lake.tree().await.len(), lake.journals()), (0, 0));

        let remote = lake.put("/g", pattern(41 * MIB)).await;
        lake.arm([refusal("OPEN").after(6)]);
        lake.client
            .download_with(&remote, lake.local.at("b/g"), lake.resumable())
            .await
            .unwrap_err();
        lake.clear_faults();
        let saved = SavedTransfer::all(&lake.local.at("journal")).await.unwrap();
        assert_eq!(saved[0].local_leftovers.len(), 1);
        assert!(saved[0].local_leftovers[0].exists());
        saved[0].clean(None).await.unwrap();
        assert_eq!((lake.local.names("b").len(), lake.journals()), (0, 0));
    }
}

mod every_end_is_like_ctrl_c {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_copy_that_is_given_up_leaves_neither_file_nor_lease() {
        let lake = Lake::start().await;
        lake.put("/f", pattern(13 * MIB)).await;
        for (op, after) in [("CREATE", 0), ("APPEND", 0), ("APPEND", 1), ("GETFILESTATUS", 3)] {
            let (done, reached) = tokio::sync::oneshot::channel();
            let client = meddling(&lake, op, after, When::After, move || async move {
                done.send(()).unwrap();
                std::future::pending::<()>().await;
            });
            let (source, target) = (path("/f"), path("/copy"));
            tokio::select! {
                _ = client.copy(&source, &client, &target) => panic!("{op}"),
                _ = reached => {}
            }
            client.cleanups().finished().await;
            assert_eq!(lake.tree().await.len(), 1, "{op} {after}");
        }
    }
}
