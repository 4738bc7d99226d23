//! Azure Resource Manager: subscriptions, resource groups, Data Lake Store and storage accounts, roles.
//!
//! A request passes [`route`] (which thing), [`auth`] (who), [`version`] (which api-version) and
//! the role check, then one operation answers it; [`headers`] adds what every answer carries.
//! The state is JSON as it is shown, so that members nobody knows survive a round trip.

mod account_form;
mod accounts;
mod answer;
mod auth;
mod authorization;
mod availability_sets;
mod changes;
mod errors;
mod filter;
mod firewall;
mod groups;
mod headers;
mod lists;
mod metadata;
mod operations;
mod polls;
mod providers;
mod regions;
mod resources;
mod route;
mod rule_set;
mod rules;
mod state;
mod storage;
mod subscriptions;
#[cfg(test)]
mod tests;
mod version;
mod view;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::aad::{Aad, Caller};
use crate::call::{BodyError, Call, Response, size_of_json};
use crate::clock::Clock;
use crate::namespace::Lake;
use crate::parameters::Parameters;
use crate::routes::{Names, matches, segments};
use crate::seed::{DataRole, ManagementSettings, Seed};

use self::answer::Answer;
use self::errors::ArmError;
use self::headers::{Counted, Counters, Windows};
use self::state::{Object, Phase, State};
use self::storage::StorageAccount;

pub(crate) use self::firewall::Firewall;
pub(crate) use self::storage::{Served, StorageAccess};
pub(crate) use self::view::GroupView;

/// The largest request, as the service has it.
const MAX_BODY: usize = 4 << 20;

/// How many bytes a document may take in memory: a text of many empty lists takes a multiple of itself.
const MAX_DOCUMENT: usize = 16 << 20;

/// The resources of the subscription.
#[derive(Debug)]
pub(crate) struct Arm {
    seed: Arc<Seed>,
    clock: Clock,
    aad: Arc<Aad>,
    lake: Arc<Lake>,
    state: RwLock<State>,
    /// When the next running operation ends, in milliseconds since 1970; `i64::MAX` for never.
    next_due: AtomicI64,
    counters: Counters,
}

/// Everything Resource Manager remembers, as it was at some moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    state: State,
    counters: Windows,
}

impl Arm {
    /// The seed's group and account; callers are those of `aad`, and accounts have their files in
    /// `lake`.
    pub(crate) fn new(seed: Arc<Seed>, clock: Clock, aad: Arc<Aad>, lake: Arc<Lake>) -> Self {
        let arm = Self {
            seed,
            clock,
            aad,
            lake,
            state: RwLock::default(),
            next_due: AtomicI64::new(i64::MAX),
            counters: Counters::default(),
        };
        arm.reset(|| ());
        arm
    }

    /// Back to the seed's group and account; `accounts` does the same for the accounts' files while
    /// nobody sees either.
    pub(crate) fn reset(&self, accounts: impl FnOnce()) {
        let seed = &self.seed;
        let mut state = State::default();
        groups::seed_group(&mut state, seed);
        let owners = seed.account_owners();
        accounts::seed_account(&mut state, seed, &seed.default_account, owners, self.clock.now());
        state.seed_assignments(seed, self.clock.now());
        self.replace(Snapshot { state, counters: Windows::new() }, accounts);
    }

    /// The state as it is now, with what `accounts` makes while no operation can end, which would
    /// change both.
    pub(crate) fn snapshot<T>(&self, accounts: impl FnOnce() -> T) -> (Snapshot, T) {
        let state = self.read();
        let snapshot = Snapshot { state: state.clone(), counters: self.counters.get() };
        (snapshot, accounts())
    }

    /// Back to a snapshot, which can be restored again; `accounts` does the same for the accounts'
    /// files while no operation can end.
    pub(crate) fn restore(&self, snapshot: &Snapshot, accounts: impl FnOnce()) {
        let Snapshot { state, counters } = snapshot;
        let snapshot = Snapshot { state: state.clone(), counters: counters.clone() };
        self.replace(snapshot, accounts);
    }

