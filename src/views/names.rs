//! The names that a template may mention: the tables, which are also the reference documentation.

/// A name for templates, with its documentation.
pub struct Name {
    /// As a template writes it.
    pub name: &'static str,
    /// Its shape.
    pub shape: &'static str,
    /// What it is.
    pub doc: &'static str,
}

const fn name(name: &'static str, shape: &'static str, doc: &'static str) -> Name {
    Name { name, shape, doc }
}

/// Names that mean the same on every page of an edition.
pub const SHARED: [Name; 30] = [
    name("site_title", "text", "the paper's name"),
    name("site_description", "text", "one line about it"),
    name("site_lang", "text", "the paper's language"),
    name("base_url", "text", "absolute address of the site's root, with a trailing slash"),
    name("logo", "text", "root-relative link to the logo, or empty"),
    name("accent", "text", "accent colour, or empty"),
    name("menu", "[{title, url}]", "menu entries: those of site.toml, else the sections"),
    name("home_url", "text", "root-relative link to the front page"),
    name("all_url", "text or none", "root-relative link to the list of all articles"),
    name("archive_url", "text or none", "root-relative link to the archive"),
    name("search_url", "text or none", "root-relative link to the search page"),
    name("tags_url", "text or none", "root-relative link to the list of tags"),
    name("authors_url", "text or none", "root-relative link to the list of authors"),
    name(
        "corrections_url",
        "text or none",
        "root-relative link to the corrections; none when there are none",
    ),
    name("corrections_feeds", "[{type, url}]", "feeds of corrections"),
    name("publisher", "structured data", "who publishes, with policies"),
    name(
        "recent",
        "[card]",
        "articles of the last 48 hours whose date is certain, as News sitemaps list them; changes by time alone",
    ),
    name("pages", "[{title, url}]", "standing pages by title"),
    name("head_html", "HTML", "the configuration's own head elements"),
    name("sections", "[section]", "sections that have articles, in order; those within others are left out"),
    name("feed_url", "text", "root-relative link to the site's feed, or empty"),
    name(
        "site_feeds",
        "[{type, url}]",
        "the site's feeds in all formats: media types and root-relative links",
    ),
    name("generator", "text", "program and version"),
    name("latest", "[card]", "the newest articles, `page_size` of them; undated ones last"),
    name(
        "front",
        "{lead: card, top: [card], blocks: [{section: section, cards: [card]}], rest: [card]}",
        "the front page's choice: lead story, the next four, a block for each section, and what is left of `latest`",
    ),
    name("tags_all", "[{name, url, slug}]", "all tags by name"),
    name("authors_all", "[{name, url, slug}]", "all authors by name"),
    name(
        "archive",
        "[{year, url, months: [{year, month, url}]}]",
        "years and months with articles, newest first",
    ),
    name("today", "text", "the build's date in the site's zone; a page that mentions it changes every day"),
    name(
        "section_list",
        "[{name, title, description, url, cards: [card]}]",
        "each section with its newest articles (five)",
    ),
];

