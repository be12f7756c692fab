//! The letters of a table that comes as a file: UTF-8, with its mark or without, or Shift_JIS as Excel saves CSV in Japan (with the letters
//! that Windows added to it, 髙 and 﨑 among them). What cannot be read is told by its line, never replaced.

use std::borrow::Cow;

use encoding_rs::{Encoding, SHIFT_JIS};

/// Most bytes of a file.
pub const MOST_BYTES: usize = 256 << 10;

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// This line, from 1, is neither.
    Line(usize),
    /// Shift_JIS has no sign for a letter of this line, and a question mark stands in its place.
    Replaced(usize),
}

/// The table as it would have been pasted.
pub fn decode(bytes: &[u8]) -> Result<String, Unread> {
    // A mark says which it is, also UTF-16, as spreadsheets save Unicode text.
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = bytes.get(mark..).unwrap_or_default();
        return read(encoding, text).map(Into::into).ok_or_else(|| Unread::Line(line_of(text, |line| std::str::from_utf8(line).is_ok())));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\0')
    {
        return Ok(text.to_owned());
    }
    // No letter of either has a line's end among its bytes.
    match read(SHIFT_JIS, bytes).filter(|text| !text.contains('\0')) {
        Some(text) => match text.lines().position(|line| line.contains('?')) {
            Some(at) => Err(Unread::Replaced(at + 1)),
            None => Ok(text.into()),
        },
        None => {
            let shift_jis = line_of(bytes, |line| !line.contains(&0) && read(SHIFT_JIS, line).is_some());
            let utf_8 = line_of(bytes, |line| !line.contains(&0) && std::str::from_utf8(line).is_ok());
            // What gets further is what it was meant to be.
            Err(Unread::Line(shift_jis.max(utf_8)))
        }
    }
}

fn read<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// The first line that is not `good`.
fn line_of(bytes: &[u8], good: impl Fn(&[u8]) -> bool) -> usize {
    bytes.split(|byte| *byte == b'\n').position(|line| !good(line)).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "氏名,職種\r\n髙﨑 花子,看護師\r\n";

    fn shift_jis(text: &str) -> Vec<u8> {
        SHIFT_JIS.encode(text).0.into_owned()
    }

    #[test]
    fn a_table_reads_the_same_however_a_spreadsheet_saved_it() {
        let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(TABLE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let marked = [b"\xef\xbb\xbf".as_slice(), TABLE.as_bytes()].concat();
        for bytes in [TABLE.as_bytes().to_vec(), marked, shift_jis(TABLE), utf_16] {
            assert_eq!(decode(&bytes), Ok(TABLE.to_owned()), "{bytes:x?}");
        }
        assert_eq!(decode("𠮷男,看護師".as_bytes()), Ok("𠮷男,看護師".to_owned()));
        assert_eq!(decode(b""), Ok(String::new()));
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_line_and_nothing_is_guessed() {
        let broken = |encoded: Vec<u8>| [encoded, vec![0xff, b',', b'a', b'\n']].concat();
        assert_eq!(decode(&broken(TABLE.as_bytes().to_vec())), Err(Unread::Line(3)));
        assert_eq!(decode(&broken(shift_jis(TABLE))), Err(Unread::Line(3)));
        assert_eq!(decode(b"PK\x03\x04\0\0\x08\0"), Err(Unread::Line(1)), "a workbook");
        assert_eq!(decode(b"\xef\xbb\xbfa\n\xff"), Err(Unread::Line(2)));
        // Excel puts it in the place of what Shift_JIS cannot say.
        assert_eq!(decode(&shift_jis("氏名\r\n?男,看護師")), Err(Unread::Replaced(2)));
        assert_eq!(decode("氏名\r\n?男,看護師".as_bytes()), Ok("氏名\r\n?男,看護師".to_owned()));
    }
}
