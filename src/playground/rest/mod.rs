//! The REST interface: who may call, what is called, how it is answered and logged.

mod channels;
mod commands;
mod guilds;
mod interactions;
mod messages;
mod multipart;
mod pins;
pub(super) mod reading;
mod routes;
mod threads;
mod users;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request as Incoming, State as Extract};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Shared;
use super::door::Wire;
use super::effects::Request;
use super::faults::{Fault, Scope};
use super::limits::{self, Standing};
use super::posting::Upload;
use super::query::{self, percent_decoded};
use super::refusal::{INTERNAL, METHOD_NOT_ALLOWED, NOT_FOUND, Refusal, TOO_LARGE, UNAUTHORIZED};
use super::snowflake::Id;
use super::state::State;
use routes::{Found, Route};

/// Largest request (Discord's reference, "Uploading Files": 25 `MiB` for the whole request).
pub(super) const LARGEST: usize = 25 * 1024 * 1024;

/// An answer that says yes: status and JSON body.
pub(super) struct Reply(u16, Option<Value>);

/// What a handler answers.
type Outcome = Result<Reply, Refusal>;

#[expect(clippy::unnecessary_wraps, reason = "handlers end with these, and a handler may refuse")]
impl Reply {
    fn json(body: Value) -> Outcome {
        Ok(Self(200, Some(body)))
    }

    fn created(body: Value) -> Outcome {
        Ok(Self(201, Some(body)))
    }

    fn nothing() -> Outcome {
        Ok(Self(204, None))
    }
}

/// A request being served, with the state behind the lock.
pub(super) struct Call<'a> {
    shared: &'a Shared,
    state: &'a mut State,
    parameters: Vec<String>,
    query: Vec<(String, String)>,
    body: &'a Value,
    files: &'a [Upload],
}

/// What a request is answered with.
struct Answered {
    status: u16,
    body: Option<Value>,
    headers: Vec<(&'static str, String)>,
    html: bool,
    fault: Option<&'static str>,
    cut: bool,
}

impl Answered {
    fn refusal(refusal: &Refusal) -> Self {
        Self { body: Some(refusal.body()), ..Self::bare(refusal.status) }
    }

