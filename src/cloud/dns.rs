//! The DNS record of the public name, in its zone at Cloudflare: one record; records of others are never
//! changed.

use std::time::Duration;

use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::InfraContext;
use crate::{
    base::{
        event::Step,
        failure::{Context, Failure, Kind, Result},
        http::client_for_url,
        k8s::tls,
    },
    config::Secret,
};

const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// The TTL in seconds; short because nodes and load balancers change within minutes.
const TIME_TO_LIVE: u32 = 300;

/// A DNS record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The name, for example `staging.seasense.org`.
    pub name: String,
    /// `A` or `CNAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The address, or the target name.
    pub content: String,
}

/// A record of the zone under the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    id: String,
    kind: String,
    content: String,
    /// Whether seasense wrote it for this environment.
    ours: bool,
}

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RecordChange {
    Create,
    Change(String),
    Delete(String),
}

/// The changes that turn the existing records into the desired one, or remove them; pure.
///
/// Fails with the conflicting record if it belongs to another owner.
fn changes_for(desired: Option<&Record>, found: &[Found]) -> std::result::Result<Vec<RecordChange>, String> {
    let mut ours = found.iter().filter(|one| one.ours);
    let Some(desired) = desired else {
        return Ok(ours.map(|one| RecordChange::Delete(one.id.clone())).collect());
    };
    let same = |one: &&Found| one.kind == desired.kind && one.content == desired.content;
    if let Some(other) = found.iter().find(|one| !one.ours) {
        // A correct record of another owner is not changed.
        return if same(&other) { Ok(Vec::new()) } else { Err(format!("{} {}", other.kind, other.content)) };
    }
    let Some(first) = ours.next() else { return Ok(vec![RecordChange::Create]) };
    let change = (!same(&first)).then(|| RecordChange::Change(first.id.clone()));
    Ok(change.into_iter().chain(ours.map(|one| RecordChange::Delete(one.id.clone()))).collect())
}

/// Sets the environment's DNS record to `desired`, or removes it; returns whether it changed. Does nothing
/// without a token.
pub async fn set_record(context: &InfraContext, desired: Option<&Record>) -> Result<bool> {
    let Some(token) = &context.credentials.cloudflare else { return Ok(false) };
    let domain = context.infrastructure.domain.as_str();
    let step = Step::start(&context.events, "infra.dns", format!("Update the DNS record of `{domain}`"));
    let zone = Zone::find(context, token, domain).await?;
    let found = zone.records(domain).await?;
    let changes = changes_for(desired, &found).map_err(|other| {
        Failure::new(Kind::Cluster, format!("`{domain}` has a DNS record of another owner"))
            .because(format!("the record is {other}"))
            .hint("remove it at Cloudflare, or give the environment another `domain`")
    })?;
    for one in &changes {
        zone.apply(domain, desired, one).await?;
    }
    if changes.is_empty() {
        step.unchanged(desired.map(|record| record.content.clone()).unwrap_or_default());
    } else {
        step.done(desired.map(|record| record.content.clone()).unwrap_or_default());
    }
    Ok(!changes.is_empty())
}

/// One zone, and the token to change it.
struct Zone<'a> {
    http: reqwest::Client,
    token: &'a Secret,
    base: String,
    comment: String,
}

impl<'a> Zone<'a> {
    /// Finds the zone of `domain`: the longest suffix that the token can read.
    async fn find(context: &InfraContext, token: &'a Secret, domain: &str) -> Result<Self> {
        tls::install();
        let http = client_for_url(&context.credentials.cloudflare_api).timeout(ANSWER_LIMIT).build();
        let http = http.context(Kind::Internal, "cannot create an HTTP client")?;
        let api = context.credentials.cloudflare_api.clone();
        let mut zone = Self { http, token, base: api.clone(), comment: context.infrastructure.tag() };
        for suffix in suffixes(domain) {
            let zones = zone.request(Method::GET, &format!("/zones?name={suffix}"), None).await?;
            if let Some(id) = zones[0]["id"].as_str() {
                zone.base = format!("{api}/zones/{id}");
                return Ok(zone);
            }
        }
        Err(Failure::new(Kind::Cluster, format!("no Cloudflare zone found for `{domain}`"))
            .because("CLOUDFLARE_API_TOKEN can read no matching zone")
            .hint("give the token the permissions Zone-Zone-Read and Zone-DNS-Edit for that zone"))
    }

