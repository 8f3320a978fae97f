//! Whether service was there when it was promised: availability, outages, mean times, the error budget, and the maintenance that is
//! announced beforehand (ISO/IEC 20000-1, 8.7.1).
//!
//! [`rules`] and [`budget`] are the arithmetic, [`window`] the rules of announced times, [`measure`](mod@measure) reads what they are made
//! of; [`alarm`] tells in time that an error budget is being used up. What stays out of the figures: drills, tests and incidents that were written down afterwards, as they stay out of every metric.
//! Restricted incidents count, since a report to customers that left them out would be false; only those inside see which they were.

pub mod alarm;
pub mod budget;
pub mod command;
mod csv;
mod maintenance;
pub mod measure;
mod pencil;
pub mod promise;
pub mod reply;
mod report;
pub mod rules;
pub mod store;
pub mod window;

pub use maintenance::complete;
pub use measure::{Measured, measure};
pub use rules::Figures;
