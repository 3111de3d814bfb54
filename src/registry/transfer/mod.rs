//! Copies what an artifact names from one registry to another: by digest, verified, and never what is there already.
//!
//! Whatever ends a copy, the next one goes on: a manifest is written only after everything that it names, so that one
//! which is there is whole.

mod copy;
mod side;
mod tag;
#[cfg(test)]
mod tests;

pub use copy::{Sent, Transfer};
pub use side::Side;
