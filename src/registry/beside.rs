//! A registry of one environment's own, beside its cluster: it goes with the environment, its content too.

use super::{
    Registry,
    container::{PORT, of, until_it_answers},
};
use crate::base::{
    docker::{Docker, labels},
    failure::{Failure, Kind, Result},
};

/// Makes sure that the container `name` runs a registry for the environment `instance`, and answers. Gives its port on
/// 127.0.0.1, which the daemon chooses.
pub async fn beside(docker: &Docker, name: &str, image: &str, instance: &str) -> Result<u16> {
    match docker.container(name).await? {
        Some(there) if !labels::is_ours(&there.labels) => {
            return Err(Failure::new(
                Kind::Tool,
                format!("a container `{name}` exists that seasense did not make"),
            )
            .hint(format!("look at it with `docker inspect {name}`, then rename or remove it")));
        }
        Some(there) if there.running => {}
        Some(_) => docker.start(name).await?,
        None => {
            let labels = labels::of_environment(instance, "registry");
            docker.run(&of((name, image), name.to_owned(), 0, labels)).await?;
        }
    }
    let port = port_of(docker, name).await?.ok_or_else(|| does_not_run(name))?;
    until_it_answers(docker, name, &Registry::at(name, port)).await?;
    Ok(port)
}

/// The port on 127.0.0.1 of the registry in the container `name`; `None` where there is no such container.
pub async fn port_of(docker: &Docker, name: &str) -> Result<Option<u16>> {
    let Some(container) = docker.container(name).await? else { return Ok(None) };
    let port = container.ports.iter().find(|port| port.container == PORT).map(|port| port.host);
    port.map(Some).ok_or_else(|| does_not_run(name))
}

/// The failure of whoever needs the registry in the container `name`.
pub fn does_not_run(name: &str) -> Failure {
    Failure::new(Kind::Tool, format!("the registry `{name}` does not run"))
        .hint("`seasense promote` with `--rehearse` starts it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::docker::Mount;

    #[test]
    fn it_and_its_volume_belong_to_the_environment_and_only_this_machine_reaches_it() {
        let labels = labels::of_environment("rehearsal-staging", "registry");
        let spec = of(("seasense-rehearsal-staging-registry", "registry"), "volume".into(), 0, labels);
        assert_eq!(spec.labels[labels::ENVIRONMENT], "rehearsal-staging");
        assert_eq!(spec.ports, [(0, PORT)]);
        let volume = |mount: &Mount| matches!(mount, Mount::Volume { name, .. } if name == "volume");
        assert!(spec.mounts.iter().any(volume) && spec.read_only);
    }
}
