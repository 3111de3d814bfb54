//! Validates values against the schemas in `docs/schemas`, for the keywords that these schemas use.

use std::path::Path;

use serde_json::{Map, Value};

/// Reads `docs/schemas/<name>.v<version>.json`; each schema exists in one version.
pub fn schema(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let is_named = |path: &std::path::PathBuf| {
        let file = path.file_name().unwrap().to_str().unwrap();
        file.strip_prefix(name).is_some_and(|rest| rest.starts_with(".v"))
    };
    let found: Vec<_> = files.filter(is_named).collect();
    assert_eq!(found.len(), 1, "versions of the schema `{name}`: {found:?}");
    serde_json::from_str(&std::fs::read_to_string(&found[0]).unwrap()).unwrap()
}

/// Asserts that the schema called `name` allows `value`.
pub fn assert_allowed(name: &str, value: &Value) {
    check(&schema(name), value, name).unwrap_or_else(|error| panic!("{error}\n{value:#}"));
}

/// Validates `value`; an error names the location `at` and the reason.
pub fn check(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    // The schema `true` allows any value, for objects of other projects.
    if *schema == true {
        return Ok(());
    }
    if let Some(alternatives) = schema["oneOf"].as_array() {
        let matching = alternatives.iter().filter(|schema| check(schema, value, at).is_ok()).count();
        return match matching {
            1 => Ok(()),
            _ => Err(format!("{at}: {matching} alternatives match {value}")),
        };
    }
    check_type(&schema["type"], value, at)?;
    if let Some(constant) = schema.get("const").filter(|constant| *constant != value) {
        return Err(format!("{at}: {value} is not {constant}"));
    }
    if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
        return Err(format!("{at}: {value} is not one of {allowed:?}"));
    }
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(i, item)| check(&schema["items"], item, &format!("{at}/{i}"))),
        Value::Object(fields) => check_object(schema, fields, at),
        _ => Ok(()),
    }
}

fn check_type(allowed: &Value, value: &Value, at: &str) -> Result<(), String> {
    let allowed = match allowed {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |allowed: &Value| allowed == is || (allowed == "number" && is == "integer");
    if allowed.iter().any(fits) { Ok(()) } else { Err(format!("{at}: {is} is not one of {allowed:?}")) }
}

fn check_object(schema: &Value, fields: &Map<String, Value>, at: &str) -> Result<(), String> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    if let Some(missing) = required.iter().find(|name| !fields.contains_key(name.as_str().unwrap())) {
        return Err(format!("{at}: {missing} is missing"));
    }
    let others = &schema["additionalProperties"];
    assert!(others.is_boolean() || others.is_object(), "{at}: the schema has no `additionalProperties`");
    fields.iter().try_for_each(|(name, value)| match schema["properties"].get(name) {
        Some(schema) => check(schema, value, &format!("{at}/{name}")),
        None if *others != false => check(others, value, &format!("{at}/{name}")),
        None => Err(format!("{at}/{name}: not in the schema")),
    })
}
