//! Files handed in with a paper: a scan of its form, a photograph of a receipt. What a file is follows from its first bytes alone; what
//! its name and its sender say of it may not differ from that.

use super::Paper;
use crate::domain::people::{Right, Role, may};
use crate::words::Text;

/// Most bytes of a file: a page scanned in colour, or a photograph of a telephone.
pub const MOST_BYTES: usize = 5 << 20;
/// Most files of a paper, without those that were removed.
pub const MOST_FILES: usize = 5;
/// Longest name of a file in characters, its ending included.
pub const LONGEST_FILE_NAME: usize = 100;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// PDF.
    Pdf,
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
}

impl Format {
    /// Every one that is taken.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Jpeg, Self::Png];

    /// What these bytes are: PDF (ISO 32000-1 §7.5.2), JPEG (ISO/IEC 10918-1 B.1.1.3: SOI and another marker), PNG (RFC 2083 §3.1).
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|format| bytes.starts_with(format.signature()))
    }

    const fn signature(self) -> &'static [u8] {
        match self {
            Self::Pdf => b"%PDF-",
            Self::Jpeg => b"\xff\xd8\xff",
            Self::Png => b"\x89PNG\r\n\x1a\n",
        }
    }

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }

    /// The format a stored word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// What people call it, in every language.
    pub const fn called(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// How names of such files end, without the dot; the first one is the usual.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
        }
    }

    /// Media types by which browsers call it.
    const fn declared(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["application/pdf", "application/x-pdf"],
            Self::Jpeg => &["image/jpeg", "image/jpg", "image/pjpeg"],
            Self::Png => &["image/png", "image/x-png"],
        }
    }
}

/// A file as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Offered<'a> {
    /// Its name, as the browser told it.
    pub name: &'a str,
    /// Its media type, as the browser told it.
    pub declared: Option<&'a str>,
    /// What is in it; `None`: more than `MOST_BYTES`.
    pub bytes: Option<&'a [u8]>,
}

/// A file that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Its name, without what could mislead whoever reads it.
    pub name: String,
    /// What it is.
    pub format: Format,
}

/// Why a file cannot be taken; the name is the one to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing is in it.
    Empty(String),
    /// It is too large.
    TooLarge(String),
    /// It is none of the formats, whatever it is called.
    OtherFormat(String),
    /// Its name ends like something else.
    Ending(String, Format),
    /// The browser says that it is something else.
    Declared(String, Format),
}

impl Offered<'_> {
    /// What it is, if everything that is said of it agrees.
    pub fn judge(&self) -> Result<Fit, Unfit> {
        let name = shown(self.name);
        let Some(bytes) = self.bytes else { return Err(Unfit::TooLarge(name)) };
        if bytes.is_empty() {
            return Err(Unfit::Empty(name));
        }
        if bytes.len() > MOST_BYTES {
            return Err(Unfit::TooLarge(name));
        }
        let Some(format) = Format::of(bytes) else { return Err(Unfit::OtherFormat(name)) };
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        if !ending.is_some_and(|ending| format.endings().contains(&ending.as_str())) {
            return Err(Unfit::Ending(name, format));
        }
        // Where a computer knows no type for the ending, its browser says that it is just bytes: that is no lie.
        let declared = self.declared.map(|declared| declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        let declared = declared.filter(|declared| !declared.is_empty() && declared != "application/octet-stream");
        if declared.is_some_and(|declared| !format.declared().contains(&declared.as_str())) {
            return Err(Unfit::Declared(name, format));
        }
        Ok(Fit { name, format })
    }
}

/// A name without the folders some browsers tell, without signs that cannot be seen or turn the line around, and not too long; the letters
/// of people's names stay as they are.
fn shown(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let name = name.trim();
    if name.chars().count() <= LONGEST_FILE_NAME {
        return name.to_owned();
    }
    let (stem, ending) = name.rsplit_once('.').filter(|(_, ending)| ending.chars().count() < 10).unwrap_or((name, ""));
    let room = LONGEST_FILE_NAME - ending.chars().count() - 1;
    let stem: String = stem.chars().take(room).collect();
    if ending.is_empty() { stem } else { format!("{}.{ending}", stem.trim_end()) }
}

/// Signs that change the direction of what follows (Unicode TR 9), or have no width.
const fn turns(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
}

