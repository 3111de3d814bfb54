//! `seasense ci`: the environment is verified, used and removed, and its reaper removes it if the run is
//! killed.

use std::{
    fs,
    process::{Child, Stdio},
    time::Duration,
};

use crate::{shared::shared_env, test_env::TestEnv};

/// The command of the run. It uses every variable of its environment and then fails; its exit code differs
/// from that of a failed environment.
const COMMAND: &str = r#"
set -eu
port=${SEASENSE_PAGE_URL##*:}
fetch() { curl -sSf --max-time 5 --cacert "$SEASENSE_CA_FILE" --resolve "seasense.localhost:${port%/}:127.0.0.1" "$1"; }
fetch "$SEASENSE_PAGE_URL" | grep -q '<html' && echo page-served
fetch "$SEASENSE_API_URL/summary" | grep -q '"readings"' && echo api-answers
test -s "$KUBECONFIG" && echo kubeconfig-exists
database=${SEASENSE_DATABASE_URL#*@127.0.0.1:}
# PostgreSQL answers `S` to a request for TLS.
exec 3<>"/dev/tcp/127.0.0.1/${database%%/*}"
printf '\0\0\0\10\4\322\26\57' >&3
test "$(head -c 1 <&3)" = S && echo database-speaks-tls
secret=${SEASENSE_DATABASE_URL#*:*:}
echo "the password is ${secret%%@*}"
exit 7
"#;

impl TestEnv {
    /// The containers and state directories of `ci` runs of this project.
    fn ci_leftovers(&self) -> Vec<String> {
        let names = self.docker(&["ps", "--all", "--format", "{{.Names}}", "--filter", "name=seasense-ci-"]);
        let own = |name: &&str| self.owns(name);
        let mut left: Vec<String> = names.lines().filter(own).map(str::to_owned).collect();
        left.extend(self.state_leftovers().into_iter().filter(|name| name != &self.cluster()));
        left
    }

    /// Whether a container belongs to this project: its state directory is below ours. Other runs may be active
    /// on this machine.
    fn owns(&self, container: &str) -> bool {
        let state = self.state().to_string_lossy().into_owned();
        self.docker(&["inspect", "--format", "{{json .Mounts}} {{json .Config.Labels}}", container])
            .contains(&state)
    }
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t95_ci_verifies_and_removes_its_environment() {
    let env = shared_env();
    let run = env.seasense(&[
        "ci",
        "--output",
        "plain",
        "--junit",
        "out/junit.xml",
        "--events",
        "out/events.jsonl",
        "--",
        "bash",
        "-c",
        COMMAND,
    ]);
    assert_eq!(run.code, Some(80), "{}", run.stderr);
    for expected in [
        "page-served",
        "api-answers",
        "kubeconfig-exists",
        "database-speaks-tls",
        "the password is [redacted]",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
    let junit = fs::read_to_string(env.project().join("out/junit.xml")).unwrap();
    let suites: Vec<&str> =
        junit.split("<testsuite name=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(suites, ["steps", "phases", "health", "acceptance", "command", "run"]);
    // One command failed; the step and the verdict only follow from it.
    assert!(junit.contains("failures=\"1\" errors=\"0\" time="), "{junit}");
    for phase in ["infrastructure-core", "gateway-config", "data", "apps"] {
        assert!(junit.contains(&format!("<testcase name=\"{phase}\"")), "{phase}: {junit}");
    }
    let events = fs::read_to_string(env.project().join("out/events.jsonl")).unwrap();
    assert!(events.lines().last().unwrap().contains("\"exit_code\":80"), "{events}");
    let bundle = env.project().join("out/diagnostics.tar.zst");
    assert!(bundle.is_file(), "the diagnostics bundle is not next to the report");
    assert_eq!(env.ci_leftovers(), [""; 0]);
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t96_reaper_removes_a_killed_ci_run() {
    let env = shared_env();
    let mut child: Child = env
        .cli(&["ci", "--output", "plain", "--", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let created = || env.ci_leftovers().iter().any(|name| name.ends_with("-control-plane"));
    env.wait_until("a node is created", Duration::from_mins(2), created);
    child.kill().unwrap();
    child.wait().unwrap();
    env.wait_until("the reaper removes everything", Duration::from_mins(2), || env.ci_leftovers().is_empty());
    let listed = env.seasense(&["ls", "--json"]);
    let state = env.state().join("seasense-ci-").to_string_lossy().into_owned();
    assert!(!listed.stdout.contains(&state), "{}", listed.stdout);
}
