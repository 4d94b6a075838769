//! What hosts refuse: said before anything is sent. Pure.

use crate::diag::{self, Diag};
use crate::publish::local::Local;
use crate::target::{Host, Place, Target};

/// What a host takes at most.
struct Limits {
    name: &'static str,
    /// Files.
    files: usize,
    /// Bytes of a file.
    size: u64,
    /// Bytes of all files.
    total: u64,
    /// Bytes of a path.
    path: usize,
}

const MIB: u64 = 1 << 20;
const NONE: Limits =
    Limits { name: "", files: usize::MAX, size: u64::MAX, total: u64::MAX, path: usize::MAX };

fn limits(target: &Target) -> Limits {
    let host = target.host.or(match &target.place {
        Place::Git { remote, .. } if remote.contains("github.com") => Some(Host::GithubPages),
        _ => None,
    });
    match (host, &target.place) {
        (Some(Host::GithubPages), _) => {
            Limits { name: "GitHub Pages", size: 100 * MIB, total: 1024 * MIB, path: 4096, ..NONE }
        }
        (Some(Host::Cloudflare), _) => {
            Limits { name: "Cloudflare Pages", files: 20_000, size: 25 * MIB, path: 4096, ..NONE }
        }
        (Some(Host::Netlify), _) => Limits { name: "Netlify", path: 4096, ..NONE },
        // A single request puts 5 GiB at most.
        (None, Place::S3 { prefix, .. }) => {
            let path = 1024 - (prefix.len() + 1).min(1000);
            Limits { name: "an S3 bucket", size: 5 * 1024 * MIB, path, ..NONE }
        }
        (None, _) => Limits { name: "a folder", path: 3500, ..NONE },
    }
}

/// Everything about a tree that its host would refuse.
pub(crate) fn check(local: &Local, target: &Target) -> Vec<Diag> {
    let limits = limits(target);
    let mut diags = Vec::new();
    if local.files.len() > limits.files {
        let why =
            format!("the site has {} files, and {} takes {}", local.files.len(), limits.name, limits.files);
        diags.push(diag::publish_limit(&local.root.to_string_lossy(), &why));
    }
    let total: u64 = local.files.iter().map(|file| file.size).sum();
    if total > limits.total {
        let why =
            format!("the site has {} MiB, and {} takes {}", total / MIB, limits.name, limits.total / MIB);
        diags.push(diag::publish_limit(&local.root.to_string_lossy(), &why));
    }
    for file in &local.files {
        if file.size > limits.size {
            let why = format!(
                "the file has {} MiB, and {} takes {}",
                file.size / MIB,
                limits.name,
                limits.size / MIB
            );
            diags.push(diag::publish_limit(&file.path, &why));
        }
        if file.path.len() > limits.path {
            let why =
                format!("the path has {} bytes, and {} takes {}", file.path.len(), limits.name, limits.path);
            diags.push(diag::publish_limit(&file.path, &why));
        }
    }
    diags
}
