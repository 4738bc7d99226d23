//! Resources as the Azure command line prints them.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::failure::Outcome;
use crate::printer::to_json;

/// A resource as JSON: its `properties` beside its name, with the resource
/// group out of its id.
pub(crate) fn flatten(model: &impl Serialize) -> Outcome<Value> {
    Ok(flatten_value(to_json(model)?))
}

fn flatten_value(value: Value) -> Value {
    match value {
        Value::Object(object) if object.contains_key("properties") => flatten_object(object),
        Value::Array(items) => Value::Array(items.into_iter().map(flatten_value).collect()),
        other => other,
    }
}

fn flatten_object(mut object: Map<String, Value>) -> Value {
    let properties = object.remove("properties");
    if let Some(group) = object.get("id").and_then(Value::as_str).and_then(resource_group) {
        object.insert("resourceGroup".to_owned(), Value::String(group));
    }
    if let Some(Value::Object(properties)) = properties {
        for (name, value) in properties {
            object.entry(name).or_insert(flatten_value(value));
        }
    }
    Value::Object(object)
}

fn resource_group(id: &str) -> Option<String> {
    let mut segments = id.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case("resourceGroups"))?;
    segments.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn properties_move_up_at_every_level() {
        let account = json!({
            "id": "/subscriptions/s/resourceGroups/lab/providers/p",
            "name": "ocean",
            "properties": {
                "name": "not this one",
                "encryptionConfig": {"type": "ServiceManaged"},
                "firewallRules": [{"name": "office", "properties": {"startIpAddress": "10.0.0.1"}}],
            },
        });
        let expected = json!({
            "id": "/subscriptions/s/resourceGroups/lab/providers/p",
            "name": "ocean",
            "resourceGroup": "lab",
            "encryptionConfig": {"type": "ServiceManaged"},
            "firewallRules": [{"name": "office", "startIpAddress": "10.0.0.1"}],
        });
        assert_eq!(flatten_value(account), expected);
    }
}
