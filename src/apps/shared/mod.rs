//! The contract between buoys and backend, and the habits every workload has in common.

pub mod logs;
pub mod parameter;
pub mod shutdown;
pub mod token;
pub mod wire;
