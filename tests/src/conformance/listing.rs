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
