//! What an environment needs beside coming up: waking after its nodes stood still, and the database's state kept under
//! a name.

mod awake;
mod leases;
pub mod snapshot;

pub use awake::awake;
pub use leases::free;
