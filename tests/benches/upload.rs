//! Times the two ways in which a large file goes up: one append after the other, or segments side by
//! side that are joined. Near the service, and with the time that a request takes over a real network.
//!
//! `cargo bench -p adls-tests --bench upload`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use adls_auth::{AuthOptions, Authority, ClientSecretCredential};
use adls_fs::transfer::{Overwrite, TransferOptions};
use adls_fs::{FileSystemClient, FileSystemOptions, RemotePath};
use adls_http::{ClientOptions, HttpTransport, HttpTransportOptions, TokenCredential};
use mock_aad::{Emulator, FaultAction, FaultRule, Ready};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const SIZES: [u64; 5] = [16, 32, 64, 128, 256];
/// What each request waits besides, in milliseconds.
const DELAYS: [u64; 3] = [0, 5, 20];
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Result<()> {
    let emulator = Emulator::builder().start().await?;
    let client = client(emulator.ready())?;
    let directory = tempfile::tempdir()?;
    println!("{:>9} {:>8} {:>12} {:>12} {:>6}", "MiB", "delay", "one stream", "segments", "ratio");
    for delay in DELAYS {
        emulator.clear_faults();
        if delay > 0 {
            emulator.add_faults([rule(delay)?])?;
        }
        for mib in SIZES {
            let local = directory.path().join(mib.to_string());
            std::fs::write(&local, vec![7; (mib << 20) as usize])?;
            let stream = best(&client, &local, None).await?;
            let segments = best(&client, &local, Some(0)).await?;
            let ratio = stream / segments;
            println!("{mib:>9} {delay:>5} ms {stream:>10.3} s {segments:>10.3} s {ratio:>6.2}");
        }
    }
    Ok(())
}

async fn best(client: &FileSystemClient, local: &Path, threshold: Option<u64>) -> Result<f64> {
    let target: RemotePath = "/file".parse()?;
    let options = TransferOptions::default().overwrite(Overwrite::Replace);
    let options = options.segment_threshold(threshold);
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        client.upload_with(local, &target, options.clone()).await?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}

fn rule(ms: u64) -> Result<FaultRule> {
    let mut rule: FaultRule = serde_json::from_str(r#"{"action":{"delay":{"ms":0}}}"#)?;
    rule.path = Some("/webhdfs/*".to_owned());
    rule.action = FaultAction::Delay { ms };
    Ok(rule)
}

/// Over TLS, as with the service.
fn client(ready: &Ready) -> Result<FileSystemClient> {
    let mut options = HttpTransportOptions::default();
    options.root_certificates = vec![std::fs::read(&ready.ca_cert)?];
    let options = ClientOptions::with_transport(Arc::new(HttpTransport::new(&options)?));
    let credential: Arc<dyn TokenCredential> = Arc::new(ClientSecretCredential::new_with(
        &ready.client_id,
        ready.client_secret.as_str(),
        AuthOptions::default()
            .client(options.clone())
            .authority(Authority::new(&ready.https_url, &ready.tenant_id)?),
    )?);
    let endpoint = format!("https://{}.{}", ready.default_account, ready.adls_suffix).parse()?;
    Ok(FileSystemClient::gen1(endpoint, credential, FileSystemOptions::with_client(options))?)
}
