//! Fingerprints: 128 bits of BLAKE3 that stand for a value. Equal fingerprints, equal values.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The first 16 bytes of a BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::cut(blake3::hash(bytes))
    }

    /// The first `digits` (at most 32) hexadecimal digits, for names of files.
    #[must_use]
    pub fn short(self, digits: usize) -> String {
        let mut hex = self.to_string();
        hex.truncate(digits);
        hex
    }

    /// Reads what [`fmt::Display`] writes: 32 hexadecimal digits.
    #[must_use]
    pub fn read(hex: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        if hex.len() != 32 || !hex.is_ascii() {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// Of the 16 bytes that [`Self::bytes`] gave.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().copied().map(Self)
    }

    fn cut(hash: blake3::Hash) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Builds the fingerprint of a composite value. Every field goes in with its length or a tag, so that
/// different sequences of fields cannot give the same bytes.
#[derive(Default)]
pub struct Hasher {
    // Most values are a few hundred bytes: one hash over a buffer is cheaper than many small updates.
    buffer: Vec<u8>,
}

impl Hasher {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A one-byte tag: which kind of thing follows.
    pub fn tag(&mut self, tag: u8) -> &mut Self {
        self.buffer.push(tag);
        self
    }

    /// A text, with its length.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.number(text.len() as u64);
        self.buffer.extend_from_slice(text.as_bytes());
        self
    }

    /// A number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.buffer.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// Another value's fingerprint.
    pub fn fingerprint(&mut self, fingerprint: Fingerprint) -> &mut Self {
        self.buffer.extend_from_slice(&fingerprint.0);
        self
    }

    /// The fingerprint of all that went in.
    #[must_use]
    pub fn finish(&self) -> Fingerprint {
        Fingerprint::of(&self.buffer)
    }
}
