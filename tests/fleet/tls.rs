//! The fleet sends a token only to a gateway whose certificate it has verified.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::fleet::FleetDir;

/// Creates a CA.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Starts a gateway with a certificate for this name; reports each received request, or the failed handshake.
async fn gateway(
    ca: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
) -> (SocketAddr, mpsc::UnboundedReceiver<Result<String, String>>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, ca).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let outcome = match acceptor.accept(stream).await {
                Ok(mut stream) => {
                    let mut buffer = vec![0; 2048];
                    let length = stream.read(&mut buffer).await.unwrap_or_default();
                    Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
                }
                Err(error) => Err(error.to_string()),
            };
            if sender.send(outcome).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

/// Returns the requests that a gateway with this issuer and name receives from a fleet that trusts `trusted`
/// and connects to `host`.
async fn received(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    trusted: &str,
    name: &str,
    host: &str,
) -> Result<String, String> {
    let (address, mut receiver) = gateway(issuer, name).await;
    let directory = FleetDir::new();
    let file = directory.path().join("ca.crt");
    std::fs::write(&file, trusted).unwrap();
    let arguments = ["--ca", file.to_str().unwrap(), "--connect", &address.to_string(), "--buoys", "1"];
    let _fleet = directory.start(&format!("https://{host}:8443/"), &arguments);
    receiver.recv().await.expect("a connection")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_verified_gateway_receives_the_token() {
    let (ours, theirs) = (authority(), authority());
    let request = received(&ours, &ours.pem(), "seasense.example", "seasense.example").await.unwrap();
    assert!(request.starts_with("POST /api/v1/observations HTTP/1.1\r\n"), "{request}");
    assert!(request.to_lowercase().contains("authorization: bearer "), "{request}");
    received(&theirs, &ours.pem(), "seasense.example", "seasense.example").await.unwrap_err();
    received(&ours, &ours.pem(), "elsewhere.example", "seasense.example").await.unwrap_err();
}
