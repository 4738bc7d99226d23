//! `adls doctor`: whether everything that commands rely on is in order, and what to do where it is not.

use std::time::SystemTime;

use adls_http::{Idempotency, Pipeline, Request, TokenRequest};
use http::{Method, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::{Value, json};

use crate::context::Context;
use crate::environment::set_variables;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Format, Listing, amount, escape, time};

/// How wide the names of checks are.
const NAME_WIDTH: usize = 16;
/// Clocks that differ by more are a danger: tokens and signatures have times in them, and the services allow
/// some minutes.
const MAX_CLOCK_SKEW: u64 = 120;

/// What came of a check that did not fail.
enum Finding {
    /// It is as it should be.
    Good(String),
    /// There was nothing to look at.
    Skipped(String),
}

pub(crate) async fn run(context: &Context) -> Outcome {
    let mut report = Report::new(context);
    report.check("configuration", configuration(context))?;
    report.check("kept files", kept_files(context))?;
    report.check("environment", Ok(environment()))?;
    report
        .check("services", context.endpoints().map(|endpoints| good(endpoints.display_name())))?;
    let answer = sign_in_service(context).await;
    let clock = answer.as_ref().map_or_else(
        |_| Ok(Finding::Skipped("the sign-in service tells the time".to_owned())),
        |date| clock(context, date.as_deref()),
    );
    let connection = match answer {
        Ok(_) => Ok(good(format!("{} answers", context.endpoints()?.authority.origin()))),
        Err(failure) => Err(failure),
    };
    report.check("connection", connection)?;
    report.check("clock", clock)?;
    report.check("signed in", signed_in(context).await)?;
    report.check("account", account(context).await)?;
    report.end()
}

fn good(text: impl Into<String>) -> Finding {
    Finding::Good(text.into())
}

fn configuration(context: &Context) -> Outcome<Finding> {
    context.config.check_profile()?;
    context.config.settings()?;
    let path = context.config.path();
    Ok(match path.exists() {
        true => good(path.display().to_string()),
        false => good(format!("none yet; it would be {}", path.display())),
    })
}

fn kept_files(context: &Context) -> Outcome<Finding> {
    let directory = context.config.directory().display();
    match context.config.is_writable() {
        true => Ok(good(format!("in {directory}"))),
        false => Err(Failure::new(format!(
            "nothing can be kept in {directory}: sign-ins and interrupted transfers are forgotten"
        ))
        .hint("make it writable, or name another with ADLS_CONFIG_DIR")),
    }
}

/// The names alone: a proxy's address may hold a password.
fn environment() -> Finding {
    let set = set_variables();
    match set.is_empty() {
        true => good("no variable of `adls environment` is set"),
        false => good(format!("{} in effect", set.join(", "))),
    }
}

/// Asks what signs people in for its description, which is for everybody; gives its time. Name resolution, proxy and
/// certificates all have a part in the answer.
async fn sign_in_service(context: &Context) -> Outcome<Option<String>> {
    let mut options = context.client_options()?;
    options.retry.max_retries = 0;
    let path = "/common/v2.0/.well-known/openid-configuration";
    let url = context.endpoints()?.authority.with_path_and_query(path, &[]);
    let request = Request::new("openid configuration", Method::GET, url, Idempotency::Idempotent);
    let answer = Pipeline::builder(options).build()?.send(request).await?;
    Ok(answer.header(header::DATE.as_str()).map(str::to_owned))
}

/// Compares the clock of this machine with the time of an answer.
fn clock(context: &Context, date: Option<&str>) -> Outcome<Finding> {
    let theirs = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    let Some(theirs) = theirs else {
        return Ok(Finding::Skipped("the service does not tell the time".to_owned()));
    };
    // An emulator has a time of its own.
    if context.endpoints()?.emulator.is_some() {
        return Ok(Finding::Skipped("that of the emulator is set by tests".to_owned()));
    }
    judge_clock(context.clock.now(), theirs)
}

