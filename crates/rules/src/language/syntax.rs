//! Text to SQL syntax, within limits.

use std::ops::Range;

use sqlparser::ast::{self, Spanned};
use sqlparser::dialect::Dialect;
use sqlparser::keywords::{self, Keyword};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Span, Token, Tokenizer};

use super::mistake::Mistake;

/// Longest text of an expression.
const MAX_BYTES: usize = 64 * 1024;
/// Most tokens of an expression. Bounds the depth of what the parser returns for a chain, so that dropping it is safe.
const MAX_TOKENS: usize = 4_000;
/// Deepest nesting that is parsed and lowered.
pub(super) const MAX_DEPTH: usize = 100;

/// Words of the language that are never names.
const RESERVED: [Keyword; 15] = [
    Keyword::AND,
    Keyword::BETWEEN,
    Keyword::CASE,
    Keyword::ELSE,
    Keyword::END,
    Keyword::FALSE,
    Keyword::IN,
    Keyword::IS,
    Keyword::LIKE,
    Keyword::NOT,
    Keyword::NULL,
    Keyword::OR,
    Keyword::THEN,
    Keyword::TRUE,
    Keyword::WHEN,
];

/// What of SQL is read: the parser's defaults, without any one database's ways.
#[derive(Debug)]
struct Rules;

impl Dialect for Rules {
    // Any letter: a Chinese name gets "no such fact", not "no such character".
    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_'
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    // The parser would else try these words again as names, and complain of the second reading.
    fn is_reserved_for_identifier(&self, word: Keyword) -> bool {
        RESERVED.contains(&word) || keywords::RESERVED_FOR_IDENTIFIER.contains(&word)
    }
}

/// Where lines of a text begin, to turn the parser's lines and columns into bytes.
pub(super) struct Positions<'a> {
    text: &'a str,
    lines: Vec<usize>,
}

impl<'a> Positions<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, lines }
    }

    pub(super) fn whole(&self) -> Range<usize> {
        0..self.text.len()
    }

    fn offset(&self, location: Location) -> Option<usize> {
        let line = usize::try_from(location.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(location.column).ok()?.checked_sub(1)?;
        let start = *self.lines.get(line)?;
        let rest = &self.text[start..];
        Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
    }

    /// The text at a place, cut short.
    pub(super) fn excerpt(&self, at: &Range<usize>) -> String {
        const SHOWN: usize = 40;
        self.text.get(at.clone()).unwrap_or_default().chars().take(SHOWN).collect()
    }

    /// The bytes of a span; the whole text where the parser gives none.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        match (self.offset(span.start), self.offset(span.end)) {
            (Some(start), Some(end)) if start <= end => start..end,
            _ => self.whole(),
        }
    }

    /// The bytes of an expression. The parser's own spans recurse along a chain of operators, however long it is;
    /// this walks it.
    pub(super) fn of(&self, expr: &ast::Expr) -> Range<usize> {
        let between = |first: &ast::Expr, last: Option<&ast::Expr>| {
            let first = self.of(first);
            let end = last.map_or(first.end, |last| self.of(last).end);
            first.start..end
        };
        match expr {
            ast::Expr::BinaryOp { left, right, .. } => {
                let mut first = &**left;
                while let ast::Expr::BinaryOp { left, .. } = first {
                    first = left;
                }
                between(first, Some(right))
            }
            ast::Expr::Nested(inner)
            | ast::Expr::IsNull(inner)
            | ast::Expr::IsNotNull(inner)
            | ast::Expr::UnaryOp { expr: inner, .. } => self.of(inner),
            ast::Expr::Between { expr, high, .. } => between(expr, Some(high)),
            ast::Expr::In { expr, target: ast::InTarget::List(list), .. } => between(expr, list.last()),
            ast::Expr::Like { expr, pattern, .. } => between(expr, Some(pattern)),
            ast::Expr::Function(function) => self.range(function.name.span()),
            ast::Expr::Case { case_token, end_token, .. } => {
                self.range(case_token.0.span).start..self.range(end_token.0.span).end
            }
            ast::Expr::Identifier(_)
            | ast::Expr::CompoundIdentifier(_)
            | ast::Expr::Value(_)
            | ast::Expr::TypedString(_) => self.range(expr.span()),
            _ => self.whole(),
        }
    }

    fn at(&self, location: Location) -> Range<usize> {
        let start = self.offset(location).unwrap_or(self.text.len());
        let end = self.text[start..].chars().next().map_or(start, |ch| start + ch.len_utf8());
        start..end
    }
}

