//! What a signature of an account is good for: services (`ss`) and types of resources (`srt`).

use std::fmt;
use std::str::FromStr;

use super::{ParseSasError, each_once};

/// The services that a signature of an account is good for, `ss`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SasServices {
    /// `b`: blobs, and with them the file systems of a data lake.
    pub blob: bool,
    /// `q`: queues.
    pub queue: bool,
    /// `t`: tables.
    pub table: bool,
    /// `f`: shares of files.
    pub file: bool,
}

/// The types of resources that a signature of an account is good for, `srt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SasResourceTypes {
    /// `s`: the account itself, such as the list of its file systems.
    pub service: bool,
    /// `c`: file systems, such as the list of what is in one.
    pub container: bool,
    /// `o`: files and directories.
    pub object: bool,
}

impl SasResourceTypes {
    /// All of them.
    pub const ALL: Self = Self { service: true, container: true, object: true };
}

impl fmt::Display for SasServices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { blob, queue, table, file } = *self;
        write_letters(f, &[(blob, "b"), (queue, "q"), (table, "t"), (file, "f")])
    }
}

impl fmt::Display for SasResourceTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, container, object } = *self;
        write_letters(f, &[(service, "s"), (container, "c"), (object, "o")])
    }
}

impl FromStr for SasServices {
    type Err = ParseSasError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !is_some_of(text, "bqtf") {
            return Err(ParseSasError::new(text, "list of services", "some of the letters bqtf"));
        }
        let has = |letter| text.contains(letter);
        Ok(Self { blob: has('b'), queue: has('q'), table: has('t'), file: has('f') })
    }
}

impl FromStr for SasResourceTypes {
    type Err = ParseSasError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !is_some_of(text, "sco") {
            let form = "some of the letters sco";
            return Err(ParseSasError::new(text, "list of types of resources", form));
        }
        let has = |letter| text.contains(letter);
        Ok(Self { service: has('s'), container: has('c'), object: has('o') })
    }
}

fn write_letters(f: &mut fmt::Formatter<'_>, letters: &[(bool, &str)]) -> fmt::Result {
    letters.iter().filter(|(is_there, _)| *is_there).try_for_each(|(_, text)| f.write_str(text))
}

/// Whether `text` has some of these letters, each at most once, and no other.
fn is_some_of(text: &str, letters: &str) -> bool {
    each_once(text, |letter| Some(1 << letters.find(letter)?)).is_some_and(|bits| bits != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_both_ways() {
        let services: SasServices = "fqb".parse().unwrap();
        assert!(services.blob && services.queue && services.file && !services.table);
        assert_eq!(services.to_string(), "bqf");
        let types: SasResourceTypes = "os".parse().unwrap();
        assert_eq!(types, SasResourceTypes { service: true, container: false, object: true });
        assert_eq!(
            (types.to_string(), SasResourceTypes::ALL.to_string()),
            ("so".into(), "sco".into())
        );
        for malformed in ["", "bb", "ss", "x", "B", "b,q"] {
            assert!(malformed.parse::<SasServices>().is_err(), "{malformed}");
            assert!(malformed.parse::<SasResourceTypes>().is_err(), "{malformed}");
        }
    }
}
