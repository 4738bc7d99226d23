//! Names that the service tells apart and some systems do not: in case, or in how letters are composed. Where
//! they are one file, the second of two would replace the first.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::{Error, Result};

/// Whether the file systems of this system mostly take such names for one.
const TAKEN_FOR_ONE: bool = cfg!(any(windows, target_os = "macos"));

/// The names that a transfer has given to local files and directories so far, as hashes: that of what the system takes
/// for the name, and that of the name itself.
#[derive(Debug, Default)]
pub(super) struct Twins(Mutex<HashMap<u64, u64>>);

impl Twins {
    /// Fails for a path below the target that this system takes for another one, or that lies in such a directory.
    pub(super) fn check(&self, relative: &str) -> Result<()> {
        match !TAKEN_FOR_ONE || self.admits(relative) {
            true => Ok(()),
            false => Err(Error::invalid(format!(
                "{relative:?} differs from another name here only in case, or in how its letters are composed, and \
                 this system takes both for one; rename one of them, or download it by itself"
            ))),
        }
    }

    /// Whether this system takes a path for another one that was admitted, which is then the same file.
    pub(super) fn stands_for_another(&self, relative: &str) -> bool {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = names.get(&hash(&folded(relative)));
        TAKEN_FOR_ONE && admitted.is_some_and(|own| *own != hash(relative))
    }

    /// Whether no other path was admitted that is the same but for that.
    fn admits(&self, relative: &str) -> bool {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = relative.match_indices('/').map(|(at, _)| at).chain([relative.len()]);
        ends.map(|end| &relative[..end]).filter(|path| !path.is_empty()).all(|path| {
            let own = hash(path);
            *names.entry(hash(&folded(path))).or_insert(own) == own
        })
    }
}

/// What systems that do not tell such names apart make of one.
fn folded(name: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    nfc.normalize(&nfc.normalize(name).to_lowercase()).into_owned()
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_two_is_not_admitted_nor_what_is_in_it() {
        let twins = Twins::default();
        for (path, admitted) in [
            ("a/b", true),
            ("a/B", false),
            ("a/b", true),
            ("A", false),
            ("A/other", false),
            ("a/other", true),
            ("caf\u{e9}", true),
            ("cafe\u{301}", false),
            ("CAFE\u{301}", false),
            ("\u{c4}", true),
            ("\u{e4}", false),
            ("stra\u{df}e", true),
            ("strasse", true),
        ] {
            assert_eq!(twins.admits(path), admitted, "{path:?}");
        }
    }

    #[test]
    fn systems_that_tell_them_apart_take_both() {
        let twins = Twins::default();
        twins.check("a").unwrap();
        assert_eq!(twins.check("A").is_ok(), !TAKEN_FOR_ONE);
    }
}
