//! The ledger's file: small sections that every build reads, large tables that are read item by item, and what later
//! builds appended.
//!
//! A header points at the table of sections, which has their places and checksums. Records and articles lie one by
//! one, each with a checksum of its own, so that a build that needs twenty of a hundred thousand reads twenty. A build
//! that changed little appends a frame; a frame's checksum covers the one before it, so the first that does not fit
//! ends the file: any beginning of it is a true ledger of some earlier build.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::fingerprint::{Fingerprint, Hasher};

/// First bytes of the file; the number is the format's.
const MAGIC: &[u8; 19] = b"newsprint ledger 3\n";

/// Bytes of the header: magic, place and length of the table, its checksum.
const HEADER: usize = 64;

/// Bytes of a large table's directory for each item: where it ends, and the half of its checksum.
const SLOT: usize = 16;

/// A part of the file and its checksum.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Section {
    at: u64,
    len: u64,
    sum: Fingerprint,
}

/// What the file holds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Table<const N: usize> {
    #[serde(with = "sections")]
    sections: [Section; N],
    parts: [Section; 2],
    records: Section,
    articles: Section,
    end: u64,
}

/// Arrays of any length, for serde.
mod sections {
    use super::Section;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer, const N: usize>(
        sections: &[Section; N],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        sections.as_slice().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        from: D,
    ) -> Result<[Section; N], D::Error> {
        let sections: Vec<Section> = Vec::deserialize(from)?;
        sections.try_into().map_err(|_| D::Error::custom("another number of sections"))
    }
}

/// A large table: items that are read one by one.
#[derive(Debug)]
struct Items {
    base: u64,
    /// One [`SLOT`] an item.
    directory: Vec<u8>,
}

/// A table's items as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Records of content files, by path.
    Record,
    /// What is written down of articles besides their records, in the order of the index.
    Article,
}

/// A section that is read when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The index: that of the last build that wrote one.
    Index,
    /// Content files that others lead to.
    Links,
}

/// Number of small sections.
pub(super) const SECTIONS: usize = 5;

/// An open ledger file. It stays readable when another takes its name.
#[derive(Debug)]
pub(super) struct Opened {
    file: File,
    parts: [Section; 2],
    /// Where the frames begin.
    first: u64,
    records: Items,
    articles: Items,
    /// Something that was read did not have its checksum.
    damaged: AtomicBool,
    /// Frames that later builds appended, whole and in order.
    pub(super) frames: Vec<Vec<u8>>,
    /// Whether the file ends where the last frame does.
    pub(super) whole: bool,
    /// What the next frame follows on.
    pub(super) chain: Fingerprint,
    /// Where it goes.
    pub(super) end: u64,
}

impl Opened {
    /// Opens a file and reads its small sections; `None` when it is damaged or of another format.
    pub(super) fn new(file: File) -> Option<(Self, [Vec<u8>; SECTIONS])> {
        let len = file.metadata().ok()?.len();
        let header = read_at(&file, 0, HEADER)?;
        let rest = header.strip_prefix(MAGIC.as_slice())?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (table_len, rest) = rest.split_first_chunk::<8>()?;
        let table = Section {
            at: u64::from_le_bytes(*at),
            len: u64::from_le_bytes(*table_len),
            sum: Fingerprint::from_bytes(rest.get(..16)?)?,
        };
        let section = |section: &Section| -> Option<Vec<u8>> {
            // A damaged length must not become a large allocation.
            (section.at.checked_add(section.len)? <= len).then_some(())?;
            let bytes = read_at(&file, section.at, usize::try_from(section.len).ok()?)?;
            (Fingerprint::of(&bytes) == section.sum).then_some(bytes)
        };
        let chain = table.sum;
        let table: Table<SECTIONS> = decode(&section(&table)?)?;
        let read: Vec<Vec<u8>> = table.sections.par_iter().map(section).collect::<Option<_>>()?;
        let (records, articles) = (section(&table.records)?, section(&table.articles)?);
        let items = |directory: Vec<u8>, base: u64| Items { base, directory };
        let records = items(records, HEADER as u64);
        let articles = items(articles, HEADER as u64 + records.bytes());
        let mut opened = Self {
            file,
            parts: table.parts,
            first: table.end,
            records,
            articles,
            damaged: AtomicBool::new(false),
            frames: Vec::new(),
            whole: true,
            chain,
            end: table.end,
        };
        opened.read_frames(len);
        Some((opened, read.try_into().ok()?))
    }

