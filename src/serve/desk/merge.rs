//! Two changes of one text in one. Where they meet, a person chooses: so what comes of it are pieces, and no marks in a text.

use diffy::MergeOptions;
use serde_json::{Value as Json, json};

/// A part of the merged text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// What both agree on, or only one of them changed.
    Agreed(String),
    /// What both changed, each in another way.
    Disputed { mine: String, theirs: String },
}

/// The pieces of two changes of `base` in one.
fn pieces(base: &str, mine: &str, theirs: &str) -> Vec<Piece> {
    /// Marks of the merge are longer than any run of these signs in the texts.
    const SIGNS: [char; 4] = ['<', '|', '=', '>'];
    let texts = [base, mine, theirs];
    let longest = texts.iter().flat_map(|text| text.split(|c| !SIGNS.contains(&c)).map(str::len)).max();
    let length = longest.unwrap_or_default().max(6) + 1;
    // A last line without an end would run into a mark.
    let ended = |text: &str| if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let [base, own, other] = texts.map(ended);
    let merged = MergeOptions::new().set_conflict_marker_length(length).merge(&base, &own, &other);
    let text = merged.unwrap_or_else(|marked| marked);
    let [opening, former, middle, closing] = SIGNS.map(|sign| sign.to_string().repeat(length));
    let mut found = vec![Piece::Agreed(String::new())];
    // 0 agreed, 1 mine, 2 what was there before, 3 theirs.
    let mut side = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(&opening) {
            found.push(Piece::Disputed { mine: String::new(), theirs: String::new() });
            side = 1;
        } else if line.starts_with(&former) {
            side = 2;
        } else if line.starts_with(&middle) {
            side = 3;
        } else if line.starts_with(&closing) {
            found.push(Piece::Agreed(String::new()));
            side = 0;
        } else {
            match (found.last_mut(), side) {
                (Some(Piece::Agreed(text)), 0) => text.push_str(line),
                (Some(Piece::Disputed { mine, .. }), 1) => mine.push_str(line),
                (Some(Piece::Disputed { theirs, .. }), 3) => theirs.push_str(line),
                _ => {}
            }
        }
    }
    found.retain(|piece| *piece != Piece::Agreed(String::new()));
    if !mine.ends_with('\n')
        && let Some(Piece::Agreed(text)) = found.last_mut()
    {
        text.truncate(text.trim_end_matches('\n').len());
    }
    found
}

/// The pieces for the desk, and whether there is nothing to choose.
pub(super) fn merged(base: &str, mine: &str, theirs: &str) -> Json {
    let pieces = pieces(base, mine, theirs);
    let is_clean = pieces.iter().all(|piece| matches!(piece, Piece::Agreed(_)));
    let told = |piece: &Piece| match piece {
        Piece::Agreed(text) => json!({ "text": text }),
        Piece::Disputed { mine, theirs } => json!({ "mine": mine, "theirs": theirs }),
    };
    json!({ "clean": is_clean, "pieces": pieces.iter().map(told).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_two_changes() {
        let agreed = |text: &str| Piece::Agreed(text.to_owned());
        let disputed =
            |mine: &str, theirs: &str| Piece::Disputed { mine: mine.to_owned(), theirs: theirs.to_owned() };
        let cases = [
            ("a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", vec![agreed("A\nb\nc\nd\nE\n")]),
            ("a\nb\n", "a\nm\n", "a\nt\n", vec![agreed("a\n"), disputed("m\n", "t\n")]),
            ("a\nb", "a\nm", "a\nt", vec![agreed("a\n"), disputed("m\n", "t\n")]),
            ("a\nb\nc", "m\nb\nc", "t\nb\nc", vec![disputed("m\n", "t\n"), agreed("b\nc")]),
            // Signs in a text are no marks.
            (
                "<<<<<<< x\na\n=======\n",
                "<<<<<<< x\nm\n=======\n",
                "<<<<<<< x\nt\n=======\n",
                vec![agreed("<<<<<<< x\n"), disputed("m\n", "t\n"), agreed("=======\n")],
            ),
            // One deletes what the other changes.
            ("a\nb\nc\n", "a\nc\n", "a\nt\nc\n", vec![agreed("a\n"), disputed("", "t\n"), agreed("c\n")]),
        ];
        for (base, mine, theirs, expected) in cases {
            assert_eq!(pieces(base, mine, theirs), expected, "{base:?} {mine:?} {theirs:?}");
        }
    }
}
