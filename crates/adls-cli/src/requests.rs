//! Who is told of every request of a command.

use std::time::Duration;

use adls_http::{Observer, RequestEvent};

use crate::printer::{Printer, amount};
use crate::progress::{TransferCounts, short_reason};
use crate::transport::Activity;

/// Tells people of requests, as far as they want to know, and of what is waited for.
#[derive(Clone, Debug)]
pub(crate) struct RequestReporter {
    pub(crate) printer: Printer,
    pub(crate) activity: Activity,
    pub(crate) transfer: TransferCounts,
}

impl Observer for RequestReporter {
    fn event(&self, event: &RequestEvent<'_>) {
        match *event {
            RequestEvent::Answered { operation, url, status, attempt, sent, duration } => {
                let mut line = format!("{} {operation} {url}", status.as_u16());
                if sent > 0 {
                    line.push_str(&format!(", {} sent", amount::bytes(sent as u64)));
                }
                line.push_str(&format!(", {}", in_millis(duration)));
                if attempt > 1 {
                    line.push_str(&format!(", try {attempt}"));
                }
                self.printer.verbose(&line);
            }
            RequestEvent::Retrying { error, attempt, max_attempts, pause } => {
                let reason = short_reason(error);
                let text = format!("try {attempt} of {max_attempts}: {reason}");
                self.printer.verbose(&format!("in {}: {text}", in_millis(pause)));
                self.activity.retrying(text);
                self.transfer.retrying(error, attempt, max_attempts, pause);
            }
            _ => {}
        }
    }
}

fn in_millis(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}
