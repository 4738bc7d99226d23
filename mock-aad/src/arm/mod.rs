//! Azure Resource Manager: subscriptions, resource groups, Data Lake Store accounts.

use std::sync::Arc;

use crate::aad::Caller;
use crate::call::{Call, Response, empty};
use crate::clock::Clock;
use crate::seed::Seed;
use crate::world::World;

/// Resources, by subscription.
#[derive(Debug)]
pub(crate) struct Arm {}

impl Arm {
    pub(crate) fn new(_seed: &Seed, _clock: Clock) -> Self {
        Self {}
    }

    /// Back to the seed's group and account.
    pub(crate) fn reset(&self, _seed: &Seed) {}

    /// Registers an account that came into being by being named (`--auto-create-accounts`).
    pub(crate) fn adopt_account(&self, _name: &str, _caller: &Caller) {}
}

/// Answers a request to Resource Manager.
pub(crate) async fn handle(_world: &Arc<World>, _call: Call) -> Response {
    empty(http::StatusCode::NOT_FOUND)
}
