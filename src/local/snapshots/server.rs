//! Executes SQL on the primary as superuser inside its container: no password leaves the cluster.

use crate::base::{
    failure::{Failure, Kind, Result},
    k8s::{Client, Selector, exec::Target, object, resource},
};

const NAMESPACE: &str = "seasense";
const PRIMARY: &str = "cnpg.io/cluster=seasense-db,cnpg.io/instanceRole=primary";
const CONTAINER: &str = "postgres";
const PSQL: [&str; 6] = ["psql", "-U", "postgres", "-qtAX", "-v", "ON_ERROR_STOP=1"];

/// The script that runs the statement `$1`, which needs exclusive access to the databases listed in `$2`, and
/// closes their connections while it waits. The statement locks the database first, so no new connection is
/// accepted, and gives up after 5 s.
///
/// It runs inside the container: if this process is killed, the statement still completes or never started.
const EXCLUSIVE: &str = r#"
run() { psql -U postgres -d postgres -qtAX -v ON_ERROR_STOP=1 -c "$1"; }
run "$1" &
work=$!
while kill -0 "$work" 2>/dev/null; do
  run "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ($2) AND pid <> pg_backend_pid()" >/dev/null
  sleep 0.1
done
wait "$work"
"#;

/// The primary of the database cluster.
pub(super) struct Server<'a> {
    client: &'a Client,
    pod: String,
}

impl<'a> Server<'a> {
    /// Finds the primary.
    pub async fn find(client: &'a Client) -> Result<Self> {
        let pods = client.list(&resource::POD, Some(NAMESPACE), &Selector::labels(PRIMARY)).await?;
        let Some(pod) = pods.first() else {
            return Err(Failure::new(Kind::Workload, "the database has no primary")
                .hint("run `seasense status` to see the problem"));
        };
        Ok(Self { client, pod: object::name(pod).to_owned() })
    }

    /// Runs a script in `database` and returns its output.
    pub async fn run(&self, database: &str, sql: &str) -> Result<String> {
        let command: Vec<&str> = PSQL.into_iter().chain(["-d", database]).collect();
        let answer = self.client.exec(self.target(), &command, Some(sql.as_bytes())).await;
        answer.map(|answer| answer.stdout).map_err(explain)
    }

    /// Runs one statement that needs exclusive access to `databases`.
    pub async fn run_exclusive(&self, databases: &[&str], statement: &str) -> Result<()> {
        let quoted: Vec<String> = databases.iter().map(|name| format!("'{name}'")).collect();
        let command = ["sh", "-c", EXCLUSIVE, "alone", statement, &quoted.join(", ")];
        self.client.exec(self.target(), &command, None).await.map(drop).map_err(explain)
    }

    fn target(&self) -> Target<'_> {
        Target { namespace: NAMESPACE, pod: &self.pod, container: CONTAINER }
    }
}

/// Attributes the failure to the database, with PostgreSQL's own message.
fn explain(failure: Failure) -> Failure {
    let message = failure.causes.iter().find_map(|cause| cause.split_once("ERROR:  ").map(|(_, rest)| rest));
    match message {
        Some(message) => Failure::new(Kind::Workload, "the database refused a statement")
            .because(message.lines().next().unwrap_or_default()),
        None => Failure { kind: Kind::Workload, ..failure },
    }
}