    fn read_frames(&mut self, len: u64) {
        self.whole = len >= self.end;
        while self.end < len {
            let frame = || -> Option<(Vec<u8>, Section, Fingerprint)> {
                let head = read_at(&self.file, self.end, FRAME)?;
                let (size, rest) = head.split_first_chunk::<8>()?;
                let (index, rest) = rest.split_first_chunk::<8>()?;
                let (size, index) = (u64::from_le_bytes(*size), u64::from_le_bytes(*index));
                let at = self.end + FRAME as u64;
                // A damaged length must not become a large allocation.
                (at.checked_add(size)?.checked_add(index)? <= len).then_some(())?;
                let frame = read_at(&self.file, at, usize::try_from(size).ok()?)?;
                let index =
                    Section { at: at + size, len: index, sum: Fingerprint::from_bytes(rest.get(..16)?)? };
                let sum = follow(self.chain, &frame, &index);
                (Fingerprint::from_bytes(rest.get(16..)?) == Some(sum)).then_some((frame, index, sum))
            };
            let Some((frame, index, sum)) = frame() else {
                self.whole = false;
                return;
            };
            self.end = index.at + index.len;
            self.chain = sum;
            self.frames.push(frame);
            if index.len > 0 {
                self.parts[Part::Index as usize] = index;
            }
        }
    }

    /// Whether what was appended is more than what it was appended to.
    pub(super) fn is_long(&self) -> bool {
        self.end - self.first > self.first.max(ROOM)
    }

    /// How many items of a kind there are.
    pub(super) fn len(&self, kind: Kind) -> usize {
        self.items(kind).directory.len() / SLOT
    }

    /// An item; `None` when it is damaged, which [`Self::is_sound`] tells from then on.
    pub(super) fn item<T: DeserializeOwned>(&self, kind: Kind, at: usize) -> Option<T> {
        let items = self.items(kind);
        let item = items.place(at).and_then(|(from, len, sum)| {
            // Lengths come from a directory that had its checksum.
            let bytes = read_at(&self.file, from, len)?;
            (half(&bytes) == sum).then(|| decode(&bytes))?
        });
        if item.is_none() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        item
    }

    /// All items of a kind but damaged ones, in order.
    pub(super) fn all<T: DeserializeOwned + Send>(&self, kind: Kind) -> Vec<T> {
        let items = self.items(kind);
        let Some(bytes) =
            usize::try_from(items.bytes()).ok().and_then(|len| read_at(&self.file, items.base, len))
        else {
            self.damaged.store(true, Ordering::Relaxed);
            return Vec::new();
        };
        let item = |at| {
            let (from, len, sum) = items.place(at)?;
            let from = usize::try_from(from - items.base).ok()?;
            let bytes = bytes.get(from..from.checked_add(len)?)?;
            (half(bytes) == sum).then(|| decode(bytes))?
        };
        let found: Vec<Option<T>> = (0..self.len(kind)).into_par_iter().with_min_len(256).map(item).collect();
        found.into_iter().flatten().collect()
    }

    /// A section that is read when it is asked for; `None` when it is damaged.
    pub(super) fn section(&self, part: Part) -> Option<Vec<u8>> {
        let Section { at, len, sum } = self.parts[part as usize];
        let bytes = read_at(&self.file, at, usize::try_from(len).ok()?)?;
        (Fingerprint::of(&bytes) == sum).then_some(bytes)
    }

    /// Notes that something that was read makes no sense.
    pub(super) fn doubt(&self) {
        self.damaged.store(true, Ordering::Relaxed);
    }

    /// Whether nothing that was read so far was damaged.
    pub(super) fn is_sound(&self) -> bool {
        !self.damaged.load(Ordering::Relaxed)
    }

    fn items(&self, kind: Kind) -> &Items {
        match kind {
            Kind::Record => &self.records,
            Kind::Article => &self.articles,
        }
    }
}

impl Items {
    fn slot(&self, at: usize) -> Option<(u64, [u8; 8])> {
        let slot = self.directory.get(at * SLOT..(at + 1) * SLOT)?;
        Some((u64::from_le_bytes(*slot.first_chunk()?), *slot.last_chunk()?))
    }

    fn place(&self, at: usize) -> Option<(u64, usize, [u8; 8])> {
        let (end, sum) = self.slot(at)?;
        let start = if at == 0 { 0 } else { self.slot(at - 1)?.0 };
        Some((self.base + start, usize::try_from(end.checked_sub(start)?).ok()?, sum))
    }

    fn bytes(&self) -> u64 {
        (self.directory.len() / SLOT)
            .checked_sub(1)
            .and_then(|last| self.slot(last))
            .map_or(0, |(end, _)| end)
    }
}

