//! Which key signs records: named by the environment.

use std::path::PathBuf;

/// The file of the SSH key that `SEASENSE_SIGNING_KEY` names.
#[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
pub fn signing_key() -> Option<PathBuf> {
    std::env::var_os("SEASENSE_SIGNING_KEY").filter(|value| !value.is_empty()).map(PathBuf::from)
}
