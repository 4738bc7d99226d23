//! Words for tiers, and for the way from one to another.

use crate::namespace::{ARCHIVE, RehydratePriority, Rehydration};

const TIERS: [&str; 5] = ["Hot", "Cool", "Cold", ARCHIVE, SMART];
/// The tier of files for which the service finds one by itself: here that of new ones.
pub(crate) const SMART: &str = "Smart";

/// Reads the name of a tier.
pub(crate) fn parse(text: &str) -> Option<&'static str> {
    TIERS.into_iter().find(|name| name.eq_ignore_ascii_case(text))
}

/// Reads how fast a file is to come out of the archive.
pub(crate) fn parse_priority(text: &str) -> Option<RehydratePriority> {
    let all = [RehydratePriority::Standard, RehydratePriority::High];
    all.into_iter().find(|one| priority(*one).eq_ignore_ascii_case(text))
}

/// How fast a file comes out of the archive.
pub(crate) fn priority(priority: RehydratePriority) -> &'static str {
    match priority {
        RehydratePriority::Standard => "Standard",
        RehydratePriority::High => "High",
    }
}

/// That a file is on its way out of the archive.
pub(crate) fn archive_status(pending: &Rehydration) -> String {
    format!("rehydrate-pending-to-{}", pending.to.to_ascii_lowercase())
}
