//! Azure Resource Manager: subscriptions, resource groups, Data Lake Store accounts.
//!
//! A request passes [`route`] (which thing), [`auth`] (who), [`version`] (which api-version) and
//! the role check, then one operation answers it; [`headers`] adds what every answer carries.
//! The state is JSON as it is shown, so that members nobody knows survive a round trip.

mod account_form;
mod accounts;
mod answer;
mod auth;
mod availability_sets;
mod errors;
mod filter;
mod firewall;
mod groups;
mod headers;
mod lists;
mod metadata;
mod operations;
mod providers;
mod regions;
mod resources;
mod route;
mod rules;
mod state;
mod subscriptions;
#[cfg(test)]
mod tests;
mod version;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use crate::aad::{Aad, Caller};
use crate::call::{BodyError, Call, Response, size_of_json};
use crate::clock::Clock;
use crate::namespace::Lake;
use crate::parameters::Parameters;
use crate::seed::{ManagementSettings, Seed};

use self::answer::Answer;
use self::errors::ArmError;
use self::headers::{Counted, Counters, Windows};
use self::route::{AccountPart, GroupPart, RegionPart, Route, Target};
use self::state::{Object, Phase, State};

pub(crate) use self::firewall::Firewall;

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
        groups::plant(&mut state, seed);
        let owners = seed.account_owners();
        accounts::plant(&mut state, seed, &seed.default_account, owners, self.clock.now());
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
        accounts::plant(&mut state, &self.seed, name, owners, self.clock.now());
        state.accounts.get(&state::key(name)).is_some_and(|found| found.phase == Phase::Active)
    }

    /// Whom the account's firewall lets in; `None` when it lets everybody in.
    pub(crate) fn firewall(&self, account: &str) -> Option<Firewall> {
        firewall::of(self.read().accounts.get(&state::key(account))?)
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
    let route = route::parse(call.path());
    if route == Route::Metadata {
        let answer = metadata::endpoints(&call).unwrap_or_else(Answer::from);
        return respond(arm, &call, None, &answer);
    }
    match auth::authenticate(&arm.aad, &arm.seed, &call) {
        Ok(caller) => serve(arm, &caller, call, &route).await,
        Err(error) => respond(arm, &call, None, &error.into()),
    }
}

