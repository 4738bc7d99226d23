//! The three listeners and the life of their connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Front;
use super::connection;
use super::shared::{Entry, Shared};
use crate::control::is_loopback;
use crate::error::Error;

/// How long open requests may take to end after the emulator was told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How many connections there may be at once; whoever comes then waits to be accepted.
const CONNECTIONS: usize = 4096;

/// Where to listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) http: SocketAddr,
    pub(crate) tls: SocketAddr,
    pub(crate) proxy: SocketAddr,
}

/// Listeners that are bound and do not accept yet; whoever connects waits.
#[derive(Debug)]
pub(crate) struct Bound {
    listeners: [(Entry, TcpListener); 3],
    /// The addresses with the ports that were chosen.
    pub(crate) addresses: Addresses,
}

impl Bound {
    /// Binds all three; addresses that other machines can reach only with `allow_remote`.
    pub(crate) async fn bind(wanted: Addresses, allow_remote: bool) -> Result<Self, Error> {
        for address in [wanted.http, wanted.tls, wanted.proxy] {
            if !allow_remote && !is_loopback(address.ip()) {
                return Err(Error::NotLoopback(address));
            }
        }
        let (http, http_address) = listen(wanted.http).await?;
        let (tls, tls_address) = listen(wanted.tls).await?;
        let (proxy, proxy_address) = listen(wanted.proxy).await?;
        Ok(Self {
            listeners: [(Entry::Http, http), (Entry::Tls, tls), (Entry::Proxy, proxy)],
            addresses: Addresses { http: http_address, tls: tls_address, proxy: proxy_address },
        })
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let failed = |source| Error::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Listeners that accept; dropping it ends them and their connections at once.
pub(crate) struct Running(Arc<Shared>);

impl Running {
    /// Begins to accept.
    pub(crate) fn start(
        bound: Bound,
        front: Front,
        tls: Arc<rustls::ServerConfig>,
        proxy_passthrough: bool,
    ) -> Self {
        let shared = Arc::new(Shared {
            front,
            tls: TlsAcceptor::from(tls),
            proxy_passthrough,
            closing: CancellationToken::new(),
            killed: CancellationToken::new(),
            tasks: TaskTracker::new(),
            places: Arc::new(Semaphore::new(CONNECTIONS)),
        });
        for (entry, listener) in bound.listeners {
            shared.tasks.spawn(accept(shared.clone(), listener, entry));
        }
        Self(shared)
    }

    /// Stops accepting and waits, but not for ever, until open requests are answered.
    pub(crate) async fn shutdown(self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        if tokio::time::timeout(GRACE, self.0.tasks.wait()).await.is_err() {
            tracing::debug!("ending connections that are still busy");
            self.0.killed.cancel();
            self.0.tasks.wait().await;
        }
    }
}

#[cfg(test)]
impl Running {
    pub(crate) fn shared(&self) -> Arc<Shared> {
        self.0.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.closing.cancel();
        self.0.killed.cancel();
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener, entry: Entry) {
    loop {
        let next = async {
            let place = shared.places.clone().acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = next => accepted,
            () = shared.closing.cancelled() => return,
        };
        // Nobody closes the semaphore.
        let Ok(place) = place else { return };
        match accepted {
            Ok((stream, peer)) => {
                let task = connection::accept(shared.clone(), stream, peer, entry, place);
                shared.tasks.spawn(shared.until_killed(task));
            }
            Err(error) => {
                // Too many open files, or a connection that ended in the queue: the listener lives.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}
