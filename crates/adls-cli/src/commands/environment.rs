//! `adls help environment`: the variables that have an effect.

use crate::context::Context;
use crate::environment::VARIABLES;
use crate::failure::Outcome;
use crate::printer::Column;

const COLUMNS: &[Column] = &[("Variable", "/variable"), ("Meaning", "/meaning")];

/// Prints all variables, and what they mean.
pub(crate) fn run(context: &Context) -> Outcome {
    let rows: Vec<_> = VARIABLES
        .iter()
        .map(|(variable, meaning)| serde_json::json!({"variable": variable, "meaning": meaning}))
        .collect();
    context.printer.list(&rows, COLUMNS)
}

/// The same as a help text.
pub(crate) fn help() -> String {
    let width = VARIABLES.iter().map(|(variable, _)| variable.len()).max().unwrap_or(0);
    let lines: Vec<String> = VARIABLES
        .iter()
        .map(|(variable, meaning)| format!("  {variable:width$}  {meaning}"))
        .collect();
    format!("Variables:\n{}", lines.join("\n"))
}
