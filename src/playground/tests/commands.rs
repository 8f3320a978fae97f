use serde_json::{Value, json};

use super::{Bench, commands, errors_at};

fn path(bench: &Bench) -> String {
    format!("/applications/{}/commands", bench.playground.application_id())
}

#[tokio::test]
async fn an_overwrite_keeps_the_ids_of_names_that_stay() {
    let bench = Bench::new().await;
    let first = bench.granted("PUT", &path(&bench), commands()).await;
    let second = bench.granted("PUT", &path(&bench), commands()).await;
    assert_eq!(first[0]["id"], second[0]["id"]);
    assert_ne!(first[0]["version"], second[0]["version"]);
    let fewer = bench.granted("PUT", &path(&bench), json!([commands()[0]])).await;
    assert_eq!(fewer.as_array().unwrap().len(), 1);
    assert_eq!(bench.granted("GET", &path(&bench), Value::Null).await, fewer);
    bench.refused(10002, "PUT", "/applications/1/commands", json!([])).await;
    let guild = bench.playground.guild("Harbour Payments");
    let path = format!("/applications/{}/guilds/{guild}/commands", bench.playground.application_id());
    assert_eq!(bench.granted("PUT", &path, commands()).await[0]["guild_id"], json!(guild));
}

#[tokio::test]
async fn definitions_keep_their_limits() {
    let bench = Bench::new().await;
    let command = |options: Value| json!([{"name": "a", "description": "d", "options": options}]);
    let option = |name: &str| json!({"type": 3, "name": name, "description": "d"});
    let many: Vec<Value> = (0..26).map(|n| option(&format!("o{n}"))).collect();
    let mut required = option("b");
    required["required"] = json!(true);
    let mut both = option("c");
    both["autocomplete"] = json!(true);
    both["choices"] = json!([{"name": "n", "value": "v"}]);
    let bulky: Vec<Value> = (0..25)
        .map(|n| json!({"type": 3, "name": format!("o{n}"), "description": "d".repeat(100), "choices":
            (0..3).map(|c| json!({"name": format!("{c}{}", "n".repeat(80)), "value": "v".repeat(90)})).collect::<Vec<_>>()}))
        .collect();
    for (body, place, code) in [
        (json!([{"name": "Upper", "description": "d"}]), &["0", "name"][..], "APPLICATION_COMMAND_INVALID_NAME"),
        (json!([{"name": "two words", "description": "d"}]), &["0", "name"], "APPLICATION_COMMAND_INVALID_NAME"),
        (json!([{"name": "a", "description": ""}]), &["0", "description"], "BASE_TYPE_REQUIRED"),
        (json!([{"name": "a", "description": "d".repeat(101)}]), &["0", "description"], "BASE_TYPE_BAD_LENGTH"),
        (command(json!(many)), &["0", "options"], "BASE_TYPE_MAX_LENGTH"),
        (
            command(json!([option("a"), required])),
            &["0", "options", "1"],
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (
            command(json!([both])),
            &["0", "options", "0", "autocomplete"],
            "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
        ),
        (
            command(json!([option("a"), option("a")])),
            &["0", "options", "1", "name"],
            "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE",
        ),
        (command(json!(bulky)), &["0"], "APPLICATION_COMMAND_TOO_LARGE"),
        (
            json!([{"name": "Mark it", "type": 3, "description": "no"}]),
            &["0", "description"],
            "APPLICATION_COMMAND_INVALID_DESCRIPTION",
        ),
    ] {
        let refusal = bench.refused(50035, "PUT", &path(&bench), body).await;
        assert_eq!(errors_at(&refusal, place), code, "{refusal}");
    }
    let hundred_and_one: Vec<Value> = (0..101).map(|n| json!({"name": format!("c{n}"), "description": "d"})).collect();
    bench.refused(50035, "PUT", &path(&bench), json!(hundred_and_one)).await;
    let twice = json!([{"name": "a", "description": "d"}, {"name": "a", "description": "d"}]);
    let refusal = bench.refused(50035, "PUT", &path(&bench), twice).await;
    assert_eq!(errors_at(&refusal, &["1", "name"]), "APPLICATION_COMMANDS_DUPLICATE_NAME");
}
