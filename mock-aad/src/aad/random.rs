//! Opaque values: codes, refresh tokens, the noise claims of tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Letters and digits of user codes; none of them looks like another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// `blocks` times 122 random bits, base64url.
pub(super) fn opaque(blocks: usize) -> String {
    let bytes: Vec<u8> = (0..blocks).flat_map(|_| *Uuid::new_v4().as_bytes()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// How long a user code is.
pub(super) const USER_CODE_LENGTH: usize = 9;

/// Nine characters that a person types.
pub(super) fn user_code() -> String {
    let bytes = *Uuid::new_v4().as_bytes();
    // Bytes 6 and 8 of a random UUID carry its version and variant.
    let free = bytes[..6].iter().chain(&bytes[9..12]);
    free.map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_differ_and_have_their_length() {
        assert_eq!(opaque(3).len(), 64);
        assert_ne!(opaque(1), opaque(1));
        assert_eq!(user_code().len(), USER_CODE_LENGTH);
        assert_ne!(user_code(), user_code());
    }
}
