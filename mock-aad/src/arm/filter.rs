//! `$filter` and `$orderby` of lists: the part of OData that management clients write.

use std::cmp::Ordering;

use serde_json::Value;

/// A condition on a resource: alternatives of conjunctions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter(Vec<Vec<Term>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    field: String,
    test: Test,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Equal,
    NotEqual,
    StartsWith,
    Contains,
    /// The field alone, which holds where it is true.
    Holds,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

impl Filter {
    /// Reads `name eq 'a' and tagValue ne 'b' or startswith(name,'c')`, and fields that are true or
    /// false by themselves.
    ///
    /// # Errors
    /// What cannot be read, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let mut rest = tokens.as_slice();
        let mut alternatives = vec![Vec::new()];
        loop {
            let term = term(&mut rest)?;
            if let Some(conjunction) = alternatives.last_mut() {
                conjunction.push(term);
            }
            match take(&mut rest) {
                None => return Ok(Self(alternatives)),
                Some(Token::Word(word)) if word.eq_ignore_ascii_case("and") => {}
                Some(Token::Word(word)) if word.eq_ignore_ascii_case("or") => {
                    alternatives.push(Vec::new());
                }
                Some(other) => return Err(format!("{other:?} where 'and' or 'or' is expected")),
            }
        }
    }

    pub(super) fn matches(&self, resource: &Value) -> bool {
        self.0.iter().any(|terms| terms.iter().all(|term| term.matches(resource, terms)))
    }
}

impl Term {
    fn matches(&self, resource: &Value, beside: &[Self]) -> bool {
        let found: Vec<&str> = match self.field.to_ascii_lowercase().as_str() {
            "tagname" => tags(resource).map(|(name, _)| name).collect(),
            // `tagName eq 'a' and tagValue eq 'b'` speaks of one tag.
            "tagvalue" => {
                let name = beside.iter().find(|term| term.field.eq_ignore_ascii_case("tagname"));
                tags(resource)
                    .filter(|(key, _)| name.is_none_or(|n| n.text.eq_ignore_ascii_case(key)))
                    .map(|(_, value)| value)
                    .collect()
            }
            "resourcetype" => text_at(resource, "type").into_iter().collect(),
            "resourcegroup" => group_of(resource).into_iter().collect(),
            field => text_at(resource, field).into_iter().collect(),
        };
        match self.test {
            Test::NotEqual => !found.iter().any(|text| text.eq_ignore_ascii_case(&self.text)),
            Test::Equal => found.iter().any(|text| text.eq_ignore_ascii_case(&self.text)),
            Test::StartsWith => {
                found.iter().any(|text| lower(text).starts_with(&lower(&self.text)))
            }
            Test::Contains => found.iter().any(|text| lower(text).contains(&lower(&self.text))),
            Test::Holds => value_at(resource, &self.field) == Some(&Value::Bool(true)),
        }
    }
}

/// An order over resources, from `$orderby=name desc,location`.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderBy(Vec<(String, bool)>);

impl OrderBy {
    /// # Errors
    /// What cannot be read, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let keys = text.split(',').map(|key| {
            let words: Vec<&str> = key.split_whitespace().collect();
            match words.as_slice() {
                [field] => Ok(((*field).to_owned(), false)),
                [field, way] if way.eq_ignore_ascii_case("asc") => Ok(((*field).to_owned(), false)),
                [field, way] if way.eq_ignore_ascii_case("desc") => Ok(((*field).to_owned(), true)),
                _ => Err(format!("'{key}' is not a field with 'asc' or 'desc'")),
            }
        });
        Ok(Self(keys.collect::<Result<_, _>>()?))
    }

    pub(super) fn compare(&self, left: &Value, right: &Value) -> Ordering {
        for (field, descending) in &self.0 {
            let (left, right) = (text_at(left, field), text_at(right, field));
            let order = left.map(lower).cmp(&right.map(lower));
            if order != Ordering::Equal {
                return if *descending { order.reverse() } else { order };
            }
        }
        Ordering::Equal
    }
}

fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// The text at `properties/state`.
fn text_at<'a>(resource: &'a Value, field: &str) -> Option<&'a str> {
    value_at(resource, field)?.as_str()
}

/// The value at `properties/state`; member names match in any case.
fn value_at<'a>(resource: &'a Value, field: &str) -> Option<&'a Value> {
    let mut value = resource;
    for name in field.split(['/', '.']) {
        let members = value.as_object()?;
        value = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
    }
    Some(value)
}

