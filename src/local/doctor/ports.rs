//! Finds the process that uses a port, and a free port as a replacement.

use std::{
    collections::BTreeSet,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    path::Path,
    time::Duration,
};

use crate::base::{
    docker::Container,
    wait::{Deadline, Observation, PAUSE, wait},
};

/// How many ports above the desired one are tried.
const REACH: u16 = 100;
/// A starting container is listed within a second or two, on a busy machine slightly later.
const SETTLE_LIMIT: Duration = Duration::from_secs(15);
const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
/// The kernel's tables of sockets, of IPv4 and of IPv6.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// The programs that listen for a published port: those of Docker, rootless Docker and Podman.
const DAEMONS: [&str; 4] = ["docker-proxy", "rootlesskit", "rootlessport", "conmon"];

/// A port of the environment on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name in the environment file, for example `ports.https`.
    pub id: &'static str,
    /// Its number.
    pub number: u16,
    /// Its current user; `None` if it is free or used by its own container.
    pub held_by: Option<String>,
    /// The address on which that user has it.
    pub address: IpAddr,
    /// A free port nearby, if it is in use.
    pub free: Option<u16>,
}

impl Port {
    /// Tells that `holder` uses it, and on which address.
    pub(super) fn used_by(&self, holder: &str) -> String {
        let preferred = if self.address.is_ipv6() { ", and browsers prefer that address" } else { "" };
        format!("{} is used by {holder}{preferred}", SocketAddr::from((self.address, self.number)))
    }
}

