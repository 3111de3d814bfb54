//! `seasense ci` on the real platform: proved, used, removed; and removed by its reaper when it is killed.

use std::{
    fs,
    process::{Child, Stdio},
    time::Duration,
};

use crate::world::TestEnv;

/// What the command of the run does: everything it was told is used, and then it fails, which must be told apart from a
/// failure of the environment.
const COMMAND: &str = r#"
set -eu
port=${SEASENSE_PAGE_URL##*:}
fetch() { curl -sSf --max-time 5 --cacert "$SEASENSE_CA_FILE" --resolve "seasense.localhost:${port%/}:127.0.0.1" "$1"; }
fetch "$SEASENSE_PAGE_URL" | grep -q '<html' && echo page-served
fetch "$SEASENSE_API_URL/summary" | grep -q '"readings"' && echo api-answers
test -s "$KUBECONFIG" && echo kubeconfig-there
database=${SEASENSE_DATABASE_URL#*@127.0.0.1:}
# PostgreSQL answers `S` to whoever asks for TLS.
exec 3<>"/dev/tcp/127.0.0.1/${database%%/*}"
printf '\0\0\0\10\4\322\26\57' >&3
test "$(head -c 1 <&3)" = S && echo database-speaks-tls
secret=${SEASENSE_DATABASE_URL#*:*:}
echo "the password is ${secret%%@*}"
exit 7
"#;

impl TestEnv {
    /// What is there of runs of `ci`: containers, files in the state folder, locks.
    pub fn ci_leftovers(&self) -> Vec<String> {
        let names = self.docker(&["ps", "--all", "--format", "{{.Names}}", "--filter", "name=seasense-ci-"]);
        let mine = |name: &&str| self.mine(name);
        let mut left: Vec<String> = names.lines().filter(mine).map(str::to_owned).collect();
        left.extend(self.state_leftovers());
        left
    }

    /// Other runs may be going on on this machine: ours are those whose state folder is, or was, in our own place.
    fn mine(&self, container: &str) -> bool {
        let state = self.state().to_string_lossy().into_owned();
        self.docker(&["inspect", "--format", "{{json .Mounts}} {{json .Config.Labels}}", container])
            .contains(&state)
    }
}

pub fn a_run_that_ends() {
    let world = crate::world::world();
    let run = world.seasense(&[
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
    for said in [
        "page-served",
        "api-answers",
        "kubeconfig-there",
        "database-speaks-tls",
        "the password is [redacted]",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    let junit = fs::read_to_string(world.project().join("out/junit.xml")).unwrap();
    let suites: Vec<&str> =
        junit.split("<testsuite name=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(suites, ["steps", "phases", "health", "acceptance", "command", "run"]);
    // The step and the case of the command, and the verdict.
    assert!(junit.contains("failures=\"3\" errors=\"0\" time="), "{junit}");
    for phase in ["infrastructure-core", "gateway-config", "data", "apps"] {
        assert!(junit.contains(&format!("<testcase name=\"{phase}\"")), "{phase}: {junit}");
    }
    let events = fs::read_to_string(world.project().join("out/events.jsonl")).unwrap();
    assert!(events.lines().last().unwrap().contains("\"exit_code\":80"), "{events}");
    assert_eq!(world.ci_leftovers(), [""; 0]);
}

pub fn a_run_that_is_killed() {
    let world = crate::world::world();
    let mut child: Child = world
        .cli(&["ci", "--output", "plain", "--", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let made = || world.ci_leftovers().iter().any(|name| name.ends_with("-control-plane"));
    world.until("a node is made", Duration::from_mins(2), made);
    child.kill().unwrap();
    child.wait().unwrap();
    world.until("the reaper removes everything", Duration::from_mins(2), || world.ci_leftovers().is_empty());
    let listed = world.seasense(&["ls", "--json"]);
    let state = world.state().to_string_lossy().into_owned();
    assert!(!listed.stdout.contains(&state), "{}", listed.stdout);
}
