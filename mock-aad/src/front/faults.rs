//! Rules that make chosen requests fail in chosen ways.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

use super::glob::Glob;
use crate::call::size_of_json;
use crate::error::Error;
use crate::parameters::Parameters;

/// Which requests fail, how often, and how. Conditions that are left out hold for every request; the
/// first rule of the list that matches a request is applied to it.
///
/// In JSON the action is named, and its members stand beside it: `{"op": "APPEND", "action": "status",
/// "code": 503}`; or in it: `{"op": "APPEND", "action": {"status": {"code": 503}}}`, as rules are written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FaultRule {
    /// The host without port, a pattern with `*`, `?`, `[a-z]` and `{one,other}`, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The percent-encoded path, such a pattern too; `*` matches `/` as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The operation on files, in any case: the parameter `op` on Gen1; on Gen2 `action` or `resource`, and
    /// by the Blob protocol `comp` or `restype`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// How many matching requests pass before the first fails.
    #[serde(skip_serializing_if = "is_zero")]
    pub after: u64,
    /// How many requests fail; then the rule is spent. Without it, there is no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The share of the matching requests that fail, 0 to 1; decided by `seed`, so that a second run
    /// with the same requests has the same faults.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The start of the random numbers behind `probability`.
    #[serde(skip_serializing_if = "is_zero")]
    pub seed: u64,
    /// What happens.
    pub action: FaultAction,
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultAction {
    /// The service does not see the request; this answer comes instead.
    Status {
        /// The HTTP status.
        code: u16,
        /// The `Retry-After` header, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// The body: a text as it is, anything else as JSON. Without it, an error as the service
        /// shapes its own.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
    },
    /// The service does not see the request; the connection is reset.
    ResetBefore,
    /// The service does what the request says; then the connection is reset instead of an answer.
    CommitAndReset,
    /// The connection ends after this many bytes of the answer's body.
    Truncate {
        /// How many bytes get through.
        bytes: u64,
    },
    /// The answer's head comes, its body never does.
    Stall,
    /// The request waits for so long in real time, and is then served.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The first byte of the answer's body is inverted.
    Corrupt,
}

impl FaultRule {
    /// A rule for every request.
    #[must_use]
    pub fn new(action: FaultAction) -> Self {
        Self {
            host: None,
            path: None,
            method: None,
            op: None,
            after: 0,
            count: None,
            probability: None,
            seed: 0,
            action,
        }
    }

    /// How long its patterns are.
    fn patterns(&self) -> usize {
        [&self.host, &self.path].into_iter().flatten().map(String::len).sum()
    }

    /// How many bytes it takes.
    fn size(&self) -> usize {
        let words = [&self.method, &self.op].into_iter().flatten().map(String::len);
        let body = match &self.action {
            FaultAction::Status { body: Some(body), .. } => size_of_json(body),
            _ => 0,
        };
        size_of::<Self>() + self.patterns() + words.sum::<usize>() + body
    }

    /// Only for hosts that match the pattern.
    #[must_use]
    pub fn host(mut self, pattern: impl Into<String>) -> Self {
        self.host = Some(pattern.into());
        self
    }

    /// Only for paths that match the pattern.
    #[must_use]
    pub fn path(mut self, pattern: impl Into<String>) -> Self {
        self.path = Some(pattern.into());
        self
    }

    /// Only for this HTTP method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only for this file operation.
    #[must_use]
    pub fn op(mut self, op: impl Into<String>) -> Self {
        self.op = Some(op.into());
        self
    }

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u64) -> Self {
        self.after = requests;
        self
    }

    /// Ends after so many faults.
    #[must_use]
    pub fn count(mut self, faults: u64) -> Self {
        self.count = Some(faults);
        self
    }

    /// Fails this share of the matching requests, 0 to 1, the same ones for the same seed.
    #[must_use]
    pub fn probability(mut self, share: f64, seed: u64) -> Self {
        self.probability = Some(share);
        self.seed = seed;
        self
    }
}

impl FaultAction {
    /// The name, as the rule's JSON has it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::ResetBefore => "reset_before",
            Self::CommitAndReset => "commit_and_reset",
            Self::Truncate { .. } => "truncate",
            Self::Stall => "stall",
            Self::Delay { .. } => "delay",
            Self::Corrupt => "corrupt",
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What a rule can look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe<'a> {
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    pub(crate) query: &'a str,
}

/// The parameters that say what is done.
const OPERATION: [&str; 5] = ["op", "action", "resource", "comp", "restype"];

