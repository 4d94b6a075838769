//! The words of the program: arguments become options, reports become text. The only place that asks
//! the clock, the environment and the terminal, and the only one that prints.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::{SecondsFormat, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::json;

use crate::build::{self, Progress, Report};
use crate::clock::Clock;
use crate::date::Written;
use crate::diag::{self, Diag, Severity};
use crate::load::{self, Wishes};
use crate::publish::hosting::{self, Hosting};
use crate::{check, disk, due, explain, import, new, parse, publish, review, serve, tags, theme};

/// Turns news text into a news site.
#[derive(Debug, Parser)]
#[command(name = "newsprint", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new site that builds at once
    New(NewArgs),
    /// Build the site: content/ -> public/
    Build(BuildArgs),
    /// Look for everything that can be wrong with the site
    Check(CheckArgs),
    /// Preview the site on this machine, with live reload
    Serve(ServeArgs),
    /// Parse dumps of news text: one JSON object an article on standard output
    Parse(ParseArgs),
    /// Turn dumps into Markdown in content/, which is then yours to edit
    Import(ImportArgs),
    /// List what the parser was not sure of, and accept it
    Review(ReviewArgs),
    /// List tags with their counts, and propose merges
    Tags(TagsArgs),
    /// Show what a page is made of, and what changed since the last build
    Explain(ExplainArgs),
    /// Print the next instant at which the site changes by time alone
    Due(DueArgs),
    /// Bring a target of site.toml up to date with the last build
    Publish(PublishArgs),
    /// Go back to the release that a target showed before
    Rollback(RollbackArgs),
    /// Take templates of the default theme into the site, to change them
    Theme(ThemeArgs),
}

/// Which site, and how it is seen.
#[derive(Debug, Args)]
struct SiteArgs {
    /// The site's folder (the one with site.toml)
    #[arg(long, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    /// Build as of this time: 2026-03-14T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    now: Option<i64>,
    /// Show drafts too
    #[arg(long)]
    drafts: bool,
    /// Show articles dated or embargoed into the future too
    #[arg(long)]
    future: bool,
    /// Absolute address of the site, instead of site.toml's base_url
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: Option<String>,
}

#[derive(Debug, Args)]
struct BuildArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Where to [default: public/ in the site]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Leave bad articles out instead of stopping (exit code 4)
    #[arg(long)]
    keep_going: bool,
    /// Do not use what the last build remembered
    #[arg(long)]
    clean: bool,
    /// Also build clean beside and compare every byte
    #[arg(long)]
    verify: bool,
    /// Build also when no article is left of the last build's many
    #[arg(long)]
    allow_empty: bool,
    /// Say for each rendered page why it was
    #[arg(long)]
    explain: bool,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Print errors only
    #[arg(long, short)]
    quiet: bool,
    /// Report as text on standard error, or as one JSON object on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
struct CheckArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Ask other hosts, too, whether links to them work: one request a host and second, remembered for a week
    #[arg(long, conflicts_with = "embargo")]
    external: bool,
    /// Prove instead that hidden articles leave no trace: build with and without them, compare, search
    #[arg(long)]
    embargo: bool,
    /// Print faults only: no notes, no counts
    #[arg(long, short)]
    quiet: bool,
    /// Report as text on standard error, as one JSON object or as GitHub annotations on standard output
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    format: CheckFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    Text,
    Json,
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
struct NewArgs {
    /// The folder to make
    dir: PathBuf,
    /// The paper's name
    #[arg(long, default_value = "The Example Herald")]
    title: String,
    /// Its language; `ar` gives a right-to-left sample
    #[arg(long, default_value = "en")]
    lang: String,
    /// Also write what this host needs; with a site in the folder, write that alone
    #[arg(long, value_name = "HOST", value_parser = clap::builder::PossibleValuesParser::new(hosts()))]
    host: Option<String>,
}

/// Words for hosts.
fn hosts() -> [&'static str; Hosting::WORDS.len()] {
    Hosting::WORDS.map(|(word, _)| word)
}

#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Port on this machine [default: 4321, or the next free one]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Open the site in the browser
    #[arg(long)]
    open: bool,
}

