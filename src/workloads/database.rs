//! The database: its instances from the operator, its rows and replication lag by SQL.

use serde::Serialize;
use serde_json::Value;

use super::Schema;
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    k8s::{Client, Health, Selector, exec::Target, health, object, resource},
};

const NAMESPACE: &str = "seasense";
const CLUSTER: &str = "seasense-db";
const CONTAINER: &str = "postgres";
const DATABASE: &str = "seasense";
const ROLE_LABEL: &str = "cnpg.io/instanceRole";

/// Before the first migration no table exists, and no rows are counted. A standby that has replayed everything
/// has no lag.
const COUNT: &str = "
SELECT coalesce((SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'), '') AS extension,
       to_regclass('public.observation') IS NOT NULL AS migrated \\gset
\\echo :extension
\\if :migrated
SELECT count(*) FROM public.observation;
\\endif
SELECT 'standby', application_name, greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::bigint,
       (extract(epoch from coalesce(replay_lag, interval '0')) * 1000)::bigint
FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn IS NOT NULL ORDER BY application_name;
";

/// The state of the database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DatabaseHealth {
    /// Its instances, by name.
    pub instances: Vec<Instance>,
    /// The instance that accepts writes.
    pub primary: Option<String>,
    /// Rows of the hypertable, exact; absent if they could not be counted.
    pub rows: Option<u64>,
    /// Version of the schema, as the backend finds it; absent if no backend answers.
    pub schema: Option<i64>,
    /// Version of the schema that the backend needs; absent if no backend answers.
    pub schema_needed: Option<i64>,
    /// Version of the TimescaleDB extension; absent if it could not be read.
    pub timescaledb: Option<String>,
    /// Whether every desired instance is ready and the extension is installed.
    pub healthy: bool,
    /// The operator's description of its state.
    pub message: String,
}

/// What a script of `psql` printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlAnswer {
    /// The rows, fields separated by `|`.
    pub rows: String,
    /// The server's messages.
    pub messages: String,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Its pod's name.
    pub name: String,
    /// `primary`, `replica`, or empty if it has none yet.
    pub role: String,
    /// Whether it is ready.
    pub ready: bool,
    /// Bytes of the primary's log that a streaming standby has not replayed; absent for the primary and if
    /// unknown.
    pub lag_bytes: Option<u64>,
    /// The replay lag in milliseconds, as the standby reports it.
    pub lag_ms: Option<u64>,
}

/// Reads the state from the operator and from the primary.
///
/// If only the primary does not respond, the state of the operator is returned, and `message` has the cause.
pub async fn database(client: &Client) -> Result<DatabaseHealth> {
    let selector = Selector::labels(format!("cnpg.io/cluster={CLUSTER},cnpg.io/podRole=instance"));
    let (cluster, pods) = tokio::try_join!(
        client.get(&resource::POSTGRES_CLUSTER, Some(NAMESPACE), CLUSTER),
        client.list(&resource::POD, Some(NAMESPACE), &selector),
    )?;
    let Some(cluster) = cluster else {
        return Ok(DatabaseHealth {
            message: "the database does not exist yet".to_owned(),
            ..DatabaseHealth::default()
        });
    };
    let mut state = evaluate(&cluster, &pods);
    if let Some(primary) = state.primary.clone() {
        match count(client, &primary).await {
            Ok(answer) => apply(&mut state, answer),
            Err(failure) => state.message = failure.causes.first().cloned().unwrap_or(failure.message),
        }
    }
    state.healthy &= state.timescaledb.is_some();
    let answers = super::schemas(client).await.unwrap_or_default();
    compare_schema(&mut state, answers.into_iter().map(|(_, schema)| schema));
    Ok(state)
}

/// Adds the versions of the schema. A database that is too old for a backend is not healthy.
fn compare_schema(state: &mut DatabaseHealth, answers: impl Iterator<Item = Schema>) {
    let Some(worst) = answers.max_by_key(|schema| schema.needed - schema.found) else { return };
    (state.schema, state.schema_needed) = (Some(worst.found), Some(worst.needed));
    if worst.is_behind() {
        state.healthy = false;
        state.message = format!("its schema has version {}, the backend needs {}", worst.found, worst.needed);
    }
}

