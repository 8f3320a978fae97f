//! Documents for people who were not there. They are computed from the journal when they are asked for, and stored nowhere: a correction
//! changes the next one, and each sentence names the entries that it rests on.
//!
//! This room reads; it writes nothing, and knows no database, no wire and no clock. Whoever asks for a document gathers what it needs.

pub mod digest;
pub mod summary;
pub mod table;
