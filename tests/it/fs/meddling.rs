//! A transport that does something beside a request: what another program would do at that moment.

use std::fmt;
use std::sync::{Arc, Mutex};

use adls_fs::{FileSystemClient, FileSystemOptions};
use adls_http::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse};
use adls_tests::{Emulated, Identity};

type Act = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;
type Change = Box<dyn Fn(String) -> String + Send + Sync>;

/// When something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Before the service sees the request.
    Before,
    /// After it has answered, before the client sees the answer.
    After,
}

struct Meddling {
    inner: Arc<dyn Transport>,
    op: &'static str,
    when: When,
    /// How many requests pass, and what is done then.
    act: Mutex<(usize, Option<Act>)>,
    change: Option<Change>,
}

impl fmt::Debug for Meddling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meddling").field("op", &self.op).finish_non_exhaustive()
    }
}

impl Meddling {
    fn due(&self, request: &TransportRequest) -> Option<Act> {
        if !request.url.to_string().contains(&format!("op={}&", self.op)) {
            return None;
        }
        let mut act = self.act.lock().unwrap();
        if act.0 > 0 {
            act.0 -= 1;
            return None;
        }
        act.1.take()
    }
}

impl Transport for Meddling {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let concerned = request.url.to_string().contains(&format!("op={}&", self.op));
            let act = self.due(&request);
            if self.when == When::Before {
                if let Some(act) = act {
                    act().await;
                }
                return self.inner.send(request).await;
            }
            let mut answer = self.inner.send(request).await;
            if let Some(act) = act {
                act().await;
            }
            if let (Some(change), true, Ok(answer)) = (&self.change, concerned, &mut answer) {
                use futures_util::TryStreamExt;
                let body =
                    std::mem::replace(&mut answer.body, Box::pin(futures_util::stream::empty()));
                let body: Vec<bytes::Bytes> = body.try_collect().await.unwrap();
                let text = change(String::from_utf8(body.concat()).unwrap());
                answer.status = http::StatusCode::OK;
                answer.headers.remove("content-length");
                answer.body = Box::pin(futures_util::stream::iter([Ok(text.into())]));
            }
            answer
        })
    }
}

fn client(lake: &Emulated, make: impl FnOnce(Arc<dyn Transport>) -> Meddling) -> FileSystemClient {
    let mut options = lake.client_options();
    options.transport = Arc::new(make(options.transport));
    let credential = lake.credential(&Identity::User).unwrap();
    let endpoint =
        format!("https://{}.azuredatalakestore.net", lake.emulator.ready().default_account);
    let options = FileSystemOptions::with_client(options);
    FileSystemClient::gen1(endpoint.parse().unwrap(), credential, options).unwrap()
}

/// A client beside whose `after`th request of an operation something is done.
pub(crate) fn meddling<F>(
    lake: &Emulated,
    op: &'static str,
    after: usize,
    when: When,
    act: impl FnOnce() -> F + Send + 'static,
) -> FileSystemClient
where
    F: Future<Output = ()> + Send + 'static,
{
    let act: Act = Box::new(move || Box::pin(act()));
    client(lake, |inner| Meddling {
        inner,
        op,
        when,
        act: Mutex::new((after, Some(act))),
        change: None,
    })
}

/// A client that sees other answers to an operation than those that were sent.
pub(crate) fn changing(
    lake: &Emulated,
    op: &'static str,
    change: impl Fn(String) -> String + Send + Sync + 'static,
) -> FileSystemClient {
    client(lake, |inner| Meddling {
        inner,
        op,
        when: When::After,
        act: Mutex::new((usize::MAX, None)),
        change: Some(Box::new(change)),
    })
}