/// The state from the operator's objects; pure. The extension is not known yet.
fn evaluate(cluster: &Value, pods: &[Value]) -> DatabaseHealth {
    let mut instances: Vec<Instance> = pods.iter().map(instance).collect();
    instances.sort_by(|a, b| a.name.cmp(&b.name));
    let desired = usize::try_from(object::number(cluster, "/spec/instances")).unwrap_or_default();
    let ready = instances.iter().filter(|instance| instance.ready).count();
    let primary = instances.iter().find(|instance| instance.role == "primary" && instance.ready);
    let operator = health("Cluster", cluster);
    let message = match (&operator, object::text(cluster, "/status/phase")) {
        (Health::Ready, _) => format!("{ready} of {desired} instances ready"),
        (_, Some(phase)) => phase.to_owned(),
        (other, None) => other.text().to_owned(),
    };
    let healthy = operator == Health::Ready && desired > 0 && ready == desired && primary.is_some();
    DatabaseHealth {
        primary: primary.map(|primary| primary.name.clone()),
        instances,
        rows: None,
        schema: None,
        schema_needed: None,
        timescaledb: None,
        healthy,
        message,
    }
}

fn instance(pod: &Value) -> Instance {
    Instance {
        name: object::name(pod).to_owned(),
        role: object::label(pod, ROLE_LABEL).unwrap_or_default().to_owned(),
        ready: health("Pod", pod) == Health::Ready,
        lag_bytes: None,
        lag_ms: None,
    }
}

/// The response of the primary.
#[derive(Debug, Default, PartialEq, Eq)]
struct QueryResult {
    timescaledb: Option<String>,
    rows: Option<u64>,
    /// Streaming standbys: name, bytes behind, milliseconds behind.
    standbys: Vec<(String, u64, u64)>,
}

fn apply(state: &mut DatabaseHealth, answer: QueryResult) {
    (state.timescaledb, state.rows) = (answer.timescaledb, answer.rows);
    for (name, bytes, millis) in answer.standbys {
        if let Some(instance) = state.instances.iter_mut().find(|instance| instance.name == name) {
            (instance.lag_bytes, instance.lag_ms) = (Some(bytes), Some(millis));
        }
    }
}

/// Reads the extension's version and counts the rows.
async fn count(client: &Client, primary: &str) -> Result<QueryResult> {
    read(&run(client, primary, (DATABASE, COUNT)).await?.rows)
}

/// Runs SQL that only reads on the primary.
pub(super) async fn query(client: &Client, sql: &str) -> Result<String> {
    psql(client, DATABASE, sql).await.map(|answer| answer.rows)
}

/// Runs a script of `psql` on the primary as superuser, in `database`. The first error ends it and is a failure,
/// unless the script allows errors.
pub async fn psql(client: &Client, database: &str, script: &str) -> Result<SqlAnswer> {
    let selector =
        Selector::labels(format!("cnpg.io/cluster={CLUSTER},cnpg.io/podRole=instance,{ROLE_LABEL}=primary"));
    let pods = client.list(&resource::POD, Some(NAMESPACE), &selector).await?;
    let Some(primary) = pods.first() else {
        return Err(Failure::new(Kind::Workload, "the database has no primary"));
    };
    run(client, object::name(primary), (database, script)).await
}

/// Runs SQL in the primary's container, so that no password leaves the cluster.
async fn run(client: &Client, primary: &str, (database, sql): (&str, &str)) -> Result<SqlAnswer> {
    let target = Target { namespace: NAMESPACE, pod: primary, container: CONTAINER };
    let command = ["psql", "-U", "postgres", "-d", database, "-qtAX", "-v", "ON_ERROR_STOP=1"];
    let answer = client.exec(target, &command, Some(sql.as_bytes())).await?;
    Ok(SqlAnswer { rows: answer.stdout, messages: answer.stderr })
}

