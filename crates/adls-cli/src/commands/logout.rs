//! `adls logout`.

use std::sync::Arc;

use clap::Args;

use crate::config::Settings;
use crate::context::Context;
use crate::failure::Outcome;

/// What to forget.
#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    /// Every account in the token cache, not only the one signed in
    #[arg(long)]
    pub(crate) all: bool,
}

pub(crate) async fn run(context: &mut Context, args: &LogoutArgs) -> Outcome {
    let cache = context.token_cache();
    let clock = Arc::clone(&context.clock);
    if args.all {
        cache.clear().await?;
        context.config.change(&*clock, |settings| settings.sign_in.clear()).await?;
        context.printer.note("signed out of every account");
        return Ok(());
    }
    let (cloud, title) = (context.endpoints()?.name.clone(), context.endpoints()?.display_name());
    let Some(sign_in) = context.config.settings()?.sign_in.get(&cloud).cloned() else {
        context.printer.note(&format!("nobody was signed in to {title}"));
        return Ok(());
    };
    match &sign_in.home_account_id {
        Some(id) => {
            for account in cache.accounts().await? {
                if account.home_account_id == *id {
                    cache.remove_account(&account).await?;
                }
            }
        }
        None => {
            for app in cache.apps().await? {
                if app.client_id == sign_in.client_id {
                    cache.remove_app(&app).await?;
                }
            }
        }
    }
    let forget = |settings: &mut Settings| {
        settings.sign_in.remove(&cloud);
    };
    context.config.change(&*clock, forget).await?;
    context.printer.note(&format!("{} is signed out", sign_in.name()));
    Ok(())
}
