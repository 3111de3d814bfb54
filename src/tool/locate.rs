//! Where programs are.

use std::path::PathBuf;

use super::ToolError;

/// The absolute path of `program` on `PATH`.
pub fn locate(program: &str) -> Result<PathBuf, ToolError> {
    which::which(program).map_err(|_| ToolError::Missing { program: program.to_owned() })
}

/// The programs of `names` that are missing from `PATH`, in order.
pub fn locate_all<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| which::which(name).is_err()).collect()
}
