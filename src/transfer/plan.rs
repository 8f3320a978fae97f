//! What an import would do: planned, rehearsed, and then done, by the commands that people type.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::Names;
use super::reading::{self, Fault};
use super::{CHANGES, FORMAT, SECTIONS, digest, reply, state};
use crate::chat::text::fit;
use crate::command::catalogue::CATALOGUE;
use crate::command::context::Context;
use crate::command::dispatch::{Command, perform};
use crate::command::outside::Outside;
use crate::error::{Error, Refusal};
use crate::service;
use crate::setup::{self, Guild, Surroundings};
use crate::store::Tx;

/// What a step does to what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It was not there.
    Added,
    /// It becomes other.
    Changed,
    /// It is offered no longer, because the file says so.
    Retired,
}

/// One change.
#[derive(Clone, Debug)]
pub struct Step {
    /// The line of the file that asks for it.
    pub line: usize,
    /// What it does.
    pub kind: Kind,
    /// What changes, as markdown.
    pub words: String,
    /// How it is brought about.
    commands: Vec<Command>,
}

/// A plan in the making. Each section adds its steps, and what is wrong.
#[derive(Debug, Default)]
pub struct Planning {
    /// What the server's channels and roles are called.
    pub names: Names,
    /// What is wrong, with its line.
    pub faults: Vec<Fault>,
    steps: Vec<Step>,
    kept: usize,
    /// The zone that the file gives the server.
    zone: Option<String>,
    /// Names of services, calendars and agreements, and the lines on which they stand.
    seen: BTreeMap<(&'static str, String), usize>,
}

impl Planning {
    /// The server will have that zone.
    pub fn set_zone(&mut self, zone: &str) {
        self.zone = Some(zone.to_owned());
    }

    /// The zone that the server will have once the file is imported.
    pub fn zone(&self, guild: &Guild) -> String {
        self.zone.clone().unwrap_or_else(|| guild.zone_name.clone())
    }

    /// Whether this is the first `what` of that name in the file; another is a fault.
    pub fn first(&mut self, what: &'static str, name: &str, line: usize) -> bool {
        if let Some(first) = self.seen.get(&(what, service::key(name))) {
            let first = *first;
            self.fault(
                line,
                format!("the {what} **{}** stands in the file twice; the first is in line {first}.", fit(name, 60)),
            );
            return false;
        }
        self.seen.insert((what, service::key(name)), line);
        true
    }

    /// Something is already as the file says.
    pub fn keep(&mut self) {
        self.kept += 1;
    }

    /// Something on `line` cannot be.
    pub fn fault(&mut self, line: usize, why: impl Into<String>) {
        self.faults.push((line, why.into()));
    }

    /// `value`, or a fault on `line`.
    pub fn or_fault<T>(&mut self, line: usize, value: Result<T, String>) -> Option<T> {
        value.map_err(|why| self.fault(line, why)).ok()
    }

    /// `value`, which was read from some line, if it can be `option` of the command at `path`; else a fault on its own line.
    pub fn option<T>(&mut self, path: &[&str], option: &str, value: Option<(usize, T)>) -> Option<T>
    where
        T: Clone + Into<Value>,
    {
        let (line, value) = value?;
        let checked = CATALOGUE.check_one(path, option, value.clone().into());
        self.or_fault(line, checked.map_err(|refusal| refusal.sentence.into_owned())).map(|()| value)
    }

    /// A step: `path` is the command that a person would type, `options` what they would choose. The catalogue checks both here.
    pub fn step(&mut self, line: usize, kind: Kind, words: String, path: &str, options: Value) {
        if let Some(command) = self.command(line, path, options) {
            self.steps.push(Step { line, kind, words, commands: vec![command] });
        }
    }

    /// Something more that belongs to the step before.
    pub fn and_then(&mut self, line: usize, path: &str, options: Value) {
        if let Some(command) = self.command(line, path, options)
            && let Some(step) = self.steps.last_mut()
        {
            step.commands.push(command);
        }
    }

    fn command(&mut self, line: usize, path: &str, options: Value) -> Option<Command> {
        let path: Vec<String> = path.split(' ').map(str::to_owned).collect();
        let Value::Object(options) = options else { return None };
        let parsed = Command::parse(&path, options);
        parsed.map_err(|error| self.fault(line, error.to_string())).ok()
    }