/// Answers a request whose caller is known.
async fn serve(arm: &Arm, caller: &Caller, mut call: Call, route: &Route) -> Response {
    let answer = match call.read_body(MAX_BODY).await {
        Ok(body) => dispatch(arm, caller, &call, route, body),
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
        let route = route::parse(call.path());
        let has_subscription = matches!(route, Route::Subscription { .. });
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

/// The answer to an authenticated call.
fn dispatch(
    arm: &Arm,
    caller: &Caller,
    call: &Call,
    route: &Route,
    body: Bytes,
) -> Result<Answer, ArmError> {
    let query = Parameters::parse(call.query().as_bytes());
    let version = version::check(route, &query)?;
    arm.settle();
    let context = Context {
        arm,
        caller,
        version,
        query,
        raw_query: call.query(),
        origin: &call.origin,
        path: call.path(),
        content_type: call.header("content-type"),
        body,
        now: arm.clock.now(),
    };
    let answer = match (&call.method, route) {
        (&Method::GET, Route::Tenants) => subscriptions::tenants(&context),
        (&Method::GET, Route::Subscriptions) => subscriptions::list(&context),
        (&Method::GET, Route::TenantProviders) => providers::list(&context, None),
        (&Method::GET, Route::ProviderOperations { namespace }) => providers::operations(namespace),
        (method, Route::Subscription { id, target }) => {
            subscriptions::check(&arm.seed, id)?;
            auth::authorize(&arm.seed, caller, method, target, call.path())?;
            below_subscription(&context, method, target)
        }
        (_, Route::Unknown) => Err(ArmError::not_routed(call.path())),
        (method, _) => Err(ArmError::method_not_allowed(method)),
    };
    arm.note_next_due();
    answer
}

fn below_subscription(
    context: &Context<'_>,
    method: &Method,
    target: &Target,
) -> Result<Answer, ArmError> {
    match (method, target) {
        (&Method::GET, Target::Subscription) => subscriptions::get(context),
        (&Method::GET, Target::Locations) => subscriptions::locations(context),
        (&Method::GET, Target::Providers) => {
            providers::list(context, Some(context.arm.seed.subscription_id))
        }
        (method, Target::Provider { namespace, action }) => {
            providers::one(context, method, namespace, *action)
        }
        (&Method::GET, Target::Resources) => resources::list(context, None),
        (&Method::GET, Target::Job { id }) => operations::job_result(context, id),
        (&Method::GET, Target::Groups) => groups::list(context),
        (method, Target::Group { group, part }) => on_group(context, method, group, *part),
        (&Method::GET, Target::Accounts) => accounts::list(context, None),
        (&Method::GET, Target::AccountsOfGroup { group }) => accounts::list(context, Some(group)),
        (method, Target::Account { group, account, part }) => {
            on_account(context, method, group, account, part)
        }
        (method, Target::Region { location, part }) => on_region(context, method, location, part),
        (method, Target::Other { group, namespace, kind, name }) => {
            availability_sets::check_type(namespace, kind)?;
            availability_sets::one(context, method, group, name)
        }
        (method, _) => Err(ArmError::method_not_allowed(method)),
    }
}

fn on_group(
    context: &Context<'_>,
    method: &Method,
    group: &str,
    part: GroupPart,
) -> Result<Answer, ArmError> {
    match (method, part) {
        (&Method::PUT, GroupPart::Itself) => groups::put(context, group),
        (&Method::GET, GroupPart::Itself) => groups::get(context, group),
        (&Method::HEAD, GroupPart::Itself) => groups::exists(context, group),
        (&Method::PATCH, GroupPart::Itself) => groups::patch(context, group),
        (&Method::DELETE, GroupPart::Itself) => groups::delete(context, group),
        (&Method::GET, GroupPart::Resources) => resources::list(context, Some(group)),
        (&Method::POST, GroupPart::ExportTemplate) => resources::export(context, group),
        (&Method::POST, GroupPart::MoveResources) => resources::start_move(context, group, true),
        (&Method::POST, GroupPart::ValidateMoveResources) => {
            resources::start_move(context, group, false)
        }
        (method, _) => Err(ArmError::method_not_allowed(method)),
    }
}

fn on_account(
    context: &Context<'_>,
    method: &Method,
    group: &str,
    account: &str,
    part: &AccountPart,
) -> Result<Answer, ArmError> {
    match (method, part) {
        (&Method::PUT, AccountPart::Itself) => accounts::put(context, group, account),
        (&Method::GET, AccountPart::Itself) => accounts::get(context, group, account),
        (&Method::PATCH, AccountPart::Itself) => accounts::patch(context, group, account),
        (&Method::DELETE, AccountPart::Itself) => accounts::delete(context, group, account),
        (&Method::POST, AccountPart::EnableKeyVault) => {
            accounts::enable_key_vault(context, group, account)
        }
        (&Method::GET, AccountPart::OperationResult { number }) => {
            operations::account_result(context, account, number)
        }
        (&Method::GET, AccountPart::Rules { kind }) => rules::list(context, group, account, *kind),
        (method, AccountPart::Rule { kind, name }) => {
            rules::one(context, method, &rules::Name { group, account, kind: *kind, name })
        }
        (method, _) => Err(ArmError::method_not_allowed(method)),
    }
}

fn on_region(
    context: &Context<'_>,
    method: &Method,
    location: &str,
    part: &RegionPart,
) -> Result<Answer, ArmError> {
    match (method, part) {
        (&Method::POST, RegionPart::CheckNameAvailability) => regions::check_name(context),
        (&Method::GET, RegionPart::Capability) => regions::capability(context, location),
        (&Method::GET, RegionPart::Usages) => regions::usages(context, location),
        (&Method::GET, RegionPart::OperationResult { id }) => operations::status(context, id),
        (method, _) => Err(ArmError::method_not_allowed(method)),
    }
}
