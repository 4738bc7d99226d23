//! Appends and flushes of Gen2 against a model of them: what is committed, and what was sent besides.

use std::path::Path;

use adls_wire::AclScope;

use super::crash;
use super::*;
use crate::namespace::node::Content;
use crate::namespace::{
    AccountKey, Commit, EntryItem, Existing, Flush, InitialAccount, LeaseAction, LeaseDuration,
    LeaseState, NewEntry, Staging,
};
use crate::store::Ticket;
use crate::store::fake::FakeDisk;

const FS: &str = "files";
const SUPER_USER: Access<'static> =
    Access::SuperUser(Principal { object_id: Uuid::nil(), groups: &[] });

/// What there is of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Written {
    committed: Vec<u8>,
    /// In the order in which they came.
    pieces: Vec<(u64, Vec<u8>)>,
}

#[derive(Clone, Debug)]
enum Step {
    Stage {
        position: u64,
        bytes: Vec<u8>,
        commits: bool,
        retain: bool,
    },
    Flush {
        position: u64,
        retain: bool,
    },
    /// The file is made anew.
    Replace,
}

impl Written {
    /// What the file holds when it ends at a position; `None` if some of it is missing.
    fn up_to(&self, position: u64) -> Option<Vec<u8>> {
        let mut bytes: Vec<Option<u8>> = self.committed.iter().copied().map(Some).collect();
        let start = bytes.len();
        for (at, piece) in &self.pieces {
            for (offset, byte) in piece.iter().enumerate() {
                let index = usize::try_from(*at).unwrap() + offset;
                if index >= start {
                    bytes.resize(bytes.len().max(index + 1), None);
                    bytes[index] = Some(*byte);
                }
            }
        }
        let end = usize::try_from(position).unwrap();
        if end < start || end > bytes.len() {
            return None;
        }
        bytes.truncate(end);
        bytes.into_iter().collect()
    }

    /// Whether it was done; if not, nothing has changed.
    fn apply(&mut self, step: &Step) -> bool {
        match step {
            Step::Stage { position, bytes, commits, retain } => {
                let mut next = self.clone();
                next.pieces.push((*position, bytes.clone()));
                let end = position + bytes.len() as u64;
                if *commits && !next.commit(end, *retain) {
                    return false;
                }
                *self = next;
                true
            }
            Step::Flush { position, retain } => self.commit(*position, *retain),
            Step::Replace => {
                *self = Self::default();
                true
            }
        }
    }

    fn commit(&mut self, position: u64, retain: bool) -> bool {
        let Some(committed) = self.up_to(position) else { return false };
        self.committed = committed;
        self.pieces.retain(|(at, piece)| retain && at + piece.len() as u64 > position);
        true
    }
}

fn lake_with_file_system(lake: &Lake) -> Arc<Account> {
    let mut initial = InitialAccount::new(AccountKey::gen2("lake"), Vec::new());
    initial.file_systems.push(FS.to_owned());
    lake.create(&initial)
}

/// An account in memory with a file.
fn account_with_file() -> Arc<Account> {
    let account = lake_with_file_system(&Lake::new(Clock::default()));
    done(&account, make);
    account
}

fn make(edit: &mut Edit<'_>) -> Result<(), Error> {
    edit.create_entry(&EntryItem::new(FS, &path("/d/f")), NewEntry::new(NodeKind::File)).map(drop)
}

fn done<R>(account: &Account, operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>) -> R {
    attempt(account, operation).unwrap()
}

fn attempt<R>(
    account: &Account,
    operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
) -> Result<R, Error> {
    let (done, ticket) = account.begin_change_as(SUPER_USER, Room::Takes, operation)?;
    ticket.wait()?;
    Ok(done)
}

fn apply_to(edit: &mut Edit<'_>, step: &Step, received: FileBytes) -> Result<(), Error> {
    let at = path("/d/f");
    let item = EntryItem::new(FS, &at);
    let commit = |retain| Commit { retain, ..Commit::default() };
    match *step {
        Step::Stage { position, commits, retain, .. } => {
            let commit = commits.then(|| commit(retain));
            let new = Staging { position, bytes: received, commit, lease_action: None };
            edit.stage(&item, new).map(drop)
        }
        Step::Flush { position, retain } => {
            let flush = Flush { position, commit: commit(retain), lease_action: None };
            edit.flush_entry(&item, &flush).map(drop)
        }
        Step::Replace => make(edit),
    }
}

