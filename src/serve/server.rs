//! Connections and routes.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::drafts::{self, Drafts};
use super::guard::{self, Gate, Hosts, Purpose};
use super::live::Live;
use super::overlay::Overlay;
use super::watcher::Event;
use super::{events, page, script, translations};
use crate::diag::{self, Diag};

/// What every request of the preview has at hand.
#[derive(Clone)]
pub(super) struct Shelf {
    pub(super) live: Arc<Live>,
    pub(super) store: Arc<Overlay>,
    /// To the watcher.
    pub(super) tell: mpsc::Sender<Event>,
    /// Sites with texts that are not saved.
    pub(super) drafts: Arc<Drafts>,
    /// The desk's port.
    pub(super) desk: u16,
}

/// Connections at the same time.
const CONNECTIONS: usize = 128;
/// A connection that sends no whole header in this time is closed; so is one that is idle.
const HEADER_TIME: Duration = Duration::from_secs(20);
/// Bytes of a request's header at most.
const HEADER_BYTES: usize = 32 << 10;

/// Where the preview is when nothing else is said, and where the next ones are.
pub(super) const PORTS: std::ops::RangeInclusive<u16> = 4321..=4340;

/// Binds this machine's own addresses at the first of these ports that is free; 0 is any.
///
/// # Errors
/// When there is none.
pub(super) async fn bind(ports: impl IntoIterator<Item = u16>) -> Result<Vec<TcpListener>, Diag> {
    let mut failure = None;
    for port in ports {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        match TcpListener::bind(address).await {
            Ok(listener) => {
                let port = listener.local_addr().map_or(port, |address| address.port());
                // A machine without IPv6, or one where that port is taken, is served all the same.
                let other = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await.ok();
                return Ok(std::iter::once(listener).chain(other).collect());
            }
            Err(error) => failure = Some(diag::no_port(&address.to_string(), &error)),
        }
    }
    Err(failure.unwrap_or_else(|| diag::no_port("127.0.0.1", &std::io::ErrorKind::AddrInUse.into())))
}

/// Routes and their guard.
pub(super) fn router(shelf: Shelf, port: u16) -> Router {
    let gate =
        Gate { hosts: Hosts::new(port), purpose: Purpose::Preview, framed_by: Some(Hosts::new(shelf.desk)) };
    let text = |kind: &'static str, text: &'static str| {
        get(move || std::future::ready(([(header::CONTENT_TYPE, kind)], text)))
    };
    Router::new()
        .route(script::ADDRESS, text("text/javascript; charset=utf-8", script::TEXT))
        .route(script::STYLE_ADDRESS, text("text/css; charset=utf-8", script::STYLE))
        .route(script::TRANSLATE, text("text/javascript; charset=utf-8", translations::SCRIPT))
        .route("/__newsprint/said/{file}", get(translations::table))
        .route("/__newsprint/events", get(tab_events))
        .route("/__newsprint/state", get(tab_state))
        .route("/__newsprint/draft/{key}/{*rest}", get(draft))
        .route("/__newsprint/draft/{key}/", get(draft))
        .fallback(site)
        .with_state(shelf)
        .layer(axum::middleware::from_fn_with_state(Arc::new(gate), guard::check))
}

/// A page, or the events, of a site with a text that is not saved. The key is a secret of the desk's.
async fn draft(State(shelf): State<Shelf>, uri: Uri) -> Response {
    let below = uri.path().strip_prefix(drafts::ADDRESS).unwrap_or_default();
    let (key, _) = below.split_once('/').unwrap_or((below, ""));
    let Some(draft) = shelf.drafts.find(key) else { return StatusCode::NOT_FOUND.into_response() };
    let base = format!("{}{key}", drafts::ADDRESS);
    let address = &uri.path()[base.len()..];
    if address == "/__newsprint/events" {
        return match shown_by(&uri) {
            Some(page) => events::events(Arc::clone(&draft.live), page, None).into_response(),
            None => StatusCode::BAD_REQUEST.into_response(),
        };
    }
    let (view, address) = (draft.live.view(), address.to_owned());
    let store = draft.store(&shelf.store);
    let made = tokio::task::spawn_blocking(move || page::answer(&view, &store, &address, &base)).await;
    match made {
        Ok(Ok(response)) => response,
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Serves connections until the task is dropped.
pub(super) async fn run(listener: TcpListener, router: Router) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = connection(stream, router.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop(slot);
                });
            }
            // Out of file handles, or a client that left already: neither ends the preview.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    // What a client does wrong is its own affair; it got its 400.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The address that a tab says it shows.
fn shown_by(uri: &Uri) -> Option<String> {
    let query = uri.query()?;
    let page = query.split('&').find_map(|pair| pair.strip_prefix("page="))?;
    page::decoded(page)
}

async fn tab_events(State(shelf): State<Shelf>, uri: Uri) -> Response {
    match shown_by(&uri) {
        Some(address) => events::events(shelf.live, address, Some(shelf.desk)).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn tab_state(State(shelf): State<Shelf>, uri: Uri) -> Response {
    match shown_by(&uri) {
        Some(address) => {
            let state = script::state(&shelf.live.view(), &address, Some(shelf.desk));
            ([(header::CONTENT_TYPE, "application/json")], state).into_response()
        }
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Times that a page is tried anew when its sources change under it.
const TRIES: usize = 4;

async fn site(State(shelf): State<Shelf>, uri: Uri) -> Response {
    let mut changing = String::new();
    for _ in 0..TRIES {
        let view = shelf.live.view();
        let (serial, store, address) = (view.serial, Arc::clone(&shelf.store), uri.path().to_owned());
        // Pages are rendered on threads of their own, where a fault ends one answer and nothing else.
        match tokio::task::spawn_blocking(move || page::answer(&view, &*store, &address, "")).await {
            Ok(Ok(response)) => return response,
            Ok(Err(path)) => {
                changing.clone_from(&path);
                let _ = shelf.tell.send(Event::Suspected(path));
                shelf.live.newer_than(serial).await;
            }
            Err(_) => {
                let problems = [diag::preview_failed()];
                return page::failed_page(StatusCode::INTERNAL_SERVER_ERROR, &problems, None, "");
            }
        }
    }
    page::failed_page(StatusCode::SERVICE_UNAVAILABLE, &[diag::changing(&changing)], None, "")
}
