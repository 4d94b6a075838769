//! Templates: Tera files, what each of them mentions, and the fingerprint of all that is in it.
//!
//! A template sees the names it mentions and nothing else. Filters are pure in their arguments; there
//! are no functions that read the clock, the disk or the site.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tera::{Context, ErrorKind, Tera};

use crate::diag::{self, Checked, Diag, Place};
use crate::escape;
use crate::filters;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::locale::Words;

/// A template's text and where it came from.
#[derive(Clone, Debug)]
pub struct TemplateSource {
    /// Name, as `extends` and `include` write it: `article.html`.
    pub name: String,
    /// The path a person knows it by: `templates/article.html`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// All templates of a site, checked.
pub struct Templates {
    // XML and JSON need other escapes than HTML, and Tera has one escape for all templates of an instance.
    instances: [Tera; 3],
    facts: BTreeMap<String, Facts>,
    /// Default templates that do not go with the site's own ones, with what is wrong.
    unfit: BTreeMap<String, Vec<Diag>>,
}

struct Facts {
    path: String,
    text: String,
    /// Names read from the context, through parents and includes.
    names: Vec<String>,
    /// Of its own text, of everything that can be drawn in, and of what filters write.
    fingerprint: Fingerprint,
    /// Names set or looped over anywhere in it, with the place.
    bound: Vec<(String, Place)>,
}

impl Templates {
    /// Parses all templates and works out what each mentions. Filters write in `words`.
    ///
    /// A site need not know of templates that came with a newer program: a default one that does not go with the
    /// site's own is left out, and an error only for a page that needs it ([`Self::unfit`]).
    #[must_use]
    pub fn new(sources: &[TemplateSource], words: &Arc<Words>) -> Checked<Option<Self>> {
        let mut first = Self::of(sources, words);
        if first.value.is_some() {
            return first;
        }
        // What another template draws in is missed by that one.
        let drawn: BTreeSet<&str> = sources.iter().flat_map(drawn_in).collect();
        let is_spare = |path: &str| {
            let source = sources.iter().find(|source| source.path == path);
            path.starts_with(diag::EMBEDDED)
                && source.is_some_and(|source| !drawn.contains(source.name.as_str()))
        };
        let mut fit = sources.to_vec();
        let mut unfit: BTreeMap<String, Vec<Diag>> = BTreeMap::new();
        let mut diags = std::mem::take(&mut first.diags);
        loop {
            let faulty = |path: &str| {
                let at = |diag: &&Diag| diag.place.as_ref().is_some_and(|place| place.path == path);
                diags.iter().filter(at).cloned().collect::<Vec<_>>()
            };
            let before = fit.len();
            let mut kept = Vec::new();
            for source in fit {
                let faults = if is_spare(&source.path) { faulty(&source.path) } else { Vec::new() };
                if diag::any_error(&faults) {
                    unfit.insert(source.name, faults);
                } else {
                    kept.push(source);
                }
            }
            fit = kept;
            if fit.len() == before {
                return Checked { value: None, diags };
            }
            let next = Self::of(&fit, words);
            diags = next.diags;
            if let Some(templates) = next.value {
                return Checked { value: Some(Self { unfit, ..templates }), diags };
            }
        }
    }

    fn of(sources: &[TemplateSource], words: &Arc<Words>) -> Checked<Option<Self>> {
        let paths: BTreeMap<&str, &TemplateSource> = sources.iter().map(|s| (s.name.as_str(), s)).collect();
        let mut diags: Vec<Diag> = Vec::new();
        let mut tera = |format: Format| {
            let mut tera = Tera::default();
            filters::register(&mut tera, words);
            match format {
                Format::Html => {}
                Format::Xml => tera.set_escape_fn(escape::xml),
                Format::Json => {
                    tera.autoescape_on([".json"]);
                    tera.set_escape_fn(escape::json);
                }
            }
            let mine = sources.iter().filter(|s| [format, Format::Html].contains(&Format::of(&s.name)));
            if let Err(error) = tera.add_raw_templates(mine.map(|s| (s.name.as_str(), s.text.as_str()))) {
                diags.extend(explain(&error, &paths));
                return None;
            }
            Some(tera)
        };
        let made = [tera(Format::Html), tera(Format::Xml), tera(Format::Json)];
        // HTML templates are read again beside those of the other formats, which may include them.
        diag::sort(&mut diags);
        diags.dedup();
        let [Some(html), Some(xml), Some(json)] = made else { return Checked { value: None, diags } };
        let instances = [html, xml, json];
        diags.extend(sources.iter().flat_map(refuse));
        for source in sources {
            diags.extend(refuse_implicit(&instances[Format::of(&source.name) as usize], source));
        }
        let graph = Graph::new(sources);
        let calendar = words.calendar();
        let facts = sources.iter().map(|source| {
            let tera = &instances[Format::of(&source.name) as usize];
            let mut names: Vec<String> =
                tera.get_template_variables(&source.name).into_iter().flatten().map(str::to_owned).collect();
            names.sort_unstable();
            let closure = graph.closure(&source.name);
            let facts = Facts {
                path: source.path.clone(),
                text: source.text.clone(),
                names,
                fingerprint: graph.fingerprint(&closure, calendar),
                bound: closure
                    .iter()
                    .filter_map(|name| paths.get(name.as_str()))
                    .flat_map(|s| bound_names(s))
                    .collect(),
            };
            (source.name.clone(), facts)
        });
        let facts = facts.collect();
        if diag::any_error(&diags) {
            Checked { value: None, diags }
        } else {
            Checked { value: Some(Self { instances, facts, unfit: BTreeMap::new() }), diags }
        }
    }

