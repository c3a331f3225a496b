//! Unified social credit codes, GB 32100-2015: 18 characters, of which the last checks the others.
//! 1 registering authority, 1 class, 6 area (GB/T 2260), 9 organization code (GB 11714), 1 check character.

/// The characters of a code; a character's place is its value. I, O, S, V and Z are left out.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the first 17 places: powers of 3 modulo 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Why a text is not a code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
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
    let values = values(&code)?;
    let (expected, found) = (check_value(&values), values[17]);
    if expected != found {
        let [expected, found] = [expected, found].map(|value| char::from(ALPHABET[value]));
        return Err(UsccError::Check { expected, found });
    }
    Ok(code)
}

/// The code that begins with these 17 characters, with its check character.
/// Errors: not 17 characters (the length is told as that of the whole code), or one that cannot stand in a code.
pub fn complete(first: &str) -> Result<String, UsccError> {
    let length = first.chars().count();
    if length != 17 {
        return Err(UsccError::Length(length + 1));
    }
    let check = check_value(&values(first)?);
    Ok(format!("{first}{}", char::from(ALPHABET[check])))
}

/// The values of characters, each its place in the alphabet.
fn values(code: &str) -> Result<Vec<usize>, UsccError> {
    let value = |(at, character): (usize, char)| {
        let place = ALPHABET.iter().position(|c| char::from(*c) == character);
        place.ok_or(UsccError::Character(character, at + 1))
    };
    code.chars().enumerate().map(value).collect()
}

/// The value of the check character, from those of the first 17.
fn check_value(values: &[usize]) -> usize {
    let sum: usize = WEIGHTS.iter().zip(values).map(|(weight, value)| weight * value).sum();
    (31 - sum % 31) % 31
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

    #[test]
    fn completes() {
        assert_eq!(complete("91350100M000100Y4").as_deref(), Ok("91350100M000100Y43"));
        assert_eq!(complete("91350100M000010Y4").as_deref(), Ok("91350100M000010Y4J"));
        assert_eq!(complete("91350100M0001"), Err(UsccError::Length(14)));
        assert_eq!(complete("91350100M000100Y!"), Err(UsccError::Character('!', 17)));
    }
}
