//! Lists of one directory.

use adls_fs::{ErrorKind, FileSystemClient, ListOptions, RemotePath};

use super::below;

pub(super) async fn a_listing_comes_in_pages(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    for index in 0..25 {
        client.put(at(&format!("many/{index:02} ü")), vec![b'x'; index]).await.unwrap();
    }
    let list = |options| client.list_with(at("many"), options);
    let entries = list(ListOptions::default().page_size(10)).collect_all().await.unwrap();
    let lengths: Vec<_> = entries.iter().map(|entry| entry.length).collect();
    assert_eq!(lengths, (0..25).collect::<Vec<_>>());
    let mut pages = list(ListOptions::default().page_size(10));
    let first = pages.next_page().await.unwrap().unwrap();
    assert_eq!(first.items.len(), 10);
    let token = pages.continuation().unwrap().to_owned();
    let rest = list(ListOptions::default().start_after(token)).collect_all().await.unwrap();
    assert_eq!(rest.len(), 15);
    let missing = client.list(at("none")).collect_all().await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    let file = at("many/03 ü");
    let of_file = client.list(&file).collect_all().await.unwrap();
    assert_eq!((of_file.len(), &of_file[0].path), (1, &file));
}

pub(super) async fn a_list_begins_at_a_name_and_goes_on(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let at = below(base);
    for name in ["a", "m 1", "m 2", "m 3", "z/1", "z/2"] {
        client.put(at("from").join(name).unwrap(), "x").await.unwrap();
    }
    for (recursive, names) in
        [(false, &["m 2", "m 3", "z"][..]), (true, &["m 2", "m 3", "z", "1", "2"])]
    {
        let from = || {
            ListOptions::default().begin_from("m 2".to_owned()).page_size(1).recursive(recursive)
        };
        let all = client.list_with(at("from"), from()).collect_all().await.unwrap();
        assert_eq!(all.iter().map(|entry| entry.name()).collect::<Vec<_>>(), names);
        let mut list = client.list_with(at("from"), from());
        list.next_page().await.unwrap().unwrap();
        let token = list.continuation().unwrap().to_owned();
        let rest = client.list_with(at("from"), from().start_after(token));
        let rest = rest.collect_all().await.unwrap();
        assert_eq!(rest.iter().map(|entry| entry.name()).collect::<Vec<_>>(), names[1..]);
    }
}