#[derive(Debug, Args)]
struct ParseArgs {
    /// Files; `-` or none: standard input
    files: Vec<PathBuf>,
    /// What the input is [default: by file name, else text]
    #[arg(long, value_enum)]
    input: Option<parse::Input>,
    /// Print each dump line with its role instead of JSON
    #[arg(long)]
    explain: bool,
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// Dumps (.txt, .html, .ndjson) and folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    inputs: Vec<PathBuf>,
    /// The site's folder (the one with site.toml)
    #[arg(long, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    /// Section of all articles [default: what the page says, else the folder it is in]
    #[arg(long, value_name = "SECTION")]
    to: Option<String>,
    /// Write nothing but the report
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Folders below the section's: none, or by date, such as SECTION/1998/03/ for `month`
    #[arg(long, value_enum, default_value_t = import::Layout::Flat)]
    layout: import::Layout,
    /// Take dates from names such as 1998/03/12/x.txt and 1998-03-12-x.txt
    #[arg(long, value_enum, value_name = "WHERE")]
    date_from: Option<DateFrom>,
    /// A table of what is known of the files: CSV with a column `file`, others named as in front matter
    #[arg(long, value_name = "FILE.csv")]
    meta: Option<PathBuf>,
    /// Take only N records, spread over the input: a try before a large import
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    sample: Option<u32>,
    /// Write a table with a row for every record
    #[arg(long, value_name = "FILE.csv")]
    report: Option<PathBuf>,
    /// Import a story that the site has already, too
    #[arg(long)]
    keep_duplicates: bool,
    /// Bring back articles that were deleted since they were imported
    #[arg(long)]
    restore: bool,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Print errors only
    #[arg(long, short)]
    quiet: bool,
    /// Report as text on standard error, or as one JSON object on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
struct ReviewArgs {
    /// The site's folder (the one with site.toml)
    #[arg(long, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    /// Take flags of this rule away: the whole rule as listed, or the field before its colon
    #[arg(long, value_name = "RULE")]
    accept: Option<String>,
    /// Only flags of articles in this folder, or from dumps in it
    #[arg(long = "in", value_name = "DIR")]
    within: Option<String>,
    /// Write lines that recur across a source's articles, probably page furniture, to this file
    #[arg(long, value_name = "FILE", conflicts_with = "accept")]
    chrome: Option<PathBuf>,
    /// List as text, or as one JSON object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
struct TagsArgs {
    /// The site's folder (the one with site.toml)
    #[arg(long, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    /// Print proposed merges only, as lines for site.toml
    #[arg(long)]
    merges: bool,
    /// List as text, or as one JSON object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DateFrom {
    Path,
}

#[derive(Debug, Args)]
struct ExplainArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// A page's address: /world/2026/03/talks.html
    url: String,
}

#[derive(Debug, Args)]
struct DueArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Print a line for crontab that builds then
    #[arg(long, conflicts_with_all = ["systemd", "github_actions"])]
    cron: bool,
    /// Print a timer unit of systemd
    #[arg(long, conflicts_with = "github_actions")]
    systemd: bool,
    /// Print the trigger of a workflow of GitHub Actions
    #[arg(long)]
    github_actions: bool,
}

#[derive(Debug, Args)]
struct PublishArgs {
    /// Its name: that of [publish.NAME]; may be left out when there is one
    target: Option<String>,
    /// The site's folder (the one with site.toml)
    #[arg(long, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    /// The build to publish [default: public/ in the site]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Say what would be done, and do nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// List what is at the target, and put right what is not as it was published
    #[arg(long)]
    verify_remote: bool,
    /// So many published files may go, although that is more than a tenth
    #[arg(long, value_name = "N")]
    confirm_deletes: Option<usize>,
    /// Publish a build that left bad articles out
    #[arg(long)]
    allow_incomplete: bool,
    /// Build and publish now, and again whenever time alone changes the site
    #[arg(long, conflicts_with_all = ["dry_run", "now"])]
    watch: bool,
    /// Publish as of this time: 2026-03-14T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    now: Option<i64>,
    /// Print errors only
    #[arg(long, short)]
    quiet: bool,
    /// Report as text, or as one JSON object on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
struct RollbackArgs {
    /// The target's name; may be left out when there is one
    target: Option<String>,
    /// The site's folder (the one with site.toml)
    #[arg(long, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    /// Report as text, or as one JSON object on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
struct ThemeArgs {
    #[command(subcommand)]
    command: ThemeCommand,
}

#[derive(Debug, Subcommand)]
enum ThemeCommand {
    /// Copy a default template into the site's templates/
    Copy {
        /// Its name, such as article.html; `all` for every one
        template: String,
        /// The site's folder
        #[arg(long, value_name = "DIR", default_value = ".")]
        site: PathBuf,
    },
    /// List the default templates
    List,
}

fn instant(text: &str) -> Result<i64, String> {
    match Written::read(text) {
        Ok(Written::Instant(instant)) => Ok(instant.timestamp()),
        Ok(Written::Day(_) | Written::Local(_)) => {
            Err("give the offset too: 2026-03-14T09:30:00Z".to_owned())
        }
        Err(_) => Err("expected a time such as 2026-03-14T09:30:00Z".to_owned()),
    }
}

fn base_url(text: &str) -> Result<String, String> {
    if text.starts_with("http://") || text.starts_with("https://") {
        Ok(text.to_owned())
    } else {
        Err("expected an absolute address: https://paper.example/".to_owned())
    }
}

/// Runs the program with the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => ExitCode::from(code),
        // Whoever read our output has gone: nothing is wrong.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(5),
    }
}

fn run(command: Command) -> std::io::Result<u8> {
    match command {
        Command::New(args) => run_new(&args),
        Command::Build(args) => run_build(&args),
        Command::Check(args) => run_check(&args),
        Command::Serve(args) => run_serve(&args),
        Command::Parse(args) => run_parse(&args),
        Command::Import(args) => run_import(&args),
        Command::Review(args) => run_review(&args),
        Command::Tags(args) => run_tags(&args),
        Command::Explain(args) => run_explain(&args),
        Command::Due(args) => run_due(&args),
        Command::Publish(args) => run_publish(&args),
        Command::Rollback(args) => run_rollback(&args),
        Command::Theme(args) => run_theme(args.command),
    }
}