    /// Whether there is such a template.
    #[must_use]
    pub fn has(&self, template: &str) -> bool {
        self.facts.contains_key(template)
    }

    /// Why pages cannot be rendered with a default template; nothing when they can.
    #[must_use]
    pub fn unfit(&self, template: &str) -> &[Diag] {
        self.unfit.get(template).map_or(&[], Vec::as_slice)
    }

    /// The names a template reads from its context, sorted.
    #[must_use]
    pub fn names(&self, template: &str) -> &[String] {
        self.facts.get(template).map_or(&[], |facts| &facts.names)
    }

    /// Fingerprint of a template with its parents, includes and components.
    #[must_use]
    pub fn fingerprint(&self, template: &str) -> Fingerprint {
        self.facts.get(template).map(|facts| facts.fingerprint).unwrap_or_default()
    }

    /// Complaints about names: one that nothing provides, or one of ours that a template binds itself
    /// (its reads would then not be listed as mentions).
    #[must_use]
    pub fn check_names(&self, template: &str, known: &BTreeSet<&str>) -> Vec<Diag> {
        let Some(facts) = self.facts.get(template) else { return Vec::new() };
        let list: Vec<&str> = known.iter().copied().collect();
        let unknown = facts.names.iter().filter(|name| !known.contains(name.as_str()));
        let unknown = unknown.map(|name| diag::unknown_name(Place::file(&facts.path), template, name, &list));
        let hidden =
            facts.bound.iter().filter(|(name, _)| known.contains(name.as_str())).map(|(name, place)| {
                diag::template_refused(
                    place.clone(),
                    &format!("`{name}` is a name that the site provides: give this variable another one"),
                )
            });
        unknown.chain(hidden).collect()
    }

    /// Renders a page into `output`.
    ///
    /// # Errors
    /// Where in which template, for which page.
    pub fn render(
        &self,
        template: &str,
        context: &Context,
        page: &str,
        output: &mut Vec<u8>,
    ) -> Result<(), Diag> {
        let tera = &self.instances[Format::of(template) as usize];
        tera.render_to(template, context, output).map_err(|error| match error.kind() {
            ErrorKind::RenderingError(report) | ErrorKind::SyntaxError(report) => {
                let place = match self.facts.get(report.filename()) {
                    Some(facts) => Place::of(&facts.path, &facts.text, report.span().range.clone()),
                    None => Place::file(report.filename()),
                };
                diag::template(place, report.message(), Some(page))
            }
            _ => {
                let path = self.facts.get(template).map_or(template, |facts| &facts.path);
                diag::template(Place::file(path), &error.to_string(), Some(page))
            }
        })
    }
}

/// What a template makes, which decides how text in it is escaped. The numbers are those of the instances.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Html = 0,
    Xml = 1,
    Json = 2,
}

impl Format {
    fn of(name: &str) -> Self {
        match name.rsplit_once('.') {
            Some((_, "xml")) => Self::Xml,
            Some((_, "json")) => Self::Json,
            _ => Self::Html,
        }
    }
}

/// A Tera error with the lines of the templates it is about.
fn explain(error: &tera::Error, sources: &BTreeMap<&str, &TemplateSource>) -> Vec<Diag> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let place = match sources.get(report.filename()) {
                Some(source) => Place::of(&source.path, &source.text, report.span().range.clone()),
                None => Place::file(report.filename()),
            };
            vec![diag::template(place, report.message(), None)]
        }
        _ => {
            let text = error.to_string();
            let several = reports(&text, sources);
            if several.is_empty() {
                vec![diag::template(Place::file("templates/"), text.trim(), None)]
            } else {
                several
            }
        }
    }
}

