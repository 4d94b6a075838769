//! The account of lines: what became of each physical line of a dump.

use super::article::{LineSpan, Role};

/// What became of one physical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) role: Role,
    pub(super) rule: Option<&'static str>,
    pub(super) also: Vec<Role>,
}

impl Entry {
    pub(super) fn of(role: Role) -> Self {
        Self { role, rule: None, also: Vec::new() }
    }

    pub(super) fn chrome(rule: &'static str) -> Self {
        Self { role: Role::Chrome, rule: Some(rule), also: Vec::new() }
    }

    pub(super) fn with(mut self, also: Role) -> Self {
        if also != self.role && !self.also.contains(&also) {
            self.also.push(also);
        }
        self
    }
}

/// Runs of equal entries over lines `from..=to`, counted from 1.
pub(super) fn spans(from: u32, to: u32, entries: &[Entry]) -> Vec<LineSpan> {
    let mut out: Vec<LineSpan> = Vec::new();
    for line in from..=to {
        let entry = &entries[line as usize - 1];
        if let Some(last) = out.last_mut()
            && last.role == entry.role
            && last.rule == entry.rule
            && last.also == entry.also
        {
            last.to = line;
            continue;
        }
        out.push(LineSpan {
            from: line,
            to: line,
            role: entry.role,
            rule: entry.rule,
            also: entry.also.clone(),
        });
    }
    out
}
