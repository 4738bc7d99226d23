//! One item in a file of access control lists: the form of `getfacl`, which people and programs read.

use std::fmt::{self, Write as _};

use adls_wire::{AclEntry, AclScope, AclSpec, AclTag, Permission, Rwx};

use crate::backend::Rights;

/// Ends the path of a directory, which `getfacl` leaves to the reader and `setfacl` takes.
const DIRECTORY: char = '/';
/// The directory that was saved.
const TOP: &str = ".";

/// The rights of an item, and where it lies below the directory that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AccessRecord {
    /// Empty for the item itself that was saved.
    pub(super) path: String,
    pub(super) is_directory: bool,
    pub(super) owner: Option<String>,
    pub(super) group: Option<String>,
    pub(super) sticky: bool,
    pub(super) entries: Vec<AclEntry>,
}

impl AccessRecord {
    pub(super) fn new(path: &str, rights: Rights) -> Self {
        let Rights { acl, owner, group, is_directory } = rights;
        let list = acl.map(|(AclSpec(entries), mode)| (entries, mode.sticky()));
        let (entries, sticky) = list.unwrap_or_default();
        Self { path: path.to_owned(), is_directory, owner, group, sticky, entries }
    }

    /// What an item is to have; owners only where they are wanted.
    pub(super) fn rights(&self, owners: bool) -> Rights {
        let mode = mode(&self.entries, self.sticky);
        Rights {
            acl: Some((AclSpec(self.entries.clone()), mode)),
            owner: self.owner.clone().filter(|_| owners),
            group: self.group.clone().filter(|_| owners),
            is_directory: self.is_directory,
        }
    }

    /// Reads the lines between two empty ones.
    ///
    /// # Errors
    /// Says what is wrong with which of them.
    pub(super) fn parse(lines: &[String]) -> Result<Self, String> {
        let mut path = None;
        let (mut owner, mut group, mut sticky, mut entries) = (None, None, false, Vec::new());
        for line in lines {
            let Some(comment) = line.strip_prefix('#') else {
                let entry = line.split('\t').next().unwrap_or(line).trim_end();
                let entry: AclEntry = entry.parse().map_err(|error| format!("{error}"))?;
                if entry.permissions.is_none() {
                    return Err(format!("the entry {entry} has no rights"));
                }
                entries.push(entry);
                continue;
            };
            match comment
                .split_once(':')
                .map(|(name, value)| (name.trim(), value.strip_prefix(' ').unwrap_or(value)))
            {
                Some(("file", value)) => path = Some(unescape(value)?),
                Some(("owner", value)) => owner = Some(unescape(value)?),
                Some(("group", value)) => group = Some(unescape(value)?),
                Some(("flags", value)) => sticky = value.ends_with('t'),
                _ => {}
            }
        }
        let path = path.ok_or("no line says `# file:` before the entries")?;
        let required = [AclTag::User, AclTag::Group, AclTag::Other];
        if required.into_iter().any(|tag| base(&entries, tag).is_none()) {
            return Err(format!("{path} has not all of the entries user::, group:: and other::"));
        }
        let has_defaults = entries.iter().any(|entry| entry.scope == AclScope::Default);
        let is_directory = path == TOP || path.ends_with(DIRECTORY) || has_defaults;
        let path = path.trim_matches(DIRECTORY);
        let path = if path == TOP { "" } else { path }.to_owned();
        Ok(Self { path, is_directory, owner, group, sticky, entries })
    }
}

/// What the entry without a name has.
fn base(entries: &[AclEntry], tag: AclTag) -> Option<Rwx> {
    let found = entries.iter().find(|entry| {
        entry.scope == AclScope::Access && entry.tag == tag && entry.qualifier.is_empty()
    });
    found.and_then(|entry| entry.permissions)
}

/// The mode bits that a list stands for: with a mask, the middle digit is the mask's.
fn mode(entries: &[AclEntry], sticky: bool) -> Permission {
    let of = |tag| base(entries, tag).unwrap_or_default();
    let group = base(entries, AclTag::Mask).unwrap_or_else(|| of(AclTag::Group));
    let mode = Permission::new(of(AclTag::User), group, of(AclTag::Other));
    Permission::from_mode(mode.mode() | u16::from(sticky) << 9)
}

