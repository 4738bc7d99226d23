//! Runs cases: each step in the model and in the emulator, and the answers compared.

use std::collections::BTreeMap;

use http::Method;

use super::acl::READ;
use super::action::{Action, Guard, Path, Step};
use super::attributes::Update;
use super::codes::Refusals;
use super::compare::{BlobPages, Difference, compare, shown};
use super::moves::Rename;
use super::outcome::{Body, Outcome};
use super::people::Who;
use super::requests::{self, Names};
use super::tree::Model;
use super::world::{Request, World};
use crate::storage::Protocol;

/// A step that went another way than the model says.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// What was done, with the step that failed at the end.
    pub(super) steps: Vec<Step>,
    pub(super) difference: Difference,
}

/// Runs cases, one after the other in one emulator.
pub(super) struct Runner {
    world: World,
    cases: usize,
    /// How often each kind of action was done, and refused.
    counts: BTreeMap<String, (u32, u32)>,
}

/// One case under way.
struct Case<'a> {
    world: &'a mut World,
    account: &'static str,
    names: Names,
    model: Model,
    /// Of the list that goes on.
    token: String,
}

impl Runner {
    pub(super) fn new() -> Self {
        Self { world: World::new(), cases: 0, counts: BTreeMap::new() }
    }

    /// Takes steps in new file systems. `next` gets how many were taken, and the model.
    pub(super) async fn run(
        &mut self,
        mut next: impl FnMut(usize, &Model) -> Option<Step>,
        keeps_deleted: bool,
    ) -> Result<(), Failure> {
        self.cases += 1;
        let names = Names([format!("case{}a", self.cases), format!("case{}b", self.cases)]);
        let (account, days) =
            if keeps_deleted { ("mockgen2soft", Some(7)) } else { ("mockgen2", None) };
        let url = |name: &str| format!("/{name}");
        for name in &names.0 {
            let request = Request::new(Protocol::Blob, Method::PUT, url(name));
            let request = request.query("restype", "container");
            let answer = self.world.send(account, Who::Key, request).await;
            assert_eq!(answer.status, 201, "{}", shown(&answer));
        }
        let model = Model::new(self.world.now(), days);
        let world = &mut self.world;
        let mut case = Case { world, account, names, model, token: String::new() };
        let mut outcome = Ok(());
        let mut steps = Vec::new();
        while let Some(step) = next(steps.len(), &case.model) {
            steps.push(step.clone());
            match case.take(&step).await {
                Ok(done) => {
                    let kind = format!("{:?}", step.action);
                    let kind = kind.split([' ', '(']).next().unwrap_or_default().to_owned();
                    let count = self.counts.entry(kind).or_default();
                    *(if done { &mut count.0 } else { &mut count.1 }) += 1;
                }
                Err(difference) => {
                    outcome = Err(difference);
                    break;
                }
            }
        }
        if outcome.is_ok() {
            outcome = case.everything().await;
        }
        let names = case.names.clone();
        for name in &names.0 {
            let request = Request::new(Protocol::Blob, Method::DELETE, url(name));
            let request = request.query("restype", "container");
            let answer = self.world.send(account, Who::Key, request).await;
            assert_eq!(answer.status, 202, "{}", shown(&answer));
        }
        outcome.map_err(|difference| Failure { steps, difference })
    }

    /// Leaves out steps as long as the case still fails.
    pub(super) async fn smaller(&mut self, mut failure: Failure, keeps_deleted: bool) -> Failure {
        let mut size = failure.steps.len() / 2;
        while size > 0 {
            let (mut start, before) = (0, failure.steps.len());
            while start + size <= failure.steps.len() {
                let mut fewer = failure.steps.clone();
                fewer.drain(start..start + size);
                let next = |taken: usize, _: &Model| fewer.get(taken).cloned();
                match self.run(next, keeps_deleted).await {
                    Ok(()) => start += size,
                    Err(smaller) => failure = smaller,
                }
            }
            if size > 1 || failure.steps.len() == before {
                size /= 2;
            }
        }
        failure
    }

