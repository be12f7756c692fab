//! A QR code as inline SVG (ISO/IEC 18004, level M, with its quiet zone), drawn in modules so that the stylesheet sets its size.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around the code.
const QUIET: usize = 4;

/// A QR code, ready to be drawn by the template.
#[derive(Clone, Debug)]
pub(crate) struct Qr {
    /// Side in modules, quiet zone included.
    pub side: usize,
    /// SVG path of the dark modules.
    pub path: String,
}

impl Qr {
    /// The code of `text`.
    pub(crate) fn of(text: &str) -> Result<Self, qrcode::types::QrError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
        let width = code.width();
        let mut path = String::new();
        for (i, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h1v1h-1z", i % width + QUIET, i / width + QUIET);
            }
        }
        Ok(Self { side: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_has_its_quiet_zone_and_its_finder_patterns() {
        let qr = Qr::of("HASHIMORI").expect("drawn");
        assert_eq!(qr.side, 21 + 8);
        assert!(qr.path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"));
    }
}