fn judge_clock(here: SystemTime, theirs: Timestamp) -> Outcome<Finding> {
    let here = Timestamp::try_from(here).unwrap_or(Timestamp::UNIX_EPOCH);
    let skew = here.as_second().abs_diff(theirs.as_second());
    let far = amount::elapsed(std::time::Duration::from_secs(skew));
    let direction = if here > theirs { "ahead of" } else { "behind" };
    match skew {
        0..=1 => Ok(good("as that of the service")),
        2..=MAX_CLOCK_SKEW => Ok(good(format!("{far} {direction} that of the service"))),
        _ => Err(Failure::new(format!("{far} {direction} that of the service"))
            .hint("have it set by the network; on Linux, `timedatectl set-ntp true`")),
    }
}

async fn signed_in(context: &Context) -> Outcome<Finding> {
    let identity = match context.identity() {
        Err(failure) if context.environment.storage.has_secret() => {
            return Ok(Finding::Skipped(format!(
                "{failure}, but the environment opens an account"
            )));
        }
        identity => identity?,
    };
    let scope = context.endpoints()?.management_scope();
    let token = context.credential().await?.get_token(&TokenRequest::new(scope)).await?;
    let until = time(token.expires_on());
    Ok(good(format!("as {}, with a token until {until}", identity.sign_in.name())))
}

/// Looks at the root of the default account.
async fn account(context: &Context) -> Outcome<Finding> {
    if context.account(None).is_err() {
        return Ok(Finding::Skipped(
            "there is no default one; `adls config set account NAME` sets it".to_owned(),
        ));
    }
    let looked: Outcome<Finding> = async {
        let remote = context.remote("/").await?;
        remote.client.stat(&remote.path).await?;
        Ok(good(format!("{} can be looked into", remote.url_of("/"))))
    }
    .await;
    match looked {
        // Said already.
        Err(failure) if failure.exit() == Exit::NotSignedIn && context.identity().is_err() => {
            Ok(Finding::Skipped("looked at when somebody is signed in".to_owned()))
        }
        looked => looked,
    }
}

/// What was found, printed as it is found.
struct Report<'a> {
    context: &'a Context,
    listing: Listing,
    failed: u64,
}

impl<'a> Report<'a> {
    fn new(context: &'a Context) -> Self {
        Self { context, listing: context.printer.listing(&[]), failed: 0 }
    }

    fn check(&mut self, name: &str, outcome: Outcome<Finding>) -> Outcome {
        let (word, ok, text, hints) = match outcome {
            Ok(Finding::Good(text)) => ("ok", json!(true), text, Vec::new()),
            Ok(Finding::Skipped(text)) => ("-", Value::Null, text, Vec::new()),
            Err(failure) => {
                self.failed += 1;
                let failure = self.context.explain(failure);
                ("FAILED", json!(false), failure.to_string(), failure.hints().to_vec())
            }
        };
        let printer = self.context.printer;
        match printer.format() {
            Format::Json | Format::Jsonl => self
                .listing
                .page([json!({"check": name, "ok": ok, "result": text, "hints": hints})]),
            Format::Tsv => printer.line(&escape(&format!("{word}\t{name}\t{text}"))),
            Format::Table => {
                printer.line(&escape(&format!("{word:>6}  {name:NAME_WIDTH$} {text}")))?;
                hints.iter().try_for_each(|hint| {
                    printer.line(&escape(&format!("{:>6}  {:NAME_WIDTH$} {hint}", "", "")))
                })
            }
        }
    }

    fn end(self) -> Outcome {
        self.listing.end()?;
        match self.failed {
            0 => Ok(()),
            count => Err(Failure::new(format!("{} failed", amount::things(count, "check")))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_differ_by_a_little() {
        let theirs: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let here = |seconds: i64| {
            SystemTime::from(Timestamp::from_second(theirs.as_second() + seconds).unwrap())
        };
        let said = |seconds| match judge_clock(here(seconds), theirs) {
            Ok(Finding::Good(text) | Finding::Skipped(text)) => text,
            Err(failure) => format!("! {failure}"),
        };
        assert_eq!(said(1), "as that of the service");
        assert_eq!(said(-30), "30 s behind that of the service");
        assert_eq!(said(600), "! 10 min 0 s ahead of that of the service");
    }
}
