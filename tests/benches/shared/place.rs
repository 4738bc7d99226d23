//! An account of the emulator as the benchmarks reach it: over TLS, by its host, on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use mock_aad::Ready;
use reqwest::{Certificate, Client};

use crate::Result;

/// Where an account is.
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) ca: Vec<u8>,
}

impl Place {
    /// The account whose host begins like this: with its name and, if it has one, with its protocol.
    pub(crate) fn new(ready: &Ready, account: &str) -> Result<Self> {
        let authority = format!("{account}.{}", ready.adls_suffix);
        let (host, port) = authority.rsplit_once(':').ok_or("the suffix has no port")?;
        let ca = std::fs::read(&ready.ca_cert)?;
        Ok(Self { host: host.to_owned(), port: port.parse()?, ca })
    }

    /// The address below which the account's paths are.
    pub(crate) fn url(&self) -> String {
        format!("https://{}:{}", self.host, self.port)
    }

    /// A client that finds the account and trusts it.
    pub(crate) fn client(&self) -> Result<Client> {
        Ok(Client::builder()
            .http1_only()
            .no_proxy()
            .tls_certs_only([Certificate::from_pem(&self.ca)?])
            .resolve(&self.host, SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)))
            .build()?)
    }
}

/// Reads the file that says where the emulator is.
pub(crate) fn read(ready: &Path) -> Result<Ready> {
    Ok(serde_json::from_slice(&std::fs::read(ready)?)?)
}
