//! Who publishes, as structured data.

use std::borrow::Cow;

use crate::ingredient::Ingredient;
use crate::site::Site;

/// A link of the configuration as an absolute address.
fn absolute(site: &Site, link: &str) -> String {
    match link.strip_prefix('/') {
        Some(path) => format!("{}{path}", site.config.base_url),
        None => link.to_owned(),
    }
}

/// A `NewsMediaOrganization` of schema.org.
pub(super) fn publisher(site: &Site) -> Ingredient<'_> {
    let publisher = &site.config.publisher;
    let text = |text: &str| Ingredient::text(text.to_owned());
    let name = publisher.name.as_deref().unwrap_or(&site.config.title);
    let mut fields: Vec<(Cow<'_, str>, Ingredient<'_>)> = vec![
        ("@type".into(), text("NewsMediaOrganization")),
        ("name".into(), text(name)),
        ("url".into(), text(&site.config.base_url)),
    ];
    fields.extend(publisher.legal_name.as_deref().map(|name| ("legalName".into(), text(name))));
    if let Some(logo) = &publisher.logo {
        let url = absolute(site, &format!("/{}", crate::path::encode(logo)));
        let logo = vec![("@type", text("ImageObject")), ("url", text(&url))];
        fields.push(("logo".into(), Ingredient::Map(logo)));
    }
    if !publisher.same_as.is_empty() {
        fields.push(("sameAs".into(), Ingredient::texts(&publisher.same_as)));
    }
    let policies =
        publisher.policies.iter().map(|(name, link)| ((*name).into(), text(&absolute(site, link))));
    fields.extend(policies);
    Ingredient::Table(fields)
}
