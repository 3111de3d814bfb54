//! The public name, in its zone at Cloudflare: one record, and nobody else's is ever touched.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{InfraContext, Record};
use crate::{
    base::{
        event::Step,
        failure::{Context, Failure, Kind, Result},
        k8s::tls,
    },
    config::Secret,
};

const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// Seconds that others may remember a record: nodes and load balancers come and go within minutes.
const TIME_TO_LIVE: u32 = 300;

/// What a zone holds under the wanted name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    id: String,
    kind: String,
    content: String,
    /// Whether this program wrote it, for this environment.
    ours: bool,
}

/// What has to be done to a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Create,
    Change(String),
    Delete(String),
}

/// What brings the records under a name to the wanted one, or to none; pure.
///
/// Fails where somebody else's record stands in the way.
fn decide(wanted: Option<&Record>, found: &[Found]) -> std::result::Result<Vec<Act>, String> {
    let mut ours = found.iter().filter(|one| one.ours);
    let Some(wanted) = wanted else { return Ok(ours.map(|one| Act::Delete(one.id.clone())).collect()) };
    let same = |one: &&Found| one.kind == wanted.kind && one.content == wanted.content;
    if let Some(other) = found.iter().find(|one| !one.ours) {
        // Written by hand, and right: it stays whose it is.
        return if same(&other) { Ok(Vec::new()) } else { Err(format!("{} {}", other.kind, other.content)) };
    }
    let Some(first) = ours.next() else { return Ok(vec![Act::Create]) };
    let change = (!same(&first)).then(|| Act::Change(first.id.clone()));
    Ok(change.into_iter().chain(ours.map(|one| Act::Delete(one.id.clone()))).collect())
}

/// Lets the environment's name say `wanted`, or nothing; tells whether it was changed. Without a token nothing is asked.
pub async fn name(context: &InfraContext, wanted: Option<&Record>) -> Result<bool> {
    let Some(token) = &context.credentials.cloudflare else { return Ok(false) };
    let domain = context.wanted.domain.as_str();
    let step = Step::start(&context.events, "infra.dns", format!("Let {domain} lead to it"));
    let zone = Zone::find(context, token, domain).await?;
    let found = zone.records(domain).await?;
    let steps = decide(wanted, &found).map_err(|other| {
        Failure::new(Kind::Cluster, format!("`{domain}` has a record that is not ours"))
            .because(format!("it says {other}"))
            .hint("remove it at Cloudflare, or give the environment another `domain`")
    })?;
    for one in &steps {
        zone.carry_out(domain, wanted, one).await?;
    }
    if steps.is_empty() {
        step.unchanged(wanted.map(|wanted| wanted.content.clone()).unwrap_or_default());
    } else {
        step.done(wanted.map(|wanted| wanted.content.clone()).unwrap_or_default());
    }
    Ok(!steps.is_empty())
}

/// One zone, and the right to change it.
struct Zone<'a> {
    http: reqwest::Client,
    token: &'a Secret,
    base: String,
    mark: String,
}

impl<'a> Zone<'a> {
    /// The zone that holds `domain`: the longest end of it that the token may see.
    async fn find(context: &InfraContext, token: &'a Secret, domain: &str) -> Result<Self> {
        tls::install();
        let http = reqwest::Client::builder().timeout(ANSWER_LIMIT).build();
        let http = http.context(Kind::Internal, "make an HTTP client")?;
        let api = context.credentials.cloudflare_api.clone();
        let mut zone = Self { http, token, base: api.clone(), mark: context.wanted.tag() };
        for end in ends(domain) {
            let zones = zone.ask(Method::GET, &format!("/zones?name={end}"), None).await?;
            if let Some(id) = zones[0]["id"].as_str() {
                zone.base = format!("{api}/zones/{id}");
                return Ok(zone);
            }
        }
        Err(Failure::new(Kind::Cluster, format!("no zone at Cloudflare holds `{domain}`"))
            .because("CLOUDFLARE_API_TOKEN sees none")
            .hint("the token needs the rights Zone-Zone-Read and Zone-DNS-Edit for that zone"))
    }