impl Unfit {
    /// What is wrong, and what to do.
    pub fn text(&self) -> Text {
        let agree = |key, name: &String, format: Format| {
            let ending = format!(".{}", format.endings()[0]);
            Text::new(key).with("name", name.clone()).with("format", format.called().to_owned()).with("ending", ending)
        };
        match self {
            Self::Empty(name) => Text::new("file-empty").with("name", name.clone()),
            Self::TooLarge(name) => Text::new("file-too-large").with("name", name.clone()).with("most", MOST_BYTES >> 20),
            Self::OtherFormat(name) => Text::new("file-other-format").with("name", name.clone()),
            Self::Ending(name, format) => agree("file-wrong-ending", name, *format),
            Self::Declared(name, format) => agree("file-wrong-type", name, *format),
        }
    }
}

impl Paper {
    /// Whether somebody of this role adds files to it or takes them out: while something is still to be done with it.
    pub fn takes_files_from(&self, role: Role) -> bool {
        !self.state.is_final() && may(role, Right::FilePapers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe1photo";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";

    fn judge(name: &str, declared: Option<&str>, bytes: &[u8]) -> Result<Fit, Unfit> {
        Offered { name, declared, bytes: Some(bytes) }.judge()
    }

    #[test]
    fn a_file_whose_bytes_name_and_declared_type_agree_is_taken_under_its_name_letter_for_letter() {
        for (name, declared, bytes, format) in [
            ("髙﨑 𠮷男 届出.pdf", Some("application/pdf"), PDF, Format::Pdf),
            ("受理票.JPG", Some("image/jpeg"), JPEG, Format::Jpeg),
            ("受理票.jpeg", None, JPEG, Format::Jpeg),
            ("画面.png", Some("application/octet-stream"), PNG, Format::Png),
            ("画面.png", Some("image/PNG; charset=binary"), PNG, Format::Png),
        ] {
            assert_eq!(judge(name, declared, bytes), Ok(Fit { name: name.to_owned(), format }), "{name}");
            assert_eq!(Format::from_word(format.as_str()), Some(format));
        }
    }

    #[test]
    fn a_file_that_lies_is_told_by_what_it_lies_about() {
        let unfit = |name, declared, bytes| judge(name, declared, bytes).expect_err("refused");
        assert_eq!(unfit("a.pdf", Some("application/pdf"), b"MZ\x90"), Unfit::OtherFormat("a.pdf".to_owned()));
        assert_eq!(unfit("a.pdf", Some("application/pdf"), b"<html>%PDF-1.7"), Unfit::OtherFormat("a.pdf".to_owned()));
        assert_eq!(unfit("a.pdf", Some("application/pdf"), PNG), Unfit::Ending("a.pdf".to_owned(), Format::Png));
        assert_eq!(unfit("a.pdf.exe", Some("application/pdf"), PDF), Unfit::Ending("a.pdf.exe".to_owned(), Format::Pdf));
        assert_eq!(unfit("pdf", None, PDF), Unfit::Ending("pdf".to_owned(), Format::Pdf));
        assert_eq!(unfit("a.png", Some("text/html"), PNG), Unfit::Declared("a.png".to_owned(), Format::Png));
        assert_eq!(unfit("a.png", Some("image/png"), b""), Unfit::Empty("a.png".to_owned()));
        let large = [PDF, vec![b' '; MOST_BYTES].as_slice()].concat();
        assert_eq!(unfit("a.pdf", None, &large), Unfit::TooLarge("a.pdf".to_owned()));
        assert!(judge("a.pdf", None, &large[..MOST_BYTES]).is_ok());
        assert_eq!(Offered { name: "a.pdf", declared: None, bytes: None }.judge(), Err(Unfit::TooLarge("a.pdf".to_owned())));
    }

    #[test]
    fn a_name_loses_its_folders_and_what_misleads_and_keeps_its_ending() {
        let name = |name: &str, bytes| judge(name, None, bytes).expect("taken").name;
        assert_eq!(name("C:\\fakepath\\..\\届出.pdf", PDF), "届出.pdf");
        assert_eq!(name("../../etc/届出.pdf", PDF), "届出.pdf");
        assert_eq!(name("gpj.\u{202e}\r\n届出.pdf", PDF), "gpj.届出.pdf");
        let long = name(&format!("{}.pdf", "𠮷".repeat(200)), PDF);
        assert_eq!((long.chars().count(), long.ends_with("𠮷.pdf")), (LONGEST_FILE_NAME, true), "{long}");
    }
}
