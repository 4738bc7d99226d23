//! Continuation tokens: where the next page of a list begins.
//!
//! A token is opaque to the caller and authenticated, so that nobody makes one up, and it belongs to one
//! request: what the request is about is not in the token, but is signed with it. The key is the emulator's
//! own.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A token that was not made for this request, or not by this emulator. Which error that is depends on the
/// protocol and on the word that carries the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForeignToken;

const TAG_LENGTH: usize = 16;

/// What is listed or walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    FileSystems,
    Paths,
    Blobs,
    DeletedBlobs,
    FoundBlobs,
    SetAclRecursively,
    ModifyAclRecursively,
    RemoveAclRecursively,
    Delete,
}

/// The request that a token belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    pub(crate) kind: Kind,
    pub(crate) account: &'a str,
    /// Empty for lists of file systems.
    pub(crate) file_system: &'a str,
    /// The directory that is listed, or what names must begin with.
    pub(crate) directory: &'a str,
    /// Whether what lies below directories is meant, too.
    pub(crate) recursive: bool,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// At this entry or the next one that is there.
    From(String),
    /// Behind this entry, whether or not it is still there.
    After(String),
}

/// Makes and reads tokens.
#[derive(Debug)]
pub(crate) struct TokenKey(hmac::Key);

impl TokenKey {
    /// With a secret that nobody else has.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The token with which the caller goes on.
    pub(crate) fn issue(&self, scope: &Scope<'_>, position: &Position) -> String {
        let (kind, path) = match position {
            Position::From(path) => (0, path),
            Position::After(path) => (1, path),
        };
        let position = [&[kind], path.as_bytes()].concat();
        let tag = hmac::sign(&self.0, &signed(scope, &position));
        STANDARD.encode([&tag.as_ref()[..TAG_LENGTH], &position].concat())
    }

    /// Where the page begins that a token asks for.
    pub(crate) fn read(&self, scope: &Scope<'_>, token: &str) -> Result<Position, ForeignToken> {
        let bytes = STANDARD.decode(token).map_err(|_| ForeignToken)?;
        let (tag, position) = bytes.split_at_checked(TAG_LENGTH).ok_or(ForeignToken)?;
        // Tags are compared in constant time by the library, but only whole ones.
        let expected = hmac::sign(&self.0, &signed(scope, position));
        aws_lc_rs::constant_time::verify_slices_are_equal(&expected.as_ref()[..TAG_LENGTH], tag)
            .map_err(|_| ForeignToken)?;
        let (kind, path) = position.split_first().ok_or(ForeignToken)?;
        let path = String::from_utf8(path.to_vec()).map_err(|_| ForeignToken)?;
        match kind {
            0 => Ok(Position::From(path)),
            1 => Ok(Position::After(path)),
            _ => Err(ForeignToken),
        }
    }
}

/// What is signed: every part with its length before it, so that no two requests look alike.
fn signed(scope: &Scope<'_>, position: &[u8]) -> Vec<u8> {
    let kind = [scope.kind as u8, u8::from(scope.recursive)];
    let (account, file_system) = (scope.account.as_bytes(), scope.file_system.as_bytes());
    let mut text = Vec::new();
    for part in [&kind, account, file_system, scope.directory.as_bytes(), position] {
        text.extend_from_slice(&(part.len() as u64).to_le_bytes());
        text.extend_from_slice(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCOPE: Scope<'static> = Scope {
        kind: Kind::Paths,
        account: "lake",
        file_system: "fs",
        directory: "dir",
        recursive: true,
    };

    fn key() -> TokenKey {
        TokenKey::new(b"of this emulator")
    }

    #[test]
    fn the_position_comes_back() {
        for position in [Position::From("dir/ü".to_owned()), Position::After(String::new())] {
            let token = key().issue(&SCOPE, &position);
            assert_eq!(key().read(&SCOPE, &token), Ok(position));
        }
    }

    #[test]
    fn tokens_of_other_requests_and_emulators_are_refused() {
        let position = Position::After("dir/a".to_owned());
        let token = key().issue(&SCOPE, &position);
        let others = [
            Scope { kind: Kind::Blobs, ..SCOPE },
            Scope { account: "lak", file_system: "efs", ..SCOPE },
            Scope { file_system: "fs2", ..SCOPE },
            Scope { directory: "dir/a", ..SCOPE },
            Scope { directory: "", ..SCOPE },
            Scope { recursive: false, ..SCOPE },
        ];
        for other in others {
            assert_eq!(key().read(&other, &token), Err(ForeignToken), "{other:?}");
        }
        assert_eq!(TokenKey::new(b"another").read(&SCOPE, &token), Err(ForeignToken));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let token = key().issue(&SCOPE, &Position::After("dir/a".to_owned()));
        let bytes = STANDARD.decode(&token).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(key().read(&SCOPE, &STANDARD.encode(changed)), Err(ForeignToken), "{at}");
            assert_eq!(key().read(&SCOPE, &STANDARD.encode(&bytes[..at])), Err(ForeignToken));
        }
        for text in ["", "garbage", "%", &format!("{token} ")] {
            assert_eq!(key().read(&SCOPE, text), Err(ForeignToken), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_token_is_too_strange(token in "\\PC*") {
            prop_assert!(key().read(&SCOPE, &token).is_err());
        }
    }
}
