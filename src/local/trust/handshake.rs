//! A real TLS handshake: the only reliable check of whether a machine trusts a certificate.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use super::certificate::fingerprint;
use crate::base::failure::{Context, Failure, Kind, Result};

const LIMIT: Duration = Duration::from_secs(3);

/// The certificate authorities to trust in a handshake.
#[derive(Debug, Clone, Copy)]
pub enum Roots<'a> {
    /// The CAs of the system's store, as other programs of this machine use them.
    System,
    /// Only the CAs in this PEM.
    Only(&'a [u8]),
}

/// Performs a TLS handshake with the server on `port` of this machine as `hostname` and returns the
/// fingerprint of its verified certificate. Blocks up to 3 s.
pub fn handshake(hostname: &str, port: u16, roots: Roots<'_>) -> Result<String> {
    let what = || format!("cannot verify the certificate of https://{hostname}:{port}");
    let refused =
        |error: &(dyn std::error::Error + 'static)| Failure::new(Kind::Workload, what()).caused_by(error);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(&error))?
        .with_root_certificates(store(roots)?)
        .with_no_client_auth();
    let name = ServerName::try_from(hostname.to_owned()).map_err(|error| refused(&error))?;
    let mut client = ClientConnection::new(Arc::new(config), name).map_err(|error| refused(&error))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, LIMIT).map_err(|error| refused(&error))?;
    let limited = stream.set_read_timeout(Some(LIMIT)).and_then(|()| stream.set_write_timeout(Some(LIMIT)));
    limited.map_err(|error| refused(&error))?;
    while client.is_handshaking() {
        let (read, written) = client.complete_io(&mut stream).map_err(|error| refused(&error))?;
        if read + written == 0 {
            return Err(refused(&io::Error::from(io::ErrorKind::UnexpectedEof)));
        }
    }
    let presented = client.peer_certificates().and_then(|chain| chain.first());
    presented
        .map(|certificate| fingerprint(certificate))
        .ok_or_else(|| Failure::new(Kind::Workload, what()).because("the server presented no certificate"))
}

fn store(roots: Roots<'_>) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    match roots {
        Roots::System => {
            // Unreadable and invalid entries are skipped: they cannot be trusted.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Roots::Only(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.context(Kind::Workload, "cannot read the CA certificate")?;
                store.add(certificate).context(Kind::Workload, "cannot trust the CA certificate")?;
            }
        }
    }
    Ok(store)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

    use super::*;
    use crate::local::trust::certificate::samples;

    /// Serves a certificate for `name` that `authority` signed; returns the port.
    async fn serve(authority: &rcgen::CertifiedIssuer<'_, KeyPair>, name: &str) -> u16 {
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .unwrap();
        let (acceptor, listener) = (
            TlsAcceptor::from(Arc::new(config)),
            tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap(),
        );
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = acceptor.accept(stream).await;
            }
        });
        port
    }

    async fn handshake_with(name: &'static str, port: u16, pem: String) -> Result<String> {
        tokio::task::spawn_blocking(move || handshake(name, port, Roots::Only(pem.as_bytes()))).await.unwrap()
    }

    #[tokio::test]
    async fn constrained_ca_verifies_only_its_own_names() {
        let authority = samples::authority(&["sea.example"]);
        let port = serve(&authority, "sea.example").await;
        assert_eq!(handshake_with("sea.example", port, authority.pem()).await.unwrap().len(), 64);
        let elsewhere = serve(&authority, "bank.example").await;
        let failure = handshake_with("bank.example", elsewhere, authority.pem()).await.unwrap_err();
        assert!(failure.causes.join(" ").contains("NameConstraint"), "{failure:?}");
    }

    #[tokio::test]
    async fn unknown_ca_and_closed_port_are_refused() {
        let authority = samples::authority(&["sea.example"]);
        let port = serve(&authority, "sea.example").await;
        let failure = handshake_with("sea.example", port, samples::authority(&["sea.example"]).pem())
            .await
            .unwrap_err();
        assert!(failure.causes.join(" ").contains("invalid peer certificate"), "{failure:?}");
        let system =
            tokio::task::spawn_blocking(move || handshake("sea.example", port, Roots::System)).await.unwrap();
        assert!(system.unwrap_err().causes.join(" ").contains("UnknownIssuer"));
        let closed =
            std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        assert!(handshake_with("sea.example", closed, authority.pem()).await.is_err());
    }
}
