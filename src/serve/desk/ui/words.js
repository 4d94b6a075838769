// The desk's words in its languages, and what depends on a language: direction, dates.

const WORDS = {
  en: {
    articles: "Articles", inbox: "Inbox", paste: "New from paste", newArticle: "New article", skip: "Skip to content",
    find: "Find", all: "All", live: "Live", draft: "Draft", scheduled: "Scheduled", expired: "Expired", held: "Held for review", withdrawn: "Withdrawn", broken: "Cannot be read", flagged: "To review", unsaved: "Not saved",
    none: "Nothing here.", more: "More", open: "Open", save: "Save", saved: "Saved", saving: "Saving…", notSaved: "Not saved yet", kept: "Kept as unsaved text", cancel: "Cancel", close: "Close", ok: "OK", preview: "Preview", write: "Write",
    title: "Headline", subtitle: "Subtitle", summary: "Summary", section: "Section", tags: "Tags", authors: "Authors", date: "Published", updated: "Updated", embargo: "Embargo until", expires: "Expires", pin_until: "Pinned until", kind: "Kind", lang: "Language", dateline: "Dateline", agency: "Agency", lead: "Lead the front page", thread: "Story thread", canonical: "Original address", aliases: "Former addresses", text: "Text", image: "Picture", src: "File", alt: "Alternative text", caption: "Caption", credit: "Credit", corrections: "Corrections", review: "Look at",
    isDraft: "Draft: readers do not see it", times: "Times and visibility", details: "Details", now: "Now", zone: "Time zone", add: "Add", remove: "Remove", dropPicture: "Drop a picture here, paste it, or choose a file", choose: "Choose a file",
    history: "Versions", restore: "Restore this version", renameMove: "Rename or move", deleteArticle: "Delete", withdraw: "Withdraw with a notice", impact: "What this change touches", asText: "Edit as text", asForm: "Edit as form", correction: "Add a correction", slug: "Name in the address", redirect: "Readers of the old address are led to the new one", notice: "What readers are told",
    deleteAsk: "Delete this article? Its page disappears and its address is dead. If it was published, withdrawing it with a notice is the better way.", discardAsk: "Throw the unsaved changes away? They stay among the versions.", discard: "Discard changes",
    found: "Unsaved text of this article was found.", useIt: "Go on with it", conflict: "Somebody else changed this article meanwhile.", theirs: "Their version", mine: "Your version", merged: "Both changes together", mergedClean: "Both changes fit together.", mergedMarks: "Both changed the same place: look for the marks.", saveMerged: "Save this", takeTheirs: "Take theirs",
    yaml: "The front matter of this article is YAML. It can be edited as text; the form would have to rewrite it.", brokenText: "This article has a mistake that the form cannot show. Edit it as text.",
    added: "New pages", changed: "Changed pages", removed: "Pages that vanish", noChange: "No page changes.", accept: "Accept", acceptAll: "All flags are settled", dismiss: "Discard", pasteHere: "Paste the text of one or more stories here, or drop a file", parse: "Find the articles", lines: "Lines of the dump", foundArticles: "Articles found", dumps: "Dumps in the content folder", pastes: "Pasted", nearDuplicate: "The site has this story:", updateThat: "Update that article, keep its address", noDate: "The text names no date: it will be the moment you accept it.",
    keys: "Arrows choose a line. T headline, S subtitle, Y byline, D dateline, C caption, R credit, B body, X leave out. Enter: an article begins here, or no longer. A: accept.", role_title: "headline", role_subtitle: "subtitle", role_byline: "byline", role_dateline: "dateline", role_agency: "agency", role_date: "date", role_caption: "caption", role_credit: "credit", role_body: "body", role_tags: "tags", role_correction: "correction", role_embargo: "embargo", role_note: "note", role_repeat: "repeat", role_chrome: "left out", role_blank: "",
    commit: "Commit to Git", commitMessage: "What was changed", yourName: "Your name", email: "Email", files: "Files", nothingToCommit: "Everything is committed.", committed: "Committed",
    asOf: "The site as of", today: "As of now", apply: "Show", showDrafts: "With drafts", showFuture: "With what is not due yet", problems: "Problems", undo: "Undo", bold: "Bold", italic: "Italic", link: "Link", quote: "Quote", heading: "Heading", listItem: "List", language: "Language", words: "words", lost: "The desk does not answer. Your text is kept in this browser.", gone: "The desk was started anew: load this page again. Your text is kept.",
  },
  tr: {
    articles: "Haberler", inbox: "Gelen kutusu", paste: "Yapıştırarak ekle", newArticle: "Yeni haber", skip: "İçeriğe geç",
    find: "Ara", all: "Tümü", live: "Yayında", draft: "Taslak", scheduled: "Zamanlanmış", expired: "Süresi dolmuş", held: "İncelemede", withdrawn: "Geri çekilmiş", broken: "Okunamıyor", flagged: "İncelenecek", unsaved: "Kaydedilmemiş",
    none: "Burada bir şey yok.", more: "Daha fazla", open: "Aç", save: "Kaydet", saved: "Kaydedildi", saving: "Kaydediliyor…", notSaved: "Henüz kaydedilmedi", kept: "Kaydedilmemiş metin saklandı", cancel: "Vazgeç", close: "Kapat", ok: "Tamam", preview: "Önizleme", write: "Yaz",
    title: "Başlık", subtitle: "Alt başlık", summary: "Özet", section: "Bölüm", tags: "Etiketler", authors: "Yazarlar", date: "Yayın tarihi", updated: "Güncelleme", embargo: "Ambargo bitişi", expires: "Kaldırılma", pin_until: "Üstte kalma bitişi", kind: "Tür", lang: "Dil", dateline: "Yer", agency: "Ajans", lead: "Ön sayfanın manşeti", thread: "Haber dizisi", canonical: "Asıl adres", aliases: "Eski adresler", text: "Metin", image: "Görsel", src: "Dosya", alt: "Alternatif metin", caption: "Alt yazı", credit: "Kaynak", corrections: "Düzeltmeler", review: "Bakılacak",
    isDraft: "Taslak: okurlar görmez", times: "Zamanlar ve görünürlük", details: "Ayrıntılar", now: "Şimdi", zone: "Saat dilimi", add: "Ekle", remove: "Kaldır", dropPicture: "Görseli buraya bırakın, yapıştırın ya da dosya seçin", choose: "Dosya seç",
    history: "Sürümler", restore: "Bu sürüme dön", renameMove: "Yeniden adlandır veya taşı", deleteArticle: "Sil", withdraw: "Duyuruyla geri çek", impact: "Bu değişiklik nelere dokunur", asText: "Metin olarak düzenle", asForm: "Formla düzenle", correction: "Düzeltme ekle", slug: "Adresteki ad", redirect: "Eski adrese gelenler yenisine yönlendirilir", notice: "Okurlara söylenecek olan",
    deleteAsk: "Bu haber silinsin mi? Sayfası kaybolur, adresi ölür. Yayımlandıysa duyuruyla geri çekmek daha iyidir.", discardAsk: "Kaydedilmemiş değişiklikler atılsın mı? Sürümler arasında kalırlar.", discard: "Değişiklikleri at",
    found: "Bu haberin kaydedilmemiş bir metni bulundu.", useIt: "Onunla devam et", conflict: "Bu haberi bu arada bir başkası değiştirdi.", theirs: "Onların sürümü", mine: "Sizin sürümünüz", merged: "İki değişiklik birlikte", mergedClean: "İki değişiklik birbirine uyuyor.", mergedMarks: "İkisi de aynı yeri değiştirmiş: işaretlere bakın.", saveMerged: "Bunu kaydet", takeTheirs: "Onlarınkini al",
    yaml: "Bu haberin ön bilgisi YAML. Metin olarak düzenlenebilir; form onu baştan yazmak zorunda kalırdı.", brokenText: "Bu haberde formun gösteremediği bir hata var. Metin olarak düzenleyin.",
    added: "Yeni sayfalar", changed: "Değişen sayfalar", removed: "Kaybolan sayfalar", noChange: "Hiçbir sayfa değişmiyor.", accept: "Kabul et", acceptAll: "Tüm işaretler tamam", dismiss: "At", pasteHere: "Bir ya da daha çok haberin metnini buraya yapıştırın ya da dosya bırakın", parse: "Haberleri bul", lines: "Metnin satırları", foundArticles: "Bulunan haberler", dumps: "İçerik klasöründeki dökümler", pastes: "Yapıştırılanlar", nearDuplicate: "Sitede bu haber var:", updateThat: "O haberi güncelle, adresi kalsın", noDate: "Metinde tarih yok: kabul ettiğiniz an yazılacak.",
    keys: "Oklar satır seçer. T başlık, S alt başlık, Y imza, D yer, C alt yazı, R kaynak, B metin, X çıkar. Enter: haber burada başlar ya da başlamaz. A: kabul.", role_title: "başlık", role_subtitle: "alt başlık", role_byline: "imza", role_dateline: "yer", role_agency: "ajans", role_date: "tarih", role_caption: "alt yazı", role_credit: "kaynak", role_body: "metin", role_tags: "etiketler", role_correction: "düzeltme", role_embargo: "ambargo", role_note: "not", role_repeat: "tekrar", role_chrome: "çıkarıldı", role_blank: "",
    commit: "Git'e işle", commitMessage: "Ne değişti", yourName: "Adınız", email: "E-posta", files: "Dosyalar", nothingToCommit: "Her şey işlenmiş.", committed: "İşlendi",
    asOf: "Sitenin şu andaki hali", today: "Şimdiki hali", apply: "Göster", showDrafts: "Taslaklarla", showFuture: "Zamanı gelmemişlerle", problems: "Sorunlar", undo: "Geri al", bold: "Kalın", italic: "İtalik", link: "Bağlantı", quote: "Alıntı", heading: "Ara başlık", listItem: "Liste", language: "Dil", words: "sözcük", lost: "Masa yanıt vermiyor. Metniniz bu tarayıcıda saklanıyor.", gone: "Masa yeniden başlatıldı: sayfayı yenileyin. Metniniz saklanıyor.",
  },
  ar: {
    articles: "المقالات", inbox: "الوارد", paste: "جديد من نص ملصق", newArticle: "مقال جديد", skip: "إلى المحتوى",
    find: "بحث", all: "الكل", live: "منشور", draft: "مسودة", scheduled: "مجدول", expired: "منتهٍ", held: "قيد المراجعة", withdrawn: "مسحوب", broken: "لا يُقرأ", flagged: "للمراجعة", unsaved: "غير محفوظ",
    none: "لا شيء هنا.", more: "المزيد", open: "فتح", save: "حفظ", saved: "تم الحفظ", saving: "جارٍ الحفظ…", notSaved: "لم يُحفظ بعد", kept: "النص غير المحفوظ مصون", cancel: "إلغاء", close: "إغلاق", ok: "حسنًا", preview: "معاينة", write: "كتابة",
    title: "العنوان", subtitle: "العنوان الفرعي", summary: "الملخص", section: "القسم", tags: "الوسوم", authors: "الكتّاب", date: "تاريخ النشر", updated: "آخر تحديث", embargo: "محظور حتى", expires: "ينتهي في", pin_until: "مثبت حتى", kind: "النوع", lang: "اللغة", dateline: "المكان", agency: "الوكالة", lead: "يتصدر الصفحة الأولى", thread: "سلسلة الخبر", canonical: "العنوان الأصلي", aliases: "العناوين السابقة", text: "النص", image: "الصورة", src: "الملف", alt: "النص البديل", caption: "التعليق", credit: "المصدر", corrections: "التصويبات", review: "انظر في",
    isDraft: "مسودة: لا يراها القراء", times: "الأوقات والظهور", details: "التفاصيل", now: "الآن", zone: "المنطقة الزمنية", add: "إضافة", remove: "إزالة", dropPicture: "أفلت صورة هنا أو ألصقها أو اختر ملفًا", choose: "اختر ملفًا",
    history: "النسخ", restore: "استعادة هذه النسخة", renameMove: "إعادة التسمية أو النقل", deleteArticle: "حذف", withdraw: "سحب مع إشعار", impact: "ما الذي يمسه هذا التغيير", asText: "تحرير كنص", asForm: "تحرير بالنموذج", correction: "إضافة تصويب", slug: "الاسم في الرابط", redirect: "يُوجَّه قراء الرابط القديم إلى الجديد", notice: "ما يُقال للقراء",
    deleteAsk: "حذف هذا المقال؟ ستختفي صفحته ويموت رابطه. إن كان منشورًا فسحبه مع إشعار أفضل.", discardAsk: "التخلص من التغييرات غير المحفوظة؟ ستبقى بين النسخ.", discard: "تجاهل التغييرات",
    found: "وُجد نص غير محفوظ لهذا المقال.", useIt: "تابع به", conflict: "غيّر شخص آخر هذا المقال في هذه الأثناء.", theirs: "نسختهم", mine: "نسختك", merged: "التغييران معًا", mergedClean: "التغييران متوافقان.", mergedMarks: "غيّر كلاكما الموضع نفسه: ابحث عن العلامات.", saveMerged: "احفظ هذا", takeTheirs: "خذ نسختهم",
    yaml: "مقدمة هذا المقال بصيغة YAML. يمكن تحريرها كنص؛ أما النموذج فكان سيعيد كتابتها.", brokenText: "في هذا المقال خطأ لا يعرضه النموذج. حرره كنص.",
    added: "صفحات جديدة", changed: "صفحات متغيرة", removed: "صفحات تختفي", noChange: "لا تتغير أي صفحة.", accept: "قبول", acceptAll: "سُوّيت كل العلامات", dismiss: "تجاهل", pasteHere: "ألصق هنا نص خبر أو أكثر، أو أفلت ملفًا", parse: "اعثر على المقالات", lines: "أسطر النص", foundArticles: "المقالات الموجودة", dumps: "نصوص خام في مجلد المحتوى", pastes: "ملصقات", nearDuplicate: "هذا الخبر موجود في الموقع:", updateThat: "حدّث ذلك المقال واحتفظ برابطه", noDate: "لا تاريخ في النص: سيكون لحظة قبولك له.",
    keys: "الأسهم تختار سطرًا. T عنوان، S فرعي، Y كاتب، D مكان، C تعليق، R مصدر، B نص، X استبعاد. Enter: يبدأ مقال هنا أو لا يبدأ. A: قبول.", role_title: "عنوان", role_subtitle: "عنوان فرعي", role_byline: "كاتب", role_dateline: "مكان", role_agency: "وكالة", role_date: "تاريخ", role_caption: "تعليق", role_credit: "مصدر", role_body: "نص", role_tags: "وسوم", role_correction: "تصويب", role_embargo: "حظر", role_note: "ملاحظة", role_repeat: "مكرر", role_chrome: "مستبعد", role_blank: "",
    commit: "إيداع في Git", commitMessage: "ما الذي تغيّر", yourName: "اسمك", email: "البريد", files: "الملفات", nothingToCommit: "كل شيء مودع.", committed: "أُودع",
    asOf: "الموقع كما في", today: "كما هو الآن", apply: "اعرض", showDrafts: "مع المسودات", showFuture: "مع ما لم يحن وقته", problems: "مشكلات", undo: "تراجع", bold: "عريض", italic: "مائل", link: "رابط", quote: "اقتباس", heading: "عنوان", listItem: "قائمة", language: "اللغة", words: "كلمة", lost: "المكتب لا يجيب. نصك محفوظ في هذا المتصفح.", gone: "أُعيد تشغيل المكتب: حمّل الصفحة من جديد. نصك محفوظ.",
  },
};

export const LANGUAGES = { en: "English", tr: "Türkçe", ar: "العربية" };

let chosen = "en";

/** Uses a language for the page; one that is not known is English. */
export function speak(lang) {
  const short = String(lang || "").split("-")[0];
  chosen = WORDS[short] ? short : "en";
  document.documentElement.lang = chosen;
  document.documentElement.dir = chosen === "ar" ? "rtl" : "ltr";
}

/** The language in use. */
export const language = () => chosen;

/** A word of the page. */
export const word = (key) => WORDS[chosen][key] ?? WORDS.en[key] ?? key;

/** Every key of every language, for tests. */
export const table = WORDS;

/** A date as people read it. */
export function day(text) {
  if (!text) return "";
  const timed = text.length > 10;
  const date = new Date(timed ? text : text + "T12:00:00Z");
  if (Number.isNaN(date.valueOf())) return text;
  const style = timed ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium", timeZone: "UTC" };
  return new Intl.DateTimeFormat(chosen === "ar" ? "ar-u-nu-latn" : chosen, style).format(date);
}
