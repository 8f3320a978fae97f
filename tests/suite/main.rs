//! The suite: stories through the whole path, and checks of everything that must hold.

mod architecture;
mod audits;
mod browser;
mod catalogue;
mod clock_stories;
mod command_line;
mod companion;
mod contract;
mod deliveries;
mod delivery_trials;
mod desk;
mod failure_stories;
mod file_stories;
mod incident_stories;
mod journal;
mod list_stories;
mod migrations;
mod plans;
mod reconcile_stories;
mod refusal_stories;
mod setup_stories;
mod store;
mod tour;
mod unsaid_stories;
