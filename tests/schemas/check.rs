//! Whether a value is what a schema allows, for the few keywords that the schemas in `docs/schemas` use.

use std::path::Path;

use serde_json::{Map, Value};

/// The schema `docs/schemas/<name>.vN.json` with the highest version N.
pub fn schema(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let file = |version: u32| folder.join(format!("{name}.v{version}.json"));
    let path = (1..10).rev().map(file).find(|path| path.is_file()).unwrap_or_else(|| file(1));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Ends the test unless `value` is what the schema called `name` allows.
pub fn assert_allowed(name: &str, value: &Value) {
    check(&schema(name), value, name).unwrap_or_else(|why| panic!("{why}\n{value:#}"));
}

/// Whether `schema` allows `value`; otherwise where and why not.
pub fn check(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    // What holds other people's objects says `true`: anything.
    if *schema == true {
        return Ok(());
    }
    if let Some(ways) = schema["oneOf"].as_array() {
        let fitting = ways.iter().filter(|way| check(way, value, at).is_ok()).count();
        return if fitting == 1 { Ok(()) } else { Err(format!("{at}: {fitting} of the ways fit {value}")) };
    }
    check_type(&schema["type"], value, at)?;
    if let Some(constant) = schema.get("const").filter(|constant| *constant != value) {
        return Err(format!("{at}: {value} is not {constant}"));
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        return Err(format!("{at}: {value} is none of {words:?}"));
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
    if allowed.iter().any(fits) { Ok(()) } else { Err(format!("{at}: {is} is none of {allowed:?}")) }
}

fn check_object(schema: &Value, fields: &Map<String, Value>, at: &str) -> Result<(), String> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    if let Some(missing) = required.iter().find(|name| !fields.contains_key(name.as_str().unwrap())) {
        return Err(format!("{at}: {missing} is missing"));
    }
    let others = &schema["additionalProperties"];
    assert!(others.is_boolean() || others.is_object(), "{at}: the schema must say what else there may be");
    fields.iter().try_for_each(|(name, value)| match schema["properties"].get(name) {
        Some(schema) => check(schema, value, &format!("{at}/{name}")),
        None if *others != false => check(others, value, &format!("{at}/{name}")),
        None => Err(format!("{at}/{name}: unknown to the schema")),
    })
}
