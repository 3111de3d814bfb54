//! A proxy of the user's shell is for the internet: nothing on this machine is reached through it.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::harness::Harness;

/// A server that counts its requests and answers each with status 404. Returns its port.
fn counting() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 404 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (port, count)
}

#[test]
fn registry_of_this_machine_is_not_reached_through_a_proxy() {
    let (registry, asked) = counting();
    let (proxy, proxied) = counting();
    let harness = Harness::new().with_environment("registry = 5050", &format!("registry = {registry}"));
    let address = format!("http://127.0.0.1:{proxy}");
    let variables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        .map(|name| (name, address.as_str()));
    let digests = ['a', 'b'].map(|c| format!("sha256:{}", String::from(c).repeat(64)));
    let run = harness.run_with_variables(&["diff", &digests[0], &digests[1]], &harness.socket(), &variables);
    assert_ne!(run.code, Some(0), "the artifacts do not exist");
    assert!(asked.load(Ordering::SeqCst) > 0, "the registry was not asked: {}", run.stderr);
    assert_eq!(proxied.load(Ordering::SeqCst), 0, "{}", run.stderr);
}

#[test]
fn child_processes_keep_the_proxy_and_skip_it_for_this_machine() {
    let harness = Harness::new();
    harness.script("bin/xdg-open", "echo \"$HTTPS_PROXY $NO_PROXY $no_proxy\" > \"$HOME/seen\"\n");
    let seen = |variables: &[(&str, &str)]| {
        let run = harness.run_with_variables(&["open"], &harness.socket(), variables);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        fs::read_to_string(harness.root().join("home/seen")).unwrap().trim().to_owned()
    };
    let proxy = ("HTTPS_PROXY", "http://proxy.example:3128");
    let local = "localhost,.localhost,127.0.0.1,::1";
    assert_eq!(seen(&[proxy]), format!("{} {local} {local}", proxy.1));
    let both = format!("intern.example,{local}");
    assert_eq!(seen(&[proxy, ("no_proxy", "intern.example")]), format!("{} {both} {both}", proxy.1));
    assert_eq!(seen(&[]), "", "without a proxy nothing is set");
}
