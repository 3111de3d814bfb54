//! Bearer tokens of buoys: derived from one enrolment key, so that nobody has to hand out a list.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The fewest bytes an enrolment key may have; 64 hex characters are 256 bits.
pub const KEY_MIN_LEN: usize = 32;

/// The key that all tokens of one fleet are derived from.
#[derive(Clone)]
pub struct EnrolmentKey(Vec<u8>);

/// Why a text is no enrolment key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the enrolment key has {0} characters and needs at least {KEY_MIN_LEN}")]
pub struct WeakKey(usize);

impl EnrolmentKey {
    /// Takes the key as the text it is stored as; white space around it (an editor's last newline) is not part of it.
    pub fn new(text: &str) -> Result<Self, WeakKey> {
        let key = text.trim().as_bytes();
        if key.len() < KEY_MIN_LEN { Err(WeakKey(key.len())) } else { Ok(Self(key.to_vec())) }
    }

    /// The token of `buoy`: lower-case hex of HMAC-SHA256(key, buoy id).
    pub fn token(&self, buoy: &str) -> String {
        // HMAC takes keys of every length, so the error branch cannot be reached with a checked key.
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

/// What the database keeps of a token.
pub fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Prefix of the ids of the collection's buoys.
pub const FLEET: &str = "buoy";

/// Prefix of the ids of probe buoys, which measure a promotion and do not belong to the collection.
pub const PROBE: &str = "probe";

/// How many probe buoys every environment enrols.
pub const PROBES: u32 = 3;

/// The id of the buoy of this kind with this number, from 1: `buoy-001`.
pub fn id(kind: &str, number: u32) -> String {
    format!("{kind}-{number:03}")
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
    fn a_newline_at_the_end_of_the_key_file_changes_nothing() {
        let (bare, edited) =
            (EnrolmentKey::new(KEY).unwrap(), EnrolmentKey::new(&format!("{KEY}\n")).unwrap());
        assert_eq!(bare.token("buoy-001"), edited.token("buoy-001"));
    }

    #[test]
    fn a_short_key_is_refused_and_a_key_is_never_shown() {
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
