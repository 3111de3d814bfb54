//! Simulated buoys in containers: the fleet of a local environment, and the probe buoys of a promotion.

pub mod buoy_container;
pub mod fleet;
pub mod probe_buoys;

pub use fleet::FleetInput;
