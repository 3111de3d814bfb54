//! The kinds of objects and their paths in the API.

use std::borrow::Cow;

/// A kind of object in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// API group; empty for the core group.
    pub group: Cow<'static, str>,
    /// API version, for example `v1`.
    pub version: Cow<'static, str>,
    /// Kind, for example `Deployment`.
    pub kind: Cow<'static, str>,
    /// Name in the path, for example `deployments`.
    pub plural: Cow<'static, str>,
    /// Whether its objects are namespaced.
    pub namespaced: bool,
}

macro_rules! resources {
    ($($(#[$doc:meta])* $name:ident = $group:literal $version:literal $kind:literal $plural:literal $scoped:literal;)*) => {
        $($(#[$doc])* pub static $name: Resource = Resource {
            group: Cow::Borrowed($group),
            version: Cow::Borrowed($version),
            kind: Cow::Borrowed($kind),
            plural: Cow::Borrowed($plural),
            namespaced: $scoped,
        };)*
    };
}

resources! {
    /// Namespaces.
    NAMESPACE = "" "v1" "Namespace" "namespaces" false;
    /// Nodes.
    NODE = "" "v1" "Node" "nodes" false;
    /// Pods.
    POD = "" "v1" "Pod" "pods" true;
    /// Config maps.
    CONFIG_MAP = "" "v1" "ConfigMap" "configmaps" true;
    /// Secrets.
    SECRET = "" "v1" "Secret" "secrets" true;
    /// Events.
    EVENT = "" "v1" "Event" "events" true;
    /// Services.
    SERVICE = "" "v1" "Service" "services" true;
    /// Persistent volume claims.
    VOLUME_CLAIM = "" "v1" "PersistentVolumeClaim" "persistentvolumeclaims" true;
    /// Persistent volumes.
    VOLUME = "" "v1" "PersistentVolume" "persistentvolumes" false;
    /// Deployments.
    DEPLOYMENT = "apps" "v1" "Deployment" "deployments" true;
    /// Replica sets: the replicas of one template of a Deployment.
    REPLICA_SET = "apps" "v1" "ReplicaSet" "replicasets" true;
    /// Daemon sets.
    DAEMON_SET = "apps" "v1" "DaemonSet" "daemonsets" true;
    /// Leases, for leader election.
    LEASE = "coordination.k8s.io" "v1" "Lease" "leases" true;
    /// Flux Kustomizations: the phases.
    KUSTOMIZATION = "kustomize.toolkit.fluxcd.io" "v1" "Kustomization" "kustomizations" true;
    /// Flux sources of OCI artifacts.
    OCI_REPOSITORY = "source.toolkit.fluxcd.io" "v1" "OCIRepository" "ocirepositories" true;
    /// PostgreSQL clusters of CloudNativePG.
    POSTGRES_CLUSTER = "postgresql.cnpg.io" "v1" "Cluster" "clusters" true;
    /// Gateways.
    GATEWAY = "gateway.networking.k8s.io" "v1" "Gateway" "gateways" true;
    /// HTTP routes.
    HTTP_ROUTE = "gateway.networking.k8s.io" "v1" "HTTPRoute" "httproutes" true;
}

impl Resource {
    /// Group and version as in the field `apiVersion`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The path of its collection in `namespace`, or in all namespaces.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "api" } else { "apis" };
        let scope = match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("namespaces/{namespace}/"),
            None => String::new(),
        };
        format!("/{root}/{}/{scope}{}", self.api_version(), self.plural)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_group_and_scope() {
        assert_eq!(POD.path(Some("seasense")), "/api/v1/namespaces/seasense/pods");
        assert_eq!(DEPLOYMENT.path(None), "/apis/apps/v1/deployments");
        assert_eq!(NODE.path(Some("ignored")), "/api/v1/nodes");
    }
}
