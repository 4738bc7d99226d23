//! `adls fs expiry`.

use std::time::{Duration, SystemTime};

use adls_fs::Expiry;
use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::list;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// When a file vanishes.
#[derive(Debug, Args)]
pub(crate) struct ExpiryArgs {
    /// The file
    #[arg(value_name = "PATH")]
    path: String,
    /// Let it vanish at this time, such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with_all = ["after", "never"])]
    at: Option<Timestamp>,
    /// Let it vanish after this time from now, such as 36h or 'P7D'
    #[arg(long = "in", value_name = "DURATION", conflicts_with = "never")]
    after: Option<SignedDuration>,
    /// Keep it for ever
    #[arg(long)]
    never: bool,
}

pub(crate) async fn run(context: &Context, args: &ExpiryArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    let expiry = match (args.at, args.after, args.never) {
        (Some(at), _, _) => Expiry::At(SystemTime::from(at)),
        (_, Some(after), _) => Expiry::AfterNow(positive(after)?),
        (_, _, true) => Expiry::Never,
        _ => {
            let status = remote.client.stat(&remote.path).await?;
            let text = status.expires.map_or_else(|| "never".to_owned(), list::time);
            return context.print(context.printer.line(&text));
        }
    };
    Ok(remote.client.set_expiry(&remote.path, expiry).await?)
}

fn positive(duration: SignedDuration) -> Outcome<Duration> {
    Duration::try_from(duration)
        .map_err(|_| Failure::usage("a file cannot vanish in the past; name a positive duration"))
}
