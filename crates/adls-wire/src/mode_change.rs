//! Changes of mode bits as people write them: `750`, `rwxr-x---`, `g+w`, `u=rwx,go=rX`.

use std::fmt;
use std::str::FromStr;

use crate::Permission;

/// What becomes of mode bits: all of them, or some as they are.
///
/// The text is octal digits, the nine letters of `ls -l`, or changes as `chmod` of Unix takes them,
/// separated by commas: who (`u`, `g`, `o`, `a`; everybody when left out), `+`, `-` or `=`, and the
/// rights `r`, `w`, `x`, `X` (execute for directories, and where somebody has it), `t` (the sticky bit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeChange {
    text: String,
    clauses: Vec<Clause>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clause {
    All(Permission),
    Some { classes: u16, operator: Operator, rights: Rights },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Remove,
    Set,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rights {
    /// `rwx` for each of the three classes.
    bits: u16,
    /// Execute, where it makes sense.
    conditional: bool,
    sticky: bool,
}

const USER: u16 = 0o700;
const GROUP: u16 = 0o070;
const OTHER: u16 = 0o007;
const EXECUTE: u16 = 0o111;
const STICKY: u16 = 0o1000;

/// A text that is no change of mode bits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mode; write it like 750, rwxr-x---, g+w or u=rwx,g=rx")]
pub struct ParseModeError(String);

impl ModeChange {
    /// The bits that it gives whatever is there before, if it is of that kind.
    #[must_use]
    pub fn absolute(&self) -> Option<Permission> {
        match self.clauses[..] {
            [Clause::All(permission)] => Some(permission),
            _ => None,
        }
    }

    /// The bits that it makes of others.
    #[must_use]
    pub fn apply(&self, before: Permission, is_directory: bool) -> Permission {
        let mode = self.clauses.iter().fold(before.mode(), |mode, clause| match *clause {
            Clause::All(permission) => permission.mode(),
            Clause::Some { classes, operator, rights } => {
                let executes = is_directory || mode & EXECUTE != 0;
                let execute = if rights.conditional && executes { EXECUTE } else { 0 };
                let bits = (rights.bits | execute) & classes;
                let sticky = if rights.sticky { STICKY } else { 0 };
                match operator {
                    Operator::Add => mode | bits | sticky,
                    Operator::Remove => mode & !(bits | sticky),
                    Operator::Set => mode & !classes | bits | sticky,
                }
            }
        });
        Permission::from_mode(mode)
    }
}

impl From<Permission> for ModeChange {
    fn from(permission: Permission) -> Self {
        Self { text: permission.to_string(), clauses: vec![Clause::All(permission)] }
    }
}

impl fmt::Display for ModeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for ModeChange {
    type Err = ParseModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let whole = text.parse().or_else(|_| Permission::from_letters(text)).map(Clause::All);
        let clauses = match whole {
            Ok(whole) => Some(vec![whole]),
            Err(_) => text.split(',').map(parse_clause).collect(),
        };
        let clauses = clauses.ok_or_else(|| ParseModeError(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), clauses })
    }
}

fn parse_clause(text: &str) -> Option<Clause> {
    let (who, rest) = text.split_at(text.find(['+', '-', '='])?);
    let operator = match rest.chars().next()? {
        '+' => Operator::Add,
        '-' => Operator::Remove,
        _ => Operator::Set,
    };
    let classes = who.chars().try_fold(0, |classes, class| {
        Some(
            classes
                | match class {
                    'u' => USER,
                    'g' => GROUP,
                    'o' => OTHER,
                    'a' => USER | GROUP | OTHER,
                    _ => return None,
                },
        )
    })?;
    let classes = if classes == 0 { USER | GROUP | OTHER } else { classes };
    let rights = rest[1..].chars().try_fold(Rights::default(), |mut rights, right| {
        match right {
            'r' => rights.bits |= 0o444,
            'w' => rights.bits |= 0o222,
            'x' => rights.bits |= EXECUTE,
            'X' => rights.conditional = true,
            't' => rights.sticky = true,
            _ => return None,
        }
        Some(rights)
    })?;
    Some(Clause::Some { classes, operator, rights })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(change: &str, before: u16, is_directory: bool) -> String {
        let change: ModeChange = change.parse().unwrap();
        change.apply(Permission::from_mode(before), is_directory).to_string()
    }

    #[test]
    fn every_form() {
        for (change, before, after) in [
            ("750", 0o777, "750"),
            ("rwxr-x---", 0o777, "750"),
            ("rwxrwxrwt", 0, "1777"),
            ("g+w", 0o640, "660"),
            ("u=rwx,g=rx", 0o604, "754"),
            ("go-rwx", 0o777, "700"),
            ("a+r", 0, "444"),
            ("+x", 0o600, "711"),
            ("o=", 0o777, "770"),
            ("+t", 0o777, "1777"),
            ("-t", 0o1777, "777"),
            ("ug+X", 0o644, "644"),
            ("ug+X", 0o645, "755"),
        ] {
            assert_eq!(applied(change, before, false), after, "{change} of {before:o}");
        }
        assert_eq!(applied("a+X", 0o600, true), "711");
        for text in ["", "g", "w", "x+r", "g+q", "u=rwx,,g=r", "rwx", "888", "g+w ", "+w,"] {
            assert!(text.parse::<ModeChange>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_whole_modes_need_no_look_at_what_is_there() {
        for (text, whole) in [("750", true), ("rwxr-x---", true), ("a=rwx", false), ("g+w", false)]
        {
            assert_eq!(text.parse::<ModeChange>().unwrap().absolute().is_some(), whole, "{text}");
        }
        assert_eq!(ModeChange::from(Permission::from_mode(0o750)).to_string(), "750");
    }
}
