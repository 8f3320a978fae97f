//! `/incident list`, page by page.
//!
//! A page is named by what stood at its edge and not by how much stands before it, so that the thousandth costs what the first does. Its
//! buttons carry the filters and that edge. They prove nothing: whoever presses one sees what they may see.

pub mod reply;
pub mod store;
mod texts;

pub use store::{Filter, From, Listed, States};
pub use texts::{NUMBERED, Texts, all as statements};

use super::{Priority, State};
use crate::chat::answer::Answer;
use crate::command::context::Context;
use crate::error::Error;
use crate::service;
use crate::store::Tx;

/// Incidents on one page: so many lines of the longest kind fit into a message (a test holds the longest against it).
pub const PAGE: i64 = 10;
/// The last page that can be asked for by its number: what lies further is passed over row by row. The buttons go on from there.
const LAST_BY_NUMBER: i64 = 100;

/// What a person asks for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `open`, `all` or a state.
    pub state: Option<String>,
    /// Of this service, in use or retired.
    pub service: Option<String>,
    /// Of this priority.
    pub priority: Option<Priority>,
    /// Only those that the person reported or has a role in.
    pub mine: bool,
    /// From 1.
    pub page: Option<i64>,
}

/// The page that `asked` asks for.
pub async fn list(tx: &mut Tx, context: &Context, asked: Asked) -> Result<Answer, Error> {
    let service = match asked.service {
        // What happened to a service that is retired can still be looked up.
        Some(name) => Some(service::find(tx, context.guild.id, &name).await?.id),
        None => None,
    };
    let view = View {
        states: asked.state.as_deref().map_or(Some(States::Open), States::named).unwrap_or_default(),
        service,
        priority: asked.priority,
        mine: asked.mine,
        page: asked.page.unwrap_or(1).clamp(1, LAST_BY_NUMBER),
        edge: None,
    };
    Ok(Answer::Say(show(tx, context, &view).await?))
}

/// The page that a button leads to, in place of the one that it stands on.
pub async fn turn(tx: &mut Tx, context: &Context, states: &str, rest: &str) -> Result<Answer, Error> {
    let view = View::read(states, rest).ok_or_else(crate::command::unknown_press)?;
    Ok(Answer::Replace(show(tx, context, &view).await?))
}

async fn show(tx: &mut Tx, context: &Context, view: &View) -> Result<crate::chat::message::Message, Error> {
    let filter = Filter {
        state: view.states,
        service: view.service,
        priority: view.priority,
        of: view.mine.then_some(context.member.user),
        viewer: context.viewer(),
    };
    let guild = context.guild.id;
    // One more than a page shows that there are more.
    let mut listed = store::page(tx, guild, &filter, view.from(), PAGE + 1).await?;
    let full = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let backwards = matches!(view.from(), From::Before(_));
    let mut more = listed.len() > full;
    if more && backwards {
        listed.remove(0);
    }
    listed.truncate(full);
    // Whoever comes from further back knows that there is more.
    more |= backwards;
    let alone = view.page == 1 && !more;
    let count = if alone { None } else { Some(store::count(tx, guild, &filter).await?) };
    Ok(reply::page(view, &listed, more, count, context.typed))
}

impl States {
    /// `open`, `all` or the name of a state.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "open" => Some(Self::Open),
            "all" => Some(Self::All),
            state => State::named(state).map(Self::One),
        }
    }

    fn name(self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::All => "all".to_owned(),
            Self::One(state) => state.name(),
        }
    }
}

/// A page of a list with its filters: what a button carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Which states.
    pub states: States,
    /// Of this service.
    pub service: Option<i64>,
    /// Of this priority.
    pub priority: Option<Priority>,
    /// Only what is the viewer's own, whoever that is.
    pub mine: bool,
    /// Its number, for people.
    pub page: i64,
    /// Where it begins, unless it is told by its number.
    pub edge: Option<From>,
}

impl View {
    fn from(&self) -> From {
        // The first page is always the top, and what is open is so little that each page is counted from there.
        match self.edge {
            Some(edge) if self.page > 1 && self.states != States::Open => edge,
            _ => From::Top((self.page - 1) * PAGE),
        }
    }

    /// The page after this one, which ends with `last`.
    fn next(&self, last: &Listed) -> Self {
        Self { page: self.page + 1, edge: Some(From::Behind(last.number.value)), ..self.clone() }
    }

    /// The page before this one, which begins with `first`.
    fn previous(&self, first: Option<&Listed>) -> Self {
        let page = (self.page - 1).max(1);
        match first {
            Some(first) => Self { page, edge: Some(From::Before(first.number.value)), ..self.clone() },
            // There is nothing here to go on from.
            None => Self { page: 1, edge: None, ..self.clone() },
        }
    }

    /// The two parts of a custom id that [`View::read`] reads: `all` and `s3.p1.m.n2.b40`.
    fn written(&self) -> (String, String) {
        let mut parts = Vec::new();
        parts.extend(self.service.map(|id| format!("s{id}")));
        parts.extend(self.priority.map(|priority| format!("p{}", priority.rank())));
        parts.extend(self.mine.then(|| "m".to_owned()));
        parts.push(format!("n{}", self.page));
        match self.edge {
            Some(From::Behind(number)) => parts.push(format!("b{number}")),
            Some(From::Before(number)) => parts.push(format!("a{number}")),
            Some(From::Top(_)) | None => {}
        }
        (self.states.name(), parts.join("."))
    }

    fn read(states: &str, rest: &str) -> Option<Self> {
        let mut view =
            Self { states: States::named(states)?, service: None, priority: None, mine: false, page: 1, edge: None };
        for part in rest.split('.') {
            let (letter, number) = part.split_at_checked(1)?;
            let number = || number.parse::<i64>().ok().filter(|number| (0..=i64::MAX / PAGE).contains(number));
            match letter {
                "s" => view.service = Some(number()?),
                "p" => view.priority = Some(Priority::ranked(number()?)?),
                "m" => view.mine = true,
                "n" => view.page = number()?.max(1),
                "b" => view.edge = Some(From::Behind(number()?)),
                "a" => view.edge = Some(From::Before(number()?)),
                _ => return None,
            }
        }
        Some(view)
    }
}

#[cfg(test)]
mod tests;
