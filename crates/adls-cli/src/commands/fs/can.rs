//! `adls fs can`: whether somebody has rights, and why not.

use adls_fs::{AccessDecision, AccessExplanation, AccessStep, AccessSubject, AclSpec, Generation};
use adls_mgmt::BlobDataRole;
use adls_wire::Rwx;
use clap::Args;
use serde_json::{Value, json};

use crate::arguments;
use crate::commands::storage_account;
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, Format, Printer};

/// Which rights, where, and whose.
#[derive(Debug, Args)]
#[command(
    after_help = "The service is asked about you. With --for or --explain the access control lists on the way \
    are read and judged here, as the service does: the entry that decided is shown, and what the mask takes. \
    Which groups somebody is in, the lists do not know: name them with --group \
    (`az ad user get-member-groups --id ID`)."
)]
pub(crate) struct CanArgs {
    /// The rights, such as r-x
    #[arg(value_name = "RIGHTS", allow_hyphen_values = true, value_parser = arguments::rights)]
    rights: Rwx,
    /// The file or directory
    #[arg(value_name = "PATH")]
    path: String,
    /// The object id of somebody else
    #[arg(long = "for", value_name = "ID")]
    subject: Option<String>,
    /// The object id of a group that they are in; may be given several times
    #[arg(long = "group", value_name = "ID")]
    groups: Vec<String>,
    /// Show what every directory on the way says
    #[arg(long)]
    explain: bool,
}

const STEPS: &[Column] =
    &[("Path", "/path"), ("Needs", "/needs"), ("Has", "/has"), ("Because of", "/by")];

pub(super) async fn can(context: &Context, args: &CanArgs) -> Outcome {
    let remote = context.item(&args.path).await?;
    if !args.explain && args.subject.is_none() && args.groups.is_empty() {
        let answer = remote.client.check_access(&remote.path, args.rights).await?;
        return context.printer.answer(answer);
    }
    let id = match &args.subject {
        Some(id) => id.clone(),
        None => storage_account::signed_in_id(context).await?,
    };
    let subject = AccessSubject::new(&id).groups(args.groups.clone());
    let lists = remote.client.explain_access(&remote.path, args.rights, &subject).await?;
    let roles = roles(context, &remote, &id).await;
    let known_roles = roles.clone().unwrap_or_default();
    let role = known_roles.iter().find(|role| rights_of(**role).allows(args.rights)).copied();
    let exists = lists.steps.iter().all(|step| !matches!(step.decision, AccessDecision::Missing));
    let role = role.filter(|_| exists);
    let allowed = match (role, lists.is_allowed()) {
        (Some(_), _) => Some(true),
        // A role that nobody could look up may let them.
        (None, Some(false)) if roles.is_none() && exists => None,
        (None, by_lists) => by_lists,
    };
    let judgement = Judgement { id, lists, roles: known_roles, role, allowed };
    match (args.explain, allowed) {
        (true, _) => judgement.print(context.printer)?,
        (false, Some(answer)) => return context.printer.answer(answer),
        (false, None) => {}
    }
    match allowed {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::no()),
        None => Err(Failure::new(
            "you may not read everything that decides, so the answer is not known",
        )
        .hint("ask somebody who owns the directories or has the role Storage Blob Data Owner")),
    }
}

/// The roles over data that somebody has in the account: they count before lists. `None` when whoever asks may not
/// look them up.
async fn roles(context: &Context, remote: &Remote, id: &str) -> Option<Vec<BlobDataRole>> {
    if remote.client.generation() != Generation::Gen2 {
        return Some(Vec::new());
    }
    let container = remote.client.file_system().map(str::to_owned);
    match storage_account::data_roles(context, &remote.account, container, id).await {
        Ok(roles) => Some(roles),
        Err(failure) => {
            context.printer.warning(&format!("the roles over data are not known: {failure}"));
            None
        }
    }
}

/// What a role lets somebody do with every file and directory.
fn rights_of(role: BlobDataRole) -> Rwx {
    match role {
        BlobDataRole::Contributor | BlobDataRole::Owner => Rwx::ALL,
        _ => Rwx::from_bits(Rwx::READ.bits() | Rwx::EXECUTE.bits()),
    }
}

/// Whether somebody has rights, and what says so.
struct Judgement {
    id: String,
    lists: AccessExplanation,
    roles: Vec<BlobDataRole>,
    /// The one that is enough.
    role: Option<BlobDataRole>,
    allowed: Option<bool>,
}

impl Judgement {
    fn print(&self, printer: Printer) -> Outcome {
        let steps: Vec<Value> = self.lists.steps.iter().map(shown).collect();
        match printer.format() {
            Format::Json | Format::Jsonl => printer.json(&json!({
                "allowed": self.allowed,
                "steps": steps,
                "dataRoles": self.roles.iter().map(|role| role.name()).collect::<Vec<_>>(),
            })),
            Format::Tsv => printer.list(&steps, STEPS),
            Format::Table => {
                printer.list(&steps, STEPS)?;
                printer.line("")?;
                printer.line(&self.verdict())
            }
        }
    }

    /// What the lists say, with what is missing first, and the role that counts before them.
    fn verdict(&self) -> String {
        let Self { id, lists, .. } = self;
        let is_missing = |step: &&AccessStep| matches!(step.decision, AccessDecision::Missing);
        let lacking = lists.steps.iter().find(|step| step.is_allowed() == Some(false));
        let missing = lists.steps.iter().find(is_missing).or(lacking);
        let by_lists = match (missing, lists.is_allowed()) {
            (Some(AccessStep { path, decision: AccessDecision::Missing, .. }), _) => {
                format!("there is no {path}")
            }
            (Some(step), _) => format!("{id} lacks {} at {}", step.wanted, step.path),
            (None, Some(_)) => format!("the lists let {id}"),
            (None, None) => format!("the lists that you may read let {id}; the others decide"),
        };
        match (self.role, self.allowed) {
            (Some(role), _) => format!(
                "yes: {id} has the role {}, which counts before every list; without it: {by_lists}",
                role.name()
            ),
            (None, Some(true)) => format!("yes: {by_lists}"),
            (None, Some(false)) => format!("no: {by_lists}"),
            (None, None) => format!("not known: {by_lists}"),
        }
    }
}

fn shown(step: &AccessStep) -> Value {
    let (has, by) = match &step.decision {
        AccessDecision::Decided { entries, mask, effective } => {
            let mut by = AclSpec(entries.clone()).to_string();
            let given: u16 = entries
                .iter()
                .filter_map(|entry| entry.permissions)
                .fold(0, |all, rights| all | rights.bits());
            if let Some(mask) = mask.filter(|_| given != effective.bits()) {
                by.push_str(&format!(" within mask::{mask}"));
            }
            (effective.to_string(), by)
        }
        AccessDecision::Missing => ("-".to_owned(), "nothing is there".to_owned()),
        AccessDecision::Hidden(_) => ("?".to_owned(), "you may not read its list".to_owned()),
        _ => ("?".to_owned(), String::new()),
    };
    json!({
        "path": step.path.as_str(),
        "needs": step.wanted.to_string(),
        "has": has,
        "by": by,
        "allowed": step.is_allowed(),
    })
}
