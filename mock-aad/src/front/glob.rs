//! Patterns of fault rules: `*`, `?`, `[a-z]`, `{one,other}`, and `\` before what is meant literally.
//!
//! A pattern becomes a list of states no longer than its text, and matching looks at each of them once
//! per character, so that neither a hostile pattern nor a hostile path costs more than it is long.

use std::iter::Peekable;
use std::str::Chars;

/// The longest pattern, in bytes.
pub(crate) const MAX_LENGTH: usize = 1024;
/// How deep braces may be nested.
const MAX_DEPTH: usize = 16;

/// A pattern that matches whole texts, in any case. `*` matches every character, `/` too.
#[derive(Clone, Debug)]
pub(crate) struct Glob(Vec<State>);

#[derive(Clone, Debug)]
enum State {
    /// Takes one character and goes on with the next state.
    One(Matcher),
    /// Goes on in both places without taking anything.
    Fork(usize, usize),
    Jump(usize),
    End,
}

#[derive(Clone, Debug)]
enum Matcher {
    Any,
    Literal(char),
    Class { ranges: Vec<(char, char)>, negated: bool },
}

#[derive(Debug)]
enum Piece {
    One(Matcher),
    /// Any number of characters.
    Many,
    Either(Vec<Vec<Piece>>),
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The rest of a sentence that begins with the pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_LENGTH {
            return Err(format!("is longer than {MAX_LENGTH} bytes"));
        }
        let mut parser = Parser { rest: pattern.chars().peekable(), at_start: true };
        let pieces = parser.sequence(0)?;
        if parser.rest.next().is_some() {
            return Err("closes a brace that it does not open".to_owned());
        }
        let mut states = Vec::new();
        emit(&pieces, &mut states);
        states.push(State::End);
        Ok(Self(states))
    }

    /// Whether the pattern matches the whole text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut front = Front { round: 0, seen: vec![0; self.0.len()], open: Vec::new() };
        let (mut now, mut next) = (Vec::new(), Vec::new());
        self.enter(0, &mut front, &mut now);
        for character in text.chars() {
            front.round += 1;
            next.clear();
            for state in &now {
                if let State::One(matcher) = &self.0[*state]
                    && matcher.takes(character)
                {
                    self.enter(state + 1, &mut front, &mut next);
                }
            }
            if next.is_empty() {
                return false;
            }
            std::mem::swap(&mut now, &mut next);
        }
        now.iter().any(|state| matches!(self.0[*state], State::End))
    }

    /// Adds a state and those that it leads to without a character.
    fn enter(&self, state: usize, front: &mut Front, states: &mut Vec<usize>) {
        front.open.push(state);
        while let Some(state) = front.open.pop() {
            // A text has fewer characters than numbers, so that no round has the number of another.
            if std::mem::replace(&mut front.seen[state], front.round + 1) == front.round + 1 {
                continue;
            }
            states.push(state);
            match self.0[state] {
                State::Fork(one, other) => front.open.extend([other, one]),
                State::Jump(to) => front.open.push(to),
                State::One(_) | State::End => {}
            }
        }
    }
}

/// The edge of a match that goes through a text.
struct Front {
    /// How many characters have been taken.
    round: usize,
    /// In which round each state was entered last, counted from 1.
    seen: Vec<usize>,
    open: Vec<usize>,
}

impl Matcher {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any => true,
            Self::Literal(wanted) => fold(*wanted) == fold(character),
            Self::Class { ranges, negated } => {
                let forms = [character, fold(character), unfold(character)];
                let within = |(from, to): &(char, char)| {
                    forms.iter().any(|form| (*from..=*to).contains(form))
                };
                ranges.iter().any(within) != *negated
            }
        }
    }
}

fn fold(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

fn unfold(character: char) -> char {
    character.to_uppercase().next().unwrap_or(character)
}

fn emit(pieces: &[Piece], states: &mut Vec<State>) {
    for piece in pieces {
        match piece {
            Piece::One(matcher) => states.push(State::One(matcher.clone())),
            Piece::Many => {
                let here = states.len();
                states.push(State::Fork(here + 1, here + 3));
                states.push(State::One(Matcher::Any));
                states.push(State::Jump(here));
            }
            Piece::Either(choices) => emit_either(choices, states),
        }
    }
}

fn emit_either(choices: &[Vec<Piece>], states: &mut Vec<State>) {
    let mut ends = Vec::new();
    for choice in choices {
        let fork = states.len();
        states.push(State::End);
        emit(choice, states);
        ends.push(states.len());
        states.push(State::End);
        states[fork] = State::Fork(fork + 1, states.len());
    }
    // None of the choices: a state that takes nothing and leads nowhere.
    states.push(State::One(Matcher::Class { ranges: Vec::new(), negated: false }));
    let behind = states.len();
    for end in ends {
        states[end] = State::Jump(behind);
    }
}

struct Parser<'p> {
    rest: Peekable<Chars<'p>>,
    /// Whether the next piece begins the pattern or follows a slash.
    at_start: bool,
}

