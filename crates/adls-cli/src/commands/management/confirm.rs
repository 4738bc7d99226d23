//! The question before something is deleted.

use std::io::{self, BufRead, IsTerminal};

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Asks whether to do what `question` says, unless `yes` answers it already.
pub(crate) fn confirm(context: &Context, question: &str, yes: bool) -> Outcome {
    if yes {
        return Ok(());
    }
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::usage("this has to be confirmed, and there is no terminal to ask on")
            .detail(question)
            .hint("add --yes if it is what you want"));
    }
    context.printer.prompt(&format!("{question} [y/N]"));
    let mut answer = String::new();
    stdin
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::new(format!("cannot read the answer: {error}")))?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new("nothing was deleted")),
    }
}
