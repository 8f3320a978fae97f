//! wardroom: ISO/IEC 20000 service management that lives in chat.
//!
//! # The walk of one command
//!
//! 1. Discord sends an event. [`discord::gateway`] takes it on a thread of its own; [`discord::incoming`] reads it, whether serenity
//!    could type it or not, into a [`chat::invocation::Invocation`]: who, where, what, when.
//! 2. [`bot`] hands it to the [`command::Desk`]. [`command::catalogue`] checks the options against `commands/*.json`, the same file
//!    that Discord was given; a typed message goes through [`chat::typed`] and ends in the same options. [`command::dispatch`] turns
//!    them into the process's `Command`.
//! 3. One unit of work ([`store`]), one transaction: the [`inbox`] knows whether this event acted already; the handler
//!    ([`incident::command`], say) asks [`policy`] for a proof, loads, calls the pure transition ([`incident::Incident`]), saves, appends to
//!    the [`journal`], arms or cancels a [`timer`], and writes to the [`outbox`].
//! 4. After COMMIT the answer goes back through [`discord::answering`]: at once, or as the edit of a deferral when 1.5 s have passed.
//! 5. The [`outbox`] delivers the rest (the card, its room, what is said there) through [`discord::courier`], and everything that
//!    goes to Discord passes the one dispatcher in [`discord::rest`].
//!
//! # The rooms
//!
//! | module | what it is for |
//! |---|---|
//! | [`cli`], [`config`], [`bot`] | the command line; the environment; the parts put together, and how they stop |
//! | [`clock`], [`snowflake`], [`number`], [`error`] | time; Discord's ids; `INC-7`; refusals and failures |
//! | [`policy`] | who may do what: capabilities and the proofs that only it can make |
//! | [`chat`] | the port: invocations in, answers and messages out; text hygiene; phrases of time; the typed grammar; limits |
//! | [`command`] | the catalogue, the one dispatch, help, forms, the desk |
//! | [`incident`], [`service`], [`setup`], [`level`] | the processes. Each has the same files: `mod` (rules), `command`, `store`, `reply` (words), `jobs` where time acts |
//! | [`business_time`] | how much of a stretch of time lies in service hours; pure |
//! | [`availability`] | whether service was there when it was promised: outages, mean times, error budget, announced maintenance |
//! | [`digest`] | how service levels stood, told each day, week or month, once |
//! | [`link`] | ties between records of any kind: typed, dated, with author |
//! | [`journal`] | the evidence: a hash chain per guild, its byte format, and the walk that verifies it |
//! | [`transfer`] | all that a guild has configured, as one file: `/setup export` and `/setup import` |
//! | [`export`] | all records of a guild as files: `wardroom export` |
//! | [`report`] | documents that are made of what they are given: the post-incident summary, the digest, tables |
//! | [`chart`] | pictures of figures: bars against a target, lines over periods, as PNG with a description |
//! | [`inbox`], [`timer`], [`outbox`] | nothing acts twice; what is due; what must be said |
//! | [`document`] | files that wardroom made and posted, which outlive the outbox |
//! | [`store`], [`memory`] | the two databases behind one SQL text; what the bot remembers of itself |
//! | [`discord`] | the adapter: the only room that names serenity and reqwest |
//! | [`web`] | `/live`, `/ready`, `/metrics` |
//! | [`playground`] | a small, strict Discord for trying and for testing; it knows none of the other rooms |
//!
//! Who may know whom: `cli → bot → discord → command → process/command → process/mod`, and `process/store → store`.
//! `tests/suite/architecture.rs` holds the rules that can be read off the files.
//!
//! # To add a command
//!
//! The JSON in `commands/`, a variant of the process's `Command`, an arm of its `handle`: forgetting one fails a test. A new process is a
//! folder with the same files, a JSON file, a migration of the same name for each database, and one line each here and in
//! [`command::dispatch`].
//!
//! A new table is one line in [`export::tables`], or a reason why it is not exported; what a guild can configure is a section of
//! [`transfer`]. Tests name what is missing of the first, and carry the second to an empty server and back.
//!
//! # Inside an incident
//!
//! [`incident`]'s transitions are pure and lie in `rules`; a verb is a function in the file of its matter (`verbs`, `handover`, `waiting`,
//! `linking`, `impact`, [`incident::tasks`], [`incident::review`]), and each ends in `step`: record, journal, timers, card, line in the room.
//! [`incident::history`] folds the entries of an incident into milestones, windows of impact, tasks, roles and review: the tables of windows,
//! tasks and reviews are what it says, so an undo or a removal computes them anew. [`incident::jobs`] is what time does.
//!
//! # Inside service levels
//!
//! Nothing is counted up. [`incident::levels`] tells the clocks of [`level::clock`] what happened, by the same fold of the journal, whenever a
//! step can move them, and plans one timer for the next step of any target; [`level::book`] says what is promised. The table of clocks is
//! what an audit can compute again. [`digest`] reads lives and targets once, [`report::digest`] turns them into figures, which are frozen
//! when they are published.
//!
//! # Where this differs from the design, and why
//!
//! * A working day of a target is one after the day on which the clock starts: "1 working day" at 16:59 is not a minute. Days are turned into
//!   service time at the start, so that pauses give back what they took, and all units have one arithmetic.
//! * Of several agreements of a service that say something of a priority, the one that is due first holds, since each was promised to somebody.
//! * Clocks run against agreements with customers. Those within the house and with suppliers are checked against them and have no clocks.
//! * The first update counts as the response where it comes before the acknowledgement (`sla-semantics` 3).
//! * Incidents that were over before there were service levels have no clocks: nothing had been promised.
//! * Claiming from the outbox is a guarded `UPDATE … RETURNING` on both databases. A row lock makes a second replica wait for the
//!   first and then find the row taken, which at this rate costs less than a second SQL text for `SKIP LOCKED`.
//! * On PostgreSQL a unit of work keeps the guild's journal head (`FOR UPDATE`) from its start: units of one guild run one after another
//!   there too, as they do on SQLite, so two can never wait for each other crosswise.
//! * What only reads (`show`, `list`, `find`, `timeline`, completions) writes no inbox row: asked twice, it is answered twice, and it
//!   does not queue behind the writers.
//! * Text search takes texts apart itself ([`store::search`]): both databases are given the same words, each with its guild and its field
//!   before it, so that a search costs what its guild has written and not what all have.
//! * An id whose time lies before interactions existed (December 2020) tells nothing about the age of an event; such an event is
//!   executed. Discord never sends one; simpler servers do.
//! * Commands are registered again when their hash differs *or* Discord turns out to lack one of them.
//! * The review of `INC-7` has a card and a thread of its own under the number `REV-7`, through the mechanism that the incident has; in that
//!   thread the incident is implied.
//! * What wardroom does because of a step (a notice, a report, the beginning of a review) does not stand in the way of that step's undo.
//! * A major incident without a commander gets whoever declares it major: a refusal at 3 a.m. would cost more than a wrong name, which
//!   `/incident role` or a handover mends.
//! * `/availability maintenance end` is a verb of its own: work that ended late is downtime from its announced end on, also where nobody declared
//!   an incident. Hours of a service are a calendar's name or hours of the week, since availability is counted in them.
//! * Rate limits are kept in [`discord::rest`] and not by twilight-http-ratelimiting, since a page must overtake a digest within a bucket.

pub mod availability;
pub mod bot;
pub mod business_time;
pub mod chart;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod digest;
pub mod discord;
pub mod document;
pub mod error;
pub mod export;
pub mod inbox;
pub mod incident;
pub mod journal;
pub mod level;
pub mod link;
pub mod memory;
pub mod number;
pub mod outbox;
pub mod playground;
pub mod policy;
pub mod report;
pub mod service;
pub mod setup;
pub mod snowflake;
pub mod store;
pub mod timer;
pub mod transfer;
pub mod web;
