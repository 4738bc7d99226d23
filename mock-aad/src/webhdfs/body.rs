//! Receiving file data.

use axum::body::Body;

use super::failure::Failure;
use crate::namespace::Account;
use crate::receive::{Everything, ReceiveError};
use crate::store::FileBytes;

/// Receives a body, before anything is locked.
pub(super) async fn receive(account: &Account, body: Body) -> Result<FileBytes, Failure> {
    crate::receive::receive(account, body, &mut Everything).await.map_err(|error| match error {
        ReceiveError::Broken => Failure::broken_body(),
        ReceiveError::NotStored(error) => Failure::not_stored(&error),
        ReceiveError::Refused(never) => match never {},
    })
}
