//! `seasense logs`: shows the logs of one part of the platform.

use std::process::ExitCode;

use clap::ValueEnum;
use futures_util::StreamExt;

use super::Context;
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        k8s::{Client, Selector, exec::Target, object, resource},
    },
    config::HostDirs,
    launch::guards,
    local::{buoys::fleet, cluster},
};

/// A part of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The API
    Backend,
    /// The public page
    Frontend,
    /// The PostgreSQL instances
    Database,
    /// The proxies of the public gateway
    Gateway,
    /// The simulated buoys
    Fleet,
    /// The controllers that apply the platform
    Flux,
}

/// Arguments of `seasense logs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Part of the platform
    #[arg(value_enum)]
    part: Part,
    /// Follow new lines until interrupted
    #[arg(long, short)]
    follow: bool,
    /// Number of the last lines of each container to show
    #[arg(long, default_value_t = 50, value_name = "LINES")]
    tail: u32,
}

/// The namespace, labels and container of a part; an empty container is the first one.
const fn place(part: Part) -> (&'static str, &'static str, &'static str) {
    match part {
        Part::Backend => {
            ("seasense", "app.kubernetes.io/name in (seasense-backend,seasense-backend-canary)", "")
        }
        Part::Frontend => ("seasense", "app.kubernetes.io/name=seasense-frontend", ""),
        Part::Database => ("seasense", "cnpg.io/cluster=seasense-db", "postgres"),
        Part::Gateway => ("envoy-gateway-system", "app.kubernetes.io/component=proxy", "envoy"),
        Part::Flux => ("flux-system", "app.kubernetes.io/part-of=flux", ""),
        Part::Fleet => ("", "", ""),
    }
}

/// Prints the logs to standard output, each line after the name of its pod.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    if args.part == Part::Fleet {
        guards::require_local(&environment)?;
        let name = fleet::container(&environment.cluster_name());
        let text = context.docker().await?.logs(&name, args.tail as usize).await?;
        context.ui.data(&text);
        return Ok(ExitCode::SUCCESS);
    }
    let handle = cluster::attach(&HostDirs::from_environment()?, &environment).await?;
    let client = Client::connect(&handle).await?;
    let (namespace, labels, container) = place(args.part);
    let pods = client.list(&resource::POD, Some(namespace), &Selector::labels(labels)).await?;
    let names: Vec<String> =
        pods.iter().filter_map(|pod| object::text(pod, "/metadata/name")).map(str::to_owned).collect();
    if names.is_empty() {
        return Err(Failure::new(Kind::Workload, format!("no pod in {namespace} has the labels {labels}"))
            .hint("`seasense status` shows what is missing"));
    }
    let targets = names.iter().map(|pod| Target { namespace, pod, container });
    if args.follow {
        follow(context, &client, targets, args.tail).await?;
    } else {
        for target in targets {
            let text = client.log_tail(target, args.tail, false).await?;
            text.lines().for_each(|line| print(context, target.pod, line));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn follow<'a>(
    context: &Context<'_>,
    client: &Client,
    targets: impl Iterator<Item = Target<'a>>,
    tail: u32,
) -> Result<()> {
    let mut all = futures_util::stream::SelectAll::new();
    for target in targets {
        let lines = client.log_follow(target, tail).await?;
        all.push(Box::pin(lines.map(move |line| (target.pod, line))));
    }
    while let Some((pod, line)) = all.next().await {
        print(context, pod, &line?);
    }
    Ok(())
}

fn print(context: &Context<'_>, pod: &str, line: &str) {
    context.ui.data(&format!("{pod}  {line}\n"));
}
