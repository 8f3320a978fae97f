//! Health and metrics over HTTP, for those who run wardroom.
//!
//! * `/live`: the process turns. It never depends on Discord or the database: restarting would not mend those.
//! * `/ready`: the database answered and the gateway has a session.
//! * `/metrics`: in Prometheus' text format. No label names a guild or a person.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::discord::gateway::Status;
use crate::store::Store;

/// How long the database may take to say that it is there.
const DATABASE_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// What the answers are made of.
#[derive(Clone)]
pub struct Health {
    /// The database.
    pub store: Arc<Store>,
    /// The gateway.
    pub gateway: watch::Receiver<Status>,
    /// The figures.
    pub metrics: PrometheusHandle,
}

/// Serves `health` on `listener` until `stop`.
pub async fn serve(listener: TcpListener, health: Health, stop: CancellationToken) {
    let routes = Router::new()
        .route("/live", get(async || "live\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(async |State(health): State<Health>| health.metrics.render()))
        .with_state(health);
    let served = axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await });
    if let Err(error) = served.await {
        tracing::error!(%error, "health and metrics are served no longer");
    }
}

async fn ready(State(health): State<Health>) -> (StatusCode, String) {
    let asked = health
        .store
        .read(|tx| Box::pin(async move { tx.optional::<(i64,)>("SELECT CAST(1 AS BIGINT)", Vec::new()).await }));
    let database = match tokio::time::timeout(DATABASE_ANSWERS_WITHIN, asked).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database is not ready");
            Some("the database gives errors; see the log".to_owned())
        }
        Err(_) => Some("the database does not answer".to_owned()),
    };
    let gateway = match &*health.gateway.borrow() {
        Status::Up { .. } => None,
        Status::Down(why) => Some(why.clone()),
    };
    let wrong: Vec<String> = [database, gateway].into_iter().flatten().collect();
    if wrong.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", wrong.join("; ")))
    }
}

/// Binds `address`.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}
