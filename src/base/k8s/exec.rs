//! Runs commands in a container of a pod.

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, AttachParams};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::{Client, client::failure};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    tool::Captured,
};

/// The container of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// The pod's namespace.
    pub namespace: &'a str,
    /// The pod.
    pub pod: &'a str,
    /// The container of the pod.
    pub container: &'a str,
}

impl Client {
    /// Runs `command` in a container with `stdin` and returns its output; any exit code but 0 is a failure.
    pub async fn exec(&self, target: Target<'_>, command: &[&str], stdin: Option<&[u8]>) -> Result<Captured> {
        let what = || format!("run `{}` in Pod {}/{}", command[0], target.namespace, target.pod);
        let pods: Api<Pod> = Api::namespaced(self.api.clone(), target.namespace);
        let params = AttachParams::default().container(target.container).stdin(stdin.is_some()).stderr(true);
        let attached = pods.exec(target.pod, command.iter().copied(), &params).await;
        let mut process = attached.map_err(|error| failure(what(), &error))?;
        let (stdout, stderr, input) = (process.stdout(), process.stderr(), process.stdin());
        let status = process.take_status();
        let feed = async {
            if let (Some(mut input), Some(bytes)) = (input, stdin) {
                // A command that does not read its input closes it; its status shows whether that is an error.
                let _ = input.write_all(bytes).await;
                let _ = input.shutdown().await;
            }
        };
        let (stdout, stderr, ()) = tokio::join!(drain(stdout), drain(stderr), feed);
        let captured = Captured {
            stdout: stdout.with_context(Kind::Cluster, what)?,
            stderr: stderr.with_context(Kind::Cluster, what)?,
        };
        let ended = match status {
            Some(status) => status.await,
            None => None,
        };
        match ended.as_ref().and_then(|status| status.status.as_deref()) {
            Some("Success") => Ok(captured),
            _ => Err(Failure::new(Kind::Cluster, what())
                .because(
                    ended
                        .and_then(|status| status.message)
                        .unwrap_or_else(|| "it ended without a status".into()),
                )
                .because(captured.stderr.trim_end().to_owned())),
        }
    }
}

async fn drain(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        stream.read_to_end(&mut bytes).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
