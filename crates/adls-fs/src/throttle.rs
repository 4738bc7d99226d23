//! Counts how often a service asks to slow down, retries included.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use adls_http::{
    BoxFuture, ClientOptions, Transport, TransportError, TransportRequest, TransportResponse,
};
use http::StatusCode;

/// The number of answers so far that asked to slow down. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ThrottleCount(Arc<AtomicU64>);

impl ThrottleCount {
    /// Puts a counter around the transport of `options`: below the retries, which otherwise hide
    /// throttling from whoever decides how many requests to send at once.
    pub(crate) fn watch(options: &mut ClientOptions) -> Self {
        let count = Self::default();
        let inner = Arc::clone(&options.transport);
        options.transport = Arc::new(CountingTransport { inner, count: count.clone() });
        count
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct CountingTransport {
    inner: Arc<dyn Transport>,
    count: ThrottleCount,
}

impl Transport for CountingTransport {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let answer = self.inner.send(request).await?;
            if matches!(
                answer.status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            ) {
                self.count.0.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer)
        })
    }
}
