//! The public, read-only side of the API.

pub mod buoys;
pub mod export;
pub mod latest;
mod measured;
pub mod parameters;
pub mod series;
mod span;
pub mod summary;
pub mod tracks;
