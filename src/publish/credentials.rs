//! Keys of AWS from the file that its own tools keep them in (`~/.aws/credentials`), for when the environment has none.
//! They go into requests and nowhere else.

use std::path::PathBuf;

use crate::disk;

/// A pair of keys, and a token when they are for a while. Has no text form: it cannot be printed by mistake.
pub(crate) struct Keys {
    /// Its public half.
    pub(crate) id: String,
    /// Its secret half.
    pub(crate) secret: String,
    /// For keys that expire.
    pub(crate) token: Option<String>,
}

/// Where keys may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialsFile {
    /// The file.
    pub file: PathBuf,
    /// The profile that was asked for by name; else `default`.
    pub profile: Option<String>,
}

/// The keys of the profile; `None` when there are none and none were asked for by name.
///
/// # Errors
/// In words: the profile was asked for by name and is not there, or has no keys.
pub(crate) fn find(place: Option<&CredentialsFile>) -> Result<Option<Keys>, String> {
    let Some(CredentialsFile { file, profile: asked }) = place else { return Ok(None) };
    let text = disk::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    match (profile(&text, asked.as_deref().unwrap_or("default")), asked) {
        (None, Some(name)) => Err(format!(
            "AWS_PROFILE is `{name}`, and {} has no keys (aws_access_key_id, aws_secret_access_key) under [{name}]; for \
             profiles that sign in or take a role: aws configure export-credentials --profile {name} --format env",
            file.display()
        )),
        (keys, _) => Ok(keys),
    }
}

/// The keys under `[name]`. Pure.
fn profile(text: &str, name: &str) -> Option<Keys> {
    let (mut is_in, mut id, mut secret, mut token) = (false, None, None, None);
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            is_in = section.0.trim() == name;
        } else if let Some((key, value)) = line.split_once('=').filter(|_| is_in) {
            let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
            match key.trim().to_ascii_lowercase().as_str() {
                "aws_access_key_id" => id = value,
                "aws_secret_access_key" => secret = value,
                "aws_session_token" => token = value,
                _ => {}
            }
        }
    }
    Some(Keys { id: id?, secret: secret?, token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_its_own_keys_and_no_others() {
        let text = "# x = y\n[default]\naws_access_key_id = A\naws_secret_access_key=B=C\n\n[ desk ]\nAWS_ACCESS_KEY_ID=D\naws_secret_access_key = E\naws_session_token = F\n[sso]\nsso_session = x\n[half]\naws_access_key_id = G\n";
        for (name, expected) in [
            ("default", Some(("A", "B=C", None))),
            ("desk", Some(("D", "E", Some("F")))),
            ("sso", None),
            ("half", None),
            ("other", None),
        ] {
            let keys = profile(text, name);
            let found = keys.as_ref().map(|k| (k.id.as_str(), k.secret.as_str(), k.token.as_deref()));
            assert_eq!(found, expected, "{name}");
        }
    }
}
