//! The only user of the Docker API: containers, networks, volumes and images, in the project's own types.

mod connect;
mod container;
mod context;
mod endpoint;
mod exec;
mod image;
pub mod labels;
mod network;
mod runtime;
mod spec;
mod volume;

pub use connect::{DaemonInfo, Docker, SocketAccess};
pub use container::{Container, Port};
pub use image::DaemonImage;
pub use network::Network;
pub use spec::{ContainerSpec, Mount, Restart};
pub use volume::Volume;
