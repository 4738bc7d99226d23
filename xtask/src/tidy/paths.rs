//! Reads out of a Rust source which paths it names. It is read as tokens, so that neither its layout
//! nor comments and strings matter; what is compiled for unit tests alone is left out.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, LexError, Spacing, TokenStream, TokenTree};

/// The parts of a path.
pub(super) type Path = Vec<String>;

/// One name that a `use` brings in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) path: Path,
    /// What it is called here.
    pub(super) name: String,
    /// Whether others may take it from here.
    pub(super) passed_on: bool,
}

/// What a source names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// What `use` brings into the file itself.
    pub(super) uses: Vec<Use>,
    /// The other paths of at least two parts, and what `use` brings into modules within the file.
    pub(super) paths: Vec<Path>,
    /// Every word outside of `use`.
    pub(super) words: BTreeSet<String>,
    /// Modules in files of their own that are there for unit tests alone.
    pub(super) test_modules: Vec<Path>,
}

/// What a source names.
///
/// # Errors
/// When it is not Rust.
pub(super) fn names(text: &str) -> Result<Names, LexError> {
    let mut names = Names::default();
    names.read(text.parse()?, &[]);
    Ok(names)
}

impl Names {
    /// Reads tokens that stand `inside` these modules within the file.
    fn read(&mut self, tokens: TokenStream, inside: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        let mut visible = false;
        while let [first, tail @ ..] = rest {
            let was_visible = std::mem::take(&mut visible);
            rest = match first {
                TokenTree::Punct(mark) if mark.as_char() == '#' => match attribute(tail) {
                    Some((attribute, item)) if is_for_tests(attribute) => {
                        self.skip_item(item, inside)
                    }
                    Some((attribute, item)) => {
                        self.read_attribute(attribute, inside);
                        item
                    }
                    None => tail,
                },
                // A path that does not begin with a name is one of a type, or of another package.
                _ if is_separator(rest) => path(&rest[2..]).1,
                TokenTree::Ident(word) if word == "pub" => {
                    visible = true;
                    after_scope(tail)
                }
                TokenTree::Ident(word) if word == "use" && !is_mark(tail.first(), '<') => {
                    let end = end(tail, |token| is_mark(Some(token), ';'));
                    self.add_uses(&[], &tail[..end], was_visible, inside);
                    &tail[end..]
                }
                TokenTree::Ident(word) if word == "mod" => match tail {
                    [TokenTree::Ident(name), TokenTree::Group(body), tail @ ..] => {
                        self.read(body.stream(), &joined(inside, &name.to_string()));
                        tail
                    }
                    _ => tail,
                },
                TokenTree::Ident(_) => {
                    let (path, tail) = path(rest);
                    self.words.extend(path.first().cloned());
                    if path.len() > 1 {
                        self.paths.push(from_file(path, inside));
                    }
                    tail
                }
                TokenTree::Group(group) => {
                    self.read(group.stream(), inside);
                    tail
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => tail,
            };
        }
    }

    /// Adds the names of a tree such as `a::{b, c::{self, d as e}}`.
    fn add_uses(&mut self, above: &[String], tree: &[TokenTree], visible: bool, inside: &[String]) {
        let branches = tree.split(|token| is_mark(Some(token), ','));
        for branch in branches.filter(|branch| !branch.is_empty()) {
            let branch = if is_separator(branch) { &branch[2..] } else { branch };
            let (parts, rest) = path(branch);
            let mut path = [above, &parts].concat();
            let rest = if is_separator(rest) { &rest[2..] } else { rest };
            let alias = match rest {
                [TokenTree::Group(group), ..] => {
                    let branches: Vec<_> = group.stream().into_iter().collect();
                    self.add_uses(&path, &branches, visible, inside);
                    continue;
                }
                [TokenTree::Ident(_), TokenTree::Ident(alias), ..] => Some(alias.to_string()),
                [TokenTree::Punct(_), ..] => Some("*".to_owned()),
                _ => None,
            };
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let Some(name) = alias.or_else(|| path.last().cloned()) else { continue };
            if inside.is_empty() {
                self.uses.push(Use { path, name, passed_on: visible });
            } else {
                self.paths.push(from_file(path, inside));
            }
        }
    }

    /// An attribute may name a path in a string: `#[serde(with = "crate::time")]`.
    fn read_attribute(&mut self, attribute: &Group, inside: &[String]) {
        for token in attribute.stream() {
            match token {
                TokenTree::Ident(word) if word == "doc" => return,
                TokenTree::Group(group) => self.read_attribute(&group, inside),
                TokenTree::Literal(text) => {
                    let text = text.to_string();
                    let text = text.trim_matches('"');
                    let is_own =
                        ["crate::", "self::", "super::"].iter().any(|own| text.starts_with(own));
                    if is_own {
                        let path = text.split("::").map(str::to_owned).collect();
                        self.paths.push(from_file(path, inside));
                    }
                }
                _ => {}
            }
        }
    }

    /// What follows an item that is compiled for unit tests alone.
    fn skip_item<'a>(&mut self, mut item: &'a [TokenTree], inside: &[String]) -> &'a [TokenTree] {
        while let [TokenTree::Punct(mark), tail @ ..] = item
            && mark.as_char() == '#'
            && let Some((_, tail)) = attribute(tail)
        {
            item = tail;
        }
        if let [TokenTree::Ident(word), tail @ ..] = item
            && word == "pub"
        {
            item = after_scope(tail);
        }
        let starts_with =
            |word: &str| matches!(item, [TokenTree::Ident(found), ..] if found == word);
        if let [_, TokenTree::Ident(name), ..] = item
            && starts_with("mod")
        {
            self.test_modules.push(joined(inside, &name.to_string()));
        }
        let is_use = starts_with("use");
        let end = end(item, |token| match token {
            TokenTree::Group(group) => !is_use && group.delimiter() == Delimiter::Brace,
            token => is_mark(Some(token), ';'),
        });
        item.get(end + 1..).unwrap_or_default()
    }
}

