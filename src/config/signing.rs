//! The key that signs history records.

use std::path::PathBuf;

/// The SSH key file that `SEASENSE_SIGNING_KEY` names.
#[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
pub fn signing_key() -> Option<PathBuf> {
    std::env::var_os("SEASENSE_SIGNING_KEY").filter(|value| !value.is_empty()).map(PathBuf::from)
}
