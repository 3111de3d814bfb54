//! Secrets are planted everywhere, in every form, and looked for in the packed bundle.

use std::io::Read;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{
        basket::{Basket, Gathered},
        bundle,
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

fn form(text: &str) -> String {
    percent(text, false).replace('+', "%2B").replace("%20", "+")
}

/// Every form in which programs write a secret.
fn written(secret: &str, around: &str) -> Vec<String> {
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
        form(secret),
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

/// A bundle that holds `texts` wherever a text can stand.
fn planted(texts: &[String]) -> Gathered {
    let basket = Basket::default();
    for (number, text) in texts.iter().enumerate() {
        basket.text(
            format!("logs/{number}.log"),
            format!("time=1 msg=begun\nlevel=info msg={text} more\n{text}"),
        );
        basket.text(format!("nodes/{number}.log"), format!("{{\"log\": \"x {text} y\"}}"));
    }
    let env: Vec<Value> = texts.iter().map(|text| json!({"name": "E", "value": text})).collect();
    let nested = json!({"a": [{"b": texts, "c": json!({"d": texts}).to_string()}]});
    let object = json!({"metadata": {"name": "x", "annotations": {"last": nested.to_string()}}, "spec": {"env": env},
        "status": {"conditions": texts.iter().map(|text| json!({"message": format!("failed: {text}.")})).collect::<Vec<_>>()}});
    let paths = ["metadata.**", "spec.**", "status.conditions.message"];
    basket.data("cluster/objects.json", project(&object, &paths).unwrap());
    basket.data("names.json", Value::Object(texts.iter().map(|text| (text.clone(), json!(1))).collect()));
    basket.into_inner()
}

/// All that a reader of the bundle can see.
fn unpacked(bytes: &[u8]) -> String {
    let mut archive = tar::Archive::new(zstd::Decoder::new(bytes).unwrap());
    let mut text = String::new();
    for entry in archive.entries().unwrap() {
        entry.unwrap().read_to_string(&mut text).unwrap();
    }
    text
}

/// Whoever knows the secret looks for it in this way.
fn leaks(seen: &str, secret: &str) -> Vec<String> {
    let joined: String = seen.chars().filter(|c| !c.is_whitespace()).collect();
    let json = Value::String(secret.to_owned()).to_string();
    let mut forms = base64_within(secret.as_bytes());
    forms.extend([secret.to_owned(), percent(secret, true), percent(secret, false), form(secret)]);
    forms.extend([hex::encode(secret), hex::encode_upper(secret), json[1..json.len() - 1].to_owned()]);
    forms.retain(|form| seen.contains(form.as_str()) || joined.contains(form.as_str()));
    forms
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!-~]{8,40}",
        "[A-Za-z0-9+/=_-]{16,64}",
        "[!-~]{3,8} [!-~]{3,8} [<>&\"\\\\%+]{1,4}[a-z]{3}",
        "[a-zé温😀]{8,12}[0-9]{4}",
    ]
    // What blanks or marks hold by chance is no secret.
    .prop_filter("a secret is not only punctuation", |text| {
        text.chars().filter(|c| c.is_alphanumeric()).count() >= 6
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_known_secret_is_in_no_bundle_in_any_form(
        secrets in proptest::collection::vec(secret(), 1..3),
        around in "[a-z]{0,4}",
        shift in 0usize..3,
    ) {
        let around = format!("{around}{}", "x".repeat(shift));
        let texts: Vec<String> = secrets.iter().flat_map(|secret| written(secret, &around)).collect();
        let known = Known::new(secrets.iter().map(String::as_bytes));
        let bytes = bundle::pack(planted(&texts), "r", 0, &known).unwrap();
        let seen = unpacked(&bytes);
        prop_assert!(seen.contains(MARK) && seen.contains("msg=begun"));
        for secret in &secrets {
            prop_assert_eq!(leaks(&seen, secret), Vec::<String>::new(), "{:?}", secret);
        }
    }

    #[test]
    fn cleaning_never_fails_and_leaves_other_text_alone(text in "\\PC{0,200}") {
        let known = Known::new([&b"the-secret-value"[..]]);
        let clean = super::text(&text, &known);
        prop_assert_eq!(&super::text(&clean, &known), &clean);
    }

    #[test]
    fn binary_secrets_are_found_in_codes(bytes in proptest::collection::vec(any::<u8>(), 16..64)) {
        let known = Known::new([bytes.as_slice()]);
        let trimmed = bytes.trim_ascii();
        prop_assume!(trimmed.len() >= 12 && !trimmed.contains(&b'\n'));
        for form in [hex::encode(trimmed), to_base64(&bytes)] {
            let clean = super::text(&format!("key {form} end"), &known);
            prop_assert!(clean.contains(MARK), "{}", clean);
        }
    }
}

#[test]
fn a_key_of_several_lines_is_found_line_by_line_and_as_a_whole() {
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
fn what_looks_like_a_secret_goes_without_being_known() {
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
fn what_people_need_to_read_stays() {
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
