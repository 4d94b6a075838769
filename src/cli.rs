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
use crate::load::Wishes;
use crate::{due, explain, new, parse, serve, theme};

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
    /// Preview the site on this machine, with live reload
    Serve(ServeArgs),
    /// Parse dumps of news text: one JSON object an article on standard output
    Parse(ParseArgs),
    /// Show what a page is made of, and what changed since the last build
    Explain(ExplainArgs),
    /// Print the next instant at which the site changes by time alone
    Due(DueArgs),
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
        Command::Serve(args) => run_serve(args),
        Command::Parse(args) => run_parse(&args),
        Command::Explain(args) => run_explain(&args),
        Command::Due(args) => run_due(&args),
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
            let why = match reason {
                build::Reason::New => "new",
                build::Reason::Recipe => "what it is made of changed",
                build::Reason::Touched => "the file was changed or removed by somebody else",
            };
            writeln!(err, "rendered /{out}: {why}")?;
        }
    }
    if args.quiet {
        return Ok(());
    }
    let errors = report.diags.iter().filter(|diag| diag.severity == Severity::Error).count();
    if errors > 0 {
        return writeln!(err, "{}: nothing was written", count(errors, "error"));
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
        let wanted = wanted && std::io::stderr().is_terminal();
        let style = || {
            indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} pages, {eta} left")
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

impl Progress for Bar {
    fn step(&self, done: usize, total: usize) {
        if let Some(bar) = self.bar.as_ref().filter(|_| self.started.elapsed() > Duration::from_secs(1)) {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
    }
}

/// Prints what went wrong and gives the exit code it amounts to.
fn fail(diags: &[Diag]) -> std::io::Result<u8> {
    print_diags(diags, false)?;
    Ok(build::exit_code(diags))
}

fn run_new(args: &NewArgs) -> std::io::Result<u8> {
    match new::new(&args.dir, &args.title, &args.lang) {
        Ok(files) => {
            let dir = args.dir.display();
            let mut err = std::io::stderr().lock();
            writeln!(err, "made {dir} with {}", count(files, "file"))?;
            writeln!(err, "\n  newsprint build --site {dir}\n  newsprint serve --site {dir} --open")?;
            Ok(0)
        }
        Err(diag) => fail(&[diag]),
    }
}

fn run_serve(args: ServeArgs) -> std::io::Result<u8> {
    let options = serve::Options {
        wishes: args.site.wishes(true),
        // Without --now the preview follows the clock.
        fixed_now: args.site.now.is_some(),
        site: args.site.site,
        port: args.port,
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
        Ok(mut reader) => parse::parse(source, args.input, args.explain, &mut *reader, out),
        Err(error) => Ok(Err(diag::io(source, "read it", &error))),
    }
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
            if let Some(next) = next {
                writeln!(std::io::stdout().lock(), "{}", rfc3339(next))?;
            }
            Ok(0)
        }
        Err(diags) => fail(&diags),
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
