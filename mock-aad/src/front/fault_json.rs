//! Fault rules as people write them: the action by its name, with its members beside it or in it; and what
//! is wrong with them in words that name the member, the choices and an example.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::faults::{FaultAction, FaultRule};

/// What an action is called and takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActionForm {
    pub(crate) name: &'static str,
    /// The members that it has, the needed one first.
    pub(crate) members: &'static [&'static str],
    pub(crate) example: &'static str,
    /// For people who choose one.
    pub(crate) meaning: &'static str,
}

/// All actions.
pub(crate) const ACTIONS: [ActionForm; 7] = [
    ActionForm {
        name: "status",
        members: &["code", "retry_after", "body"],
        example: r#"{"action": "status", "code": 503}"#,
        meaning: "Answer with this status instead",
    },
    ActionForm {
        name: "reset_before",
        members: &[],
        example: r#"{"action": "reset_before"}"#,
        meaning: "Reset the connection before anything happens",
    },
    ActionForm {
        name: "commit_and_reset",
        members: &[],
        example: r#"{"action": "commit_and_reset"}"#,
        meaning: "Do what was asked, then reset the connection",
    },
    ActionForm {
        name: "truncate",
        members: &["bytes"],
        example: r#"{"action": "truncate", "bytes": 100}"#,
        meaning: "End the connection after so many bytes of the body",
    },
    ActionForm {
        name: "stall",
        members: &[],
        example: r#"{"action": "stall"}"#,
        meaning: "Send the head and never the body",
    },
    ActionForm {
        name: "delay",
        members: &["ms"],
        example: r#"{"action": "delay", "ms": 500}"#,
        meaning: "Wait so many milliseconds first",
    },
    ActionForm {
        name: "corrupt",
        members: &[],
        example: r#"{"action": "corrupt"}"#,
        meaning: "Invert the first byte of the body",
    },
];

/// The members of a rule besides its action.
const CONDITIONS: [&str; 8] =
    ["host", "path", "method", "op", "after", "count", "probability", "seed"];

impl<'de> Deserialize<'de> for FaultRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        rule(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads one rule, or a list of them.
pub(crate) fn parse_rules(body: &[u8]) -> Result<Vec<FaultRule>, String> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| format!("the body is no JSON: {error}"))?;
    match value {
        Value::Array(rules) => {
            let numbered = rules.into_iter().enumerate();
            let read = numbered
                .map(|(number, value)| rule(value).map_err(|e| format!("rule {number}: {e}")));
            read.collect()
        }
        value => rule(value).map(|rule| vec![rule]),
    }
}

/// A rule with the members of its action beside it.
pub(crate) fn flat(rule: &FaultRule) -> Value {
    let mut shown = serde_json::to_value(rule).unwrap_or_default();
    if let Some((name, members)) = nested(&shown["action"]) {
        let (name, members) = (name.clone(), members.clone());
        shown["action"] = name.into();
        for (member, value) in members.as_object().into_iter().flatten() {
            shown[member] = value.clone();
        }
    }
    shown
}

/// The name and the members of an action that has these in it.
fn nested(action: &Value) -> Option<(&String, &Value)> {
    action.as_object().filter(|action| action.len() == 1)?.iter().next()
}

fn rule(value: Value) -> Result<FaultRule, String> {
    let Value::Object(mut members) = value else {
        return Err(format!("a rule is an object, for example {}", ACTIONS[0].example));
    };
    let (form, action) = action(&mut members)?;
    if let Some((member, value)) = members.iter().find(|(name, _)| !is_condition(name)) {
        return Err(unknown(member, value, form));
    }
    Ok(FaultRule {
        host: take(&mut members, "host", "a pattern such as \"*.azuredatalakestore.net\"")?,
        path: take(&mut members, "path", "a pattern such as \"/webhdfs/v1/dir/*\"")?,
        method: take(&mut members, "method", "an HTTP method such as \"PUT\"")?,
        op: take(&mut members, "op", "an operation such as \"APPEND\"")?,
        after: take(&mut members, "after", "a whole number such as 2")?.unwrap_or_default(),
        count: take(&mut members, "count", "a whole number such as 3")?,
        probability: take(&mut members, "probability", "a number from 0 to 1, such as 0.1")?,
        seed: take(&mut members, "seed", "a whole number such as 1")?.unwrap_or_default(),
        action,
    })
}

