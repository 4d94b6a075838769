//! A site with pictures, built, and the files of its pictures looked at the way a browser does.

mod support;

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageReader, Rgb, RgbImage};
use newsprint::build::{self, Options, Report};
use support::{Silent, TestSite, Tree, png};

/// A quarter of the picture in each of four colours, so that it can be told which way up it is.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([220, 20, 20]),
        (false, true) => Rgb([20, 200, 20]),
        (true, false) => Rgb([20, 20, 220]),
        (false, false) => Rgb([230, 230, 20]),
    })
}

/// The name of a quarter's colour.
fn colour(picture: &RgbImage, right: bool, down: bool) -> &'static str {
    let at = |side: u32, far: bool| if far { side * 3 / 4 } else { side / 4 };
    let Rgb([r, g, b]) = *picture.get_pixel(at(picture.width(), right), at(picture.height(), down));
    match (r > 128, g > 128, b > 128) {
        (true, false, false) => "red",
        (false, true, false) => "green",
        (false, false, true) => "blue",
        (true, true, false) => "yellow",
        _ => "another",
    }
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .expect("an encoded picture");
    bytes
}

/// A JPEG with segments put in behind its first two bytes.
fn with_segments(jpeg: &[u8], segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    for (marker, content) in segments {
        let len = u16::try_from(content.len() + 2).expect("a short segment");
        bytes.extend([0xff, *marker]);
        bytes.extend(len.to_be_bytes());
        bytes.extend(content);
    }
    bytes.extend(&jpeg[2..]);
    bytes
}

/// EXIF with an orientation and a place: 41° 0′ north.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff.extend([2, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 2, 0, 5, 0, 3, 0, 0, 0, 68, 0, 0, 0]);
    tiff.extend([0; 4]);
    for number in [41_u32, 1, 0, 1, 0, 1] {
        tiff.extend(number.to_le_bytes());
    }
    tiff
}

/// A Photoshop segment with IPTC datasets of record 2.
fn iptc(sets: &[(u8, &str)]) -> Vec<u8> {
    let mut block = vec![0x1c, 1, 90, 0, 3, 0x1b, b'%', b'G'];
    for (set, text) in sets {
        block.extend([0x1c, 2, *set]);
        block.extend(u16::try_from(text.len()).expect("short").to_be_bytes());
        block.extend(text.as_bytes());
    }
    let len = u32::try_from(block.len()).expect("short").to_be_bytes();
    [b"Photoshop 3.0\x008BIM\x04\x04\0\0".to_vec(), len.to_vec(), block].concat()
}

fn article(picture: &str, body: &str) -> String {
    format!("+++\ntitle = \"Boats\"\ndate = 2026-05-01\nsummary = \"S.\"\nimage = {picture}\n+++\n\n{body}\n")
}

/// The files of pictures in the output.
fn media(tree: &Tree) -> Vec<&str> {
    tree.keys().filter_map(|path| path.strip_prefix("media/")).collect()
}

/// The only file of a picture with this end of its name.
fn the<'t>(tree: &'t Tree, end: &str) -> (&'t str, &'t [u8]) {
    let mut found = tree.iter().filter(|(path, _)| path.starts_with("media/") && path.ends_with(end));
    let (path, bytes) = found.next().unwrap_or_else(|| panic!("no {end} among {:?}", media(tree)));
    assert!(found.next().is_none(), "several {end}");
    (path, bytes)
}

fn decoded(bytes: &[u8]) -> RgbImage {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().expect("memory");
    reader.decode().expect("a picture").into_rgb8()
}

fn check_built(site: &TestSite) -> (Report, Tree) {
    let report = site.build();
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    (report, site.tree())
}

