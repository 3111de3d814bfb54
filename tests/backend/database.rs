//! Runs the platform's PostgreSQL image in a container that is removed when the value is dropped.

use std::process::Stdio;

use bollard::models::PortBinding;
use seasense::base::failure::{Failure, Kind, Result};
use seasense::promotion::trial::Answer;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use testcontainers::core::{IntoContainerPort as _, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, GenericImage, ImageExt};
use tokio::io::AsyncWriteExt as _;

/// The variable with the image, for example `127.0.0.1:5050/postgresql:test`.
const IMAGE: &str = "SEASENSE_TEST_POSTGRES_IMAGE";

/// The server's port in the container.
const PORT: u16 = 5432;

/// The image is built for an operator and has no entrypoint that starts the server.
const START: &str = r#"set -eu
data=/var/lib/postgresql/data
initdb --pgdata="$data" --username=postgres --auth=trust --no-sync >&2
echo 'host all all all trust' >>"$data/pg_hba.conf"
exec postgres -D "$data" -c listen_addresses='*' -c fsync=off -c shared_preload_libraries=timescaledb \
    -c timescaledb.license=apache -c timescaledb.telemetry_level=off"#;

/// A running server with the database `seasense`, as the platform's operator creates it.
pub struct Database {
    container: ContainerAsync<GenericImage>,
    port: u16,
}

impl Database {
    /// Starts a server whose database has the extension.
    pub async fn start() -> Self {
        let database = Self::start_empty().await;
        database.as_superuser("seasense", "CREATE EXTENSION timescaledb").await;
        database
    }

    /// Starts a server whose database lacks the extension.
    pub async fn start_empty() -> Self {
        let (name, tag) = image().await;
        let loopback = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some("0".to_owned()) };
        let container = GenericImage::new(name, tag)
            .with_wait_for(WaitFor::message_on_stderr("database system is ready to accept connections"))
            .with_entrypoint("sh")
            .with_exposed_port(PORT.tcp())
            .with_cmd(["-c", START])
            .with_label("org.seasense.owner", "seasense")
            .with_label("org.seasense.role", "test")
            .with_host_config_modifier(move |host| {
                // By default, the port is published on every address of the machine.
                host.publish_all_ports = Some(false);
                host.port_bindings = Some([(format!("{PORT}/tcp"), Some(vec![loopback.clone()]))].into());
            })
            .start()
            .await
            .expect("start the database");
        let port = container.get_host_port_ipv4(PORT).await.expect("the published port");
        let database = Self { container, port };
        database.as_superuser("postgres", "CREATE ROLE seasense LOGIN").await;
        database.as_superuser("postgres", "CREATE DATABASE seasense OWNER seasense").await;
        database
    }

    /// Asks the application for this password from now on, and ends its connections.
    pub async fn set_password(&self, password: &str) {
        let url = self.url_of("postgres", "postgres");
        let mut connection = PgConnection::connect(&url).await.expect("connect as superuser");
        let statements = format!(
            "ALTER ROLE seasense PASSWORD '{password}';
             COPY (VALUES ('host all seasense all scram-sha-256'), ('host all all all trust'))
                 TO '/var/lib/postgresql/data/pg_hba.conf';
             SELECT pg_reload_conf();
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'seasense'"
        );
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await.expect("set the password");
    }

    /// Returns the URL for the application with this password.
    pub fn url_with(&self, password: &str) -> String {
        format!("postgres://seasense:{password}@127.0.0.1:{}/seasense", self.port)
    }

    /// Returns the URL for the application.
    pub fn url(&self) -> String {
        self.url_of("seasense", "seasense")
    }

    /// Connects as the application.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.expect("connect to the database")
    }

    /// Returns the number that a query selects.
    pub async fn number(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&mut self.connect().await).await.expect(query)
    }

    /// Runs a statement as the superuser, in this database.
    pub async fn as_superuser(&self, database: &str, statement: &'static str) {
        let url = self.url_of("postgres", database);
        let mut connection = PgConnection::connect(&url).await.expect("connect as superuser");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.expect(statement);
    }

    /// Runs a script of psql in the container as the superuser, as promotions do in the primary's.
    pub async fn psql(&self, database: &str, script: &str) -> Result<Answer> {
        let id = self.container.id();
        let psql = ["psql", "-U", "postgres", "-d", database, "-qtAX", "-v", "ON_ERROR_STOP=1"];
        #[expect(clippy::disallowed_methods, reason = "a test has no events to report the process to")]
        let mut command = tokio::process::Command::new("docker");
        let mut child = command
            .args(["exec", "--interactive", id])
            .args(psql)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("run docker");
        let mut input = child.stdin.take().expect("its input");
        input.write_all(script.as_bytes()).await.expect("write the script");
        drop(input);
        let output = child.wait_with_output().await.expect("wait for psql");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let answer = Answer { stdout: text(&output.stdout), stderr: text(&output.stderr) };
        if output.status.success() {
            return Ok(answer);
        }
        Err(Failure::new(Kind::Cluster, "run `psql`").because(answer.stderr))
    }

    /// Pauses the server: connections stay open without a response, as with an unreachable host.
    pub async fn freeze(&self) {
        self.container.pause().await.expect("pause the container");
    }

    /// Resumes a paused server.
    pub async fn thaw(&self) {
        self.container.unpause().await.expect("unpause the container");
    }

    fn url_of(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }
}

/// Returns the image to test with; panics without one, because the test was requested.
async fn image() -> (String, String) {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests have no settings file; the image is an input of the run"
    )]
    let reference = std::env::var(IMAGE)
        .unwrap_or_else(|_| panic!("{IMAGE} is not set: name the built image, see `seasense images list`"));
    let docker = bollard::Docker::connect_with_local_defaults().expect("reach Docker");
    let docker = docker.negotiate_version().await.expect("negotiate Docker's API version");
    if let Err(error) = docker.inspect_image(&reference).await {
        panic!(
            "{IMAGE} names {reference}, which Docker does not have: {error}\nbuild it with `seasense images build`"
        );
    }
    let (name, tag) = reference.rsplit_once(':').unwrap_or((&reference, "latest"));
    (name.to_owned(), tag.to_owned())
}
