//! Mode bits: `rwx` for one class, and the octal number for all of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The rights of one class: read, write, execute. For a directory, execute means passing through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rwx(u8);

impl Rwx {
    /// No right at all, `---`.
    pub const NONE: Self = Self(0);
    /// Read, `r--`.
    pub const READ: Self = Self(4);
    /// Write, `-w-`.
    pub const WRITE: Self = Self(2);
    /// Execute, `--x`.
    pub const EXECUTE: Self = Self(1);
    /// Everything, `rwx`.
    pub const ALL: Self = Self(7);

    /// From the low three bits of an octal digit.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self((bits & 7) as u8)
    }

    /// As an octal digit, 0 to 7.
    #[must_use]
    pub fn bits(self) -> u16 {
        u16::from(self.0)
    }

    /// Whether every right in `wanted` is here.
    #[must_use]
    pub fn allows(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }
}

impl std::ops::BitOr for Rwx {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitAnd for Rwx {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl fmt::Display for Rwx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (bit, letter) in [(4, "r"), (2, "w"), (1, "x")] {
            f.write_str(if self.0 & bit != 0 { letter } else { "-" })?;
        }
        Ok(())
    }
}

impl FromStr for Rwx {
    type Err = ParsePermissionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let error = || ParsePermissionError(text.to_owned());
        if bytes.len() != 3 {
            return Err(error());
        }
        let mut bits = 0;
        for (position, letter) in [(0, b'r'), (1, b'w'), (2, b'x')] {
            bits = bits << 1
                | match bytes[position] {
                    b'-' => 0,
                    b if b == letter => 1,
                    _ => return Err(error()),
                };
        }
        Ok(Self(bits))
    }
}

/// The mode bits of a file or directory: sticky bit, owner, group, other.
///
/// The text form is octal with three digits, or four when the sticky bit is set; that is how the
/// service reports it. Both `644` and `0644` are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission(u16);

/// A text that is not a permission: neither one to four octal digits nor `rwx` letters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a permission; write octal digits such as 750, or letters such as r-x")]
pub struct ParsePermissionError(pub(crate) String);

impl Permission {
    /// From mode bits; anything above the sticky bit (`0o1000`) is dropped.
    #[must_use]
    pub const fn from_mode(mode: u16) -> Self {
        Self(mode & 0o1777)
    }

    /// The mode bits, at most `0o1777`.
    #[must_use]
    pub const fn mode(self) -> u16 {
        self.0
    }

    /// From the rights of each class.
    #[must_use]
    pub fn new(owner: Rwx, group: Rwx, other: Rwx) -> Self {
        Self(owner.bits() << 6 | group.bits() << 3 | other.bits())
    }

    /// The owner's rights.
    #[must_use]
    pub fn owner(self) -> Rwx {
        Rwx::from_bits(self.0 >> 6)
    }

    /// The group's rights; with an extended ACL this is the mask.
    #[must_use]
    pub fn group(self) -> Rwx {
        Rwx::from_bits(self.0 >> 3)
    }

    /// Everybody else's rights.
    #[must_use]
    pub fn other(self) -> Rwx {
        Rwx::from_bits(self.0)
    }

    /// Whether only owners may delete what lies in the directory.
    #[must_use]
    pub fn sticky(self) -> bool {
        self.0 & 0o1000 != 0
    }

    /// The nine letters of `ls -l`, with `t` or `T` last when the sticky bit is set.
    #[must_use]
    pub fn letters(self) -> String {
        let mut text = format!("{}{}{}", self.owner(), self.group(), self.other());
        if self.sticky() {
            let last = if text.ends_with('x') { 't' } else { 'T' };
            text.pop();
            text.push(last);
        }
        text
    }
}

impl Permission {
    /// The bits of nine letters such as `rwxr-x--t`, as Gen2 shows them.
    ///
    /// # Errors
    /// When the text has not the form of [`letters`](Self::letters).
    pub fn from_letters(text: &str) -> Result<Self, ParsePermissionError> {
        let error = || ParsePermissionError(text.to_owned());
        let digits = text.split_at_checked(8).filter(|(_, last)| last.len() == 1);
        let (first, last) = digits.ok_or_else(error)?;
        let (sticky, last) = match last {
            "t" => (true, "x"),
            "T" => (true, "-"),
            other => (false, other),
        };
        let letters = format!("{first}{last}");
        let rights = |at: usize| letters.get(at..at + 3).unwrap_or_default().parse::<Rwx>();
        let (owner, group, other) = (rights(0)?, rights(3)?, rights(6)?);
        let mode = owner.bits() << 6 | group.bits() << 3 | other.bits();
        Ok(Self(if sticky { mode | 0o1000 } else { mode }))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03o}", self.0)
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permission({self})")
    }
}

impl FromStr for Permission {
    type Err = ParsePermissionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let octal =
            (1..=4).contains(&text.len()) && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
        match u16::from_str_radix(text, 8) {
            Ok(mode) if octal && mode <= 0o1777 => Ok(Self(mode)),
            _ => Err(ParsePermissionError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Permission {
    type Error = ParsePermissionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_both_ways() {
        for (text, shown) in
            [("770", "770"), ("0555", "555"), ("7", "007"), ("1777", "1777"), ("0", "000")]
        {
            assert_eq!(text.parse::<Permission>().unwrap().to_string(), shown);
        }
        for text in ["", "888", "77777", "2777", "rwx", "-1", "+7", " 7"] {
            assert!(text.parse::<Permission>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn letters() {
        assert_eq!(Permission::from_mode(0o754).letters(), "rwxr-xr--");
        assert_eq!(Permission::from_mode(0o1777).letters(), "rwxrwxrwt");
        assert_eq!(Permission::from_mode(0o1770).letters(), "rwxrwx--T");
        for mode in [0, 0o754, 0o1777, 0o1770, 0o7, 0o700] {
            let permission = Permission::from_mode(mode);
            assert_eq!(Permission::from_letters(&permission.letters()).unwrap(), permission);
        }
        for text in ["", "rwxrwxrw", "rwxrwxrwxx", "rwxrwxrws", "xwrrwxrwx", "rwxrwxrwé", "755"] {
            assert!(Permission::from_letters(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn rwx_text() {
        for bits in 0..8 {
            let rights = Rwx::from_bits(bits);
            assert_eq!(rights.to_string().parse::<Rwx>().unwrap(), rights);
        }
        for text in ["", "rw", "xwr", "rwxx", "rws"] {
            assert!(text.parse::<Rwx>().is_err(), "{text:?}");
        }
    }
}
