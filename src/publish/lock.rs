//! One publisher at a time. An object at the target, made only where there is none, says who publishes and what
//! they are about to put; so what a publisher that died has put is known to be ours.
//!
//! Nobody trusts another's clock: a lock is kept alive by being written again, and one that was not for as long as
//! a lease, watched by the watcher's own clock, is taken over. The one that this very site left behind when it
//! was cut off is taken over at once.

use std::hash::{BuildHasher, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::diag::{self, Diag};
use crate::fingerprint::Fingerprint;
use crate::publish::delta::Claims;
use crate::publish::headers::Headers;
use crate::publish::remote::{Condition, Fault, Put, Remote};

/// Where it is.
pub(crate) const PATH: &str = ".newsprint/lock";

/// What a lock says.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    /// Whose it is.
    token: String,
    /// In words.
    who: String,
    /// When it was last written, by the holder's clock.
    at: i64,
    /// Makes each writing another version.
    beat: u64,
    /// The holder has stopped, and somebody may go on.
    stopped: bool,
    /// What the holder may have put.
    claims: Claims,
}

/// Who wants it.
#[derive(Clone, Debug)]
pub(crate) struct Wish<'a> {
    /// Name of this run.
    pub(crate) token: &'a str,
    /// Names of runs of this site that did not finish.
    pub(crate) before: &'a [String],
    /// In words.
    pub(crate) who: &'a str,
    /// Seconds since 1970 when the run began.
    pub(crate) now: i64,
    /// After so long without a sign a holder is dead.
    pub(crate) lease: Duration,
}

/// A name that no other run has.
pub(crate) fn token() -> String {
    let random = || std::hash::RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// A lock that is held.
pub(crate) struct Lock<'r> {
    remote: &'r dyn Remote,
    state: Mutex<(Body, String)>,
    began: Instant,
    now: i64,
    lost: AtomicBool,
}

impl<'r> Lock<'r> {
    /// Takes the lock; with it comes what publishers that did not finish may have put.
    ///
    /// # Errors
    /// When another holds it, or the target cannot be asked.
    pub(crate) fn take(remote: &'r dyn Remote, wish: &Wish<'_>) -> Result<(Self, Claims), Diag> {
        let began = Instant::now();
        let mut body = Body {
            token: wish.token.to_owned(),
            who: wish.who.to_owned(),
            at: wish.now,
            beat: 0,
            stopped: false,
            claims: Claims::new(),
        };
        let held = |body: Body, version: String| {
            let claims = body.claims.clone();
            let state = Mutex::new((body, version));
            (Self { remote, state, began, now: wish.now, lost: AtomicBool::new(false) }, claims)
        };
        match write(remote, &body, &Condition::Absent) {
            Ok(version) => return Ok(held(body, version)),
            Err(Fault::Unmet) => {}
            Err(Fault::Failed(why)) => return Err(diag::publish_incomplete(&why)),
        }
        let version = loop {
            let Some((there, version)) = read(remote)? else {
                match write(remote, &body, &Condition::Absent) {
                    Ok(version) => return Ok(held(body, version)),
                    Err(Fault::Unmet) => continue,
                    Err(Fault::Failed(why)) => return Err(diag::publish_incomplete(&why)),
                }
            };
            let Some(there) = there else { break version };
            // A lost answer to the first request: it is our own.
            let is_ours = there.token == wish.token || wish.before.contains(&there.token);
            if !is_ours && !there.stopped && !outlived(remote, &there, &version, wish)? {
                return Err(diag::publish_locked(&there.who));
            }
            body.claims = there.claims;
            break version;
        };
        match write(remote, &body, &Condition::Is(version)) {
            Ok(version) => Ok(held(body, version)),
            Err(Fault::Unmet) => match read(remote)? {
                Some((Some(there), version)) if there.token == wish.token => Ok(held(body, version)),
                _ => Err(diag::publish_locked("another one was faster")),
            },
            Err(Fault::Failed(why)) => Err(diag::publish_incomplete(&why)),
        }
    }