    async fn records(&self, domain: &str) -> Result<Vec<Found>> {
        let records = self.ask(Method::GET, &format!("/dns_records?name={domain}"), None).await?;
        let text = |record: &Value, field: &str| record[field].as_str().unwrap_or_default().to_owned();
        // What proves or guards the zone stands under the same name, and says nothing of where it leads.
        let leads = |record: &&Value| matches!(record["type"].as_str(), Some("A" | "AAAA" | "CNAME"));
        let found = records.as_array().into_iter().flatten().filter(leads).map(|record| Found {
            id: text(record, "id"),
            kind: text(record, "type"),
            content: text(record, "content"),
            ours: record["comment"] == self.mark.as_str(),
        });
        Ok(found.collect())
    }

    async fn carry_out(&self, domain: &str, wanted: Option<&Record>, step: &Act) -> Result<()> {
        let body = wanted.map(|wanted| {
            json!({"type": wanted.kind, "name": domain, "content": wanted.content, "ttl": TIME_TO_LIVE,
                "proxied": false, "comment": self.mark})
        });
        match step {
            Act::Create => self.ask(Method::POST, "/dns_records", body.as_ref()).await,
            Act::Change(id) => self.ask(Method::PUT, &format!("/dns_records/{id}"), body.as_ref()).await,
            Act::Delete(id) => self.ask(Method::DELETE, &format!("/dns_records/{id}"), None).await,
        }
        .map(drop)
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let what = || format!("ask Cloudflare: {method} {}", path.split('?').next().unwrap_or(path));
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
        let mut told: Value =
            answer.json().await.map_err(reqwest::Error::without_url).with_context(Kind::Cluster, what)?;
        if status.is_success() && told["success"] == true {
            return Ok(told["result"].take());
        }
        let why = told["errors"][0]["message"].as_str().unwrap_or("it gives no reason");
        Err(Failure::new(Kind::Cluster, what()).because(format!("{status}: {why}")))
    }
}

/// `a.b.c`, then `b.c`: what may be a zone.
fn ends(domain: &str) -> impl Iterator<Item = &str> {
    let starts = std::iter::once(0).chain(domain.match_indices('.').map(|(at, _)| at + 1));
    starts.map(|at| &domain[at..]).filter(|end| end.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Record {
        Record { name: "a.example".into(), kind: "A".into(), content: "1.2.3.4".into() }
    }

    fn found(id: &str, content: &str, ours: bool) -> Found {
        Found { id: id.into(), kind: "A".into(), content: content.into(), ours }
    }

    #[test]
    fn a_name_is_made_changed_left_alone_or_taken_away() {
        let wanted = wanted();
        assert_eq!(decide(Some(&wanted), &[]), Ok(vec![Act::Create]));
        assert_eq!(decide(Some(&wanted), &[found("1", "1.2.3.4", true)]), Ok(vec![]));
        assert_eq!(
            decide(Some(&wanted), &[found("1", "9.9.9.9", true), found("2", "8.8.8.8", true)]),
            Ok(vec![Act::Change("1".into()), Act::Delete("2".into())])
        );
        assert_eq!(decide(None, &[found("1", "1.2.3.4", true)]), Ok(vec![Act::Delete("1".into())]));
    }

    #[test]
    fn nobody_elses_record_is_touched() {
        assert_eq!(decide(Some(&wanted()), &[found("1", "1.2.3.4", false)]), Ok(vec![]));
        assert_eq!(decide(Some(&wanted()), &[found("1", "9.9.9.9", false)]), Err("A 9.9.9.9".to_owned()));
        assert_eq!(decide(None, &[found("1", "9.9.9.9", false)]), Ok(vec![]));
    }

    #[test]
    fn the_zone_is_the_longest_end_that_is_known() {
        assert_eq!(
            ends("a.b.example.org").collect::<Vec<_>>(),
            ["a.b.example.org", "b.example.org", "example.org"]
        );
    }
}