fn is_condition(name: &str) -> bool {
    CONDITIONS.contains(&name)
}

/// Takes the action and its members out of those of a rule.
fn action(rule: &mut Map<String, Value>) -> Result<(ActionForm, FaultAction), String> {
    let said = rule.remove("action").ok_or_else(|| missing_action(rule))?;
    let (name, mut members) = match (&said, nested(&said)) {
        (Value::String(name), _) => {
            let form = form(name)?;
            let own = form.members.iter();
            let own = own.filter_map(|member| Some(((*member).to_owned(), rule.remove(*member)?)));
            (name.clone(), own.collect::<Map<_, _>>())
        }
        (_, Some((name, Value::Object(members)))) => (name.clone(), members.clone()),
        (_, Some((name, value))) => {
            return Err(format!("action.{name}: write {}", example(form(name)?, value)));
        }
        _ => return Err(format!("action: it is a name; {}", choices())),
    };
    let form = form(&name)?;
    let action = match form.name {
        "status" => {
            let code = needed(&mut members, form)?;
            FaultAction::Status {
                code: u16::try_from(code).unwrap_or(u16::MAX),
                retry_after: take(&mut members, "retry_after", "seconds, such as 2")?,
                body: members.remove("body"),
            }
        }
        "reset_before" => FaultAction::ResetBefore,
        "commit_and_reset" => FaultAction::CommitAndReset,
        "truncate" => FaultAction::Truncate { bytes: needed(&mut members, form)? },
        "stall" => FaultAction::Stall,
        "delay" => FaultAction::Delay { ms: needed(&mut members, form)? },
        _ => FaultAction::Corrupt,
    };
    match members.iter().next() {
        Some((member, value)) => Err(unknown(member, value, form)),
        None => Ok((form, action)),
    }
}

/// The number without which an action says nothing.
fn needed(members: &mut Map<String, Value>, form: ActionForm) -> Result<u64, String> {
    let name = form.members.first().copied().unwrap_or_default();
    let found = take(members, name, "a whole number")?;
    found.ok_or_else(|| format!("{name} is missing: write {}", form.example))
}

/// A member, if it is there.
fn take<T: DeserializeOwned>(
    members: &mut Map<String, Value>,
    name: &str,
    expected: &str,
) -> Result<Option<T>, String> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let read = serde_json::from_value(value.clone());
            read.map(Some).map_err(|_| format!("{name}: {value} is not {expected}"))
        }
    }
}

fn form(name: &str) -> Result<ActionForm, String> {
    let known = ACTIONS.into_iter().find(|form| form.name == name);
    known.ok_or_else(|| format!("action: there is no \"{name}\"; {}", choices()))
}

fn choices() -> String {
    let names = ACTIONS.map(|form| form.name).join(", ");
    format!("choose one of {names}, for example {}", ACTIONS[0].example)
}

fn missing_action(rule: &Map<String, Value>) -> String {
    let meant = ACTIONS.iter().find_map(|form| Some((form, rule.get(form.name)?)));
    match meant {
        Some((form, value)) => format!("action is missing: write {}", example(*form, value)),
        None => format!("action is missing; {}", choices()),
    }
}

fn unknown(member: &str, value: &Value, form: ActionForm) -> String {
    if member == form.name {
        return format!("there is no member \"{member}\": write {}", example(form, value));
    }
    let own = match form.members {
        [] => String::new(),
        members => format!(", and the action \"{}\" {}", form.name, members.join(", ")),
    };
    let conditions = CONDITIONS.join(", ");
    format!("there is no member \"{member}\"; a rule has action, {conditions}{own}")
}

