//! Tables as Excel opens them: UTF-8 with its mark, CRLF, every field quoted (RFC 4180), and nothing that begins like a formula.

/// A table being written.
#[derive(Clone, Debug)]
pub struct Csv(String);

impl Csv {
    /// With these names of columns.
    pub fn new<T: AsRef<str>>(columns: &[T]) -> Self {
        let mut csv = Self("\u{feff}".to_owned());
        csv.row(columns);
        csv
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, fields: &[T]) {
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.0.push('"');
            let field = field.as_ref();
            if begins_like_a_formula(field) {
                self.0.push('\'');
            }
            self.0.push_str(&field.replace('"', "\"\""));
            self.0.push('"');
        }
        self.0.push_str("\r\n");
    }

    /// What was written since this was asked last.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0).into_bytes()
    }

    /// The whole file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// Spreadsheets read a field that begins with one of these signs (full-width ones too, in Japanese) as something to be worked out.
fn begins_like_a_formula(field: &str) -> bool {
    field.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_table_are_the_table() {
        let (mut whole, mut pieces) = (Csv::new(&["a"]), Csv::new(&["a"]));
        let mut bytes = pieces.take();
        for row in ["1", "2"] {
            whole.row(&[row]);
            pieces.row(&[row]);
            bytes.extend(pieces.take());
        }
        assert_eq!(bytes, whole.into_bytes());
        assert!(pieces.take().is_empty());
    }

    #[test]
    fn a_table_opens_in_a_spreadsheet_and_no_field_is_a_formula() {
        let mut csv = Csv::new(&["機器", "数"]);
        csv.row(&["=HYPERLINK(\"https://a.example\")", "3"]);
        for sign in ["+1", "-1", "@x", "\t=1", " =1", "＝1", "\r=1"] {
            csv.row(&[sign, "受付, \"1\""]);
        }
        let text = String::from_utf8(csv.into_bytes()).expect("utf-8");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "\u{feff}\"機器\",\"数\"");
        assert_eq!(lines[1], "\"'=HYPERLINK(\"\"https://a.example\"\")\",\"3\"");
        assert_eq!(lines[2], "\"'+1\",\"受付, \"\"1\"\"\"");
        assert!(lines[2..9].iter().all(|line| line.starts_with("\"'")), "{lines:?}");
        assert_eq!(lines.last(), Some(&""), "the last line ends too");
    }
}