/// Whether it was done. What is sent is kept where the account is.
fn apply(account: &Account, step: &Step) -> bool {
    let received = match (step, account.state()) {
        (Step::Stage { bytes, .. }, Some(state)) => state.write(bytes).unwrap(),
        (Step::Stage { bytes, .. }, None) => content(bytes),
        _ => FileBytes::default(),
    };
    match attempt(account, |edit| apply_to(edit, step, received)) {
        Ok(()) => true,
        Err(Error::FlushPosition { .. }) => false,
        Err(error) => panic!("{step:?}: {error}"),
    }
}

fn bytes_of(bytes: &FileBytes) -> Vec<u8> {
    bytes.range(0, u64::MAX).flat_map(Result::unwrap).collect()
}

/// What there is of the file, if there is one.
fn found(account: &Account) -> Option<Written> {
    let view = account.inspect();
    let at = path("/d/f");
    let item = EntryItem::new(FS, &at);
    let id = view.entry(&item).ok()?.etag().incarnation;
    let file = view.tree.node(id).file()?;
    let piece = |id: &NodeId| match &view.tree.node(*id).content {
        Content::Piece(piece) => (piece.position, bytes_of(&piece.bytes)),
        _ => panic!("{id} is no piece"),
    };
    let pieces = file.pieces().iter().map(piece).collect();
    Some(Written { committed: bytes_of(&file.committed), pieces })
}

fn steps() -> impl Strategy<Value = Step> {
    let bytes = prop::collection::vec(any::<u8>(), 1..12);
    prop_oneof![
        6 => (0_u64..40, bytes, prop::bool::weighted(0.3), any::<bool>())
            .prop_map(|(position, bytes, commits, retain)| {
                Step::Stage { position, bytes, commits, retain }
            }),
        3 => (0_u64..50, any::<bool>())
            .prop_map(|(position, retain)| Step::Flush { position, retain }),
        1 => Just(Step::Replace),
    ]
}

proptest! {
    #[test]
    fn files_hold_what_was_sent_and_flushed(steps in prop::collection::vec(steps(), 1..40)) {
        let account = account_with_file();
        let mut model = Written::default();
        for step in steps {
            // So that many of them can be committed, positions are taken from where the file ends.
            let step = near(&model, step);
            prop_assert_eq!(apply(&account, &step), model.apply(&step), "{:?}", step);
            prop_assert_eq!(found(&account), Some(model.clone()), "{:?}", step);
        }
    }

    #[test]
    fn what_was_sent_and_not_flushed_comes_back_with_the_state_directory(
        lives in prop::collection::vec(prop::collection::vec(steps(), 1..10), 2),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut model = Written::default();
        for (life, steps) in lives.into_iter().enumerate() {
            let (lake, account) = open(directory.path());
            if life == 0 {
                done(&account, make);
            }
            for step in steps {
                let step = near(&model, step);
                prop_assert_eq!(apply(&account, &step), model.apply(&step), "{:?}", step);
            }
            drop((account, lake));
            let (_lake, account) = open(directory.path());
            prop_assert_eq!(found(&account), Some(model.clone()));
        }
    }
}

/// The same step, half of the time where it is likely to be possible.
fn near(model: &Written, mut step: Step) -> Step {
    let end = model.committed.len() as u64;
    match &mut step {
        Step::Stage { position, .. } | Step::Flush { position, .. } if *position % 2 == 0 => {
            *position = end + *position % 16;
        }
        _ => {}
    }
    step
}

fn open(directory: &Path) -> (Lake, Arc<Account>) {
    let (lake, _) = Lake::open(Clock::default(), directory, true).unwrap();
    let account = lake_with_file_system(&lake);
    (lake, account)
}

fn random_step(random: &mut fastrand::Rng, model: &Written) -> Step {
    let most = *random.choice([20, 700, 9_000, 300_000].iter()).unwrap();
    let mut bytes = vec![0; random.usize(1..most)];
    random.fill(&mut bytes);
    let position = model.committed.len() as u64 + random.u64(0..3) * random.u64(0..4_000);
    match random.u8(0..10) {
        0..7 => {
            let (commits, retain) = (random.u8(0..4) == 0, random.bool());
            Step::Stage { position, bytes, commits, retain }
        }
        7..9 => {
            let piece = random.choice(&model.pieces);
            let end = piece.map(|(at, piece)| at + piece.len() as u64);
            Step::Flush { position: end.unwrap_or(position), retain: random.bool() }
        }
        _ => Step::Replace,
    }
}

