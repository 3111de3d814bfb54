//! Carries out a recipe in a folder of its own.

use std::path::{Path, PathBuf};

use super::{
    FOLDER, Workshop, module,
    recipe::{Chart, Copied, Overlay, Parts, Recipe, fill, part},
};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    tool::Invocation,
};

/// Marks values that lie in the chart's own folder.
pub(super) const MODULE: &str = "module:";

/// What upstream's sources give, as it comes.
pub(super) async fn raw(shop: &Workshop<'_>, recipe: &Recipe, parts: &Parts<'_>) -> Result<String> {
    let work = tempfile::tempdir().context(Kind::Tool, "make a temporary folder")?;
    match recipe {
        Recipe::Helm(chart) => helm(shop, chart, parts, work.path()).await,
        Recipe::Kustomize(overlay) => kustomize(shop, overlay, parts, work.path()).await,
        Recipe::File(copied) => copy(shop, copied, parts, work.path()).await,
    }
    .map_err(|failure| Failure { message: format!("{} ({})", failure.message, recipe.name()), ..failure })
}

async fn helm(shop: &Workshop<'_>, chart: &Chart, parts: &Parts<'_>, work: &Path) -> Result<String> {
    let source = parts[chart.part.as_str()];
    let folder = module::download(&shop.go, source, work).await?.join(&chart.folder);
    let packed = work.join("packed");
    let stamp = format!("v{}", source.version);
    std::fs::create_dir(&packed).context(Kind::Tool, "make a temporary folder")?;
    run(command(&shop.helm, work)
        .args(["package", "--version", &stamp, "--app-version", &stamp, "--destination"])
        .arg(&packed)
        .arg(&folder))
    .await?;
    let mut template = command(&shop.helm, work)
        .args(["template", &chart.release])
        .arg(only_file(&packed)?)
        .args(["--namespace", &chart.namespace, "--include-crds", "--kube-version"])
        .arg(&part(shop.parts, "kubernetes")?.version);
    for (index, values) in chart.values.iter().enumerate() {
        let file = if let Some(inside) = values.strip_prefix(MODULE) {
            folder.join(inside)
        } else {
            let filled = work.join(format!("values-{index}.yaml"));
            let text = read(&shop.project.root().join(FOLDER).join(values))?;
            std::fs::write(&filled, fill(&text, source)).context(Kind::Tool, "write the chart's values")?;
            filled
        };
        template = template.arg("--values").arg(file);
    }
    run(template).await
}

async fn kustomize(shop: &Workshop<'_>, overlay: &Overlay, parts: &Parts<'_>, work: &Path) -> Result<String> {
    let build = work.join("build");
    module::copy(&shop.project.root().join(FOLDER).join(&overlay.folder), &build)?;
    for source in &overlay.source {
        let folder = module::download(&shop.go, parts[source.part.as_str()], work).await?;
        module::copy(&folder.join(&source.folder), &build.join(&source.place))?;
    }
    run(command(&shop.kubectl, work).arg("kustomize").arg(&build)).await
}

async fn copy(shop: &Workshop<'_>, copied: &Copied, parts: &Parts<'_>, work: &Path) -> Result<String> {
    let source = parts[copied.part.as_str()];
    read(&module::download(&shop.go, source, work).await?.join(fill(&copied.file, source)))
}

/// `program`, which shall see nothing of the person's own Helm or Kubernetes.
fn command(program: &Path, work: &Path) -> Invocation {
    ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"]
        .into_iter()
        .fold(Invocation::new(program), |command, name| command.env(name, work.join("helm")))
        .env("KUBECONFIG", work.join("none"))
        .cwd(work)
}

async fn run(command: Invocation) -> Result<String> {
    let line = command.command_line();
    let ended = command.capture().await;
    ended.map(|captured| captured.stdout).map_err(|error| {
        error
            .into_failure(Kind::Tool, "cannot make upstream's manifests")
            .because(format!("while running {line}"))
    })
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file)
        .with_context(Kind::Environment, || format!("cannot read `{}`", file.display()))
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).context(Kind::Tool, "read a temporary folder")?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    match (files.next(), files.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(Failure::new(Kind::Tool, "helm did not leave exactly one packed chart")),
    }
}
