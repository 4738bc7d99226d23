//! Times tokens at hand: what every try of every request asks for.
//!
//! `cargo bench -p adls-tests --bench token`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::hint::black_box;
use std::time::Instant;

use adls_auth::{AuthOptions, Authority, ClientSecretCredential};
use adls_http::{TokenCredential, TokenRequest};
use adls_tests::Emulated;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const CALLS: u32 = 200_000;
const ROUNDS: u32 = 7;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let emulated = Emulated::start().await?;
    let ready = emulated.emulator.ready();
    let authority = Authority::new("https://login.microsoftonline.com", &ready.tenant_id)?;
    let options = AuthOptions::default().client(emulated.client_options()).authority(authority);
    let secret = ready.client_secret.as_str();
    let credential = ClientSecretCredential::new_with(&ready.client_id, secret, options)?;
    let request = TokenRequest::new("https://datalake.azure.net//.default");
    let token = credential.get_token(&request).await?;
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(credential.get_token(black_box(&request)).await?);
        }
        best = best.min(start.elapsed().as_secs_f64() / f64::from(CALLS));
    }
    println!("token of {} bytes at hand: {:.0} ns a call", token.secret().len(), best * 1e9);
    Ok(())
}
