//! An editor's corrections: lines of a dump whose role a person knows better than the parser.
//!
//! Pure, and local to one article: what a line was is taken back from the field that it filled, and what it is goes where
//! it belongs. Fields that no corrected line touches stay as they were parsed.

use super::article::{Article, Form, Role};
use super::{decode, escape};

/// The text of a dump as the parser sees it; the lines that [`Article::lines`] counts are its lines.
#[must_use]
pub fn decoded(bytes: &[u8], form: Form) -> String {
    let text = decode::decode(bytes, form).text;
    match form {
        Form::Text => text.into_owned(),
        Form::Html => super::visible_text(&text),
    }
}

/// Gives lines of an article other roles: (line, counted from 1 in `text`; role). Roles that no line can be given
/// (blank, repeat) drop it, as chrome does. A correction of a line outside the article changes nothing.
#[must_use]
pub fn correct(text: &str, mut article: Article, corrections: &[(u32, Role)]) -> Article {
    let lines: Vec<&str> = text.lines().collect();
    let was = |number: u32| {
        let span = article.lines.iter().find(|span| span.from <= number && number <= span.to);
        span.map(|span| span.role)
    };
    let known: Vec<(u32, Role, Role)> = corrections
        .iter()
        .filter_map(|(number, role)| Some((*number, was(*number)?, *role)))
        .filter(|(_, was, is)| was != is)
        .collect();
    if known.is_empty() {
        return article;
    }
    let role_of = |number: u32| {
        known.iter().rev().find(|(line, ..)| *line == number).map(|(_, _, is)| *is).or_else(|| was(number))
    };
    let from = article.lines.first().map_or(1, |span| span.from);
    let to = article.lines.last().map_or(0, |span| span.to);
    let texts = |wanted: Role| -> Vec<String> {
        (from..=to)
            .filter(|number| role_of(*number) == Some(wanted))
            .filter_map(|number| lines.get(number as usize - 1))
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    };
    let touched = |role: Role| known.iter().any(|(_, was, is)| *was == role || *is == role);
    let one = |role: Role| Some(texts(role).join(" ")).filter(|text| !text.is_empty());
    let (title, subtitle, dateline) = (one(Role::Title), one(Role::Subtitle), one(Role::Dateline));
    let (caption, credit, agency) = (one(Role::Caption), one(Role::Credit), one(Role::Agency));
    let bylines = texts(Role::Byline);
    let body: Vec<String> = texts(Role::Body).iter().map(|line| escape::markdown(line)).collect();
    let tags: Vec<String> = texts(Role::Tags)
        .iter()
        .flat_map(|line| line.split([',', ';', '·', '|']))
        .map(|tag| tag.trim().trim_start_matches("Tags:").trim().to_owned())
        .filter(|tag| !tag.is_empty())
        .collect();
    let all = [
        Role::Title,
        Role::Subtitle,
        Role::Dateline,
        Role::Caption,
        Role::Credit,
        Role::Agency,
        Role::Byline,
        Role::Body,
        Role::Tags,
    ];
    let names: Vec<&str> = all.iter().filter(|role| touched(**role)).map(|role| role.name()).collect();
    if touched(Role::Title) {
        article.title = title.unwrap_or(article.title);
    }
    if touched(Role::Subtitle) {
        article.subtitle = subtitle;
    }
    if touched(Role::Dateline) {
        article.dateline = dateline;
    }
    if touched(Role::Agency) {
        article.agency = agency;
    }
    if touched(Role::Byline) {
        article.authors = bylines.iter().flat_map(|line| names_of(line)).collect();
    }
    if touched(Role::Caption) || touched(Role::Credit) {
        let former = article.image.take().unwrap_or_default();
        let caption = if touched(Role::Caption) { caption } else { former.caption.clone() };
        let credit = if touched(Role::Credit) { credit } else { former.credit.clone() };
        let image = super::Image { caption, credit, ..former };
        let says = image.src.is_some() || image.caption.is_some() || image.credit.is_some();
        article.image = says.then_some(image);
    }
    if touched(Role::Body) {
        article.body = body.join("\n\n");
        article.summary = String::new();
    }
    if touched(Role::Tags) {
        article.tags = tags;
    }
    // A person has looked at these fields.
    let field = |name: &str| {
        match name {
            "byline" => "authors",
            "caption" | "credit" => "image",
            name => name,
        }
        .to_owned()
    };
    let seen: Vec<String> = names.iter().map(|name| field(name)).collect();
    article.review.retain(|flag| !seen.iter().any(|name| flag.split(':').next() == Some(name)));
    for (number, _, is) in &known {
        set_role(&mut article, *number, *is);
    }
    article
}

/// Names in a byline, without the words before and between them.
fn names_of(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = ["By ", "by ", "BY "].iter().find_map(|by| line.strip_prefix(by)).unwrap_or(line);
    let parts = line.split([',', ';']).flat_map(|part| part.split(" and ")).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Splits the span that a line is in.
fn set_role(article: &mut Article, number: u32, role: Role) {
    let Some(at) = article.lines.iter().position(|span| span.from <= number && number <= span.to) else {
        return;
    };
    let span = article.lines.remove(at);
    let mut parts = Vec::new();
    if span.from < number {
        parts.push(super::LineSpan { to: number - 1, ..span.clone() });
    }
    let rule = (role == Role::Chrome).then_some("editor");
    parts.push(super::LineSpan { from: number, to: number, role, rule, also: Vec::new() });
    if number < span.to {
        parts.push(super::LineSpan { from: number + 1, ..span });
    }
    article.lines.splice(at..at, parts);
}

#[cfg(test)]
mod tests {
    use super::super::{Input, Options, Vocabulary, parse};
    use super::*;

    const DUMP: &str = "Ferry to run until midnight\n\nBy Ada Quay\n\nThe ferry between the two banks will run until \
        midnight from June, the harbour board said on Tuesday after a long debate.\n\nThe last boat now leaves at six, \
        which is too early for those who work late in the shipyard across the river.\n\nSubscribe to our letter\n";

    fn parsed() -> Article {
        let vocabulary = Vocabulary::default();
        let options = Options { vocabulary: &vocabulary, language: Some("en"), zone: None };
        let input = Input { source: "a.txt", form: Form::Text, url: None, fetched: None };
        parse(DUMP.as_bytes(), &input, &options).articles.remove(0)
    }

    #[test]
    fn a_line_goes_where_it_belongs() {
        let article = parsed();
        assert_eq!(correct(DUMP, article.clone(), &[]), article);
        assert_eq!(correct(DUMP, article.clone(), &[(99, Role::Body)]), article);
        let shorter = correct(DUMP, article.clone(), &[(7, Role::Subtitle)]);
        assert!(shorter.subtitle.as_deref().is_some_and(|text| text.starts_with("The last boat")));
        assert!(!shorter.body.contains("The last boat") && shorter.body.contains("midnight from June"));
        assert_eq!(shorter.title, article.title);
        let longer = correct(DUMP, article.clone(), &[(9, Role::Body)]);
        assert!(longer.body.ends_with("Subscribe to our letter"), "{}", longer.body);
        let unsigned = correct(DUMP, article, &[(3, Role::Chrome)]);
        assert!(unsigned.authors.is_empty());
        let lines: u32 = unsigned.lines.iter().map(|span| span.to - span.from + 1).sum();
        assert_eq!(lines, 9, "every line is accounted for");
    }
}
