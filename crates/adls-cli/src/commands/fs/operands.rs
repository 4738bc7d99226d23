//! Path arguments: several of them, and patterns that stand for several.

use adls_fs::ErrorKind;

use crate::context::{Context, Remote};
use crate::failure::{Exit, Failure, Outcome};

/// The items that an argument means: one by its name, or all that match it as a pattern.
pub(super) async fn matching(context: &Context, text: &str) -> Outcome<Vec<Remote>> {
    expand(context, text).await?.ok_or_else(|| nothing_matches(text))
}

/// The same; `None` for a pattern that nothing matches.
pub(super) async fn expand(context: &Context, text: &str) -> Outcome<Option<Vec<Remote>>> {
    let remote = context.item(text).await?;
    match remote.client.expand_all(remote.path.as_str()).await {
        Ok(paths) => Ok(Some(paths.into_iter().map(|path| remote.at(path)).collect())),
        Err(error) if error.kind() == ErrorKind::NotFound && error.http_error().is_none() => {
            Ok(None)
        }
        Err(error) => Err(Failure::of_arguments(error)),
    }
}

/// The same of several arguments, for what a slash at its end is checked for later, with the rest.
pub(super) async fn sources(context: &Context, texts: &[String]) -> Outcome<Vec<Remote>> {
    let mut sources = Vec::new();
    for text in texts {
        let remote = context.remote(text).await?;
        let paths = remote.client.expand_all(remote.path.as_str()).await;
        match paths.map_err(Failure::of_arguments)? {
            paths if paths == [remote.path.clone()] => sources.push(remote),
            paths => sources.extend(paths.into_iter().map(|path| remote.at(path))),
        }
    }
    Ok(sources)
}

/// No item has a name that matches.
pub(super) fn nothing_matches(text: &str) -> Failure {
    Failure::new(format!("nothing matches {text}"))
}

/// Does something to every item that the arguments mean, one after the other. The failure of one keeps no
/// other from it; in the end they are counted. What is wrong with a sign-in would be wrong with all.
pub(super) async fn for_each(
    context: &Context,
    texts: &[String],
    work: impl AsyncFn(&Remote) -> Outcome,
) -> Outcome {
    let mut tally = Tally::new(context, texts.len());
    for text in texts {
        match matching(context, text).await {
            Ok(items) => {
                tally.expect(items.len());
                for item in &items {
                    tally.add(work(item).await)?;
                }
            }
            Err(failure) => {
                tally.expect(1);
                tally.add(Err(failure))?;
            }
        }
    }
    tally.finish()
}

/// What became of work on several items.
pub(super) struct Tally<'a> {
    context: &'a Context,
    /// How many arguments there are; of a single item the failure is that of the command.
    arguments: usize,
    all: usize,
    failed: usize,
    expected: usize,
}

impl<'a> Tally<'a> {
    pub(super) fn new(context: &'a Context, arguments: usize) -> Self {
        Self { context, arguments, all: 0, failed: 0, expected: 0 }
    }

    /// So many items come.
    pub(super) fn expect(&mut self, items: usize) {
        self.expected = items;
    }

    /// Takes note of what became of one item; fails when that ends everything.
    pub(super) fn add(&mut self, outcome: Outcome) -> Outcome {
        self.all += 1;
        let Err(failure) = outcome else { return Ok(()) };
        let alone = self.arguments == 1 && self.expected == 1;
        if alone || matches!(failure.exit(), Exit::NotSignedIn | Exit::BrokenPipe) {
            return Err(failure);
        }
        self.failed += 1;
        self.context.printer.failure(&failure);
        Ok(())
    }

    pub(super) fn finish(self) -> Outcome {
        match (self.failed, self.all) {
            (0, _) => Ok(()),
            (failed, all) => Err(Failure::new(format!("{failed} of {all} failed"))),
        }
    }
}
