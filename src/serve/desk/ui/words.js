// The desk's words in its languages, and what depends on a language: direction, dates.

import { LANGUAGES, direction, learn } from "./translate.js";

const WORDS = {
  en: {
    articles: "Articles", inbox: "Inbox", paste: "New from paste", newArticle: "New article", skip: "Skip to content",
    find: "Find", all: "All", live: "Public", draft: "Draft", scheduled: "Scheduled", expired: "Expired", held: "Held for review", withdrawn: "Withdrawn", broken: "Cannot be read", flagged: "To review", unsaved: "Not saved",
    none: "Nothing here.", more: "More", save: "Save", saved: "Saved", saving: "Saving…", notSaved: "Not saved yet", kept: "Kept as unsaved text", cancel: "Cancel", close: "Close", preview: "Preview", write: "Write",
    title: "Headline", subtitle: "Subtitle", summary: "Summary", section: "Section", tags: "Tags", authors: "Authors", date: "Published", updated: "Updated", embargo: "Embargo until", expires: "Expires", pin_until: "Pinned until", kind: "Kind", lang: "Language", dateline: "Dateline", agency: "Agency", lead: "Lead the front page", thread: "Story thread", canonical: "Original address", aliases: "Former addresses", text: "Text", image: "Picture", src: "File", alt: "Alternative text", caption: "Caption", credit: "Credit", corrections: "Corrections", review: "Look at",
    isDraft: "Draft: readers do not see it", times: "Times and visibility", details: "Details", now: "Now", zone: "Time zone", add: "Add", remove: "Remove", dropPicture: "Drop a picture here, paste it, or choose a file", choose: "Choose a file",
    history: "Versions", restore: "Restore this version", renameMove: "Rename or move", deleteArticle: "Delete", withdraw: "Withdraw with a notice", impact: "What this change touches", asText: "Edit as text", asForm: "Edit as form", correction: "Add a correction", slug: "Name in the address", redirect: "Readers of the old address are led to the new one", notice: "What readers are told",
    deleteAsk: "Delete this article? Its page disappears and its address is dead. If it was published, withdrawing it with a notice is the better way.", discardAsk: "Throw the unsaved changes away? They stay among the versions.", discard: "Discard changes",
    found: "Unsaved text of this article was found.", useIt: "Go on with it", conflict: "Somebody else changed this article meanwhile.", theirs: "Their version", mine: "Your version", merged: "Both changes together", mergedClean: "Both changes fit together.", saveMerged: "Save this", takeTheirs: "Take theirs",
    yaml: "The front matter of this article is YAML. It can be edited as text; the form would have to rewrite it.", brokenText: "This article has a mistake that the form cannot show. Edit it as text.",
    added: "New pages", changed: "Changed pages", removed: "Pages that vanish", noChange: "No page changes.", accept: "Accept", acceptAll: "All flags are settled", dismiss: "Discard", pasteHere: "Paste the text of one or more stories here, or drop a file", parse: "Find the articles", lines: "Lines of the dump", foundArticles: "Articles found", dumps: "Dumps in the content folder", pastes: "Pasted", nearDuplicate: "The site has this story:", updateThat: "Update that article, keep its address", noDate: "The text names no date: it will be the moment you accept it.",
    keys: "Arrows choose a line. T headline, S subtitle, Y byline, D dateline, C caption, R credit, B body, X leave out. Enter: an article begins here, or no longer. A: accept.", role_title: "headline", role_subtitle: "subtitle", role_byline: "byline", role_dateline: "dateline", role_agency: "agency", role_date: "date", role_caption: "caption", role_credit: "credit", role_body: "body", role_tags: "tags", role_correction: "correction", role_embargo: "embargo", role_note: "note", role_repeat: "repeat", role_chrome: "left out", role_blank: "",
    commit: "Commit to Git", commitMessage: "What was changed", yourName: "Your name", email: "Email", files: "Files", nothingToCommit: "Everything is committed.", committed: "Committed",
    asOf: "The site as of", today: "As of now", apply: "Show", showDrafts: "With drafts", showFuture: "With what is not due yet", problems: "Problems", bold: "Bold", italic: "Italic", link: "Link", quote: "Quote", heading: "Heading", listItem: "List", language: "Language", words: "words", lost: "The desk does not answer. Your text is kept in this browser.", gone: "The desk was started anew: load this page again. Your text is kept.",
    publish: "Publish", git_new: "New, not committed", git_changed: "Changed, not committed", markup: "With its markup: headings, links, captions", accepted: "Accepted:", time: "Time", state: "State", publishTo: "Publish to", publishNone: "Nowhere to publish to is set up yet.", publishHow: "Add one of these to site.toml, with your own folder, server or repository, and open this again:", checking: "Building the site…", comparing: "Comparing with what is out…", sending: "Publishing…", goingBack: "Going back…", toBeDone: "What would be done", upToDate: "Everything is out already.", leftOut: "Left out:", brokenThere: "These articles cannot be read, or claim the address of another one. Nothing is published until they are mended, or you leave them out. What readers see of them now would disappear:", leaveOut: "Leave these out", manyGo: "pages would disappear. Go on", publishNow: "Publish now", published: "Published. Live at", filesSent: "Files sent:", rollback: "Go back to what was out before", wentBack: "What was out before is out again.", stopped: "Nothing more was done.", unsavedThere: "Text that is not saved is not published:", tryAgain: "Look again",
    line_new: "{n} new: {pages}", line_changed: "{n} changed: {pages}", line_withdrawn: "{n} withdrawn: {pages}", line_others: "Lists, feeds and other files with them: {n}", line_superseded: "Superseded earlier, removed now: {n}", line_back: "Release {to} is live again; files that differ from release {from}: {n}", page_titled: "“{title}”", page_headline: "headline of “{title}” (was “{was}”)", page_text: "text of “{title}”", page_gone: "“{title}” ({path})", comma: ", ", lineIs: "The chosen line is", begins: "an article begins here, or no longer",
    mergedChoose: "You both changed the same place. Choose for each what is to stay.", bothWhole: "Both versions as a whole", bothOfThem: "Both, theirs first", placeOf: "Place {n} of {all}", nothing: "(nothing: deleted)", noVersions: "No earlier version is kept yet. Each save from here keeps the one before it.", chooseVersion: "Choose a version to see what differs from the text that is saved.", rollbackAsk: "Readers see again what was published before the last time, on every page. Your articles here stay as they are, and are published again when you want it.", inboxHint: "Stories that came from elsewhere, and articles in which the program was not sure of something. Open one, look, accept.", inboxEmpty: "Nothing waits for you. A pasted story waits here until it is accepted; so does a text file that is put into the content folder.", asOfHint: "Only this preview shows another time. Readers see no difference.", kind_page: "Page", kind_report: "Report", kind_opinion: "Opinion", kind_analysis: "Analysis", kind_review: "Review", kind_live: "Live",
    waiting: "The page is being made…", noPage: "The page is shown here as soon as the article can be read.",
    liveHint: "Readers see it from the next publishing on.", correctionText: "What was wrong, and what is right", dueThen: "{when}: something appears or goes by time alone. Publish again then.",
    addresses: "Addresses", translation_of: "Translation of (file or address)", id: "Identifier in feeds",
  },
  tr: {
    articles: "Haberler", inbox: "Gelen kutusu", paste: "Yapıştırarak ekle", newArticle: "Yeni haber", skip: "İçeriğe geç",
    find: "Ara", all: "Tümü", live: "Herkese açık", draft: "Taslak", scheduled: "Zamanlanmış", expired: "Süresi dolmuş", held: "İncelemede", withdrawn: "Geri çekilmiş", broken: "Okunamıyor", flagged: "İncelenecek", unsaved: "Kaydedilmemiş",
    none: "Burada bir şey yok.", more: "Daha fazla", save: "Kaydet", saved: "Kaydedildi", saving: "Kaydediliyor…", notSaved: "Henüz kaydedilmedi", kept: "Kaydedilmemiş metin saklandı", cancel: "Vazgeç", close: "Kapat", preview: "Önizleme", write: "Yaz",
    title: "Başlık", subtitle: "Alt başlık", summary: "Özet", section: "Bölüm", tags: "Etiketler", authors: "Yazarlar", date: "Yayın tarihi", updated: "Güncelleme", embargo: "Ambargo bitişi", expires: "Kaldırılma", pin_until: "Üstte kalma bitişi", kind: "Tür", lang: "Dil", dateline: "Yer", agency: "Ajans", lead: "Ön sayfanın manşeti", thread: "Haber dizisi", canonical: "Asıl adres", aliases: "Eski adresler", text: "Metin", image: "Görsel", src: "Dosya", alt: "Alternatif metin", caption: "Alt yazı", credit: "Kaynak", corrections: "Düzeltmeler", review: "Bakılacak",
    isDraft: "Taslak: okurlar görmez", times: "Zamanlar ve görünürlük", details: "Ayrıntılar", now: "Şimdi", zone: "Saat dilimi", add: "Ekle", remove: "Kaldır", dropPicture: "Görseli buraya bırakın, yapıştırın ya da dosya seçin", choose: "Dosya seç",
    history: "Sürümler", restore: "Bu sürüme dön", renameMove: "Yeniden adlandır veya taşı", deleteArticle: "Sil", withdraw: "Duyuruyla geri çek", impact: "Bu değişiklik nelere dokunur", asText: "Metin olarak düzenle", asForm: "Formla düzenle", correction: "Düzeltme ekle", slug: "Adresteki ad", redirect: "Eski adrese gelenler yenisine yönlendirilir", notice: "Okurlara söylenecek olan",
    deleteAsk: "Bu haber silinsin mi? Sayfası kaybolur, adresi ölür. Yayımlandıysa duyuruyla geri çekmek daha iyidir.", discardAsk: "Kaydedilmemiş değişiklikler atılsın mı? Sürümler arasında kalırlar.", discard: "Değişiklikleri at",
    found: "Bu haberin kaydedilmemiş bir metni bulundu.", useIt: "Onunla devam et", conflict: "Bu haberi bu arada bir başkası değiştirdi.", theirs: "Onların sürümü", mine: "Sizin sürümünüz", merged: "İki değişiklik birlikte", mergedClean: "İki değişiklik birbirine uyuyor.", saveMerged: "Bunu kaydet", takeTheirs: "Onlarınkini al",
    yaml: "Bu haberin ön bilgisi YAML. Metin olarak düzenlenebilir; form onu baştan yazmak zorunda kalırdı.", brokenText: "Bu haberde formun gösteremediği bir hata var. Metin olarak düzenleyin.",
    added: "Yeni sayfalar", changed: "Değişen sayfalar", removed: "Kaybolan sayfalar", noChange: "Hiçbir sayfa değişmiyor.", accept: "Kabul et", acceptAll: "Tüm işaretler tamam", dismiss: "At", pasteHere: "Bir ya da daha çok haberin metnini buraya yapıştırın ya da dosya bırakın", parse: "Haberleri bul", lines: "Metnin satırları", foundArticles: "Bulunan haberler", dumps: "İçerik klasöründeki dökümler", pastes: "Yapıştırılanlar", nearDuplicate: "Sitede bu haber var:", updateThat: "O haberi güncelle, adresi kalsın", noDate: "Metinde tarih yok: kabul ettiğiniz an yazılacak.",
    keys: "Oklar satır seçer. T başlık, S alt başlık, Y imza, D yer, C alt yazı, R kaynak, B metin, X çıkar. Enter: haber burada başlar ya da başlamaz. A: kabul.", role_title: "başlık", role_subtitle: "alt başlık", role_byline: "imza", role_dateline: "yer", role_agency: "ajans", role_date: "tarih", role_caption: "alt yazı", role_credit: "kaynak", role_body: "metin", role_tags: "etiketler", role_correction: "düzeltme", role_embargo: "ambargo", role_note: "not", role_repeat: "tekrar", role_chrome: "çıkarıldı", role_blank: "",
    commit: "Git'e işle", commitMessage: "Ne değişti", yourName: "Adınız", email: "E-posta", files: "Dosyalar", nothingToCommit: "Her şey işlenmiş.", committed: "İşlendi",
    asOf: "Site şu tarihteki haliyle", today: "Şimdiki hali", apply: "Göster", showDrafts: "Taslaklarla", showFuture: "Zamanı gelmemişlerle", problems: "Sorunlar", bold: "Kalın", italic: "İtalik", link: "Bağlantı", quote: "Alıntı", heading: "Ara başlık", listItem: "Liste", language: "Dil", words: "sözcük", lost: "Masa yanıt vermiyor. Metniniz bu tarayıcıda saklanıyor.", gone: "Masa yeniden başlatıldı: sayfayı yenileyin. Metniniz saklanıyor.",
    publish: "Yayımla", git_new: "Yeni, işlenmedi", git_changed: "Değişti, işlenmedi", markup: "Biçimiyle: başlıklar, bağlantılar, alt yazılar", accepted: "Kabul edildi:", time: "Zaman", state: "Durum", publishTo: "Nereye", publishNone: "Yayımlanacak bir yer henüz kurulmadı.", publishHow: "Aşağıdakilerden birini kendi klasörünüz, sunucunuz ya da deponuzla site.toml dosyasına ekleyin ve burayı yeniden açın:", checking: "Site hazırlanıyor…", comparing: "Yayındakiyle karşılaştırılıyor…", sending: "Yayımlanıyor…", goingBack: "Geri dönülüyor…", toBeDone: "Yapılacaklar", upToDate: "Her şey zaten yayında.", leftOut: "Dışarıda kalanlar:", brokenThere: "Bu haberler okunamıyor ya da başka bir haberin adresini istiyor. Düzeltilmeden ya da siz dışarıda bırakmadan hiçbir şey yayımlanmaz. Okurların şimdi gördüğü sayfaları da kaybolur:", leaveOut: "Bunları dışarıda bırak", manyGo: "sayfa kaybolacak. Devam et", publishNow: "Şimdi yayımla", published: "Yayımlandı. Adresi:", filesSent: "Gönderilen dosyalar:", rollback: "Önceki yayına dön", wentBack: "Önceki yayına dönüldü.", stopped: "Başka bir şey yapılmadı.", unsavedThere: "Kaydedilmemiş metinler yayımlanmaz:", tryAgain: "Yeniden bak",
    line_new: "{n} yeni: {pages}", line_changed: "{n} değişen: {pages}", line_withdrawn: "{n} yayından kalkan: {pages}", line_others: "Onlarla birlikte listeler, beslemeler ve başka dosyalar: {n}", line_superseded: "Daha önce yerini yenisi alan, şimdi silinen dosyalar: {n}", line_back: "{to} numaralı yayın yeniden açık; {from} numaralı yayından farklı dosyalar: {n}", page_titled: "“{title}”", page_headline: "“{title}” başlığı (eskisi: “{was}”)", page_text: "“{title}” metni", page_gone: "“{title}” ({path})", comma: ", ", lineIs: "Seçili satır", begins: "haber burada başlar ya da başlamaz",
    mergedChoose: "İkiniz de aynı yeri değiştirmişsiniz. Her biri için kalacak olanı seçin.", bothWhole: "İki sürümün tamamı", bothOfThem: "İkisi de, önce onlarınki", placeOf: "{all} yerden {n}.", nothing: "(boş: silinmiş)", noVersions: "Henüz saklanan eski sürüm yok. Buradan yapılan her kayıt öncekini saklar.", chooseVersion: "Kayıtlı metinden farkını görmek için bir sürüm seçin.", rollbackAsk: "Okurlar her sayfada bir önceki yayını yeniden görür. Buradaki haberleriniz olduğu gibi kalır, istediğinizde yeniden yayımlanır.", inboxHint: "Başka yerden gelen haberler ve programın bir şeyden emin olamadığı haberler. Açın, bakın, kabul edin.", inboxEmpty: "Bekleyen bir şey yok. Yapıştırılan haber kabul edilene kadar burada bekler; içerik klasörüne konan metin dosyaları da.", asOfHint: "Başka zamanı yalnız bu önizleme gösterir. Okurlar için bir şey değişmez.", kind_page: "Sayfa", kind_report: "Haber", kind_opinion: "Görüş", kind_analysis: "Analiz", kind_review: "Eleştiri", kind_live: "Canlı",
    waiting: "Sayfa hazırlanıyor…", noPage: "Haber okunabilir olur olmaz sayfası burada görünür.",
    liveHint: "Bir sonraki yayımlamadan sonra okurlar görür.", correctionText: "Yanlış olan ve doğrusu", dueThen: "{when}: yalnız zaman geldiği için bir şey görünür ya da kalkar. O zaman yeniden yayımlayın.",
    addresses: "Adresler", translation_of: "Çevirisi olduğu haber (dosya ya da adres)", id: "Beslemelerdeki kimlik",
  },
  ar: {
    articles: "المقالات", inbox: "الوارد", paste: "جديد من نص ملصق", newArticle: "مقال جديد", skip: "إلى المحتوى",
    find: "بحث", all: "الكل", live: "للقراء", draft: "مسودة", scheduled: "مجدول", expired: "منتهٍ", held: "قيد المراجعة", withdrawn: "مسحوب", broken: "لا يُقرأ", flagged: "للمراجعة", unsaved: "غير محفوظ",
    none: "لا شيء هنا.", more: "المزيد", save: "حفظ", saved: "تم الحفظ", saving: "جارٍ الحفظ…", notSaved: "لم يُحفظ بعد", kept: "النص غير المحفوظ مصون", cancel: "إلغاء", close: "إغلاق", preview: "معاينة", write: "كتابة",
    title: "العنوان", subtitle: "العنوان الفرعي", summary: "الملخص", section: "القسم", tags: "الوسوم", authors: "الكتّاب", date: "تاريخ النشر", updated: "آخر تحديث", embargo: "محظور حتى", expires: "ينتهي في", pin_until: "مثبت حتى", kind: "النوع", lang: "اللغة", dateline: "المكان", agency: "الوكالة", lead: "يتصدر الصفحة الأولى", thread: "سلسلة الخبر", canonical: "العنوان الأصلي", aliases: "العناوين السابقة", text: "النص", image: "الصورة", src: "الملف", alt: "النص البديل", caption: "التعليق", credit: "المصدر", corrections: "التصويبات", review: "انظر في",
    isDraft: "مسودة: لا يراها القراء", times: "الأوقات والظهور", details: "التفاصيل", now: "الآن", zone: "المنطقة الزمنية", add: "إضافة", remove: "إزالة", dropPicture: "أفلت صورة هنا أو ألصقها أو اختر ملفًا", choose: "اختر ملفًا",
    history: "النسخ", restore: "استعادة هذه النسخة", renameMove: "إعادة التسمية أو النقل", deleteArticle: "حذف", withdraw: "سحب مع إشعار", impact: "ما الذي يمسه هذا التغيير", asText: "تحرير كنص", asForm: "تحرير بالنموذج", correction: "إضافة تصويب", slug: "الاسم في الرابط", redirect: "يُوجَّه قراء الرابط القديم إلى الجديد", notice: "ما يُقال للقراء",
    deleteAsk: "حذف هذا المقال؟ ستختفي صفحته ويموت رابطه. إن كان منشورًا فسحبه مع إشعار أفضل.", discardAsk: "التخلص من التغييرات غير المحفوظة؟ ستبقى بين النسخ.", discard: "تجاهل التغييرات",
    found: "وُجد نص غير محفوظ لهذا المقال.", useIt: "تابع به", conflict: "غيّر شخص آخر هذا المقال في هذه الأثناء.", theirs: "نسختهم", mine: "نسختك", merged: "التغييران معًا", mergedClean: "التغييران متوافقان.", saveMerged: "احفظ هذا", takeTheirs: "خذ نسختهم",
    yaml: "مقدمة هذا المقال بصيغة YAML. يمكن تحريرها كنص؛ أما النموذج فكان سيعيد كتابتها.", brokenText: "في هذا المقال خطأ لا يعرضه النموذج. حرره كنص.",
    added: "صفحات جديدة", changed: "صفحات متغيرة", removed: "صفحات تختفي", noChange: "لا تتغير أي صفحة.", accept: "قبول", acceptAll: "سُوّيت كل العلامات", dismiss: "تجاهل", pasteHere: "ألصق هنا نص خبر أو أكثر، أو أفلت ملفًا", parse: "اعثر على المقالات", lines: "أسطر النص", foundArticles: "المقالات الموجودة", dumps: "نصوص خام في مجلد المحتوى", pastes: "ملصقات", nearDuplicate: "هذا الخبر موجود في الموقع:", updateThat: "حدّث ذلك المقال واحتفظ برابطه", noDate: "لا تاريخ في النص: سيكون لحظة قبولك له.",
    keys: "الأسهم تختار سطرًا. T عنوان، S فرعي، Y كاتب، D مكان، C تعليق، R مصدر، B نص، X استبعاد. Enter: يبدأ مقال هنا أو لا يبدأ. A: قبول.", role_title: "عنوان", role_subtitle: "عنوان فرعي", role_byline: "كاتب", role_dateline: "مكان", role_agency: "وكالة", role_date: "تاريخ", role_caption: "تعليق", role_credit: "مصدر", role_body: "نص", role_tags: "وسوم", role_correction: "تصويب", role_embargo: "حظر", role_note: "ملاحظة", role_repeat: "مكرر", role_chrome: "مستبعد", role_blank: "",
    commit: "إيداع في Git", commitMessage: "ما الذي تغيّر", yourName: "اسمك", email: "البريد", files: "الملفات", nothingToCommit: "كل شيء مودع.", committed: "أُودع",
    asOf: "الموقع كما في", today: "كما هو الآن", apply: "اعرض", showDrafts: "مع المسودات", showFuture: "مع ما لم يحن وقته", problems: "مشكلات", bold: "عريض", italic: "مائل", link: "رابط", quote: "اقتباس", heading: "عنوان", listItem: "قائمة", language: "اللغة", words: "كلمة", lost: "المكتب لا يجيب. نصك محفوظ في هذا المتصفح.", gone: "أُعيد تشغيل المكتب: حمّل الصفحة من جديد. نصك محفوظ.",
    publish: "نشر", git_new: "جديد، لم يودع", git_changed: "تغيّر، لم يودع", markup: "مع تنسيقه: العناوين والروابط والتعليقات", accepted: "قُبل:", time: "الوقت", state: "الحالة", publishTo: "النشر إلى", publishNone: "لم يُعدّ بعد مكان للنشر.", publishHow: "أضف أحد هذه إلى site.toml بمجلدك أو خادمك أو مستودعك، ثم افتح هذا من جديد:", checking: "يُبنى الموقع…", comparing: "تجري المقارنة بما هو منشور…", sending: "جارٍ النشر…", goingBack: "جارٍ الرجوع…", toBeDone: "ما سيُفعل", upToDate: "كل شيء منشور.", leftOut: "متروكة:", brokenThere: "هذه المقالات لا تُقرأ، أو تطلب عنوان مقال آخر. لا يُنشر شيء حتى تُصلَح أو تستبعدها أنت، وعندها يختفي ما يراه القراء منها الآن:", leaveOut: "استبعد هذه", manyGo: "صفحات ستختفي. تابع", publishNow: "انشر الآن", published: "نُشر. العنوان:", filesSent: "الملفات المرسلة:", rollback: "ارجع إلى ما كان منشورًا قبل ذلك", wentBack: "عاد ما كان منشورًا من قبل.", stopped: "لم يُفعل شيء آخر.", unsavedThere: "النص غير المحفوظ لا يُنشر:", tryAgain: "انظر من جديد",
    line_new: "جديد ({n}): {pages}", line_changed: "متغيّر ({n}): {pages}", line_withdrawn: "يُسحب ({n}): {pages}", line_others: "قوائم وخلاصات وملفات أخرى معها: {n}", line_superseded: "ملفات حلّ غيرها محلها من قبل وتُزال الآن: {n}", line_back: "الإصدار {to} منشور من جديد؛ الملفات المختلفة عن الإصدار {from}: {n}", page_titled: "«{title}»", page_headline: "عنوان «{title}» (كان «{was}»)", page_text: "نص «{title}»", page_gone: "«{title}» ({path})", comma: "، ", lineIs: "السطر المختار", begins: "يبدأ مقال هنا أو لا يبدأ",
    mergedChoose: "غيّر كلاكما الموضع نفسه. اختر لكل موضع ما يبقى.", bothWhole: "النسختان كاملتين", bothOfThem: "كلاهما، ونسختهم أولًا", placeOf: "الموضع {n} من {all}", nothing: "(لا شيء: حُذف)", noVersions: "لا نسخة سابقة محفوظة بعد. كل حفظ من هنا يُبقي ما قبله.", chooseVersion: "اختر نسخة لترى ما يختلف عن النص المحفوظ.", rollbackAsk: "يرى القراء في كل صفحة ما كان منشورًا قبل المرة الأخيرة. تبقى مقالاتك هنا كما هي، وتُنشر من جديد متى شئت.", inboxHint: "أخبار جاءت من مكان آخر، ومقالات لم يتيقن البرنامج من شيء فيها. افتحها وانظر واقبل.", inboxEmpty: "لا شيء ينتظرك. ينتظر النص الملصق هنا حتى يُقبل، وكذلك أي ملف نصي يوضع في مجلد المحتوى.", asOfHint: "هذه المعاينة وحدها تعرض وقتًا آخر. لا يتغير شيء عند القراء.", kind_page: "صفحة", kind_report: "خبر", kind_opinion: "رأي", kind_analysis: "تحليل", kind_review: "نقد", kind_live: "مباشر",
    waiting: "تُعدّ الصفحة…", noPage: "تظهر الصفحة هنا حالما تصح قراءة المقال.",
    liveHint: "يراه القراء ابتداءً من النشر التالي.", correctionText: "ما الخطأ وما الصواب", dueThen: "{when}: يظهر شيء أو يختفي بحلول وقته وحده. انشر من جديد حينئذ.",
    addresses: "العناوين", translation_of: "ترجمة عن (ملف أو رابط)", id: "المعرّف في الخلاصات",
  },
};

