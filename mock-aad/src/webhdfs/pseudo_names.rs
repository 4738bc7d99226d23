//! Users and groups that the directory does not know, but that callers with pseudo authentication name:
//! ids that follow from the names, and the way back.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// What a name may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalKind {
    /// A user or application.
    User,
    /// A group.
    Group,
}

/// How many names are kept; those that come later are shown as ids. Whoever sends requests decides how
/// many there are.
const MAX_NAMES: usize = 16 * 1024;
/// The longest name, in bytes; that of Linux and of HDFS are shorter.
const MAX_LENGTH: usize = 256;
/// Users and groups of one name have different ids.
const USERS: Uuid = Uuid::from_u128(0x5a1e_0000_0000_5000_8000_0000_0000_0001);
const GROUPS: Uuid = Uuid::from_u128(0x5a1e_0000_0000_5000_8000_0000_0000_0002);
/// Where a state directory keeps the names.
const FILE: &str = "names";

/// The names that have been used. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct PseudoNames {
    names: Arc<Mutex<Names>>,
    /// To which new names are added; `None` without a state directory.
    file: Option<Arc<Mutex<File>>>,
}

/// The names at some moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownNames(HashMap<Uuid, (PrincipalKind, Arc<str>)>);

#[derive(Debug, Default)]
struct Names {
    known: KnownNames,
    /// Lines that the file lacks.
    unsaved: String,
    /// Whether what the file has is out of date.
    replaced: bool,
}

impl PseudoNames {
    /// With the names that a state directory keeps, where new ones are kept from now on.
    ///
    /// # Errors
    /// When the directory's file cannot be read or written.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        let path = directory.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        let mut known = KnownNames::default();
        for line in text.lines() {
            let named = line.split_once(' ').and_then(|(word, name)| Some((kind(word)?, name)));
            if let Some((kind, name)) = named.filter(|(_, name)| is_name(name)) {
                known.add(kind, name);
            }
        }
        // Written anew, so that neither a torn line nor a link that somebody has put there stays.
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(known.lines().as_bytes())?;
        let file = file.persist(&path)?;
        let names = Arc::new(Mutex::new(Names { known, ..Names::default() }));
        Ok(Self { names, file: Some(Arc::new(Mutex::new(file))) })
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a name.
    pub(super) fn learn(&self, kind: PrincipalKind, name: &str) {
        let mut names = self.names();
        if names.known.add(kind, name) && self.file.is_some() {
            names.unsaved.push_str(&line(kind, name));
        }
    }

    /// The name behind an id.
    pub(crate) fn name(&self, id: Uuid) -> Option<Arc<str>> {
        self.names().known.0.get(&id).map(|(_, name)| name.clone())
    }

    /// Adds names that are new to the file, if there is one. A name that cannot be kept is shown as id
    /// after a restart, until it is used again.
    pub(super) async fn save(&self) {
        let Some(file) = self.file.clone() else { return };
        let (lines, replaced) = self.names().take_unsaved();
        if lines.is_empty() && !replaced {
            return;
        }
        let saved = tokio::task::spawn_blocking(move || write(&file, &lines, replaced)).await;
        if let Err(error) = saved.unwrap_or_else(|error| Err(io::Error::other(error))) {
            tracing::warn!(%error, "names of users cannot be kept in the state directory");
        }
    }

    /// The names as they are now.
    pub(crate) fn snapshot(&self) -> KnownNames {
        self.names().known.clone()
    }

    /// Back to what was known at some moment.
    pub(crate) fn restore(&self, known: KnownNames) {
        let unsaved = if self.file.is_some() { known.lines() } else { String::new() };
        *self.names() = Names { known, unsaved, replaced: true };
    }
}

impl KnownNames {
    /// Whether the name is new.
    fn add(&mut self, kind: PrincipalKind, name: &str) -> bool {
        let Some(id) = id(kind, name) else { return false };
        if self.0.len() >= MAX_NAMES || self.0.contains_key(&id) {
            return false;
        }
        self.0.insert(id, (kind, name.into()));
        true
    }

