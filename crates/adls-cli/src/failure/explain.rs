//! What the libraries' errors mean to somebody at a terminal.

use adls_auth::AuthErrorKind;
use adls_http::{Delivery, ErrorKind as HttpErrorKind};
use adls_wire::arm;
use http::StatusCode;

use super::Failure;
use crate::printer::escape;

impl From<adls_auth::Error> for Failure {
    fn from(error: adls_auth::Error) -> Self {
        let lost = error.http_error().and_then(connection_message);
        let message = match &lost {
            Some(lost) => format!("cannot sign in: {lost}"),
            None => format!("cannot sign in: {error}"),
        };
        let failure = match error.kind() {
            AuthErrorKind::NotSignedIn
            | AuthErrorKind::RefreshTokenExpired
            | AuthErrorKind::SessionRevoked
            | AuthErrorKind::TokenRejected => {
                Self::not_signed_in(error.to_string()).hint("sign in with `adls login`")
            }
            AuthErrorKind::MfaRequired | AuthErrorKind::InteractionRequired => {
                Self::new(message).hint("sign in with `adls login --device-code`")
            }
            // A code tells the service nothing of the device that it asks about.
            AuthErrorKind::ConditionalAccess => Self::new(message)
                .hint("sign in with `adls login --browser` on a device that meets the policy"),
            AuthErrorKind::Cache => Self::new(error.to_string()).maybe_hint(error.hint()),
            _ => Self::new(message).maybe_hint(error.hint()),
        };
        let failure = match error.http_error().filter(|_| lost.is_some()) {
            Some(http) => failure.with_request(http),
            None => failure,
        };
        let ids = [("correlation id", error.correlation_id()), ("trace id", error.trace_id())];
        let ids: Vec<_> =
            ids.iter().filter_map(|(name, id)| Some(format!("{name} {}", (*id)?))).collect();
        if ids.is_empty() { failure } else { failure.trace(ids.join(", ")) }
    }
}

impl From<adls_http::Error> for Failure {
    fn from(error: adls_http::Error) -> Self {
        if let Some(auth) = adls_auth::Error::find(&error) {
            return Self::from(auth.clone());
        }
        Self::new(connection_message(&error).unwrap_or_else(|| error.summary()))
            .with_http_error(&error)
    }
}

impl From<adls_fs::Error> for Failure {
    fn from(error: adls_fs::Error) -> Self {
        use adls_fs::ErrorKind;
        let http = error.http_error();
        if let Some(auth) = http.and_then(adls_auth::Error::find) {
            return Self::from(auth.clone());
        }
        let failure = match error.kind() {
            ErrorKind::Unauthenticated if http.is_some_and(is_of_a_signature) => {
                let item = error.path().map_or("the account", |path| path.as_str());
                Self::not_signed_in(format!("the service refuses the key or signature for {item}"))
            }
            ErrorKind::Unauthenticated if http.is_some() => {
                let item = error.path().map_or("the account", |path| path.as_str());
                Self::not_signed_in(format!("the service refuses the token for {item}"))
                    .hint("sign in again with `adls login`")
            }
            ErrorKind::Unauthenticated => {
                Self::not_signed_in(error.to_string()).hint("sign in with `adls login`")
            }
            ErrorKind::PermissionDenied => {
                let path = error.path().map(ToString::to_string).unwrap_or_default();
                Self::new(error.to_string()).denied(path)
            }
            ErrorKind::NotEmpty => {
                Self::new(error.to_string()).hint("add --recursive to delete what is in it too")
            }
            ErrorKind::Transient => Self::new(transient_message(&error)),
            ErrorKind::NotFound => not_found(&error),
            ErrorKind::FileSystemNotFound => Self::new(error.to_string()).hint(
                "see which there are with `adls filesystem list`, or make it with `adls filesystem \
                 create`",
            ),
            ErrorKind::ConditionNotMet => Self::new(error.to_string())
                .hint("somebody else changed it; look again, and repeat"),
            _ => Self::new(error.to_string()),
        };
        let hint = http.and_then(|http| {
            hint_for_storage_code(http.code()?, http.service_message().unwrap_or_default())
        });
        // What is not found by this code is the account, which only the text names.
        let is_account = http.and_then(adls_http::Error::code) == Some("ResourceNotFound");
        let plain = !is_account
            && matches!(
                error.kind(),
                ErrorKind::NotFound
                    | ErrorKind::AlreadyExists
                    | ErrorKind::NotEmpty
                    | ErrorKind::IsDirectory
                    | ErrorKind::NotDirectory
            );
        match http {
            Some(http) if plain => failure.with_http_traces(http),
            Some(http) => failure.with_http_error(http).maybe_hint(hint),
            None => failure,
        }
    }
}

