//! Environment files: what is read, what each wrong one gets, and that all of ours have the same keys.

use std::path::Path;

use super::*;
use crate::base::failure::Failure;

fn ours() -> Project {
    Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// `envs/staging.toml` with edits, in a project of its own beside `envs/local.toml`.
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
    Environment::load(&Project::find(folder.path()).unwrap(), "staging")
}

fn refused(from: &str, to: &str) -> Failure {
    staging(&[(from, to)]).unwrap_err()
}

#[test]
fn an_instance_has_a_name_and_a_port_of_its_own_and_all_else_in_common() {
    let local = Environment::load(&ours(), "local").unwrap();
    assert_eq!((local.instance(), local.cluster_name().as_str()), ("local", "seasense-local"));
    let other = local.clone().as_instance("ci-0badcafe", 40123);
    assert_eq!((other.name(), other.instance()), ("local", "ci-0badcafe"));
    assert_eq!((other.cluster_name().as_str(), other.https_port()), ("seasense-ci-0badcafe", 40123));
    let (mut ours, theirs) = (local.to_variables(), other.to_variables());
    assert_eq!(ours.insert("HTTPS_PORT".to_owned(), "40123".to_owned()).as_deref(), Some("8443"));
    assert_eq!(ours, theirs, "Flux is told nothing else");
}

/// The tables and keys of a file, in the order in which they are written.
fn keys(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(ours().root().join(format!("envs/{name}.toml"))).unwrap();
    let key = |line: &str| {
        let table = line.starts_with('[').then(|| line.to_owned());
        table.or_else(|| Some(line.split_once(" = ")?.0.to_owned()))
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(key).collect()
}

#[test]
fn every_environment_has_the_same_keys_in_the_same_order() {
    let local = keys("local");
    assert!(local.len() > 25, "{local:?}");
    for name in ["staging", "production"] {
        assert_eq!(keys(name), local, "envs/{name}.toml");
    }
}

#[test]
fn digests_go_from_local_to_staging_to_production() {
    let [local, staging, production] =
        ["local", "staging", "production"].map(|name| Environment::load(&ours(), name).unwrap());
    assert_eq!(local.cluster.engine, EngineKind::Kind);
    assert_eq!(
        [local.promotion.source(), staging.promotion.source(), production.promotion.source()],
        [None, Some("local"), Some("staging")]
    );
    assert!(*production.promotion.approvals.get_ref() > 0, "somebody else looks before production changes");
    assert!(staging.cluster.engine.is_attached() && production.cluster.engine.is_attached());
}

#[test]
fn each_wrong_setting_is_refused_where_it_stands() {
    let cases = [
        ("engine = \"scaleway\"", "engine = \"minikube\"", "unknown variant `minikube`"),
        ("kubeconfig = \"\"", "kubeconfig = \"STAGING\"", "must be \"\" with engine `scaleway`"),
        ("from = \"local\"", "from = \"staging\"", "must name another environment"),
        ("from = \"local\"", "from = \"laptop\"", "there is no `envs/laptop.toml`"),
        ("branch = \"main\"", "branch = \"a b\"", "the name of a Git branch"),
        ("watch-seconds = 120", "watch-seconds = 1", "must be 10 to 3600, not 1"),
        ("approvals = 0", "approvals = 9", "must be 0 to 5, not 9"),
        ("max-error-rate = 0.01", "max-error-rate = 1.5", "must be 0 to 1, not 1.5"),
        ("max-p95-ms = 500", "max-p95-ms = 0", "must be 1 to 60000, not 0"),
    ];
    for (from, to, said) in cases {
        let failure = refused(from, to);
        assert!(failure.message.contains(said), "{to}: {}", failure.message);
        assert_eq!(failure.kind, Kind::Environment);
        assert!(failure.location.is_some_and(|place| place.position.is_some()), "{to}");
    }
}

#[test]
fn an_attached_cluster_is_reached_by_a_variable_and_may_have_the_port_of_the_web() {
    let edits = [("engine = \"scaleway\"", "engine = \"kubeconfig\"")];
    assert!(staging(&edits).unwrap_err().message.contains("environment variable in capitals"));
    let edits = [edits[0], ("kubeconfig = \"\"", "kubeconfig = \"STAGING_KUBECONFIG\"")];
    let attached = staging(&edits).unwrap();
    assert_eq!(attached.cluster.kubeconfig.get_ref(), "STAGING_KUBECONFIG");
    let port = format!("https = {}", attached.https_port());
    assert_eq!(staging(&[edits[0], edits[1], (&port, "https = 443")]).unwrap().https_port(), 443);
    let here = staging(&[("engine = \"scaleway\"", "engine = \"kind\""), (&port, "https = 443")]);
    assert!(here.unwrap_err().message.contains("must be 1024 to 65535"), "a laptop's port is no privilege");
}

#[test]
fn the_worthless_key_opens_no_other_environment() {
    let project = ours();
    let worthless = Environment::load(&project, "local").unwrap().age_key(&project).unwrap();
    let failure = refuse_worthless(&project, "staging", &worthless).unwrap_err();
    assert!(failure.message.contains("worthless"), "{failure:?}");
    assert_eq!(refuse_worthless(&project, "staging", b"AGE-SECRET-KEY-1OTHER\n"), Ok(()));
}
