//! Bearer tokens of buoys, derived from one enrolment key, so that no list of tokens has to be distributed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Minimum bytes of an enrolment key; a typical key has 64 hex characters (256 bits).
pub const KEY_MIN_LEN: usize = 32;

/// The key from which all tokens of one fleet are derived.
#[derive(Clone)]
pub struct EnrolmentKey(Vec<u8>);

/// The error for an enrolment key that is too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the enrolment key has {0} characters, at least {KEY_MIN_LEN} are required")]
pub struct WeakKey(usize);

impl EnrolmentKey {
    /// Creates a key from its text; surrounding white space, such as a trailing newline, is ignored.
    pub fn new(text: &str) -> Result<Self, WeakKey> {
        let key = text.trim().as_bytes();
        if key.len() < KEY_MIN_LEN { Err(WeakKey(key.len())) } else { Ok(Self(key.to_vec())) }
    }

    /// Returns the token of `buoy`: lower-case hex of HMAC-SHA256(key, buoy id).
    pub fn token(&self, buoy: &str) -> String {
        // HMAC accepts keys of any length, so this cannot fail.
        Hmac::<Sha256>::new_from_slice(&self.0)
            .map(|mac| hex::encode(mac.chain_update(buoy.as_bytes()).finalize().into_bytes()))
            .unwrap_or_default()
    }
}

impl std::fmt::Debug for EnrolmentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolmentKey(hidden)")
    }
}

/// Returns the hash of a token, which the database stores.
pub fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Prefix of the ids of the collection's buoys.
pub const FLEET: &str = "buoy";

/// Prefix of the ids of probe buoys, which measure a promotion and do not belong to the collection.
pub const PROBE: &str = "probe";

/// How many probe buoys every environment enrols.
pub const PROBES: u32 = 3;

/// Returns the id of the buoy of this kind with this number, from 1: `buoy-001`.
pub fn id(kind: &str, number: u32) -> String {
    format!("{kind}-{number:03}")
}

/// Whether a text can be the id of a buoy: at most 63 lower-case letters, digits and hyphens, the first of which is
/// no hyphen.
pub fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    /// Computed with `printf buoy-001 | openssl dgst -sha256 -hmac $KEY`.
    #[test]
    fn token_agrees_with_openssl() {
        let key = EnrolmentKey::new(KEY).unwrap();
        assert_eq!(key.token("buoy-001"), "2c461400d7e1f3d0d6b29ee717a59d2ed84b0264053b850592f662409699048c");
    }

    #[test]
    fn trailing_newline_of_the_key_is_ignored() {
        let (bare, edited) =
            (EnrolmentKey::new(KEY).unwrap(), EnrolmentKey::new(&format!("{KEY}\n")).unwrap());
        assert_eq!(bare.token("buoy-001"), edited.token("buoy-001"));
    }

    #[test]
    fn short_key_is_rejected_and_debug_hides_the_key() {
        assert_eq!(EnrolmentKey::new("short").unwrap_err(), WeakKey(5));
        assert!(!format!("{:?}", EnrolmentKey::new(KEY).unwrap()).contains("0001"));
    }

    proptest! {
        #[test]
        fn tokens_of_different_buoys_differ(a in 1_u32..10_000, b in 1_u32..10_000) {
            let key = EnrolmentKey::new(KEY).unwrap();
            prop_assert_eq!(key.token(&id(FLEET, a)) == key.token(&id(FLEET, b)), a == b);
        }
    }
}
