//! The Azure command line, which somebody has signed in to.

use std::ffi::OsString;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adls_http::{AccessToken, BoxFuture, Clock, TokenRequest};
use futures_util::future::{Either, select};
use serde_json::Value;
use tokio::process::Command;

use crate::endpoint::whole_number;
use crate::tokens::TokenSource;
use crate::{AuthErrorKind, Error, Result};

/// How long the command may take: it starts slowly and may have to renew its own token.
const LIMIT: Duration = Duration::from_secs(30);

/// Asks the Azure command line for tokens.
#[derive(Debug)]
pub(crate) struct AzureCli {
    pub(crate) program: OsString,
    pub(crate) tenant: Option<String>,
    pub(crate) subscription: Option<String>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl AzureCli {
    async fn ask(&self, request: &TokenRequest) -> Result<AccessToken> {
        let output = Box::pin(self.command(request)?.output());
        let output = match select(output, self.clock.sleep(LIMIT)).await {
            Either::Left((Ok(output), _)) => output,
            Either::Left((Err(error), _)) => {
                let message = "the Azure command line cannot be run; is it installed?";
                return Err(Error::with_source(AuthErrorKind::Unavailable, message, error));
            }
            Either::Right(_) => {
                return Err(Error::unavailable(format!(
                    "the Azure command line did not answer within {} s",
                    LIMIT.as_secs()
                )));
            }
        };
        if !output.status.success() {
            return Err(explain(&String::from_utf8_lossy(&output.stderr)));
        }
        parse(&output.stdout)
    }

    fn command(&self, request: &TokenRequest) -> Result<Command> {
        let [scope] = &request.scopes[..] else {
            return Err(Error::invalid_input("the Azure command line takes one scope at a time"));
        };
        let mut arguments = vec![("--scope", scope)];
        let tenant = request.tenant_id.as_ref().or(self.tenant.as_ref());
        arguments.extend(tenant.map(|tenant| ("--tenant", tenant)));
        arguments.extend(self.subscription.as_ref().map(|name| ("--subscription", name)));
        let mut command = Command::new(&self.program);
        command.args(["account", "get-access-token", "--output", "json"]);
        for (name, value) in arguments {
            command.args([name, checked(value)?]);
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        Ok(command)
    }
}

/// On Windows the command is a script, and the shell that runs it gives meaning to many characters.
fn checked(value: &str) -> Result<&str> {
    let harmless = |c: char| c.is_alphanumeric() || " :/.-_~()".contains(c);
    if value.is_empty() || value.starts_with('-') || !value.chars().all(harmless) {
        return Err(Error::invalid_input(format!(
            "{value:?} cannot be given to the Azure command line"
        )));
    }
    Ok(value)
}

/// The command says in words what is wrong; it has no codes.
fn explain(stderr: &str) -> Error {
    let text = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = text.to_lowercase();
    if lower.contains("az login") || lower.contains("az account set") {
        return Error::unavailable("nobody is signed in to the Azure command line; run az login");
    }
    if lower.contains("not recognized") || lower.contains("not found") {
        return Error::unavailable("the Azure command line is not installed");
    }
    let shown: String = text.chars().take(300).collect();
    Error::new(AuthErrorKind::Refused, format!("the Azure command line failed: {shown}"))
}

fn parse(stdout: &[u8]) -> Result<AccessToken> {
    let broken = |what: &str| {
        let message = format!("the Azure command line answered {what}");
        Error::new(AuthErrorKind::UnexpectedReply, message)
    };
    let json: Value = serde_json::from_slice(stdout).map_err(|_| broken("no JSON"))?;
    let secret = json["accessToken"].as_str().filter(|token| !token.is_empty());
    let secret = secret.ok_or_else(|| broken("without a token"))?;
    let expires_on = match whole_number(&json["expires_on"]) {
        Some(seconds) => SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
        None => json["expiresOn"].as_str().and_then(local_time),
    };
    let expires_on = expires_on.ok_or_else(|| broken("without an expiry"))?;
    Ok(AccessToken::new(secret, expires_on))
}

/// The expiry as versions before 2.54 give it: local time without a zone.
fn local_time(text: &str) -> Option<SystemTime> {
    let time: jiff::civil::DateTime = text.parse().ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::system()).ok()?.timestamp().into())
}

impl TokenSource for AzureCli {
    fn fetch<'a>(&'a self, request: &'a TokenRequest) -> BoxFuture<'a, Result<AccessToken>> {
        Box::pin(self.ask(request))
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_of_new_and_old_versions() {
        let new = br#"{"accessToken":"a","expiresOn":"1999-01-01 00:00:00.000000","expires_on":1767229200,"tenant":"t","tokenType":"Bearer"}"#;
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_229_200);
        assert_eq!(parse(new).unwrap().expires_on(), expected);

        let local = jiff::Timestamp::from_second(1_767_229_200).unwrap();
        let local = local.to_zoned(jiff::tz::TimeZone::system()).datetime();
        let local = local.strftime("%Y-%m-%d %H:%M:%S.000000");
        let old = format!(r#"{{"accessToken":"a","expiresOn":"{local}"}}"#);
        assert_eq!(parse(old.as_bytes()).unwrap().expires_on(), expected);

        for bad in ["", "{}", r#"{"accessToken":"a"}"#, r#"{"accessToken":"a","expiresOn":"soon"}"#]
        {
            let error = parse(bad.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), AuthErrorKind::UnexpectedReply, "{bad}");
        }
    }

    #[test]
    fn nothing_reaches_a_shell() {
        for good in ["https://datalake.azure.net//.default", "My subscription (2)", "contoso.test"]
        {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["", "--debug", "a&calc", "a;b", "a|b", "$(x)", "%x%", "a\"b", "a\nb", "^"] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reasons_in_words() {
        for (text, kind) in [
            ("ERROR: Please run 'az login' to setup account.", AuthErrorKind::Unavailable),
            (
                "'az' is not recognized as an internal or external command",
                AuthErrorKind::Unavailable,
            ),
            ("ERROR: AADSTS50076: Due to a configuration change", AuthErrorKind::Refused),
        ] {
            assert_eq!(explain(text).kind(), kind, "{text}");
        }
    }
}
