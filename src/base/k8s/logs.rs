//! Reads the logs of a pod's container.

use futures_util::{AsyncBufReadExt, Stream, TryStreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, LogParams};

use super::{Client, client::failure, exec::Target};
use crate::base::failure::{Failure, Kind, Result};

impl Client {
    /// Returns the last `tail` lines of a container; with `previous`, of its run before the last restart.
    pub async fn log_tail(&self, target: Target<'_>, tail: u32, previous: bool) -> Result<String> {
        let params = LogParams { previous, ..params(target, tail) };
        let pods: Api<Pod> = Api::namespaced(self.api.clone(), target.namespace);
        pods.logs(target.pod, &params).await.map_err(|error| failure(what(target), &error))
    }

    /// Returns the last `tail` lines of a container, then follows its log.
    pub async fn log_follow(
        &self,
        target: Target<'_>,
        tail: u32,
    ) -> Result<impl Stream<Item = Result<String>>> {
        let params = LogParams { follow: true, ..params(target, tail) };
        let pods: Api<Pod> = Api::namespaced(self.api.clone(), target.namespace);
        let reader =
            pods.log_stream(target.pod, &params).await.map_err(|error| failure(what(target), &error))?;
        let doing = what(target);
        Ok(reader.lines().map_err(move |error| Failure::new(Kind::Cluster, doing.clone()).caused_by(&error)))
    }
}

fn params(target: Target<'_>, tail: u32) -> LogParams {
    LogParams {
        container: (!target.container.is_empty()).then(|| target.container.to_owned()),
        tail_lines: Some(i64::from(tail)),
        ..Default::default()
    }
}

fn what(target: Target<'_>) -> String {
    format!("read the log of Pod {}/{}", target.namespace, target.pod)
}
