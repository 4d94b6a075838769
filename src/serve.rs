//! stub
#![allow(missing_docs)]
pub struct Options {
    pub site: std::path::PathBuf,
    pub wishes: crate::load::Wishes,
    pub fixed_now: bool,
    pub port: Option<u16>,
}
pub fn serve(_: &Options, _: &dyn Fn(&str), _: &dyn Fn(&str)) -> Result<(), crate::diag::Diag> {
    Ok(())
}