    /// Writes down what is about to be put, besides what was before.
    ///
    /// # Errors
    /// When the lock is no longer ours, or the target cannot be asked.
    pub(crate) fn claim<'p>(&self, puts: impl Iterator<Item = (&'p str, Fingerprint)>) -> Result<(), Diag> {
        self.update(|body| {
            for (path, hash) in puts {
                body.claims.entry(path.to_owned()).or_default().hashes.insert(hash);
            }
        })
    }

    /// Writes down that all new files are there, and that pages may link them from now on.
    ///
    /// # Errors
    /// When the lock is no longer ours, or the target cannot be asked.
    pub(crate) fn link(&self, is_wanted: impl Fn(&str) -> bool) -> Result<(), Diag> {
        self.update(|body| {
            for (path, claim) in &mut body.claims {
                claim.linked |= is_wanted(path);
            }
        })
    }

    /// A sign of life. What goes wrong is kept for [`Lock::check`].
    pub(crate) fn beat(&self) {
        let _ = self.update(|_| {});
    }

    fn update(&self, change: impl FnOnce(&mut Body)) -> Result<(), Diag> {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (body, version) = &mut *state;
        change(body);
        body.beat += 1;
        body.at = self.now.saturating_add_unsigned(self.began.elapsed().as_secs());
        match write(self.remote, body, &Condition::Is(version.clone())) {
            Ok(new) => *version = new,
            Err(Fault::Unmet) => match read(self.remote)? {
                // The answer to the last request was lost.
                Some((Some(there), new)) if there.token == body.token => *version = new,
                _ => {
                    self.lost.store(true, Ordering::Relaxed);
                    return self.check();
                }
            },
            Err(Fault::Failed(why)) => return Err(diag::publish_incomplete(&why)),
        }
        Ok(())
    }

    /// Whether it still is ours, as far as is known.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn check(&self) -> Result<(), Diag> {
        if self.lost.load(Ordering::Relaxed) { Err(diag::publish_raced("the lock")) } else { Ok(()) }
    }

    /// Lets go; `stopped` leaves it there for whoever goes on, with what was claimed.
    pub(crate) fn release(self, stopped: bool) {
        if self.lost.load(Ordering::Relaxed) {
            return;
        }
        if stopped {
            let _ = self.update(|body| body.stopped = true);
        } else {
            let state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            // One that stays is taken over by the next run of this site.
            let _ = self.remote.delete(PATH, &state.1);
        }
    }
}

/// What a lock says, and its version; the words are `None` when they are damaged.
type There = Option<(Option<Body>, String)>;

fn read(remote: &dyn Remote) -> Result<There, Diag> {
    match remote.read(PATH) {
        Ok(there) => Ok(there.map(|(bytes, seen)| (serde_json::from_slice(&bytes).ok(), seen.version))),
        Err(Fault::Unmet) => Ok(None),
        Err(Fault::Failed(why)) => Err(diag::publish_incomplete(&why)),
    }
}

/// What an unfinished publication left claimed, for looking without taking the lock.
pub(crate) fn claims(remote: &dyn Remote) -> Result<Claims, Diag> {
    Ok(read(remote)?.and_then(|(body, _)| body).map_or_else(Claims::new, |body| body.claims))
}

fn write(remote: &dyn Remote, body: &Body, condition: &Condition) -> Result<String, Fault> {
    let text = serde_json::to_vec(body).unwrap_or_default();
    let headers = Headers::record();
    remote.put(&Put { path: PATH, bytes: &text, hash: Fingerprint::of(&text), headers: &headers, condition })
}

/// Whether a holder is dead: its lock looks old, and does not change for as long as a lease.
fn outlived(remote: &dyn Remote, there: &Body, version: &str, wish: &Wish<'_>) -> Result<bool, Diag> {
    let age = wish.now.abs_diff(there.at);
    if age < wish.lease.as_secs() {
        return Ok(false);
    }
    let began = Instant::now();
    while began.elapsed() < wish.lease {
        std::thread::sleep((wish.lease / 8).max(Duration::from_millis(1)));
        match read(remote)? {
            Some((_, now)) if now == version => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}
