//! How the platform is reached: by its name from inside, with certificates that change, by a browser that trusts it.

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

use crate::world::{HOST, PORT, Run, TestEnv};

/// Asks for the page from a pod without any help: the cluster's own DNS, the public port, the authority's file. Gives what
/// came back.
pub fn get_from_a_pod(world: &TestEnv) -> String {
    let image = world.kubectl(&[
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
    let authority = fs::read_to_string(world.authority()).unwrap();
    world.kubectl(&[
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
    let phase = || world.kubectl(&["get", "pod", "probe", "-n", "default", "-o", "jsonpath={.status.phase}"]);
    world.until("the probe ends", Duration::from_mins(1), || {
        matches!(phase().as_str(), "Succeeded" | "Failed")
    });
    let said = world.kubectl(&["logs", "probe", "-n", "default"]);
    world.kubectl(&["delete", "pod", "probe", "-n", "default", "--now"]);
    said
}

/// The certificate that the gateway shows, verified by `authority`, PEM.
pub fn shown(authority: &[u8]) -> Result<String, String> {
    handshake(HOST, PORT, Roots::Only(authority)).map_err(|failure| failure.causes.join(": "))
}

/// Asks cert-manager to issue a certificate anew, as `cmctl renew` does, and waits until another one is there.
pub fn renew(world: &TestEnv, namespace: &str, certificate: &str) {
    let secret = || {
        world.kubectl(&["get", "secret", certificate, "-n", namespace, "-o", "jsonpath={.data.tls\\.crt}"])
    };
    let before = secret();
    let condition = r#"[{"op": "add", "path": "/status/conditions/-", "value": {"type": "Issuing", "status": "True",
        "reason": "ManuallyTriggered", "message": "a test", "lastTransitionTime": "2026-01-01T00:00:00Z"}}]"#;
    world.kubectl(&[
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
    world.until("the certificate is issued anew", Duration::from_mins(1), || secret() != before);
}

/// Shakes hands over and over until it is stopped; gives how often, and what failed.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<(u32, Vec<String>)>,
}

impl Watch {
    /// Begins, and trusts only `authority`.
    pub fn begin(authority: Vec<u8>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (mut count, mut failures) = (0, Vec::new());
            while !stopped.load(Ordering::Relaxed) {
                count += 1;
                failures.extend(shown(&authority).err());
                std::thread::sleep(Duration::from_millis(50));
            }
            (count, failures)
        });
        Self { stop, thread }
    }

    pub fn end(self) -> (u32, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// Whether the tools for the browser's store are there; `scripts/host --tests` installs them.
pub fn browser_tools() -> bool {
    ["certutil", "chromium"].iter().all(|name| which(name).is_some())
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// What a browser that knows nothing but its store makes of the page.
pub fn browse(world: &TestEnv) -> Run {
    let profile = format!("--user-data-dir={}", world.home().join("chromium").display());
    world.program(
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