#[test]
fn a_picture_is_upright_in_all_sizes_and_says_nothing_of_where_it_was_taken() {
    // For each orientation the colours from left to right, top to bottom, as a browser shows them.
    let shown = [
        (1, "red green blue yellow"),
        (2, "green red yellow blue"),
        (3, "yellow blue green red"),
        (4, "blue yellow red green"),
        (5, "red blue green yellow"),
        (6, "blue red yellow green"),
        (7, "yellow green blue red"),
        (8, "green yellow red blue"),
    ];
    let stored = jpeg(&quarters(900, 600));
    for (orientation, colours) in shown {
        let site = TestSite::new();
        let note =
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>".to_vec();
        let picture =
            with_segments(&stored, &[(0xe1, exif(orientation)), (0xe1, note), (0xfe, b"secret".to_vec())]);
        site.write("content/town/boats.jpg", picture);
        site.write("content/town/a.md", article("{ src = \"boats.jpg\", alt = \"Boats\" }", "Text."));
        let (_, tree) = check_built(&site);
        let turned = orientation >= 5;
        let (width, height) = if turned { (600, 900) } else { (900, 600) };
        let names = media(&tree);
        let sizes: &[u32] = if turned { &[400, 600] } else { &[400, 800, 900] };
        assert_eq!(names.len(), sizes.len() * 2, "{names:?}");
        for size in sizes {
            for extension in ["jpg", "webp"] {
                let (path, bytes) = the(&tree, &format!("-{size}.{extension}"));
                let picture = decoded(bytes);
                assert_eq!(picture.width(), *size, "{path}");
                assert_eq!(picture.height(), (height * size + width / 2) / width, "{path}");
                let found = [(false, false), (true, false), (false, true), (true, true)]
                    .map(|(right, down)| colour(&picture, right, down))
                    .join(" ");
                assert_eq!(found, colours, "orientation {orientation}: {path}");
                let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes));
                assert!(exif.is_err(), "{path} has EXIF");
                for word in [&b"secret"[..], b"Exif", b"8BIM", b"xmpmeta"] {
                    assert!(!bytes.windows(word.len()).any(|w| w == word), "{path} says {word:?}");
                }
            }
        }
        let page = site.read("public/town/2026/05/a.html");
        assert!(page.contains(&format!("width=\"{width}\" height=\"{height}\"")), "{page}");
    }
}

#[test]
fn words_in_the_file_stand_in_for_an_article_that_gives_none() {
    let site = TestSite::new();
    let words = [(120, "Kıyıda <tekneler>"), (80, "Ann Archer"), (110, "Northline")];
    let picture = with_segments(&jpeg(&quarters(300, 200)), &[(0xed, iptc(&words))]);
    site.write("content/town/boats.jpg", picture);
    site.write("content/town/silent.md", article("{ src = \"boats.jpg\" }", "![](boats.jpg)"));
    site.write(
        "content/town/own.md",
        article(
            "{ src = \"boats.jpg\", caption = \"Ours\", credit = \"Us\" }",
            "![A boat](boats.jpg \"In words\")",
        ),
    );
    let (report, _) = check_built(&site);
    assert!(report.diags.is_empty(), "{:?}", report.diags);
    let silent = site.read("public/town/2026/05/silent.html");
    let caption = "Kıyıda &lt;tekneler&gt; <cite dir=\"auto\">Northline</cite></figcaption>";
    assert_eq!(silent.matches(caption).count(), 2, "at the top and in the text: {silent}");
    let own = site.read("public/town/2026/05/own.html");
    assert!(own.contains("Ours <cite dir=\"auto\">Us</cite></figcaption>"), "{own}");
    assert!(
        own.contains("In words <cite dir=\"auto\">Northline</cite></figcaption>")
            && own.contains("alt=\"A boat\""),
        "{own}"
    );
}

#[test]
fn only_what_changed_is_encoded_and_only_what_is_used_is_there() {
    let site = TestSite::new();
    site.write("content/town/a.png", png(1000, 500, 10)).write("content/town/b.png", png(1000, 500, 90));
    site.write("content/town/unused.png", png(1000, 500, 50));
    site.write("content/town/a.md", article("{ src = \"a.png\", alt = \"\" }", "Text."));
    site.write("content/town/b.md", article("{ src = \"b.png\", alt = \"\" }", "![In it](a.png)"));
    let (report, before) = check_built(&site);
    assert_eq!(media(&before).len(), 12, "{:?}", media(&before));
    assert!(media(&before).iter().all(|name| !name.starts_with("unused")));
    let renders = |report: &Report, of: &str| {
        report.reasons.iter().filter(|(out, _)| out.as_str().starts_with(of)).count()
    };
    assert_eq!(renders(&report, "media/"), 12);

    site.write("content/town/b.png", png(1000, 500, 91));
    let (report, replaced) = check_built(&site);
    assert_eq!(renders(&report, "media/"), 6, "the variants of b alone");
    assert_eq!(media(&replaced).len(), 12, "the old ones are gone");
    assert!(!replaced.contains_key(before.keys().find(|path| path.starts_with("media/b-")).expect("one")));

    site.remove("content/town/b.md");
    let (report, deleted) = check_built(&site);
    assert_eq!((renders(&report, "media/"), media(&deleted).len()), (0, 6), "a is still shown, b no longer");

    // A clean build encodes nothing: it would take as long, and the cache holds the same bytes.
    let cache = site.path().join(".newsprint/cache");
    let kept = support::tree(&cache);
    assert_eq!(kept.len(), 18, "a, b and the new b");
    let options = Options { clean: true, ..site.options() };
    let times = |tree: &Tree| -> Vec<_> {
        let time =
            |name: &String| std::fs::metadata(cache.join(name)).and_then(|m| m.modified()).expect("a time");
        tree.keys().map(time).collect()
    };
    let before_clean = times(&kept);
    assert_eq!(build::build(&options, &Silent).exit, 0);
    assert_eq!(times(&kept), before_clean, "nothing was encoded anew");

    std::fs::remove_dir_all(&cache).expect("the cache may go at any time");
    let (report, clean) = site.clean_tree(&site.options());
    assert_eq!(report.exit, 0);
    support::assert_same(&site.tree(), &clean, "without a cache");
}