impl Probe<'_> {
    fn has_op(&self, wanted: &str) -> bool {
        has_operation(self.query, wanted)
    }
}

/// Whether a query asks for an operation on files, in any case.
pub(crate) fn has_operation(query: &str, wanted: &str) -> bool {
    let query = Parameters::parse(query.as_bytes());
    query.iter().any(|(name, value)| {
        OPERATION.iter().any(|known| name.eq_ignore_ascii_case(known))
            && value.eq_ignore_ascii_case(wanted)
    })
}

/// Every request is held against every rule until one matches, so there cannot be any number.
const LIMIT: usize = 1024;
/// How long the patterns of all rules may be together, in bytes: that is what matching costs.
const MAX_PATTERNS: usize = 256 << 10;
/// How many bytes all rules may take together, bodies of answers included.
const MAX_SIZE: usize = 8 << 20;

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Spares requests the lock as long as there are no rules.
    any: AtomicBool,
    rules: Mutex<Vec<Armed>>,
}

#[derive(Debug)]
struct Armed {
    rule: FaultRule,
    host: Option<Glob>,
    path: Option<Glob>,
    random: fastrand::Rng,
    matched: u64,
    applied: u64,
}

impl Faults {
    fn rules(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds rules behind those that are there: all of them, or none if one is not valid.
    pub(crate) fn add(&self, rules: Vec<FaultRule>) -> Result<(), Error> {
        let armed = rules.into_iter().enumerate().map(|(number, rule)| {
            Armed::new(rule).map_err(|reason| Error::Fault(format!("rule {number}: {reason}")))
        });
        let armed = armed.collect::<Result<Vec<_>, _>>()?;
        let mut rules = self.rules();
        if rules.len() + armed.len() > LIMIT {
            return Err(Error::Fault(format!(
                "there can be {LIMIT} rules; remove those there are"
            )));
        }
        let all = || rules.iter().chain(&armed).map(|armed| &armed.rule);
        if all().map(FaultRule::patterns).sum::<usize>() > MAX_PATTERNS
            || all().map(FaultRule::size).sum::<usize>() > MAX_SIZE
        {
            return Err(Error::Fault(format!(
                "the patterns of all rules together can take {} KiB, the rules {} MiB; remove those \
                 there are",
                MAX_PATTERNS >> 10,
                MAX_SIZE >> 20
            )));
        }
        rules.extend(armed);
        self.any.store(!rules.is_empty(), Ordering::Release);
        Ok(())
    }

    /// Removes all rules.
    pub(crate) fn clear(&self) {
        let mut rules = self.rules();
        rules.clear();
        self.any.store(false, Ordering::Release);
    }

    /// The rules with the number of faults that each has caused.
    pub(crate) fn list(&self) -> Vec<(FaultRule, u64)> {
        self.rules().iter().map(|armed| (armed.rule.clone(), armed.applied)).collect()
    }

    /// What is to happen to this request.
    pub(crate) fn decide(&self, probe: Probe<'_>) -> Option<FaultAction> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.rules().iter_mut().find_map(|armed| armed.strike(probe))
    }
}

impl Armed {
    fn new(rule: FaultRule) -> Result<Self, String> {
        if let FaultAction::Status { code, .. } = &rule.action
            && !(200..=599).contains(code)
        {
            return Err(format!("code {code} is not an HTTP status between 200 and 599"));
        }
        if rule.probability.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err("probability is not between 0 and 1, such as 0.1".to_owned());
        }
        let glob = |field: &str, pattern: &Option<String>| {
            let compile = |pattern: &String| {
                Glob::new(pattern).map_err(|e| format!("{field}: the pattern {e}"))
            };
            pattern.as_ref().map(compile).transpose()
        };
        Ok(Self {
            host: glob("host", &rule.host)?,
            path: glob("path", &rule.path)?,
            random: fastrand::Rng::with_seed(rule.seed),
            matched: 0,
            applied: 0,
            rule,
        })
    }

    fn matches(&self, probe: Probe<'_>) -> bool {
        let method = self.rule.method.as_ref();
        self.host.as_ref().is_none_or(|glob| glob.matches(probe.host))
            && self.path.as_ref().is_none_or(|glob| glob.matches(probe.path))
            && method.is_none_or(|method| method.eq_ignore_ascii_case(probe.method))
            && self.rule.op.as_ref().is_none_or(|op| probe.has_op(op))
    }

