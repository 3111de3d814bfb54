//! What compilers say, read into places that a person can go to; pure.

use std::path::Path;

use serde_json::Value;

use crate::base::failure::{Failure, Kind, Location};

/// How many errors are told; those that follow often have the first as their cause.
const TOLD: usize = 5;

/// One error of a compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Diagnosis {
    /// Where.
    pub place: Option<Location>,
    /// What, as the compiler itself would show it.
    pub text: String,
}

/// Reads one line of `cargo build --message-format json`; `None` for all but errors.
pub(super) fn rustc(line: &str) -> Option<Diagnosis> {
    let value: Value = serde_json::from_str(line).ok()?;
    let message = (value["reason"] == "compiler-message").then(|| &value["message"])?;
    // The last one only counts the others.
    let counts = message["spans"].as_array().is_some_and(Vec::is_empty)
        && message["message"].as_str().is_some_and(|text| text.starts_with("aborting due to"));
    if message["level"] != "error" || counts {
        return None;
    }
    let spans = message["spans"].as_array()?;
    let span = spans.iter().find(|span| span["is_primary"] == true).or(spans.first());
    let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let place = span.and_then(|span| {
        Some(Location {
            file: span["file_name"].as_str()?.into(),
            position: number(&span["line_start"]).zip(number(&span["column_start"])),
        })
    });
    let text = message["rendered"].as_str().or(message["message"].as_str())?;
    Some(Diagnosis { place, text: text.trim_end().to_owned() })
}

/// Reads what the type checker and the bundler of the page wrote; files are named from `folder`.
pub(super) fn page(folder: &Path, output: &str) -> Vec<Diagnosis> {
    output.lines().filter_map(|line| typescript(folder, line).or_else(|| bundler(folder, line))).collect()
}

/// `src/main.ts(12,5): error TS2322: ...`, or with `:12:5 - error` where colours are on.
fn typescript(folder: &Path, line: &str) -> Option<Diagnosis> {
    let (place, text) = line.split_once(": error ").or_else(|| line.split_once(" - error "))?;
    let (file, position) = if let Some((file, position)) = place.split_once('(') {
        (file, position.trim_end_matches(')').split_once(',')?)
    } else {
        let (rest, column) = place.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        (file, (line, column))
    };
    let position = (position.0.trim().parse().ok()?, position.1.trim().parse().ok()?);
    let place = Location { file: folder.join(file.trim()), position: Some(position) };
    Some(Diagnosis { place: Some(place), text: text.trim().to_owned() })
}

/// `[ src/styles/index.css:3:1 ]`, or a line of a stack such as `file: /page/src/main.ts:3:1`.
fn bundler(folder: &Path, line: &str) -> Option<Diagnosis> {
    let named = line.split(|c: char| c.is_whitespace() || "[]()╭─".contains(c)).find_map(|word| {
        let mut parts = word.rsplitn(3, ':');
        let (column, row, file) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        let page = Path::new(file).extension().is_some_and(|extension| extension == "html");
        let ours = file.find("src/").map(|at| &file[at..]).or_else(|| page.then_some(file))?;
        (!file.contains("node_modules")).then(|| (ours.to_owned(), (row, column)))
    });
    let (file, position) = named?;
    let place = Location { file: folder.join(file), position: Some(position) };
    Some(Diagnosis { place: Some(place), text: line.trim().to_owned() })
}

/// The failure that tells the first errors; `None` where there is none.
pub(super) fn failure(message: &str, diagnoses: Vec<Diagnosis>) -> Option<Failure> {
    let count = diagnoses.len();
    let place = diagnoses.iter().find_map(|diagnosis| diagnosis.place.clone());
    (count > 0).then(|| {
        let mut failure = Failure::new(Kind::Tool, message);
        failure.location = place;
        failure.causes = diagnoses.into_iter().take(TOLD).map(|diagnosis| diagnosis.text).collect();
        if count > TOLD {
            failure = failure.because(format!("and {} errors more", count - TOLD));
        }
        failure
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(level: &str, text: &str, spans: &Value) -> String {
        json!({"reason": "compiler-message", "message": {"level": level, "message": text, "spans": spans,
            "rendered": format!("{level}: {text}\n --> here\n")}})
        .to_string()
    }

    #[test]
    fn an_error_of_the_compiler_has_its_place() {
        let spans = json!([
            {"is_primary": false, "file_name": "src/apps/shared/wire.rs", "line_start": 1, "column_start": 1},
            {"is_primary": true, "file_name": "src/apps/backend/main.rs", "line_start": 12, "column_start": 5}]);
        let found = rustc(&message("error", "mismatched types", &spans)).unwrap();
        assert_eq!(found.place.as_ref().unwrap().to_string(), "src/apps/backend/main.rs:12:5");
        assert_eq!(found.text, "error: mismatched types\n --> here");
        assert_eq!(rustc(&message("warning", "unused", &spans)), None);
        assert_eq!(rustc(&message("error", "aborting due to 1 previous error", &json!([]))), None);
        assert_eq!(rustc(r#"{"reason": "build-finished", "success": false}"#), None);
        assert_eq!(rustc("not json"), None);
    }

    #[test]
    fn errors_of_the_page_have_their_places() {
        let output = "\n> build\nsrc/main.ts(12,5): error TS2322: Type 'x' is not assignable.\n\
            src/api/client.ts:3:9 - error TS1005: ';' expected.\n";
        let dirs: Vec<String> = page(Path::new("web"), output)
            .into_iter()
            .map(|diagnosis| format!("{} {}", diagnosis.place.unwrap(), diagnosis.text))
            .collect();
        assert_eq!(
            dirs,
            [
                "web/src/main.ts:12:5 TS2322: Type 'x' is not assignable.",
                "web/src/api/client.ts:3:9 TS1005: ';' expected."
            ]
        );
        let bundled =
            page(Path::new("web"), "   ╭─[ src/styles/index.css:3:7 ]\n at node_modules/vite/x.js:1:1\n");
        assert_eq!(bundled.len(), 1);
        assert_eq!(bundled[0].place.as_ref().unwrap().to_string(), "web/src/styles/index.css:3:7");
    }

    #[test]
    fn the_first_errors_are_told_and_the_rest_counted() {
        let one = |n: usize| Diagnosis {
            place: Some(Location { file: "a.rs".into(), position: Some((n, 1)) }),
            text: format!("error {n}"),
        };
        let failure = failure("no", (1..=7).map(one).collect()).unwrap();
        assert_eq!(failure.location.unwrap().to_string(), "a.rs:1:1");
        assert_eq!((failure.causes.len(), failure.causes[5].as_str()), (6, "and 2 errors more"));
        assert_eq!(super::failure("no", Vec::new()), None);
    }
}
