//! `seasense logs`: the logs of one part of the platform, wherever it runs.

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
    local::cluster,
};

/// A part of the platform, as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The API that takes and gives readings
    Backend,
    /// The public page
    Frontend,
    /// The PostgreSQL instances
    Database,
    /// The proxies that people and buoys reach
    Gateway,
    /// The simulated buoys
    Fleet,
    /// What applies the platform to the cluster
    Flux,
}

/// Arguments of `seasense logs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Part of the platform
    #[arg(value_enum)]
    part: Part,
    /// Go on with new lines until interrupted
    #[arg(long, short)]
    follow: bool,
    /// How many of the last lines of each container to show
    #[arg(long, default_value_t = 50, value_name = "LINES")]
    tail: u32,
}

/// Where a part runs: namespace, labels, container (the first one when empty).
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

/// Prints the logs to standard output, each line with the name of its pod in front.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    if args.part == Part::Fleet {
        Context::made_here(&environment)?;
        let name = crate::local::buoys::fleet::container(&environment.cluster_name());
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
        return Err(Failure::new(Kind::Workload, format!("no pod of {namespace} carries {labels}"))
            .hint("`seasense status` says what is missing"));
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