/// After a power failure a file is as it was after one of the last steps: none that was acknowledged is lost.
#[test]
fn power_failures_lose_nothing_that_was_acknowledged() {
    let mut amid_work = 0;
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let disk = FakeDisk::default();
        let lake = crash::open(&disk).unwrap();
        let account = lake_with_file_system(&lake);
        done(&account, make);
        disk.fail_after(random.u64(0..60));
        let mut states = vec![Written::default()];
        let mut waiting: Vec<(usize, Ticket)> = Vec::new();
        let mut acknowledged = 0;
        for _ in 0..random.usize(5..40) {
            let mut next = states[states.len() - 1].clone();
            let step = random_step(&mut random, &next);
            let expected = next.apply(&step);
            let received = match &step {
                Step::Stage { bytes, .. } => account.state().unwrap().write(bytes),
                _ => Ok(FileBytes::default()),
            };
            let Ok(received) = received else { break };
            match account
                .begin_change_as(SUPER_USER, Room::Takes, |edit| apply_to(edit, &step, received))
            {
                Ok(((), ticket)) => {
                    assert!(expected, "seed {seed}: {step:?}");
                    states.push(next);
                    waiting.push((states.len() - 1, ticket));
                }
                Err(Error::NotStored(_) | Error::Damaged(_)) => break,
                Err(error) => assert!(!expected, "seed {seed}: {step:?}: {error}"),
            }
            if waiting.len() > random.usize(0..4) {
                for (state, ticket) in waiting.drain(..) {
                    if ticket.wait().is_ok() {
                        acknowledged = state;
                    }
                }
            }
        }
        amid_work += u64::from(disk.is_dead());
        let disk = disk.after_power_failure(&mut random);
        drop((account, lake));
        let lake = crash::open(&disk).unwrap();
        let account = lake.account(AccountKey::gen2("lake")).unwrap();
        let found = found(&account).unwrap();
        assert!(states[acknowledged..].contains(&found), "seed {seed} has lost a step");
    }
    assert!(amid_work > 10, "the power failed too rarely: {amid_work}");
}

#[test]
fn a_flush_to_where_there_is_nothing_says_how_far_there_is_something() {
    let account = account_with_file();
    let stage = |position, bytes: &[u8]| {
        let bytes = bytes.to_vec();
        assert!(apply(&account, &Step::Stage { position, bytes, commits: false, retain: false }));
    };
    let flush = |position| {
        attempt(&account, |edit| {
            apply_to(edit, &Step::Flush { position, retain: false }, FileBytes::default())
        })
    };
    stage(0, b"abc");
    stage(5, b"fg");
    let refused = Error::FlushPosition { position: 7, committed: 0, staged: 3 };
    assert_eq!(flush(7), Err(refused));
    stage(3, b"de");
    assert_eq!(flush(7), Ok(()));
    // Below what is committed there is nothing to go back to, and an append there does no harm.
    stage(2, b"XX");
    let refused = Error::FlushPosition { position: 4, committed: 7, staged: 7 };
    assert_eq!(flush(4), Err(refused));
    assert_eq!(flush(7), Ok(()));
    assert_eq!(found(&account).unwrap(), Written { committed: b"abcdefg".into(), pieces: vec![] });
}

#[test]
fn only_if_nothing_is_there_holds_until_something_is_committed() {
    let account = account_with_file();
    let at = path("/d/f");
    let mut item = EntryItem::new(FS, &at);
    item.conditions.if_none_match = Some(ETagCondition::Any);
    let write = |position, bytes: &[u8]| {
        let new = Staging {
            position,
            bytes: content(bytes),
            commit: Some(Commit::default()),
            lease_action: None,
        };
        attempt(&account, |edit| edit.stage(&item, new)).map(drop)
    };
    assert_eq!(write(0, b"first"), Ok(()));
    let refused = write(5, b"second").unwrap_err();
    assert!(matches!(refused, Error::ConditionNotMet { .. }), "{refused}");
    assert_eq!(found(&account).unwrap().committed, b"first");
}

