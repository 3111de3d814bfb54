//! Every query returns the stored readings.

use reqwest::Method;
use seasense::apps::shared::wire::Reading;
use serde_json::Value;

use crate::backend::Backend;
use crate::client::{Api, batch, problem, problem_body, reading};
use crate::database::Database;

const HOUR: &str = "from=2026-06-01T12:00:00Z&to=2026-06-01T13:00:00Z";

/// A backend with 2500 readings of buoy-001 (more than one page of an export), one of buoy-002, and newer ones
/// of a probe buoy, which does not belong to the collection.
async fn filled(database: &Database) -> (Backend, Api) {
    let backend = Backend::start(database);
    let api = Api::new(&backend);
    for start in [0, 1000, 2000] {
        let readings = (start..(start + 1000).min(2500)).map(reading).collect();
        assert_eq!(api.store(&batch("buoy-001", readings)).await.rejected, 0);
    }
    api.store(&batch("buoy-002", vec![reading(7)])).await;
    assert_eq!(api.store(&batch("probe-001", vec![reading(2600), reading(2700)])).await.accepted, 2);
    (backend, api)
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn summary_latest_and_buoys_describe_the_fleet() {
    let database = Database::start().await;
    let (_backend, api) = filled(&database).await;
    let summary = api.get("/api/v1/summary").await;
    assert_eq!(summary["readings"], 2501);
    assert_eq!(summary["buoys"], 3);
    assert_eq!(summary["latest_observed_at"], "2026-06-01T12:41:39Z");

    let latest = api.get("/api/v1/latest").await;
    let readings = latest["readings"].as_array().unwrap();
    assert_eq!(readings.len(), 2);
    assert_eq!(readings[0]["buoy"], "buoy-001");
    assert_eq!(readings[0]["observed_at"], "2026-06-01T12:41:39Z");
    assert_eq!(readings[0]["values"]["sea_water_temperature"], 12.499);
    assert_eq!(readings[1]["values"]["sea_water_ph_reported_on_total_scale"], 8.05);

    let buoys = api.get("/api/v1/buoys").await;
    assert_eq!(buoys["buoys"].as_array().unwrap().len(), 3);
    assert!(buoys["buoys"][0]["last_seen"].is_string());
    assert_eq!(buoys["buoys"][2]["last_seen"], Value::Null);

    let listed: i64 = database.number("SELECT count(*) FROM parameter").await;
    let parameters = api.get("/api/v1/parameters").await;
    assert_eq!(i64::try_from(parameters["parameters"].as_array().unwrap().len()), Ok(listed));
    assert_eq!(api.get("/readyz").await["status"], "ok");
    assert!(api.get("/api/openapi.json").await["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn series_are_means_over_buckets() {
    let database = Database::start().await;
    let (_backend, api) = filled(&database).await;
    let path = |rest: &str| format!("/api/v1/series?buoy=buoy-001&parameter=sea_water_temperature&{rest}");
    let series = api.get(&path(&format!("{HOUR}&bucket=10m"))).await;
    assert_eq!(series["unit"], "degC");
    assert_eq!(series["bucket_s"], 600);
    let points = series["points"].as_array().unwrap();
    assert_eq!(points.len(), 5);
    assert_eq!(points[1]["t"], "2026-06-01T12:10:00Z");
    assert_eq!(points[1]["min"], 10.6);
    assert_eq!(points[1]["max"], 11.199);
    assert_eq!(points[1]["count"], 600);
    assert!((points[1]["avg"].as_f64().unwrap() - 10.8995).abs() < 1e-9);
    assert_eq!(points[4]["count"], 100);

    let invalid = [
        ("/api/v1/series?buoy=buoy-001&parameter=salt".to_owned(), 422, "sea_water_temperature"),
        ("/api/v1/series?buoy=buoy-009&parameter=sea_water_temperature".to_owned(), 404, "buoy-009"),
        (path("bucket=5s"), 422, "bucket"),
        (path("bucket=60s&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z"), 422, "31 days before"),
        (path("bucket=1h&from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"), 422, "366 days"),
        (path("unknown=1"), 422, "unknown"),
        (path("from=yesterday"), 422, "from"),
    ];
    for (path, status, part) in invalid {
        let response = api.request(Method::GET, &path).send().await.unwrap();
        let detail = problem(response, status).await;
        assert!(detail.contains(part), "{path}: {detail}");
    }
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn tracks_are_thinned_lines_to_the_newest_position() {
    let database = Database::start().await;
    let (_backend, api) = filled(&database).await;
    let tracks = api.get(&format!("/api/v1/tracks?{HOUR}")).await;
    assert_eq!(tracks["type"], "FeatureCollection");
    let features = tracks["features"].as_array().unwrap();
    assert_eq!(features.len(), 1, "one position is not a line: {features:?}");
    let line = features[0]["geometry"]["coordinates"].as_array().unwrap();
    assert_eq!(features[0]["geometry"]["type"], "LineString");
    assert!((300..=501).contains(&line.len()), "{}", line.len());
    assert_eq!(features[0]["properties"]["points"], line.len());
    assert_eq!(features[0]["properties"]["to"], "2026-06-01T12:41:39Z");
    assert_eq!(line.last().unwrap(), &serde_json::json!([-3.501, 47.499]));
    let none = api.get(&format!("/api/v1/tracks?{HOUR}&buoy=buoy-003")).await;
    assert_eq!(none["features"], serde_json::json!([]));
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn export_contains_every_reading_once_in_order() {
    let database = Database::start().await;
    let (_backend, api) = filled(&database).await;
    let response =
        api.request(Method::GET, &format!("/api/v1/observations.csv?{HOUR}")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
    let text = response.text().await.unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<(String, String)> =
        table.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[7].to_owned())).collect();
    let expected: Vec<(String, String)> = (0..2500)
        .map(|seq| ("buoy-001".to_owned(), seq.to_string()))
        .chain([("buoy-002".to_owned(), "7".to_owned())])
        .collect();
    assert_eq!(rows, expected);
    let missing = api.request(Method::GET, "/api/v1/observations.csv?buoy=buoy-009").send().await.unwrap();
    problem(missing, 404).await;
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn probe_buoys_are_returned_only_when_named() {
    let database = Database::start().await;
    let (_backend, api) = filled(&database).await;
    let tracks = api.get(&format!("/api/v1/tracks?{HOUR}")).await;
    assert_eq!(tracks["features"].as_array().unwrap().len(), 1, "{tracks:#}");
    let named = api.get(&format!("/api/v1/tracks?{HOUR}&buoy=probe-001")).await;
    assert_eq!(named["features"][0]["properties"]["buoy"], "probe-001");
    let path = format!("/api/v1/observations.csv?{HOUR}&buoy=probe-001");
    let table = api.request(Method::GET, &path).send().await.unwrap().text().await.unwrap();
    assert_eq!(table.lines().count(), 3, "{table}");
}

/// Every query, with its required parameters; and whether it has a buoy and times.
const QUERIES: [(&str, &str, bool); 8] = [
    ("buoys", "", false),
    ("parameters", "", false),
    ("latest", "", false),
    ("summary", "", false),
    ("series", "parameter=sea_water_temperature&buoy=buoy-001&", true),
    ("tracks", "", true),
    ("observations.csv", "", true),
    ("quarantine", "", true),
];

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn every_query_answers_invalid_parameters_alike() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    let times = [
        ("from=yesterday", "from"),
        ("to=", "to"),
        ("to=2026-06-01", "to"),
        ("from=2026-06-01T12:00:00+02:00", "from"),
        ("from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z", "from"),
        ("from=1999-01-01T00:00:00Z", "from"),
        ("from=-009000-01-01T00:00:00Z&to=-009000-01-02T00:00:00Z", "from"),
        ("from=2026-06-01T00:00:00Z&from=2026-06-01T00:00:00Z", "from"),
    ];
    for (name, required, is_filtered) in QUERIES {
        let invalid =
            |rest: &str, parameter: &str| (format!("/api/v1/{name}?{required}{rest}"), parameter.to_owned());
        let mut cases = vec![invalid("colour=red", "colour")];
        if is_filtered {
            cases.extend(times.iter().map(|(rest, parameter)| invalid(rest, parameter)));
        }
        for (path, parameter) in cases {
            let response = api.request(Method::GET, &path).send().await.unwrap();
            let problem = problem_body(response, 422).await;
            assert_eq!(problem["parameter"], parameter.as_str(), "{path}: {problem}");
            assert_eq!(problem["code"], "invalid-query", "{path}");
            assert!(
                problem["detail"].as_str().unwrap().starts_with(&format!("{parameter}: ")),
                "{path}: {problem}"
            );
        }
        for buoy in ["buoy-009", "BUOY-001", "", "%00", "buoy%20001"].into_iter().filter(|_| is_filtered) {
            let required = required.replace("&buoy=buoy-001", "");
            let path = format!("/api/v1/{name}?{required}buoy={buoy}");
            let problem = problem_body(api.request(Method::GET, &path).send().await.unwrap(), 404).await;
            assert_eq!(
                (&problem["parameter"], &problem["code"]),
                (&"buoy".into(), &"unknown-buoy".into()),
                "{path}"
            );
        }
    }
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn track_across_the_antimeridian_is_cut_in_two() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    let at = |seq: i64, longitude: f64, latitude: f64| Reading {
        longitude,
        latitude,
        observed_at: reading(seq * 600).observed_at,
        ..reading(seq)
    };
    let readings = vec![at(1, 178.0, -18.0), at(2, 179.0, -18.0), at(3, -179.0, -16.0), at(4, -178.0, -16.0)];
    assert_eq!(api.store(&batch("buoy-001", readings)).await.accepted, 4);
    let tracks = api.get(&format!("/api/v1/tracks?{HOUR}")).await;
    let feature = &tracks["features"][0];
    assert_eq!(feature["geometry"]["type"], "MultiLineString");
    assert_eq!(
        feature["geometry"]["coordinates"],
        serde_json::json!([
            [[178.0, -18.0], [179.0, -18.0], [180.0, -17.0]],
            [[-180.0, -17.0], [-179.0, -16.0], [-178.0, -16.0]],
        ])
    );
    assert_eq!(feature["properties"]["points"], 4);
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn arrival_is_reported_beside_a_clock_that_is_ahead() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    let before = jiff::Timestamp::now();
    let ahead = before + jiff::SignedDuration::from_mins(4);
    api.store(&batch("buoy-001", vec![Reading { observed_at: ahead, ..reading(1) }])).await;
    let first = api.get("/api/v1/latest").await;
    api.store(&batch("buoy-001", vec![Reading { observed_at: before, ..reading(2) }])).await;
    let latest = api.get("/api/v1/latest").await;
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let (newest, earlier) = (&latest["readings"][0], &first["readings"][0]);
    assert_eq!(newest["observed_at"], earlier["observed_at"], "the reading ahead is still the newest");
    assert_eq!(newest["received_at"], earlier["received_at"]);
    assert!(time(&newest["last_received_at"]) > time(&newest["received_at"]), "{newest}");
    assert_eq!(earlier["last_received_at"], earlier["received_at"]);
    let summary = api.get("/api/v1/summary").await;
    assert!(time(&summary["latest_received_at"]) < time(&summary["latest_observed_at"]), "{summary}");
}