/// Writes a whole file.
pub(super) fn write<R: Serialize + Sync, A: Serialize + Sync + Send>(
    file: &mut File,
    sections: &[Vec<u8>; SECTIONS],
    parts: [&[u8]; 2],
    records: &[R],
    articles: (usize, &(impl Fn(usize) -> A + Sync)),
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, file);
    out.write_all(&[0; HEADER])?;
    let mut at = HEADER as u64;
    let records = write_items(&mut out, &mut at, records.len(), &|n| encode(&records[n]))?;
    let articles = write_items(&mut out, &mut at, articles.0, &|n| encode(&(articles.1)(n)))?;
    let mut put = |bytes: &[u8]| -> io::Result<Section> {
        let section = Section { at, len: bytes.len() as u64, sum: Fingerprint::of(bytes) };
        out.write_all(bytes)?;
        at += bytes.len() as u64;
        Ok(section)
    };
    let sections: Vec<Section> = sections.iter().map(|bytes| put(bytes)).collect::<io::Result<_>>()?;
    let Ok(sections) = sections.try_into() else { return Err(io::Error::other("sections went missing")) };
    let parts = [put(parts[0])?, put(parts[1])?];
    let (records, articles) = (put(&records)?, put(&articles)?);
    // The length of the table depends on the number in it: it is written with room for any.
    let mut table = Table::<SECTIONS> { sections, parts, records, articles, end: u64::MAX };
    let room = encode(&table).len() as u64;
    table.end = articles.at + articles.len + room;
    let mut bytes = encode(&table);
    bytes.resize(usize::try_from(room).unwrap_or(bytes.len()), 0);
    let place = put(&bytes)?;
    let mut header = MAGIC.to_vec();
    header.extend(place.at.to_le_bytes());
    header.extend(place.len.to_le_bytes());
    header.extend(place.sum.bytes());
    out.seek(SeekFrom::Start(0))?;
    out.write_all(&header)?;
    out.flush()
}

/// Writes items one after another; returns their directory.
fn write_items(
    out: &mut impl Write,
    at: &mut u64,
    count: usize,
    item: &(impl Fn(usize) -> Vec<u8> + Sync),
) -> io::Result<Vec<u8>> {
    /// Items that are in memory at a time.
    const CHUNK: usize = 4096;
    let base = *at;
    let mut directory = Vec::with_capacity(count * SLOT);
    for from in (0..count).step_by(CHUNK) {
        let chunk: Vec<Vec<u8>> =
            (from..count.min(from + CHUNK)).into_par_iter().with_min_len(64).map(item).collect();
        for bytes in chunk {
            out.write_all(&bytes)?;
            *at += bytes.len() as u64;
            directory.extend((*at - base).to_le_bytes());
            directory.extend(half(&bytes));
        }
    }
    Ok(directory)
}

/// Bytes of a frame's head: lengths of what it holds and of the index behind that, the checksum of that, its own.
const FRAME: usize = 48;

/// Bytes that may always be appended.
const ROOM: u64 = 1 << 20;

/// A frame to append after what has the checksum `chain`, with an index behind it; an empty one is none.
pub(super) fn frame(chain: Fingerprint, payload: &[u8], index: &[u8]) -> Option<Vec<u8>> {
    let len = |bytes: &[u8]| u64::try_from(bytes.len()).ok();
    let section = Section { at: 0, len: len(index)?, sum: Fingerprint::of(index) };
    let mut frame = Vec::with_capacity(FRAME + payload.len() + index.len());
    frame.extend(len(payload)?.to_le_bytes());
    frame.extend(section.len.to_le_bytes());
    frame.extend(section.sum.bytes());
    frame.extend(follow(chain, payload, &section).bytes());
    frame.extend(payload);
    frame.extend(index);
    Some(frame)
}

fn follow(chain: Fingerprint, payload: &[u8], index: &Section) -> Fingerprint {
    let mut hasher = Hasher::new();
    hasher.fingerprint(chain).fingerprint(Fingerprint::of(payload)).number(payload.len() as u64);
    hasher.fingerprint(index.sum).number(index.len);
    hasher.finish()
}

/// Half a fingerprint: enough to tell damage.
fn half(bytes: &[u8]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = Fingerprint::of(bytes).bytes();
    [a, b, c, d, e, f, g, h]
}

fn read_at(file: &File, at: u64, len: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; len];
    exact(file, &mut bytes, at).ok()?;
    Some(bytes)
}

#[cfg(unix)]
fn exact(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(not(unix))]
fn exact(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    // One cursor for all threads: a copy of the handle would share it.
    static CURSOR: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _held = CURSOR.lock();
    let mut file = file;
    file.seek(SeekFrom::Start(at))?;
    io::Read::read_exact(&mut file, bytes)
}

/// Plain data into a growing buffer: there is nothing in it that postcard refuses.
pub(super) fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).unwrap_or_default()
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}
