//! Checks outgoing requests against Discord's own OpenAPI document: that the path and method exist, that the body is
//! what Discord takes, and that it has no field that Discord does not know (it would ignore it, and so would we).

mod fields;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value, json};

/// Where the document lies, from the crate's directory; the second is for checkouts one level deeper.
const DOCUMENTS: [&str; 2] = ["../shared/discord/openapi.json", "../../shared/discord/openapi.json"];
/// Bit sets that the docs call strings: the document has integers, Discord reads both, and we send strings.
const BIT_SETS: [&str; 4] = ["allow", "deny", "permissions", "default_member_permissions"];
/// Characters of a bot's message (docs, Create Message); the document has the 4,000 of paying people.
const CONTENT: u64 = 2000;
/// Components of a form (docs, Modal); the document has the 40 of a message.
const FORM_COMPONENTS: u64 = 5;

/// Discord's document, with a validator for each operation that was asked about.
pub struct Contract {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// Reads the document; without it there is nothing to check against, which is said aloud.
    pub fn load() -> Option<Self> {
        let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = DOCUMENTS.iter().find_map(|document| std::fs::read_to_string(crate_dir.join(document)).ok());
        let Some(text) = text else {
            eprintln!(
                "NO CONTRACT CHECKS: Discord's OpenAPI document is at none of {DOCUMENTS:?} from {}",
                crate_dir.display()
            );
            return None;
        };
        let mut document = serde_json::from_str(&text).expect("Discord's OpenAPI document is JSON");
        follow_the_docs(&mut document);
        Some(Self { document, validators: Mutex::default() })
    }

    /// The document, read once for the whole test program.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Contract>> = OnceLock::new();
        SHARED.get_or_init(Self::load).as_ref()
    }

    /// Checks a request: `path` is below `/api/v10`, `body` is `Value::Null` when there is none, and for a multipart
    /// request its `payload_json`. The error lists what is wrong, each with its place in the body.
    pub fn check(&self, method: &str, path: &str, query: Option<&str>, body: &Value) -> Result<(), String> {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, query),
        };
        let request = format!("{method} {path}");
        let (template, item) = self.path_item(path).ok_or_else(|| format!("{request}: no such path"))?;
        let operation =
            item.get(method.to_ascii_lowercase()).ok_or_else(|| format!("{request}: {template} has no such method"))?;
        let mut wrong = self.wrong_parameters(template, path, query, [item, operation]);
        wrong.extend(self.wrong_body(&format!("{method} {template}"), operation, body));
        if wrong.is_empty() { Ok(()) } else { Err(format!("{request}: {}", wrong.join("; "))) }
    }

    /// The path's template and entry. Where several templates match, that with the most literal parts is meant
    /// (`@original` is a message id too, by its place).
    fn path_item(&self, path: &str) -> Option<(&str, &Value)> {
        let matching = self.document["paths"].as_object()?.iter().filter(|(template, _)| {
            template.split('/').count() == path.split('/').count()
                && template.split('/').zip(path.split('/')).all(|(part, given)| match parameter(part) {
                    Some(_) => !given.is_empty(),
                    None => part == given,
                })
        });
        matching
            .max_by_key(|(template, _)| template.split('/').filter(|part| parameter(part).is_none()).count())
            .map(|(template, item)| (template.as_str(), item))
    }

    fn wrong_parameters(&self, template: &str, path: &str, query: Option<&str>, holders: [&Value; 2]) -> Vec<String> {
        let parameters: Vec<&Value> =
            holders.iter().filter_map(|holder| holder["parameters"].as_array()).flatten().collect();
        let named = |place: &str, name: &str| {
            parameters.iter().find(|parameter| parameter["in"] == place && parameter["name"] == name)
        };
        let mut wrong = Vec::new();
        for (part, given) in template.split('/').zip(path.split('/')) {
            if let Some(name) = parameter(part)
                && let Some(parameter) = named("path", name)
                && !self.takes(&format!("path {template} {name}"), &parameter["schema"], &json!(given))
            {
                wrong.push(format!("{{{name}}} is not {given:?}"));
            }
        }
        let pairs: Vec<(&str, &str)> = query
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .collect();
        for &(name, given) in &pairs {
            let Some(parameter) = named("query", name) else {
                wrong.push(format!("?{name} is not known"));
                continue;
            };
            // A query has no types: it is fine if it is fine as a text, as what it spells, or as a list of one.
            let spelt = serde_json::from_str(given).unwrap_or_else(|_| json!(given));
            let key = format!("query {template} {name}");
            let readings = [json!(given), json!([given]), json!([spelt]), spelt];
            if !readings.iter().any(|reading| self.takes(&key, &parameter["schema"], reading)) {
                wrong.push(format!("?{name} is not {given:?}"));
            }
        }
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            let is_needed = parameter["in"] == "query" && parameter["required"] == true;
            if is_needed && !pairs.iter().any(|&(given, _)| given == name) {
                wrong.push(format!("?{name} is missing"));
            }
        }
        wrong
    }

    fn wrong_body(&self, key: &str, operation: &Value, body: &Value) -> Vec<String> {
        let Some(request_body) = operation.get("requestBody") else {
            return if body.is_null() { Vec::new() } else { vec!["it takes no body".to_owned()] };
        };
        if body.is_null() {
            return if request_body["required"] == true { vec!["its body is missing".to_owned()] } else { Vec::new() };
        }
        let Some(schema) = request_body["content"]["application/json"].get("schema") else {
            return vec!["it takes no JSON".to_owned()];
        };
        let validator = self.validator(key, schema);
        let mut wrong = Vec::new();
        for error in validator.iter_errors(body) {
            innermost(&error, &mut wrong);
        }
        wrong.extend(
            fields::unknown(&self.document, schema, body).into_iter().map(|field| format!("{field} is not known")),
        );
        wrong
    }

    fn takes(&self, key: &str, schema: &Value, value: &Value) -> bool {
        self.validator(key, schema).is_valid(value)
    }

    fn validator(&self, key: &str, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(key.to_owned()).or_insert_with(|| {
            let schema = json!({
                "allOf": [schema],
                // Only what is referred to: compiling the whole document takes seconds.
                "components": { "schemas": self.referred_to(schema) },
            });
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            Arc::new(
                options.build(&schema).unwrap_or_else(|error| panic!("{key}: its schema does not compile: {error}")),
            )
        });
        Arc::clone(validator)
    }

    /// The named schemas that `schema` needs, directly or through others.
    fn referred_to(&self, schema: &Value) -> Map<String, Value> {
        let mut found = Map::new();
        let mut open = references(schema);
        while let Some(name) = open.pop_first() {
            let schema = &self.document["components"]["schemas"][&name];
            open.extend(references(schema).into_iter().filter(|name| !found.contains_key(name)));
            found.insert(name, schema.clone());
        }
        found
    }
}

