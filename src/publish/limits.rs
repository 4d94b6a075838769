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
    /// Bytes of a name in it.
    part: usize,
    /// Characters that no name may have.
    bad: &'static str,
}

const MIB: u64 = 1 << 20;
const NONE: Limits =
    Limits { name: "", files: usize::MAX, size: u64::MAX, total: u64::MAX, path: 4096, part: 255, bad: "" };

fn limits(target: &Target) -> Limits {
    let host = target.host.or(match &target.place {
        Place::Git { remote, .. } if remote.contains("github.com") => Some(Host::GithubPages),
        _ => None,
    });
    match (host, &target.place) {
        (Some(Host::GithubPages), _) => {
            Limits { name: "GitHub Pages", size: 100 * MIB, total: 1024 * MIB, ..NONE }
        }
        (Some(Host::Cloudflare), _) => {
            Limits { name: "Cloudflare Pages", files: 20_000, size: 25 * MIB, ..NONE }
        }
        (Some(Host::Netlify), _) => Limits { name: "Netlify", bad: "#?", ..NONE },
        // A single request puts 5 GiB at most.
        (None, Place::S3 { prefix, .. }) => {
            let path = 1024 - (prefix.len() + 1).min(1000);
            Limits { name: "an S3 bucket", size: 5 * 1024 * MIB, path, part: usize::MAX, ..NONE }
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
        if let Some(part) = file.path.split('/').find(|part| part.len() > limits.part) {
            let why = format!("a name has {} bytes, and {} takes {}", part.len(), limits.name, limits.part);
            diags.push(diag::publish_limit(&file.path, &why));
        }
        if let Some(bad) = file.path.chars().find(|c| limits.bad.contains(*c)) {
            let why = format!("the name has a `{bad}`, which {} does not take", limits.name);
            diags.push(diag::publish_limit(&file.path, &why));
        }
    }
    diags
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::fingerprint::Fingerprint;
    use crate::label::Label;
    use crate::publish::local::{File, Sort};
    use crate::target::Mode;

    /// Host, place, files with their bytes, and what is said.
    type Case<'c> = (Option<Host>, Place, &'c [(&'c str, u64)], &'c str);

    fn said(host: Option<Host>, place: Place, files: &[(&str, u64)]) -> String {
        let file = |(path, size): &(&str, u64)| File {
            path: (*path).to_owned(),
            hash: Fingerprint::of(b""),
            size: *size,
            sort: Sort::Asset,
            kind: String::new(),
        };
        let files = files.iter().map(file).collect();
        let local = Local { label: Label::default(), root: PathBuf::from("public"), files };
        let target = Target { name: "live".to_owned(), place, grace: 0, host };
        check(&local, &target).into_iter().map(|diag| diag.message + "\n").collect()
    }

    #[test]
    fn what_a_host_would_refuse_is_said() {
        let git = |remote: &str| Place::Git { remote: remote.to_owned(), branch: "b".to_owned() };
        let other = || git("https://git.example/a.git");
        let bucket = |prefix: &str| Place::S3 {
            bucket: "paper".to_owned(),
            endpoint: None,
            region: "r".to_owned(),
            prefix: prefix.to_owned(),
        };
        let dir = || Place::Dir { path: "www".to_owned(), mode: Mode::InPlace };
        let (long, deep) = ("x".repeat(256), ["y"; 2000].join("/"));
        let key = "k".repeat(1020);
        let many: Vec<(&str, u64)> = vec![("f", 1); 20_001];
        let cases: [Case<'_>; 13] = [
            (
                None,
                git("git@github.com:a/b.git"),
                &[("a", 101 * MIB)],
                "the file has 101 MiB, and GitHub Pages takes 100",
            ),
            (
                Some(Host::GithubPages),
                other(),
                &[("a", 99 * MIB); 11],
                "the site has 1089 MiB, and GitHub Pages takes 1024",
            ),
            (Some(Host::GithubPages), other(), &[("a", 99 * MIB)], ""),
            (
                Some(Host::Cloudflare),
                other(),
                &[("a", 26 * MIB)],
                "the file has 26 MiB, and Cloudflare Pages takes 25",
            ),
            (
                Some(Host::Cloudflare),
                other(),
                &many,
                "the site has 20001 files, and Cloudflare Pages takes 20000",
            ),
            (Some(Host::Cloudflare), other(), &many[..20_000], ""),
            (Some(Host::Netlify), other(), &[("a#b", 1)], "the name has a `#`, which Netlify does not take"),
            (None, bucket(""), &[("a", 5121 * MIB)], "the file has 5121 MiB, and an S3 bucket takes 5120"),
            (None, bucket(""), &[(&key, 1)], ""),
            (None, bucket("tide"), &[(&key, 1)], "the path has 1020 bytes, and an S3 bucket takes 1019"),
            (None, dir(), &[(&long, 1)], "a name has 256 bytes, and a folder takes 255"),
            (None, dir(), &[(&deep, 1)], "the path has 3999 bytes, and a folder takes 3500"),
            (None, dir(), &many, ""),
        ];
        for (host, place, files, expected) in cases {
            let words = format!("{host:?} {place:?}");
            assert_eq!(said(host, place, files).trim_end(), expected, "{words}");
        }
    }
}