/// Inspects port `number`, which belongs to the container `owner`. Ours are on 127.0.0.1; a port of `browsed` must
/// also be free on `[::1]`, which browsers prefer for names below `.localhost`.
pub fn inspect(
    (id, browsed): (&'static str, bool),
    number: u16,
    owner: &str,
    containers: &[Container],
) -> Port {
    let publishes = |container: &&Container| container.ports.iter().any(|port| port.host == number);
    let container = containers.iter().find(publishes);
    let held_by = match container {
        Some(container) if container.name == owner => None,
        Some(container) => Some(format!("the container `{}`", container.name)),
        None if can_listen(V4, number) => None,
        None => Some(holder_or_unknown(number, &TABLES)),
    };
    let (address, held_by) = match held_by {
        None if browsed && !can_listen(V6, number) => (V6, Some(holder_or_unknown(number, &TABLES[1..]))),
        held_by => (V4, held_by),
    };
    let free = held_by.as_ref().and_then(|_| free_port_near(number));
    Port { id, number, held_by, address, free }
}

fn holder_or_unknown(number: u16, tables: &[&str]) -> String {
    holder_in(number, tables).unwrap_or_else(|| "a program of another user".to_owned())
}

/// Repeats `look` until no port belongs to a container that the daemon does not list yet: the daemon opens a
/// container's ports shortly before it lists the container, which may be one that a killed run left starting.
pub async fn inspect_until_stable<F>(mut look: impl FnMut() -> F) -> Vec<Port>
where
    F: Future<Output = Vec<Port>>,
{
    let last = std::sync::Mutex::new(Vec::new());
    let settled = wait(Deadline::after(SETTLE_LIMIT), PAUSE, "identify the users of the ports", || {
        let inspected = look();
        let last = &last;
        async move {
            let ports = inspected.await;
            if let Ok(mut last) = last.lock() {
                last.clone_from(&ports);
            }
            let starting = |port: &Port| port.held_by.as_deref().is_some_and(is_daemon_proxy);
            Ok(if ports.iter().any(starting) {
                Observation::Pending("a container is starting".to_owned())
            } else {
                Observation::Ready(ports)
            })
        }
    })
    .await;
    settled.unwrap_or_else(|_| last.into_inner().unwrap_or_default())
}

/// Whether `holder` is the daemon's own program for published ports.
fn is_daemon_proxy(holder: &str) -> bool {
    DAEMONS.iter().any(|program| holder.starts_with(&format!("`{program}`")))
}

/// The nearest free port above `number`.
pub fn free_port_near(number: u16) -> Option<u16> {
    (number.saturating_add(1)..=number.saturating_add(REACH)).find(|port| is_free(*port))
}

/// Whether TCP port `port` is free on 127.0.0.1 and on `[::1]`.
pub fn is_free(port: u16) -> bool {
    can_listen(V4, port) && can_listen(V6, port)
}

/// Whether no program listens on `port` of `address`. On a machine without IPv6, none listens there.
fn can_listen(address: IpAddr, port: u16) -> bool {
    match TcpListener::bind((address, port)) {
        Ok(_) => true,
        Err(error) => address.is_ipv6() && error.kind() != ErrorKind::AddrInUse,
    }
}

/// The program that listens on TCP port `number`, if this user may see it.
pub fn holder(number: u16) -> Option<String> {
    holder_in(number, &TABLES)
}

fn holder_in(number: u16, tables: &[&str]) -> Option<String> {
    let tables: Vec<String> =
        tables.iter().map(|file| std::fs::read_to_string(file).unwrap_or_default()).collect();
    let sockets: BTreeSet<String> = tables
        .iter()
        .flat_map(|table| listening(table, number))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    let processes = std::fs::read_dir("/proc").ok()?;
    processes.flatten().find_map(|process| {
        let id: u32 = process.file_name().to_str()?.parse().ok()?;
        holds(&process.path(), &sockets).then(|| {
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            format!("`{}` (process {id})", name.trim())
        })
    })
}

fn holds(process: &Path, sockets: &BTreeSet<String>) -> bool {
    let Ok(files) = std::fs::read_dir(process.join("fd")) else { return false };
    files
        .flatten()
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .any(|target| target.to_str().is_some_and(|target| sockets.contains(target)))
}

/// The inodes of sockets that listen on `port`, from a table of `/proc/net`.
fn listening(table: &str, port: u16) -> Vec<&str> {
    const LISTEN: &str = "0A";
    let wanted = format!(":{port:04X}");
    let inode = |line: &'_ str| -> Option<usize> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields.get(1)?.ends_with(&wanted) && *fields.get(3)? == LISTEN).then_some(9)
    };
    table.lines().skip(1).filter_map(|line| line.split_whitespace().nth(inode(line)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 4711 1 0 100 0 0 10 0
   1: 0100007F:20FB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  0 0 4712 1 0 100 0 0 10 0
";

    #[test]
    fn listeners_are_found_and_connections_are_not() {
        assert_eq!(listening(TABLE, 8443), ["4711"]);
        assert_eq!(listening(TABLE, 80), [""; 0]);
    }

    #[tokio::test]
    async fn starting_container_is_awaited_but_other_programs_are_not() {
        let port = |holder: &str| Port {
            id: "ports.https",
            number: 8443,
            held_by: Some(holder.to_owned()),
            address: V4,
            free: None,
        };
        let polls = std::cell::Cell::new(0);
        let ports = inspect_until_stable(|| {
            polls.set(polls.get() + 1);
            let holder = if polls.get() < 3 { "`docker-proxy` (process 7)" } else { "`nginx` (process 8)" };
            let ports = vec![port(holder)];
            async { ports }
        })
        .await;
        assert_eq!(polls.get(), 3);
        assert_eq!(ports, [port("`nginx` (process 8)")]);
    }

    #[test]
    fn holder_is_named_and_a_free_port_is_offered() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let number = listener.local_addr().unwrap().port();
        let port = inspect(("ports.https", true), number, "seasense-local-control-plane", &[]);
        let held_by = port.held_by.unwrap();
        assert!(held_by.contains(&format!("(process {})", std::process::id())), "{held_by}");
        assert!(port.free.is_some_and(|free| free != number));
    }

    #[test]
    fn port_taken_on_the_ipv6_loopback_is_not_free() {
        let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
            // A machine without IPv6.
            return;
        };
        let number = listener.local_addr().unwrap().port();
        assert!(!is_free(number));
        let port = inspect(("ports.https", true), number, "seasense-local-control-plane", &[]);
        assert_eq!(port.address, V6);
        assert!(port.held_by.unwrap().contains(&format!("(process {})", std::process::id())));
        let registry = inspect(("ports.registry", false), number, "seasense-registry", &[]);
        assert_eq!(registry.held_by, None, "no browser requests it");
    }
}