    fn bare(status: u16) -> Self {
        Self { status, body: None, headers: Vec::new(), html: false, fault: None, cut: false }
    }
}

/// `/api/v10` itself is no resource.
pub(super) async fn root() -> Response {
    not_found().await
}

/// Anything that is nothing.
pub(super) async fn not_found() -> Response {
    let refusal = Refusal::from(NOT_FOUND);
    (StatusCode::NOT_FOUND, axum::Json(refusal.body())).into_response()
}

/// Serves one request.
pub(super) async fn serve(
    Extract(shared): Extract<Arc<Shared>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    incoming: Incoming,
) -> Response {
    let (parts, body) = incoming.into_parts();
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().trim_start_matches('&').to_owned();
    let method = parts.method.as_str().to_owned();
    let read = match to_bytes(body, LARGEST).await {
        Ok(bytes) => reading::body(&parts.headers, &bytes),
        Err(_) => Err(TOO_LARGE.into()),
    };
    let resource = path.strip_prefix("/api/v10").unwrap_or(&path).to_owned();
    let fault = shared.faults.of_request(&method, &resource);
    if let Some(Fault::Delayed(delay)) = fault {
        tokio::time::sleep(delay).await;
    }
    let found = routes::find(&method, &resource);
    let mut request = Request {
        number: 0,
        at: (shared.options.clock)(),
        method,
        path,
        route: None,
        query,
        body: Value::Null,
        files: Vec::new(),
        reason: header_text(&parts.headers, "x-audit-log-reason").map(|reason| percent_decoded(&reason)),
        status: 0,
        answer: Value::Null,
        fault: fault.as_ref().map(Fault::name),
    };
    let answered = {
        let mut state = shared.state();
        request.number = state.requests.next_number();
        state.serving = Some(request.number);
        let answered = answer(&shared, &mut state, &parts.headers, found, &mut request, read, fault.as_ref());
        state.serving = None;
        request.status = if answered.cut { 0 } else { answered.status };
        request.answer = answered.body.clone().unwrap_or_default();
        request.fault = answered.fault.or(request.fault);
        state.requests.push(request);
        shared.release(&mut state);
        answered
    };
    shared.bump();
    if answered.cut {
        wire.cut();
    }
    respond(answered)
}

/// Everything between the body and the answer, in Discord's order: ban, route, token, limits, rules.
fn answer(
    shared: &Shared,
    state: &mut State,
    headers: &HeaderMap,
    found: Result<Found, bool>,
    request: &mut Request,
    read: Result<reading::Body, Refusal>,
    fault: Option<&Fault>,
) -> Answered {
    if let Ok(body) = &read {
        request.body = body.json.clone();
        request.files = body.files.iter().map(|file| (file.name.clone(), file.bytes.len())).collect();
    }
    let now = Instant::now();
    let mut limits = shared.limits.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if shared.options.rate_limits && limits.invalid(now) >= shared.options.invalid_request_limit {
        return Answered { html: true, fault: Some("banned by Cloudflare"), ..Answered::bare(429) };
    }
    let found = match found {
        Ok(found) => found,
        Err(exists) => {
            let code = if exists { METHOD_NOT_ALLOWED } else { NOT_FOUND };
            return Answered::refusal(&code.into());
        }
    };
    request.route = Some(found.route.path);
    let expected = format!("Bot {}", shared.options.token);
    if !found.route.open && header_text(headers, "authorization").as_deref() != Some(expected.as_str()) {
        limits.count_invalid(now);
        return Answered::refusal(&UNAUTHORIZED.into());
    }
    let (standing, refused) = take_limits(shared, &mut limits, &found, request, now);
    if let Some(refused) = refused {
        limits.count_invalid(now);
        return refused;
    }
    if let Some(answered) = fault.and_then(|fault| before_effect(fault, &mut limits, now)) {
        return answered;
    }
    let query = query::pairs(&request.query);
    let outcome = read.and_then(|body| {
        let mut call =
            Call { shared, state, parameters: found.parameters, query, body: &body.json, files: &body.files };
        (found.route.act)(&mut call)
    });
    if matches!(&outcome, Err(refusal) if matches!(refusal.status, 401 | 403)) {
        limits.count_invalid(now);
    }
    match fault {
        Some(Fault::ErrorAfter) => return Answered::refusal(&INTERNAL.into()),
        Some(Fault::CutAfter) => return Answered { cut: true, ..Answered::bare(500) },
        _ => {}
    }
    let mut answered = match outcome {
        Ok(Reply(status, body)) => Answered { body, ..Answered::bare(status) },
        Err(refusal) => Answered::refusal(&refusal),
    };
    if shared.options.limit_headers {
        answered.headers = standing_headers(state, &standing);
    }
    answered
}

/// Counts the request; answers its standing, and a 429 when it is one too many.
fn take_limits(
    shared: &Shared,
    limits: &mut limits::Limits,
    found: &Found,
    request: &Request,
    now: Instant,
) -> (Standing, Option<Answered>) {
    let Route { method, path, open, .. } = found.route;
    let enforced = shared.options.rate_limits;
    // The resource that shares the limit: channel, guild, or webhook with its token.
    let resource = found.parameters.iter().take(if *open { 2 } else { 1 }).cloned().collect::<Vec<_>>().join("/");
    let mut standing = limits.take(limits::of(method, path), method, path, &resource, now);
    let renames = *method == "PATCH"
        && *path == "/channels/{channel}"
        && (!request.body["name"].is_null() || !request.body["topic"].is_null());
    if renames && !standing.exceeded {
        standing = limits.take(limits::RENAME, method, path, &resource, now);
    }
    if enforced && standing.exceeded {
        let answered = too_many(standing.reset_after, Scope::User, Some(&standing));
        return (standing, Some(answered));
    }
    // Interactions do not count towards the global limit.
    if enforced
        && !*open
        && let Some(wait) = limits.take_global(now)
    {
        return (standing, Some(too_many(wait, Scope::Global, None)));
    }
    (standing, None)
}

fn before_effect(fault: &Fault, limits: &mut limits::Limits, now: Instant) -> Option<Answered> {
    match fault {
        Fault::Refused { status, code, message } => {
            if matches!(status, 401 | 403) {
                limits.count_invalid(now);
            }
            let refusal = Refusal { status: *status, code: *code, message: message.clone(), errors: None };
            Some(Answered::refusal(&refusal))
        }
        Fault::RateLimited { retry_after, scope } => {
            if *scope != Scope::Shared {
                limits.count_invalid(now);
            }
            Some(too_many(*retry_after, *scope, None))
        }
        Fault::CloudflareBan => Some(Answered { html: true, ..Answered::bare(429) }),
        Fault::Redirected(to) => Some(Answered { headers: vec![("location", to.clone())], ..Answered::bare(302) }),
        Fault::ErrorBefore => Some(Answered::refusal(&INTERNAL.into())),
        Fault::CutBefore => Some(Answered { cut: true, ..Answered::bare(500) }),
        Fault::ErrorAfter | Fault::CutAfter | Fault::Delayed(_) => None,
    }
}

/// Discord's 429.
fn too_many(wait: Duration, scope: Scope, standing: Option<&Standing>) -> Answered {
    let global = scope == Scope::Global;
    let message =
        if scope == Scope::Shared { "The resource is being rate limited." } else { "You are being rate limited." };
    let mut body = json!({"message": message, "retry_after": seconds(wait), "global": global});
    if scope == Scope::Shared {
        body["code"] = json!(40_062);
    }
    let mut headers = vec![
        // Whole seconds, rounded up, so that obeying it is always enough.
        ("retry-after", (wait.as_millis().div_ceil(1000)).to_string()),
        ("x-ratelimit-scope", scope.name().to_owned()),
        ("via", "1.1 playground".to_owned()),
    ];
    if global {
        headers.push(("x-ratelimit-global", "true".to_owned()));
    }
    if let Some(standing) = standing {
        headers.push(("x-ratelimit-limit", standing.limit.to_string()));
        headers.push(("x-ratelimit-remaining", "0".to_owned()));
        headers.push(("x-ratelimit-reset-after", format!("{:.3}", seconds(wait))));
        headers.push(("x-ratelimit-bucket", standing.bucket.clone()));
    }
    Answered { body: Some(body), headers, ..Answered::bare(429) }
}

/// Seconds to the millisecond, rounded up.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of a wait are far below 2^53")]
fn seconds(wait: Duration) -> f64 {
    wait.as_micros().div_ceil(1000) as f64 / 1000.0
}

fn standing_headers(state: &State, standing: &Standing) -> Vec<(&'static str, String)> {
    let resets = state.now() + chrono::Duration::from_std(standing.reset_after).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    let resets = resets.timestamp_millis() as f64 / 1000.0;
    vec![
        ("x-ratelimit-limit", standing.limit.to_string()),
        ("x-ratelimit-remaining", standing.remaining.to_string()),
        ("x-ratelimit-reset", format!("{resets:.3}")),
        ("x-ratelimit-reset-after", format!("{:.3}", seconds(standing.reset_after))),
        ("x-ratelimit-bucket", standing.bucket.clone()),
    ]
}

fn respond(answered: Answered) -> Response {
    let status = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match answered.body {
        _ if answered.html => {
            let page = "<!doctype html><title>Access denied | discord.com used Cloudflare to restrict access</title>";
            (status, [(header::CONTENT_TYPE, "text/html; charset=UTF-8")], page).into_response()
        }
        Some(body) => (status, axum::Json(body)).into_response(),
        None => (status, Body::empty()).into_response(),
    };
    for (name, value) in answered.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(Into::into)
}

impl Call<'_> {
    /// The `n`-th id of the path.
    fn id(&self, n: usize) -> Result<Id, Refusal> {
        let text = self.parameters.get(n).map(String::as_str).unwrap_or_default();
        text.parse().map_err(|_| {
            let name = ["channel_id", "message_id", "user_id"].get(n).copied().unwrap_or("id");
            super::refusal::Faulty::one(&[name], "NUMBER_TYPE_COERCE", format!("Value \"{text}\" is not snowflake."))
        })
    }

    fn text(&self, n: usize) -> &str {
        self.parameters.get(n).map(String::as_str).unwrap_or_default()
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn bot(&self) -> Id {
        self.state.bot
    }
}
