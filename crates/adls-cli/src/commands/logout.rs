//! `adls logout`.

use crate::cli::LogoutArgs;
use crate::context::Context;
use crate::failure::Outcome;

pub(crate) async fn run(context: &mut Context, args: &LogoutArgs) -> Outcome {
    let cache = context.token_cache()?;
    if args.all {
        cache.clear().await?;
        context.config.settings.sign_in.clear();
        context.config.save()?;
        context.printer.note("signed out of every account");
        return Ok(());
    }
    let endpoints = context.endpoints()?;
    let Some(sign_in) = context.config.settings.sign_in.remove(&endpoints.name) else {
        context.printer.note(&format!("nobody was signed in to {}", endpoints.title()));
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
    context.config.save()?;
    context.printer.note(&format!("{} is signed out", sign_in.name()));
    Ok(())
}
