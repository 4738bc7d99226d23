//! What the commands that make shared access signatures have in common.

use std::time::{Duration, SystemTime};

use adls_fs::sas::{SasIpRange, SasProtocol};
use clap::Args;
use jiff::Timestamp;

use crate::arguments;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// How long a signature is good, and from where.
#[derive(Debug, Args)]
pub(crate) struct SasArgs {
    /// How long it is good, such as 15m, 8h or 7d
    #[arg(long = "in", value_name = "DURATION", default_value = "1h", value_parser = arguments::duration)]
    lifetime: Duration,
    /// From when on it is good, such as 2027-01-31T00:00:00Z; at once, unless given
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,
    /// The addresses from which it can be used: one, or the first and the last, as 10.0.0.1-10.0.0.9
    #[arg(long, value_name = "ADDRESSES", value_parser = ip_range)]
    ip: Option<SasIpRange>,
    /// Let it be used over plain http, too
    #[arg(long)]
    allow_http: bool,
}

impl SasArgs {
    /// When it expires.
    pub(crate) fn expires_on(&self, context: &Context) -> Outcome<SystemTime> {
        let begin = self.starts_on().unwrap_or_else(|| context.clock.now());
        begin.checked_add(self.lifetime).ok_or_else(|| Failure::usage("it expires in no year"))
    }

    pub(crate) fn starts_on(&self) -> Option<SystemTime> {
        self.start.map(SystemTime::from)
    }

    pub(crate) fn ip_range(&self) -> Option<SasIpRange> {
        self.ip
    }

    pub(crate) fn protocol(&self) -> SasProtocol {
        if self.allow_http { SasProtocol::HttpsAndHttp } else { SasProtocol::Https }
    }
}

fn ip_range(text: &str) -> Result<SasIpRange, String> {
    text.parse().map_err(|_| {
        format!("{text:?} are no addresses; write 10.0.0.1, or the first and the last of them")
    })
}
