//! The running environment from outside: status, readings, certificates, database, page.

use std::time::Duration;

use serde_json::Value;

use crate::{access, schema, shared::running_env};

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t20_status_reports_phases_database_and_fleet() {
    let status = running_env().status();
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
fn t30_readings_arrive_over_verified_tls() {
    let env = running_env();
    let before = env.readings();
    assert!(before > 0, "no reading was stored");
    env.wait_until("more readings are stored", Duration::from_secs(30), || env.readings() > before);
    assert!(env.get_with_ca(None, "/api/v1/summary").is_err(), "the certificate was accepted without the CA");
    let page = env.get("/").unwrap();
    assert!(page.contains("<html"), "the page is not HTML: {page}");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t31_public_address_works_inside_a_pod() {
    let log = access::get_from_a_pod(running_env());
    assert!(log.contains("HTTP/1.1 200"), "{log}");
    assert!(log.contains("<html"), "{log}");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t32_certificates_renew_without_failed_handshakes() {
    let env = running_env();
    let old = std::fs::read(env.authority()).unwrap();
    let (leaf, readings) = (access::served_certificate(&old).unwrap(), env.readings());
    let handshakes = access::Handshakes::start(old.clone());
    access::renew(env, "cert-manager", "seasense-ca");
    access::renew(env, "envoy-gateway-system", "seasense-tls");
    env.wait_until("the gateway serves the new certificate", Duration::from_secs(30), || {
        access::served_certificate(&old).is_ok_and(|shown| shown != leaf)
    });
    let status = env.status();
    assert_eq!(status["ready"], true, "{status:#}");
    // `status` only reads: it warns about the stale file, and `dev` replaces it.
    let run = env.seasense(&["status"]);
    assert!(run.stderr.contains("`ca.crt` is out of date"), "{}", run.stderr);
    assert_eq!(std::fs::read(env.authority()).unwrap(), old);
    env.wait_until("the fleet continues", Duration::from_secs(30), || env.readings() > readings);
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    let new = std::fs::read(env.authority()).unwrap();
    assert_ne!(
        access::fingerprint(&new),
        access::fingerprint(&old),
        "`dev` did not replace the file of the old CA"
    );
    assert!(access::served_certificate(&new).is_ok());
    let (count, failures) = handshakes.stop();
    assert!(count > 20, "only {count} handshakes");
    assert!(failures.is_empty(), "{} of {count} handshakes failed: {failures:?}", failures.len());
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t33_browser_trusts_the_ca_only_while_it_is_installed() {
    let env = running_env();
    if !access::has_browser() {
        eprintln!("skipped: certutil or chromium is missing; `scripts/host --tests` installs both");
        return;
    }
    let warned = |page: &str| page.contains("ERR_CERT_AUTHORITY_INVALID") || !page.contains("SeaSense");
    assert!(warned(&access::browse(env).stdout), "the browser trusts a certificate of an unknown CA");
    env.seasense(&["trust", "install", "--yes", "--store", "nss"]).assert_success();
    let page = access::browse(env).stdout;
    assert!(!warned(&page), "the browser warns: {page}");
    env.seasense(&["trust", "remove", "--yes"]).assert_success();
    assert!(warned(&access::browse(env).stdout), "the browser still trusts the CA");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t35_observations_are_in_a_hypertable() {
    let env = running_env();
    let sql =
        "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_name = 'observation'";
    assert_eq!(env.sql(sql).trim(), "1", "`observation` is not a hypertable");
    let counted: u64 =
        env.sql("SELECT count(DISTINCT (buoy_id, observed_at)) FROM observation").trim().parse().unwrap();
    assert!(counted > 0, "the hypertable is empty");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t40_page_works_in_a_real_browser() {
    let run = running_env().page_test();
    run.assert_success();
    assert!(run.stdout.contains(" passed, 0 failed"), "{}", run.stdout);
}
