//! The public, read-only side of the API.

pub mod latest;
mod measured;
pub mod summary;
