//! Who owns an ephemeral environment and until when, and what removes it afterwards.

pub mod heartbeat;
pub mod lease;
pub mod owner;
pub mod reaper;

pub use heartbeat::Heartbeat;
pub use lease::Lease;
pub use owner::Owner;
