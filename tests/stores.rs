//! T2: copies of this machine's real trust stores, in a private mount namespace that is discarded after the
//! test.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test ends with a panic, starts programs as a user does, and reports a skipped test"
)]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, GeneralSubtree, IsCa, KeyPair,
    NameConstraints,
};
use rustls::pki_types::PrivateKeyDer;
use seasense::config::{Environment, HostDirs, Project};
use serde_json::Value;
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

const HOST: &str = "seasense.localhost";

/// Mounts copies over the stores, installs and removes the certificate, and records the state before, between
/// and after.
const SCRIPT: &str = r#"
set -e
mount --make-rprivate /
keytool=$(readlink -f "$(command -v keytool)")
keystore=$(readlink -f "${keytool%/*}/../lib/security/cacerts")
for folder in /etc/ssl/certs /usr/local/share/ca-certificates /etc/ca-certificates /var/lib/ca-certificates-java \
  /var/lib/dpkg "${keystore%/*}"; do
  # Debian's Java has its keystore below /etc/ssl/certs.
  if [ -d "$folder" ] && [ "$folder" != /etc/ssl/certs/java ]; then
    mkdir -p "copy$folder"
    cp -a "$folder/." "copy$folder/"
    mount --bind "copy$folder" "$folder"
  fi
done
update-ca-certificates >update.log 2>&1
record() {
  "$1" trust status --json >"$2.json"
  {
    # Debian's keystore contains the time of writing: compare only its entries.
    find /etc/ssl/certs /usr/local/share/ca-certificates -type l -printf '%p %l\n' | sort
    find /etc/ssl/certs /usr/local/share/ca-certificates -type f ! -path /etc/ssl/certs/java/cacerts | sort | xargs sha256sum
    [ ! -e /etc/ssl/certs/java/cacerts ] || keytool -list -keystore /etc/ssl/certs/java/cacerts -storepass changeit 2>/dev/null |
      grep -v -e '^Your keystore' -e '^$' | sort
    [ "$keystore" = /etc/ssl/certs/java/cacerts ] || sha256sum "$keystore"
  } >"$2.stores"
}
record "$1" before
"$1" trust install --yes --store system --store java 2>install.log
record "$1" between
"$1" trust remove --yes 2>remove.log
record "$1" after
"#;

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "SeaSense throw-away authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(HOST.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Serves TLS with a certificate signed by `authority`; returns the port.
async fn serve(authority: &CertifiedIssuer<'_, KeyPair>) -> u16 {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![HOST.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    port
}

/// Creates a project whose gateway is on `port`, and the `ca.crt` of its environment.
fn project(root: &Path, port: u16, authority: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["project/envs", "project/gitops", "home"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let local = fs::read_to_string(here.join("envs/local.toml")).unwrap();
    let own = local.replace("https = 8443", &format!("https = {port}"));
    fs::write(root.join("project/envs/local.toml"), own).unwrap();
    let project = Project::find(&root.join("project")).unwrap();
    let cluster = Environment::named(&project, "local").unwrap().cluster_name();
    let state = HostDirs::new(root.join("cache"), root.join("state")).make_state(&cluster).unwrap();
    fs::write(state.join("ca.crt"), authority).unwrap();
}

fn is_debian_root() -> bool {
    let has = |program: &str| Path::new("/usr/bin").join(program).exists();
    rustix::process::geteuid().is_root()
        && Path::new("/usr/sbin/update-ca-certificates").exists()
        && ["keytool", "unshare", "dpkg"].into_iter().all(has)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root on Debian with Java; changes copies of this machine's stores"]
async fn system_and_java_stores_are_changed_and_restored() {
    if !is_debian_root() {
        eprintln!("skipped: needs root on Debian with Java");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let authority = authority();
    let port = serve(&authority).await;
    project(folder.path(), port, &authority.pem());
    let root = folder.path().to_owned();
    let ended = tokio::task::spawn_blocking(move || {
        Command::new("unshare")
            .args(["--mount", "sh", "-c", SCRIPT, "sh", env!("CARGO_BIN_EXE_seasense")])
            .current_dir(&root)
            .env("SEASENSE_PROJECT", root.join("project"))
            .env("SEASENSE_STATE", root.join("state"))
            .env("HOME", root.join("home"))
            .env_remove("JAVA_HOME")
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    });
    let ended = ended.await.unwrap();
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap_or_default();
    let output =
        format!("{}{}{}", String::from_utf8_lossy(&ended.stderr), read("install.log"), read("remove.log"));
    assert!(ended.status.success(), "{output}");
    let status = |moment: &str| {
        let report: Value = serde_json::from_str(&read(&format!("{moment}.json"))).unwrap();
        let trusted = |store: &str| {
            let stores = report["stores"].as_array().unwrap();
            stores.iter().find(|found| found["store"] == store).unwrap()["trusted"].as_bool().unwrap()
        };
        assert_eq!(report["handshake"]["file"], true, "{moment}");
        [trusted("system"), trusted("java"), report["handshake"]["system"].as_bool().unwrap()]
    };
    assert_eq!(status("before"), [false; 3], "{output}");
    assert_eq!(status("between"), [true; 3], "{output}");
    assert_eq!(status("after"), [false; 3], "{output}");
    assert_ne!(read("between.stores"), read("before.stores"));
    assert_eq!(read("after.stores"), read("before.stores"), "{output}");
    assert!(!folder.path().join("state/trust.json").exists());
}
