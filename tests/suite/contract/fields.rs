//! Finds the fields of a body that its schema does not name.

use std::collections::HashMap;

use serde_json::Value;

/// Fields that the docs have and the document lacks, by name, each with its reason. None so far: `enforce_nonce`,
/// `contexts` and `integration_types`, which it once lacked, are in it.
const DOCUMENTED_ELSEWHERE: [&str; 0] = [];

/// What the schemas for one value say about its parts.
#[derive(Default)]
struct Shape<'d> {
    properties: HashMap<&'d str, Vec<&'d Value>>,
    items: Vec<&'d Value>,
    /// What fields of any name may hold, where the schema allows them.
    any_name: Vec<&'d Value>,
    is_open: bool,
}

/// The places in `body`, as JSON pointers, of fields that `schema` does not know.
pub(super) fn unknown(document: &Value, schema: &Value, body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(document, &[schema], body, "", &mut found);
    found
}

fn walk(document: &Value, schemas: &[&Value], value: &Value, place: &str, found: &mut Vec<String>) {
    let mut shape = Shape::default();
    for schema in schemas {
        shape.add(document, schema, value);
    }
    match value {
        Value::Object(fields) => {
            // A schema that names no field at all does not say what belongs there.
            let is_open = shape.is_open || shape.properties.is_empty();
            for (name, value) in fields {
                let place = format!("{place}/{name}");
                match shape.properties.get(name.as_str()) {
                    Some(schemas) => walk(document, schemas, value, &place, found),
                    None if is_open => walk(document, &shape.any_name, value, &place, found),
                    None if DOCUMENTED_ELSEWHERE.contains(&name.as_str()) => {}
                    None => found.push(place),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(document, &shape.items, item, &format!("{place}/{index}"), found);
            }
        }
        _ => {}
    }
}

impl<'d> Shape<'d> {
    fn add(&mut self, document: &'d Value, schema: &'d Value, value: &Value) {
        if let Some(target) = schema["$ref"].as_str()
            && let Some(target) = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer))
        {
            self.add(document, target, value);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.properties.entry(name).or_default().push(property);
        }
        if let Some(items) = schema.get("items") {
            self.items.push(items);
        }
        if let Some(any_name) = schema.get("additionalProperties").filter(|any| **any != Value::Bool(false)) {
            self.is_open = true;
            self.any_name.push(any_name);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.add(document, part, value);
        }
        for union in ["anyOf", "oneOf"] {
            for branch in schema[union].as_array().into_iter().flatten() {
                if may_be(document, branch, value) {
                    self.add(document, branch, value);
                }
            }
        }
    }
}

/// Whether `value` may be meant for `branch`: Discord's unions of objects are told apart by `type`.
fn may_be(document: &Value, branch: &Value, value: &Value) -> bool {
    let resolved = branch["$ref"].as_str().and_then(|target| document.pointer(target.strip_prefix('#')?));
    let types = resolved.unwrap_or(branch)["properties"]["type"]["enum"].as_array();
    match (types, value.get("type")) {
        (Some(types), Some(given)) => types.contains(given),
        _ => true,
    }
}
