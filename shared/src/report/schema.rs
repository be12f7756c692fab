//! The report's JSON Schema (draft 2020-12), derived from the types themselves.

/// The schema as pretty-printed JSON, for `hashimori-agent report --schema`.
pub fn schema_json() -> String {
    let mut schema = schemars::schema_for!(super::Report).to_value();
    // Another crate in the same build may make serde_json keep the order of insertion.
    schema.sort_all_objects();
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample;
    use crate::time::Timestamp;

    #[test]
    fn the_published_schema_changes_only_on_purpose() {
        insta::assert_snapshot!(schema_json());
    }

    #[test]
    fn what_agents_send_is_what_the_schema_says() {
        let schema: Value = serde_json::from_str(&schema_json()).expect("JSON");
        let at = Timestamp::from_seconds(1_795_316_400);
        for report in [sample::good_debian(at), sample::bad_debian(at), sample::all_unknown(at), sample::japanese_windows(at)] {
            let mut report = serde_json::to_value(report).expect("serialises");
            assert_eq!(mismatch(&schema, &schema, &report), None);
            report["machine"]["auto_login"]["value"]["enabled"] = "yes".into();
            report["machine"]["auto_login"]["source"] = 1.into();
            assert!(mismatch(&schema, &schema, &report).is_some(), "the check itself must be able to fail");
        }
    }

    /// The keywords our schema uses: `$ref`, `anyOf`/`oneOf`, `type`, `const`, `required`, `properties`, `items`.
    fn mismatch(root: &Value, schema: &Value, value: &Value) -> Option<String> {
        if let Some(name) = schema["$ref"].as_str() {
            return mismatch(root, root.pointer(name.strip_prefix('#')?)?, value);
        }
        if let Some(options) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            let fits = options.iter().any(|option| mismatch(root, option, value).is_none());
            return (!fits).then(|| format!("{value} fits no option"));
        }
        if !schema["const"].is_null() && schema["const"] != *value {
            return Some(format!("{value} is not {}", schema["const"]));
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            Value::String(name) => vec![name],
            _ => Vec::new(),
        };
        if !types.is_empty() && !types.iter().any(|name| is_of(name, value)) {
            return Some(format!("{value} is not {types:?}"));
        }
        let missing = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).find(|name| value.get(name).is_none());
        if let Some(name) = missing {
            return Some(format!("{name} is missing"));
        }
        let members = value.as_object().into_iter().flatten().filter_map(|(name, v)| Some((schema["properties"].get(name)?, v)));
        let items = value.as_array().into_iter().flatten().filter_map(|v| Some((schema.get("items")?, v)));
        members.chain(items).find_map(|(schema, v)| mismatch(root, schema, v))
    }

    fn is_of(name: &str, value: &Value) -> bool {
        match name {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "null" => value.is_null(),
            _ => false,
        }
    }
}
