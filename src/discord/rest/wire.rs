//! One attempt at a call: the request, the way, and what came back.

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, USER_AGENT};
use secrecy::ExposeSecret;
use serde_json::Value;
use serenity::http::Request;
use tokio::time::Instant;

use super::{Call, DISCORD, PoisonError, Rest, form};

/// Discord demands this form, and refuses others (40333).
pub(in crate::discord) const AGENT: &str =
    concat!("DiscordBot (https://github.com/wardroom, ", env!("CARGO_PKG_VERSION"), ")");

/// What came of one attempt.
pub(super) enum Attempt {
    Answer {
        status: StatusCode,
        headers: HeaderMap,
        body: Value,
        said: bool,
    },
    /// The request never left.
    NotSent(String),
    /// It left, and no whole answer came.
    Lost(String),
}

impl Rest {
    pub(super) async fn attempt(&self, call: &Call<'_>) -> Attempt {
        let name = call.name();
        let request = match self.request(call) {
            Ok(request) => request,
            Err(why) => return Attempt::NotSent(format!("{name}: {why}")),
        };
        let (sent, started) = ((self.shared.now)(), Instant::now());
        let answer = self.shared.client.execute(request).await;
        let received = (self.shared.now)();
        let outcome = match answer {
            Ok(answer) => {
                let (status, headers) = (answer.status(), answer.headers().clone());
                self.learn_time(&headers, sent, received);
                match answer.bytes().await {
                    Ok(bytes) => {
                        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
                        Attempt::Answer { status, headers, body, said: !bytes.is_empty() }
                    }
                    Err(error) => Attempt::Lost(format!("{name}: {}", broken(&error))),
                }
            }
            Err(error) if error.is_connect() => Attempt::NotSent(format!("{name}: no connection to Discord")),
            Err(error) => Attempt::Lost(format!("{name}: {}", broken(&error))),
        };
        let status = match &outcome {
            Attempt::Answer { status, .. } => status.as_str().to_owned(),
            Attempt::NotSent(_) => "not sent".to_owned(),
            Attempt::Lost(_) => "lost".to_owned(),
        };
        let route = call.endpoint.template();
        metrics::counter!("wardroom_rest_requests_total", "route" => route, "method" => call.method.name(), "status" => status)
            .increment(1);
        let (invalid, waiting) = self.shared.gate.load();
        metrics::gauge!("wardroom_rest_invalid_requests").set(u32::try_from(invalid).unwrap_or(u32::MAX));
        metrics::gauge!("wardroom_rest_waiting").set(u32::try_from(waiting).unwrap_or(u32::MAX));
        metrics::histogram!("wardroom_rest_seconds", "route" => route).record(started.elapsed().as_secs_f64());
        outcome
    }

    fn request(&self, call: &Call<'_>) -> Result<reqwest::Request, &'static str> {
        let shared = &*self.shared;
        let token = shared.token.expose_secret();
        // serenity's own form guesses media types from names, so ours is put in its place below.
        let body = call.body.as_ref().filter(|_| call.files.is_empty()).map(|body| body.to_string().into_bytes());
        let builder = if let Some(route) = call.endpoint.route() {
            let query = (!call.query.is_empty()).then(|| call.query.clone());
            let request = Request::new(route, call.method.light()).body(body).params(query);
            // serenity's `build` opens a span that prints the route, and with it an interaction's token. No subscriber sees it
            // here, whatever the log's filter says.
            tracing::dispatcher::with_default(&tracing::Dispatch::none(), || {
                request.build(&shared.client, token, Some(&shared.base)).ok()
            })
        } else {
            let address = call.endpoint.path().replace(DISCORD, &shared.base);
            Some(shared.client.get(address).header(AUTHORIZATION, token))
        };
        let request = builder.and_then(|builder| builder.build().ok());
        let mut request = request.ok_or("the request could not be built")?;
        let left = call.deadline.saturating_duration_since(Instant::now());
        *request.timeout_mut() = Some(call.patience.min(left));
        if !call.files.is_empty() {
            form::put(&mut request, call.body.as_ref(), &call.files);
        }
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if let Some(authorization) = headers.get_mut(AUTHORIZATION) {
            authorization.set_sensitive(true);
        }
        Ok(request)
    }

    fn learn_time(&self, headers: &HeaderMap, sent: DateTime<Utc>, received: DateTime<Utc>) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(Ok(date)) = date.map(DateTime::parse_from_rfc2822) {
            let mut skew = self.shared.skew.lock().unwrap_or_else(PoisonError::into_inner);
            skew.learn(date.with_timezone(&Utc), sent, received);
        }
    }
}

/// reqwest's errors print the address, which may hold a token; only their kind is told.
fn broken(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() { "no answer in time" } else { "the connection broke" }
}
