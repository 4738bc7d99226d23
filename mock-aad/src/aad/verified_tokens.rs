//! Tokens whose signature has been checked already.
//!
//! A client sends one token with thousands of requests, and an RSA signature costs more than all the
//! rest of a small request. Only the signature is remembered: times, audience and tenant are checked
//! for every request.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// How many tokens are remembered; when there are more, all are forgotten.
const CAPACITY: usize = 1024;
/// Longer tokens are proven each time: callers can make them long.
const LONGEST: usize = 16 << 10;

/// Claims by the exact text of the token that carries them.
#[derive(Debug)]
pub(super) struct VerifiedTokens<T>(RwLock<HashMap<String, Arc<T>>>);

impl<T> Default for VerifiedTokens<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T> VerifiedTokens<T> {
    /// The claims of the token, from `prove` unless they are known.
    ///
    /// # Errors
    /// That of `prove`, which is not remembered.
    pub(super) fn claims<E>(
        &self,
        token: &str,
        prove: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned();
        if let Some(claims) = known {
            return Ok(claims);
        }
        let claims = Arc::new(prove()?);
        if token.len() > LONGEST {
            return Ok(claims);
        }
        let mut proven = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if proven.len() >= CAPACITY {
            proven.clear();
        }
        proven.insert(token.to_owned(), Arc::clone(&claims));
        Ok(claims)
    }

    /// Forgets all tokens, which are proven again then.
    pub(super) fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = HashMap::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_proven_once_and_a_refused_one_each_time() {
        let proven = VerifiedTokens::default();
        assert_eq!(proven.claims("a", || Err::<u8, _>("forged")), Err("forged"));
        assert_eq!(*proven.claims("a", || Ok::<_, &str>(1)).unwrap(), 1);
        assert_eq!(*proven.claims("a", || Err("asked again")).unwrap(), 1);
        assert_eq!(proven.claims("a.", || Err("another text")), Err("another text"));
    }

    #[test]
    fn memory_is_bounded() {
        let proven = VerifiedTokens::default();
        for number in 0..CAPACITY * 3 {
            proven.claims(&number.to_string(), || Ok::<_, ()>(number)).unwrap();
        }
        assert!(proven.0.read().unwrap().len() <= CAPACITY);
        proven.clear();
        proven.claims(&"x".repeat(LONGEST + 1), || Ok::<_, ()>(1)).unwrap();
        assert!(proven.0.read().unwrap().is_empty());
    }
}
