//! Normal forms of text, so that the same thing written in two ways compares equal.

/// Full-width letters, digits and signs in their ASCII form; every kind of space a plain one; the typographic minus
/// a hyphen. Chinese characters and Chinese-only punctuation stay.
pub fn narrow(text: &str) -> String {
    text.chars().map(narrow_char).collect()
}

fn narrow_char(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        0xFFE5 => '¥',
        0x2212 | 0x2010 | 0x2011 => '-',
        0x00A0 | 0x3000 | 0x2000..=0x200A | 0x202F => ' ',
        _ => c,
    }
}

/// Whether a character is only there to arrange text: marks of direction and order, zero-width space.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c), 0x200B..=0x200F | 0x202A..=0x202E | 0x2060 | 0xFEFF | 0x00AD) || c.is_control()
}

/// Lower case of one character, for comparing: Chinese has none, and is most of what is read.
fn lower(c: char) -> char {
    if c.is_ascii() {
        c.to_ascii_lowercase()
    } else if c.is_uppercase() {
        c.to_lowercase().next().unwrap_or(c)
    } else {
        c
    }
}

/// What two writings of a heading, a code or an area have in common: narrow, lower case, no space, none of the stars
/// and colons that forms are decorated with.
pub fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    label.extend(letters(text));
    label
}

/// Whether two texts have the same [`label`].
pub fn is_same(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

/// The characters of a [`label`].
pub fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .map(narrow_char)
        .filter(|c| !c.is_whitespace() && !is_invisible(*c) && !matches!(c, '*' | ':' | '※' | '★'))
        .map(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_in_one_form() {
        assert_eq!(label(" *企业 名称： "), "企业名称");
        assert_eq!(label("Name of the Firm"), "nameofthefirm");
        assert_eq!(label("租金（元／月）"), "租金(元/月)");
    }
}
