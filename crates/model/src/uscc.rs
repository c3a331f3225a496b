//! Unified social credit codes, GB 32100-2015: 18 characters, of which the last checks the others.
//! 1 registering authority, 1 class, 6 area (GB/T 2260), 9 organization code (GB 11714), 1 check character.

/// The characters of a code; a character's place is its value. I, O, S, V and Z are left out.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the first 17 places: powers of 3 modulo 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Why a text is not a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Not 18 characters.
    #[error("a unified social credit code has 18 characters, this has {0}")]
    Length(usize),
    /// A character outside the alphabet.
    #[error("'{0}' at place {1} cannot stand in a unified social credit code")]
    Character(char, usize),
    /// The check character is another.
    #[error(
        "the last character should be {expected}, it is {found}: a character is wrong or two are swapped"
    )]
    Check {
        /// What the other characters ask for.
        expected: char,
        /// What is there.
        found: char,
    },
}

/// Reads a code as people type it (full-width, lower case, spaces and hyphens within) and checks it.
/// Returns the code in its normal form.
pub fn parse(text: &str) -> Result<String, UsccError> {
    let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(narrow).collect();
    let length = code.chars().count();
    if length != 18 {
        return Err(UsccError::Length(length));
    }
    let mut sum = 0;
    let mut last = ('0', 0);
    for (at, character) in code.chars().enumerate() {
        let Some(value) = ALPHABET.iter().position(|c| char::from(*c) == character) else {
            return Err(UsccError::Character(character, at + 1));
        };
        match WEIGHTS.get(at) {
            Some(weight) => sum += weight * u32::try_from(value).unwrap_or(0),
            None => last = (character, value),
        }
    }
    let expected = usize::try_from((31 - sum % 31) % 31).unwrap_or(0);
    if expected != last.1 {
        return Err(UsccError::Check { expected: char::from(ALPHABET[expected]), found: last.0 });
    }
    Ok(code)
}

/// A full-width letter or digit as its ASCII form, upper case.
fn narrow(c: char) -> char {
    let ascii = match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    ascii.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, UsccError>) {
        assert_eq!(parse(text), expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn reads_and_refuses() {
        check("91350100M000100Y43", Ok("91350100M000100Y43"));
        check(" ９１３５０１００m000100y43 ", Ok("91350100M000100Y43"));
        check("91350100M000100Y4", Err(UsccError::Length(17)));
        check("91350100M000100Y4I", Err(UsccError::Character('I', 18)));
        check("91350100M000100Y44", Err(UsccError::Check { expected: '3', found: '4' }));
        check("91350100M000010Y43", Err(UsccError::Check { expected: 'J', found: '3' }));
    }
}