impl Parser<'_> {
    /// Pieces up to the end, or up to what ends a choice inside braces.
    fn sequence(&mut self, depth: usize) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        while let Some(&character) = self.rest.peek() {
            if depth > 0 && matches!(character, ',' | '}') || character == '}' {
                break;
            }
            self.rest.next();
            let at_start = std::mem::replace(&mut self.at_start, character == '/');
            let piece = match character {
                '?' => Piece::One(Matcher::Any),
                '*' => self.many(at_start),
                '[' => Piece::One(self.class()?),
                '{' => self.either(depth + 1)?,
                '\\' => {
                    let escaped = self.rest.next().ok_or("ends with a backslash")?;
                    Piece::One(Matcher::Literal(escaped))
                }
                literal => Piece::One(Matcher::Literal(literal)),
            };
            pieces.push(piece);
        }
        Ok(pieces)
    }

    /// Behind a `*`: more of them mean the same, but `**/` for whole directories may also be no directory.
    fn many(&mut self, at_start: bool) -> Piece {
        let mut stars = 1;
        while self.rest.next_if_eq(&'*').is_some() {
            stars += 1;
        }
        if at_start && stars == 2 && self.rest.next_if_eq(&'/').is_some() {
            self.at_start = true;
            let directories = vec![Piece::Many, Piece::One(Matcher::Literal('/'))];
            return Piece::Either(vec![Vec::new(), directories]);
        }
        Piece::Many
    }

    fn either(&mut self, depth: usize) -> Result<Piece, String> {
        if depth > MAX_DEPTH {
            return Err(format!("has braces within braces, more than {MAX_DEPTH} deep"));
        }
        let mut choices = Vec::new();
        loop {
            choices.push(self.sequence(depth)?);
            match self.rest.next() {
                Some(',') => {}
                Some(_) => return Ok(Piece::Either(choices)),
                None => return Err("opens a brace that it does not close".to_owned()),
            }
        }
    }

    fn class(&mut self) -> Result<Matcher, String> {
        let negated = self.rest.next_if(|next| matches!(next, '!' | '^')).is_some();
        let mut ranges = Vec::new();
        loop {
            let from = self.rest.next().ok_or("opens a bracket that it does not close")?;
            if from == ']' && !ranges.is_empty() {
                return Ok(Matcher::Class { ranges, negated });
            }
            let mut ahead = self.rest.clone();
            let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|to| to != ']');
            if is_range {
                self.rest.next();
            }
            let to = if is_range { self.rest.next().unwrap_or(from) } else { from };
            if from > to {
                return Err(format!("has the range {from}-{to}, whose end comes before its start"));
            }
            ranges.push((from, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).unwrap().matches(text)
    }

    #[test]
    fn patterns_and_texts() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "a/b", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("*a*b*", "xaxbx", true),
            ("a?c", "aBc", true),
            ("a?c", "ac", false),
            ("*.AzureDataLakeStore.net", "x.azuredatalakestore.NET", true),
            ("Ä", "ä", true),
            ("[a-c]x", "BX", true),
            ("[!a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("{a,b{c,d}}e", "bde", true),
            ("{a,b{c,d}}e", "be", false),
            ("{,x}y", "y", true),
            ("{}y", "y", true),
            ("a,b", "a,b", true),
            (r"\*\{", "*{", true),
            (r"\*", "x", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "ab", false),
            ("**/b", "b", true),
            ("**/b", "a/b", true),
            ("a/**", "a/b/c", true),
            ("**", "a/b", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        for (pattern, named) in [
            ("[", "opens a bracket"),
            ("[]", "opens a bracket"),
            ("[z-a]", "z-a"),
            ("{a", "opens a brace"),
            ("a}", "closes a brace"),
            ("a\\", "ends with a backslash"),
            (&"{".repeat(250), "more than 16 deep"),
            (&format!("{}a{}", "{".repeat(250), "}".repeat(250)), "more than 16 deep"),
            (&"a".repeat(MAX_LENGTH + 1), "longer than 1024 bytes"),
        ] {
            let error = Glob::new(pattern).unwrap_err();
            assert!(error.contains(named), "{pattern}: {error}");
        }
        assert!(matches(&format!("{}a{}", "{".repeat(16), "}".repeat(16)), "a"));
    }

    #[test]
    fn memory_is_bounded_by_design_also_that_of_a_pattern() {
        for piece in ["*", "?", "{a,b}", "{*,{*,*}}", "[a-z]", "**/", "{,}"] {
            let pattern = piece.repeat(MAX_LENGTH / piece.len());
            let glob = Glob::new(&pattern).unwrap();
            assert!(glob.0.len() <= 4 * MAX_LENGTH, "{piece}: {}", glob.0.len());
            glob.matches(&"a/".repeat(200));
        }
    }
}
