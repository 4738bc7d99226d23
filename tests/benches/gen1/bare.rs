//! The same work as loops over reqwest, without anything that a client needs besides: no retry, no
//! check of what comes, no resume. What a client can reach at best.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::header::CONTENT_LENGTH;
use reqwest::{Certificate, Client, Method, Response};
use serde::Deserialize;

use crate::{PART, PARTS_SIDE_BY_SIDE, Result, SIDE_BY_SIDE, Target};

pub(crate) async fn run(target: &Target, words: &[&str]) -> Result<Duration> {
    let bare = &Bare::new(target)?;
    let start = Instant::now();
    match words {
        ["write", folder, length] => bare.write(folder, length.parse()?).await?,
        ["read", file, length] => bare.read(file, length.parse()?).await?,
        ["put", local, folder] => bare.put(Path::new(local), folder).await?,
        ["get", folder, local] => bare.get(folder, Path::new(local)).await?,
        ["list", folder] => bare.list(folder).await?,
        ["acl", entries, folder] => bare.acl(entries, folder).await?,
        ["disk", file, length] => disk(Path::new(file), length.parse()?).await?,
        _ => return Err(format!("no work {words:?}").into()),
    }
    Ok(start.elapsed())
}

/// Makes a file of zeros that takes no memory in the emulator.
pub(crate) async fn zeros(target: &Target, file: &str, length: &str) -> Result<()> {
    let bare = Bare::new(target)?;
    let url = format!("{}{file}?op=CREATE&write=true&overwrite=true", bare.root);
    let request = bare.client.put(url).bearer_auth(&bare.token);
    request
        .header("x-mock-zeros", length)
        .header(CONTENT_LENGTH, 0)
        .send()
        .await?
        .error_for_status()?;
    Ok(())
}

struct Bare {
    client: Client,
    root: String,
    token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    file_statuses: Statuses,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statuses {
    #[serde(rename = "FileStatus")]
    file_status: Vec<Status>,
    continuation_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    path_suffix: String,
    r#type: String,
}

impl Bare {
    fn new(target: &Target) -> Result<Self> {
        let client = Client::builder()
            .http1_only()
            .tls_certs_only([Certificate::from_pem(&target.ca)?])
            .resolve(&target.host, SocketAddr::from((Ipv4Addr::LOCALHOST, target.port)))
            .build()?;
        let root = format!("https://{}:{}/webhdfs/v1", target.host, target.port);
        Ok(Self { client, root, token: target.token.clone() })
    }

    async fn ask(&self, method: Method, path: &str, query: &str, body: Bytes) -> Result<Response> {
        let url = format!("{}{path}?{query}&api-version=2018-09-01", self.root);
        let mut request = self.client.request(method, url).bearer_auth(&self.token);
        if body.is_empty() {
            request = request.header(CONTENT_LENGTH, 0);
        }
        Ok(request.body(body).send().await?.error_for_status()?)
    }

    /// As many files as requests at once, each made of appends: data cannot come faster.
    async fn write(&self, folder: &str, length: usize) -> Result<()> {
        let part = Bytes::from(vec![7; PART]);
        stream::iter(0..PARTS_SIDE_BY_SIDE)
            .map(|number| {
                let part = part.clone();
                async move {
                    let file = format!("{folder}/{number}");
                    for index in 0..length / PARTS_SIDE_BY_SIDE / PART {
                        let part = part.clone();
                        if index == 0 {
                            self.create(&file, part).await?;
                            continue;
                        }
                        let offset = index * PART;
                        let query = format!("op=APPEND&append=true&offset={offset}");
                        self.ask(Method::POST, &file, &query, part).await?;
                    }
                    Ok(())
                }
            })
            .buffer_unordered(PARTS_SIDE_BY_SIDE)
            .try_collect()
            .await
    }

    async fn create(&self, file: &str, content: Bytes) -> Result<()> {
        self.ask(Method::PUT, file, "op=CREATE&write=true&overwrite=true", content).await?;
        Ok(())
    }

    async fn read(&self, file: &str, length: usize) -> Result<()> {
        stream::iter((0..length).step_by(PART))
            .map(|offset| async move {
                let query = format!("op=OPEN&read=true&offset={offset}&length={PART}");
                let answer = self.ask(Method::GET, file, &query, Bytes::new()).await?;
                answer.bytes().await?;
                Ok(())
            })
            .buffer_unordered(PARTS_SIDE_BY_SIDE)
            .try_collect()
            .await
    }

    async fn put(&self, local: &Path, folder: &str) -> Result<()> {
        let names = std::fs::read_dir(local)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<Vec<_>>>()?;
        stream::iter(names)
            .map(|name| async move {
                let content = tokio::fs::read(local.join(&name)).await?;
                self.create(&format!("{folder}/{name}"), content.into()).await
            })
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect()
            .await
    }

    async fn get(&self, folder: &str, local: &Path) -> Result<()> {
        std::fs::create_dir_all(local)?;
        stream::iter(self.names(folder).await?)
            .map(|entry| async move {
                let file = format!("{folder}/{}", entry.path_suffix);
                let answer =
                    self.ask(Method::GET, &file, "op=OPEN&read=true", Bytes::new()).await?;
                let content = answer.bytes().await?;
                Ok(tokio::fs::write(local.join(entry.path_suffix), content).await?)
            })
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect()
            .await
    }

    async fn list(&self, folder: &str) -> Result<()> {
        self.names(folder).await?;
        Ok(())
    }

    async fn names(&self, folder: &str) -> Result<Vec<Status>> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let query = format!("op=LISTSTATUS&listSize=4000&listAfter={after}");
            let answer = self.ask(Method::GET, folder, &query, Bytes::new()).await?;
            let page: Page = serde_json::from_slice(&answer.bytes().await?)?;
            all.extend(page.file_statuses.file_status);
            after = page.file_statuses.continuation_token;
            if after.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Folders by the folder, one after the other; what is in them all at once.
    async fn acl(&self, entries: &str, folder: &str) -> Result<()> {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            self.modify(&folder, entries).await?;
            let mut files = Vec::new();
            for entry in self.names(&folder).await? {
                let path = format!("{folder}/{}", entry.path_suffix);
                if entry.r#type == "DIRECTORY" { &mut folders } else { &mut files }.push(path);
            }
            stream::iter(files)
                .map(|file| async move { self.modify(&file, entries).await })
                .buffer_unordered(SIDE_BY_SIDE)
                .try_collect::<()>()
                .await?;
        }
        Ok(())
    }

    async fn modify(&self, path: &str, entries: &str) -> Result<()> {
        let query = format!("op=MODIFYACLENTRIES&aclspec={entries}");
        self.ask(Method::PUT, path, &query, Bytes::new()).await?;
        Ok(())
    }
}

/// The plain write of as many bytes to a new file.
async fn disk(file: &Path, length: usize) -> Result<()> {
    let file = file.to_owned();
    let content = vec![7; PART];
    tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::create(file)?;
        (0..length / PART).try_for_each(|_| std::io::Write::write_all(&mut file, &content))
    })
    .await??;
    Ok(())
}
