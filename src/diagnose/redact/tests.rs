//! Tests that plant secrets in every encoding and search for them in the packed bundle.

use std::io::Read;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{
        bundle,
        collector::{Collected, Collector},
    },
    encode::{base64_within, to_base64},
    *,
};

fn percent(text: &str, all: bool) -> String {
    let byte = |byte: u8| {
        let plain = byte.is_ascii_alphanumeric() || (!all && b"-_.~!'()*$&+:=@".contains(&byte));
        if plain && !all { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(byte).collect()
}

fn form_encoded(text: &str) -> String {
    percent(text, false).replace('+', "%2B").replace("%20", "+")
}

/// Returns `secret` in every encoding that programs use.
fn encodings(secret: &str, around: &str) -> Vec<String> {
    let whole = format!("{around}{secret}{around}");
    let json = |text: &str| Value::String(text.to_owned()).to_string();
    let base64 = to_base64(whole.as_bytes());
    let wrapped: Vec<&str> =
        base64.as_bytes().chunks(19).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let html = json(secret).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    vec![
        secret.to_owned(),
        base64.clone(),
        base64.replace('+', "-").replace('/', "_"),
        format!("{base64}=="),
        percent(&base64, true),
        wrapped.join("\n  "),
        to_base64(to_base64(secret.as_bytes()).as_bytes()),
        percent(secret, false),
        percent(secret, true),
        percent(secret, true).to_lowercase(),
        form_encoded(secret),
        percent(&percent(secret, true), true),
        hex::encode(secret),
        hex::encode_upper(&whole),
        json(secret),
        json(&json(secret)),
        json(&json(&json(secret))),
        html,
        secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<Vec<_>>().concat(),
        json(&format!("https://a.b/?q={}", percent(secret, true))),
    ]
}

/// Returns the files of a bundle with `texts` in every position.
fn planted(texts: &[String]) -> Collected {
    let collector = Collector::default();
    for (number, text) in texts.iter().enumerate() {
        collector.text(
            format!("logs/{number}.log"),
            format!("time=1 msg=started\nlevel=info msg={text} more\n{text}"),
        );
        collector.text(format!("nodes/{number}.log"), format!("{{\"log\": \"x {text} y\"}}"));
    }
    let env: Vec<Value> = texts.iter().map(|text| json!({"name": "E", "value": text})).collect();
    let nested = json!({"a": [{"b": texts, "c": json!({"d": texts}).to_string()}]});
    let object = json!({"metadata": {"name": "x", "annotations": {"last": nested.to_string()}}, "spec": {"env": env},
        "status": {"conditions": texts.iter().map(|text| json!({"message": format!("failed: {text}.")})).collect::<Vec<_>>()}});
    let paths = ["metadata.**", "spec.**", "status.conditions.message"];
    collector.data("cluster/objects.json", project(&object, &paths).unwrap());
    collector.data("names.json", Value::Object(texts.iter().map(|text| (text.clone(), json!(1))).collect()));
    collector.into_inner()
}

/// Returns the text of all files in the bundle.
fn unpacked(bytes: &[u8]) -> String {
    let mut archive = tar::Archive::new(zstd::Decoder::new(bytes).unwrap());
    let mut text = String::new();
    for entry in archive.entries().unwrap() {
        entry.unwrap().read_to_string(&mut text).unwrap();
    }
    text
}

/// Returns the encodings of `secret` that `text` contains.
fn leaks(text: &str, secret: &str) -> Vec<String> {
    let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let json = Value::String(secret.to_owned()).to_string();
    let mut forms = base64_within(secret.as_bytes());
    forms.extend([secret.to_owned(), percent(secret, true), percent(secret, false), form_encoded(secret)]);
    forms.extend([hex::encode(secret), hex::encode_upper(secret), json[1..json.len() - 1].to_owned()]);
    forms.retain(|form| text.contains(form.as_str()) || joined.contains(form.as_str()));
    forms
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!-~]{8,40}",
        "[A-Za-z0-9+/=_-]{16,64}",
        "[!-~]{3,8} [!-~]{3,8} [<>&\"\\\\%+]{1,4}[a-z]{3}",
        "[a-zé温😀]{8,12}[0-9]{4}",
    ]
    // Text without enough letters and digits could occur by chance.
    .prop_filter("a secret is not only punctuation", |text| {
        text.chars().filter(|c| c.is_alphanumeric()).count() >= 6
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn known_secrets_are_redacted_in_every_encoding(
        secrets in proptest::collection::vec(secret(), 1..3),
        around in "[a-z]{0,4}",
        shift in 0usize..3,
    ) {
        let around = format!("{around}{}", "x".repeat(shift));
        let texts: Vec<String> = secrets.iter().flat_map(|secret| encodings(secret, &around)).collect();
        let known = Known::new(secrets.iter().map(String::as_bytes));
        let bytes = bundle::pack(planted(&texts), "r", 0, &known).unwrap();
        let text = unpacked(&bytes);
        prop_assert!(text.contains(MARK) && text.contains("msg=started"));
        for secret in &secrets {
            prop_assert_eq!(leaks(&text, secret), Vec::<String>::new(), "{:?}", secret);
        }
    }

    #[test]
    fn redaction_is_idempotent(text in "\\PC{0,200}") {
        let known = Known::new([&b"the-secret-value"[..]]);
        let redacted = super::text(&text, &known);
        prop_assert_eq!(&super::text(&redacted, &known), &redacted);
    }

    #[test]
    fn encoded_binary_secrets_are_redacted(bytes in proptest::collection::vec(any::<u8>(), 16..64)) {
        let known = Known::new([bytes.as_slice()]);
        let trimmed = bytes.trim_ascii();
        prop_assume!(trimmed.len() >= 12 && !trimmed.contains(&b'\n'));
        for form in [hex::encode(trimmed), to_base64(&bytes)] {
            let redacted = super::text(&format!("key {form} end"), &known);
            prop_assert!(redacted.contains(MARK), "{}", redacted);
        }
    }
}

#[test]
fn multi_line_keys_are_redacted_by_line_and_as_a_whole() {
    let key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIAbcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQ\nMoreOfTheKey==\n-----END EC PRIVATE KEY-----\n";
    let known = Known::new([key.as_bytes()]);
    let log = format!(
        "read MHcCAQEEIAbcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQ and {}",
        to_base64(key.as_bytes())
    );
    assert_eq!(text(&log, &known), "read [redacted] and [redacted]");
    assert_eq!(text(&format!("key={}", Value::String(key.into())), &Known::new([])), "key=\"[redacted]\\n\"");
}

#[test]
fn unknown_secrets_are_redacted_by_their_pattern() {
    let known = Known::new([]);
    for (given, expected) in [
        ("Authorization: Bearer abc.DEF-123456", "Authorization: Bearer [redacted]"),
        ("authorization: basic dXNlcjpwYXNz", "authorization: basic [redacted]"),
        ("Authorization: Basic dXNlcjpwYXNzMTI=", "Authorization: Basic [redacted]"),
        ("postgresql://app:p4ss%40@db:5432/x?a=b", "postgresql://app:[redacted]@db:5432/x?a=b"),
        ("password=hunter2 user=x", "password=[redacted] user=x"),
        ("PGPASSWORD: 'it is' x", "PGPASSWORD: '[redacted]' x"),
        (r#"{"client_secret": "a\"b", "n": 1}"#, r#"{"client_secret": "[redacted]", "n": 1}"#),
        (r#""{\"token\":\"abc\",\"n\":1}""#, r#""{\"token\":\"[redacted]\",\"n\":1}""#),
        ("run --api-key abc --name x", "run --api-key [redacted] --name x"),
        ("AGE-SECRET-KEY-1QQPQ9 end", "[redacted] end"),
        ("t eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln x", "t [redacted] x"),
    ] {
        assert_eq!(text(given, &known), expected);
    }
}

#[test]
fn ordinary_text_is_not_redacted() {
    let known = Known::new([&b"seasense-secret"[..], b"abc"]);
    for line in [
        "oci://seasense-registry:5000/platform@sha256:0123456789abcdef",
        "password authentication failed for user \"app\"",
        "Secret seasense/seasense-db-app not found; secretName: x",
        "MountVolume.SetUp failed for volume \"tls\": secret \"gateway-tls\" not found",
        "https://seasense.localhost:8443/api/v1/summary 200",
        "Basic Authentication failed",
        "abc 10:20:30 50% done \\o/",
    ] {
        assert_eq!(text(line, &known), line);
    }
}
