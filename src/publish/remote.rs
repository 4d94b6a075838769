//! The outside world of a publication in place: objects under paths, changed one by one, each change with a
//! condition on what it changes. Adapters implement it; tests wrap it to cut it off after any request.

use crate::diag::Diag;
use crate::fingerprint::Fingerprint;
use crate::publish::headers::Headers;

/// What must be at a path for a change to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    Absent,
    /// This version.
    Is(String),
}

/// An object to be put.
#[derive(Clone, Copy, Debug)]
pub struct Put<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Of its bytes.
    pub hash: Fingerprint,
    /// How it is served.
    pub headers: &'a Headers,
    /// What must be there.
    pub condition: &'a Condition,
}

/// An object as it is at the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its path.
    pub path: String,
    /// The target's own name for this state of it.
    pub version: String,
    /// Bytes.
    pub size: u64,
    /// Of its bytes, where the target knows it.
    pub hash: Option<Fingerprint>,
}

/// Why a request did not do what was asked.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The condition was not met: nothing was changed.
    Unmet,
    /// The request failed; whether it was done is not known. The words name the operation and the reason.
    Failed(String),
}

/// A place of objects.
pub trait Remote: Send + Sync {
    /// What it is, in words for messages; without secrets.
    fn words(&self) -> String;

    /// An object with its bytes; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Seen)>, Fault>;

    /// An object without its bytes.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn look(&self, path: &str) -> Result<Option<Seen>, Fault>;

    /// Puts an object, whole or not at all, and gives its version.
    ///
    /// # Errors
    /// [`Fault::Unmet`] when the condition is not met.
    fn put(&self, put: &Put<'_>) -> Result<String, Fault>;

    /// Removes an object if it still is this version; one that is gone already is no error.
    ///
    /// # Errors
    /// [`Fault::Unmet`] when it is another version.
    fn delete(&self, path: &str, version: &str) -> Result<(), Fault>;

    /// All objects.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn list(&self) -> Result<Vec<Seen>, Fault>;

    /// Requests that are worth making at the same time.
    fn width(&self) -> usize;

    /// Paths that cannot be put although they are fine elsewhere, as a complaint each.
    fn refuse(&self, _path: &str, _size: u64) -> Option<Diag> {
        None
    }
}