    fn lines(&self) -> String {
        self.0.values().map(|(kind, name)| line(*kind, name)).collect()
    }
}

impl Names {
    fn take_unsaved(&mut self) -> (String, bool) {
        (std::mem::take(&mut self.unsaved), std::mem::take(&mut self.replaced))
    }
}

fn write(file: &Mutex<File>, lines: &str, replaced: bool) -> io::Result<()> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    if replaced {
        file.set_len(0)?;
        file.rewind()?;
    }
    file.write_all(lines.as_bytes())?;
    file.sync_data()
}

/// The id that belongs to a name, the same in every emulator; `None` for what cannot be a name.
pub(super) fn id(kind: PrincipalKind, name: &str) -> Option<Uuid> {
    let space = match kind {
        PrincipalKind::User => &USERS,
        PrincipalKind::Group => &GROUPS,
    };
    is_name(name).then(|| Uuid::new_v5(space, name.as_bytes()))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_LENGTH && !name.chars().any(char::is_control)
}

fn line(kind: PrincipalKind, name: &str) -> String {
    let word = match kind {
        PrincipalKind::User => "user",
        PrincipalKind::Group => "group",
    };
    format!("{word} {name}\n")
}

fn kind(word: &str) -> Option<PrincipalKind> {
    match word {
        "user" => Some(PrincipalKind::User),
        "group" => Some(PrincipalKind::Group),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_names() {
        let pseudo_names = PseudoNames::default();
        let bob = id(PrincipalKind::User, "bob").unwrap();
        assert_eq!(bob.get_version_num(), 5);
        assert_ne!(id(PrincipalKind::User, "Bob"), Some(bob));
        assert_ne!(id(PrincipalKind::Group, "bob"), Some(bob));
        assert_eq!(pseudo_names.name(bob), None);
        pseudo_names.learn(PrincipalKind::User, "bob");
        assert_eq!(pseudo_names.name(bob).as_deref(), Some("bob"));
        for name in ["", "a\nb", &"x".repeat(MAX_LENGTH + 1)] {
            assert_eq!(id(PrincipalKind::User, name), None, "{name:?}");
        }
    }

    #[test]
    fn memory_is_bounded_by_design_whoever_is_named() {
        let pseudo_names = PseudoNames::default();
        for number in 0..MAX_NAMES + 10 {
            pseudo_names.learn(PrincipalKind::User, &format!("user{number}"));
        }
        assert_eq!(pseudo_names.snapshot().0.len(), MAX_NAMES);
    }

    #[tokio::test]
    async fn a_state_directory_keeps_the_names() {
        let directory = tempfile::tempdir().unwrap();
        let pseudo_names = PseudoNames::open(directory.path()).unwrap();
        let ids = [
            (PrincipalKind::User, "bob"),
            (PrincipalKind::Group, "staff people"),
            (PrincipalKind::User, "ärger"),
        ]
        .map(|(kind, name)| {
            pseudo_names.learn(kind, name);
            (id(kind, name).unwrap(), name)
        });
        pseudo_names.save().await;
        let path = directory.path().join(FILE);
        let mut file = File::options().append(true).open(path).unwrap();
        file.write_all(b"user torn").unwrap();
        for _ in 0..2 {
            let again = PseudoNames::open(directory.path()).unwrap();
            for (id, name) in ids {
                assert_eq!(again.name(id).as_deref(), Some(name));
            }
        }
        let again = PseudoNames::open(directory.path()).unwrap();
        again.restore(KnownNames::default());
        again.learn(PrincipalKind::User, "eve");
        again.save().await;
        assert_eq!(std::fs::read_to_string(directory.path().join(FILE)).unwrap(), "user eve\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_place_of_the_file_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let victim = directory.path().join("victim");
        std::fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, directory.path().join(FILE)).unwrap();
        PseudoNames::open(directory.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    }
}
