//! The only door to child processes: every invocation ends in a value that says how, never in a lost exit status.

mod ending;
mod invocation;
mod locate;

pub use ending::{Captured, ToolError};
pub use invocation::{Invocation, Line, Stream};
pub use locate::locate;
