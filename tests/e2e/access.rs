//! Access to the platform: from a pod by the public name, with renewed certificates, and from a browser.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use seasense::local::trust::{Certificate, Roots, handshake};

use crate::{
    run::Run,
    test_env::{HOST, PORT, TestEnv},
};

/// Requests the page from a pod, by the cluster's DNS, the public port and the CA's certificate. Returns the
/// output of the pod.
pub fn get_from_a_pod(env: &TestEnv) -> String {
    let image = env.kubectl(&[
        "get",
        "pods",
        "-n",
        "seasense",
        "-l",
        "cnpg.io/instanceRole=primary",
        "-o",
        "jsonpath={.items[0].spec.containers[0].image}",
    ]);
    let script = format!(
        "printf '%s' \"$CA\" >/tmp/ca.crt; \
         printf 'GET / HTTP/1.1\\r\\nHost: {HOST}:{PORT}\\r\\nConnection: close\\r\\n\\r\\n' | \
         openssl s_client -quiet -connect {HOST}:{PORT} -servername {HOST} -verify_hostname {HOST} \
         -CAfile /tmp/ca.crt -verify_return_error 2>&1"
    );
    let authority = fs::read_to_string(env.authority()).unwrap();
    env.kubectl(&[
        "run",
        "probe",
        "-n",
        "default",
        "--restart=Never",
        &format!("--image={image}"),
        &format!("--env=CA={authority}"),
        "--command",
        "--",
        "sh",
        "-c",
        &script,
    ]);
    let phase = || env.kubectl(&["get", "pod", "probe", "-n", "default", "-o", "jsonpath={.status.phase}"]);
    env.wait_until("the probe pod has ended", Duration::from_mins(1), || {
        matches!(phase().as_str(), "Succeeded" | "Failed")
    });
    let log = env.kubectl(&["logs", "probe", "-n", "default"]);
    env.kubectl(&["delete", "pod", "probe", "-n", "default", "--now"]);
    log
}

/// Returns the certificate of the gateway as PEM after it was verified with `authority`.
pub fn served_certificate(authority: &[u8]) -> Result<String, String> {
    handshake(HOST, PORT, Roots::Only(authority)).map_err(|failure| failure.causes.join(": "))
}

/// Triggers the renewal of a certificate, as `cmctl renew` does, and waits for the new one.
pub fn renew(env: &TestEnv, namespace: &str, certificate: &str) {
    let secret =
        || env.kubectl(&["get", "secret", certificate, "-n", namespace, "-o", "jsonpath={.data.tls\\.crt}"]);
    let before = secret();
    let condition = r#"[{"op": "add", "path": "/status/conditions/-", "value": {"type": "Issuing", "status": "True",
        "reason": "ManuallyTriggered", "message": "a test", "lastTransitionTime": "2026-01-01T00:00:00Z"}}]"#;
    env.kubectl(&[
        "patch",
        "certificate",
        certificate,
        "-n",
        namespace,
        "--subresource=status",
        "--type=json",
        "-p",
        condition,
    ]);
    env.wait_until("the certificate is renewed", Duration::from_mins(1), || secret() != before);
}

/// TLS handshakes in a loop, counted with their failures.
pub struct Handshakes {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<(u32, Vec<String>)>,
}

impl Handshakes {
    /// Starts the loop, which trusts only `authority`.
    pub fn start(authority: Vec<u8>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (mut count, mut failures) = (0, Vec::new());
            while !stopped.load(Ordering::Relaxed) {
                count += 1;
                failures.extend(served_certificate(&authority).err());
                std::thread::sleep(Duration::from_millis(50));
            }
            (count, failures)
        });
        Self { stop, thread }
    }

    /// Stops the loop and returns the number of handshakes and the failures.
    pub fn stop(self) -> (u32, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// Whether the browser and the tool for its trust store are installed; `scripts/host --tests` installs them.
pub fn has_browser() -> bool {
    ["certutil", "chromium"].iter().all(|name| which(name).is_some())
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Opens the page in a browser that trusts its own store only.
pub fn browse(env: &TestEnv) -> Run {
    let profile = format!("--user-data-dir={}", env.home().join("chromium").display());
    env.program(
        "chromium",
        &[
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            &profile,
            "--timeout=10000",
            "--dump-dom",
            &format!("https://{HOST}:{PORT}/"),
        ],
    )
}

pub fn fingerprint(pem: &[u8]) -> String {
    Certificate::read(pem).unwrap().fingerprint
}
