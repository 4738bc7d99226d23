//! The terminal: questions that are answered on it, and its settings, which stay as they were.

use std::io::{IsTerminal, Read as _};

use adls_http::text;
use secrecy::SecretString;

use crate::failure::{Failure, Outcome, Signal};
use crate::printer;

/// Whether standard input is somebody at a terminal.
pub(crate) fn stdin_is_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks for something that is not shown while it is typed.
pub(crate) async fn prompt_password(question: String) -> Outcome<String> {
    // Restores the settings also when this future is dropped while the question is open.
    let settings = SavedSettings::save();
    let asked = tokio::task::spawn_blocking(move || rpassword::prompt_password(question));
    let answer = asked.await.map_err(|error| Failure::new(format!("cannot ask: {error}")))?;
    settings.answered();
    answer.map_err(|error| match error.kind() {
        // Ctrl+C comes as a character here.
        std::io::ErrorKind::Interrupted => Failure::signalled(Signal::Interrupt),
        _ => Failure::usage(format!("cannot ask for the password: {error}"))
            .hint("without a terminal, give it on standard input with --password-stdin"),
    })
}

/// A secret out of a file or a pipe has no more bytes than this.
const LONGEST_SECRET: u64 = 64 * 1024;

/// Reads a secret, which is all that standard input holds. Somebody at a terminal is asked for it.
pub(crate) async fn read_secret(what: &'static str) -> Outcome<SecretString> {
    if stdin_is_terminal() {
        return secret(&prompt_password(format!("{what}: ")).await?, what);
    }
    let read = tokio::task::spawn_blocking(move || read_stdin(what)).await;
    let text =
        read.map_err(|error| Failure::new(format!("cannot read standard input: {error}")))??;
    secret(&text, what)
}

/// A secret without the line end behind it.
pub(crate) fn secret(text: &str, what: &str) -> Outcome<SecretString> {
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(Failure::usage(format!("{what} is empty"))),
        text => Ok(SecretString::from(text.to_owned())),
    }
}

fn read_stdin(what: &str) -> Outcome<String> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(LONGEST_SECRET + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > LONGEST_SECRET {
        return Err(Failure::usage(format!("what comes on standard input is too long for {what}")));
    }
    text::decode(&bytes)
        .map_err(|why| Failure::usage(format!("{what} on standard input cannot be read: {why}")))
}

/// Reads all of standard input as text.
pub(crate) async fn read_all() -> Outcome<String> {
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    });
    let text = read.await.map_err(|error| Failure::new(format!("cannot read: {error}")))?;
    text.map_err(|error| Failure::new(format!("cannot read standard input: {error}")))
}

/// Reads one line of standard input, without keeping the process from being ended meanwhile.
pub(crate) async fn read_line() -> Outcome<String> {
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = read.await.map_err(|error| Failure::new(format!("cannot ask: {error}")))?;
    line.map_err(|error| Failure::new(format!("cannot read the answer: {error}")))
}

/// The settings of the terminal while a question is open; they come back when this is dropped.
struct SavedSettings {
    is_open: bool,
}

impl SavedSettings {
    fn save() -> Self {
        saved::save();
        Self { is_open: true }
    }

    fn answered(mut self) {
        self.is_open = false;
    }
}

impl Drop for SavedSettings {
    fn drop(&mut self) {
        restore();
        if self.is_open {
            printer::end_prompt();
        }
    }
}

/// Gives the terminal the settings back that it had before a question.
pub(crate) fn restore() {
    saved::restore();
}

#[cfg(unix)]
mod saved {
    //! The settings as the system has them.

    use std::fs::File;
    use std::sync::{Mutex, PoisonError};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    static SAVED: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    pub(super) fn save() {
        let Ok(terminal) = File::options().read(true).write(true).open("/dev/tty") else { return };
        let Ok(settings) = tcgetattr(&terminal) else { return };
        *SAVED.lock().unwrap_or_else(PoisonError::into_inner) = Some((terminal, settings));
    }

    pub(super) fn restore() {
        let kept = SAVED.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((terminal, settings)) = kept {
            // A terminal that has gone has no settings to lose.
            let _ = tcsetattr(&terminal, OptionalActions::Now, &settings);
        }
    }
}

#[cfg(not(unix))]
mod saved {
    //! Consoles of other systems are put right by whoever owns them.

    pub(super) fn save() {}

    pub(super) fn restore() {}
}
