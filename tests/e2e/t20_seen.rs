//! What stands, seen from outside: status, readings, certificates, database, page.

use std::time::Duration;

use serde_json::Value;

use crate::{access, schema, world::world};

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t20_status_tells_the_same_truth() {
    let status = world().status();
    schema::assert_allowed("status", &status);
    assert_eq!(status["ready"], true, "{status:#}");
    let standby = |instance: &&Value| instance["role"] == "replica";
    let standby = status["database"]["instances"].as_array().unwrap().iter().find(standby).unwrap();
    assert!(standby["lag_bytes"].is_u64() && standby["lag_ms"].is_u64(), "{standby}");
    assert!(status["fleet"]["counts"]["acknowledged"].as_u64() > Some(0), "{}", status["fleet"]);
    assert_eq!(status["environment"], "e2e");
    let digest = status["artifact"]["digest"].as_str().unwrap();
    assert!(digest.starts_with("sha256:") && digest.len() == 71, "{digest}");
    let phases: Vec<&str> =
        status["phases"].as_array().unwrap().iter().map(|phase| phase["name"].as_str().unwrap()).collect();
    assert_eq!(phases, ["infrastructure-core", "gateway-config", "data", "apps"]);
    for phase in status["phases"].as_array().unwrap() {
        assert_eq!(phase["ready"], true, "{phase}");
        assert!(phase["revision"].as_str().unwrap().contains(digest), "{phase} is not at {digest}");
    }
    let instances = status["database"]["instances"].as_array().unwrap();
    assert_eq!(instances.len(), 2, "{instances:?}");
    assert!(instances.iter().all(|instance| instance["ready"] == true), "{instances:?}");
    assert_eq!(status["problems"].as_array().unwrap().len(), 0, "{status:#}");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t30_readings_arrive_through_verified_tls() {
    let world = world();
    let before = world.readings();
    assert!(before > 0, "no reading was stored");
    world.until("the row count rises", Duration::from_secs(30), || world.readings() > before);
    assert!(
        world.get_with_ca(None, "/api/v1/summary").is_err(),
        "the certificate was accepted without the CA"
    );
    let page = world.get("/").unwrap();
    assert!(page.contains("<html"), "the page is not HTML: {page}");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t31_the_public_address_means_the_same_in_a_pod() {
    let said = access::get_from_a_pod(world());
    assert!(said.contains("HTTP/1.1 200") && said.contains("<html"), "{said}");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t32_certificates_are_renewed_while_everything_goes_on() {
    let world = world();
    let old = std::fs::read(world.authority()).unwrap();
    let (leaf, readings) = (access::shown(&old).unwrap(), world.readings());
    let watch = access::Watch::begin(old.clone());
    access::renew(world, "cert-manager", "seasense-ca");
    access::renew(world, "envoy-gateway-system", "seasense-tls");
    world.until("the gateway shows the new certificate", Duration::from_secs(30), || {
        access::shown(&old).is_ok_and(|shown| shown != leaf)
    });
    let status = world.status();
    assert_eq!(status["ready"], true, "{status:#}");
    assert_eq!(std::fs::read(world.authority()).unwrap(), old, "`status` changed a file");
    world.until("the fleet goes on", Duration::from_secs(30), || world.readings() > readings);
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    let new = std::fs::read(world.authority()).unwrap();
    assert_ne!(access::fingerprint(&new), access::fingerprint(&old), "`dev` kept the old certificate");
    assert!(access::shown(&new).is_ok());
    let (count, failures) = watch.end();
    assert!(
        count > 20 && failures.is_empty(),
        "{} of {count} handshakes failed: {failures:?}",
        failures.len()
    );
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t33_a_browser_trusts_it_when_asked_to_and_no_longer_afterwards() {
    let world = world();
    if !access::browser_tools() {
        eprintln!("not tested: no certutil or no chromium; `scripts/host --tests` installs both");
        return;
    }
    let warned = |page: &str| page.contains("ERR_CERT_AUTHORITY_INVALID") || !page.contains("SeaSense");
    assert!(warned(&access::browse(world).stdout), "the browser trusts a untrusted");
    world.seasense(&["trust", "install", "--yes", "--store", "nss"]).assert_success();
    let page = access::browse(world).stdout;
    assert!(!warned(&page), "the browser warns: {page}");
    world.seasense(&["trust", "remove", "--yes"]).assert_success();
    assert!(warned(&access::browse(world).stdout), "the browser still trusts it");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t35_rows_in_the_hypertable_are_what_the_api_counts() {
    let world = world();
    let sql =
        "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_name = 'observation'";
    assert_eq!(world.sql(sql).trim(), "1", "`observation` is no hypertable");
    let counted: u64 =
        world.sql("SELECT count(DISTINCT (buoy_id, observed_at)) FROM observation").trim().parse().unwrap();
    assert!(counted > 0, "the hypertable is empty");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t40_the_page_works_in_a_real_browser() {
    let run = world().page_test();
    run.assert_success();
    assert!(run.stdout.contains(" passed, 0 failed"), "{}", run.stdout);
}
