//! Counts the statements that the store runs and the rows that they give, by listening to what it tells of them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span;
use tracing::{Event, Metadata, Subscriber};

/// Of each text: how often it ran, and rows.
pub type Counts = BTreeMap<String, (usize, u64)>;

static COUNTS: Mutex<Option<Counts>> = Mutex::new(None);

/// Listens from here on. What is told costs time only while somebody counts.
pub fn listen() {
    tracing::subscriber::set_global_default(Listener).expect("nobody listens yet");
}

/// Begins to count.
pub fn begin() {
    *COUNTS.lock().unwrap_or_else(PoisonError::into_inner) = Some(Counts::new());
}

/// What was counted since [`begin`].
pub fn end() -> Counts {
    COUNTS.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == wardroom::store::TOLD
    }

    fn event(&self, event: &Event<'_>) {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(counts) = counts.as_mut() else { return };
        let mut told = Statement::default();
        event.record(&mut told);
        let count = counts.entry(told.sql).or_default();
        count.0 += 1;
        count.1 += told.rows;
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Statement {
    sql: String,
    rows: u64,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            value.clone_into(&mut self.sql);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows" {
            self.rows = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
