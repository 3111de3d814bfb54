//! The public keys in a file with age keys.

use std::collections::BTreeSet;

/// The comment in a file with age keys that `age-keygen` writes above each private key.
const PUBLIC: &str = "# public key: ";
/// The start of a private key.
const PRIVATE: &str = "AGE-SECRET-KEY-1";

/// Returns the public keys of a file with private keys; `None` if it does not state one for each.
pub fn public_keys(file: &[u8]) -> Option<BTreeSet<String>> {
    let text = String::from_utf8_lossy(file);
    let private = text.lines().filter(|line| line.trim().starts_with(PRIVATE)).count();
    let public: BTreeSet<String> =
        text.lines().filter_map(|line| line.trim().strip_prefix(PUBLIC)).map(str::to_owned).collect();
    (private > 0 && public.len() >= private).then_some(public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_private_key_needs_a_stated_public_key() {
        let both = b"# public key: age1new\nAGE-SECRET-KEY-1N\n# public key: age1old\nAGE-SECRET-KEY-1O\n";
        assert_eq!(public_keys(both).unwrap(), BTreeSet::from(["age1new".to_owned(), "age1old".to_owned()]));
        assert_eq!(public_keys(b"# public key: age1new\nAGE-SECRET-KEY-1N\nAGE-SECRET-KEY-1O\n"), None);
        assert_eq!(public_keys(b""), None);
    }
}
