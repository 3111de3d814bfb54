//! Where programs are.

use std::path::PathBuf;

use super::ToolError;

/// The absolute path of `program` on `PATH`.
pub fn locate(program: &str) -> Result<PathBuf, ToolError> {
    which::which(program).map_err(|_| ToolError::Missing { program: program.to_owned() })
}
