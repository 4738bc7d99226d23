//! FILETIME: the 100 nanoseconds since 1601, as lists of paths and ids of deletions have them.

/// Milliseconds from 1601 to 1970.
const EPOCH: i64 = 11_644_473_600_000;
const TICKS_PER_MILLISECOND: i64 = 10_000;

/// The ticks of a moment in milliseconds since 1970. What was before 1601 counts as 0.
pub(crate) fn ticks(millis: i64) -> u64 {
    let ticks = millis.saturating_add(EPOCH).saturating_mul(TICKS_PER_MILLISECOND);
    u64::try_from(ticks).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `creationTime` of a recorded list; `x-ms-creation-time` of the same path was
    /// `Wed, 31 Aug 2022 22:58:43 GMT`.
    #[test]
    fn ticks_count_from_1601() {
        assert_eq!(ticks(1_661_986_723_945), 133_064_603_239_450_000);
        assert_eq!(ticks(0), 116_444_736_000_000_000);
        assert_eq!(ticks(i64::MIN), 0);
        assert!(ticks(i64::MAX) > 0);
    }
}