impl SiteArgs {
    fn wishes(&self, keep_going: bool) -> Wishes {
        let now = self.now.unwrap_or_else(|| Utc::now().timestamp());
        let clock = Clock { now, drafts: self.drafts, future: self.future };
        Wishes { base_url: self.base_url.clone(), clock, keep_going }
    }
}

fn run_build(args: &BuildArgs) -> std::io::Result<u8> {
    let options = build::Options {
        site: args.site.site.clone(),
        output: args.output.clone(),
        wishes: args.site.wishes(args.keep_going),
        clean: args.clean,
        verify: args.verify,
        explain: args.explain,
        allow_empty: args.allow_empty,
    };
    let started = Instant::now();
    let bar = Bar::new(!args.quiet && args.format == Format::Text);
    let report = with_threads(args.jobs, || build::build(&options, &bar));
    bar.finish();
    let seconds = started.elapsed().as_secs_f64();
    match args.format {
        Format::Json => print_json(&report, seconds)?,
        Format::Text => print_report(args, &report, seconds)?,
    }
    Ok(report.exit)
}

/// Runs `work` on its own pool of threads, when their number was asked for.
fn with_threads<T: Send>(jobs: Option<u16>, work: impl FnOnce() -> T + Send) -> T {
    let pool = jobs.and_then(|jobs| rayon::ThreadPoolBuilder::new().num_threads(jobs.into()).build().ok());
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

fn print_json(report: &Report, seconds: f64) -> std::io::Result<()> {
    let object = json!({
        "exit": report.exit,
        "articles": report.tally.articles,
        "pages": report.pages,
        "rendered": report.rendered,
        "written": report.written,
        "unchanged": report.pages - report.written.min(report.pages),
        "removed": report.removed,
        "seconds": (seconds * 1000.0).round() / 1000.0,
        "next_due": report.next_due.map(rfc3339),
        "diagnostics": report.diags.iter().map(diag_json).collect::<Vec<_>>(),
    });
    writeln!(std::io::stdout().lock(), "{object}")
}

fn diag_json(diag: &Diag) -> serde_json::Value {
    let place = diag.place.as_ref();
    json!({
        "severity": diag.severity,
        "code": diag.code,
        "message": diag.message,
        "path": place.map(|place| &place.path),
        "line": place.map(|place| place.line).filter(|line| *line > 0),
        "column": place.map(|place| place.col).filter(|col| *col > 0),
        "hint": diag.hint,
    })
}

/// Diags shown at most; the rest is counted.
const SHOWN: usize = 100;

fn print_diags(diags: &[Diag], quiet: bool) -> std::io::Result<()> {
    let mut err = std::io::stderr().lock();
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let wanted: Vec<&Diag> = diags.iter().filter(|diag| !quiet || diag.severity == Severity::Error).collect();
    for diag in wanted.iter().take(SHOWN) {
        writeln!(err, "{}\n", diag.render(colour))?;
    }
    if wanted.len() > SHOWN {
        writeln!(err, "… and {} more", wanted.len() - SHOWN)?;
    }
    Ok(())
}

fn print_report(args: &BuildArgs, report: &Report, seconds: f64) -> std::io::Result<()> {
    print_diags(&report.diags, args.quiet)?;
    let mut err = std::io::stderr().lock();
    if args.explain {
        for (out, reason) in &report.reasons {
            writeln!(err, "rendered /{out}: {}", explain::because(reason))?;
        }
    }
    if args.quiet {
        return Ok(());
    }
    let errors = report.diags.iter().filter(|diag| diag.severity == Severity::Error).count();
    if errors > 0 {
        // A disk that fails while files take their places leaves some of them new, all of them whole.
        let became = match report.exit {
            5 => "building again completes the site",
            _ => "nothing was written",
        };
        return writeln!(err, "{}: {became}", count(errors, "error"));
    }
    writeln!(err, "{}", summary(report, seconds))?;
    let front = report.output.join("index.html");
    writeln!(err, "open {}", front.canonicalize().unwrap_or(front).display())
}

/// `14 articles (5 from 3 dumps), 47 pages: 47 rendered, 47 written in 0.1 s; 1 review flag; …`
fn summary(report: &Report, seconds: f64) -> String {
    let tally = &report.tally;
    let mut text = count(number(tally.articles), "article");
    if tally.from_dumps > 0 {
        text += &format!(" ({} from {})", tally.from_dumps, count(number(tally.dumps), "dump"));
    }
    text += &format!(
        ", {}: {} rendered, {} written",
        count(report.pages, "page"),
        report.rendered,
        report.written
    );
    if report.removed > 0 {
        text += &format!(", {} removed", report.removed);
    }
    text += &if seconds < 0.95 { format!(" in {seconds:.2} s") } else { format!(" in {seconds:.1} s") };
    if tally.flags > 0 {
        text += &format!("; {}", count(number(tally.flags), "review flag"));
    }
    if tally.hidden > 0 {
        text +=
            &format!("; {} not shown (draft, embargo or expired)", count(number(tally.hidden), "article"));
    }
    if let Some(next) = report.next_due {
        text += &format!("; next change due {}", rfc3339(next));
    }
    text
}

fn number(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn rfc3339(seconds: i64) -> String {
    chrono::DateTime::<Utc>::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A progress bar on a terminal for anything that takes over a second; nothing in a pipe.
struct Bar {
    bar: Option<indicatif::ProgressBar>,
    started: Instant,
}

impl Bar {
    fn new(wanted: bool) -> Self {
        Self::with(wanted, "{bar:30} {pos}/{len} pages, {eta} left")
    }

    fn bytes(wanted: bool) -> Self {
        Self::with(wanted, "{bar:30} {bytes}/{total_bytes}, {msg}, {bytes_per_sec}, {eta} left")
    }

    fn with(wanted: bool, template: &str) -> Self {
        let wanted = wanted && std::io::stderr().is_terminal();
        let style = || {
            indicatif::ProgressStyle::with_template(template)
                .unwrap_or_else(|_| indicatif::ProgressStyle::default_bar())
        };
        let bar = wanted.then(|| indicatif::ProgressBar::new(0).with_style(style()));
        Self { bar, started: Instant::now() }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Bar {
    fn show(&self, done: u64, total: u64) {
        if let Some(bar) = self.bar.as_ref().filter(|_| self.started.elapsed() > Duration::from_secs(1)) {
            bar.set_length(total);
            bar.set_position(done);
        }
    }
}

impl Progress for Bar {
    fn step(&self, done: usize, total: usize) {
        self.show(done as u64, total as u64);
    }
}

impl import::Progress for Bar {
    fn step(&self, done: u64, total: u64, records: u64) {
        if let Some(bar) = &self.bar {
            let rate = records as f64 / self.started.elapsed().as_secs_f64().max(0.001);
            bar.set_message(format!("{}, {rate:.0}/s", count(number(records), "record")));
        }
        self.show(done, total);
    }
}

fn run_check(args: &CheckArgs) -> std::io::Result<u8> {
    if args.embargo {
        return run_check_embargo(args);
    }
    let external = args.external.then(check::external::Manners::default);
    let options = check::Options { site: args.site.site.clone(), wishes: args.site.wishes(false), external };
    let started = Instant::now();
    let report = check::check(&options);
    let seconds = started.elapsed().as_secs_f64();
    match args.format {
        CheckFormat::Json => {
            let object = json!({
                "exit": report.exit,
                "pages": report.outputs,
                "looked": report.looked,
                "links": report.links,
                "external": report.external,
                "fan_out": report.fan_out,
                "seconds": (seconds * 1000.0).round() / 1000.0,
                "diagnostics": report.diags.iter().map(diag_json).collect::<Vec<_>>(),
            });
            writeln!(std::io::stdout().lock(), "{object}")?;
        }
        CheckFormat::Github => print_annotations(&args.site.site, &report.diags)?,
        CheckFormat::Text => {
            print_found(&report.diags, args.quiet)?;
            if !args.quiet {
                print_check(&report, seconds)?;
            }
        }
    }
    Ok(report.exit)
}

/// With `quiet`, notes are left out.
fn print_found(diags: &[Diag], quiet: bool) -> std::io::Result<()> {
    let wanted = |diag: &&Diag| !quiet || diag.severity != Severity::Note;
    print_diags(&diags.iter().filter(wanted).cloned().collect::<Vec<_>>(), false)
}

fn print_check(report: &check::Report, seconds: f64) -> std::io::Result<()> {
    let mut err = std::io::stderr().lock();
    for row in report.fan_out.iter().filter(|row| row.pages > 1) {
        writeln!(
            err,
            "`{}` is on {} of {}: each change of it makes them anew ({})",
            row.view,
            row.pages,
            count(row.of, "page"),
            row.templates.join(", ")
        )?;
    }
    if report.outputs == 0 {
        return Ok(());
    }
    let external = report.external;
    if external.links > 0 {
        let links = count(external.links, "link");
        writeln!(err, "{links} to other hosts: {} asked, {} known", external.asked, external.known)?;
    }
    let of = |severity| count_of(&report.diags, severity);
    writeln!(
        err,
        "{} ({} looked at anew), {} in {seconds:.2} s: {}, {}, {}",
        count(report.outputs, "page"),
        report.looked,
        count(report.links, "link"),
        count(of(Severity::Error), "error"),
        count(of(Severity::Warning), "warning"),
        count(of(Severity::Note), "note")
    )
}

fn count_of(diags: &[Diag], severity: Severity) -> usize {
    diags.iter().filter(|diag| diag.severity == severity).count()
}

/// Annotations as GitHub's workflow commands, on the lines of the sources that they are about.
fn print_annotations(site: &Path, diags: &[Diag]) -> std::io::Result<()> {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = std::io::stdout().lock();
    for diag in diags {
        let word = match diag.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        write!(out, "::{word} ")?;
        if let Some(place) = diag.place.as_ref().filter(|place| !place.path.starts_with(['/', '('])) {
            let path = site.join(&place.path);
            let path = path.strip_prefix(".").unwrap_or(&path);
            write!(out, "file={},", property(&path.to_string_lossy()))?;
            if place.line > 0 {
                write!(out, "line={},col={},", place.line, place.col)?;
            }
        }
        let hint = diag.hint.as_ref().map_or_else(String::new, |hint| format!("\n{hint}"));
        let page = diag.place.as_ref().filter(|place| place.path.starts_with('/'));
        let page = page.map_or_else(String::new, |place| format!("{}: ", place.path));
        writeln!(out, "title={}::{}", property(&diag.code), data(&format!("{page}{}{hint}", diag.message)))?;
    }
    Ok(())
}

fn run_check_embargo(args: &CheckArgs) -> std::io::Result<u8> {
    let report = check::embargo::check(&args.site.site, &args.site.wishes(false));
    let next = report.next_due.map(rfc3339);
    match args.format {
        CheckFormat::Json => {
            let object = json!({
                "exit": report.exit,
                "hidden": report.hidden,
                "files": report.files,
                "bytes": report.bytes,
                "phrases": report.phrases,
                "next_due": next,
                "diagnostics": report.diags.iter().map(diag_json).collect::<Vec<_>>(),
            });
            writeln!(std::io::stdout().lock(), "{object}")?;
        }
        CheckFormat::Github => print_annotations(&args.site.site, &report.diags)?,
        CheckFormat::Text => {
            print_found(&report.diags, args.quiet)?;
            if !args.quiet && report.files > 0 {
                print_embargo(&report, next.as_deref())?;
            }
        }
    }
    Ok(report.exit)
}

/// No headline of a hidden article stands here: logs are read by others.
fn print_embargo(report: &check::embargo::Report, next: Option<&str>) -> std::io::Result<()> {
    let of = |code: &str| report.diags.iter().filter(|diag| diag.code == code).count();
    let same = match of("EMBARGO-LEAK") {
        0 => "the same byte for byte with them and without".to_owned(),
        n => format!("{} with them and without", count(n, "difference")),
    };
    let words = match of("EMBARGO-WORDS") {
        0 => "none found".to_owned(),
        n => format!("found {}", count(n, "time")),
    };
    let mut err = std::io::stderr().lock();
    writeln!(err, "{}", count(report.hidden, "hidden article"))?;
    writeln!(err, "{}, {} bytes: {same}", count(report.files, "published file"), report.bytes)?;
    writeln!(
        err,
        "{} of theirs looked for in each file and its name, as text, decoded, as slug and as base64: {words}",
        count(report.phrases, "phrase")
    )?;
    match next {
        Some(next) => writeln!(err, "this holds until {next}"),
        None => Ok(()),
    }
}

/// Prints what went wrong and gives the exit code it amounts to.
fn fail(diags: &[Diag]) -> std::io::Result<u8> {
    print_diags(diags, false)?;
    Ok(build::exit_code(diags))
}

fn run_new(args: &NewArgs) -> std::io::Result<u8> {
    let word = args.host.as_deref();
    let host = Hosting::WORDS.into_iter().find(|(known, _)| Some(*known) == word).map(|(_, host)| host);
    let dir = args.dir.display();
    if host.is_none() || !disk::exists(&args.dir.join(load::CONFIG)) {
        match new::new(&args.dir, &args.title, &args.lang) {
            Ok(files) => writeln!(std::io::stderr().lock(), "made {dir} with {}", count(files, "file"))?,
            Err(diag) => return fail(&[diag]),
        }
    }
    let mut err = std::io::stderr().lock();
    if let Some(host) = host {
        let added = match hosting::add(&args.dir, host) {
            Ok(added) => added,
            Err(diags) => return fail(&diags),
        };
        for path in &added.written {
            writeln!(err, "wrote {path}")?;
        }
        for path in &added.kept {
            writeln!(err, "left as it was: {path}")?;
        }
        for step in &added.steps {
            writeln!(err, "then: {step}")?;
        }
    }
    writeln!(err, "\n  newsprint build --site {dir}\n  newsprint serve --site {dir} --open")?;
    Ok(0)
}

fn run_serve(args: &ServeArgs) -> std::io::Result<u8> {
    let options = serve::Options {
        // Without --now the preview follows the clock.
        fixed_now: args.site.now.is_some(),
        port: args.port,
        who: format!("{} at the desk", user()).trim().to_owned(),
        secrets: secrets(),
        credentials: credentials(),
        ..serve::Options::new(&args.site.site, args.site.wishes(true))
    };
    let log = |line: &str| {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    };
    let ready = |address: &str| {
        if args.open {
            open_browser(address);
        }
    };
    match serve::serve(&options, &log, &ready) {
        Ok(()) => Ok(0),
        Err(diag) => fail(&[diag]),
    }
}

/// Asks the desktop to show a page; one that has none just shows nothing.
fn open_browser(address: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let _ = std::process::Command::new(program).arg(address).spawn();
}

fn run_parse(args: &ParseArgs) -> std::io::Result<u8> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut exit = 0;
    let standard_input = [PathBuf::from("-")];
    for file in if args.files.is_empty() { &standard_input[..] } else { &args.files } {
        let outcome = parse_one(file, args, &mut out);
        out.flush()?;
        match outcome? {
            Ok(refused) => exit = exit.max(if refused { 4 } else { 0 }),
            Err(diag) => exit = exit.max(fail(&[diag])?),
        }
    }
    Ok(exit)
}

fn parse_one(file: &Path, args: &ParseArgs, out: &mut dyn Write) -> std::io::Result<Result<bool, Diag>> {
    let name = file.to_string_lossy();
    let (source, reader): (&str, std::io::Result<Box<dyn std::io::BufRead>>) = match name.as_ref() {
        "-" => ("-", Ok(Box::new(std::io::stdin().lock()))),
        name => {
            (name, std::fs::File::open(file).map(|file| Box::new(std::io::BufReader::new(file)) as Box<_>))
        }
    };
    match reader {
        Ok(mut reader) => {
            let mut complain = |diag| print_diags(&[diag], false);
            parse::parse(source, args.input, args.explain, &mut *reader, out, &mut complain)
        }
        Err(error) => Ok(Err(diag::io(source, "read it", &error))),
    }
}

fn run_import(args: &ImportArgs) -> std::io::Result<u8> {
    let options = import::Options {
        site: args.site.clone(),
        inputs: args.inputs.clone(),
        to: args.to.clone(),
        dry_run: args.dry_run,
        layout: args.layout,
        date_from_path: args.date_from == Some(DateFrom::Path),
        meta: args.meta.clone(),
        sample: args.sample.map(|n| n as usize),
        report: args.report.clone(),
        keep_duplicates: args.keep_duplicates,
        restore: args.restore,
    };
    let started = Instant::now();
    let bar = Bar::bytes(!args.quiet && args.format == Format::Text);
    let report = with_threads(args.jobs, || import::import(&options, &bar));
    bar.finish();
    let seconds = started.elapsed().as_secs_f64();
    if args.format == Format::Json {
        let mut object = json!({
            "exit": report.exit,
            "dumps": report.dumps,
            "flags": report.flags,
            "seconds": (seconds * 1000.0).round() / 1000.0,
            "diagnostics": report.diags.iter().map(diag_json).collect::<Vec<_>>(),
        });
        if let (Some(object), Ok(serde_json::Value::Object(account))) =
            (object.as_object_mut(), serde_json::to_value(report.account))
        {
            object.extend(account);
        }
        writeln!(std::io::stdout().lock(), "{object}")?;
        return Ok(report.exit);
    }
    print_diags(&report.diags, args.quiet)?;
    let mut err = std::io::stderr().lock();
    if report.more > 0 && !args.quiet {
        writeln!(err, "… and {} more; --report FILE.csv has them all", report.more)?;
    }
    if !args.quiet {
        writeln!(err, "{}", account_line(&report, args.dry_run, seconds))?;
    }
    Ok(report.exit)
}

/// `2,095 records = 2,090 written + …`: the account, and what was done for it.
fn account_line(report: &import::Report, dry_run: bool, seconds: f64) -> String {
    let mut text = report.account.to_string();
    if dry_run {
        text = text.replace(" written", " to be written");
    }
    text += &format!("\n{} in {seconds:.1} s", count(number(report.dumps), "dump"));
    if report.flags > 0 {
        text += &format!("; {}: `newsprint review` lists them", count(number(report.flags), "review flag"));
    }
    if report.passed_over > 0 {
        text += &format!("; {} of other kinds left alone", count(report.passed_over, "file"));
    }
    text
}

fn run_review(args: &ReviewArgs) -> std::io::Result<u8> {
    let within = args.within.as_deref();
    if let Some(rule) = &args.accept {
        return match review::accept(&args.site, rule, within) {
            Ok(accepted) => print_accepted(&accepted),
            Err(diags) => fail(&diags),
        };
    }
    if let Some(file) = &args.chrome {
        let lines = match review::recurring(&args.site) {
            Ok(lines) => lines,
            Err(diags) => return fail(&diags),
        };
        let text = review::proposal(&lines);
        if let Err(diag) = disk::replace(file, text.as_bytes(), disk::Durability::PowerCut) {
            return fail(&[diag]);
        }
        writeln!(std::io::stderr().lock(), "{} in {}", count(lines.len(), "line"), file.display())?;
        return Ok(0);
    }
    let flags = match review::flags(&args.site, within) {
        Ok(flags) => flags,
        Err(diags) => return fail(&diags),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if args.format == Format::Json {
        writeln!(out, "{}", json!({ "exit": 0, "flags": flags }))?;
        return out.flush().map(|()| 0);
    }
    for rule in flags.chunk_by(|a, b| a.rule == b.rule) {
        writeln!(out, "{}: {}", diag::visible(&rule[0].rule), count(rule.len(), "flag"))?;
        for source in rule.chunk_by(|a, b| a.source == b.source) {
            let name = if source[0].source.is_empty() { "(no folder)" } else { source[0].source.as_str() };
            writeln!(out, "  {}: {}", diag::visible(name), source.len())?;
            for flag in source {
                writeln!(out, "    {}:{}: {}", flag.path, flag.line, diag::visible(&flag.title))?;
            }
        }
    }
    out.flush()?;
    if !flags.is_empty() {
        let hint = "newsprint review --accept RULE [--in DIR] takes a group away, once you have looked";
        writeln!(std::io::stderr().lock(), "{}\n{hint}", count(flags.len(), "flag"))?;
    }
    Ok(0)
}

fn print_accepted(accepted: &review::Accepted) -> std::io::Result<u8> {
    let mut err = std::io::stderr().lock();
    writeln!(err, "{} taken out of {}", count(accepted.flags, "flag"), count(accepted.files, "file"))?;
    for path in &accepted.yaml {
        writeln!(err, "{path}: its front matter is YAML, which newsprint never writes: edit it by hand")?;
    }
    if !accepted.dumps.is_empty() {
        writeln!(err, "a dump has no place to say so: make articles of these, then accept their flags")?;
    }
    for path in &accepted.dumps {
        writeln!(err, "  newsprint import {path}")?;
    }
    Ok(if accepted.yaml.is_empty() && accepted.dumps.is_empty() { 0 } else { 4 })
}

fn run_tags(args: &TagsArgs) -> std::io::Result<u8> {
    let tags = match tags::tags(&args.site) {
        Ok(tags) => tags,
        Err(diags) => return fail(&diags),
    };
    let merges = tags::merges(&tags);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if args.format == Format::Json {
        writeln!(out, "{}", json!({ "exit": 0, "tags": tags, "merges": merges }))?;
        return out.flush().map(|()| 0);
    }
    if !args.merges {
        for tag in &tags {
            write!(out, "{:>6}  {}", tag.articles, diag::visible(&tag.name))?;
            match tag.spellings.join(", ") {
                others if others.is_empty() => writeln!(out)?,
                others => writeln!(out, "  (also: {})", diag::visible(&others))?,
            }
        }
    }
    if !merges.is_empty() {
        if !args.merges {
            writeln!(out, "\n# Probably one; put into site.toml what is:")?;
        }
        write!(out, "{}", tags::as_toml(&merges))?;
    }
    out.flush().map(|()| 0)
}

fn run_explain(args: &ExplainArgs) -> std::io::Result<u8> {
    match explain::explain(&args.site.site, &args.site.wishes(false), &args.url) {
        Ok(text) => {
            writeln!(std::io::stdout().lock(), "{text}")?;
            Ok(0)
        }
        Err(diags) => fail(&diags),
    }
}

fn run_due(args: &DueArgs) -> std::io::Result<u8> {
    match due::due(&args.site.site, &args.site.wishes(true)) {
        Ok(next) => {
            let schedule = match (args.cron, args.systemd, args.github_actions) {
                (true, ..) => Some(due::Schedule::Cron),
                (_, true, _) => Some(due::Schedule::Systemd),
                (.., true) => Some(due::Schedule::GithubActions),
                _ => None,
            };
            let mut out = std::io::stdout().lock();
            match (next, schedule) {
                (None, _) => {}
                (Some(next), None) => writeln!(out, "{}", rfc3339(next))?,
                (Some(next), Some(schedule)) => {
                    write!(out, "{}", due::schedule(next, schedule))?;
                    print_diags(&[diag::schedule_tells()], false)?;
                }
            }
            Ok(0)
        }
        Err(diags) => fail(&diags),
    }
}

/// Values of the environment that must be in no message.
fn secrets() -> Vec<String> {
    let is_secret = |name: &str| {
        let name = name.to_ascii_uppercase();
        ["SECRET", "TOKEN", "PASSWORD", "PASSPHRASE", "KEY", "CREDENTIAL"]
            .iter()
            .any(|word| name.contains(word))
    };
    std::env::vars()
        .filter(|(name, value)| is_secret(name) && value.len() >= 6)
        .map(|(_, value)| value)
        .collect()
}

/// The name of whoever runs this, if the system tells.
fn user() -> String {
    std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default()
}

/// Where AWS's own tools keep keys, unless the environment has some.
fn credentials() -> Option<publish::CredentialsFile> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if set("AWS_ACCESS_KEY_ID").or_else(|| set("AWS_WEB_IDENTITY_TOKEN_FILE")).is_some() {
        return None;
    }
    let home = || std::env::home_dir().map(|home| home.join(".aws/credentials"));
    let file = set("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from).or_else(home)?;
    Some(publish::CredentialsFile { file, profile: set("AWS_PROFILE") })
}

fn run_publish(args: &PublishArgs) -> std::io::Result<u8> {
    let options = publish::Options {
        target: args.target.clone(),
        output: args.output.clone(),
        verify_remote: args.verify_remote,
        confirm_deletes: args.confirm_deletes,
        allow_incomplete: args.allow_incomplete,
        credentials: credentials(),
        secrets: secrets(),
        who: format!("{} process {}", user(), std::process::id()).trim().to_owned(),
        ..publish::Options::new(&args.site, args.now.unwrap_or_else(|| Utc::now().timestamp()))
    };
    if args.watch {
        return run_watch(args, &options);
    }
    let started = Instant::now();
    let report = if args.dry_run {
        match publish::plan(&options) {
            Ok(plan) => publish::Report { plan: Some(plan), ..publish::Report::default() },
            Err(diags) => {
                publish::Report { exit: publish::exit_code(&diags), diags, ..publish::Report::default() }
            }
        }
    } else {
        let bar =
            Bar::with(!args.quiet && args.format == Format::Text, "{bar:30} {pos}/{len} files, {eta} left");
        let report =
            publish::run(&options, &mut |progress| bar.show(progress.done as u64, progress.total as u64));
        bar.finish();
        report
    };
    print_published(&report, args.format, args.dry_run, args.quiet, started.elapsed().as_secs_f64())?;
    Ok(report.exit)
}

fn run_watch(args: &PublishArgs, options: &publish::Options) -> std::io::Result<u8> {
    struct Real<'a>(&'a PublishArgs, std::io::Result<()>);
    impl publish::watch::World for Real<'_> {
        fn now(&mut self) -> i64 {
            Utc::now().timestamp()
        }
        fn wait(&mut self, seconds: u32) {
            std::thread::sleep(Duration::from_secs(seconds.into()));
        }
        fn said(&mut self, turn: &publish::watch::Turn) -> bool {
            self.1 = print_diags(&turn.built.diags, true).and_then(|()| match &turn.published {
                Some(report) => print_published(report, self.0.format, false, self.0.quiet, 0.0),
                None => Ok(()),
            });
            if !self.0.quiet {
                let _ = writeln!(std::io::stderr().lock(), "next look {}", rfc3339(turn.next));
            }
            self.1.is_ok()
        }
    }
    let clock = Clock { now: options.now, drafts: false, future: false };
    let wishes = Wishes { base_url: None, clock, keep_going: args.allow_incomplete };
    let build = build::Options {
        site: args.site.clone(),
        output: args.output.clone(),
        wishes,
        clean: false,
        verify: false,
        explain: false,
        allow_empty: false,
    };
    let mut world = Real(args, Ok(()));
    publish::watch::watch(&build, options, &mut world);
    world.1.map(|()| 0)
}

fn run_rollback(args: &RollbackArgs) -> std::io::Result<u8> {
    let options = publish::Options {
        target: args.target.clone(),
        credentials: credentials(),
        secrets: secrets(),
        ..publish::Options::new(&args.site, Utc::now().timestamp())
    };
    let started = Instant::now();
    let report = publish::rollback(&options, &mut |_| {});
    print_published(&report, args.format, false, false, started.elapsed().as_secs_f64())?;
    Ok(report.exit)
}

fn print_published(
    report: &publish::Report,
    format: Format,
    is_dry: bool,
    quiet: bool,
    seconds: f64,
) -> std::io::Result<()> {
    let plan = report.plan.as_ref();
    if format == Format::Json {
        let object = json!({
            "exit": report.exit,
            "dry_run": is_dry,
            "sent": report.sent,
            "bytes": report.bytes,
            "removed": report.deleted,
            "requests": report.requests,
            "seconds": (seconds * 1000.0).round() / 1000.0,
            "next_due": plan.and_then(|plan| plan.next_due).map(rfc3339),
            "purge": plan.map(|plan| &plan.purge).filter(|_| report.exit == 0),
            "plan": plan,
            "diagnostics": report.diags.iter().map(diag_json).collect::<Vec<_>>(),
        });
        return writeln!(std::io::stdout().lock(), "{object}");
    }
    print_diags(&report.diags, quiet)?;
    let Some(plan) = plan.filter(|_| report.exit == 0) else { return Ok(()) };
    let mut err = std::io::stderr().lock();
    if !quiet {
        for line in &plan.words {
            writeln!(err, "{}", diag::visible(&line.to_string()))?;
        }
        match (is_dry, plan.phases.is_empty() && plan.words.is_empty()) {
            (_, true) => writeln!(err, "{} is up to date", plan.place)?,
            (true, false) => {
                for phase in &plan.phases {
                    writeln!(err, "  {}: {}", phase.name, count(phase.steps.len(), "file"))?;
                }
                writeln!(err, "nothing was done; {} would be sent to {}", bytes(plan.bytes), plan.place)?;
            }
            (false, false) => writeln!(
                err,
                "{} ({}) sent to {}, {} removed, in {seconds:.1} s",
                count(report.sent, "file"),
                bytes(report.bytes),
                plan.place,
                report.deleted
            )?,
        }
        if let Some(due) = plan.next_due {
            let waiting = count(plan.waiting, "superseded file");
            writeln!(
                err,
                "{waiting} stay for readers' caches; publish after {} to remove them",
                rfc3339(due)
            )?;
        }
    }
    if !is_dry {
        let mut out = std::io::stdout().lock();
        for url in &plan.purge {
            writeln!(out, "{url}")?;
        }
    }
    Ok(())
}

/// `1.2 MB`.
fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}

fn run_theme(command: ThemeCommand) -> std::io::Result<u8> {
    match command {
        ThemeCommand::List => {
            let mut out = std::io::stdout().lock();
            for name in theme::template_names() {
                writeln!(out, "{name}")?;
            }
            Ok(0)
        }
        ThemeCommand::Copy { template, site } => match new::copy_template(&site, &template) {
            Ok(copied) => {
                for path in copied {
                    writeln!(std::io::stderr().lock(), "copied {}", path.display())?;
                }
                Ok(0)
            }
            Err(diags) => fail(&diags),
        },
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
