//! Leads what is meant for Scaleway's object storage here, over TLS, and nothing else anywhere.

use std::{net::SocketAddr, path::Path, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, rustls, server::TlsStream};

/// The names that are answered here.
const NAMES: [&str; 2] = ["s3.fr-par.scw.cloud", "*.s3.fr-par.scw.cloud"];

/// Starts the storage's TLS endpoint and the proxy before it; writes the authority to trust into `authority`.
pub async fn start(
    router: axum::Router,
    authority: &Path,
    untrusted: impl Fn(&str) + Send + Sync + 'static,
) -> SocketAddr {
    let storage = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = storage.local_addr().unwrap();
    let listener = Tls { tcp: storage, acceptor: acceptor(authority) };
    tokio::spawn(async move { axum::serve(listener, router).await });
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let untrusted = Arc::new(untrusted);
    tokio::spawn(async move {
        while let Ok((stream, _)) = proxy.accept().await {
            let untrusted = Arc::clone(&untrusted);
            tokio::spawn(async move { lead(stream, target, &*untrusted).await });
        }
    });
    address
}

/// Answers one `CONNECT`; only Scaleway's storage is known.
async fn lead(
    stream: TcpStream,
    target: SocketAddr,
    untrusted: &(impl Fn(&str) + Sync),
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
        untrusted(&host);
        return stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await;
    }
    let mut there = TcpStream::connect(target).await?;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    copy_bidirectional(&mut stream, &mut there).await.map(drop)
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
            // Who does not trust the authority goes away again.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
