//! A small server for tests, that answers from a script and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, Uri};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Rest;
use crate::clock::Clock;

/// One scripted answer.
#[derive(Clone, Debug, Default)]
pub(in crate::discord) struct Scripted {
    pub(in crate::discord) status: u16,
    pub(in crate::discord) headers: Vec<(&'static str, String)>,
    pub(in crate::discord) body: String,
    pub(in crate::discord) after: Duration,
}

pub(in crate::discord) fn says(status: u16, body: &Value) -> Scripted {
    Scripted { status, body: body.to_string(), ..Scripted::default() }
}

impl Scripted {
    pub(in crate::discord) fn header(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(in crate::discord) fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }
}

/// What the server saw.
#[derive(Clone, Debug)]
pub(in crate::discord) struct Seen {
    pub(in crate::discord) call: String,
    pub(in crate::discord) headers: HeaderMap,
    pub(in crate::discord) body: Value,
    pub(in crate::discord) raw: Bytes,
    pub(in crate::discord) at: Instant,
}

/// A server that answers the calls from a script, in order, and then with an empty object.
#[derive(Clone, Default)]
pub(in crate::discord) struct Fake {
    script: Arc<Mutex<VecDeque<Scripted>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    pub(in crate::discord) async fn start(script: impl IntoIterator<Item = Scripted>) -> (Self, String) {
        let fake = Self::default();
        fake.then(script);
        let (own, listener) = (fake.clone(), tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port"));
        let address = listener.local_addr().expect("an address");
        let answer = move |method: axum::http::Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let fake = own.clone();
            async move {
                fake.seen.lock().expect("seen").push(Seen {
                    call: format!("{method} {uri}"),
                    headers,
                    body: serde_json::from_slice(&body).unwrap_or(Value::Null),
                    raw: body,
                    at: Instant::now(),
                });
                let next = fake.script.lock().expect("script").pop_front();
                let next = next.unwrap_or_else(|| says(200, &json!({})));
                tokio::time::sleep(next.after).await;
                let mut response = Response::builder().status(next.status);
                for (name, value) in next.headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(next.body)).expect("a response")
            }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        (fake, format!("http://{address}/"))
    }

    pub(in crate::discord) fn then(&self, script: impl IntoIterator<Item = Scripted>) {
        self.script.lock().expect("script").extend(script);
    }

    pub(in crate::discord) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("seen").clone()
    }

    pub(in crate::discord) fn calls(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.call).collect()
    }
}

pub(in crate::discord) fn rest_at(base: &str) -> Rest {
    Rest::new(base, &SecretString::from("t0ken"), Clock::system().reading()).expect("a dispatcher")
}