fn tags(resource: &Value) -> impl Iterator<Item = (&str, &str)> {
    let tags = resource.get("tags").and_then(Value::as_object);
    tags.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or("")))
}

fn group_of(resource: &Value) -> Option<&str> {
    resource.get("id")?.as_str()?.split('/').nth(4)
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        match first {
            '\'' => {
                let (literal, after) = literal(&rest[1..])?;
                tokens.push(Token::Text(literal));
                rest = after;
            }
            '(' | ')' | ',' => {
                tokens.push(Token::Sign(first));
                rest = &rest[1..];
            }
            _ => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || "(),'".contains(c))
                    .unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// A quoted text after its opening quote, with `''` for a quote inside, and what follows it.
fn literal(text: &str) -> Result<(String, &str), String> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let Some(end) = rest.find('\'') else {
            return Err("a text without a closing quote".to_owned());
        };
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        if !rest.starts_with('\'') {
            return Ok((out, rest));
        }
        out.push('\'');
        rest = &rest[1..];
    }
}

fn take(rest: &mut &[Token]) -> Option<Token> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(first.clone())
}

fn term(rest: &mut &[Token]) -> Result<Term, String> {
    let Some(Token::Word(first)) = take(rest) else {
        return Err("a condition without a field".to_owned());
    };
    if let [Token::Sign('('), left, Token::Sign(','), right, Token::Sign(')'), after @ ..] = *rest {
        *rest = after;
        return function(&first, left, right);
    }
    let joins = |word: &str| ["and", "or"].iter().any(|w| w.eq_ignore_ascii_case(word));
    if rest.first().is_none_or(|next| matches!(next, Token::Word(word) if joins(word))) {
        return Ok(Term { field: first, test: Test::Holds, text: String::new() });
    }
    match (take(rest), take(rest)) {
        (Some(Token::Word(operator)), Some(Token::Text(text))) => {
            let test = match operator.to_ascii_lowercase().as_str() {
                "eq" => Test::Equal,
                "ne" => Test::NotEqual,
                other => return Err(format!("the operator '{other}'; use 'eq' or 'ne'")),
            };
            Ok(Term { field: first, test, text })
        }
        _ => Err(format!("'{first}' without an operator and a quoted text")),
    }
}

fn function(name: &str, left: &Token, right: &Token) -> Result<Term, String> {
    let (test, field, text) = match (name.to_ascii_lowercase().as_str(), left, right) {
        ("startswith", Token::Word(field), Token::Text(text)) => (Test::StartsWith, field, text),
        ("substringof", Token::Text(text), Token::Word(field)) => (Test::Contains, field, text),
        _ => return Err(format!("the function '{name}' with these arguments")),
    };
    Ok(Term { field: field.clone(), test, text: text.clone() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_are_combined() {
        let resource = json!({
            "id": "/subscriptions/s/resourceGroups/Group/providers/p/t/n",
            "name": "Alpha", "type": "p/t", "tags": {"a": "b", "c": "it's"},
            "properties": {"state": "Active", "encrypted": true}
        });
        for (text, expected) in [
            ("name eq 'alpha'", true),
            ("name ne 'alpha'", false),
            ("name eq 'x' or properties/state eq 'Active'", true),
            ("name eq 'alpha' and properties/state eq 'Suspended'", false),
            ("tagname eq 'a' and tagvalue eq 'b'", true),
            ("tagName eq 'a' and tagValue eq 'it''s'", false),
            ("tagValue eq 'it''s'", true),
            ("startswith(tagName,'c')", true),
            ("substringof('lph', name)", true),
            ("resourceType eq 'P/T' and resourceGroup eq 'group'", true),
            ("location eq 'eastus2'", false),
            ("properties/encrypted", true),
            ("properties/encrypted and name eq 'alpha'", true),
            ("name", false),
            ("missing or name eq 'alpha'", true),
        ] {
            assert_eq!(Filter::parse(text).unwrap().matches(&resource), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for text in
            ["", "and name", "name eq", "name eq 'x", "name gt 'x'", "name eq 'x' name", "f(a,b)"]
        {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
        assert!(OrderBy::parse("name sideways").is_err());
    }

    #[test]
    fn order_is_by_each_key_in_turn() {
        let mut resources = [
            json!({"name": "b", "location": "x"}),
            json!({"name": "a", "location": "x"}),
            json!({"name": "c", "location": "y"}),
        ];
        let order = OrderBy::parse("location desc, name").unwrap();
        resources.sort_by(|left, right| order.compare(left, right));
        let names: Vec<_> = resources.iter().map(|r| r["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["c", "a", "b"]);
    }
}