let chosen = "en";

/** Uses a language for the page. */
export async function speak(lang) {
  chosen = lang;
  document.documentElement.lang = lang;
  document.documentElement.dir = direction(lang);
  await learn(lang, `/ui/said/${lang}.json`).catch(() => {});
}

export { LANGUAGES };

/** The language in use. */
export const language = () => chosen;

/** A word of the page. */
export const word = (key) => WORDS[chosen][key] ?? WORDS.en[key] ?? key;

/** The words of the page with `{name}`s in them, in pieces: text, and what `values` holds for each name. */
export const phrase = (key, values) => word(key).split(/\{(\w+)\}/).map((piece, at) => (at % 2 ? values[piece] : piece));

/** Every word in every language, for tests. */
export const table = WORDS;

/** A zone's offset from UTC at a local time: `+01:00`, or `Z`. */
export function offset(local, zone) {
  const at = (instant) => {
    const name = new Intl.DateTimeFormat("en", { timeZone: zone || "UTC", timeZoneName: "longOffset" }).formatToParts(instant).find((part) => part.type === "timeZoneName").value;
    return name === "GMT" ? "Z" : name.replace("GMT", "");
  };
  // The offset of the same digits in UTC, and from it that of the time itself, which clocks going forward may lie between.
  return at(new Date(local + at(new Date(local + "Z"))));
}

/** An instant as a zone writes it, to the minute. */
export function zoned(instant, zone) {
  const parts = new Intl.DateTimeFormat("sv", { timeZone: zone || "UTC", dateStyle: "short", timeStyle: "short" }).format(new Date(instant));
  const local = `${parts.replace(" ", "T")}:00`;
  return local + offset(local, zone);
}

/** A date as people read it. */
export function day(text) {
  if (!text) return "";
  const timed = text.length > 10;
  const date = new Date(timed ? text : text + "T12:00:00Z");
  if (Number.isNaN(date.valueOf())) return text;
  const style = timed ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium", timeZone: "UTC" };
  return new Intl.DateTimeFormat(chosen === "ar" ? "ar-u-nu-latn" : chosen, style).format(date);
}
