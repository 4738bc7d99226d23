//! Times as signatures and keys write them.

use std::time::SystemTime;

use jiff::Timestamp;

use crate::{Error, Result};

/// `2030-01-02T03:04:05Z`; what is below a second is cut off.
pub(super) fn write(time: SystemTime) -> Result<String> {
    let time = Timestamp::try_from(time).ok().filter(|time| *time >= Timestamp::UNIX_EPOCH);
    let time = time.ok_or_else(|| {
        Error::invalid("the time of a shared access signature is beyond all calendars; choose one of this century")
    })?;
    Ok(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Reads what the service writes.
pub(super) fn read(text: &str) -> Option<SystemTime> {
    text.parse::<Timestamp>().ok().map(SystemTime::from)
}

/// Whole seconds, which are all that signatures know.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn both_ways() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_893_553_445_999);
        let text = write(time).unwrap();
        assert_eq!(text, "2030-01-02T03:04:05Z");
        assert_eq!(seconds(read(&text).unwrap()), seconds(time));
        assert!(read("2030-01-02T03:04:05.1234567Z").is_some());
        assert_eq!(read("soon"), None);
        let early = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        let late = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        for unusable in [early, late] {
            assert_eq!(write(unusable).unwrap_err().kind(), crate::ErrorKind::Invalid);
        }
    }
}