    async fn records(&self, domain: &str) -> Result<Vec<Found>> {
        let records = self.request(Method::GET, &format!("/dns_records?name={domain}"), None).await?;
        let text = |record: &Value, field: &str| record[field].as_str().unwrap_or_default().to_owned();
        // Other record types of the same name (verification, CAA) do not set its target.
        let sets_target = |record: &&Value| matches!(record["type"].as_str(), Some("A" | "AAAA" | "CNAME"));
        let found = records.as_array().into_iter().flatten().filter(sets_target).map(|record| Found {
            id: text(record, "id"),
            kind: text(record, "type"),
            content: text(record, "content"),
            ours: record["comment"] == self.comment.as_str(),
        });
        Ok(found.collect())
    }

    async fn apply(&self, domain: &str, desired: Option<&Record>, change: &RecordChange) -> Result<()> {
        let body = desired.map(|record| {
            json!({"type": record.kind, "name": domain, "content": record.content, "ttl": TIME_TO_LIVE,
                "proxied": false, "comment": self.comment})
        });
        match change {
            RecordChange::Create => self.request(Method::POST, "/dns_records", body.as_ref()).await,
            RecordChange::Change(id) => {
                self.request(Method::PUT, &format!("/dns_records/{id}"), body.as_ref()).await
            }
            RecordChange::Delete(id) => {
                self.request(Method::DELETE, &format!("/dns_records/{id}"), None).await
            }
        }
        .map(drop)
    }

    async fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let what =
            || format!("Cloudflare request failed: {method} {}", path.split('?').next().unwrap_or(path));
        let request = self
            .http
            .request(method.clone(), format!("{}{path}", self.base))
            .bearer_auth(self.token.reveal());
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer =
            request.send().await.map_err(reqwest::Error::without_url).with_context(Kind::Cluster, what)?;
        let status = answer.status();
        let mut parsed: Value =
            answer.json().await.map_err(reqwest::Error::without_url).with_context(Kind::Cluster, what)?;
        if status.is_success() && parsed["success"] == true {
            return Ok(parsed["result"].take());
        }
        let why = parsed["errors"][0]["message"].as_str().unwrap_or("no reason given");
        Err(Failure::new(Kind::Cluster, what()).because(format!("{status}: {why}")))
    }
}

/// The suffixes of a domain that may be zones: `a.b.c`, then `b.c`.
fn suffixes(domain: &str) -> impl Iterator<Item = &str> {
    let starts = std::iter::once(0).chain(domain.match_indices('.').map(|(at, _)| at + 1));
    starts.map(|at| &domain[at..]).filter(|suffix| suffix.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desired() -> Record {
        Record { name: "a.example".into(), kind: "A".into(), content: "1.2.3.4".into() }
    }

    fn found(id: &str, content: &str, ours: bool) -> Found {
        Found { id: id.into(), kind: "A".into(), content: content.into(), ours }
    }

    #[test]
    fn record_is_created_changed_kept_or_deleted() {
        let desired = desired();
        assert_eq!(changes_for(Some(&desired), &[]), Ok(vec![RecordChange::Create]));
        assert_eq!(changes_for(Some(&desired), &[found("1", "1.2.3.4", true)]), Ok(vec![]));
        assert_eq!(
            changes_for(Some(&desired), &[found("1", "9.9.9.9", true), found("2", "8.8.8.8", true)]),
            Ok(vec![RecordChange::Change("1".into()), RecordChange::Delete("2".into())])
        );
        assert_eq!(
            changes_for(None, &[found("1", "1.2.3.4", true)]),
            Ok(vec![RecordChange::Delete("1".into())])
        );
    }

    #[test]
    fn records_of_others_are_never_changed() {
        assert_eq!(changes_for(Some(&desired()), &[found("1", "1.2.3.4", false)]), Ok(vec![]));
        assert_eq!(
            changes_for(Some(&desired()), &[found("1", "9.9.9.9", false)]),
            Err("A 9.9.9.9".to_owned())
        );
        assert_eq!(changes_for(None, &[found("1", "9.9.9.9", false)]), Ok(vec![]));
    }

    #[test]
    fn zones_are_tried_from_the_longest_suffix() {
        assert_eq!(
            suffixes("a.b.example.org").collect::<Vec<_>>(),
            ["a.b.example.org", "b.example.org", "example.org"]
        );
    }
}
