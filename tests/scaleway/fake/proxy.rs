//! A proxy that redirects requests for Scaleway's object storage to the fake over TLS, and refuses all others.

use std::{net::SocketAddr, path::Path, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, rustls, server::TlsStream};

/// The host names of the redirected storage.
const NAMES: [&str; 2] = ["s3.fr-par.scw.cloud", "*.s3.fr-par.scw.cloud"];

/// Starts the TLS endpoint of the storage and its proxy; writes the CA certificate to `authority`.
pub async fn start(
    router: axum::Router,
    authority: &Path,
    on_foreign_host: impl Fn(&str) + Send + Sync + 'static,
) -> SocketAddr {
    let storage = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = storage.local_addr().unwrap();
    let listener = Tls { tcp: storage, acceptor: acceptor(authority) };
    tokio::spawn(async move { axum::serve(listener, router).await });
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let on_foreign_host = Arc::new(on_foreign_host);
    tokio::spawn(async move {
        while let Ok((stream, _)) = proxy.accept().await {
            let on_foreign_host = Arc::clone(&on_foreign_host);
            tokio::spawn(async move { tunnel(stream, target, &*on_foreign_host).await });
        }
    });
    address
}

/// Handles one `CONNECT` request.
async fn tunnel(
    stream: TcpStream,
    target: SocketAddr,
    on_foreign_host: &(impl Fn(&str) + Sync),
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let host = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
    if !head.starts_with("CONNECT ") || !host.ends_with(".scw.cloud:443") {
        on_foreign_host(&host);
        return stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await;
    }
    let mut upstream = TcpStream::connect(target).await?;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    copy_bidirectional(&mut stream, &mut upstream).await.map(drop)
}

fn acceptor(authority: &Path) -> TlsAcceptor {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(authority, certificate.pem()).unwrap();
    let issuer = rcgen::Issuer::new(params, key);
    let leaf_key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(NAMES.map(str::to_owned).to_vec()).unwrap();
    let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(leaf_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.tcp.accept().await else { continue };
            // A client that does not trust the CA closes the connection.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
