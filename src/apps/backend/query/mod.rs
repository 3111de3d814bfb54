//! The public, read-only side of the API.

mod antimeridian;
pub mod buoys;
pub mod export;
pub mod latest;
mod measured;
pub mod parameters;
pub mod quarantine;
pub mod series;
mod span;
pub mod summary;
pub mod tracks;