fn read(answer: &str) -> Result<QueryResult> {
    let mut lines = answer.lines().map(str::trim);
    let Some(extension) = lines.next() else {
        return Err(
            Failure::new(Kind::Workload, "count the rows").because("the response of the primary is empty")
        );
    };
    let mut read = QueryResult { timescaledb: Some(extension.to_owned()), ..QueryResult::default() };
    read.timescaledb.take_if(|version| version.is_empty());
    for line in lines.filter(|line| !line.is_empty()) {
        if let Some(standby) = line.strip_prefix("standby|") {
            read.standbys.extend(standby_of(standby));
        } else {
            read.rows = Some(line.parse().context(Kind::Workload, "read the number of rows")?);
        }
    }
    Ok(read)
}

/// `name|bytes|milliseconds`.
fn standby_of(line: &str) -> Option<(String, u64, u64)> {
    let mut fields = line.split('|');
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(name: &str, role: &str, ready: &str) -> Value {
        json!({"metadata": {"name": name, "labels": {ROLE_LABEL: role}},
            "status": {"conditions": [{"type": "Ready", "status": ready}]}})
    }

    fn cluster(ready: &str) -> Value {
        json!({"spec": {"instances": 2}, "status": {"phase": "Creating a new replica",
            "conditions": [{"type": "Ready", "status": ready}]}})
    }

    #[test]
    fn healthy_needs_every_instance_and_a_primary() {
        let both = [pod("seasense-db-2", "replica", "True"), pod("seasense-db-1", "primary", "True")];
        let state = evaluate(&cluster("True"), &both);
        assert!(state.healthy);
        assert_eq!(state.primary.as_deref(), Some("seasense-db-1"));
        assert_eq!(state.instances[1].role, "replica");
        assert!(!evaluate(&cluster("True"), &both[1..]).healthy, "one of two is missing");
        let starting = evaluate(&cluster("False"), &both[1..]);
        assert!(!starting.healthy);
        assert_eq!(starting.message, "Creating a new replica");
    }

    #[test]
    fn a_schema_older_than_the_backend_is_unhealthy() {
        let mut state = DatabaseHealth { healthy: true, ..DatabaseHealth::default() };
        let answer = |found| Schema { found, needed: 5 };
        compare_schema(&mut state, std::iter::empty());
        assert!(state.healthy && state.schema.is_none(), "no backend answers");
        compare_schema(&mut state, [answer(5), answer(6)].into_iter());
        assert!(state.healthy);
        compare_schema(&mut state, [answer(5), answer(4)].into_iter());
        assert!(!state.healthy);
        assert_eq!(state.message, "its schema has version 4, the backend needs 5");
    }

    #[test]
    fn the_answer_has_version_rows_and_lag() {
        let answer = |version: Option<&str>, rows| QueryResult {
            timescaledb: version.map(str::to_owned),
            rows,
            standbys: Vec::new(),
        };
        assert_eq!(read("2.19.3\n1234\n"), Ok(answer(Some("2.19.3"), Some(1234))));
        assert_eq!(read("2.19.3\n"), Ok(answer(Some("2.19.3"), None)));
        assert_eq!(read("\n"), Ok(answer(None, None)));
        assert!(read("").is_err() && read("2.19.3\nmany\n").is_err());
        let early = read("2.19.3\nstandby|seasense-db-2|0|0\n").unwrap();
        assert_eq!(early.rows, None, "a standby streams before a table exists");
        assert_eq!(early.standbys.len(), 1);
    }

    #[test]
    fn lag_is_assigned_to_its_standby() {
        let both = [pod("seasense-db-2", "replica", "True"), pod("seasense-db-1", "primary", "True")];
        let mut state = evaluate(&cluster("True"), &both);
        apply(&mut state, read("2.19.3\n7\nstandby|seasense-db-2|2048|15\nstandby|other|1|1\n").unwrap());
        assert_eq!(state.instances[0].lag_bytes, None);
        assert_eq!(state.instances[0].lag_ms, None);
        assert_eq!(state.instances[1].lag_bytes, Some(2048));
        assert_eq!(state.instances[1].lag_ms, Some(15));
        assert_eq!(state.rows, Some(7));
    }
}
