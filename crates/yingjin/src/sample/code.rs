//! Unified social credit codes that check, and that no register can have given out.

use model::uscc::{self, UsccError};

/// The code number `n` of a series: ten characters that say whose it is, six digits, and both check characters (that of
/// the organization code, GB 11714, and that of the whole, GB 32100).
///
/// A series whose area is `000000` is of no place: its codes pass every check and are nobody's.
pub fn uscc(series: &str, n: u64) -> Result<String, UsccError> {
    let body = format!("{series}{n:06}");
    let organization: String = body.chars().skip(8).collect();
    uscc::complete(&format!("{body}{}", organization_check(&organization)))
}

/// The check character of an organization code's first eight.
fn organization_check(first: &str) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.chars().zip(WEIGHTS).map(|(c, weight)| c.to_digit(36).unwrap_or(0) * weight).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_check_characters_are_right() {
        // The example of the standard: 91350100M000100Y43.
        assert_eq!(organization_check("M000100Y"), '4');
        for n in [1, 77, 999_999] {
            let code = uscc("91000000XA", n).unwrap();
            assert_eq!(uscc::parse(&code), Ok(code.clone()));
            assert!(code.starts_with(&format!("91000000XA{n:06}")));
        }
        assert!(uscc("91000000XA", 1_000_000).is_err());
        assert!(uscc("91000000", 1).is_err());
    }
}
