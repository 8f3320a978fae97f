//! The parts of the file.

pub mod channels;
pub mod general;
pub mod incidents;
pub mod roles;
pub mod services;