impl From<adls_mgmt::Error> for Failure {
    fn from(error: adls_mgmt::Error) -> Self {
        let failure = match (error.http(), error.service_message()) {
            // What the service says names the thing; the address of the request says no more.
            (Some(http), Some(message)) if error.kind() == HttpErrorKind::Service => {
                let message = match error.code() {
                    Some(code) => format!("{} ({code})", message.trim_end_matches('.')),
                    None => message.to_owned(),
                };
                Self::new(message).with_http_error(http)
            }
            (Some(http), _) => Self::from(http.clone()),
            (None, _) => Self::usage(error.to_string()),
        };
        let said = error.service_message().unwrap_or_default();
        let hint = error.code().and_then(|code| hint_for_code(code, said));
        failure.maybe_hint(hint.or(error.hint()))
    }
}

/// Whether an account key or a shared access signature was refused, and no token.
fn is_of_a_signature(error: &adls_http::Error) -> bool {
    let said = error.service_message().unwrap_or_default();
    ["MAC signature", "Signature ", "date header", "time frame", "SAS"]
        .iter()
        .any(|word| said.contains(word))
}

/// Why no connection stands, without the request for whose sake it was needed.
fn connection_message(error: &adls_http::Error) -> Option<String> {
    let said = error.summary();
    let request = format!("{} {}: ", error.operation()?, error.url()?);
    let lost = error.kind() == HttpErrorKind::Connection;
    lost.then(|| said.strip_prefix(&request).map_or_else(|| said.clone(), str::to_owned))
}

/// What keeps an item from being reached, as far as it is known: a service that answers is reached.
fn transient_message(error: &adls_fs::Error) -> String {
    let Some(http) = error.http_error() else { return error.to_string() };
    let item = error.path().map_or("the file system", |path| path.as_str());
    if let Some(lost) = connection_message(http) {
        return lost;
    }
    match (http.kind(), http.status()) {
        (HttpErrorKind::Interrupted, _) => format!("the answer about {item} was lost"),
        (_, Some(status)) => format!("the service failed at {item}: it answered {status}"),
        _ => error.to_string(),
    }
}

/// What is not there: the item, or the whole account.
fn not_found(error: &adls_fs::Error) -> Failure {
    let http = error.http_error();
    let said = http.and_then(adls_http::Error::service_message).map(strip_ids);
    let account = said.and_then(|said| said.strip_prefix("The account "));
    match account.and_then(|rest| rest.split(' ').next()) {
        Some(name) => Failure::new(format!("there is no account {name}"))
            .hint("see which there are with `adls account list`"),
        None => Failure::new(error.to_string()),
    }
}

