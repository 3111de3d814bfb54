//! The public endpoint of a local environment and the file with its certificate authority.

use crate::{
    base::{
        event::{Event, Events},
        failure::Result,
    },
    config::{Environment, HostDirs},
    local::{LocalContext, cluster},
    workloads::PublicEndpoint,
};

/// Returns the public endpoint after writing the authority to `ca.crt`, where users and programs find it.
pub fn public_endpoint(
    context: &LocalContext,
    environment: &Environment,
    authority: &[u8],
) -> Result<PublicEndpoint> {
    write_authority(&context.dirs, environment, authority, &context.events)?;
    PublicEndpoint::new(environment.variables.hostname.get_ref(), environment.https_port(), authority)
}

/// Updates an existing `ca.crt`: a stale copy makes every program that uses it reject the gateway.
pub fn refresh_authority(
    dirs: &HostDirs,
    environment: &Environment,
    authority: &[u8],
    events: &Events,
) -> Result<()> {
    if cluster::authority_file(dirs, &environment.cluster_name()).exists() {
        write_authority(dirs, environment, authority, events)?;
    }
    Ok(())
}

fn write_authority(
    dirs: &HostDirs,
    environment: &Environment,
    authority: &[u8],
    events: &Events,
) -> Result<()> {
    if cluster::write_authority(dirs, &environment.cluster_name(), authority)? {
        events.emit(Event::Warning { text: cluster::AUTHORITY_CHANGED.to_owned() });
    }
    Ok(())
}
