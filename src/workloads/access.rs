//! The database for programs of this machine: a forwarded port, the application's own user, TLS as the server speaks it.

use std::{fmt, path::Path};

use crate::base::{
    failure::{Context, Failure, Kind, Result},
    k8s::{Client, PortForward},
};

const NAMESPACE: &str = "seasense";
const PRIMARY: &str = "cnpg.io/cluster=seasense-db,cnpg.io/instanceRole=primary";
const PORT: u16 = 5432;
const USER: &str = "seasense-db-app";
const AUTHORITY: &str = "seasense-db-ca";

/// A way to the primary that lasts as long as this does.
pub struct DatabaseAccess {
    _forward: PortForward,
    url: String,
    password: String,
}

/// The password must reach no log.
impl fmt::Debug for DatabaseAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseAccess").finish_non_exhaustive()
    }
}

impl DatabaseAccess {
    /// `postgresql://...`, with the password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What must not be shown to anybody.
    pub fn password(&self) -> &str {
        &self.password
    }
}

/// Opens the way, and writes the authority that signed the server's certificate into `folder`.
///
/// The connection is encrypted and the certificate verified against that authority; its names are those inside the
/// cluster, so the name is not (`sslmode=verify-ca`).
pub async fn reach_database(client: &Client, folder: &Path) -> Result<DatabaseAccess> {
    let value = async |secret: &str, key: &str| -> Result<String> {
        let bytes = client.secret(NAMESPACE, secret, key).await?.ok_or_else(|| {
            Failure::new(Kind::Workload, format!("Secret {NAMESPACE}/{secret} has no `{key}`"))
        })?;
        String::from_utf8(bytes).with_context(Kind::Workload, || format!("read Secret {NAMESPACE}/{secret}"))
    };
    let (user, password) = (value(USER, "username").await?, value(USER, "password").await?);
    let database = value(USER, "dbname").await?;
    let authority = folder.join("database-ca.crt");
    std::fs::write(&authority, value(AUTHORITY, "ca.crt").await?)
        .with_context(Kind::Tool, || format!("write `{}`", authority.display()))?;
    let forward = PortForward::start(client, NAMESPACE, PRIMARY, PORT).await?;
    let url = url((&user, &password), forward.port(), &database, &authority);
    Ok(DatabaseAccess { _forward: forward, url, password })
}

fn url((user, password): (&str, &str), port: u16, database: &str, authority: &Path) -> String {
    format!(
        "postgresql://{}:{}@127.0.0.1:{port}/{}?sslmode=verify-ca&sslrootcert={}",
        encoded(user),
        encoded(password),
        encoded(database),
        encoded(&authority.to_string_lossy()),
    )
}

/// Percent-encodes whatever has a meaning in a URL.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::k8s::fake::FakeApi;

    #[test]
    fn what_has_a_meaning_in_an_address_is_encoded() {
        let url = url(("seasense", "p@ss:w%rd"), 40123, "seasense", Path::new("/state/db ca.crt"));
        assert_eq!(
            url,
            "postgresql://seasense:p%40ss%3Aw%25rd@127.0.0.1:40123/seasense?sslmode=verify-ca&sslrootcert=/state/db%20ca.crt"
        );
    }

    #[tokio::test]
    async fn the_way_is_made_of_the_applications_secret_and_the_authority_is_written_down() {
        let api = FakeApi::default();
        let secret = "/api/v1/namespaces/seasense/secrets/seasense-db-app";
        api.serve(
            secret,
            json!({"data": {"username": "dXNlcg==", "password": "c2VjcmV0", "dbname": "ZGI="}}),
        );
        api.serve("/api/v1/namespaces/seasense/secrets/seasense-db-ca", json!({"data": {"ca.crt": "UEVN"}}));
        let pod = json!({"metadata": {"name": "seasense-db-1"}, "status": {"phase": "Running"}});
        api.serve_list("/api/v1/namespaces/seasense/pods", &[pod]);
        let folder = tempfile::tempdir().unwrap();
        let access = reach_database(&api.client(), folder.path()).await.unwrap();
        assert!(access.url().starts_with("postgresql://user:secret@127.0.0.1:"), "{}", access.url());
        assert_eq!(std::fs::read_to_string(folder.path().join("database-ca.crt")).unwrap(), "PEM");
        assert!(!format!("{access:?}").contains("secret"));
    }
}
