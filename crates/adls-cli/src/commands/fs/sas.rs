//! `adls fs sas`: a URL that lets whoever has it do what it says.

use adls_fs::sas::{SasAgent, SasPermissions, SasResource, ServiceSas, UserDelegationSas};
use adls_fs::{Credential, FileStatus};
use clap::Args;

use crate::commands::sas::SasArgs;
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};

/// The signature to make.
#[derive(Debug, Args)]
#[command(
    after_help = "It is signed by the key of the account if that is at hand (--account-key-stdin, \
    AZURE_STORAGE_KEY), else by a key that the service gives you for as long as a week: then it permits \
    no more than you may do yourself.\n\n\
    Letters: r read, a add, c create, w write, d delete, l list, m move, e execute, o change owners, p change \
    rights; i, t, x and y belong to what few accounts have."
)]
pub(crate) struct FsSasArgs {
    /// The file, the directory with everything below it, or the root for the whole file system
    #[arg(value_name = "PATH")]
    path: String,
    /// What it permits, as letters
    #[arg(long, value_name = "LETTERS", required_unless_present = "policy")]
    permissions: Option<SasPermissions>,
    #[command(flatten)]
    how: SasArgs,
    /// Take what it permits and how long from this access policy of the file system; needs the key
    #[arg(long, value_name = "NAME", conflicts_with_all = ["permissions", "lifetime", "start"])]
    policy: Option<String>,
    /// Let it permit no more than the access control lists allow this user; needs a sign-in
    #[arg(long = "for", value_name = "OBJECT_ID", conflicts_with = "policy")]
    user: Option<String>,
    /// Print the signature alone, not the URL with it
    #[arg(long)]
    token: bool,
}

pub(crate) async fn run(context: &Context, args: &FsSasArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    let resource = resource(&remote).await?;
    let token = match context.credential_for(&remote.account, remote.client.endpoint()).await? {
        Credential::SharedKey(key) => {
            if args.user.is_some() {
                return Err(Failure::usage("a key of the account signs for nobody in particular")
                    .hint("sign in, and leave the key out"));
            }
            by_key(context, args, resource)?.sign(&key)?
        }
        Credential::Token(_) => by_user(context, args, &remote, resource).await?,
        _ => {
            return Err(Failure::usage("a signature cannot make another one")
                .hint("sign in with `adls login`, or give the key with --account-key-stdin"));
        }
    };
    match args.token {
        true => context.printer.line(token.secret()),
        false => {
            let url = remote.client.url(&remote.path);
            context.printer.line(&format!("{}?{}", url.as_url(), token.secret()))
        }
    }
}

/// What is at the path; nothing yet is taken for a file that is still to come.
async fn resource(remote: &Remote) -> Outcome<SasResource> {
    let Some(file_system) = remote.client.file_system() else {
        return Err(Failure::usage(format!(
            "account {} is one of Gen1, which knows no signatures",
            remote.account
        )));
    };
    if remote.path.is_root() {
        return Ok(SasResource::file_system(file_system)?);
    }
    let found = remote.client.try_stat(&remote.path).await?;
    Ok(match found.is_some_and(|status: FileStatus| status.is_dir()) || remote.directory_form {
        true => SasResource::directory(file_system, &remote.path)?,
        false => SasResource::file(file_system, &remote.path)?,
    })
}

fn by_key(context: &Context, args: &FsSasArgs, resource: SasResource) -> Outcome<ServiceSas> {
    if let Some(policy) = &args.policy {
        let sas = ServiceSas::by_policy(resource, policy);
        return Ok(sas.ip_range(args.how.ip_range()).protocol(args.how.protocol()));
    }
    let permissions = args.permissions.unwrap_or(SasPermissions::NONE);
    Ok(ServiceSas::new(resource, permissions, args.how.expires_on(context)?)
        .starts_on(args.how.starts_on())
        .ip_range(args.how.ip_range())
        .protocol(args.how.protocol()))
}

async fn by_user(
    context: &Context,
    args: &FsSasArgs,
    remote: &Remote,
    resource: SasResource,
) -> Outcome<adls_fs::SasToken> {
    let Some(permissions) = args.permissions else {
        return Err(Failure::usage("an access policy belongs to signatures by the key")
            .hint("give the key with --account-key-stdin"));
    };
    let expires_on = args.how.expires_on(context)?;
    let sas = UserDelegationSas::new(resource, permissions, expires_on)
        .starts_on(args.how.starts_on())
        .ip_range(args.how.ip_range())
        .protocol(args.how.protocol())
        .agent(args.user.clone().map(SasAgent::Unauthorized));
    let account = context.account_client_of(&remote.account).await?;
    let key = account.user_delegation_key(expires_on).await?;
    Ok(sas.sign(&remote.account, &key)?)
}
