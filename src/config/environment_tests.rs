//! Tests of environment files: valid files, the failure of each invalid value, and equal keys in all of our
//! files.

use std::path::Path;

use super::*;
use crate::base::failure::Failure;

fn ours() -> Project {
    Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Loads `envs/staging.toml` with edits, in a temporary project.
fn staging(edits: &[(&str, &str)]) -> Result<Environment> {
    let folder = tempfile::tempdir().unwrap();
    for inside in ["envs", "gitops"] {
        std::fs::create_dir(folder.path().join(inside)).unwrap();
    }
    std::fs::write(folder.path().join("envs/local.toml"), "").unwrap();
    let mut text = std::fs::read_to_string(ours().root().join("envs/staging.toml")).unwrap();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    std::fs::write(folder.path().join("envs/staging.toml"), text).unwrap();
    Environment::named(&Project::find(folder.path()).unwrap(), "staging")
}

fn rejected(from: &str, to: &str) -> Failure {
    staging(&[(from, to)]).unwrap_err()
}

#[test]
fn instance_differs_in_name_and_port_only() {
    let local = Environment::named(&ours(), "local").unwrap();
    assert_eq!(local.instance(), "local");
    assert_eq!(local.cluster_name(), "seasense-local");
    let other = local.clone().as_instance("ci-0badcafe", 40123);
    assert_eq!(other.name(), "local");
    assert_eq!(other.instance(), "ci-0badcafe");
    assert_eq!(other.cluster_name(), "seasense-ci-0badcafe");
    assert_eq!(other.https_port(), 40123);
    let (mut ours, theirs) = (local.to_variables(), other.to_variables());
    assert_eq!(ours.insert("HTTPS_PORT".to_owned(), "40123".to_owned()).as_deref(), Some("8443"));
    assert_eq!(ours, theirs, "all other variables are equal");
}

#[test]
fn addresses_and_long_names_are_no_host_names() {
    let line = |name: &str| format!("hostname = \"{name}\"");
    let ours = staging(&[]).unwrap().variables.hostname.get_ref().clone();
    let refused = |name: &str| rejected(&line(&ours), &line(name));
    for name in ["1.2.3.4", "10.0.0.1", "seasense.1"] {
        let failure = refused(name);
        assert!(failure.message.contains("is an IP address or ends like one"), "{name}: {failure:?}");
        assert!(!failure.hints.is_empty() && failure.location.is_some(), "{name}");
    }
    let long = ["a".repeat(60).as_str()].repeat(5).join(".");
    assert!(refused(&long).message.contains("at most 253 characters"), "{:?}", refused(&long));
}

#[test]
fn byte_order_mark_is_refused_with_its_cure() {
    let first = staging(&[("#", "\u{feff}#")]).unwrap_err();
    assert_eq!(first.message, "the file begins with a byte-order mark");
    assert_eq!(first.location.unwrap().to_string(), "envs/staging.toml:1:1");
}

/// The tables and keys of a file, in their order.
fn keys(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(ours().root().join(format!("envs/{name}.toml"))).unwrap();
    let key = |line: &str| {
        let table = line.starts_with('[').then(|| line.to_owned());
        table.or_else(|| Some(line.split_once(" = ")?.0.to_owned()))
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(key).collect()
}

#[test]
fn all_environment_files_have_the_same_keys_in_order() {
    let local = keys("local");
    assert!(local.len() > 25, "{local:?}");
    for name in ["staging", "production"] {
        assert_eq!(keys(name), local, "envs/{name}.toml");
    }
}

#[test]
fn promotion_order_is_local_staging_production() {
    let [local, staging, production] =
        ["local", "staging", "production"].map(|name| Environment::named(&ours(), name).unwrap());
    assert_eq!(local.cluster.engine, EngineKind::Kind);
    assert_eq!(
        [local.promotion.source(), staging.promotion.source(), production.promotion.source()],
        [None, Some(&"local".into()), Some(&"staging".into())]
    );
    assert!(*production.promotion.approvals.get_ref() > 0, "production requires a review");
    assert!(staging.cluster.engine.is_attached() && production.cluster.engine.is_attached());
}

#[test]
fn invalid_settings_are_rejected_with_their_location() {
    let cases = [
        ("name = \"staging\"", "name = \"Staging\"", "must have 1 to 20 lower-case letters"),
        ("name = \"staging\"", "name = \"production\"", "`name` must equal the file's name"),
        ("engine = \"scaleway\"", "engine = \"minikube\"", "unknown variant `minikube`"),
        ("kubeconfig = \"\"", "kubeconfig = \"STAGING\"", "must be \"\" with engine `scaleway`"),
        ("from = \"local\"", "from = \"staging\"", "must name another environment"),
        ("from = \"local\"", "from = \"laptop\"", "`envs/laptop.toml` does not exist"),
        ("from = \"local\"", "from = \"Laptop\"", "must be the name of an environment"),
        ("branch = \"main\"", "branch = \"a b\"", "the name of a Git branch"),
        ("watch-seconds = 120", "watch-seconds = 1", "must be 10 to 3600, not 1"),
        ("approvals = 0", "approvals = 9", "must be 0 to 5, not 9"),
        ("max-error-rate = 0.01", "max-error-rate = 1.5", "must be 0 to 1, not 1.5"),
        ("max-migration-stall-ms = 1000", "max-migration-stall-ms = 0", "must be 1 to 600000, not 0"),
        ("max-p95-ms = 500", "max-p95-ms = 0", "must be 1 to 60000, not 0"),
    ];
    for (from, to, expected) in cases {
        let failure = rejected(from, to);
        assert!(failure.message.contains(expected), "{to}: {}", failure.message);
        assert_eq!(failure.kind, Kind::Environment);
        assert!(failure.location.is_some_and(|place| place.position.is_some()), "{to}");
    }
}

#[test]
fn an_invalid_name_fails_like_an_unknown_one() {
    for name in ["nowhere", "No where", ""] {
        let failure = Environment::named(&ours(), name).unwrap_err();
        assert_eq!(failure.message, format!("cannot read `envs/{name}.toml`"));
        assert_eq!(failure.causes, ["the file does not exist"]);
        assert_eq!(failure.hints, ["`envs` contains: local, production, staging"]);
    }
}

#[test]
fn attached_cluster_needs_a_variable_and_may_use_port_443() {
    let edits = [("engine = \"scaleway\"", "engine = \"kubeconfig\"")];
    assert!(staging(&edits).unwrap_err().message.contains("environment variable in capitals"));
    let edits = [edits[0], ("kubeconfig = \"\"", "kubeconfig = \"STAGING_KUBECONFIG\"")];
    let attached = staging(&edits).unwrap();
    assert_eq!(attached.cluster.kubeconfig.get_ref(), "STAGING_KUBECONFIG");
    let port = format!("https = {}", attached.https_port());
    assert_eq!(staging(&[edits[0], edits[1], (&port, "https = 443")]).unwrap().https_port(), 443);
    let here = staging(&[("engine = \"scaleway\"", "engine = \"kind\""), (&port, "https = 443")]);
    assert!(here.unwrap_err().message.contains("must be 1024 to 65535"), "local ports are unprivileged");
}

#[test]
fn public_test_key_is_rejected_for_other_environments() {
    let project = ours();
    let public = Environment::named(&project, "local").unwrap().age_key(&project).unwrap();
    let failure = reject_public_key(&project, "staging", &public).unwrap_err();
    assert!(failure.message.contains("public test key"), "{failure:?}");
    assert_eq!(reject_public_key(&project, "staging", b"AGE-SECRET-KEY-1OTHER\n"), Ok(()));
}