#[test]
fn transparency_stays() {
    let site = TestSite::new();
    let mut bytes = Vec::new();
    let clear =
        image::RgbaImage::from_fn(500, 300, |x, _| image::Rgba([200, 0, 0, if x < 250 { 0 } else { 255 }]));
    clear.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).expect("memory");
    site.write("content/town/logo.png", bytes);
    site.write("content/town/a.md", article("{ src = \"logo.png\", alt = \"\" }", "Text."));
    let (_, tree) = check_built(&site);
    for end in ["-400.png", "-400.webp", "-500.png", "-500.webp"] {
        let picture = image::load_from_memory(the(&tree, end).1).expect("a picture").into_rgba8();
        let alpha = |x| picture.get_pixel(x, 100).0[3];
        assert_eq!((alpha(50), alpha(350)), (0, 255), "{end}");
    }
}

#[test]
fn what_is_not_decoded_is_copied() {
    let site = TestSite::new();
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 30'><path d='M0 0h40v30z'/></svg>";
    site.write("content/town/map.svg", svg);
    let mut moving = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut moving);
        for shade in [0, 255] {
            let frame = image::RgbaImage::from_pixel(20, 10, image::Rgba([shade, 0, 0, 255]));
            encoder.encode_frame(image::Frame::new(frame)).expect("memory");
        }
    }
    site.write("content/town/wave.gif", &moving);
    site.write("content/town/a.md", article("{ src = \"map.svg\", alt = \"\" }", "![A wave](wave.gif)"));
    let (_, tree) = check_built(&site);
    assert_eq!(the(&tree, ".svg").1, svg.as_bytes());
    assert_eq!(the(&tree, ".gif").1, moving);
    let page = site.read("public/town/2026/05/a.html");
    assert!(!page.contains("<path"), "a drawing is never put into the page: {page}");
    assert!(
        page.contains("width=\"40\" height=\"30\"") && page.contains("width=\"20\" height=\"10\""),
        "{page}"
    );
    assert!(!page.contains("<source"), "{page}");
}

#[test]
fn what_cannot_be_shown_is_an_error_with_the_line_that_mentions_it() {
    // A PNG that says it is larger than anybody can want, in few bytes.
    let mut bomb = png(4, 4, 0);
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let whole = jpeg(&quarters(200, 200));
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("bomb.png", bomb, "60000 by 60000 are 3600 megapixels"),
        ("cut.jpg", whole[..whole.len() / 2].to_vec(), "ends too early"),
        ("text.jpg", b"no picture".to_vec(), "no JPEG picture"),
        ("wrong.png", whole.clone(), "JPEG data in a file named .png"),
        ("empty.webp", Vec::new(), "empty"),
        ("run.svg", b"<svg><script>alert(1)</script></svg>".to_vec(), "<script>"),
    ];
    for (name, bytes, why) in cases {
        let site = TestSite::new();
        site.write(&format!("content/town/{name}"), bytes);
        site.write("content/town/a.md", article(&format!("{{ src = \"{name}\" }}"), "Text."));
        let report = site.build();
        assert_eq!(report.exit, 3, "{name}");
        let [diag] = &report.diags[..] else { panic!("{name}: {:?}", report.diags) };
        let place = diag.place.as_ref().expect("a place");
        assert_eq!((place.path.as_str(), place.line), ("content/town/a.md", 5), "{name}");
        assert!(diag.message.contains(why) && diag.message.contains(name), "{}", diag.message);
        assert!(site.tree().is_empty(), "{name}: nothing is written");
    }
    // Data that is damaged inside shows only when it is decoded.
    let site = TestSite::new();
    let mut damaged = png(300, 300, 7);
    let middle = damaged.len() / 2;
    damaged[middle..middle + 20].fill(0xff);
    site.write("content/town/damaged.png", damaged);
    site.write("content/town/a.md", article("{ src = \"damaged.png\" }", "Text."));
    let report = site.build();
    assert_eq!((report.exit, site.tree().len()), (3, 0), "{:?}", report.diags);
    assert!(report.diags.iter().all(|diag| diag.message.contains("damaged.png")), "{:?}", report.diags);
}

