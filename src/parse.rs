//! stub
#![allow(missing_docs)]
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Input {
    Text,
    Html,
    Ndjson,
}
pub fn parse(
    _: &str,
    _: Option<Input>,
    _: bool,
    _: &mut dyn std::io::BufRead,
    _: &mut dyn std::io::Write,
) -> std::io::Result<Result<bool, crate::diag::Diag>> {
    Ok(Ok(false))
}
