//! Collecting: all parts at once, each as far as it comes within its time.

use std::{path::PathBuf, pin::Pin, time::Duration};

use serde_json::json;

use super::{
    Options, Subject,
    basket::{Basket, Gathered},
    bundle, cluster, envoy, machine,
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
Made by `seasense diagnose`. manifest.json says what is here and what could not be collected.

status.json           what `seasense status --json` said
failure.json          the failure that led to it, if one did
run/                  the last `seasense dev`: its plan, its steps with their times, its critical chain
envs/, variables.json the environment
cluster/              objects by their allowed fields, events, flux.txt: the tree with conditions
logs/                 the last lines of every container, and of its run before the last restart
envoy/                listeners, routes, clusters and endpoints of the gateway's proxies
nodes/, docker/       what the nodes and the container daemon say
machine.json          what `seasense doctor` finds; lock.json: what everything was made from

Secrets are cut out: fields are chosen by name, then the values of all Secrets, and what looks like one, are replaced by
[redacted]. Look through it all the same before you publish it.
";

/// Collects a bundle and gives its file. Fails only when the file cannot be written.
pub async fn collect(subject: Subject<'_>, options: &Options<'_>) -> Result<PathBuf> {
    let step = Step::start(subject.events, "diagnose.collect", "Collect diagnostics");
    let basket = Basket::default();
    let mut values = secrets::local(subject);
    gather(subject, options, &basket, &mut values).await;
    let root =
        format!("seasense-{}-{}", subject.environment.instance(), options.at.strftime("%Y%m%dT%H%M%SZ"));
    let mut gathered = basket.into_inner();
    finish(subject, options, &mut gathered);
    let (files, missing) = (gathered.files.len(), gathered.missing.len());
    let second = options.at.as_second();
    let named = root.clone();
    // Cleaning and compressing some megabytes takes a second or two of one core.
    let packed = tokio::task::spawn_blocking(move || {
        let known = Known::new(values.iter().map(Vec::as_slice));
        bundle::pack(gathered, &named, second, &known)
    });
    let what = "pack the diagnostics";
    let bytes = packed.await.context(Kind::Internal, what)?.context(Kind::Tool, what)?;
    let file = options.out.clone().unwrap_or_else(|| bundle::place(subject.dirs.cache(), &root));
    bundle::write(&file, &bytes)?;
    if options.out.is_none() {
        bundle::prune(&file);
    }
    let lacking = if missing == 0 { String::new() } else { format!(", {missing} could not be collected") };
    step.done(format!("{files} files{lacking}"));
    Ok(file)
}

/// The bundle's own files.
fn finish(subject: Subject<'_>, options: &Options<'_>, gathered: &mut Gathered) {
    let own = Basket::default();
    own.text("README.txt", README);
    if let Some(failure) = options.failure {
        own.data(
            "failure.json",
            json!({"kind": failure.kind.name(), "exit_code": failure.kind.exit_code(), "message": failure.message,
                "location": failure.location.as_ref().map(ToString::to_string), "causes": failure.causes, "hints": failure.hints}),
        );
    }
    gathered.missing.sort_by(|a, b| a.part.cmp(&b.part));
    own.data(
        "manifest.json",
        json!({"version": 1, "seasense": env!("CARGO_PKG_VERSION"), "environment": subject.environment.name(),
            "instance": subject.environment.instance(), "collected_at": options.at.to_string(), "logs": options.logs,
            "missing": gathered.missing}),
    );
    gathered.files.extend(own.into_inner().files);
}

type Part<'a> = (&'static str, Pin<Box<dyn Future<Output = ()> + 'a>>);

/// Fills the basket, and `values` with what must not be in it.
async fn gather(subject: Subject<'_>, options: &Options<'_>, basket: &Basket, values: &mut Values) {
    machine::files(subject, basket);
    // What comes from the cluster may be packed only where its secrets are known.
    let client = match within(options.limit / 6, known(subject)).await {
        Ok((client, found)) => {
            values.extend(found);
            Some(client)
        }
        Err(failure) => basket.taken::<Client>("cluster", Err(failure)),
    };
    let mut parts = of_machine(subject, options.logs, basket);
    if let Some(client) = &client {
        parts.extend(of_cluster(client, options.logs, basket));
    }
    let limit = options.limit / 2;
    futures_util::future::join_all(parts.into_iter().map(|(name, part)| async move {
        if tokio::time::timeout(limit, part).await.is_err() {
            basket.missing(name, format!("not complete within {} s", limit.as_secs()));
        }
    }))
    .await;
    // A Secret may have been made meanwhile, and its value written into a log.
    if let Some(client) = &client
        && let Ok(found) = within(options.limit / 6, secrets::of_cluster(client)).await
    {
        values.extend(found);
    }
}

fn of_machine<'a>(subject: Subject<'a>, logs: bool, basket: &'a Basket) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = vec![("machine", Box::pin(machine::findings(subject, basket)))];
    let Some(docker) = subject.docker else {
        basket.missing("docker", "no container daemon answers");
        return parts;
    };
    let observer = Observer { environment: subject.environment, dirs: subject.dirs, docker: Some(docker) };
    let status = async move { basket.serialized("status.json", &observe::status(observer).await) };
    parts.push(("docker", Box::pin(machine::docker(subject, docker, logs, basket))));
    parts.push(("nodes", Box::pin(machine::nodes(subject, docker, logs, basket))));
    parts.push(("status", Box::pin(status)));
    parts
}

fn of_cluster<'a>(client: &'a Client, logs: bool, basket: &'a Basket) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = vec![
        ("cluster", Box::pin(cluster::objects(client, basket))),
        ("events", Box::pin(cluster::events(client, basket))),
        ("variables", Box::pin(cluster::variables(client, basket))),
        ("envoy", Box::pin(envoy::dumps(client, basket))),
        (
            "version",
            Box::pin(async move {
                if let Some(version) = basket.taken("cluster/version.json", client.version().await) {
                    basket.data("cluster/version.json", version);
                }
            }),
        ),
    ];
    if logs {
        parts.push(("logs", Box::pin(cluster::logs(client, basket))));
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
        Err(Failure::new(Kind::TimedOut, format!("no answer within {} s", limit.as_secs())))
    })
}