    /// The steps in the order in which they are made: what is retired goes last, and first of all what names others.
    fn in_order(&mut self) {
        let (mut retired, mut steps): (Vec<Step>, Vec<Step>) =
            std::mem::take(&mut self.steps).into_iter().partition(|step| step.kind == Kind::Retired);
        retired.reverse();
        steps.append(&mut retired);
        self.steps = steps;
    }
}

/// What an import would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The changes, in the order in which they are made.
    pub steps: Vec<Step>,
    /// How much is already as the file says.
    pub kept: usize,
    /// What the configuration is known by that this was planned on.
    pub state: String,
    /// What the plan is known by: file, state and every change in it.
    pub digest: String,
}

impl Plan {
    /// How many steps are of that kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.steps.iter().filter(|step| step.kind == kind).count()
    }
}

/// Plans the import of `text` and rehearses it: nothing is changed when this returns. Either a plan whose every step was carried out once,
/// or all faults in the order of their lines.
pub async fn plan(
    tx: &mut Tx,
    context: &Context,
    around: &Surroundings,
    text: &str,
) -> Result<Result<Plan, Vec<Fault>>, Error> {
    let mut file = match reading::read(text) {
        Ok(file) => file,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut planning = Planning { names: Names::of(around), ..Planning::default() };
    match file.number("format", &mut planning.faults) {
        Some((_, FORMAT)) => {}
        // Nothing else in it can be trusted to mean what it seems to.
        Some((line, other)) => return Ok(Err(vec![(line, reply::other_format(other))])),
        None if planning.faults.is_empty() => planning.fault(1, reply::no_format()),
        None => {}
    }
    for section in SECTIONS {
        section.plan(tx, &context.guild, &mut file, &mut planning).await?;
    }
    file.finish(&mut planning.faults);
    planning.in_order();
    if planning.steps.len() > CHANGES {
        planning.fault(1, reply::too_many(planning.steps.len()));
    } else {
        rehearse(tx, context, around, &mut planning).await?;
    }
    if !planning.faults.is_empty() {
        planning.faults.sort();
        planning.faults.dedup();
        return Ok(Err(planning.faults));
    }
    let state = state(tx, &context.guild).await?;
    let mut parts = vec![state.as_str(), text];
    parts.extend(planning.steps.iter().map(|step| step.words.as_str()));
    let digest = digest(&parts);
    Ok(Ok(Plan { steps: planning.steps, kept: planning.kept, state, digest }))
}

/// Carries every step out, notes what is refused, and takes all of it back.
async fn rehearse(tx: &mut Tx, context: &Context, around: &Surroundings, planning: &mut Planning) -> Result<(), Error> {
    tx.begin_trial().await?;
    let outside = Outside { around: Some(Ok(around.clone())), file: None };
    let mut here = context.clone();
    for step in &planning.steps {
        match carry_out(tx, &mut here, &outside, step).await? {
            Ok(()) => {}
            Err(refusal) => planning.faults.push((step.line, refusal.sentence.into_owned())),
        }
    }
    tx.end_trial().await
}

/// Does all of it. What is refused takes the unit of work back, and with it all that was done before.
pub async fn apply(tx: &mut Tx, context: &Context, around: &Surroundings, plan: &Plan) -> Result<(), Error> {
    let mut here = context.clone();
    let outside = Outside { around: Some(Ok(around.clone())), file: None };
    for step in &plan.steps {
        if let Err(refusal) = carry_out(tx, &mut here, &outside, step).await? {
            return Err(reply::refused_at(step.line, &refusal).into());
        }
    }
    Ok(())
}

/// Carries one step out, and sees what it changed: the next step stands on it.
async fn carry_out(
    tx: &mut Tx,
    here: &mut Context,
    outside: &Outside,
    step: &Step,
) -> Result<Result<(), Refusal>, Error> {
    for command in &step.commands {
        match perform(tx, here, command.clone(), outside).await {
            Ok(_) => {}
            Err(Error::Refused(refusal)) => return Ok(Err(refusal)),
            Err(failed) => return Err(failed),
        }
        if let Some(guild) = setup::store::find(tx, here.guild.id).await? {
            here.scene.guild = guild;
        }
    }
    Ok(Ok(()))
}
