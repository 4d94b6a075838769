//! The verb `serve`: the site as it would be built now, on this machine only, alive while it is edited.
//!
//! A [`watcher`] hears that something changed, a [`taker`] makes a new [`live`] view of it, the [`server`]
//! renders what is asked for from that view, and [`events`] tell open tabs whether their page is another
//! now. Only the [`desk`] writes, and only content; the preview's bytes are those of a build but for one script ([`script`]).

mod desk;
mod drafts;
mod events;
mod guard;
mod live;
mod overlay;
mod page;
mod script;
mod server;
mod taker;
mod translations;
mod watcher;

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::diag::{self, Diag};
use crate::disk::Dir;
use crate::load::{self, Wishes};
use crate::publish::CredentialsFile;
use drafts::Drafts;
use live::{Live, View};
use overlay::Overlay;
use server::Shelf;
use taker::{Changes, Taker};
use watcher::{Event, Watcher};

/// What is previewed, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site's folder.
    pub site: PathBuf,
    /// What the command line adds to site.toml.
    pub wishes: Wishes,
    /// The site as of the wished instant, instead of following the clock.
    pub fixed_now: bool,
    /// The port; 0 for any. Default: 4321, or the next free one.
    pub port: Option<u16>,
    /// Who publishes from the desk, for others who would at the same time.
    pub who: String,
    /// Texts that must not be in any message about a target.
    pub secrets: Vec<String>,
    /// Where AWS's own tools keep keys.
    pub credentials: Option<CredentialsFile>,
}

impl Options {
    /// A site at an instant that stands still, on any port.
    #[must_use]
    pub fn new(site: &Path, wishes: Wishes) -> Self {
        Self {
            site: site.to_owned(),
            wishes,
            fixed_now: true,
            port: Some(0),
            who: format!("the desk of process {}", std::process::id()),
            secrets: Vec::new(),
            credentials: None,
        }
    }
}

/// What the terminal is told.
enum Line {
    Text(String),
    /// The user wants to end the preview.
    End,
}

/// A running preview. It ends when this is dropped.
pub struct Preview {
    port: u16,
    desk: u16,
    lines: mpsc::Receiver<Line>,
    end: mpsc::Sender<Line>,
    tell: mpsc::Sender<Event>,
    watching: Option<std::thread::JoinHandle<()>>,
    runtime: Option<Runtime>,
}

impl Preview {
    /// Starts one.
    ///
    /// # Errors
    /// When there is no site, or no port to listen on. Whatever else is wrong is shown in the preview.
    pub fn start(options: &Options) -> Result<Self, Diag> {
        let site = options.site.canonicalize().ok().filter(|site| site.join(load::CONFIG).exists());
        let Some(site) = site else { return Err(diag::no_site(&options.site.to_string_lossy())) };
        let options = Options { site, ..options.clone() };
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| diag::no_port("127.0.0.1", &error))?;
        let wanted = options.port.map_or(server::PORTS, |port| port..=port);
        let listeners = runtime.block_on(server::bind(wanted))?;
        let port = listeners.first().and_then(|l| l.local_addr().ok()).map_or(0, |address| address.port());

        // The desk has a port of its own, which makes it an origin of its own: what scripts of a page can do ends there.
        // It is the next one if that is free, so that what a browser kept for the desk is found again by the next run.
        let next = port.checked_add(1).filter(|_| options.port != Some(0));
        let desk_listeners = runtime.block_on(server::bind(next.into_iter().chain([0])))?;
        let desk =
            desk_listeners.first().and_then(|l| l.local_addr().ok()).map_or(0, |address| address.port());

        let (log, lines) = mpsc::channel();
        let (tell, heard) = mpsc::channel();
        let store = Arc::new(Overlay::new(Dir::new(&options.site)));
        // Watching begins before the first look, so that nothing is missed between the two.
        let watcher = Watcher::new(&options.site, tell.clone(), log.clone());
        let mut taker = Taker::new(&options, Arc::clone(&store));
        let live = Arc::new(Live::new(taker.take(&Changes { all: true, ..Changes::default() })));
        let first = Changes::default();
        watcher::report(&log, &View::default(), &live.view(), &first, Duration::ZERO);
        let watching = {
            let live = Arc::clone(&live);
            std::thread::spawn(move || watcher::run(watcher, taker, &live, &heard))
        };
        let drafts = Arc::new(Drafts::default());
        let state = desk::State {
            site: options.site.clone(),
            live: Arc::clone(&live),
            store: Arc::clone(&store),
            tell: tell.clone(),
            drafts: Arc::clone(&drafts),
            wishes: options.wishes,
            preview: port,
            port: desk,
            who: options.who,
            secrets: options.secrets,
            credentials: options.credentials,
        };
        let desk_router = desk::router(state);
        let router = server::router(Shelf { live, store, tell: tell.clone(), drafts, desk }, port);
        for listener in listeners {
            runtime.spawn(server::run(listener, router.clone()));
        }
        for listener in desk_listeners {
            runtime.spawn(server::run(listener, desk_router.clone()));
        }
        Ok(Self { port, desk, lines, end: log, tell, watching: Some(watching), runtime: Some(runtime) })
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of the desk, where articles are changed.
    #[must_use]
    pub fn desk(&self) -> String {
        format!("http://127.0.0.1:{}/", self.desk)
    }

    /// Its address for browsers.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.tell.send(Event::Stop);
        if let Some(runtime) = self.runtime.take() {
            // Open event streams never end by themselves.
            runtime.shutdown_background();
        }
        if let Some(watching) = self.watching.take() {
            let _ = watching.join();
        }
    }
}

/// Previews a site until the user interrupts it. `log` gets lines for the terminal, `ready` the address.
///
/// # Errors
/// See [`Preview::start`].
pub fn serve(options: &Options, log: &dyn Fn(&str), ready: &dyn Fn(&str)) -> Result<(), Diag> {
    let preview = Preview::start(options)?;
    let addresses = format!("{}  (Ctrl-C ends the preview)\nedit at {}", preview.address(), preview.desk());
    let _ = preview.end.send(Line::Text(addresses));
    ready(&preview.address());
    if let Some(runtime) = &preview.runtime {
        let end = preview.end.clone();
        runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                let _ = end.send(Line::End);
            }
        });
    }
    for line in &preview.lines {
        match line {
            Line::Text(text) => log(&text),
            Line::End => break,
        }
    }
    Ok(())
}
