//! Access to the database from this machine: a forwarded port, the application's user, TLS.

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

/// A forwarded port to the primary, open until this is dropped.
pub struct DatabaseAccess {
    _forward: PortForward,
    url: String,
    password: String,
}

/// Omits the password, so that it is never logged.
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

    /// The password, which must not be shown.
    pub fn password(&self) -> &str {
        &self.password
    }
}

/// Forwards a port to the primary and writes the authority of the server's certificate to `folder`.
///
/// The connection is encrypted and the certificate is verified against that authority. Its names are those
/// inside the cluster, so the name is not verified (`sslmode=verify-ca`).
pub async fn forward_database(client: &Client, folder: &Path) -> Result<DatabaseAccess> {
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

/// Percent-encodes characters that have a meaning in a URL.
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
    fn reserved_characters_in_the_url_are_encoded() {
        let url = url(("seasense", "p@ss:w%rd"), 40123, "seasense", Path::new("/state/db ca.crt"));
        assert_eq!(
            url,
            "postgresql://seasense:p%40ss%3Aw%25rd@127.0.0.1:40123/seasense?sslmode=verify-ca&sslrootcert=/state/db%20ca.crt"
        );
    }

    #[tokio::test]
    async fn access_uses_the_applications_secret_and_writes_the_authority() {
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
        let access = forward_database(&api.client(), folder.path()).await.unwrap();
        assert!(access.url().starts_with("postgresql://user:secret@127.0.0.1:"), "{}", access.url());
        assert_eq!(std::fs::read_to_string(folder.path().join("database-ca.crt")).unwrap(), "PEM");
        assert!(!format!("{access:?}").contains("secret"));
    }
}
