//! Words of other tools, and what they are here: for hints when somebody types one, and for the book.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use crate::commands::Cli;

/// A command of another tool, and the same here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habit {
    /// With what stands for its arguments.
    pub(crate) there: &'static str,
    /// The same here.
    pub(crate) here: &'static str,
}

const fn habit(there: &'static str, here: &'static str) -> Habit {
    Habit { there, here }
}

/// What people type who come from another tool. The book has this table.
pub(crate) const HABITS: &[Habit] = &[
    habit("az login --use-device-code", "adls login --device-code"),
    habit("az account set --subscription ID", "adls subscription set ID"),
    habit("az account get-access-token", "adls token"),
    habit("az dls account create --account NAME -g GROUP", "adls account create NAME -g GROUP"),
    habit("az dls fs list --path PATH", "adls fs ls PATH"),
    habit("az dls fs show --path PATH", "adls fs stat PATH"),
    habit("az dls fs create --path PATH --folder", "adls fs mkdir PATH"),
    habit("az dls fs create --path PATH", "adls fs touch PATH"),
    habit("az dls fs upload --source-path LOCAL --destination-path PATH", "adls fs put LOCAL PATH"),
    habit(
        "az dls fs download --source-path PATH --destination-path LOCAL",
        "adls fs get PATH LOCAL",
    ),
    habit("az dls fs preview --path PATH", "adls fs head PATH"),
    habit("az dls fs append --path PATH --content TEXT", "adls fs append PATH --content TEXT"),
    habit(
        "az dls fs join --source-paths A B --destination-path PATH",
        "adls fs concat A B --into PATH",
    ),
    habit("az dls fs move --source-path A --destination-path B", "adls fs mv A B"),
    habit("az dls fs delete --path PATH --recurse", "adls fs rm -r PATH"),
    habit("az dls fs test --path PATH", "adls fs test PATH"),
    habit(
        "az dls fs set-expiry --path PATH --expiration-time MS",
        "adls fs expiry PATH --at 2030-01-01T00:00:00Z",
    ),
    habit("az dls fs remove-expiry --path PATH", "adls fs expiry PATH --never"),
    habit("az dls fs access show --path PATH", "adls fs acl show PATH"),
    habit("az dls fs access set-permission --path PATH --permission 750", "adls fs chmod 750 PATH"),
    habit("az dls fs access set-owner --path PATH --owner ID", "adls fs chown ID PATH"),
    habit(
        "az dls fs access set-entry --path PATH --acl-spec user::rwx",
        "adls fs acl modify user::rwx PATH",
    ),
    habit("az storage fs file upload -s LOCAL -p PATH", "adls fs put LOCAL PATH"),
    habit("az storage blob upload-batch -s LOCAL -d PATH", "adls fs put LOCAL PATH"),
    habit("hdfs dfs -ls -R PATH", "adls fs ls -R PATH"),
    habit("hdfs dfs -lsr PATH", "adls fs ls -R PATH"),
    habit("hdfs dfs -copyFromLocal LOCAL PATH", "adls fs put LOCAL PATH"),
    habit("hdfs dfs -moveFromLocal LOCAL PATH", "adls fs put LOCAL PATH"),
    habit("hdfs dfs -copyToLocal PATH LOCAL", "adls fs get PATH LOCAL"),
    habit("hdfs dfs -text PATH", "adls fs cat PATH"),
    habit("hdfs dfs -appendToFile LOCAL PATH", "adls fs append PATH --file LOCAL"),
    habit("hdfs dfs -touchz PATH", "adls fs touch PATH"),
    habit("hdfs dfs -rmdir PATH", "adls fs rm PATH"),
    habit("hdfs dfs -rmr PATH", "adls fs rm -r PATH"),
    habit("hdfs dfs -count PATH", "adls fs du PATH"),
    habit("hdfs dfs -dus PATH", "adls fs du -s PATH"),
    habit("hdfs dfs -getfacl PATH", "adls fs acl show PATH"),
    habit("hdfs dfs -setfacl -m user::rwx PATH", "adls fs acl modify user::rwx PATH"),
    habit("hdfs dfs -expunge", "adls fs trash list"),
    habit("hadoop distcp SOURCE TARGET", "adls fs cp -r SOURCE TARGET"),
    habit("azcopy copy LOCAL PATH --recursive", "adls fs put LOCAL PATH"),
    habit("azcopy sync LOCAL adl://account/PATH", "adls fs sync LOCAL adl://account/PATH"),
    habit("azcopy remove PATH --recursive", "adls fs rm -r PATH"),
    habit("azcopy jobs list", "adls fs transfers list"),
    habit("azcopy make PATH", "adls fs mkdir PATH"),
    habit("aws s3 sync LOCAL adl://account/PATH", "adls fs sync LOCAL adl://account/PATH"),
    habit("aws s3 mb PATH", "adls fs mkdir PATH"),
    habit("aws s3 presign PATH", "adls fs sas PATH --permissions r"),
    habit("gsutil rsync LOCAL adl://account/PATH", "adls fs sync LOCAL adl://account/PATH"),
    habit("gsutil compose A B PATH", "adls fs concat A B --into PATH"),
];