    /// What was done, and how often.
    pub(super) fn told(&self) -> String {
        let told = |(kind, (done, refused)): (&String, &(u32, u32))| {
            format!("{kind}: {done} done, {refused} refused")
        };
        self.counts.iter().map(told).collect::<Vec<_>>().join("\n")
    }

    /// Fails when steps of a kind were always refused: then nothing was tested.
    pub(super) fn check_coverage(&self) {
        for (kind, (done, _)) in &self.counts {
            assert!(*done > 0, "{kind} was never done");
        }
    }
}

impl Case<'_> {
    /// Takes a step; whether it was done.
    async fn take(&mut self, step: &Step) -> Result<bool, Difference> {
        let who = step.who;
        match &step.action {
            Action::Wait(millis) => {
                self.world.wait(*millis);
                self.model.wait(*millis);
                Ok(true)
            }
            Action::List { path, recursive, limit } => {
                self.model.listing = None;
                self.list(who, path, *recursive, *limit, None).await
            }
            Action::ListNext { limit } => {
                let Some(listing) = self.model.listing.clone() else { return Ok(true) };
                let after = Some(&listing.last);
                self.list(who, &listing.path, listing.recursive, *limit, after).await
            }
            Action::ChangeAcls { .. } => self.change_acls(who, &step.action).await,
            Action::ListDeleted { file_system } => self.list_deleted(*file_system).await,
            Action::Undelete { which, names } => self.undelete(who, *which, names.as_deref()).await,
            Action::ListBlobs { file_system, prefix, grouped, limit } => {
                self.list_blobs(who, *file_system, (prefix, *grouped, *limit)).await
            }
            action => self.one(who, action).await,
        }
    }

    async fn send(&mut self, who: Who, request: Request) -> super::super::Answer {
        self.world.send(self.account, who, request).await
    }

    /// An action of one request.
    async fn one(&mut self, who: Who, action: &Action) -> Result<bool, Difference> {
        let request = requests::request(&self.names, &self.model, action).expect("one request");
        let protocol = request.protocol;
        let deleted = self.model.deleted.len();
        let expected = self.expected(who, action);
        let answer = self.send(who, request).await;
        compare(protocol, &answer, &expected, &mut self.model.tags)?;
        if self.model.deleted.len() > deleted {
            match answer.header("x-ms-deletion-id") {
                Some(id) => self.model.deleted[deleted].id = Some(id.to_owned()),
                None => self.learn_deletion().await?,
            }
        }
        self.model.settle();
        Ok(expected.is_ok())
    }

    fn expected(&mut self, who: Who, action: &Action) -> Result<Outcome, Refusals> {
        let person = &who.person();
        let model = &mut self.model;
        match action {
            Action::Create { path, directory, guard, new } => {
                model.create(person, path, *directory, guard, new)
            }
            Action::Append { path, position, bytes, lease, write_lease, flush } => {
                let leases = (*lease, *write_lease);
                model.append(person, path, (*position, bytes), leases, *flush)
            }
            Action::Flush { path, beyond, retain, guard, write_lease } => {
                let position = model.flush_position(path, *beyond);
                model.flush(person, path, position, *retain, (guard, *write_lease))
            }
            Action::Read { protocol, path, range, guard } => {
                model.read(person, *protocol, path, *range, guard)
            }
            Action::Rename { from, to, legacy, source, target, meta } => {
                let (legacy, meta) = (*legacy, *meta);
                model.rename(person, Rename { from, to, legacy, source, target, meta })
            }
            Action::Delete { protocol, path, recursive, guard } => {
                model.delete(person, *protocol, path, *recursive, guard)
            }
            Action::Lease { path, verb, id, proposed, seconds, condition, .. } => {
                model.lease(person, path, *verb, (*id, *proposed), *seconds, *condition)
            }
            Action::Expire { path, expiry, lease } => model.expire(person, path, *expiry, *lease),
            Action::SetProperties { path, meta, guard, .. } => {
                model.set_properties(person, path, *meta, guard)
            }
            Action::Properties { protocol, path, guard } => {
                model.properties(person, *protocol, path, guard)
            }
            Action::GetStatus { path } => model.get_status(person, path),
            Action::GetAcl { path, guard } => model.get_acl(person, path, guard),
            Action::SetAcl { path, owner, group, mode, acl, guard } => {
                let (owner, group, mode, acl) = (*owner, *group, *mode, acl.as_deref());
                model.set_acl(person, path, Update { owner, group, mode, acl }, guard)
            }
            Action::Check { path, bits } => model.check(person, path, *bits),
            Action::Put { path, bytes, meta, guard } => {
                model.put(person, path, bytes, *meta, guard)
            }
            Action::List { .. }
            | Action::ListNext { .. }
            | Action::Undelete { .. }
            | Action::ListDeleted { .. }
            | Action::ChangeAcls { .. }
            | Action::ListBlobs { .. }
            | Action::Wait(_) => unreachable!("more than one request"),
        }
    }

    /// A page of a list.
    async fn list(
        &mut self,
        who: Who,
        path: &Path,
        recursive: bool,
        limit: usize,
        after: Option<&Path>,
    ) -> Result<bool, Difference> {
        let token = after.map(|_| &*self.token);
        let request = requests::list_page(&self.names, path, (recursive, limit), token);
        let expected = self.model.list(&who.person(), path, recursive, limit, after);
        let answer = self.send(who, request).await;
        compare(Protocol::Dfs, &answer, &expected, &mut self.model.tags)?;
        if let Some(token) = answer.header("x-ms-continuation") {
            self.token = token.to_owned();
        }
        Ok(expected.is_ok())
    }

    async fn change_acls(&mut self, who: Who, action: &Action) -> Result<bool, Difference> {
        let Action::ChangeAcls { path, change, entries, limit, force } = action else {
            unreachable!("only called for those");
        };
        let (mut after, mut token) = (None, None::<String>);
        loop {
            let (what, how) = ((*change, entries.as_slice()), (*limit, *force));
            let request = requests::acl_page(&self.names, path, what, how, token.as_deref());
            let person = &who.person();
            let page = (*limit, *force, after.as_ref());
            let expected = self.model.change_acls(person, path, *change, entries, page);
            let (expected, next) = match expected {
                Ok((outcome, next)) => (Ok(outcome), next),
                Err(refusals) => (Err(refusals), None),
            };
            let answer = self.send(who, request).await;
            compare(Protocol::Dfs, &answer, &expected, &mut self.model.tags)?;
            token = answer.header("x-ms-continuation").map(str::to_owned);
            if next.is_none() {
                return Ok(expected.is_ok());
            }
            after = next;
        }
    }

    /// The ids of what was deleted in a file system, by path.
    async fn deleted(&mut self, file_system: usize) -> Result<Vec<(String, String)>, Difference> {
        let answer = self.send(Who::Key, requests::deleted_list(&self.names, file_system)).await;
        compare(Protocol::Blob, &answer, &Ok(Outcome::new(200)), &mut self.model.tags)?;
        let mut pages = BlobPages::default();
        pages.add(&answer, 5000)?;
        Ok(pages.deleted())
    }

    /// Learns the id of the one deletion that no answer has told it of.
    async fn learn_deletion(&mut self) -> Result<(), Difference> {
        let unknown = self.model.deleted.iter().position(|deleted| deleted.id.is_none());
        let Some(index) = unknown else { return Ok(()) };
        let path = self.model.deleted[index].path.clone();
        let found = self.deleted(path.file_system).await?;
        let is_known =
            |id: &String| self.model.deleted.iter().any(|known| known.id.as_ref() == Some(id));
        let new = found.into_iter().find(|(at, id)| *at == path.text() && !is_known(id));
        let (_, id) = new.ok_or_else(|| format!("{path:?} is not among what was deleted"))?;
        self.model.deleted[index].id = Some(id);
        Ok(())
    }

    async fn list_deleted(&mut self, file_system: usize) -> Result<bool, Difference> {
        let found = self.deleted(file_system).await?;
        let expected = self.model.deleted_in(file_system);
        match found == expected {
            true => Ok(true),
            false => Err(format!("{found:?} instead of {expected:?}")),
        }
    }

    async fn undelete(
        &mut self,
        who: Who,
        which: usize,
        names: Option<&[&'static str]>,
    ) -> Result<bool, Difference> {
        if self.model.deleted.is_empty() {
            return Ok(true);
        }
        let which = which % self.model.deleted.len();
        let deleted = &self.model.deleted[which];
        let id = deleted.id.clone().ok_or("no answer has told the id")?;
        let names = names.unwrap_or(&deleted.path.names).to_vec();
        let path = Path { file_system: deleted.path.file_system, names };
        let request = requests::undelete(&self.names, &path, &deleted.path, &id);
        let expected = self.model.undelete(&who.person(), which, &path);
        let answer = self.send(who, request).await;
        compare(Protocol::Blob, &answer, &expected, &mut self.model.tags)?;
        self.model.settle();
        if expected.is_ok() && self.model.entries.contains_key(&path) {
            self.nothing_to_commit(path).await?;
        }
        Ok(expected.is_ok())
    }

    /// All pages of a list of blobs.
    async fn list_blobs(
        &mut self,
        who: Who,
        file_system: usize,
        what: (&str, bool, usize),
    ) -> Result<bool, Difference> {
        let mut pages = BlobPages::default();
        let mut marker = None::<String>;
        let person = who.person();
        // What stands in the way of whom lists of rights judge may be found on a later page.
        let limit = if person.role & READ == 0 && !person.is_super { 5000 } else { what.2 };
        let what = (what.0, what.1, limit);
        let expected = self.model.list_blobs(&person, file_system, what.0, what.1);
        loop {
            let request = requests::blob_page(&self.names, file_system, what, marker.as_deref());
            let answer = self.send(who, request).await;
            compare(Protocol::Blob, &answer, &expected, &mut self.model.tags)?;
            if expected.is_err() {
                return Ok(false);
            }
            marker = pages.add(&answer, what.2)?;
            if marker.is_none() {
                break;
            }
        }
        let Ok(Outcome { body: Body::Blobs(listed), .. }) = &expected else { return Ok(true) };
        pages.compare(listed, &mut self.model.tags)?;
        Ok(true)
    }

    /// Compares all that there is: every path with what lists tell of it, every file's content, and what of
    /// it is not committed.
    async fn everything(&mut self) -> Result<(), Difference> {
        for file_system in 0..2 {
            self.list(Who::Key, &Path::root(file_system), true, 5000, None).await?;
            self.list_blobs(Who::Key, file_system, ("", false, 5000)).await?;
            self.list_deleted(file_system).await?;
        }
        let everything: Vec<Path> = self.model.entries.keys().cloned().collect();
        for path in everything {
            if !path.is_root() {
                let (protocol, range, guard) = (Protocol::Blob, None, Guard::default());
                let read = Action::Read { protocol, path: path.clone(), range, guard };
                self.one(Who::Key, &read).await?;
                self.nothing_to_commit(path.clone()).await?;
            }
            self.one(Who::Key, &Action::GetAcl { path, guard: Guard::default() }).await?;
        }
        Ok(())
    }

    /// Nothing can be committed behind what the model knows.
    async fn nothing_to_commit(&mut self, path: Path) -> Result<(), Difference> {
        let entry = &self.model.entries[&path];
        let lease = entry.lease.id().filter(|_| entry.lease.is_alive(self.model.now));
        let guard = Guard { lease, ..Guard::default() };
        let (beyond, retain, write_lease) = (1, false, None);
        let flush = Action::Flush { path, beyond, retain, guard, write_lease };
        self.one(Who::Key, &flush).await.map(drop)
    }
}