/// The name in a template's part such as `{channel_id}`.
fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// The names of the schemas that are referred to in `schema` itself.
fn references(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(object) => object
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(target) if key == "$ref" => {
                    target.strip_prefix("#/components/schemas/").map(str::to_owned).into_iter().collect()
                }
                value => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

/// Where the docs and the document differ, the docs count (the document's own README).
fn follow_the_docs(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
                for name in BIT_SETS {
                    if let Some(property) = properties.get_mut(name) {
                        take_digits_too(property);
                    }
                }
                // Messages have both; a text display has only `content`.
                if properties.contains_key("embeds") {
                    lower(properties.get_mut("content"), "maxLength", 4000, CONTENT);
                }
                // Forms have both; a message has only `components`.
                if properties.contains_key("title") {
                    lower(properties.get_mut("components"), "maxItems", 40, FORM_COMPONENTS);
                }
            }
            object.values_mut().for_each(follow_the_docs);
        }
        Value::Array(items) => items.iter_mut().for_each(follow_the_docs),
        _ => {}
    }
}

/// Sets a limit that stands at `from` to `to`.
fn lower(property: Option<&mut Value>, limit: &str, from: u64, to: u64) {
    if let Some(found) = property.and_then(|property| property.get_mut(limit)).filter(|found| **found == from) {
        *found = json!(to);
    }
}

/// Lets an integer be written as a string of digits.
fn take_digits_too(property: &mut Value) {
    let types = match &property["type"] {
        Value::String(one) => vec![json!(one)],
        Value::Array(several) => several.clone(),
        _ => return,
    };
    if types.contains(&json!("integer")) {
        property["type"] = types.into_iter().chain([json!("string")]).collect();
        property["pattern"] = json!("^[0-9]+$");
    }
}

/// Writes down what is wrong at the innermost place: of the branches of a union, that which was meant.
fn innermost(error: &ValidationError<'_>, wrong: &mut Vec<String>) {
    let place = error.instance_path().as_str();
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) = error.kind() else {
        let place = if place.is_empty() { "the body" } else { place };
        // Masked, since a value may be long, and its place says which it is.
        wrong.push(format!("{place}: {}", error.masked()));
        return;
    };
    let discriminator = format!("{place}/type");
    let is_meant = |branch: &&Vec<ValidationError<'_>>| {
        branch.iter().all(|error| error.instance_path().as_str() != discriminator && !is_null_branch(error, place))
    };
    let meant = context.iter().find(is_meant).or_else(|| context.first());
    for error in meant.into_iter().flatten() {
        innermost(error, wrong);
    }
}

/// Whether `error` only says that the value at `place` is not `null` or of another basic type.
fn is_null_branch(error: &ValidationError<'_>, place: &str) -> bool {
    error.instance_path().as_str() == place && matches!(error.kind(), ValidationErrorKind::Type { .. })
}
