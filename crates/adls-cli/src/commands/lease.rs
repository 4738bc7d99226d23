//! Leases of files, directories and file systems (Gen2): taking one, ending one's own, breaking another's.

use std::time::Duration;

use adls_fs::{Lease, LeaseOptions};
use clap::Subcommand;

use crate::arguments;
use crate::context::Context;
use crate::failure::Outcome;

/// What to do with a lease. `NAME` is what it is on.
#[derive(Debug, Subcommand)]
pub(crate) enum LeaseCommand {
    /// Take a lease and print its id: nobody without it changes or deletes what it is on
    Acquire {
        /// What it is on
        #[arg(value_name = "NAME")]
        name: String,
        /// How long it lasts, 15s to 60s; without it, until it is released or broken
        #[arg(long = "for", value_name = "DURATION", value_parser = arguments::duration)]
        duration: Option<Duration>,
    },
    /// Let a lease of your own last for its whole time again
    Renew {
        /// What it is on
        #[arg(value_name = "NAME")]
        name: String,
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
    },
    /// End a lease of your own
    Release {
        /// What it is on
        #[arg(value_name = "NAME")]
        name: String,
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
    },
    /// End the lease of somebody else, and print for how many seconds it goes on
    Break {
        /// What it is on
        #[arg(value_name = "NAME")]
        name: String,
        /// Let it go on so long, at most 60s; without it, until its own end
        #[arg(long, value_name = "DURATION", value_parser = arguments::duration_or_zero)]
        period: Option<Duration>,
    },
}

/// What leases are on.
pub(crate) trait Leasable {
    async fn lease(&self, name: &str, options: LeaseOptions) -> Outcome<Lease>;
    async fn renew_lease(&self, name: &str, id: &str) -> Outcome;
    async fn release_lease(&self, name: &str, id: &str) -> Outcome;
    async fn break_lease(&self, name: &str, period: Option<Duration>) -> Outcome<Duration>;
}

pub(crate) async fn run(
    context: &Context,
    leasable: &impl Leasable,
    command: LeaseCommand,
) -> Outcome {
    match command {
        LeaseCommand::Acquire { name, duration } => {
            let options = LeaseOptions::default().duration(duration);
            let lease = leasable.lease(&name, options).await?;
            context.printer.line(&lease.keep())
        }
        LeaseCommand::Renew { name, id } => leasable.renew_lease(&name, &id).await,
        LeaseCommand::Release { name, id } => leasable.release_lease(&name, &id).await,
        LeaseCommand::Break { name, period } => {
            let remaining = leasable.break_lease(&name, period).await?;
            context.printer.line(&remaining.as_secs().to_string())
        }
    }
}

/// Files and directories, by their paths.
pub(crate) struct Paths<'a>(pub(crate) &'a Context);

impl Leasable for Paths<'_> {
    async fn lease(&self, name: &str, options: LeaseOptions) -> Outcome<Lease> {
        let remote = self.0.item(name).await?;
        Ok(remote.client.lease_with(&remote.path, options).await?)
    }

    async fn renew_lease(&self, name: &str, id: &str) -> Outcome {
        let remote = self.0.item(name).await?;
        Ok(remote.client.renew_lease(&remote.path, id).await?)
    }

    async fn release_lease(&self, name: &str, id: &str) -> Outcome {
        let remote = self.0.item(name).await?;
        Ok(remote.client.release_lease(&remote.path, id).await?)
    }

    async fn break_lease(&self, name: &str, period: Option<Duration>) -> Outcome<Duration> {
        let remote = self.0.item(name).await?;
        Ok(remote.client.break_lease(&remote.path, period).await?)
    }
}

/// The file systems of an account.
impl Leasable for adls_fs::AccountClient {
    async fn lease(&self, name: &str, options: LeaseOptions) -> Outcome<Lease> {
        Ok(self.lease_file_system_with(name, options).await?)
    }

    async fn renew_lease(&self, name: &str, id: &str) -> Outcome {
        Ok(self.renew_file_system_lease(name, id).await?)
    }

    async fn release_lease(&self, name: &str, id: &str) -> Outcome {
        Ok(self.release_file_system_lease(name, id).await?)
    }

    async fn break_lease(&self, name: &str, period: Option<Duration>) -> Outcome<Duration> {
        Ok(self.break_file_system_lease(name, period).await?)
    }
}
