//! Executes a recipe in a temporary directory.

use std::path::{Path, PathBuf};

use super::{
    FOLDER, ManifestBuilder, go_module,
    recipe::{Chart, Copied, Modules, Overlay, Recipe, fill, module},
};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    tool::Invocation,
};

/// The prefix of values files in the chart's own directory.
pub(super) const MODULE: &str = "module:";

/// Returns the manifests of `recipe`, rendered from the upstream sources.
pub(super) async fn render(
    builder: &ManifestBuilder<'_>,
    recipe: &Recipe,
    modules: &Modules<'_>,
) -> Result<String> {
    let work = tempfile::tempdir().context(Kind::Tool, "cannot create a temporary directory")?;
    match recipe {
        Recipe::Helm(chart) => helm(builder, chart, modules, work.path()).await,
        Recipe::Kustomize(overlay) => kustomize(builder, overlay, modules, work.path()).await,
        Recipe::File(copied) => copy(builder, copied, modules, work.path()).await,
    }
    .map_err(|failure| Failure { message: format!("{} ({})", failure.message, recipe.name()), ..failure })
}

async fn helm(
    builder: &ManifestBuilder<'_>,
    chart: &Chart,
    modules: &Modules<'_>,
    work: &Path,
) -> Result<String> {
    let source = modules[chart.part.as_str()];
    let folder = go_module::download(&builder.go, source, work).await?.join(&chart.folder);
    let packed = work.join("packed");
    let stamp = format!("v{}", source.version);
    std::fs::create_dir(&packed).context(Kind::Tool, "cannot create a temporary directory")?;
    run(command(&builder.helm, work)
        .args(["package", "--version", &stamp, "--app-version", &stamp, "--destination"])
        .arg(&packed)
        .arg(&folder))
    .await?;
    let mut template = command(&builder.helm, work)
        .args(["template", &chart.release])
        .arg(only_file(&packed)?)
        .args(["--namespace", &chart.namespace, "--include-crds", "--kube-version"])
        .arg(&module(builder.modules, "kubernetes")?.version);
    for (index, values) in chart.values.iter().enumerate() {
        let file = if let Some(inside) = values.strip_prefix(MODULE) {
            folder.join(inside)
        } else {
            let filled = work.join(format!("values-{index}.yaml"));
            let text = read(&builder.project.root().join(FOLDER).join(values))?;
            std::fs::write(&filled, fill(&text, source))
                .context(Kind::Tool, "cannot write the chart's values")?;
            filled
        };
        template = template.arg("--values").arg(file);
    }
    run(template).await
}

async fn kustomize(
    builder: &ManifestBuilder<'_>,
    overlay: &Overlay,
    modules: &Modules<'_>,
    work: &Path,
) -> Result<String> {
    let build = work.join("build");
    go_module::copy(&builder.project.root().join(FOLDER).join(&overlay.folder), &build)?;
    for source in &overlay.source {
        let folder = go_module::download(&builder.go, modules[source.part.as_str()], work).await?;
        go_module::copy(&folder.join(&source.folder), &build.join(&source.place))?;
    }
    run(command(&builder.kubectl, work).arg("kustomize").arg(&build)).await
}

async fn copy(
    builder: &ManifestBuilder<'_>,
    copied: &Copied,
    modules: &Modules<'_>,
    work: &Path,
) -> Result<String> {
    let source = modules[copied.part.as_str()];
    read(&go_module::download(&builder.go, source, work).await?.join(fill(&copied.file, source)))
}

/// Returns an invocation of `program`, isolated from the user's Helm and Kubernetes configuration.
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
            .into_failure(Kind::Tool, "cannot render the upstream manifests")
            .because(format!("while running {line}"))
    })
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file)
        .with_context(Kind::Environment, || format!("cannot read `{}`", file.display()))
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).context(Kind::Tool, "cannot read a temporary directory")?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    match (files.next(), files.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(Failure::new(Kind::Tool, "helm did not create exactly one packed chart")),
    }
}
