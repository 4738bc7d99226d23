//! What the services of an account are set to. How long deleted items are kept has an effect, and
//! what pages of other origins may do; the rest is for those who ask.

use serde::{Deserialize, Serialize};

/// What the services of an account are set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceProperties {
    /// For how many days deleted files and directories can be restored; `None` for not at all.
    pub(crate) retention_days: Option<u32>,
    /// Whether deleted items may be deleted for good before their time.
    pub(crate) permanent_deletes: bool,
    /// For how many days deleted file systems can be restored; `None` for not at all.
    pub(crate) container_retention_days: Option<u32>,
    pub(crate) logging: Logging,
    pub(crate) hour_metrics: Metrics,
    pub(crate) minute_metrics: Metrics,
    pub(crate) cors: Vec<CorsRule>,
    pub(crate) website: Website,
    /// The version that requests without one are said to have.
    pub(crate) default_version: Option<String>,
}

/// What requests are logged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Logging {
    pub(crate) read: bool,
    pub(crate) write: bool,
    pub(crate) delete: bool,
    /// For how many days logs are kept; `None` for always.
    pub(crate) retention_days: Option<u32>,
}

/// What is measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metrics {
    pub(crate) enabled: bool,
    /// Whether single operations are measured; `None` where it was not said.
    pub(crate) of_operations: Option<bool>,
    /// For how many days measures are kept; `None` for always.
    pub(crate) retention_days: Option<u32>,
}

/// What pages of another origin may do. Lists are as they were written, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CorsRule {
    pub(crate) methods: String,
    pub(crate) origins: String,
    pub(crate) headers: String,
    pub(crate) exposed_headers: String,
    pub(crate) max_age_seconds: u32,
}

/// The website that an account may serve.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Website {
    pub(crate) enabled: bool,
    pub(crate) index_document: Option<String>,
    pub(crate) default_index_path: Option<String>,
    pub(crate) error_document: Option<String>,
}

/// What a new account has: its operations are measured by the hour.
impl Default for ServiceProperties {
    fn default() -> Self {
        Self {
            retention_days: None,
            permanent_deletes: false,
            container_retention_days: None,
            logging: Logging::default(),
            hour_metrics: Metrics {
                enabled: true,
                of_operations: Some(true),
                retention_days: Some(7),
            },
            minute_metrics: Metrics::default(),
            cors: Vec::new(),
            website: Website::default(),
            default_version: None,
        }
    }
}
