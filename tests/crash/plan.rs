//! What is done in a storm, drawn from the seed.

use std::time::Duration;

use crate::chance::Chance;

/// How large a storm is.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Commands apart from promises.
    pub commands: usize,
    /// Updates that promise another.
    pub promises: usize,
    /// SIGKILLs.
    pub kills: usize,
    /// People who act.
    pub people: usize,
    /// How long it goes on.
    pub storm: Duration,
    /// How long the bot may take afterwards until everything is said.
    pub calm: Duration,
}

/// One thing that a person does.
#[derive(Clone, Debug)]
pub struct Act {
    /// When, from the beginning of the storm; later if the person is still busy.
    pub at: Duration,
    /// Who.
    pub person: usize,
    /// What.
    pub what: What,
    /// Chooses the incident among those that are known by then.
    pub target: u64,
    /// Counts the acts, and makes texts unique.
    pub number: usize,
}

/// The kinds of act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Declare {
        typed: bool,
        priority: &'static str,
    },
    Note {
        typed: bool,
    },
    Update {
        typed: bool,
        management: bool,
    },
    UpdateByForm,
    Promise {
        seconds: u64,
    },
    Ack {
        typed: bool,
    },
    AckByButton,
    CommandByButton,
    Role {
        role: &'static str,
    },
    Priority {
        level: &'static str,
    },
    PriorityTakenBack {
        level: &'static str,
    },
    Resolve,
    ResolveByForm,
    Reopen,
    /// Not planned: the click that opens a form.
    OpenForm,
    /// Not planned: the click that takes the last step back.
    Undo,
}

/// A SIGKILL.
#[derive(Clone, Copy, Debug)]
pub struct Kill {
    /// When, from the beginning of the storm.
    pub at: Duration,
    /// Half of them wait for the next thing that the bot does at Discord, and strike this much later: between the deed and its
    /// writing down.
    pub behind_effect: Option<Duration>,
}

/// A storm.
pub struct Plan {
    pub acts: Vec<Act>,
    pub kills: Vec<Kill>,
}

/// The longest that a promise is ahead, in seconds.
pub const PROMISE: u64 = 20;

impl Plan {
    /// Draws a plan.
    pub fn draw(scale: Scale, seed: u64) -> Self {
        let mut chance = Chance::new(seed, "acts");
        let mut kinds: Vec<What> =
            (0..scale.commands).map(|index| kind(&mut chance, index * 300 / scale.commands)).collect();
        kinds.extend((0..scale.promises).map(|_| What::Promise { seconds: 1 + chance.below(PROMISE) }));
        chance.shuffle(&mut kinds);
        let mut acts: Vec<Act> = kinds
            .into_iter()
            .enumerate()
            .map(|(number, what)| Act {
                at: chance.time(scale.storm),
                person: chance.index(scale.people),
                what,
                target: chance.draw(),
                number,
            })
            .collect();
        acts.sort_by_key(|act| act.at);

        let mut chance = Chance::new(seed, "kills");
        let mut kills: Vec<Kill> = (0..scale.kills)
            .map(|index| Kill {
                at: chance.time(scale.storm),
                behind_effect: (index % 2 == 0).then(|| chance.time(Duration::from_millis(4))),
            })
            .collect();
        kills.sort_by_key(|kill| kill.at);
        Self { acts, kills }
    }
}

/// The kind of the `slot`-th of 300 commands. Cards and pages are few: they share the limit of one channel, and would make the rest wait.
fn kind(chance: &mut Chance, slot: usize) -> What {
    match slot {
        0..18 => What::Declare {
            typed: slot.is_multiple_of(3),
            priority: if slot % 8 == 1 { "P1" } else { chance.one(&["P2", "P3", "P4"]) },
        },
        18..114 => What::Note { typed: slot.is_multiple_of(3) },
        114..144 => What::Update { typed: slot.is_multiple_of(4), management: slot.is_multiple_of(5) },
        144..154 => What::UpdateByForm,
        154..174 => What::Ack { typed: slot.is_multiple_of(3) },
        174..194 => What::AckByButton,
        194..209 => What::CommandByButton,
        209..234 => What::Role { role: chance.one(&["commander", "communications", "scribe"]) },
        234..237 => What::Priority { level: "P1" },
        237..252 => What::Priority { level: chance.one(&["P2", "P3", "P4", "P5"]) },
        252..260 => What::PriorityTakenBack { level: chance.one(&["P2", "P3", "P4", "P5"]) },
        260..277 => What::Resolve,
        277..284 => What::ResolveByForm,
        _ => What::Reopen,
    }
}
