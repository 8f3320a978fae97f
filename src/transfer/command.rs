//! `/setup export`, `/setup import`, and the buttons of a preview.

use serde::{Deserialize, Serialize};

use super::names::Names;
use super::plan::{self, Plan};
use super::{digest, reply, state, write};
use crate::chat::answer::Answer;
use crate::chat::fetch::Fetched;
use crate::chat::file::File;
use crate::chat::invocation::TargetFile;
use crate::chat::text::clean_line;
use crate::command::context::Context;
use crate::command::outside::Outside;
use crate::command::{form, unknown_press};
use crate::error::{Error, Refusal};
use crate::journal::{self, Change, Fact};
use crate::level;
use crate::policy;
use crate::service;
use crate::store::Tx;

/// The kind of draft that a preview is kept as.
const PREVIEW: &str = "setup.import";

/// A preview that may be applied.
#[derive(Serialize, Deserialize)]
struct Preview {
    name: String,
    text: String,
    state: String,
    digest: String,
}

/// All that is configured, as a file.
pub async fn export(tx: &mut Tx, context: &Context, outside: &Outside) -> Result<Answer, Error> {
    policy::administrator(&context.member, &context.guild.roles)?;
    let (around, why) = match outside.around() {
        Ok(around) => (around.clone(), None),
        Err(why) => (crate::setup::Surroundings::default(), Some(why)),
    };
    let mut names = Names::of(&around);
    let guild = context.guild.id;
    for owner in service::store::all(tx, guild).await?.into_iter().filter_map(|service| service.owner) {
        if let Some(name) = journal::name(tx, guild, owner).await? {
            names.know(owner, name);
        }
    }
    let at = jiff::Timestamp::from_microsecond(context.now.timestamp_micros())
        .map(|now| context.guild.zone.to_datetime(now).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default();
    let called = if around.name.is_empty() { "a server".to_owned() } else { clean_line(&around.name) };
    let heading = reply::heading(&called, &guild.to_string(), &format!("{at} {}", context.guild.zone_name));
    let text = format!("{heading}{}", write(tx, &context.guild, &names).await?);
    let file = File::new("wardroom-setup.toml", "application/toml", text.into_bytes());
    Ok(Answer::Say(reply::exported(file.described("All that is set up for wardroom in this server"), why)))
}

/// What a file would change; nothing is changed yet.
pub async fn import(tx: &mut Tx, context: &Context, file: &TargetFile, outside: &Outside) -> Result<Answer, Error> {
    policy::administrator(&context.member, &context.guild.roles)?;
    let text = text(file, outside)?;
    let around = outside.around().map_err(reply::cannot_check)?;
    // As before any command about them: what holds where nothing was agreed is written down.
    level::ensure_defaults(tx, &context.guild).await?;
    match plan::plan(tx, context, around, &text).await? {
        Err(faults) => Ok(Answer::Say(reply::faults(&file.name, &faults))),
        Ok(plan) if plan.steps.is_empty() => Ok(Answer::Say(reply::nothing_changes(&file.name, plan.kept))),
        Ok(plan) => {
            form::forget_drafts(tx, context, PREVIEW).await?;
            let preview =
                Preview { name: file.name.clone(), text, state: plan.state.clone(), digest: plan.digest.clone() };
            let draft = form::draft(tx, context, PREVIEW, &serde_json::to_value(preview)?).await?;
            Ok(Answer::Say(reply::preview(&file.name, &plan, draft)))
        }
    }
}

/// The text of the file that was given.
fn text(file: &TargetFile, outside: &Outside) -> Result<String, Refusal> {
    let bytes = match &outside.file {
        Some(Fetched::Whole(bytes)) => bytes,
        Some(Fetched::Refused(why) | Fetched::Gone(why)) => return Err(reply::not_fetched(&file.name, why, false)),
        Some(Fetched::Later(why)) => return Err(reply::not_fetched(&file.name, why, true)),
        None => return Err(reply::not_fetched(&file.name, "it was not asked for", true)),
    };
    match std::str::from_utf8(bytes) {
        // Some editors begin a file with a mark that is no text.
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Err(error) => {
            let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
            Err(reply::no_text(&file.name, line))
        }
    }
}

/// A button of a preview: `extra` is the draft and the digest of what was shown.
pub async fn press(
    tx: &mut Tx,
    context: &Context,
    verb: &str,
    extra: &str,
    outside: &Outside,
) -> Result<Answer, Error> {
    let proof = policy::administrator(&context.member, &context.guild.roles)?;
    let (draft, shown) = extra.split_once('-').ok_or_else(unknown_press)?;
    let draft: i64 = draft.parse().map_err(|_| unknown_press())?;
    let kept = form::drafted(tx, context, PREVIEW, draft).await?.ok_or_else(reply::no_preview)?;
    let preview: Preview = serde_json::from_value(kept)?;
    // The database may give the id of a draft that is gone to a newer one.
    if reply::short(&preview.digest) != shown {
        return Err(reply::no_preview().into());
    }
    match verb {
        "cancel" => {
            form::close(tx, context, draft).await?;
            Ok(Answer::Replace(reply::cancelled()))
        }
        "apply" => {
            if state(tx, &context.guild).await? != preview.state {
                return Err(reply::changed_meanwhile().into());
            }
            let around = outside.around().map_err(reply::cannot_check)?;
            let plan = match plan::plan(tx, context, around, &preview.text).await? {
                Ok(plan) if plan.digest == preview.digest => plan,
                Ok(_) => return Err(reply::changed_meanwhile().into()),
                // A channel or a role has gone since.
                Err(faults) => return Ok(Answer::Say(reply::faults(&preview.name, &faults))),
            };
            record(tx, context, proof.basis(), &preview, &plan).await?;
            plan::apply(tx, context, around, &plan).await?;
            form::close(tx, context, draft).await?;
            Ok(Answer::Replace(reply::applied(&plan)))
        }
        _ => Err(unknown_press()),
    }
}

/// That the entries to come are those of one file, which its hash names.
async fn record(tx: &mut Tx, context: &Context, basis: &str, preview: &Preview, plan: &Plan) -> Result<(), Error> {
    let changes = vec![
        Change::new("file", Fact::Plain(digest(&[&preview.text]))),
        Change::new("changes", Fact::Plain(plan.steps.len().to_string())),
    ];
    let draft = context.draft("setup.import", "setup:import", basis, changes);
    journal::append(tx, context.guild.id, context.written_at, draft).await.map(drop)
}