/// Parses one expression and nothing after it.
pub(super) fn parse(text: &str, positions: &Positions<'_>) -> Result<ast::Expr, Mistake> {
    if text.len() > MAX_BYTES {
        return Err(Mistake::too_long(&positions.whole(), MAX_TOKENS));
    }
    let dialect = Rules;
    let mut tokens = Tokenizer::new(&dialect, text)
        .tokenize_with_location()
        .map_err(|error| Mistake::syntax(&positions.at(error.location), &error.message))?;
    let words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).count();
    if words > MAX_TOKENS {
        return Err(Mistake::too_long(&positions.whole(), MAX_TOKENS));
    }
    // `x and any(…)` is our aggregate, not SQL's quantified comparison.
    for token in &mut tokens {
        if let Token::Word(word) = &mut token.token
            && matches!(word.keyword, Keyword::ANY | Keyword::ALL | Keyword::SOME)
        {
            word.keyword = Keyword::NoKeyword;
        }
    }
    let mut parser = Parser::new(&dialect).with_recursion_limit(MAX_DEPTH).with_tokens_with_locations(tokens);
    let parsed = parser.parse_expr().map_err(|error| refused(&error, positions))?;
    let next = parser.peek_token_ref();
    if next.token == Token::EOF {
        return Ok(parsed);
    }
    let what = next.token.to_string();
    Err(Mistake::syntax(&positions.range(next.span), &format!("{what}?")))
}

/// Whether the word can be written as a fact's name, in front of an operator and behind it.
pub fn is_name(word: &str) -> bool {
    let text = format!("{word} = {word} and {word}.{word} is null");
    let positions = Positions::new(&text);
    let identifier = |expr: &ast::Expr| matches!(expr, ast::Expr::Identifier(_));
    match parse(&text, &positions) {
        Ok(ast::Expr::BinaryOp { left, op: ast::BinaryOperator::And, right }) => {
            let plain = matches!(*left, ast::Expr::BinaryOp { left, op: ast::BinaryOperator::Eq, right }
                if identifier(&left) && identifier(&right));
            let path = matches!(*right, ast::Expr::IsNull(path)
                if matches!(*path, ast::Expr::CompoundIdentifier(_)));
            let reserved = RESERVED.iter().any(|keyword| format!("{keyword:?}").eq_ignore_ascii_case(word));
            plain && path && !reserved && word != "today"
        }
        _ => false,
    }
}

fn refused(error: &ParserError, positions: &Positions<'_>) -> Mistake {
    match error {
        ParserError::RecursionLimitExceeded => Mistake::too_deep(&positions.whole(), MAX_DEPTH),
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            // The parser writes the place at the end of its sentence and gives it in no other way.
            let (sentence, location) = match message.rsplit_once(" at Line: ") {
                Some((sentence, place)) => (sentence, read_location(place)),
                None => (message.as_str(), None),
            };
            let end = positions.whole().end;
            let at = location.map_or(end..end, |location| positions.at(location));
            Mistake::syntax(&at, sentence)
        }
    }
}

fn read_location(place: &str) -> Option<Location> {
    let (line, column) = place.split_once(", Column: ")?;
    Some(Location { line: line.parse().ok()?, column: column.trim().parse().ok()? })
}
