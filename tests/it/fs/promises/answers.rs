//! Odd answers of the service, and odd things to send.

use super::*;

mod an_order_relied_upon_is_checked {
    use super::*;

    /// Puts the first two entries of every page the other way round.
    fn shuffled(body: &str) -> String {
        let mut page: serde_json::Value = serde_json::from_str(body).unwrap();
        let entries = page["FileStatuses"]["FileStatus"].as_array_mut().unwrap();
        if entries.len() > 1 {
            entries.swap(0, 1);
        }
        page.to_string()
    }

    #[tokio::test]
    async fn nothing_is_deleted_by_a_list_out_of_order() {
        let lake = Lake::start().await;
        for name in ["a", "b", "c"] {
            lake.local.write(&format!("s/{name}"), "same");
            lake.put(&format!("/s/{name}"), "same").await;
        }
        let client = changing(&lake, "LISTSTATUS", |body| shuffled(&body));
        let options = SyncOptions::default().delete(true);
        let down =
            client.sync_down_with("/s", lake.local.at("s"), options.clone()).await.unwrap_err();
        assert_eq!(down.report().unwrap().failures[0].error.kind(), ErrorKind::Protocol);
        client.sync_up_with(lake.local.at("s"), "/s", options.clone()).await.unwrap_err();
        assert_eq!(lake.local.names("s"), ["a", "b", "c"]);
        assert_eq!(lake.tree().await.len(), 4);
    }

    #[tokio::test]
    async fn both_sides_are_alike_and_a_second_sync_writes_nothing() {
        let lake = Lake::start().await;
        lake.local.write("s/was directory", "file now");
        lake.local.write("s/was file/x", "directory now");
        std::fs::create_dir_all(lake.local.at("s/empty/inside")).unwrap();
        lake.put("/s/was directory/deep/x", "old").await;
        lake.put("/s/was file", "old").await;
        lake.client.mkdirs("/s/gone/empty").await.unwrap();
        let options = SyncOptions::default().delete(true);
        lake.client.sync_up_with(lake.local.at("s"), "/s", options.clone()).await.unwrap();
        let expected = [
            "/s/",
            "/s/empty/",
            "/s/empty/inside/",
            "/s/was directory 8",
            "/s/was file/",
            "/s/was file/x 13",
        ];
        assert_eq!(lake.tree().await, expected);
        lake.client.sync_down_with("/s", lake.local.at("t"), options.clone()).await.unwrap();
        lake.operations();
        lake.client.sync_up_with(lake.local.at("s"), "/s", options.clone()).await.unwrap();
        lake.client.sync_down_with("/s", lake.local.at("t"), options.clone()).await.unwrap();
        let writes = lake.operations();
        let reads = ["LISTSTATUS", "GETFILESTATUS"];
        assert!(writes.iter().all(|op| reads.contains(&op.as_str())), "{writes:?}");
    }
}

mod memory_is_bounded_by_design {
    use super::*;

    #[tokio::test]
    async fn a_tree_without_an_end_has_one() {
        let lake = Lake::start().await;
        lake.client.mkdirs("/d/d").await.unwrap();
        let listed = lake.client.list("/d").collect_all().await;
        assert_eq!(listed.unwrap().len(), 1);
        // Every directory holds one more.
        let client = changing(&lake, "LISTSTATUS", |_| {
            r#"{"FileStatuses":{"continuationToken":"","FileStatus":[
                {"length":0,"pathSuffix":"d","type":"DIRECTORY","permission":"770"}]}}"#
                .to_owned()
        });
        let mut entries = client.walk("/d");
        let (mut count, mut errors) = (0, Vec::new());
        while let Some(entry) = entries.next().await {
            match entry {
                Ok(_) => count += 1,
                Err(error) => errors.push(error),
            }
        }
        assert!(count <= 512, "{count}");
        assert!(errors.last().is_some_and(|error| error.to_string().contains("levels deep")));
    }

    #[tokio::test]
    async fn a_list_that_goes_round_ends_with_an_error() {
        let lake = Lake::start().await;
        lake.put("/d/f", "x").await;
        let client = changing(&lake, "LISTSTATUS", |body| {
            body.replace(r#""continuationToken":"""#, r#""continuationToken":"again""#)
        });
        lake.operations();
        let error = client.list("/d").collect_all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(lake.operations().len() < 10);
        assert!(client.walk("/d").any(async |e| e.is_err()).await);
    }
}

mod words_name_the_right_thing {
    use super::*;

    #[tokio::test]
    async fn a_url_of_another_account_is_refused() {
        let lake = Lake::start().await;
        let file = lake.local.write("f", "x");
        let url: adls_fs::RemoteUrl = "adl://other/f".parse().unwrap();
        let error = lake.client.upload(&file, &url).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Invalid);
        assert!(lake.tree().await.is_empty());
        let account = &lake.emulator.ready().default_account;
        let url: adls_fs::RemoteUrl = format!("adl://{account}/d/").parse().unwrap();
        lake.client.upload(&file, &url).await.unwrap();
        let into: RemotePath = "/e/".parse().unwrap();
        lake.client.upload(&file, &into).await.unwrap();
        assert_eq!(lake.tree().await, ["/d/", "/d/f 1", "/e/", "/e/f 1"]);
    }

    #[tokio::test]
    async fn one_bad_name_fails_alone() {
        let lake = Lake::start().await;
        for name in ["a", "b", "c"] {
            lake.put(&format!("/d/{name}"), name).await;
        }
        for bad in ["..", "../x", "/abs", "."] {
            let bad = bad.to_owned();
            let client = changing(&lake, "LISTSTATUS", move |body| {
                body.replace(r#""pathSuffix":"b""#, &format!(r#""pathSuffix":"{bad}""#))
            });
            let error =
                client.download_with("/d", lake.local.at("t"), replace()).await.unwrap_err();
            let report = error.report().unwrap();
            assert_eq!((report.files, report.failures.len()), (2, 1));
            lake.local.write("t/z", "stays: it may be what the bad name stands for");
            let sync = SyncOptions::default().delete(true);
            client.sync_down_with("/d", lake.local.at("t"), sync.clone()).await.unwrap_err();
            assert_eq!(lake.local.names("t"), ["a", "c", "z"]);
            assert_eq!(lake.local.names("."), ["t"]);
        }
    }
}
