//! Who holds a port, and which one is free instead.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use crate::docker::Container;

/// How far from the wanted port a free one is looked for.
const REACH: u16 = 100;

/// A port the environment takes on 127.0.0.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name in the environment file, for example `ports.https`.
    pub id: &'static str,
    /// Its number.
    pub number: u16,
    /// Who else holds it; `None` when it is free or held by the container it is meant for.
    pub held_by: Option<String>,
    /// A free port nearby, where it is held by somebody else.
    pub free: Option<u16>,
}

/// Looks at port `number`, which is meant for the container `owner`.
pub fn look(id: &'static str, number: u16, owner: &str, containers: &[Container]) -> Port {
    let publishes = |container: &&Container| container.ports.iter().any(|port| port.host == number);
    let container = containers.iter().find(publishes);
    let held_by = match container {
        Some(container) if container.name == owner => None,
        Some(container) => Some(format!("the container `{}`", container.name)),
        None if is_free(number) => None,
        None => Some(holder(number).unwrap_or_else(|| "a program of another user".to_owned())),
    };
    let free = held_by.as_ref().and_then(|_| free_port_near(number));
    Port { id, number, held_by, free }
}

/// The nearest free port above `number`.
pub fn free_port_near(number: u16) -> Option<u16> {
    (number.saturating_add(1)..=number.saturating_add(REACH)).find(|port| is_free(*port))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The program that listens on TCP port `number`, as far as this user may see it.
pub fn holder(number: u16) -> Option<String> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|file| std::fs::read_to_string(file).unwrap_or_default());
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
    fn finds_listeners_and_not_connections() {
        assert_eq!(listening(TABLE, 8443), ["4711"]);
        assert_eq!(listening(TABLE, 80), [""; 0]);
    }

    #[test]
    fn names_this_very_program_as_the_holder_and_offers_another_port() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let number = listener.local_addr().unwrap().port();
        let port = look("ports.https", number, "seasense-local-control-plane", &[]);
        let held_by = port.held_by.unwrap();
        assert!(held_by.contains(&format!("(process {})", std::process::id())), "{held_by}");
        assert!(port.free.is_some_and(|free| free != number));
    }
}
