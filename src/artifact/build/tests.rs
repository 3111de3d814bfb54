//! Builds with a fake program: requests, cached results and errors.

use std::path::Path;

use super::*;

fn sources(text: &str) -> Files {
    Files::from([("flux/a.yaml".to_owned(), text.as_bytes().to_vec())])
}

/// A program that prints `response` and writes its request to the file `request` in `folder`.
fn fake(folder: &Path, response: &str) -> FluxBuild {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("flux-build");
    // The lasting path of the source is part of some responses.
    let text = format!("#!/bin/sh\ncat > '{}/request'\ncat <<END\n{response}\nEND\n", folder.display());
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    FluxBuild::new(program, &HostDirs::new(folder, folder))
}

fn response(build: &Value) -> String {
    let mut build = build.clone();
    for (field, empty) in [("objects", json!([])), ("probed", json!([])), ("listed", json!([]))] {
        if build.get(field).is_none() {
            build[field] = empty;
        }
    }
    build["name"] = json!("apps");
    build["files"] = json!(["flux/a.yaml"]);
    json!({"builds": [build]}).to_string()
}

fn wanted(variables: Option<&BTreeMap<String, String>>) -> [Wanted<'_>; 1] {
    let definition = json!({"metadata": {"name": "apps"}, "spec": {"sourceRef": {"name": "platform"}}});
    [Wanted { definition, variables }]
}

#[tokio::test]
async fn the_request_contains_folders_and_variables() {
    let folder = tempfile::tempdir().unwrap();
    let flux = fake(folder.path(), &response(&json!({"objects": [{"kind": "A"}]})));
    let variables = BTreeMap::from([("ISSUER".to_owned(), "acme".to_owned())]);
    let files = sources("a: 1\n");
    let sources = BTreeMap::from([("platform", &files), ("unused", &files)]);
    let built = flux.build(&sources, &wanted(Some(&variables))).await.unwrap().remove(0).unwrap();
    assert_eq!(built.objects, [json!({"kind": "A"})]);
    assert_eq!(built.files, ["flux/a.yaml".to_owned()].into());
    let request: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("request")).unwrap()).unwrap();
    assert_eq!(request["configMaps"], json!({"0": {"flux-system/environment": {"ISSUER": "acme"}}}));
    assert_eq!(request["builds"][0]["configMaps"], "0");
    assert_eq!(request["sources"].as_object().unwrap().len(), 1, "{request:#}");
}

#[tokio::test]
async fn builds_are_cached_unless_they_contain_a_plain_secret() {
    let encrypted = json!({"kind": "Secret", "sops": {}});
    for (object, second) in
        [(json!({"kind": "A"}), "A"), (json!({"kind": "Secret"}), "B"), (encrypted, "Secret")]
    {
        let folder = tempfile::tempdir().unwrap();
        let flux = fake(folder.path(), &response(&json!({"objects": [object]})));
        let files = sources("a: 1\n");
        let sources = BTreeMap::from([("platform", &files)]);
        flux.build(&sources, &wanted(None)).await.unwrap().remove(0).unwrap();
        fake(folder.path(), &response(&json!({"objects": [{"kind": "B"}]})));
        let again = flux.build(&sources, &wanted(None)).await.unwrap().remove(0).unwrap();
        assert_eq!(again.objects[0]["kind"], second);
    }
}

#[tokio::test]
async fn errors_of_flux_name_files_of_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    let flux = fake(folder.path(), &response(&json!({"error": "$(pwd)/platform/apps/x.yaml: no such file"})));
    let files = sources("a: 1\n");
    let outcome = flux.build(&BTreeMap::from([("platform", &files)]), &wanted(None)).await.unwrap().remove(0);
    let failure = outcome.unwrap_err().into_failure();
    assert_eq!(failure.kind, Kind::Environment);
    assert_eq!(failure.causes, ["gitops/apps/x.yaml: no such file"]);
}
