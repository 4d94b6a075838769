//! Server-sent events: a tab says which page it shows and hears when what it should know changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::live::Live;
use super::script;

/// What one tab was told.
struct Tab {
    live: Arc<Live>,
    news: watch::Receiver<u64>,
    address: String,
    desk: Option<u16>,
    told: Option<String>,
}

/// The events for a tab that shows `address`: its state, at once and whenever it changes.
pub(super) fn events(
    live: Arc<Live>,
    address: String,
    desk: Option<u16>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    /// How soon a browser that went away is noticed.
    const BEAT: Duration = Duration::from_secs(15);
    let tab = Tab { news: live.news(), live, address, desk, told: None };
    let states = stream::unfold(tab, |mut tab| async move {
        loop {
            // Marked as seen before it is read: what comes after is heard of once more.
            tab.news.borrow_and_update();
            let state = script::state(&tab.live.view(), &tab.address, tab.desk);
            if tab.told.as_ref() != Some(&state) {
                let event = Event::default().event("state").data(&state);
                tab.told = Some(state);
                return Some((Ok(event), tab));
            }
            tab.news.changed().await.ok()?;
        }
    });
    Sse::new(states).keep_alive(KeepAlive::new().interval(BEAT))
}
