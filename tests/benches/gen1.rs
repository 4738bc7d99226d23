//! Times the Gen1 file system client against a running emulator, and the bare transport beside it.
//!
//! `cargo bench -p adls-tests --bench gen1 -- READY_FILE [MIB] [FILES] [ENTRIES]`, where the emulator
//! runs in a process of its own (`mock-aad serve --ready-file READY_FILE`).

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use adls_auth::{AuthOptions, Authority, UsernamePasswordCredential};
use adls_fs::transfer::{Overwrite, TransferOptions};
use adls_fs::{
    DeleteOptions, FileSystemClient, FileSystemOptions, ListOptions, RemotePath, WalkOptions,
    WriteOptions,
};
use adls_http::{
    Body, ClientOptions, HttpTransport, HttpTransportOptions, SafeUrl, TokenCredential,
    TokenRequest, Transport, TransportRequest,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use mock_aad::Ready;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const PART: usize = 4 << 20;
const SIDE_BY_SIDE: usize = 8;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let Some(ready) = arguments.next() else {
        println!("no ready file of an emulator given; nothing measured");
        return Ok(());
    };
    let mut number = |default: u64| -> Result<u64> {
        Ok(arguments.next().map(|text| text.parse()).transpose()?.unwrap_or(default))
    };
    let (mib, files, entries) = (number(1024)?, number(2000)?, number(100_000)?);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        for tls in [false, true] {
            let bench = Bench::new(Path::new(&ready), tls)?;
            println!("\n{}", if tls { "TLS" } else { "plain HTTP" });
            bench.bulk(mib).await?;
            bench.small(files).await?;
        }
        Bench::new(Path::new(&ready), false)?.listing(entries).await
    })
}