/// Tera gives the errors of several templates as one printed text: `error: WHAT`, ` --> FILE:LINE:COL`.
fn reports(text: &str, sources: &BTreeMap<&str, &TemplateSource>) -> Vec<Diag> {
    let lines: Vec<&str> = text.lines().collect();
    let pairs = lines.iter().zip(lines.iter().skip(1));
    let found = pairs.filter_map(|(what, place)| {
        let what = what.rsplit_once("error: ")?.1.trim();
        let mut place = place.trim().strip_prefix("--> ")?.rsplitn(3, ':');
        let mut number = || place.next()?.trim().parse::<usize>().ok();
        let (col, line) = (number()?, number()?);
        let source = sources.get(place.next()?)?;
        let start: usize = source.text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        let at = start + col.saturating_sub(1);
        Some(diag::template(Place::of(&source.path, &source.text, at..at + 1), what, None))
    });
    found.collect()
}

/// Tags of a template: the text between `{%` and `%}`, with its byte range.
fn tags(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.match_indices("{%").filter_map(move |(at, _)| {
        let inner = &text[at + 2..];
        let end = inner.find("%}")?;
        let tag = inner[..end].trim_start_matches('-');
        Some((tag.trim(), at))
    })
}

/// What would make a page depend on something its recipe does not list.
fn refuse(source: &TemplateSource) -> Vec<Diag> {
    let dump = source.text.match_indices("__tera_context").map(|(at, name)| {
        let place = Place::of(&source.path, &source.text, at..at + name.len());
        diag::template_refused(
            place,
            "`__tera_context` would depend on everything: mention the names you need",
        )
    });
    dump.collect()
}

/// Components with implicit parameters read the context without being listed as mentions.
fn refuse_implicit(tera: &Tera, source: &TemplateSource) -> Vec<Diag> {
    let mut diags = Vec::new();
    for (tag, at) in tags(&source.text) {
        let Some(head) = tag.strip_prefix("component ") else { continue };
        let name = head.split('(').next().unwrap_or(head).trim();
        let implicit = tera
            .get_component_definition(name)
            .and_then(|info| info.args().iter().find(|a| a.is_implicit()).map(|a| a.name().to_owned()));
        if let Some(parameter) = implicit {
            let place = Place::of(&source.path, &source.text, at..at + 2);
            diags.push(diag::template_refused(
                place,
                &format!("component `{name}` takes `{parameter}` implicitly: pass it as an argument"),
            ));
        }
    }
    diags
}

/// Names that a template sets or loops over.
fn bound_names(source: &TemplateSource) -> Vec<(String, Place)> {
    let mut names = Vec::new();
    for (tag, at) in tags(&source.text) {
        let words = match tag.split_once(char::is_whitespace) {
            Some(("set" | "set_global", rest)) => {
                rest.split(['=', '|', ' ']).next().into_iter().collect::<Vec<_>>()
            }
            Some(("for", rest)) => rest.split(" in ").next().unwrap_or("").split(',').collect(),
            _ => continue,
        };
        let place = Place::of(&source.path, &source.text, at..at + 2);
        names.extend(words.into_iter().map(|word| (word.trim().to_owned(), place.clone())));
    }
    names
}

/// The templates that a template names in `extends` and `include`, which are literals.
fn drawn_in(source: &TemplateSource) -> impl Iterator<Item = &str> {
    tags(&source.text).filter_map(|(tag, _)| {
        let rest = tag.strip_prefix("extends").or_else(|| tag.strip_prefix("include"))?.trim();
        let quote = rest.chars().next().filter(|c| ['"', '\'', '`'].contains(c))?;
        rest[1..].split(quote).next()
    })
}

/// Which templates each template draws in, by the literals of `extends` and `include`.
struct Graph<'a> {
    sources: BTreeMap<&'a str, &'a TemplateSource>,
    edges: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    fn new(sources: &'a [TemplateSource]) -> Self {
        // A component may be called from anywhere without naming its file: files that define one
        // belong to every closure.
        let shared: Vec<&str> = sources
            .iter()
            .filter(|s| tags(&s.text).any(|(tag, _)| tag.starts_with("component ")))
            .map(|s| s.name.as_str())
            .collect();
        let edges = sources
            .iter()
            .map(|source| (source.name.as_str(), drawn_in(source).chain(shared.iter().copied()).collect()));
        Self { sources: sources.iter().map(|s| (s.name.as_str(), s)).collect(), edges: edges.collect() }
    }

    fn closure(&self, name: &str) -> BTreeSet<String> {
        let mut closure = BTreeSet::new();
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            if closure.insert(name.to_owned()) {
                open.extend(self.edges.get(name).into_iter().flatten());
            }
        }
        closure
    }

    fn fingerprint(&self, closure: &BTreeSet<String>, calendar: Fingerprint) -> Fingerprint {
        let mut hasher = Hasher::new();
        hasher.fingerprint(calendar);
        for name in closure {
            hasher.text(name).text(self.sources.get(name.as_str()).map_or("", |s| &s.text));
        }
        hasher.finish()
    }
}
