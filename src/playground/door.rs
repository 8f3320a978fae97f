//! The HTTP server: one listener whose connections can be cut by a fault, and the `Date` of every answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{Request, State, WebSocketUpgrade};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::{Shared, gateway, page, rest};

/// Serves until the playground stops.
pub(super) async fn open(shared: Arc<Shared>, listener: TcpListener) {
    let mut stopping = shared.stopping.subscribe();
    let app = Router::new()
        .route("/api/v10", any(rest::root))
        .route("/api/v10/{*path}", any(rest::serve))
        .route("/gateway", any(upgrade))
        .route("/gateway/", any(upgrade))
        .route("/attachments/{channel}/{id}/{name}", axum::routing::get(page::attachment))
        .merge(page::routes())
        .fallback(rest::not_found)
        .layer(middleware::from_fn_with_state(shared.clone(), no_strangers))
        .layer(middleware::from_fn_with_state(shared.clone(), dated))
        .with_state(shared);
    let service = app.into_make_service_with_connect_info::<Wire>();
    let stopped = Arc::new(AtomicBool::new(false));
    let serving = axum::serve(Cuttable { listener, stopped: stopped.clone() }, service);
    tokio::select! {
        result = serving => if let Err(error) = result {
            tracing::error!(%error, "the playground's server ended");
        },
        // Waiting for idle connections would never end.
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    // Connections that are kept alive must not be served by a playground that is gone.
    stopped.store(true, Ordering::SeqCst);
}

async fn upgrade(
    State(shared): State<Arc<Shared>>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    match upgrade {
        Ok(upgrade) => upgrade.on_upgrade(move |socket| gateway::serve(shared, socket)),
        Err(refusal) => refusal.into_response(),
    }
}

/// Sets `Date` from the playground's clock, where hyper would take the system's.
async fn dated(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let date = (shared.options.clock)().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// A page of another origin must not act here, nor a name that someone points at this machine.
async fn no_strangers(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if is_from_here(&request, shared.address.port()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "The playground answers only to its own address on this machine.").into_response()
    }
}

fn is_from_here(request: &Request, port: u16) -> bool {
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    // Clients that resolve discord.com to this machine send that host, but never an origin.
    let host_is_fine =
        request.uri().path().starts_with("/api/") || text(header::HOST).is_some_and(|host| is_loopback(host, port));
    let origin_is_fine = text(header::ORIGIN)
        .is_none_or(|origin| origin.strip_prefix("http://").is_some_and(|host| is_loopback(host, port)));
    host_is_fine && origin_is_fine
}

fn is_loopback(host: &str, port: u16) -> bool {
    let (name, given) = match host.rsplit_once(':') {
        Some((name, given)) if !given.ends_with(']') => (name, given.parse().ok()),
        _ => (host, Some(80)),
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]") && given == Some(port)
}

/// A listener whose connections can be cut without an answer.
struct Cuttable {
    listener: TcpListener,
    stopped: Arc<AtomicBool>,
}

impl Listener for Cuttable {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Answers are small and awaited; waiting to fill packets would only slow tests down.
        let _ = stream.set_nodelay(true);
        (CuttableStream { stream, wire: Wire(Arc::default()), stopped: self.stopped.clone() }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// The handle by which a request's connection is cut.
#[derive(Clone)]
pub(super) struct Wire(Arc<AtomicBool>);

impl Wire {
    /// From now on nothing is written: the client sees the connection end without an answer.
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_cut(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Connected<IncomingStream<'_, Cuttable>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Cuttable>) -> Self {
        stream.io().wire.clone()
    }
}

struct CuttableStream {
    stream: TcpStream,
    wire: Wire,
    stopped: Arc<AtomicBool>,
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stopped.load(Ordering::SeqCst) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.wire.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
