//! Leases of ephemeral environments, their owners, and the reaper.

pub mod heartbeat;
pub mod lease;
pub mod owner;
pub mod reaper;

pub use heartbeat::Heartbeat;
pub use lease::Lease;
pub use owner::Owner;
