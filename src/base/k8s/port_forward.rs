//! Forwards a local port to a pod until it is dropped.

use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::Pod;
use kube::api::Api;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{Client, Selector, client::failure, object, resource};
use crate::base::failure::{Context, Failure, Kind, Result};

/// The destination of a forwarded port: the first running pod with these labels, looked up for every
/// connection, so that connections follow a switchover.
#[derive(Debug, Clone)]
pub struct Destination {
    namespace: &'static str,
    labels: &'static str,
    port: u16,
}

/// A forwarded port; dropping it closes the port and every connection.
#[derive(Debug)]
pub struct PortForward {
    port: u16,
    task: JoinHandle<()>,
}

impl PortForward {
    /// Forwards a free port of 127.0.0.1 to `port` of the pod in `namespace` with `labels`.
    pub async fn start(
        client: &Client,
        namespace: &'static str,
        labels: &'static str,
        port: u16,
    ) -> Result<Self> {
        let what = "forward a port into the cluster";
        let destination = Destination { namespace, labels, port };
        destination.pod(client).await?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context(Kind::Tool, what)?;
        let local = listener.local_addr().context(Kind::Tool, what)?.port();
        let client = client.clone();
        let task = tokio::spawn(async move {
            // The set ends all connections when the task ends.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (client, destination) = (client.clone(), destination.clone());
                // A failed connection is closed; the client sees that as with any server.
                connections.spawn(async move { destination.forward(&client, stream).await.ok() });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { port: local, task })
    }

    /// The port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for PortForward {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Destination {
    async fn pod(&self, client: &Client) -> Result<String> {
        let pods = client.list(&resource::POD, Some(self.namespace), &Selector::labels(self.labels)).await?;
        let running = |pod: &&Value| object::text(pod, "/status/phase") == Some("Running");
        pods.iter().find(running).map(|pod| object::name(pod).to_owned()).ok_or_else(|| {
            Failure::new(
                Kind::Workload,
                format!("no running pod in {} with the labels {}", self.namespace, self.labels),
            )
        })
    }

    async fn forward(&self, client: &Client, mut stream: TcpStream) -> Result<()> {
        let pod = self.pod(client).await?;
        let what = || format!("forward port {} of Pod {}/{pod}", self.port, self.namespace);
        let pods: Api<Pod> = Api::namespaced(client.api.clone(), self.namespace);
        let mut forwarder =
            pods.portforward(&pod, &[self.port]).await.map_err(|error| failure(what(), &error))?;
        let mut inside =
            forwarder.take_stream(self.port).ok_or_else(|| Failure::new(Kind::Cluster, what()))?;
        // Both sides may close the connection at any time.
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut inside).await;
        drop(inside);
        let _ = forwarder.join().await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::k8s::fake::FakeApi;

    #[tokio::test]
    async fn forward_needs_a_running_pod_and_closes_on_drop() {
        let api = FakeApi::default();
        let pod = |phase: &str| json!({"metadata": {"name": "db-1"}, "status": {"phase": phase}});
        api.serve_list("/api/v1/namespaces/seasense/pods", &[pod("Pending")]);
        let failure = PortForward::start(&api.client(), "seasense", "role=primary", 5432).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Workload);
        api.serve_list("/api/v1/namespaces/seasense/pods", &[pod("Running")]);
        let forward = PortForward::start(&api.client(), "seasense", "role=primary", 5432).await.unwrap();
        let port = forward.port();
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        forward.task.abort();
        drop(forward);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
}
