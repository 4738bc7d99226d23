//! What the listeners and their connections share.

use std::future::Future;
use std::sync::Arc;

use http::uri::Authority;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Front;

/// How a connection came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Through the http listener.
    Http,
    /// Through the TLS listener, or through a tunnel to it.
    Tls,
    /// Through the proxy listener, outside of a tunnel.
    Proxy,
}

/// What the listeners and connections share.
pub(crate) struct Shared {
    pub(crate) front: Front,
    pub(crate) tls: TlsAcceptor,
    /// Whether the proxy leads to hosts that the emulator does not stand for.
    pub(crate) proxy_passthrough: bool,
    /// Ends the listeners, idle connections, and others after their present request.
    pub(crate) closing: CancellationToken,
    /// Ends everything at once.
    pub(crate) killed: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// The connections that there may still be.
    pub(crate) places: Arc<Semaphore>,
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
        let ready = &self.front.control.ready;
        let url = match entry {
            Entry::Http => &ready.http_url,
            Entry::Tls => &ready.https_url,
            Entry::Proxy => &ready.proxy_url,
        };
        let authority = url.split_once("://").and_then(|(_, rest)| rest.parse().ok());
        authority.unwrap_or_else(|| Authority::from_static("localhost"))
    }
}
