//! The only module that starts child processes: every invocation returns its output or a typed error.

mod git_variables;
mod invocation;
mod locate;
mod output;
mod proxy;

pub use invocation::{Invocation, Line, Stream};
pub use locate::locate;
pub use output::{Captured, ToolError};