/// Options of other tools that have no name here, and what to write instead.
const OPTIONS: &[(&str, &str)] = &[
    ("--source-path", "paths need no name: `adls fs put LOCAL PATH`, `adls fs get PATH LOCAL`"),
    (
        "--destination-path",
        "paths need no name: `adls fs put LOCAL PATH`, `adls fs get PATH LOCAL`",
    ),
    ("--source-paths", "paths need no name: `adls fs concat SOURCE SOURCE --into TARGET`"),
    ("--source", "paths need no name: `adls fs put LOCAL PATH`"),
    ("--destination", "paths need no name: `adls fs put LOCAL PATH`"),
    ("--path", "the path needs no name: `adls fs ls PATH`"),
    ("--name", "the name stands by itself, or behind --account: `adls account show NAME`"),
    ("--folder", "`adls fs mkdir PATH` makes directories, `adls fs touch PATH` files"),
    ("--acl-spec", "the entries need no name: `adls fs acl set ENTRIES PATH`"),
    ("--skip-trash", "what is deleted goes into the trash as the account is set up"),
];

/// What to try instead of a command line that was not understood.
pub(crate) fn hints(error: &clap::Error, arguments: &[String]) -> Vec<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let cli = Cli::command();
    let found = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            text(ContextKind::InvalidSubcommand).and_then(|word| for_word(&cli, word, arguments))
        }
        ErrorKind::UnknownArgument => {
            let option = text(ContextKind::InvalidArg).unwrap_or_default();
            let name = option.split('=').next().unwrap_or(option);
            let known = OPTIONS.iter().find(|(known, _)| *known == name);
            known.map(|(_, hint)| (*hint).to_owned()).or_else(|| for_dash_word(&cli, arguments))
        }
        _ => None,
    };
    found.into_iter().collect()
}

/// Takes out of an error what leads nowhere: nobody who mistypes a flag means it as a value.
pub(crate) fn without_false_tips(mut error: clap::Error, has_hints: bool) -> clap::Error {
    if error.kind() == ErrorKind::UnknownArgument {
        error.remove(ContextKind::Suggested);
    }
    if has_hints {
        for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand] {
            error.remove(kind);
        }
    }
    error
}

/// A command that is unknown where it stands.
fn for_word(cli: &Command, word: &str, arguments: &[String]) -> Option<String> {
    let in_fs = arguments.iter().any(|argument| argument == "fs");
    let fs = cli.find_subcommand("fs")?;
    if !in_fs && let Some(command) = fs.find_subcommand(word) {
        return Some(did_you_mean(&format!("adls fs {}", command.get_name())));
    }
    habit_of(word).map(|habit| did_you_mean(habit.here))
}

/// A command of `fs` with a dash before it, as `hdfs dfs` has them.
fn for_dash_word(cli: &Command, arguments: &[String]) -> Option<String> {
    let at = arguments.iter().position(|argument| argument == "fs" || argument == "dfs")?;
    let word = arguments.get(at + 1)?.strip_prefix('-')?;
    let fs = cli.find_subcommand("fs")?;
    match fs.find_subcommand(word) {
        Some(command) => Some(did_you_mean(&format!("adls fs {}", command.get_name()))),
        None => habit_of(word).map(|habit| did_you_mean(habit.here)),
    }
}

fn did_you_mean(command: &str) -> String {
    format!("did you mean `{command}`?")
}

/// The habit in which a word is what is done: the last one before options and what stands for arguments.
fn habit_of(word: &str) -> Option<&'static Habit> {
    HABITS.iter().find(|habit| habit.verb() == word)
}

impl Habit {
    /// What is done: the last word of the command's name.
    fn verb(&self) -> &'static str {
        let is_name = |word: &&str| {
            word.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit())
                && !word.starts_with('-')
        };
        let words: Vec<&str> = self.there.split(' ').collect();
        match words.iter().skip(1).find(|word| word.starts_with('-') && !word.starts_with("--")) {
            // `hdfs dfs` marks it.
            Some(marked) if words[0] == "hdfs" => &marked[1..],
            _ => words.iter().take_while(|word| is_name(word)).last().copied().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn every_command_of_the_table_is_one() {
        for habit in HABITS {
            let parsed = Cli::try_parse_from(habit.here.split(' '));
            assert!(parsed.is_ok(), "{}: {}", habit.here, parsed.err().unwrap());
            assert!(!habit.verb().is_empty(), "{}", habit.there);
        }
    }

    #[test]
    fn the_book_has_the_same_table() {
        let book = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/cli.md");
        let book = std::fs::read_to_string(book).unwrap();
        let table: String = HABITS
            .iter()
            .map(|habit| format!("| `{}` | `{}` |\n", habit.there, habit.here))
            .collect();
        assert!(book.contains(&table), "docs/src/cli.md needs this table:\n{table}");
    }

    fn hint(line: &str) -> Option<String> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let error = Cli::try_parse_from(&arguments).err()?;
        hints(&error, &arguments).into_iter().next()
    }

    #[test]
    fn habits_are_answered_with_what_it_is_here() {
        for (line, command) in [
            ("adls ls", "adls fs ls"),
            ("adls upload x /y", "adls fs put"),
            ("adls copyFromLocal x /y", "adls fs put LOCAL PATH"),
            ("adls fs -ls /", "adls fs ls"),
            ("adls fs -copyFromLocal a /b", "adls fs put LOCAL PATH"),
            ("adls fs copyToLocal /a b", "adls fs get PATH LOCAL"),
            ("adls fs getfacl /a", "adls fs acl show PATH"),
            ("adls fs setfacl /a", "adls fs acl modify user::rwx PATH"),
            ("adls fs upload --source-path a", "adls fs put LOCAL PATH"),
            ("adls fs list --path /", "adls fs ls PATH"),
            ("adls fs set-expiry /a", "adls fs expiry PATH --at 2030-01-01T00:00:00Z"),
            ("adls fs mb /a", "adls fs mkdir PATH"),
        ] {
            let hint = hint(line).unwrap_or_default();
            assert!(hint.contains(&format!("`{command}`")), "{line}: {hint}");
        }
        assert_eq!(hint("adls fs ls --colour"), None);
    }
}
