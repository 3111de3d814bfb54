//! Parses the output of compilers into errors with locations. Pure.

use std::path::Path;

use serde_json::Value;

use crate::base::failure::{Failure, Kind, Location};

/// The number of errors that are reported; later ones are often consequences of the first.
const REPORTED: usize = 5;

/// One error from a compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CompilerError {
    /// Where the error is.
    pub location: Option<Location>,
    /// The message as the compiler prints it.
    pub text: String,
}

/// Parses one line of `cargo build --message-format json`; `None` if it is not an error.
pub(super) fn rustc(line: &str) -> Option<CompilerError> {
    let value: Value = serde_json::from_str(line).ok()?;
    let message = (value["reason"] == "compiler-message").then(|| &value["message"])?;
    // The last error contains only the number of the others.
    let is_count = message["spans"].as_array().is_some_and(Vec::is_empty)
        && message["message"].as_str().is_some_and(|text| text.starts_with("aborting due to"));
    if message["level"] != "error" || is_count {
        return None;
    }
    let spans = message["spans"].as_array()?;
    let span = spans.iter().find(|span| span["is_primary"] == true).or(spans.first());
    let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let location = span.and_then(|span| {
        Some(Location {
            file: span["file_name"].as_str()?.into(),
            position: number(&span["line_start"]).zip(number(&span["column_start"])),
        })
    });
    let text = message["rendered"].as_str().or(message["message"].as_str())?;
    Some(CompilerError { location, text: text.trim_end().to_owned() })
}

/// Parses the output of the page's type checker and bundler. Files are relative to `folder`.
pub(super) fn page(folder: &Path, output: &str) -> Vec<CompilerError> {
    output.lines().filter_map(|line| typescript(folder, line).or_else(|| bundler(folder, line))).collect()
}

/// Parses `src/main.ts(12,5): error TS2322: ...`, or `:12:5 - error` with colours.
fn typescript(folder: &Path, line: &str) -> Option<CompilerError> {
    let (place, text) = line.split_once(": error ").or_else(|| line.split_once(" - error "))?;
    let (file, position) = if let Some((file, position)) = place.split_once('(') {
        (file, position.trim_end_matches(')').split_once(',')?)
    } else {
        let (rest, column) = place.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        (file, (line, column))
    };
    let position = (position.0.trim().parse().ok()?, position.1.trim().parse().ok()?);
    let location = Location { file: folder.join(file.trim()), position: Some(position) };
    Some(CompilerError { location: Some(location), text: text.trim().to_owned() })
}

/// Parses `[ src/styles/index.css:3:1 ]`, or a line of a stack trace such as `file: /page/src/main.ts:3:1`.
fn bundler(folder: &Path, line: &str) -> Option<CompilerError> {
    let named = line.split(|c: char| c.is_whitespace() || "[]()╭─".contains(c)).find_map(|word| {
        let mut parts = word.rsplitn(3, ':');
        let (column, row, file) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        let page = Path::new(file).extension().is_some_and(|extension| extension == "html");
        let ours = file.find("src/").map(|at| &file[at..]).or_else(|| page.then_some(file))?;
        (!file.contains("node_modules")).then(|| (ours.to_owned(), (row, column)))
    });
    let (file, position) = named?;
    let location = Location { file: folder.join(file), position: Some(position) };
    Some(CompilerError { location: Some(location), text: line.trim().to_owned() })
}

/// Returns a failure with the first errors; `None` without errors.
pub(super) fn failure(message: &str, errors: Vec<CompilerError>) -> Option<Failure> {
    let count = errors.len();
    let location = errors.iter().find_map(|error| error.location.clone());
    (count > 0).then(|| {
        let mut failure = Failure::new(Kind::Tool, message);
        failure.location = location;
        failure.causes = errors.into_iter().take(REPORTED).map(|error| error.text).collect();
        if count > REPORTED {
            failure = failure.because(format!("{} more errors", count - REPORTED));
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
    fn a_rust_error_has_a_location() {
        let spans = json!([
            {"is_primary": false, "file_name": "src/apps/shared/wire.rs", "line_start": 1, "column_start": 1},
            {"is_primary": true, "file_name": "src/apps/backend/main.rs", "line_start": 12, "column_start": 5}]);
        let found = rustc(&message("error", "mismatched types", &spans)).unwrap();
        assert_eq!(found.location.as_ref().unwrap().to_string(), "src/apps/backend/main.rs:12:5");
        assert_eq!(found.text, "error: mismatched types\n --> here");
        assert_eq!(rustc(&message("warning", "unused", &spans)), None);
        assert_eq!(rustc(&message("error", "aborting due to 1 previous error", &json!([]))), None);
        assert_eq!(rustc(r#"{"reason": "build-finished", "success": false}"#), None);
        assert_eq!(rustc("not json"), None);
    }

    #[test]
    fn errors_of_the_page_have_locations() {
        let output = "\n> build\nsrc/main.ts(12,5): error TS2322: Type 'x' is not assignable.\n\
            src/api/client.ts:3:9 - error TS1005: ';' expected.\n";
        let found: Vec<String> = page(Path::new("web"), output)
            .into_iter()
            .map(|error| format!("{} {}", error.location.unwrap(), error.text))
            .collect();
        assert_eq!(
            found,
            [
                "web/src/main.ts:12:5 TS2322: Type 'x' is not assignable.",
                "web/src/api/client.ts:3:9 TS1005: ';' expected."
            ]
        );
        let bundled =
            page(Path::new("web"), "   ╭─[ src/styles/index.css:3:7 ]\n at node_modules/vite/x.js:1:1\n");
        assert_eq!(bundled.len(), 1);
        assert_eq!(bundled[0].location.as_ref().unwrap().to_string(), "web/src/styles/index.css:3:7");
    }

    #[test]
    fn only_the_first_errors_are_reported() {
        let error = |n: usize| CompilerError {
            location: Some(Location { file: "a.rs".into(), position: Some((n, 1)) }),
            text: format!("error {n}"),
        };
        let failure = failure("no", (1..=7).map(error).collect()).unwrap();
        assert_eq!(failure.location.unwrap().to_string(), "a.rs:1:1");
        assert_eq!(failure.causes.len(), 6);
        assert_eq!(failure.causes[5], "2 more errors");
        assert_eq!(super::failure("no", Vec::new()), None);
    }
}