/// Names that belong to one page. The pages that have them are named in `doc`.
pub const PAGE: [Name; 49] = [
    name(
        "root",
        "text",
        "what goes before a root-relative link on this page: empty, `../`…; on the 404 page the base path",
    ),
    name("page_url", "text", "this page's address on the web"),
    name("page_path", "text", "this page's root-relative link"),
    name("page_title", "text", "its title"),
    name("page_description", "text", "one or two sentences about it"),
    name(
        "page_kind",
        "text",
        "`front`, `article`, `page`, `withdrawn`, `section`, `tag`, `author`, `thread`, `day`, `month`, `year`, `all`, `tags`, `authors`, `archive`, `search`, `404`, `corrections`, `redirect`, `redirects`, `feed`, `sitemap`, `robots`",
    ),
    name("lang", "text", "its language"),
    name("dir", "text", "`ltr` or `rtl`"),
    name(
        "ui",
        "{word: text or forms}",
        "the theme's words in this page's language; one that counts has plural forms, for the filter `counted`",
    ),
    name("footer_html", "HTML", "the footer text of site.toml"),
    name("breadcrumbs", "[{title, url}]", "the way from the front page"),
    name(
        "article",
        "{title, subtitle, kicker, authors: [author], agency, dateline, date, date_inferred, updated, section: section, tags: [term], image: image, corrections: [correction], summary, minutes, words, kind, permalink, expires, canonical, roles: [{role, label, people: [term]}], thread, lang, dir, extra}",
        "on article and standing pages: the article",
    ),
    name("content", "HTML", "on article and standing pages: the text"),
    name("newer", "card or none", "on article pages: the next article of its section"),
    name("older", "card or none", "on article pages: the one before"),
    name(
        "thread",
        "{name, url, cards: [card]} or none",
        "on article pages: the story thread, and the newest of its older stories (five)",
    ),
    name("share", "[{title, url}]", "on article pages: links with which readers pass the article on"),
    name(
        "social_card",
        "{src, width, height, alt} or none",
        "on pages of articles without a picture: the one of their headline, when site.toml asks for such",
    ),
    name("related", "[card]", "on article pages: up to four older articles that share tags"),
    name("notice", "text", "on the page of a withdrawn article: what readers are told"),
    name("notice_date", "text", "on the page of a withdrawn article: since when"),
    name("list", "{kind, title, description, url, feed}", "on list pages: what the list is of"),
    name("items", "[card]", "on list pages and in feeds: the articles, newest first"),
    name(
        "pager",
        "{number, newer, older, landing}",
        "on list pages: root-relative links to its neighbours; `number` is none on the newest page",
    ),
    name(
        "person",
        "{name, job_title, bio: HTML, image: image, links: [{title, url}], email} or none",
        "on the newest page of an author: what site.toml says of them",
    ),
    name("terms", "[{name, url, slug}]", "on the pages of all tags and all authors"),
    name(
        "search",
        "{folder, periods}",
        "on the search page: root-relative folder of what its script reads, and the periods in it with their numbers of files, newest first",
    ),
    name("year", "{year, url, months: [{year, month, url}]}", "on a year's page"),
    name("month", "number", "on the page of a month or a day: 1 to 12"),
    name("days", "[{day, url}]", "on a month's page: its days with articles; empty when days have no pages"),
    name("subsections", "[section]", "on a section's page: the sections in it"),
    name("corrections", "[{date, text, card: card}]", "on the pages of corrections: newest first"),
    name("correction_years", "[{year, url}]", "on the page of the newest corrections: the pages of years"),
    name("redirect_to", "text", "in a redirect: the root-relative link, or an address on another host"),
    name(
        "redirects",
        "[{from, plain, pattern, key, to, scheme, host, path, folder}]",
        "in rule files: former addresses without a slash at the end, percent-encoded, plain, as a regular expression, and below the root; where they lead, whole and in parts (`scheme` and `host` only for other sites); `folder` when the former address may end in a slash",
    ),
    name(
        "feed",
        "{title, url, self, lang, updated, hubs}",
        "in feeds: absolute addresses of page and feed, the newest change of an entry, WebSub hubs",
    ),
    name("entries", "[entry]", "in feeds: the articles, newest first"),
    name("feeds", "[{type, url}]", "on list pages: the list's feeds in all formats"),
    name(
        "urls",
        "[{loc, lastmod, images, alternates: [{hreflang, url}]}]",
        "in sitemaps; `alternates` are the versions of an article, itself included",
    ),
    name("news", "[{loc, title, date, lang}]", "in News sitemaps"),
    name("publication", "text", "in News sitemaps: the paper's name"),
    name("sitemaps", "[{loc, lastmod}]", "in the sitemap index of a large site"),
    name("sitemap_url", "text", "in robots.txt: the sitemap's address"),
    name("sitemap_urls", "[text]", "in robots.txt: that of every sitemap that a robot has to be told of"),
    name(
        "translations",
        "[{lang, dir, name, title, url}]",
        "on article and standing pages: other languages' versions; `name` is the language's",
    ),
    name(
        "editions",
        "[{lang, dir, name, title, url, current}]",
        "every edition of the paper, with the way to the same page in it, else to its front page; empty when there is one edition",
    ),
    name(
        "alternates",
        "[{hreflang, url}]",
        "absolute addresses of this page in all its languages, itself included, and `x-default`; empty when there is one",
    ),
    name("revised", "text or none", "on article pages: the newest of date, update and corrections"),
    name("has_feed", "text or none", "on list pages: root-relative link to the list's feed"),
];

/// What the shapes of other names are made of.
pub const SHAPES: [Name; 9] = [
    name(
        "card",
        "{url, permalink, guid, title, subtitle, kicker, summary, date, updated, section: section, tags: [term], authors: [term], agency, dateline, lang, dir, image: image, kind}",
        "what lists may see of an article: never its text; `date` and `updated` are for the filters",
    ),
    name("section", "{name, title, url}", "`name` is its slug; `url` is none when sections have no pages"),
    name("term", "{name, url}", "a tag or an author; `url` is none when they have no pages"),
    name(
        "author",
        "{name, url, job_title, same_as: [text]}",
        "an author on article pages, with what site.toml says of them",
    ),
    name(
        "image",
        "{src, alt, caption, credit, width, height, sources: [{type, files: [file]}], files: [file], crops: [file]}",
        "a root-relative link, the size of that file, and words of the article or of the picture's own file; `src` is none for a picture that is only described. `sources` are files by width in better formats, `files` in the format that every browser shows, both empty for a picture that is copied as it is; `crops` are 1:1, 4:3 and 16:9 where site.toml asks for them",
    ),
    name(
        "file",
        "{src, width, height}",
        "a file of a picture; the filter `srcset` makes an attribute of several",
    ),
    name(
        "entry",
        "{card: card, revised, corrections: [correction], content}",
        "an article in a feed; `content` is its text as HTML with absolute links, or none unless `feeds.full_text` is set",
    ),
    name("structured data", "", "a map in the words of schema.org, for the filter `json`"),
    name("correction", "{date, text}", "what was corrected, and when"),
];
