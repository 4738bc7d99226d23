//! Transfers that are given up, resumed, and cleaned up after.

use super::*;

mod a_convenience_never_becomes_a_condition {
    use super::*;

    #[cfg(unix)]
    #[tokio::test]
    async fn notes_are_nobody_elses_business() {
        use std::os::unix::fs::PermissionsExt;
        let here = Here::start().await;
        here.refuse("APPEND", 0);
        let file = here.write("f", pattern(9 * MIB));
        here.lake.client.upload_with(&file, path("/f"), here.noted()).await.unwrap_err();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&here.at("journal")), 0o700);
        let notes = here.at("journal").join(&here.names("journal")[0]);
        assert_eq!(mode(&notes), 0o600);
    }
}

mod what_can_be_resumed_is_found_what_cannot_leaves_nothing {
    use super::*;

    /// Uploads, and is given up after the service has done the `after`th request of an operation.
    async fn give_up(here: &Here, op: &'static str, after: usize, options: &TransferOptions) {
        let (done, reached) = tokio::sync::oneshot::channel();
        let client = meddling(&here.lake, op, after, When::After, move || async move {
            done.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        let source = here.at("f");
        tokio::select! {
            _ = client.upload_with(&source, path("/f"), options.clone()) => panic!("it came to its end"),
            _ = reached => {}
        }
        client.cleanups().finished().await;
    }

    #[tokio::test]
    async fn a_small_file_whose_answer_never_came_is_done() {
        let here = Here::start().await;
        here.write("f", "content");
        give_up(&here, "CREATE", 0, &here.noted()).await;
        assert_eq!(here.content("/f").await, "content");
        here.lake.client.upload_with(&here.at("f"), path("/f"), here.noted()).await.unwrap();
        assert_eq!(here.journals(), 0);
        // Anything else that is there stays.
        here.make("/f", "another").await;
        for _ in 0..2 {
            let error = here.lake.client.upload_with(&here.at("f"), path("/f"), here.noted()).await;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::AlreadyExists);
            assert_eq!(here.journals(), 0);
        }
    }

    #[tokio::test]
    async fn a_large_file_goes_on_from_every_point() {
        for (op, after) in [("CREATE", 0), ("APPEND", 0), ("APPEND", 1), ("RENAME", 0)] {
            let here = Here::start().await;
            here.write("f", pattern(11 * MIB));
            give_up(&here, op, after, &here.noted()).await;
            here.lake.client.upload_with(&here.at("f"), path("/f"), here.noted()).await.unwrap();
            assert!(here.content("/f").await == pattern(11 * MIB), "{op} {after}");
            assert_eq!(here.lake.tree().await.len(), 1, "{op} {after}");
            assert_eq!(here.journals(), 0);
        }
    }

    #[tokio::test]
    async fn leftovers_are_listed_and_cleaned() {
        let here = Here::start().await;
        here.write("f", pattern(11 * MIB));
        give_up(&here, "APPEND", 0, &here.noted()).await;
        let saved = SavedTransfer::all(&here.at("journal")).await.unwrap();
        let [saved] = saved.as_slice() else { panic!("{saved:?}") };
        assert_eq!((saved.direction.as_str(), saved.target.as_str()), ("upload", "/f"));
        assert_eq!((saved.finished, saved.unfinished, saved.under_way), (0, 1, false));
        let found = here.lake.client.leftovers(&RemotePath::root()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert!(saved.remote_leftovers.contains(&found[0].path));
        assert!(saved.clean(None).await.is_err());
        saved.clean(Some(&here.lake.client)).await.unwrap();
        assert_eq!((here.lake.tree().await.len(), here.journals()), (0, 0));

        let remote = here.make("/g", pattern(41 * MIB)).await;
        here.refuse("OPEN", 6);
        here.lake.client.download_with(&remote, &here.at("b/g"), here.noted()).await.unwrap_err();
        here.lake.clear_faults();
        let saved = SavedTransfer::all(&here.at("journal")).await.unwrap();
        assert_eq!(saved[0].local_leftovers.len(), 1);
        assert!(saved[0].local_leftovers[0].exists());
        saved[0].clean(None).await.unwrap();
        assert_eq!((here.names("b").len(), here.journals()), (0, 0));
    }
}

mod every_end_is_like_ctrl_c {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_copy_that_is_given_up_leaves_neither_file_nor_lease() {
        let here = Here::start().await;
        here.make("/f", pattern(13 * MIB)).await;
        for (op, after) in [("CREATE", 0), ("APPEND", 0), ("APPEND", 1), ("GETFILESTATUS", 3)] {
            let (done, reached) = tokio::sync::oneshot::channel();
            let client = meddling(&here.lake, op, after, When::After, move || async move {
                done.send(()).unwrap();
                std::future::pending::<()>().await;
            });
            let (source, target) = (path("/f"), path("/copy"));
            tokio::select! {
                _ = client.copy(&source, &client, &target) => panic!("{op}"),
                _ = reached => {}
            }
            client.cleanups().finished().await;
            assert_eq!(here.lake.tree().await.len(), 1, "{op} {after}");
        }
    }
}
