//! What a feed sees.

use super::head::title;
use crate::index::Run;
use crate::ingredient::Ingredient;
use crate::path::OutPath;
use crate::plan::{self, List, Page, Part};
use crate::site::Site;

pub(super) fn site_feed(site: &Site) -> Option<OutPath> {
    OutPath::new(site.config.feeds.site.trim_start_matches('/')).ok()
}

pub(super) fn name<'s>(site: &'s Site, list: List, out: &OutPath, name: &str) -> Option<Ingredient<'s>> {
    Some(match name {
        "feed" => {
            let landing = plan::place(site, &Page::List { list, part: Part::Landing });
            let url = match list {
                List::All => site.config.base_url.clone(),
                _ => landing.map_or_else(|| site.config.base_url.clone(), |out| site.permalink(&out)),
            };
            Ingredient::Map(vec![
                ("title", Ingredient::text(title(site, &Page::Feed(list)))),
                ("url", Ingredient::text(url)),
                ("self", Ingredient::text(site.permalink(out))),
                ("lang", Ingredient::text(&site.config.language)),
            ])
        }
        "items" => Ingredient::cards(
            list.run(&site.index).into_iter().flat_map(Run::newest).take(site.config.feeds.size),
        ),
        _ => return None,
    })
}
