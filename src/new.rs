//! stub
#![allow(missing_docs)]
use std::path::{Path, PathBuf};
pub fn new(_: &Path, _: &str, _: &str) -> Result<usize, crate::diag::Diag> {
    Ok(0)
}
pub fn copy_template(_: &Path, _: &str) -> Result<Vec<PathBuf>, Vec<crate::diag::Diag>> {
    Ok(vec![])
}
