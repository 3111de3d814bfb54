//! Tests of downloads.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// A server that answers once: a head that promises `length` bytes, then `body`.
async fn serve(status: &'static str, length: usize, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await;
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(&body).await.unwrap();
    });
    format!("http://{address}/kind")
}

/// Downloads `body`; the pin is of `pinned`. Returns the result and the files that are left.
async fn fetched(
    length: usize,
    body: &[u8],
    pinned: &[u8],
    member: Option<&str>,
) -> (Result<(), ReadError>, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let url = serve("200 OK", length, body.to_vec()).await;
    let download = Download { url, digest: Digest::of(pinned), member: member.map(str::to_owned) };
    let path = folder.path().join("kind");
    let result = download.fetch(&path).await;
    if result.is_ok() {
        assert_eq!(std::fs::read(&path).unwrap(), b"program");
    }
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    (result, left.collect())
}

#[tokio::test]
async fn pinned_program_is_placed_and_executable() {
    let (result, left) = fetched(7, b"program", b"program", None).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn program_is_taken_out_of_its_archive() {
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, content) in [("linux/LICENSE", &b"text"[..]), ("linux/helm", b"program")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content).unwrap();
    }
    let packed = archive.into_inner().unwrap().finish().unwrap();
    assert!(fetched(packed.len(), &packed, &packed, Some("linux/helm")).await.0.is_ok());
    let (result, left) = fetched(packed.len(), &packed, &packed, Some("linux/kelm")).await;
    assert!(matches!(result, Err(ReadError::Refused(_))) && left.is_empty(), "{result:?} {left:?}");
}

#[tokio::test]
async fn wrong_or_truncated_download_names_both_digests() {
    for (length, body) in [(7, &b"pr0gram"[..]), (7, b"prog")] {
        let (result, left) = fetched(length, body, b"program", None).await;
        let Err(ReadError::Refused(failure)) = result else { panic!("{result:?}") };
        let cause = &failure.causes[0];
        assert!(cause.contains(&*Digest::of("program")) && cause.contains(&*Digest::of(body)), "{failure:?}");
        assert!(left.is_empty(), "{left:?}");
    }
}

#[tokio::test]
async fn missing_file_is_unavailable() {
    let url = serve("404 Not Found", 0, Vec::new()).await;
    let download = Download { url, digest: Digest::of(b"x"), member: None };
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(download.fetch(&folder.path().join("kind")).await, Err(ReadError::Unavailable(_))));
}

#[test]
fn mirror_replaces_the_host_of_an_address() {
    let mirrors = [
        ("a.example".to_owned(), "127.0.0.1:1".to_owned()),
        ("b.example".to_owned(), "m.example".to_owned()),
    ];
    let versions = Versions { mirrors: mirrors.into(), ..Versions::default() };
    assert_eq!(mirrored("https://a.example/x/y", &versions), "http://127.0.0.1:1/x/y");
    assert_eq!(mirrored("https://b.example/x", &versions), "https://m.example/x");
    assert_eq!(mirrored("https://c.example/x", &versions), "https://c.example/x");
}
