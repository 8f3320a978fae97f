//! The suite: stories through the whole path, and checks of everything that must hold.

mod architecture;
mod audits;
mod browser;
mod catalogue;
mod command_line;
mod companion;
mod contract;
mod deliveries;
mod desk;
mod failure_stories;
mod incident_stories;
mod journal;
mod list_stories;
mod migrations;
mod plans;
mod refusal_stories;
mod setup_stories;
mod store;
