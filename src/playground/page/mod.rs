//! The page in the browser.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::broadcast;

use super::gateway::Outgoing;
use super::{Id, Shared};

/// Pages that listen for changes.
pub(super) struct Listeners {
    sender: broadcast::Sender<()>,
}

impl Default for Listeners {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(16) }
    }
}

impl Listeners {
    pub(super) fn tell(&self, _event: &Outgoing) {
        let _ = self.sender.send(());
    }
}

pub(super) fn routes(_shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
}

/// An uploaded file.
pub(super) async fn attachment(
    State(shared): State<Arc<Shared>>,
    Path((_channel, id, _name)): Path<(Id, Id, String)>,
) -> Response {
    let file = shared.state().files.get(&id).cloned();
    match file {
        Some(file) => {
            let headers = [
                (header::CONTENT_TYPE, file.kind),
                // Never shown in place: an uploaded page must not run under this origin.
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)),
            ];
            (headers, file.bytes).into_response()
        }
        None => (StatusCode::NOT_FOUND, "There is no such file.").into_response(),
    }
}
