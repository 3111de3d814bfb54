//! Collects all parts of a diagnostics bundle concurrently, each within a time limit.

use std::{path::PathBuf, pin::Pin, time::Duration};

use serde_json::json;

use super::{
    Options, Subject, bundle, cluster,
    collector::{Collected, Collector},
    envoy, machine,
    redact::Known,
    secrets::{self, Values},
};
use crate::{
    base::{
        event::Step,
        failure::{Context, Failure, Kind, Result},
        k8s::Client,
    },
    local,
    observe::{self, Observer},
};

const README: &str = "\
This diagnostics bundle was created by `seasense diagnose`. manifest.json lists the parts that could not be collected.

status.json           the output of `seasense status --json`
failure.json          the failure that caused the bundle, if any
run/                  the last `seasense dev`: its plan, its steps with their times, its critical path
envs/, variables.json the environment file and its variables
cluster/              objects with their allowed fields, events; flux.txt: the Kustomizations with their conditions
logs/                 the last lines of every container, and of its run before the last restart
envoy/                listeners, routes, clusters and endpoints of the gateway's proxies
nodes/, docker/       logs and state of the nodes and of the container daemon
machine.json          the findings of `seasense doctor`
lock.json             the supply lock: the pinned images, manifests and tools

Secrets are removed: only listed fields are included, and the values of all Secrets, as well as texts that look like
secrets, are replaced by [redacted]. Review the bundle before you publish it.
";

/// Collects a bundle and returns its path. Fails only if the file cannot be written.
pub async fn collect(subject: Subject<'_>, options: &Options<'_>) -> Result<PathBuf> {
    let step = Step::start(subject.events, "diagnose.collect", "Collect diagnostics");
    let collector = Collector::default();
    let mut values = secrets::local(subject);
    gather(subject, options, &collector, &mut values).await;
    let root =
        format!("seasense-{}-{}", subject.environment.instance(), options.at.strftime("%Y%m%dT%H%M%SZ"));
    let mut collected = collector.into_inner();
    finish(subject, options, &mut collected);
    let (files, missing) = (collected.files.len(), collected.missing.len());
    let second = options.at.as_second();
    let folder = root.clone();
    // Redaction and compression keep one core busy for a second or two.
    let packed = tokio::task::spawn_blocking(move || {
        let known = Known::new(values.iter().map(Vec::as_slice));
        bundle::pack(collected, &folder, second, &known)
    });
    let action = "pack the diagnostics bundle";
    let bytes = packed.await.context(Kind::Internal, action)?.context(Kind::Tool, action)?;
    let file = options.out.clone().unwrap_or_else(|| bundle::default_path(subject.dirs.cache(), &root));
    bundle::write(&file, &bytes)?;
    if options.out.is_none() {
        bundle::prune(&file);
    }
    let suffix = if missing == 0 { String::new() } else { format!(", {missing} could not be collected") };
    step.done(format!("{files} files{suffix}"));
    Ok(file)
}

/// Adds the files that describe the bundle.
fn finish(subject: Subject<'_>, options: &Options<'_>, collected: &mut Collected) {
    let own = Collector::default();
    own.text("README.txt", README);
    if let Some(failure) = options.failure {
        own.data(
            "failure.json",
            json!({"kind": failure.kind.name(), "exit_code": failure.kind.exit_code(), "message": failure.message,
                "location": failure.location.as_ref().map(ToString::to_string), "causes": failure.causes, "hints": failure.hints}),
        );
    }
    collected.missing.sort_by(|a, b| a.part.cmp(&b.part));
    own.data(
        "manifest.json",
        json!({"version": 1, "seasense": env!("CARGO_PKG_VERSION"), "environment": subject.environment.name(),
            "instance": subject.environment.instance(), "collected_at": options.at.to_string(), "logs": options.logs,
            "missing": collected.missing}),
    );
    collected.files.extend(own.into_inner().files);
}

type Part<'a> = (&'static str, Pin<Box<dyn Future<Output = ()> + 'a>>);

/// Collects all parts, and adds the secret values of the cluster to `values`.
async fn gather(subject: Subject<'_>, options: &Options<'_>, collector: &Collector, values: &mut Values) {
    machine::files(subject, collector);
    // Data of the cluster may be packed only if its secrets are known.
    let client = match within(options.limit / 6, known(subject)).await {
        Ok((client, found)) => {
            values.extend(found);
            Some(client)
        }
        Err(failure) => collector.ok::<Client>("cluster", Err(failure)),
    };
    let mut parts = of_machine(subject, options.logs, collector);
    if let Some(client) = &client {
        parts.extend(of_cluster(client, options.logs, collector));
    }
    let limit = options.limit / 2;
    futures_util::future::join_all(parts.into_iter().map(|(name, part)| async move {
        if tokio::time::timeout(limit, part).await.is_err() {
            collector.missing(name, format!("not complete within {} s", limit.as_secs()));
        }
    }))
    .await;
    // A Secret may have been created in the meantime, with its value in a log.
    if let Some(client) = &client
        && let Ok(found) = within(options.limit / 6, secrets::of_cluster(client)).await
    {
        values.extend(found);
    }
}

fn of_machine<'a>(subject: Subject<'a>, logs: bool, collector: &'a Collector) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = vec![("machine", Box::pin(machine::findings(subject, collector)))];
    let Some(docker) = subject.docker else {
        collector.missing("docker", "the container daemon does not respond");
        return parts;
    };
    let observer = Observer { environment: subject.environment, dirs: subject.dirs, docker: Some(docker) };
    let status = async move { collector.serialized("status.json", &observe::status(observer).await) };
    parts.push(("docker", Box::pin(machine::docker(subject, docker, logs, collector))));
    parts.push(("nodes", Box::pin(machine::nodes(subject, docker, logs, collector))));
    parts.push(("status", Box::pin(status)));
    parts
}

fn of_cluster<'a>(client: &'a Client, logs: bool, collector: &'a Collector) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = vec![
        ("cluster", Box::pin(cluster::objects(client, collector))),
        ("events", Box::pin(cluster::events(client, collector))),
        ("variables", Box::pin(cluster::variables(client, collector))),
        ("envoy", Box::pin(envoy::dumps(client, collector))),
        (
            "version",
            Box::pin(async move {
                if let Some(version) = collector.ok("cluster/version.json", client.version().await) {
                    collector.data("cluster/version.json", version);
                }
            }),
        ),
    ];
    if logs {
        parts.push(("logs", Box::pin(cluster::logs(client, collector))));
    }
    parts
}

async fn known(subject: Subject<'_>) -> Result<(Client, Values)> {
    let handle = local::cluster::attach(subject.dirs, subject.environment).await?;
    let client = Client::connect(&handle).await?;
    let values = secrets::of_cluster(&client).await?;
    Ok((client, values))
}

async fn within<T>(limit: Duration, part: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(limit, part).await.unwrap_or_else(|_| {
        Err(Failure::new(Kind::TimedOut, format!("no response within {} s", limit.as_secs())))
    })
}