/// The attribute whose `#` stands before these tokens, and what follows it.
fn attribute(tokens: &[TokenTree]) -> Option<(&Group, &[TokenTree])> {
    match tokens {
        [TokenTree::Group(group), tail @ ..] => Some((group, tail)),
        [TokenTree::Punct(mark), TokenTree::Group(group), tail @ ..] if mark.as_char() == '!' => {
            Some((group, tail))
        }
        _ => None,
    }
}

fn is_for_tests(attribute: &Group) -> bool {
    attribute.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// What follows the word `pub` and its scope, if it has one.
fn after_scope(tokens: &[TokenTree]) -> &[TokenTree] {
    match tokens {
        [TokenTree::Group(group), tail @ ..] if group.delimiter() == Delimiter::Parenthesis => tail,
        tokens => tokens,
    }
}

/// The path that begins here, and what follows it.
fn path(mut tokens: &[TokenTree]) -> (Path, &[TokenTree]) {
    let mut path = Path::new();
    while let [TokenTree::Ident(part), tail @ ..] = tokens {
        path.push(part.to_string().trim_start_matches("r#").to_owned());
        tokens = tail;
        match tail {
            [_, _, TokenTree::Ident(_), ..] if is_separator(tail) => tokens = &tail[2..],
            _ => break,
        }
    }
    (path, tokens)
}

/// The path as the file itself would spell it.
fn from_file(path: Path, inside: &[String]) -> Path {
    if inside.is_empty() || !["self", "super"].contains(&path[0].as_str()) {
        return path;
    }
    let up = path.iter().take_while(|part| *part == "super").count();
    let mut spelled = vec!["self".to_owned()];
    spelled.extend(inside.iter().take(inside.len().saturating_sub(up)).cloned());
    spelled.extend(std::iter::repeat_n("super".to_owned(), up.saturating_sub(inside.len())));
    spelled.extend(path.into_iter().skip_while(|part| part == "super" || part == "self"));
    spelled
}

fn is_separator(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Punct(first), second, ..] => {
            first.as_char() == ':'
                && first.spacing() == Spacing::Joint
                && is_mark(Some(second), ':')
        }
        _ => false,
    }
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == mark)
}

fn end(tokens: &[TokenTree], is_end: impl Fn(&TokenTree) -> bool) -> usize {
    tokens.iter().position(is_end).unwrap_or(tokens.len())
}

fn joined(modules: &[String], name: &str) -> Path {
    [modules, &[name.to_owned()]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(paths: &[Path]) -> Vec<String> {
        paths.iter().map(|path| path.join("::")).collect()
    }

    fn uses(text: &str) -> Vec<String> {
        let shown = |u: &Use| format!("{}={} {}", u.name, u.path.join("::"), u.passed_on);
        names(text).unwrap().uses.iter().map(shown).collect()
    }

    fn paths(text: &str) -> Vec<String> {
        spelled(&names(text).unwrap().paths)
    }

    #[test]
    fn trees_are_expanded_and_aliases_kept() {
        let text = "use a::{b, c::{self,\n    d as e},};\npub(crate) use super::f;\npub use g::*;\n\
                    fn h() -> impl Sized + use<'_> { use self::i::J; }\n";
        let expected = [
            "b=a::b false",
            "c=a::c false",
            "e=a::c::d false",
            "f=super::f true",
            "*=g true",
            "J=self::i::J false",
        ];
        assert_eq!(uses(text), expected);
    }

    #[test]
    fn paths_in_code_are_found_and_those_in_strings_and_comments_are_not() {
        let code = r##"
            /// See [`x::Y`].
            fn f<'a>(x: super::T) -> crate::a::B { // x::y
                g::<h::I>("j::k \" l::m", 'n'); <T as o::P>::q; ::r::s(); Vec::<u8>::new();
                format!("{}", t::u(r#"v::w " x::y"#)) /* x::y */
            }
        "##;
        assert_eq!(paths(code), ["super::T", "crate::a::B", "h::I", "o::P", "t::u"]);
    }

    #[test]
    fn attributes_may_name_paths_in_strings() {
        let code = "#[serde(with = \"crate::time\")]\n#[doc = \"super::x\"]\nstruct S;\n";
        assert_eq!(paths(code), ["crate::time"]);
    }

    #[test]
    fn modules_within_a_file_count_from_themselves() {
        let code =
            "mod a { use super::B; mod c { use super::super::super::D; fn f(_: self::E) {} } }";
        assert_eq!(paths(code), ["self::B", "self::super::D", "self::a::c::E"]);
    }

    #[test]
    fn what_is_for_tests_alone_is_left_out() {
        let code = "#[cfg(test)]\nuse a::{b, c};\n#[cfg(test)]\n#[allow(x)]\npub(crate) fn f() { d::e() }\n\
                    #[cfg(test)]\nmod g;\nfn h() { i::j() }\n#[cfg(test)]\nmod k { use l::M; }\n";
        let found = names(code).unwrap();
        assert!(found.uses.is_empty());
        assert_eq!(spelled(&found.paths), ["i::j"]);
        assert_eq!(spelled(&found.test_modules), ["g", "k"]);
    }
}
