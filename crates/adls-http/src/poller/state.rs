//! What must survive to take an operation up again, and how answers move it on.

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::text::one_line;
use crate::{Response, Result, SafeUrl};

/// The word for an operation whose service has none.
const IN_PROGRESS: &str = "InProgress";
const SUCCEEDED: &str = "Succeeded";
/// How much of the service's word for a state is kept, in characters.
const KEPT_WORD: usize = 100;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    operation: String,
    pub(super) pattern: Pattern,
    pub(super) effect: Effect,
    /// Where to ask.
    pub(super) url: String,
    /// Where the service wants the result to be fetched, if it said so.
    pub(super) follow: Option<String>,
    pub(super) status: String,
    pub(super) done: bool,
}

/// How the service tells that it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Pattern {
    /// `Azure-AsyncOperation`: a body with `status`.
    Status,
    /// `Location`: 202 until it is done.
    Location,
    /// The resource's `properties.provisioningState`, or its absence.
    Resource,
    /// Done with the first answer.
    Finished,
}

/// What the operation does, which decides where its result is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Effect {
    /// Makes or changes the resource at this URL, or watches how that goes.
    Makes(String),
    /// Removes a resource.
    Removes,
    /// Anything else; the result is the last answer.
    Acts,
}

impl State {
    /// The state after the first answer. The order of the patterns, and what counts as done, follow
    /// the polling of the official clients.
    pub(super) fn after_start(
        operation: &str,
        method: &Method,
        url: &SafeUrl,
        answer: &Response,
    ) -> Self {
        let url = url.as_url().to_string();
        let effect = match *method {
            Method::PUT | Method::PATCH | Method::GET => Effect::Makes(url.clone()),
            Method::DELETE => Effect::Removes,
            _ => Effect::Acts,
        };
        let mut state = Self {
            operation: operation.to_owned(),
            pattern: Pattern::Finished,
            effect,
            url,
            follow: None,
            status: IN_PROGRESS.to_owned(),
            done: false,
        };
        if let Some(word) = provisioning_state(&json(answer)).filter(|word| !is_success(word)) {
            state.status = word;
        }
        let link = |name: &str| answer.header(name).map(str::to_owned);
        let location = link("location");
        if let Some(link) = link("azure-asyncoperation").or_else(|| link("operation-location")) {
            state.pattern = Pattern::Status;
            state.url = link;
            state.follow = location.filter(|_| state.effect == Effect::Acts);
        } else if let Some(link) = location {
            state.pattern = Pattern::Location;
            state.url = link;
        } else {
            state.watch_resource(answer);
        }
        state
    }

    /// The state after something was removed at once.
    pub(super) fn after_removal(operation: &str, url: &SafeUrl) -> Self {
        Self {
            operation: operation.to_owned(),
            pattern: Pattern::Finished,
            effect: Effect::Removes,
            url: url.as_url().to_string(),
            follow: None,
            status: SUCCEEDED.to_owned(),
            done: true,
        }
    }

    /// Without any link there is only the resource itself to ask, if there is one.
    fn watch_resource(&mut self, answer: &Response) {
        let accepted = answer.status() == StatusCode::ACCEPTED;
        let going_on = match &self.effect {
            Effect::Makes(_) => accepted || self.status != IN_PROGRESS,
            Effect::Removes => accepted,
            Effect::Acts => false,
        };
        if going_on {
            self.pattern = Pattern::Resource;
        } else {
            self.succeed();
        }
    }

    /// Takes in the answer to one poll.
    ///
    /// # Errors
    /// When a status link answers without a status.
    pub(super) fn advance(&mut self, answer: &Response) -> Result<()> {
        match self.pattern {
            Pattern::Status => self.read_status(answer)?,
            Pattern::Location => {
                self.done = answer.status() != StatusCode::ACCEPTED;
                if let Some(next) = answer.header("location").filter(|_| !self.done) {
                    self.url = next.to_owned();
                }
            }
            Pattern::Resource if answer.status() == StatusCode::NOT_FOUND => self.done = true,
            Pattern::Resource => {
                let word = provisioning_state(&json(answer));
                self.done = match self.effect {
                    Effect::Removes => false,
                    _ => word.as_deref().is_none_or(is_success),
                };
                self.status = word.unwrap_or_else(|| IN_PROGRESS.to_owned());
            }
            Pattern::Finished => {}
        }
        if self.done {
            self.succeed();
        }
        Ok(())
    }

    fn succeed(&mut self) {
        self.done = true;
        self.status = SUCCEEDED.to_owned();
    }

    fn read_status(&mut self, answer: &Response) -> Result<()> {
        let body = json(answer);
        match body["status"].as_str() {
            Some(word) => self.status = one_line(word, KEPT_WORD),
            None if answer.status() == StatusCode::ACCEPTED => {}
            None => return Err(answer.decode_error("it holds no status of the operation")),
        }
        self.done = is_success(&self.status);
        if let Some(resource) = body["resourceLocation"].as_str().filter(|_| self.done) {
            self.follow = Some(resource.to_owned());
        }
        Ok(())
    }

    /// Whether the end is that the resource is not there any more.
    pub(super) fn ends_with_absence(&self) -> bool {
        self.pattern == Pattern::Resource && self.effect == Effect::Removes
    }

    /// Whether it has come to a bad end.
    pub(super) fn failed(&self) -> bool {
        ["failed", "canceled", "cancelled"]
            .iter()
            .any(|word| self.status.eq_ignore_ascii_case(word))
    }

    pub(super) fn to_token(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// # Errors
    /// When `token` is not one, or one of another operation.
    pub(super) fn from_token(operation: &str, token: &str) -> Result<Self> {
        let state: Self = serde_json::from_str(token).map_err(|error| {
            Error::invalid_input(format!("this is not the token of an operation: {error}"))
        })?;
        if state.operation != operation {
            return Err(Error::invalid_input(format!(
                "this is the token of {}, not of {operation}",
                state.operation
            )));
        }
        Ok(state)
    }
}

fn json(answer: &Response) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

fn provisioning_state(body: &Value) -> Option<String> {
    let word = body["properties"]["provisioningState"].as_str()?;
    Some(one_line(word, KEPT_WORD))
}

fn is_success(word: &str) -> bool {
    word.eq_ignore_ascii_case(SUCCEEDED)
}
