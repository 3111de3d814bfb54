//! Recipes executed with fake programs, so that every path is tested without a network.

use std::{collections::BTreeMap, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use super::*;
use crate::base::{event::Silent, failure::Failure};

/// Responds like the real programs where the recipes need it, and records its arguments.
const FAKE: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$(basename "$0") $*" >> "$here/calls"
case "$(basename "$0") $1" in
"go mod") echo "{\"Dir\": \"$here/module\"}" ;;
"helm package") for last; do :; done; while [ "$1" != --destination ]; do shift; done; echo chart > "$2/chart.tgz" ;;
"helm template") printf 'kind: A\nvalues: "%s"\n' "$(cat "$PWD/values-0.yaml")" ;;
"kubectl kustomize") cat "$2"/*.yaml "$2"/sub/*.yaml ;;
esac
"#;

struct Sandbox(tempfile::TempDir);

impl Sandbox {
    fn new(recipes: &str) -> Self {
        let sandbox = Self(tempfile::tempdir().unwrap());
        for folder in ["envs", "gitops"] {
            std::fs::create_dir(sandbox.path().join(folder)).unwrap();
        }
        sandbox.write("infra/manifests/recipes.toml", recipes);
        sandbox.write("infra/manifests/values.yaml", "v{version}");
        sandbox.write("infra/manifests/overlay/own.yaml", "kind: Own\n---\n");
        sandbox.write("bin/module/config/theirs.yaml", "kind: Theirs\n");
        sandbox.write("bin/module/release-1.2.yaml", "kind: File\n");
        for program in ["go", "helm", "kubectl"] {
            sandbox.write(&format!("bin/{program}"), FAKE);
            let path = sandbox.path().join("bin").join(program);
            std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        }
        sandbox
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn calls(&self) -> String {
        std::fs::read_to_string(self.path().join("bin/calls")).unwrap_or_default()
    }

    async fn make(&self, origin: Origin) -> Result<BTreeMap<String, LockedManifest>> {
        let module = |version: &str| GoModule { path: "example.org/m".into(), version: version.into() };
        let modules =
            BTreeMap::from([("m".to_owned(), module("1.2")), ("kubernetes".to_owned(), module("1.35.4"))]);
        let builder = ManifestBuilder {
            project: &Project::find(self.path()).unwrap(),
            folder: self.path().join("out"),
            modules: &modules,
            go: self.path().join("bin/go"),
            helm: self.path().join("bin/helm"),
            kubectl: self.path().join("bin/kubectl"),
            origin,
        };
        render_all(&builder, &(Arc::new(Silent) as Events)).await
    }

    fn text(&self, manifest: &LockedManifest) -> String {
        std::fs::read_to_string(self.path().join("out").join(&manifest.file)).unwrap()
    }
}

const FILE: &str = "[[manifest]]\nname = 'f'\nkind = 'file'\npart = 'm'\nfile = 'release-{version}.yaml'\n";
const CHART: &str = "[[manifest]]\nname = 'h'\nkind = 'helm'\npart = 'm'\nchart = 'charts/c'\nrelease = 'r'\n\
    namespace = 'n'\nvalues = ['values.yaml', 'module:values.tmpl.yaml']\n";
const OVERLAY: &str = "[[manifest]]\nname = 'k'\nkind = 'kustomize'\noverlay = 'overlay'\n\
    source = [{ part = 'm', folder = 'config', as = 'sub' }]\n";

#[tokio::test]
async fn a_file_is_copied_once() {
    let sandbox = Sandbox::new(FILE);
    let made = sandbox.make(Origin::Build).await.unwrap();
    assert_eq!(sandbox.text(&made["f"]), "---\nkind: File\n");
    assert_eq!(made["f"].sha256, hex::encode(Sha256::digest("---\nkind: File\n")));
    assert_eq!(made["f"].provenance["m"], "example.org/m@v1.2");
    assert_eq!(sandbox.make(Origin::Build).await.unwrap(), made);
    assert_eq!(sandbox.calls(), "go mod download -json example.org/m@v1.2\n");
}

#[tokio::test]
async fn a_chart_gets_its_version_and_our_values() {
    let sandbox = Sandbox::new(CHART);
    let made = sandbox.make(Origin::Build).await.unwrap();
    assert_eq!(sandbox.text(&made["h"]), "---\nkind: A\nvalues: v1.2\n");
    let calls = sandbox.calls();
    for part in [
        "helm package --version v1.2 --app-version v1.2 ",
        "helm template r ",
        " --namespace n --include-crds --kube-version 1.35.4 ",
        "/bin/module/charts/c/values.tmpl.yaml",
    ] {
        assert!(calls.contains(part), "{part} in {calls}");
    }
}

#[tokio::test]
async fn an_overlay_is_combined_with_module_directories() {
    let sandbox = Sandbox::new(OVERLAY);
    let made = sandbox.make(Origin::Build).await.unwrap();
    assert_eq!(sandbox.text(&made["k"]), "---\nkind: Own\n---\nkind: Theirs\n");
}

#[tokio::test]
async fn an_edited_overlay_is_rendered_again() {
    let sandbox = Sandbox::new(OVERLAY);
    let before = sandbox.make(Origin::Build).await.unwrap();
    sandbox.write("infra/manifests/overlay/own.yaml", "kind: Other\n---\n");
    let after = sandbox.make(Origin::Build).await.unwrap();
    assert_ne!(before["k"].file, after["k"].file);
    assert!(sandbox.text(&after["k"]).contains("Other"));
}

#[tokio::test]
async fn supply_pull_verifies_the_published_file() {
    let recipe = format!("{FILE}published = {{ url = 'http://127.0.0.1:1/{{version}}', sha256 = '00' }}\n");
    let sandbox = Sandbox::new(&recipe);
    let failure = sandbox.make(Origin::Pull).await.unwrap_err();
    assert_eq!(failure.message, "cannot fetch `http://127.0.0.1:1/1.2`");
    assert!(sandbox.calls().is_empty() && !sandbox.path().join("out").exists());
    sandbox.make(Origin::Build).await.unwrap();
}

async fn refused(recipes: &str) -> Failure {
    Sandbox::new(recipes).make(Origin::Build).await.unwrap_err()
}

#[tokio::test]
async fn an_invalid_recipe_is_reported() {
    let failure = refused(&FILE.replace("'m'", "'kubernete'")).await;
    assert_eq!(failure.hints, ["the nearest known name is `kubernetes`"]);
    let failure = refused(&FILE.replace("'file'", "'fil'")).await;
    assert!(failure.location.is_some() && failure.message.contains("unknown variant `fil`"), "{failure:?}");
    let failure = refused(&format!("{FILE}strip = true\n")).await;
    assert!(failure.message.contains("unknown field `strip`"), "{failure:?}");
    let failure = refused(&FILE.replace("release-", "gone-")).await;
    assert!(
        failure.message.ends_with("gone-1.2.yaml` (f)") || failure.message.contains("gone-1.2.yaml"),
        "{failure:?}"
    );
    let failure = refused(&OVERLAY.replace("'config'", "'moved'")).await;
    assert!(failure.message.contains("moved"), "{failure:?}");
}

#[tokio::test]
async fn a_failing_program_is_quoted() {
    let sandbox = Sandbox::new(CHART);
    sandbox.write("bin/helm", "#!/bin/sh\necho 'chart is broken' >&2\nexit 1\n");
    let failure = sandbox.make(Origin::Build).await.unwrap_err();
    assert!(failure.causes.iter().any(|cause| cause.contains("chart is broken")), "{failure:?}");
    assert!(failure.message.ends_with("(h)"));
    assert!(!sandbox.path().join("out").exists());
    sandbox.write("bin/go", "#!/bin/sh\nexit 1\n");
    let failure = sandbox.make(Origin::Build).await.unwrap_err();
    assert!(failure.message.contains("example.org/m@v1.2"), "{failure:?}");
}