    fn replace(&self, by: Snapshot, accounts: impl FnOnce()) {
        let mut state = self.write();
        *state = by.state;
        self.counters.set(by.counters);
        self.next_due.store(state.next_due(), Ordering::Release);
        accounts();
    }

    /// Registers an account that came into being by being named (`--auto-create-accounts`); whether
    /// it may: one that is being made or deleted may not.
    pub(crate) fn adopt_account(&self, name: &str, caller: &Caller) -> bool {
        let mut state = self.write();
        let owners = vec![caller.object_id];
        accounts::seed_account(&mut state, &self.seed, name, owners, self.clock.now());
        state.accounts.get(&state::key(name)).is_some_and(|found| found.phase == Phase::Active)
    }

    /// Whom the account's firewall lets in; `None` when it lets everybody in.
    pub(crate) fn firewall(&self, account: &str) -> Option<Firewall> {
        firewall::of(self.read().accounts.get(&state::key(account))?)
    }

    /// What requests to a storage account go by; `None` for one of which nothing was said here.
    pub(crate) fn storage_access(&self, account: &str) -> Option<StorageAccess> {
        self.read().storage_accounts.get(account).map(StorageAccount::access)
    }

    /// The role on the files of a storage account, or on those of one of its file systems, that somebody with
    /// these groups was given.
    pub(crate) fn data_role(
        &self,
        object_id: Uuid,
        groups: &[Uuid],
        account: &str,
        file_system: Option<&str>,
    ) -> Option<DataRole> {
        let state = self.read();
        let mut path = match state.storage_accounts.get(account) {
            Some(account) => account.id().to_owned(),
            // One that nobody has asked for here lies in the seed's group.
            None => format!(
                "/subscriptions/{}/resourceGroups/{}/providers/{}/{account}",
                self.seed.subscription_id,
                self.seed.resource_group,
                storage::TYPE
            ),
        };
        if let Some(name) = file_system {
            path.push_str("/blobServices/default/containers/");
            path.push_str(name);
        }
        state.data_role(object_id, groups, &path)
    }

    /// Takes notice of the storage accounts that are there, kept ones with what was kept of them.
    pub(crate) fn adopt_storage_accounts(&self) {
        self.write().adopt_storage_accounts(&self.seed, &self.lake);
    }

    /// Ends the operations whose time has come, so that their accounts appear and vanish.
    pub(crate) fn settle(&self) {
        let next_due = self.next_due.load(Ordering::Acquire);
        if next_due == i64::MAX || self.clock.unix_millis() < next_due {
            return;
        }
        self.write().settle(self.clock.now(), &self.lake);
        self.note_next_due();
    }

    fn note_next_due(&self) {
        // Stored under the lock: else a later state's time could be overwritten by an earlier one's.
        let state = self.read();
        self.next_due.store(state.next_due(), Ordering::Release);
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An authenticated request on its way to an operation.
struct Context<'a> {
    arm: &'a Arm,
    caller: &'a Caller,
    method: &'a Method,
    /// What the placeholders of the route took.
    names: Names,
    version: String,
    query: Parameters<'a>,
    raw_query: &'a str,
    origin: &'a str,
    path: &'a str,
    content_type: Option<&'a str>,
    body: Bytes,
    now: Timestamp,
}

impl Context<'_> {
    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.arm.read()
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.arm.write()
    }

    /// What the placeholder `name` of the route took.
    fn name(&self, name: &str) -> &str {
        self.names.get(name)
    }

    fn settings(&self) -> &ManagementSettings {
        &self.arm.seed.management
    }

    fn page_size(&self) -> usize {
        self.settings().page_size.max(1)
    }

    /// The URL that was called, as the caller reaches the emulator.
    fn url(&self) -> String {
        format!("{}{}?api-version={}", self.origin, self.path, self.version)
    }

    /// The body, which must be a JSON object.
    fn object(&self) -> Result<Object, ArmError> {
        let media_type =
            self.content_type.map(|text| text.split(';').next().unwrap_or(text).trim());
        if !media_type.is_some_and(|t| t.to_ascii_lowercase().ends_with("json")) {
            return Err(ArmError::gateway(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UnsupportedMediaType",
                format!(
                    "The content media type '{}' is not supported. Only 'application/json' is \
                     supported.",
                    media_type.unwrap_or("<null>")
                ),
            ));
        }
        match serde_json::from_slice(&self.body) {
            Ok(value) if size_of_json(&value) > MAX_DOCUMENT => Err(ArmError::too_large(MAX_BODY)),
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(ArmError::invalid_request(
                "The request content was invalid: it must be a JSON object.".to_owned(),
            )),
            Err(error) => Err(ArmError::invalid_request(format!(
                "The request content was invalid and could not be deserialized: {error}."
            ))),
        }
    }
}

