//! The suite: stories through the whole path, and checks of everything that must hold.

mod contract;
mod desk;
mod incident_stories;