/// The example of an action, with the value that was given in another place.
fn example(form: ActionForm, value: &Value) -> String {
    match (form.members.first(), value) {
        (Some(member), Value::Number(_)) => {
            let (name, value) = (json!(form.name), value);
            format!(r#"{{"action": {name}, "{member}": {value}}}"#)
        }
        _ => form.example.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<FaultRule>, String> {
        parse_rules(text.as_bytes())
    }

    #[test]
    fn an_action_has_its_members_beside_it_or_in_it() {
        for (one, other) in [
            (
                r#"{"action": "status", "code": 429, "retry_after": 2, "body": {"a": [1]}}"#,
                r#"{"action": {"status": {"code": 429, "retry_after": 2, "body": {"a": [1]}}}}"#,
            ),
            (r#"{"action": "truncate", "bytes": 9}"#, r#"{"action": {"truncate": {"bytes": 9}}}"#),
            (
                r#"{"op": "OPEN", "action": "delay", "ms": 5}"#,
                r#"[{"action": {"delay": {"ms": 5}}, "op": "OPEN"}]"#,
            ),
            (r#"{"action": "stall", "count": null}"#, r#"{"action": {"stall": {}}}"#),
        ] {
            assert_eq!(parse(one).unwrap(), parse(other).unwrap(), "{one}");
        }
    }

    #[test]
    fn every_action_is_read_from_its_example_and_written_as_that() {
        for form in ACTIONS {
            let rule = parse(form.example).unwrap().pop().unwrap();
            assert_eq!(rule.action.name(), form.name);
            let example: Value = serde_json::from_str(form.example).unwrap();
            assert_eq!(flat(&rule), example);
            let written = serde_json::to_value(&rule).unwrap();
            assert_eq!(serde_json::from_value::<FaultRule>(written).unwrap(), rule);
        }
    }

    #[test]
    fn mistakes_name_the_member_the_choices_and_an_example() {
        let shown = [
            "3",
            "{}",
            r#"{"status": 429}"#,
            r#"{"action": "status", "status": 429, "code": 1}"#,
            r#"{"action": {"status": 429}}"#,
            r#"{"action": "status"}"#,
            r#"{"action": "explode"}"#,
            r#"{"action": 5}"#,
            r#"{"action": "stall", "hots": "x"}"#,
            r#"{"action": "stall", "code": 4}"#,
            r#"{"action": {"delay": {"ms": 1, "code": 4}}}"#,
            r#"{"action": "delay", "ms": "1"}"#,
            r#"{"action": "stall", "count": -1}"#,
            r#"[{"action": "stall"}, {"action": "stall", "host": 7}]"#,
        ]
        .map(|text| parse(text).unwrap_err());
        insta::assert_snapshot!(shown.join("\n"), @r#"
        a rule is an object, for example {"action": "status", "code": 503}
        action is missing; choose one of status, reset_before, commit_and_reset, truncate, stall, delay, corrupt, for example {"action": "status", "code": 503}
        action is missing: write {"action": "status", "code": 429}
        there is no member "status": write {"action": "status", "code": 429}
        action.status: write {"action": "status", "code": 429}
        code is missing: write {"action": "status", "code": 503}
        action: there is no "explode"; choose one of status, reset_before, commit_and_reset, truncate, stall, delay, corrupt, for example {"action": "status", "code": 503}
        action: it is a name; choose one of status, reset_before, commit_and_reset, truncate, stall, delay, corrupt, for example {"action": "status", "code": 503}
        there is no member "hots"; a rule has action, host, path, method, op, after, count, probability, seed
        there is no member "code"; a rule has action, host, path, method, op, after, count, probability, seed
        there is no member "code"; a rule has action, host, path, method, op, after, count, probability, seed, and the action "delay" ms
        ms: "1" is not a whole number
        count: -1 is not a whole number such as 3
        rule 1: host: 7 is not a pattern such as "*.azuredatalakestore.net"
        "#);
    }
}
