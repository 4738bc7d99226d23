//! What the tests of this crate share.

mod faults;
mod links;

use std::sync::Arc;

use adls_http::test_util::{Answer, CountingCredential, ScriptedTransport};

use crate::{ManagementClient, ManagementOptions};

pub(crate) const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

/// A client whose answers are scripted.
pub(crate) fn client(
    answers: impl IntoIterator<Item = Answer>,
) -> (ManagementClient, Arc<ScriptedTransport>) {
    let transport = ScriptedTransport::new(answers);
    let options = ManagementOptions::from(transport.options());
    let endpoint = "https://arm.test".parse().unwrap();
    let credential = Arc::new(CountingCredential::default());
    let client = ManagementClient::new_with(endpoint, credential, SUBSCRIPTION, options).unwrap();
    (client, transport)
}

/// A 200 with this JSON.
pub(crate) fn ok(body: &str) -> Answer {
    Answer::status(200).header("content-type", "application/json").body(body.to_owned())
}