struct Bench {
    client: FileSystemClient,
    transport: Arc<dyn Transport>,
    credential: Arc<dyn TokenCredential>,
    endpoint: SafeUrl,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(ready: &Path, tls: bool) -> Result<Self> {
        let ready: Ready = serde_json::from_slice(&std::fs::read(ready)?)?;
        let mut options = HttpTransportOptions::default();
        options.root_certificates = vec![std::fs::read(&ready.ca_cert)?];
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(&options)?);
        let mut options = ClientOptions::with_transport(Arc::clone(&transport));
        options.allow_http_loopback = true;
        let credential: Arc<dyn TokenCredential> = Arc::new(UsernamePasswordCredential::new(
            AuthOptions::new(options.clone(), Authority::new(&ready.https_url, &ready.tenant_id)?),
            &ready.public_client_id,
            &ready.username,
            ready.password.as_str(),
        )?);
        let endpoint: SafeUrl = match tls {
            false => ready.http_url.parse()?,
            true => format!("https://{}.{}", ready.default_account, ready.adls_suffix).parse()?,
        };
        let client = FileSystemClient::gen1(
            endpoint.clone(),
            Arc::clone(&credential),
            FileSystemOptions::with_client(options),
        )?;
        Ok(Self { client, transport, credential, endpoint, folder: tempfile::tempdir()? })
    }

    async fn bulk(&self, mib: u64) -> Result<()> {
        let length = (mib << 20) as usize;
        let (local, back) = (self.folder.path().join("local"), self.folder.path().join("back"));
        std::fs::write(&local, vec![7; length])?;
        let (bare, file) = (path("/bench/bare"), path("/bench/file"));
        let replace = TransferOptions::default().overwrite(Overwrite::Replace);
        let stream = replace.clone().segment_threshold(None);

        timed("bare: 8 files of parts, up", length, self.bare_upload(&bare, length)).await?;
        timed("upload in segments", length, self.client.upload(&local, &file, &replace)).await?;
        timed("upload as one stream", length, self.client.upload(&local, &file, &stream)).await?;
        timed("bare: ranges side by side, down", length, self.bare_download(&file, length)).await?;
        timed("reader, ranges to memory", length, self.reader(&file)).await?;
        timed("local write of the same bytes", length, async {
            let source = self.folder.path().join("written");
            let content = vec![7; PART];
            tokio::task::spawn_blocking(move || {
                let mut file = std::fs::File::create(source)?;
                (0..length / PART).try_for_each(|_| std::io::Write::write_all(&mut file, &content))
            })
            .await?
        })
        .await?;
        timed("download", length, self.client.download(&file, &back, &replace)).await?;
        std::fs::remove_file(back)?;
        let gone = DeleteOptions::default().recursive(true);
        self.client.delete(&path("/bench"), gone).await?;
        Ok(())
    }

    async fn small(&self, files: u64) -> Result<()> {
        let (local, back) = (self.folder.path().join("small"), self.folder.path().join("back"));
        std::fs::create_dir_all(&local)?;
        for number in 0..files {
            std::fs::write(local.join(number.to_string()), vec![7; 16 << 10])?;
        }
        let options = TransferOptions::default();
        let remote = path("/small");
        let up = timed("small files up", 0, self.client.upload(&local, &remote, &options)).await?;
        let down = timed("small files down", 0, self.client.download(&remote, &back, &options));
        let down = down.await?;
        println!("{:>40} {:.0} up, {:.0} down", "files/s", rate(files, up), rate(files, down));
        std::fs::remove_dir_all(back)?;
        self.client.delete(&remote, DeleteOptions::default().recursive(true)).await?;
        Ok(())
    }

    async fn listing(&self, entries: u64) -> Result<()> {
        let folder = path("/many");
        stream::iter(0..entries)
            .map(|number| {
                let file = folder.join(&format!("{number:06}"));
                async move {
                    self.client.write(&file?, "", WriteOptions::default()).await?;
                    Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
                }
            })
            .buffer_unordered(32)
            .try_collect::<()>()
            .await?;
        let list = async {
            let listing = self.client.list(&folder, ListOptions::default());
            listing.try_fold(0, |count, _| async move { Ok(count + 1) }).await
        };
        timed("listing", 0, list).await?;
        let walk = async {
            let walk = self.client.walk(&folder, WalkOptions::default());
            walk.try_fold(0, |count, _| async move { Ok(count + 1) }).await
        };
        timed("walk", 0, walk).await?;
        self.client.delete(&folder, DeleteOptions::default().recursive(true)).await?;
        Ok(())
    }

    async fn reader(&self, file: &RemotePath) -> Result<()> {
        let reader = self.client.open(file, Default::default()).await?;
        stream::iter((0..reader.len()).step_by(PART))
            .map(|start| reader.read_at(start..start + PART as u64))
            .buffer_unordered(SIDE_BY_SIDE)
            .try_for_each(|_| async { Ok(()) })
            .await?;
        Ok(())
    }

    async fn bare(&self, method: &str, file: &RemotePath, query: &str, body: Body) -> Result<u64> {
        let token = TokenRequest::new("https://datalake.azure.net//.default");
        let token = self.credential.get_token(&token).await?;
        let pairs: BTreeMap<&str, &str> =
            query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let pairs: Vec<_> = pairs.into_iter().collect();
        let url =
            self.endpoint.with_path_and_query(&format!("/webhdfs/v1{}", file.encoded()), &pairs);
        let mut headers = http::HeaderMap::new();
        headers.insert("authorization", format!("Bearer {}", token.secret()).parse()?);
        let method = method.parse()?;
        let request = TransportRequest { method, url, headers, body };
        let answer = self.transport.send(request).await?;
        if !answer.status.is_success() {
            return Err(format!("{} to {query}", answer.status).into());
        }
        let length = answer.body.try_fold(0, |sum, frame| async move { Ok(sum + frame.len()) });
        Ok(length.await? as u64)
    }

    /// As many files as requests, each made of appends: what a client can do at best without joining.
    async fn bare_upload(&self, file: &RemotePath, length: usize) -> Result<()> {
        let part = bytes::Bytes::from(vec![7; PART]);
        let files = stream::iter(0..SIDE_BY_SIDE).map(|number| {
            let (file, part) = (file.join(&number.to_string()), part.clone());
            async move {
                let file = file?;
                for index in 0..length / SIDE_BY_SIDE / PART {
                    let (method, query) = match index {
                        0 => ("PUT", "op=CREATE&write=true&overwrite=true".to_owned()),
                        _ => ("POST", format!("op=APPEND&append=true&offset={}", index * PART)),
                    };
                    self.bare(method, &file, &query, part.clone().into()).await?;
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            }
        });
        files.buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await
    }

    async fn bare_download(&self, file: &RemotePath, length: usize) -> Result<()> {
        stream::iter((0..length).step_by(PART))
            .map(|offset| async move {
                let query = format!("op=OPEN&read=true&offset={offset}&length={PART}");
                self.bare("GET", file, &query, Body::default()).await
            })
            .buffer_unordered(SIDE_BY_SIDE)
            .try_for_each(|_| async { Ok(()) })
            .await
    }
}

async fn timed<T, E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    what: &str,
    length: usize,
    work: impl Future<Output = std::result::Result<T, E>>,
) -> Result<Duration> {
    let (user, start) = (user_time(), Instant::now());
    work.await.map_err(Into::into)?;
    let (wall, cpu) = (start.elapsed(), user_time().saturating_sub(user));
    let speed = length as f64 / (1 << 20) as f64 / wall.as_secs_f64();
    println!(
        "{what:>40} {:8.3} s {:6.2} s user {speed:8.0} MiB/s",
        wall.as_secs_f64(),
        cpu.as_secs_f64()
    );
    Ok(wall)
}

fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The user time of this process, where the system tells it in ticks of 10 ms.
fn user_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = behind_name.split(' ').nth(11).and_then(|ticks| ticks.parse().ok());
    Duration::from_millis(ticks.unwrap_or(0) * 10)
}

fn path(text: &str) -> RemotePath {
    text.parse().unwrap_or_else(|_| RemotePath::root())
}