    fn strike(&mut self, probe: Probe<'_>) -> Option<FaultAction> {
        if self.rule.count.is_some_and(|count| self.applied >= count) || !self.matches(probe) {
            return None;
        }
        self.matched += 1;
        let chosen = self.rule.probability.is_none_or(|share| self.random.f64() < share);
        if self.matched <= self.rule.after || !chosen {
            return None;
        }
        self.applied += 1;
        Some(self.rule.action.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: Probe<'_> = Probe {
        host: "lake.azuredatalakestore.net",
        path: "/webhdfs/v1/a/b.bin",
        method: "POST",
        query: "offset=4&OP=append",
    };

    fn armed(rules: Vec<FaultRule>) -> Faults {
        let faults = Faults::default();
        faults.add(rules).unwrap();
        faults
    }

    fn reset() -> FaultRule {
        FaultRule::new(FaultAction::ResetBefore)
    }

    #[test]
    fn every_condition_counts() {
        for (rule, expected) in [
            (reset(), true),
            (reset().host("*.AzureDataLakeStore.net"), true),
            (reset().host("azuredatalakestore.net"), false),
            (reset().path("/webhdfs/*"), true),
            (reset().path("/webhdfs"), false),
            (reset().path("*.bin").method("post").op("APPEND"), true),
            (reset().method("PUT"), false),
            (reset().op("OPEN"), false),
        ] {
            let faults = armed(vec![rule.clone()]);
            assert_eq!(faults.decide(PROBE).is_some(), expected, "{rule:?}");
        }
        let of_gen2 = Probe { query: "position=0&action=append", ..PROBE };
        assert!(armed(vec![reset().op("Append")]).decide(of_gen2).is_some());
        let faults = armed(vec![reset().op("OPEN")]);
        assert_eq!(faults.decide(Probe { query: "", ..PROBE }), None);
    }

    #[test]
    fn counted_rules_end_and_the_first_match_wins() {
        let faults = armed(vec![
            reset().after(1).count(2),
            FaultRule::new(FaultAction::Stall).path("*.bin"),
        ]);
        let struck: Vec<_> = (0..5).map(|_| faults.decide(PROBE).unwrap().name()).collect();
        assert_eq!(struck, ["stall", "reset_before", "reset_before", "stall", "stall"]);
        assert_eq!(faults.list().iter().map(|(_, n)| *n).collect::<Vec<_>>(), [2, 3]);
        faults.clear();
        assert_eq!(faults.decide(PROBE), None);
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let run = |seed| {
            let faults = armed(vec![reset().probability(0.3, seed)]);
            (0..100).map(|_| faults.decide(PROBE).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let struck = run(1).into_iter().filter(|struck| *struck).count();
        assert!((15..=45).contains(&struck), "{struck}");
    }

    #[test]
    fn rules_that_make_no_sense_are_refused_as_a_whole() {
        let faults = Faults::default();
        let status =
            |code| FaultRule::new(FaultAction::Status { code, retry_after: None, body: None });
        let error = faults.add(vec![reset(), status(99)]).unwrap_err().to_string();
        assert!(error.contains("rule 1: code 99"), "{error}");
        let error = faults.add(vec![reset().probability(1.5, 0)]).unwrap_err().to_string();
        assert!(error.contains("rule 0: probability"), "{error}");
        let error = faults.add(vec![reset().path("[")]).unwrap_err().to_string();
        assert!(error.contains("rule 0: path"), "{error}");
        assert!(faults.list().is_empty());
        faults.add(vec![reset(); LIMIT]).unwrap();
        let error = faults.add(vec![reset()]).unwrap_err().to_string();
        assert!(error.contains("1024 rules"), "{error}");
    }

    #[test]
    fn memory_is_bounded_by_design_that_of_all_rules_together() {
        let faults = Faults::default();
        let pattern = "{*a,*b}".repeat(146);
        let error = faults.add(vec![reset().path(&pattern); LIMIT]).unwrap_err().to_string();
        assert!(error.contains("256 KiB"), "{error}");
        let body = Value::String("x".repeat(8 << 10));
        let long = FaultAction::Status { code: 500, retry_after: None, body: Some(body) };
        let error = faults.add(vec![FaultRule::new(long); LIMIT]).unwrap_err().to_string();
        assert!(error.contains("8 MiB"), "{error}");
        let body = Value::Array(vec![Value::Null; 1 << 20]);
        let many = FaultAction::Status { code: 500, retry_after: None, body: Some(body) };
        assert!(faults.add(vec![FaultRule::new(many)]).is_err());
        assert!(faults.list().is_empty());
        faults.add(vec![reset().path(&pattern); 250]).unwrap();
        assert!(faults.add(vec![reset().path(&pattern); 50]).is_err());
    }
}