/// Answers a request to Resource Manager.
pub(crate) async fn handle(arm: &Arm, call: Call) -> Response {
    // The one thing that is told without a token.
    if matches("metadata/endpoints", &segments(call.path())).is_some() {
        let answer = metadata::endpoints(&call).unwrap_or_else(Answer::from);
        return respond(arm, &call, None, &answer);
    }
    match auth::authenticate(&arm.aad, &arm.seed, &call) {
        Ok(caller) => serve(arm, &caller, call).await,
        Err(error) => respond(arm, &call, None, &error.into()),
    }
}

/// Answers a request whose caller is known.
async fn serve(arm: &Arm, caller: &Caller, mut call: Call) -> Response {
    let answer = match call.read_body(MAX_BODY).await {
        Ok(body) => dispatch(arm, caller, &call, body),
        Err(BodyError::TooLong(limit)) => Err(ArmError::too_large(limit)),
        Err(error @ BodyError::Broken) => Err(ArmError::invalid_request(format!(
            "The request content could not be read: {error}."
        ))),
    };
    respond(arm, &call, Some(caller), &answer.unwrap_or_else(Answer::from))
}

fn respond(arm: &Arm, call: &Call, caller: Option<&Caller>, answer: &Answer) -> Response {
    let at = arm.clock.now();
    let counted = caller.map(|caller| {
        let has_subscription =
            route::find(call.path()).is_some_and(|(route, _)| !route.kind.is_empty());
        let counted =
            Counted { caller: caller.object_id, method: &call.method, has_subscription, at };
        (&arm.counters, counted)
    });
    let wants_id = call
        .header("x-ms-return-client-request-id")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let client_request_id = call.headers.get("x-ms-client-request-id").filter(|_| wants_id);
    headers::finish(answer, call.request_id, client_request_id, at, counted)
}

/// The subscription in a path, which may be a part of a scope.
fn subscription(names: &Names) -> &str {
    match names.get("subscription") {
        "" => {
            let (first, rest) = names.get("scope").split_once('/').unwrap_or_default();
            let is_one = first.eq_ignore_ascii_case("subscriptions");
            if is_one { rest.split('/').next().unwrap_or_default() } else { "" }
        }
        id => id,
    }
}

/// The answer to an authenticated call.
fn dispatch(arm: &Arm, caller: &Caller, call: &Call, body: Bytes) -> Result<Answer, ArmError> {
    let found = route::find(call.path());
    let query = Parameters::parse(call.query().as_bytes());
    let version = version::check(found.as_ref().map(|(route, _)| route.versions), &query)?;
    arm.settle();
    arm.adopt_storage_accounts();
    let Some((route, names)) = found else { return Err(ArmError::not_routed(call.path())) };
    if !route.kind.is_empty() {
        // Roles are defined for all, whatever the subscription.
        let is_for_all = names.get("subscription").is_empty()
            && names.get("scope").is_empty()
            && call.method == Method::GET;
        if !is_for_all {
            subscriptions::check(&arm.seed, subscription(&names))?;
            let kind = names.fill(route.kind);
            auth::authorize(&arm.read(), caller, &call.method, route.pattern, &kind, call.path())?;
        }
    }
    let operation = route.operation(call.method.as_str());
    let operation = operation.ok_or_else(|| ArmError::method_not_allowed(&call.method))?;
    let context = Context {
        arm,
        caller,
        method: &call.method,
        names,
        version,
        query,
        raw_query: call.query(),
        origin: &call.origin,
        path: call.path(),
        content_type: call.header("content-type"),
        body,
        now: arm.clock.now(),
    };
    let answer = operation(&context);
    arm.note_next_due();
    answer
}
