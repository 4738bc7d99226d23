//! Listeners, TLS, proxy, host routing, recording: everything before a service sees a request.

pub(crate) mod ready;