impl fmt::Display for AccessRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.path, self.is_directory) {
            ("", _) => writeln!(f, "# file: {TOP}")?,
            (path, true) => writeln!(f, "# file: {}{DIRECTORY}", escape(path))?,
            (path, false) => writeln!(f, "# file: {}", escape(path))?,
        }
        for (name, value) in [("owner", &self.owner), ("group", &self.group)] {
            if let Some(value) = value {
                writeln!(f, "# {name}: {}", escape(value))?;
            }
        }
        if self.sticky {
            writeln!(f, "# flags: --t")?;
        }
        self.entries.iter().try_for_each(|entry| writeln!(f, "{entry}"))?;
        f.write_str("\n")
    }
}

/// As `getfacl` writes names that would break a line, and those that a reader would trim.
fn escape(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut escaped = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        let at_an_end = (index == 0 || index == last) && character.is_whitespace();
        match character {
            '\\' => escaped.push_str("\\134"),
            _ if character.is_ascii() && (character.is_ascii_control() || at_an_end) => {
                // Writing to a string does not fail.
                let _ = write!(escaped, "\\{:03o}", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

fn unescape(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        if first != b'\\' {
            bytes.push(first);
            rest = behind;
            continue;
        }
        let digits = behind.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        bytes.push(byte.ok_or_else(|| format!("{text:?} has a backslash without three digits"))?);
        rest = &behind[3..];
    }
    String::from_utf8(bytes).map_err(|_| format!("{text:?} is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(path: &str, is_directory: bool, entries: &str) -> AccessRecord {
        AccessRecord {
            path: path.to_owned(),
            is_directory,
            owner: Some("5a1e0000-0000-4000-8000-000000000001".to_owned()),
            group: None,
            sticky: false,
            entries: entries.parse::<AclSpec>().unwrap().0,
        }
    }

    fn lines(text: &str) -> Vec<String> {
        text.trim_end().lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let plain = "user::rw-,group::r--,other::---";
        let full = "user::rwx,user:a:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,\
                    default:group::r-x,default:other::---";
        for record in [
            record("", true, plain),
            record("d", true, full),
            record("d/a b", false, plain),
            record(" odd\n\\name ", false, plain),
            record("größe/名", false, plain),
            AccessRecord { sticky: true, ..record("s", true, plain) },
        ] {
            let text = record.to_string();
            assert_eq!(AccessRecord::parse(&lines(&text)).unwrap(), record, "{text}");
        }
    }

    #[test]
    fn it_looks_like_getfacl() {
        let record = record("d\n", true, "user::rwx,group::r-x,other::---");
        assert_eq!(
            record.to_string(),
            "# file: d\\012/\n# owner: 5a1e0000-0000-4000-8000-000000000001\nuser::rwx\ngroup::r-x\n\
             other::---\n\n"
        );
        // What getfacl adds for people is passed over.
        let text = "# file: f\n# owner: me\n# group: us\n# flags: --t\nuser::rwx\n\
                    user:a:rwx\t\t#effective:r-x\ngroup::r-x\nmask::r-x\nother::---\n";
        let record = AccessRecord::parse(&lines(text)).unwrap();
        assert_eq!((record.entries.len(), record.sticky, record.is_directory), (5, true, false));
        let (_, mode) = record.rights(true).acl.unwrap();
        assert_eq!(mode, "1750".parse().unwrap());
        assert_eq!(record.rights(false).owner, None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("user::rwx\n", "# file:"),
            ("# file: f\nuser::rwx\n", "group::"),
            ("# file: f\nnonsense\n", "nonsense"),
            ("# file: f\nuser:a\n", "no rights"),
            ("# file: f\\9\nuser::rwx\n", "three digits"),
            ("# file: f\\377\nuser::rwx\n", "UTF-8"),
        ] {
            let error = AccessRecord::parse(&lines(text)).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
