//! Data Lake Store Gen1: decodes a WebHDFS request, asks the namespace, encodes the answer.

mod acl;
mod attributes;
mod auth;
mod body;
mod checksum;
mod decode;
mod directories;
mod encode;
mod failure;
mod files;
mod gen1;
mod hadoop;
mod principals;
mod pseudo_names;
mod redirect;
#[cfg(test)]
mod tests;
mod trash;

use std::sync::{Arc, Mutex, PoisonError};

use adls_wire::webhdfs::{Op, query};
use axum::body::Body;
use http::Method;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use uuid::Uuid;

use crate::aad::Caller;
use crate::call::{Call, Response};
use crate::namespace::{Account, AclChange, Edit, Error, Principal, Room};
use crate::store::Ticket;
use auth::Authenticated;
use decode::{Query, Target, Version};
use encode::{Answer, Stamp};
use failure::Failure;
use hadoop::HadoopOp;
use principals::Principals;

pub(crate) use gen1::{Gen1, Options};
use pseudo_names::PrincipalKind;

pub(crate) use pseudo_names::{KnownNames, PseudoNames};

/// A header of the emulator's own: CREATE adds that many zeros, which take no memory.
const ZEROS: &str = "x-mock-zeros";
/// So many that nobody misses more, and so few that the lengths of joined files can be counted.
const MAX_ZEROS: u64 = 1 << 48;

/// A request of a known caller to an account, without its body.
#[derive(Debug)]
struct Request<'a> {
    gen1: &'a Gen1,
    account: Arc<Account>,
    caller: Caller,
    op: Op,
    /// An operation that is none of the service's, to be done instead of `op`.
    hadoop: Option<HadoopOp>,
    target: Target,
    query: Query<'a>,
    version: Version,
    /// Whether the caller gave only a name. Then it is a client of Hadoop's, to which owners and
    /// groups are names, and which reads up to the end and on.
    pseudo: bool,
    /// Whether its method is one that changes something.
    changes: bool,
    /// Scheme, host and port under which the caller reaches the service.
    origin: &'a str,
    /// How many zeros a new file holds besides its body.
    zeros: u64,
    /// Whom the request names besides the caller.
    named: Mutex<Vec<(PrincipalKind, String)>>,
    /// Of what was changed: nothing is answered before that is stored.
    stored: Mutex<Ticket>,
}

impl Request<'_> {
    /// On whose behalf the namespace is asked.
    fn who(&self) -> Principal<'_> {
        Principal { object_id: self.caller.object_id, groups: &self.caller.groups }
    }

    /// How this operation words a refusal of the namespace.
    fn refusal(&self) -> impl Fn(Error) -> Failure + use<> {
        let op = self.op;
        move |error| Failure::from_namespace(op, error)
    }

    /// Does an operation that changes the account, on the caller's behalf.
    fn change<R>(
        &self,
        operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<R, Failure> {
        self.try_change(operation).map_err(self.refusal())
    }

    /// The same, for an operation that does not answer every refusal with an error.
    fn try_change<R>(
        &self,
        operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let room = if self.op == Op::Delete { Room::Frees } else { Room::Takes };
        let (done, ticket) = self.account.begin_change(self.who(), room, operation)?;
        *self.stored.lock().unwrap_or_else(PoisonError::into_inner) = ticket;
        Ok(done)
    }

    /// Waits until what was changed is stored.
    async fn settle(&self) -> Result<(), Failure> {
        let ticket = self.stored.lock().unwrap_or_else(PoisonError::into_inner).clone();
        ticket.await.map_err(|error| self.refusal()(error.into()))
    }

    /// How owner or group is shown: as object id, or as name when asked with `tooid=false`.
    fn shown(&self) -> Result<impl Fn(Uuid) -> String, Failure> {
        let ids = self.query.flag(query::TOO_ID, !self.pseudo)?;
        let principals = self.principals();
        let pseudo = self.pseudo;
        Ok(move |id: Uuid| match (ids, pseudo) {
            (true, _) => id.to_string(),
            (false, true) => principals.name_of_all(id),
            (false, false) => principals.name_of(id),
        })
    }

    /// The object id that a text stands for. A caller who gives only a name may name anybody.
    fn id_of(&self, kind: PrincipalKind, text: &str) -> Option<Uuid> {
        if !self.pseudo {
            return principals::id_of(&self.gen1.seed, kind, text);
        }
        let id = self.principals().id_of(kind, text)?;
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.push((kind, text.to_owned()));
        Some(id)
    }

    /// Remembers the names of those whom a request that was not refused may have left in the account.
    fn remember_names(&self) {
        let username = self.caller.username.as_deref().filter(|_| self.pseudo);
        if let Some(name) = username
            && (self.changes || self.account.is_super_user(&self.who()))
        {
            self.principals().remember(PrincipalKind::User, name);
        }
        for (kind, name) in self.named.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            self.principals().remember(*kind, name);
        }
    }

    fn principals(&self) -> Principals<'_> {
        Principals { seed: &self.gen1.seed, pseudo_names: &self.gen1.pseudo_names }
    }
}

/// Answers a request to a Gen1 account.
pub(crate) async fn handle(gen1: &Gen1, call: Call) -> Response {
    let authenticated = auth::authenticate(gen1, &call);
    answer(gen1, call, authenticated).await
}

