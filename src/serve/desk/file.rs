//! Which files the desk may touch: articles and pictures below `content/`, by names that mean one place.

use std::path::{Path, PathBuf};

use super::Refused;
use crate::path::{check_slug, slugify};
use crate::source::Role;

/// Where a content file is. Every part of the path is a plain name, and none below the site's folder is a link, except
/// that `content` itself may be one.
pub(super) fn place(site: &Path, path: &str, role: Role) -> Result<PathBuf, Refused> {
    let odd = || Refused::bad("this is not the name of a content file");
    let below = path.strip_prefix("content/").ok_or_else(odd)?;
    let plain = |part: &str| {
        let sign = |c: char| c.is_control() || matches!(c, '\\' | ':' | '/' | '\0');
        !part.is_empty() && !part.starts_with('.') && !part.contains(sign)
    };
    if !below.split('/').all(plain) || Role::of(path) != Some(role) {
        return Err(odd());
    }
    let mut place = site.join("content");
    for part in below.split('/') {
        place.push(part);
        if place.symlink_metadata().is_ok_and(|facts| facts.is_symlink()) {
            return Err(odd());
        }
    }
    Ok(place)
}

/// The path of an article by its section and slug.
pub(super) fn path(section: &str, slug: &str) -> Result<String, Refused> {
    // An article may stand in no section.
    if !section.is_empty() {
        crate::config::check_section(section)
            .map_err(|why| Refused::bad(&format!("section: `{section}` {why}")))?;
    }
    check_slug(slug).map_err(|why| Refused::bad(&format!("slug: `{slug}` {why}")))?;
    let folder = crate::index::section_slug(section);
    let path =
        [folder.as_str(), slug].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    Ok(format!("content/{path}.md"))
}

/// A slug that no file of this section has yet.
pub(super) fn free(site: &Path, section: &str, title: &str) -> Result<String, Refused> {
    let base = slugify(title);
    for number in 1..1000_u32 {
        let slug = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        let path = path(section, &slugify(&slug))?;
        if place(site, &path, Role::Markdown)?.symlink_metadata().is_err() {
            return Ok(path);
        }
    }
    Err(Refused::bad("there are too many articles of this name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_content_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        for bad in [
            "content/../site.md",
            "content/a/../../b.md",
            "/etc/passwd",
            "site.toml",
            "content/.hidden.md",
            "content//a.md",
            "content/a\\b.md",
            "content/a.txt",
            "content/a.md/",
            "static/a.md",
            "content/c:/a.md",
            "content/a\0.md",
            "content/.newsprint/a.md",
            "content/a.md::$DATA",
            "",
        ] {
            assert!(place(dir.path(), bad, Role::Markdown).is_err(), "{bad:?}");
        }
        for good in ["content/a.md", "content/world/talks.md", "content/a/b/قمة.md"] {
            assert!(place(dir.path(), good, Role::Markdown).is_ok(), "{good:?}");
        }
        #[cfg(unix)]
        {
            std::fs::create_dir_all(dir.path().join("content")).expect("made");
            std::os::unix::fs::symlink("/etc", dir.path().join("content/etc")).expect("linked");
            assert!(place(dir.path(), "content/etc/a.md", Role::Markdown).is_err());
        }
    }
}