/// What is behind a refusal of a storage account, by its code and what the service says: the code alone
/// names the rule and not the way out.
fn hint_for_storage_code(code: &str, said: &str) -> Option<&'static str> {
    let clock = ["time frame", "too old", "date header", "not yet valid"];
    Some(match code {
        "AuthorizationPermissionMismatch" => {
            "it takes a data role (`adls storage-account grant`), or the right in the access control list and x \
             on every directory above it; a signature may permit less"
        }
        "AuthorizationFailure" => {
            "the account's firewall may keep this network out, or the signature is not for this; see its \
             networking settings"
        }
        "AuthorizationResourceTypeMismatch" | "AuthorizationServiceMismatch" => {
            "the signature is for another kind of thing; make one with `adls fs sas`"
        }
        "AuthorizationProtocolMismatch" => "the signature is for https only",
        "AuthorizationSourceIPMismatch" => {
            "the signature is for other addresses than this machine's"
        }
        "AuthenticationFailed" if clock.iter().any(|word| said.contains(word)) => {
            "look whether the clock of this machine is right, and whether the signature has expired"
        }
        "AuthenticationFailed" => {
            "look whether the key or the signature is whole and of this account, and the clock right"
        }
        "KeyBasedAuthenticationNotPermitted" => {
            "the account takes no keys and no signatures made with them; sign in with `adls login`"
        }
        "AccountIsDisabled" => "the account is switched off; see it in the portal",
        "EndpointUnsupportedAccountFeatures" | "HierarchicalNamespaceNotEnabled" => {
            "the account has no directories (no hierarchical namespace), which adls needs; a new one comes from \
             `adls storage-account create`"
        }
        "LeaseIdMissing" => {
            "whoever holds it releases it with `adls fs lease release` and its id; `adls fs lease break` ends it for \
             everybody (`adls filesystem lease` for file systems)"
        }
        "PathIsDeleted" | "DestinationPathIsBeingDeleted" | "SourcePathIsBeingDeleted" => {
            "it is just being deleted; try again in a moment"
        }
        "FeatureVersionMismatch" | "UnsupportedRestVersion" => {
            "the service is older than this; an emulator may need an update"
        }
        _ => return None,
    })
}

/// Which command helps with an error of Resource Manager, by its code and what the service says.
fn hint_for_code(code: &str, said: &str) -> Option<&'static str> {
    use arm::code;
    Some(match code {
        code::MISSING_SUBSCRIPTION_REGISTRATION if said.contains(arm::STORAGE_PROVIDER) => {
            "register it once with `adls provider register Microsoft.Storage`"
        }
        code::MISSING_SUBSCRIPTION_REGISTRATION => "register it once with `adls provider register`",
        code::RESOURCE_GROUP_NOT_FOUND => {
            "see `adls group list`, or make one with `adls group create`"
        }
        code::LOCATION_NOT_AVAILABLE => "name a region that has it with --location",
        code::LOCATION_NOT_AVAILABLE_FOR_GROUP => "see `adls subscription locations`",
        code::INVALID_RESOURCE_NAMESPACE => "see `adls provider list`",
        code::SUBSCRIPTION_NOT_FOUND => {
            "see `adls subscription list`; if it is in another tenant, sign in there with \
             `adls login --tenant`"
        }
        _ => return None,
    })
}

#[cfg(feature = "emulator")]
impl From<mock_aad::Error> for Failure {
    fn from(error: mock_aad::Error) -> Self {
        Self::new(format!("the emulator: {error}"))
    }
}

impl Failure {
    /// A failure of what arguments ask for: those that are of no use are wrong usage.
    pub(crate) fn of_arguments(error: adls_fs::Error) -> Self {
        match (error.kind(), error.http_error()) {
            (adls_fs::ErrorKind::Invalid, None) => Self::usage(error.to_string()),
            _ => Self::from(error),
        }
    }

    /// The failure of a change to everything in a tree, which names what could not be changed.
    pub(crate) fn of_tree_change(error: adls_fs::Error) -> Self {
        let Some(report) = error.tree_change_report() else { return Self::of_arguments(error) };
        let failed = report.failures.len();
        let all = failed as u64 + report.files + report.directories;
        Self::new(format!("{failed} of {all} items could not be changed"))
            .limited_details(report.failures.iter().map(|error| escape(&error.to_string())))
    }