#[test]
fn missing_pictures_name_their_line() {
    let site = TestSite::new();
    site.write("content/town/a.md", article("{ src = \"gone.jpg\" }", "Text.\n\n![x](old.heic)"));
    let report = site.build();
    let said: Vec<_> = report
        .diags
        .iter()
        .map(|diag| (diag.place.as_ref().map_or(0, |place| place.line), diag.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (5, "there is no picture `gone.jpg` beside this article"),
            (10, "there is no picture `old.heic` beside this article")
        ]
    );
}

#[test]
fn hidden_articles_leave_no_picture() {
    let site = TestSite::new();
    site.write("content/town/secret.png", png(500, 300, 9));
    site.write("content/town/a.md", article("{ src = \"secret.png\" }\nembargo = 2027-01-01", "Text."));
    let (_, tree) = check_built(&site);
    assert_eq!(media(&tree), Vec::<&str>::new());
}

#[test]
fn off_they_are_copied() {
    let site = TestSite::new();
    let config = site.read("site.toml") + "[images]\nenabled = false\n";
    site.write("site.toml", config);
    let original = with_segments(&jpeg(&quarters(900, 600)), &[(0xe1, exif(6))]);
    site.write("content/town/boats.jpg", &original);
    site.write("content/town/a.md", article("{ src = \"boats.jpg\", alt = \"\" }", "Text."));
    let (_, tree) = check_built(&site);
    assert_eq!(the(&tree, ".jpg").1, original);
    let page = site.read("public/town/2026/05/a.html");
    assert!(page.contains("width=\"600\" height=\"900\""), "as a browser turns it: {page}");
}

#[test]
fn crops_are_made_on_demand() {
    let site = TestSite::new();
    let config = site.read("site.toml") + "[images]\ncrops = true\nformats = [\"webp\"]\n";
    site.write("site.toml", config);
    site.write("content/town/boats.jpg", jpeg(&quarters(1400, 900)));
    site.write("content/town/a.md", article("{ src = \"boats.jpg\", alt = \"\" }", "Text."));
    let (_, tree) = check_built(&site);
    for (end, size) in
        [("-900x900.jpg", (900, 900)), ("-1200x900.jpg", (1200, 900)), ("-1200x675.jpg", (1200, 675))]
    {
        let picture = decoded(the(&tree, end).1);
        assert_eq!(picture.dimensions(), size);
        assert_eq!(colour(&picture, false, false), "red", "cut around the middle");
        assert_eq!(colour(&picture, true, true), "yellow");
    }
    assert!(media(&tree).iter().any(|name| name.ends_with("-1200.jpg")), "one file for feeds");
}

#[test]
fn colours_keep_their_profile_where_it_matters() {
    // A profile's head is enough for us: size, space of colours; the rest is for browsers.
    let profile = |name: &str| {
        let mut bytes = vec![0; 128];
        bytes[16..20].copy_from_slice(b"RGB ");
        bytes.extend(name.as_bytes());
        bytes
    };
    for (name, stays) in [("Display P3", true), ("sRGB IEC61966", false)] {
        let site = TestSite::new();
        let segment = [b"ICC_PROFILE\0\x01\x01".to_vec(), profile(name)].concat();
        site.write("content/town/boats.jpg", with_segments(&jpeg(&quarters(300, 200)), &[(0xe2, segment)]));
        site.write("content/town/a.md", article("{ src = \"boats.jpg\", alt = \"\" }", "Text."));
        let (_, tree) = check_built(&site);
        for end in [".jpg", ".webp"] {
            let (path, bytes) = the(&tree, end);
            let found = bytes.windows(name.len()).any(|window| window == name.as_bytes());
            assert_eq!(found, stays, "{path} {name}");
            assert_eq!(decoded(bytes).dimensions(), (300, 200));
        }
    }
}
