//! The question before something is lost.

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Asks whether to do what `question` says, unless `yes` answers it already.
pub(crate) async fn confirm(context: &Context, question: &str, yes: bool) -> Outcome {
    if yes {
        return Ok(());
    }
    if !terminal::stdin_is_terminal() {
        return Err(Failure::usage("this has to be confirmed, and there is no terminal to ask on")
            .detail(question)
            .hint("add --yes if it is what you want"));
    }
    context.printer.prompt(&format!("{question} [y/N]"));
    let answer = terminal::read_line().await?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new("nothing was changed")),
    }
}
