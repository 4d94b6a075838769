//! What `site.toml` and front matter say about bad input, word for word.
//!
//! `tests/words/*.txt` hold cases: `--- name ---`, the input, a line `>>>`, and the complaints as a
//! person sees them. In the input `⟦feff⟧` stands for the character U+FEFF and `⟦900*[⟧` for 900
//! times `[`. `UPDATE=1 cargo test --test words` writes what the program says now; read the diff.

use std::fmt::Write as _;
use std::path::Path;

use newsprint::config;
use newsprint::diag::{self, Diag};
use newsprint::front_matter::{self, Defaults};

#[test]
fn site_toml() {
    check("site.txt", |text| config::parse("site.toml", text).diags);
}

#[test]
fn front_matter_toml() {
    check("toml.txt", |text| article(text, chrono_tz::Europe::Berlin));
}

#[test]
fn front_matter_yaml() {
    check("yaml.txt", |text| article(text, chrono_tz::Europe::Berlin));
}

#[test]
fn dates() {
    check("dates.txt", |text| {
        let front = format!("+++\ntitle = \"Dates\"\n{text}+++\n");
        article(&front, chrono_tz::Europe::Berlin)
    });
}

fn article(text: &str, zone: chrono_tz::Tz) -> Vec<Diag> {
    let defaults = Defaults { zone, slug: "a".to_owned(), section: "world".to_owned() };
    let read = front_matter::parse("content/a.md", text, &defaults);
    assert_eq!(
        read.value.is_none(),
        diag::any_error(&read.diags) || said_empty(&read.diags),
        "a value or an error: {text}"
    );
    read.diags
}

/// Compares what is said about each case of a file with what the file expects.
fn check(file: &str, complain: impl Fn(&str) -> Vec<Diag>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/words").join(file);
    let cases = std::fs::read_to_string(&path).expect("the cases can be read");
    let mut said = String::new();
    for case in cases.split("\n--- ").filter(|case| !case.trim().is_empty()) {
        let case = case.strip_prefix("--- ").unwrap_or(case);
        let (name, rest) = case.split_once(" ---\n").expect("a case begins with `--- name ---`");
        let input = rest.split_once("\n>>>").map_or(rest, |(input, _)| input);
        let complaints: Vec<String> =
            complain(&unfold(input)).iter().map(|diag| diag.render(false)).collect();
        let verdict = if complaints.is_empty() { "fine".to_owned() } else { complaints.join("\n") };
        let clean: Vec<&str> = verdict.lines().map(str::trim_end).collect();
        let _ = write!(said, "--- {name} ---\n{input}\n>>>\n{}\n\n", clean.join("\n"));
    }
    let said = said.trim_end().to_owned() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, said).expect("the cases can be written");
    } else {
        pretty(&cases, &said, file);
    }
}

/// Fails with the first line that differs and its neighbours.
fn pretty(wanted: &str, said: &str, file: &str) {
    for (at, (want, have)) in wanted.lines().zip(said.lines()).enumerate() {
        assert_eq!(want, have, "{file}:{} (UPDATE=1 rewrites the file)", at + 1);
    }
    assert_eq!(wanted.lines().count(), said.lines().count(), "{file} has another number of lines");
}

/// `⟦hex⟧` as its character, `⟦n*text⟧` as n times the text.
fn unfold(input: &str) -> String {
    let mut parts = input.split('⟦');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('⟧').expect("`⟦` is closed");
        match code.split_once('*') {
            Some((times, what)) => text += &what.repeat(times.parse().expect("a number of times")),
            None => {
                text.push(u32::from_str_radix(code, 16).ok().and_then(char::from_u32).expect("a character"));
            }
        }
        text += rest;
    }
    text + "\n"
}

fn said_empty(diags: &[Diag]) -> bool {
    diags.iter().any(|diag| diag.code == "EMPTY")
}
