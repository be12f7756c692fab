//! The report's JSON Schema (draft 2020-12), derived from the types themselves.

/// The schema as pretty-printed JSON, for `hashimori-agent report --schema`.
pub fn schema_json() -> String {
    let schema = schemars::schema_for!(super::Report);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_changes_only_on_purpose() {
        insta::assert_snapshot!(schema_json());
    }
}
