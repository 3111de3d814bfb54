//! The contract between buoys and backend, and the code that several programs share.

pub mod logs;
pub mod parameter;
pub mod shutdown;
pub mod token;
pub mod wire;
