//! Gives the program a fingerprint of its own sources, and embeds the default theme's files and the
//! starter sites.
//!
//! Pages made by other code may have other bytes, so the fingerprint is part of every recipe: a
//! rebuilt program never trusts what another one wrote.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

fn main() {
    let mut files = BTreeMap::new();
    for folder in ["src", "templates", "static"] {
        println!("cargo::rerun-if-changed={folder}");
        collect(Path::new(folder), &mut files);
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={file}");
        if let Ok(bytes) = std::fs::read(file) {
            files.insert(file.to_owned(), bytes);
        }
    }
    embed(&files, "static/", "theme_files.rs");
    embed(&files, "src/starter/", "starter_files.rs");
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    println!("cargo::rustc-env=NEWSPRINT_ENGINE={:016x}", hasher.finish());
}

fn collect(folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if let Ok(bytes) = std::fs::read(&path) {
            files.insert(path.to_string_lossy().replace('\\', "/"), bytes);
        }
    }
}

/// Writes the table `FILES` of the files below a folder, by path within it.
fn embed(files: &BTreeMap<String, Vec<u8>>, folder: &str, name: &str) {
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let rows: String = files
        .keys()
        .filter_map(|path| Some((path, path.strip_prefix(folder)?)))
        .map(|(path, out)| format!("    ({out:?}, include_bytes!({:?})),\n", format!("{root}/{path}")))
        .collect();
    let table = format!(
        "/// The files of {folder}: path and bytes.\nstatic FILES: &[(&str, &[u8])] = &[\n{rows}];\n"
    );
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    if let Err(error) = std::fs::write(Path::new(&out).join(name), table) {
        println!("cargo::error=cannot write {name}: {error}");
    }
}
