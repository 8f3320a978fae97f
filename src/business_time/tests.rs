//! Business time against `sla-semantics` 2, row by row, and against a model that walks from minute to minute.

mod model;
mod rows;
