//! Sources that change, and that are not what they seem.

use super::*;

mod parts_are_one_file_only_if_it_stayed_the_same {
    use super::*;

    /// Uploads a file that is changed while it is sent.
    async fn put(lake: &Lake, length: usize, change: fn(&Path)) -> adls_fs::Result<u64> {
        let file = lake.local.write("f", pattern(length));
        let op = if length > 4 * MIB { "APPEND" } else { "CREATE" };
        let client = meddling(lake, op, 0, When::Before, move || async move { change(&file) });
        let options = lake.resumable().segment_threshold(Some(40 * MIB as u64));
        let report = client.upload_with(lake.local.at("f"), "/f", options.clone()).await;
        client.cleanups().finished().await;
        report.map(|report| report.files)
    }

    #[tokio::test]
    async fn a_local_file_that_is_rewritten_is_an_error_that_leaves_nothing() {
        for length in [9 * MIB, 70 * MIB] {
            let changes: [fn(&Path); 3] = [
                // As long as before, longer, shorter.
                |file| {
                    let mut content = std::fs::read(file).unwrap();
                    content[0] ^= 1;
                    std::fs::write(file, content).unwrap();
                    touch(file);
                },
                |file| {
                    std::fs::write(file, pattern(80 * MIB).split_off(1)).unwrap();
                    touch(file);
                },
                |file| {
                    std::fs::write(file, "x").unwrap();
                    touch(file);
                },
            ];
            for change in changes {
                let lake = Lake::start().await;
                let error = put(&lake, length, change).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Changed);
                assert_eq!(lake.tree().await, Vec::<String>::new());
                assert_eq!(lake.journals(), 0);
            }
        }
    }

    #[tokio::test]
    async fn a_log_that_only_grows_is_sent_as_it_was() {
        for length in [9 * MIB, 70 * MIB] {
            let lake = Lake::start().await;
            assert_eq!(put(&lake, length, |file| append(file, b"more")).await.unwrap(), 1);
            assert!(lake.read("/f").await == pattern(length));
            assert_eq!(lake.tree().await, [format!("/f {length}")]);
        }
    }

    /// Downloads a file that is changed in the account between two requests.
    async fn get(
        lake: &Lake,
        length: usize,
        verify: bool,
        change: &'static str,
    ) -> adls_fs::Result<()> {
        lake.put("/f", pattern(length)).await;
        let other = lake.client.clone();
        let client = meddling(lake, "OPEN", 0, When::Before, move || async move {
            meddle(&other, length, change).await;
        });
        let options = lake.resumable().verify(verify).overwrite(Overwrite::Replace);
        client.download_with("/f", lake.local.at("back/f"), options.clone()).await.map(drop)
    }

    async fn meddle(client: &FileSystemClient, length: usize, change: &str) {
        if change == "grow" {
            use tokio::io::AsyncWriteExt;
            let mut writer = client.append("/f").await.unwrap();
            writer.write_all(b"more").await.unwrap();
            writer.shutdown().await.unwrap();
            return;
        }
        let content = match change {
            "other" => vec![b'x'; length],
            _ => pattern(length + 9)[9..].to_vec(),
        };
        client.put_with("/f", content, WriteOptions::default().overwrite(true)).await.unwrap();
    }

    #[tokio::test]
    async fn a_remote_file_that_only_grows_is_what_it_was() {
        for (length, verify) in [(0, false), (100, false), (100, true), (9 * MIB, false)] {
            let lake = Lake::start().await;
            get(&lake, length, verify, "grow").await.unwrap();
            assert!(std::fs::read(lake.local.at("back/f")).unwrap() == pattern(length), "{length}");
        }
    }

    #[tokio::test]
    async fn a_remote_file_that_is_made_anew_is_never_mixed() {
        for length in [100, 9 * MIB] {
            let lake = Lake::start().await;
            match get(&lake, length, false, "other").await {
                Ok(()) => {
                    assert!(std::fs::read(lake.local.at("back/f")).unwrap() == vec![b'x'; length]);
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Changed);
                    assert_eq!(lake.local.names("back"), Vec::<String>::new());
                    assert_eq!(lake.journals(), 0);
                }
            }
        }
    }

    #[tokio::test]
    async fn a_copy_is_of_one_state() {
        for length in [100, 9 * MIB] {
            let lake = Lake::start().await;
            lake.put("/f", pattern(length)).await;
            for (change, expected) in [("grow", Some(pattern(length))), ("other", None)] {
                let other = lake.client.clone();
                let client = meddling(&lake, "OPEN", 0, When::Before, move || async move {
                    meddle(&other, length, change).await;
                });
                let target = path(&format!("/{change}"));
                let copied = client.copy(&path("/f"), &client, &target).await;
                if let Some(expected) = expected {
                    assert_eq!(copied.unwrap(), length as u64);
                    assert!(lake.read(target.as_str()).await == expected);
                } else if copied.is_ok() {
                    assert!(lake.read(target.as_str()).await == vec![b'x'; length]);
                } else {
                    client.cleanups().finished().await;
                    assert!(!lake.client.exists(&target).await.unwrap());
                }
                lake.put("/f", pattern(length)).await;
            }
        }
    }

    /// A done file is passed over only if it is the file that was left.
    #[tokio::test]
    async fn what_was_done_before_is_told_by_more_than_its_length() {
        let lake = Lake::start().await;
        for name in ["s/big", "s/small"] {
            lake.local.write(name, pattern(if name == "s/big" { 5 * MIB } else { 5 }));
        }
        lake.local.write("s/z", "last");
        lake.arm([refusal("CREATE").path("*/z")]);
        let options = lake.resumable().overwrite(Overwrite::Replace);
        lake.client.upload_with(lake.local.at("s"), "/s", options.clone()).await.unwrap_err();
        lake.clear_faults();
        lake.put("/s/big", vec![b'x'; 5 * MIB]).await;
        lake.put("/s/small", "xxxxx").await;
        lake.client.upload_with(lake.local.at("s"), "/s", options.clone()).await.unwrap();
        assert!(lake.read("/s/big").await == pattern(5 * MIB));
        assert!(lake.read("/s/small").await == pattern(5));

        lake.arm([refusal("OPEN").after(2)]);
        lake.client.download_with("/s", lake.local.at("b"), options.clone()).await.unwrap_err();
        lake.clear_faults();
        for name in lake.local.names("b") {
            if !name.starts_with(".adls-") {
                let length = lake.local.at("b").join(&name).metadata().unwrap().len();
                lake.local.write(&format!("b/{name}"), vec![b'x'; length as usize]);
                touch(&lake.local.at("b").join(&name));
            }
        }
        lake.client.download_with("/s", lake.local.at("b"), options.clone()).await.unwrap();
        assert!(std::fs::read(lake.local.at("b/big")).unwrap() == pattern(5 * MIB));
        assert!(std::fs::read(lake.local.at("b/small")).unwrap() == pattern(5));
    }
}

mod the_end_is_seen_not_believed {
    use super::*;

    #[tokio::test]
    async fn a_listing_that_is_behind_is_a_hint() {
        let lake = Lake::start().await;
        lake.put("/d/f", "all of it").await;
        let client =
            changing(&lake, "LISTSTATUS", |body| body.replace(r#""length":9"#, r#""length":0"#));
        client.download("/d", &lake.local.at("d")).await.unwrap();
        assert_eq!(std::fs::read(lake.local.at("d/f")).unwrap(), b"all of it");
    }

    #[tokio::test]
    async fn an_answer_that_was_damaged_is_found_by_verify() {
        let lake = Lake::start().await;
        for length in [100, 9 * MIB] {
            let remote = lake.put("/f", pattern(length)).await;
            let rule = FaultRule::new(FaultAction::Corrupt).op("OPEN").count(1);
            lake.arm([rule]);
            let options = lake.resumable().verify(true);
            let error =
                lake.client.download_with(&remote, lake.local.at("b/f"), options.clone()).await;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::Corrupt);
            lake.clear_faults();
            assert_eq!((lake.local.names("b").len(), lake.journals()), (0, 0));
        }
    }
}
