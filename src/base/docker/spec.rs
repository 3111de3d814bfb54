//! Creates containers from a specification.

use std::collections::HashMap;

use bollard::{
    models::{
        ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount as ApiMount, MountType,
        MountVolumeOptions, PortBinding,
    },
    query_parameters::CreateContainerOptionsBuilder,
};

use super::{connect::Docker, labels::Labels};
use crate::base::failure::{Context, Kind, Result};

/// A mount of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mount {
    /// A file or directory of the host.
    Bind {
        /// Its absolute path on the host.
        source: String,
        /// Its absolute path in the container.
        target: String,
        /// Whether the mount is read-only.
        read_only: bool,
    },
    /// A named volume; created with the container's labels if it does not exist.
    Volume {
        /// Its name.
        name: String,
        /// Its absolute path in the container.
        target: String,
    },
    /// A directory in memory.
    Memory {
        /// Its absolute path in the container.
        target: String,
    },
}

/// The restart policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Restart {
    /// Never.
    #[default]
    No,
    /// Once after a failure. kind uses it for its nodes, which therefore survive a restart of the daemon.
    OnFailureOnce,
    /// After each end and at the start of the daemon, unless the container was stopped on purpose.
    UnlessStopped,
}

/// The specification of a container. Ports are always bound to 127.0.0.1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContainerSpec {
    /// Its name.
    pub name: String,
    /// Its image; must be in the daemon.
    pub image: String,
    /// Arguments of the image's entrypoint; empty for the image's default.
    pub command: Vec<String>,
    /// Environment variables. No secrets: the daemon shows them to every user.
    pub env: Vec<(String, String)>,
    /// Its labels.
    pub labels: Labels,
    /// Its network; empty for the daemon's default.
    pub network: String,
    /// Published ports: on the host, in the container. Host port 0 selects a free port.
    pub ports: Vec<(u16, u16)>,
    /// Its mounts.
    pub mounts: Vec<Mount>,
    /// Additional host names: name, and address or `host-gateway`.
    pub extra_hosts: Vec<(String, String)>,
    /// `uid` or `uid:gid`; empty for the image's default.
    pub user: String,
    /// Whether its root file system is read-only.
    pub read_only: bool,
    /// The capabilities that it keeps, for example `DAC_OVERRIDE`; usually none.
    pub capabilities: Vec<String>,
    /// Its memory limit in bytes.
    pub memory: Option<u64>,
    /// Its restart policy.
    pub restart: Restart,
}

impl Docker {
    /// Creates and starts a container; the name must be free. No capabilities, no new privileges, limited logs.
    pub async fn run(&self, spec: &ContainerSpec) -> Result<()> {
        let options = CreateContainerOptionsBuilder::new().name(&spec.name).build();
        let created = self.api.create_container(Some(options), spec.to_body()).await;
        created.with_context(Kind::Tool, || {
            format!("create the container `{}` from `{}`", spec.name, spec.image)
        })?;
        self.start(&spec.name).await
    }
}

impl ContainerSpec {
    fn to_body(&self) -> ContainerCreateBody {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ContainerCreateBody {
            image: Some(self.image.clone()),
            cmd: (!self.command.is_empty()).then(|| self.command.clone()),
            env: Some(self.env.iter().map(|(name, value)| format!("{name}={value}")).collect()),
            labels: Some(self.labels.clone().into_iter().collect()),
            user: some(&self.user),
            exposed_ports: Some(self.ports.iter().map(|(_, container)| format!("{container}/tcp")).collect()),
            host_config: Some(self.host_config()),
            ..Default::default()
        }
    }

    fn host_config(&self) -> HostConfig {
        let bindings = self.ports.iter().map(|(host, container)| {
            let binding =
                PortBinding { host_ip: Some("127.0.0.1".into()), host_port: Some(host.to_string()) };
            (format!("{container}/tcp"), Some(vec![binding]))
        });
        HostConfig {
            network_mode: (!self.network.is_empty()).then(|| self.network.clone()),
            port_bindings: Some(bindings.collect()),
            mounts: Some(self.mounts.iter().map(|mount| self.api_mount(mount)).collect()),
            extra_hosts: Some(
                self.extra_hosts.iter().map(|(name, address)| format!("{name}:{address}")).collect(),
            ),
            readonly_rootfs: Some(self.read_only),
            memory: self.memory.and_then(|bytes| i64::try_from(bytes).ok()),
            cap_drop: Some(vec!["ALL".into()]),
            cap_add: (!self.capabilities.is_empty()).then(|| self.capabilities.clone()),
            security_opt: Some(vec!["no-new-privileges".into()]),
            log_config: Some(limited_logs()),
            restart_policy: Some(self.restart.policy()),
            ..Default::default()
        }
    }

    fn api_mount(&self, mount: &Mount) -> ApiMount {
        let of = |typ, source: Option<&String>, target: &String, read_only| ApiMount {
            typ: Some(typ),
            source: source.cloned(),
            target: Some(target.clone()),
            read_only: Some(read_only),
            ..Default::default()
        };
        match mount {
            Mount::Bind { source, target, read_only } => {
                of(MountType::BIND, Some(source), target, *read_only)
            }
            Mount::Memory { target } => of(MountType::TMPFS, None, target, false),
            Mount::Volume { name, target } => ApiMount {
                volume_options: Some(MountVolumeOptions {
                    labels: Some(self.labels.clone().into_iter().collect()),
                    ..Default::default()
                }),
                ..of(MountType::VOLUME, Some(name), target, false)
            },
        }
    }
}

/// Limits the logs: a container that runs for weeks must not fill the disk.
fn limited_logs() -> HostConfigLogConfig {
    let config = [("max-size", "10m"), ("max-file", "2")];
    HostConfigLogConfig {
        typ: Some("json-file".into()),
        config: Some(HashMap::from(config.map(|(name, value)| (name.to_owned(), value.to_owned())))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_bound_to_loopback_and_privileges_are_dropped() {
        let spec = ContainerSpec { ports: vec![(5050, 5000)], read_only: true, ..Default::default() };
        let host = spec.to_body().host_config.unwrap();
        let binding = host.port_bindings.unwrap()["5000/tcp"].clone().unwrap();
        assert_eq!(binding[0].host_ip.as_deref(), Some("127.0.0.1"));
        assert_eq!(host.readonly_rootfs, Some(true));
        assert_eq!(host.cap_drop, Some(vec!["ALL".to_owned()]));
    }
}