    /// The same for a sign-in.
    pub(crate) fn of_sign_in_arguments(error: adls_auth::Error) -> Self {
        match error.kind() {
            AuthErrorKind::InvalidInput => Self::usage(error.to_string()),
            _ => Self::from(error),
        }
    }

    /// A copy that failed on either side: the file system's own failure if one is inside.
    pub(crate) fn of_stream(action: &str, error: std::io::Error) -> Self {
        match error.downcast::<adls_fs::Error>() {
            Ok(error) => Self::from(error),
            Err(error) => Self::new(format!("cannot {action}: {error}")),
        }
    }

    /// Adds what the service said and the ids under which it can be asked about.
    fn with_http_error(mut self, error: &adls_http::Error) -> Self {
        // Where the whole text of the error is shown, what the service says is in it already.
        let said = error.service_message().map(strip_ids);
        if let Some(said) = said.filter(|said| !self.message.contains(said.trim_end_matches('.'))) {
            self = self.detail(format!("the service says: {said}"));
        }
        let lost = matches!(error.kind(), HttpErrorKind::Interrupted | HttpErrorKind::Decode);
        let summary = error.summary();
        if lost && self.message != summary {
            self = self.detail(summary);
        }
        if error.kind() == HttpErrorKind::Connection {
            self = self.with_request(error);
        }
        if error.tries() > 1 {
            self = self.detail(format!("{} tries", error.tries()));
        }
        self = self.with_http_traces(error).maybe_hint(error.hint());
        let is_theirs =
            |status: StatusCode| status == StatusCode::FORBIDDEN || status.is_server_error();
        if error.status().is_none_or(is_theirs) {
            self = self.with_traces_shown();
        }
        // What only asks cannot have been done.
        let changes = error.method().is_none_or(|method| !method.is_safe());
        if error.delivery() == Delivery::Unknown && changes {
            self = self.hint("it may have been done all the same: look before you repeat it");
        }
        self
    }

    /// Adds under which status, code and ids the service knows of it, for whoever has to ask somebody about it.
    fn with_http_traces(mut self, error: &adls_http::Error) -> Self {
        match (error.status(), error.code()) {
            (Some(status), Some(code)) => {
                self = self.trace(format!("{} {code}", status.as_u16()));
            }
            (Some(status), None) => self = self.trace(status.as_u16().to_string()),
            (None, _) => {}
        }
        if let Some(id) = error.request_id() {
            self = self.trace(format!("request id {id}"));
        }
        if let Some(id) = error.client_request_id().filter(|_| error.tries() > 0) {
            self = self.trace(format!("client request id {id}"));
        }
        self
    }

    /// Adds for what a connection was needed.
    fn with_request(self, error: &adls_http::Error) -> Self {
        match (error.operation(), error.url()) {
            (Some(operation), Some(url)) => self.detail(format!("{operation} {url}")),
            _ => self,
        }
    }
}

/// A message of the file service without the ids and times around it, which are told apart.
fn strip_ids(message: &str) -> &str {
    let message = message.split("\nRequestId:").next().unwrap_or(message);
    let text = message.rfind("]] ").map_or(message, |end| &message[end + 3..]);
    match text.find(" [") {
        Some(end) if text.ends_with(']') => &text[..end],
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cut_off() {
        for (message, text) in [
            (
                "File/Directory does not exist: /a [1-2][2017-05-26T16:02:18.7-07:00]",
                "File/Directory does not exist: /a",
            ),
            (
                "[1-2]][Op=CREATE][[<x>d__30::MoveNext::0x83]] Path /a already exists",
                "Path /a already exists",
            ),
            ("plain [text] here", "plain [text] here"),
            ("It is not there.\nRequestId:1-2\nTime:2026-11-29T17:13:56.1Z", "It is not there."),
        ] {
            assert_eq!(strip_ids(message), text);
        }
    }
}
