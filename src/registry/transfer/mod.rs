//! Copies content from one registry to another by digest, verified, without sending existing content again.
//!
//! An interrupted copy can be continued: a manifest is written only after everything that it references, so an
//! existing manifest is always complete.

mod copy;
mod endpoint;
mod tag;
#[cfg(test)]
mod tests;

pub use copy::{Sent, Transfer};
pub use endpoint::Endpoint;
