//! The page in the browser: plain files, an interface in JSON, and a stream of changes.

mod acts;
mod views;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream::{Stream, unfold};

use super::faults::Fault;
use super::rest::LARGEST;
use super::{Id, Shared};

/// The page loads only its own files, talks only to its own server, and is shown in no frame.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file that somebody uploaded loads nothing and runs nothing, wherever it is opened.
const FILE_POLICY: &str = "default-src 'none'; sandbox";

/// A comment this often keeps the stream of changes open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Path, media type and text of each file.
pub(super) const FILES: [(&str, &str, &str); 9] = [
    ("/", "text/html; charset=utf-8", include_str!("index.html")),
    ("/page/icon.svg", "image/svg+xml", include_str!("icon.svg")),
    ("/page/style.css", "text/css; charset=utf-8", include_str!("style.css")),
    ("/page/app.js", SCRIPT, include_str!("app.js")),
    ("/page/composer.js", SCRIPT, include_str!("composer.js")),
    ("/page/dialogs.js", SCRIPT, include_str!("dialogs.js")),
    ("/page/markdown.js", SCRIPT, include_str!("markdown.js")),
    ("/page/messages.js", SCRIPT, include_str!("messages.js")),
    ("/page/server.js", SCRIPT, include_str!("server.js")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

pub(super) fn routes() -> Router<Arc<Shared>> {
    let mut router = Router::new();
    for (path, kind, text) in FILES {
        router = router.route(path, get(move || async move { file(kind, text) }));
    }
    router
        .route("/page/world", get(views::world))
        .route("/page/messages", get(views::messages))
        .route("/page/changes", get(changes))
        .route("/page/say", post(acts::say).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/page/edit", post(acts::edit))
        .route("/page/delete", post(acts::delete))
        .route("/page/command", post(acts::command))
        .route("/page/complete", post(acts::complete))
        .route("/page/message-command", post(acts::message_command))
        .route("/page/click", post(acts::click))
        .route("/page/choose", post(acts::choose))
        .route("/page/submit", post(acts::submit))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    (headers, text).into_response()
}

/// Tells that something changed; the page then asks for what it shows.
async fn changes(State(shared): State<Arc<Shared>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (changes, stopping) = (shared.changes.subscribe(), shared.stopping.subscribe());
    let stream = unfold((changes, stopping), |(mut changes, mut stopping)| async move {
        tokio::select! {
            news = changes.changed() => news.ok()?,
            _ = stopping.wait_for(|stopping| *stopping) => return None,
        }
        let count = *changes.borrow_and_update();
        Some((Ok(Event::default().data(count.to_string())), (changes, stopping)))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// An uploaded file.
pub(super) async fn attachment(
    State(shared): State<Arc<Shared>>,
    Path((channel, id, name)): Path<(Id, Id, String)>,
) -> Response {
    match shared.faults.of_file(&format!("/attachments/{channel}/{id}/{name}")) {
        Some(Fault::Delayed(delay)) => tokio::time::sleep(delay).await,
        Some(Fault::Redirected(to)) => return (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Some(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        None => {}
    }
    let file = shared.state().files.get(&id).filter(|file| file.channel == channel && file.name == name).cloned();
    match file {
        Some(file) => {
            let headers = [
                (header::CONTENT_TYPE, file.kind),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
                (header::CONTENT_SECURITY_POLICY, FILE_POLICY.into()),
                // Never shown in place, only inside the page as a picture: an uploaded page must not run under this origin.
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)),
            ];
            (headers, file.bytes).into_response()
        }
        None => (StatusCode::NOT_FOUND, "There is no such file.").into_response(),
    }
}
