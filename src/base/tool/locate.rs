//! Finds programs.

use std::path::PathBuf;

use super::ToolError;

/// Returns the absolute path of `program` on `PATH`.
pub fn locate(program: &str) -> Result<PathBuf, ToolError> {
    which::which(program).map_err(|_| ToolError::Missing { program: program.to_owned() })
}
