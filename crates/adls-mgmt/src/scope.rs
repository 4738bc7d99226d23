//! The subscription in which clients work.

use std::sync::Arc;

use crate::connection::Connection;
use crate::{Result, names};

/// One subscription, as all clients of this crate see it.
#[derive(Clone, Debug)]
pub(crate) struct SubscriptionScope {
    pub(crate) connection: Connection,
    pub(crate) subscription_id: Arc<str>,
}

impl SubscriptionScope {
    /// The path of the subscription.
    pub(crate) fn subscription(&self) -> String {
        format!("/subscriptions/{}", self.subscription_id)
    }

    /// The path of a resource group.
    pub(crate) fn group(&self, group: &str) -> Result<String> {
        Ok(format!("{}/resourceGroups/{}", self.subscription(), names::group(group)?))
    }
}