/// Answers a request whose caller is known, or was refused.
async fn answer(
    gen1: &Gen1,
    mut call: Call,
    authenticated: Result<Authenticated, Failure>,
) -> Response {
    let body = std::mem::take(&mut call.body);
    let target = Target::parse(call.path());
    let stamp = Stamp {
        request_id: call.request_id,
        now: gen1.clock.now(),
        extension: target.as_ref().is_ok_and(|target| target.extension),
    };
    let request = authenticated.and_then(|caller| prepare(gen1, &call, caller, target?));
    let outcome = match request {
        Ok(request) => {
            let served = serve(&request, body).await;
            if served.is_ok() {
                request.remember_names();
            }
            served
        }
        Err(refused) => Err(refused),
    };
    gen1.pseudo_names.save().await;
    match outcome {
        Ok(answer) => encode::success(answer, &stamp),
        Err(refused) => encode::failure(refused, &stamp),
    }
}

/// Everything about a request that can be known before its body is read.
fn prepare<'a>(
    gen1: &'a Gen1,
    call: &'a Call,
    authenticated: Authenticated,
    target: Target,
) -> Result<Request<'a>, Failure> {
    require_length(call, authenticated.pseudo)?;
    let name = call.account.as_deref().unwrap_or_default();
    let account = gen1
        .open_account(name, &authenticated.caller)
        .ok_or_else(|| Failure::no_such_account(name))?;
    if let Some(reason) = account.damage() {
        return Err(Failure::set_aside(name, reason));
    }
    let firewall = gen1.arm.firewall(name);
    if firewall.is_some_and(|firewall| !firewall.permits(call.peer)) {
        return Err(Failure::firewall(call.peer));
    }
    let query = Query::parse(call.query());
    let name = query.text(query::OP).filter(|_| authenticated.pseudo);
    let hadoop = name.and_then(|name| HadoopOp::find(&call.method, name));
    Ok(Request {
        gen1,
        account,
        pseudo: authenticated.pseudo,
        caller: authenticated.caller,
        op: if hadoop.is_some() { Op::GetFileStatus } else { query.op(&call.method)? },
        hadoop,
        target,
        version: query.version()?,
        query,
        origin: &call.origin,
        zeros: zeros(call)?,
        changes: !call.method.is_safe(),
        named: Mutex::default(),
        stored: Mutex::new(Ticket::DONE),
    })
}

/// What the header says with which tests ask for files that are too large to be sent.
fn zeros(call: &Call) -> Result<u64, Failure> {
    let Some(text) = call.header(ZEROS) else { return Ok(0) };
    let zeros = text.parse().ok().filter(|zeros| *zeros <= MAX_ZEROS);
    zeros.ok_or_else(|| Failure::bad_parameter(ZEROS, text, "a number of bytes, at most 2^48"))
}

/// Fails when a body may come and its length is not said; the service does not take that for
/// zero. Hadoop's own client leaves it out, and its servers do not mind.
fn require_length(call: &Call, lenient: bool) -> Result<(), Failure> {
    let has_body = matches!(call.method, Method::PUT | Method::POST);
    let said =
        call.headers.contains_key(CONTENT_LENGTH) || call.headers.contains_key(TRANSFER_ENCODING);
    if has_body && !said && !lenient { Err(Failure::length_required()) } else { Ok(()) }
}

async fn serve(request: &Request<'_>, body: Body) -> Result<Answer, Failure> {
    if let Some(answer) = redirect::first_step(request)? {
        return Ok(answer);
    }
    let answer = match request.hadoop {
        Some(op) => hadoop::answer(request, op).await,
        None => dispatch(request, body).await,
    }?;
    request.settle().await?;
    Ok(answer)
}

async fn dispatch(request: &Request<'_>, body: Body) -> Result<Answer, Failure> {
    match request.op {
        Op::Open => files::open(request),
        Op::Create => files::create(request, body).await,
        Op::Append => files::append(request, body).await,
        Op::ConcurrentAppend => files::concurrent_append(request, body).await,
        Op::Concat => files::concat(request),
        Op::MsConcat => files::ms_concat(request, body).await,
        Op::GetFileStatus => directories::status(request),
        Op::ListStatus => directories::list(request),
        Op::MkDirs => directories::mkdirs(request),
        Op::Rename => directories::rename(request),
        Op::Delete => directories::delete(request),
        Op::GetContentSummary => directories::summary(request),
        Op::SetOwner => attributes::set_owner(request),
        Op::SetPermission => attributes::set_permission(request),
        Op::SetTimes => attributes::set_times(request),
        Op::SetExpiry => attributes::set_expiry(request),
        Op::CheckAccess => acl::check_access(request),
        Op::GetAclStatus => acl::status(request, false),
        Op::MsGetAclStatus => acl::status(request, true),
        Op::SetAcl => acl::change(request, &AclChange::Set(&acl::entries(request)?)),
        Op::ModifyAclEntries => acl::change(request, &AclChange::Modify(&acl::entries(request)?)),
        Op::RemoveAclEntries => acl::change(request, &AclChange::Remove(&acl::subjects(request)?)),
        Op::RemoveAcl => acl::change(request, &AclChange::RemoveAll),
        Op::RemoveDefaultAcl => acl::change(request, &AclChange::RemoveDefault),
        Op::EnumerateDeletedItems => trash::enumerate(request),
        Op::RestoreDeletedItems => trash::restore(request),
        op => Err(Failure::unsupported(format!("The operation {op} is not offered"))),
    }
}
