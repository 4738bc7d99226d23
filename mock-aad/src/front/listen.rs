//! The three listeners and the life of their connections.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::uri::Authority;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Front;
use super::connection::{self, Entry};
use super::exchange::is_loopback;
use crate::error::Error;

/// How long open requests may take to end after the emulator was told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How many connections there may be at once; whoever comes then waits to be accepted.
const CONNECTIONS: usize = 4096;

/// What the listeners and connections share.
pub(crate) struct Shared {
    pub(crate) front: Arc<Front>,
    pub(crate) tls: TlsAcceptor,
    /// Ends the listeners, idle connections, and others after their present request.
    pub(crate) closing: CancellationToken,
    /// Ends everything at once.
    killed: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// The connections that there may still be.
    pub(crate) places: Arc<Semaphore>,
}

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
    pub(crate) fn start(bound: Bound, front: Arc<Front>, tls: Arc<rustls::ServerConfig>) -> Self {
        let shared = Arc::new(Shared {
            front,
            tls: TlsAcceptor::from(tls),
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

impl Shared {
    /// The task, ended when the emulator is.
    pub(crate) fn until_killed(
        &self,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let killed = self.killed.clone();
        async move { killed.run_until_cancelled_owned(task).await.unwrap_or_default() }
    }

    /// The listener's own host and port, for a caller that names none (HTTP/1.0).
    pub(crate) fn own_authority(&self, entry: Entry) -> Authority {
        let ready = &self.front.ready;
        let url = match entry {
            Entry::Http => &ready.http_url,
            Entry::Tls => &ready.https_url,
            Entry::Proxy => &ready.proxy_url,
        };
        let authority = url.split_once("://").and_then(|(_, rest)| rest.parse().ok());
        authority.unwrap_or_else(|| Authority::from_static("localhost"))
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
