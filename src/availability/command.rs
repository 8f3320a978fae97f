//! `/availability`: the steps of each verb.

use serde::{Deserialize, Serialize};

use super::maintenance::{self, Announcement};
use super::report;
use crate::chat::answer::Answer;
use crate::command::context::Context;
use crate::error::Error;
use crate::store::Tx;

/// A verb of `/availability` and its options.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(
    tag = "verb",
    content = "options",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Command {
    /// How available services were.
    Report {
        /// Which; all when left out.
        service: Option<String>,
        /// When; this month when left out.
        period: Option<String>,
    },
    /// Announces maintenance.
    MaintenanceAdd {
        /// What is done.
        name: String,
        /// From when.
        start: String,
        /// Until when, or how long.
        end: String,
        /// Which service; all when left out.
        service: Option<String>,
        /// Why.
        reason: Option<String>,
    },
    /// What is announced.
    MaintenanceList {
        /// Only of this service.
        service: Option<String>,
        /// What was in a period; what is to come when left out.
        period: Option<String>,
    },
    /// The work ended at another time than was announced.
    MaintenanceEnd {
        /// Which.
        window: String,
        /// When; now when left out.
        at: Option<String>,
    },
    /// It does not take place.
    MaintenanceCancel {
        /// Which.
        window: String,
        /// Why.
        reason: Option<String>,
    },
}

impl Command {
    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Report { .. } | Self::MaintenanceList { .. })
    }
}

/// Carries `command` out.
pub async fn handle(tx: &mut Tx, context: &Context, command: Command) -> Result<Answer, Error> {
    match command {
        Command::Report { service, period } => report::report(tx, context, service, period).await,
        Command::MaintenanceAdd { name, start, end, service, reason } => {
            maintenance::add(tx, context, Announcement { name, service, start, end, reason }).await
        }
        Command::MaintenanceList { service, period } => maintenance::list(tx, context, service, period).await,
        Command::MaintenanceEnd { window, at } => maintenance::end(tx, context, &window, at).await,
        Command::MaintenanceCancel { window, reason } => maintenance::cancel(tx, context, &window, reason).await,
    }
}