#[test]
fn a_write_does_with_the_lease_what_it_says_or_nothing() {
    const LEASE: Uuid = Uuid::from_u128(7);
    const OTHER: Uuid = Uuid::from_u128(8);
    let account = account_with_file();
    let duration = LeaseDuration::Fixed(30);
    let at = path("/d/f");
    let write = |held: Option<Uuid>, action, commits: bool| {
        let item = EntryItem { lease: held, ..EntryItem::new(FS, &at) };
        let position = found(&account).unwrap().committed.len() as u64;
        let commit = commits.then(Commit::default);
        let new = Staging { position, bytes: content(b"x"), commit, lease_action: action };
        attempt(&account, |edit| edit.stage(&item, new)).map(|written| written.lease_renewed)
    };
    let state = || account.inspect().entry(&EntryItem::new(FS, &at)).unwrap().lease().state;

    let acquire = Some(LeaseAction::Acquire { id: LEASE, duration });
    assert_eq!((write(None, acquire, false), state()), (Ok(false), LeaseState::Leased));
    assert!(write(None, None, false).is_err(), "the lease guards the file");
    assert_eq!(write(Some(LEASE), Some(LeaseAction::AutoRenew), false), Ok(false));
    // What is not committed does not give the lease up.
    assert_eq!(write(Some(LEASE), Some(LeaseAction::Release), false), Ok(false));
    assert_eq!(state(), LeaseState::Leased);

    // A refused flush leaves the lease as it was.
    let item = EntryItem { lease: Some(LEASE), ..EntryItem::new(FS, &at) };
    let release = Some(LeaseAction::Release);
    let flush = Flush { position: 99, commit: Commit::default(), lease_action: release };
    assert!(attempt(&account, |edit| edit.flush_entry(&item, &flush)).is_err());
    assert_eq!(state(), LeaseState::Leased);

    let other = Some(LeaseAction::AcquireRelease { id: OTHER, duration });
    assert_eq!(
        write(None, other, true).map_err(|error| matches!(error, Error::Lease(_))),
        Err(true)
    );
    assert_eq!((write(Some(LEASE), release, true), state()), (Ok(false), LeaseState::Available));
    let both = Some(LeaseAction::AcquireRelease { id: LEASE, duration: LeaseDuration::Infinite });
    for commits in [false, true] {
        assert_eq!((write(None, both, commits), state()), (Ok(false), LeaseState::Available));
    }
}

#[test]
fn a_refused_creation_changes_nothing() {
    const LEASE: Uuid = Uuid::from_u128(7);
    let account = account_with_file();
    let sent = Step::Stage { position: 0, bytes: b"kept".into(), commits: true, retain: false };
    assert!(apply(&account, &sent));
    let at = path("/d/f");
    let item = EntryItem::new(FS, &at);
    let before = account.inspect().entry(&item).unwrap().etag();
    let file = || NewEntry::new(NodeKind::File);
    let lease = Some((LEASE, LeaseDuration::Infinite));
    let stranger = Access::Acl(WHO);
    // Which only directories have.
    let default =
        [Entry { scope: AclScope::Default, subject: Subject::Mask, rights: adls_wire::Rwx::ALL }];
    let attempts: [(Access<'_>, NewEntry<'_>); 5] = [
        (SUPER_USER, NewEntry { existing: Existing::Refuse, ..file() }),
        (SUPER_USER, NewEntry::new(NodeKind::Directory)),
        (SUPER_USER, NewEntry { expiry: Some(Expiry::At(1)), lease, ..file() }),
        (SUPER_USER, NewEntry { acl: Some(&default), ..file() }),
        (stranger, file()),
    ];
    for (access, new) in attempts {
        let shown = format!("{new:?}");
        let refused =
            account.begin_change_as(access, Room::Takes, |edit| edit.create_entry(&item, new));
        assert!(refused.is_err(), "{shown}");
        let view = account.inspect();
        let found = view.entry(&item).unwrap();
        assert_eq!((found.etag(), found.lease().state), (before, LeaseState::Available), "{shown}");
    }
    assert_eq!(found(&account).unwrap().committed, b"kept");
}
