//! Which requests may be made authorised, and by what.

use std::sync::Arc;

use crate::authorizer::{Authorizer, OutgoingRequest};
use crate::error::Error;
use crate::{Result, SafeUrl};

/// What makes requests authorised, and where they may go.
#[derive(Debug)]
pub(crate) struct Authorization {
    pub(crate) authorizer: Arc<dyn Authorizer>,
    /// The only origins that may see what it adds.
    pub(crate) origins: Vec<String>,
    pub(crate) allow_http_loopback: bool,
}

impl Authorization {
    /// Makes a try authorised, if it goes where that is allowed.
    pub(crate) async fn authorize(&self, request: &mut OutgoingRequest<'_>) -> Result<()> {
        self.check_destination(request.url())?;
        self.authorizer.authorize(request).await
    }

    /// Refuses to let a credential go where it does not belong: another origin, or unencrypted.
    fn check_destination(&self, url: &SafeUrl) -> Result<()> {
        let origin = url.origin();
        if !self.origins.contains(&origin) {
            return Err(Error::credential(format!(
                "refusing to send the credential for {} to {origin}",
                self.origins.join(" and ")
            )));
        }
        if url.is_https() || (url.is_loopback() && self.allow_http_loopback) {
            return Ok(());
        }
        Err(Error::credential(if url.is_loopback() {
            "refusing to send a credential over plain http; set allow_http_loopback to allow it to \
             this machine"
                .to_owned()
        } else {
            format!("refusing to send a credential to {} over plain http; use https", url.host())
        }))
    }
}
