//! The public endpoint of a local environment and the file with its certificate authority.

use crate::{
    base::{event::Event, failure::Result},
    config::Environment,
    local::{LocalContext, cluster},
    workloads::PublicEndpoint,
};

/// Writes the authority to `ca.crt` for users and programs, and returns the public endpoint.
pub fn public_endpoint(
    context: &LocalContext,
    environment: &Environment,
    authority: &[u8],
) -> Result<PublicEndpoint> {
    if cluster::write_authority(&context.dirs, &environment.cluster_name(), authority)? {
        context.events.emit(Event::Warning { text: cluster::AUTHORITY_CHANGED.to_owned() });
    }
    PublicEndpoint::new(environment.variables.hostname.get_ref(), environment.https_port(), authority)
}
