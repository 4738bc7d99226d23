//! Which api-version a request may carry.

use http::StatusCode;

use super::errors::ArmError;
use crate::parameters::Parameters;

/// The versions of `Microsoft.DataLakeStore`, newest first.
pub(super) const DATA_LAKE_STORE: [&str; 2] = [CURRENT, PREVIEW];
/// The version that every client since 2016 sends.
pub(super) const CURRENT: &str = adls_wire::arm::DATA_LAKE_STORE_API_VERSION;
/// The version before the first release, with fewer members.
pub(super) const PREVIEW: &str = "2015-10-01-preview";

/// Resource Manager itself has had dozens of versions; every date in this span is taken, as
/// clients of ten years send them.
const RESOURCES_FROM: &str = "2014-01-01";
const RESOURCES_UNTIL: &str = "2026-12-31";

/// Which versions a route has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Versions {
    /// Those of Resource Manager.
    Resources,
    /// Those of the provider, for this type.
    Store(&'static str),
}

/// Checks and returns the api-version of a request, which every path needs.
pub(super) fn check(
    versions: Option<Versions>,
    query: &Parameters<'_>,
) -> Result<String, ArmError> {
    let Some(version) = query.get("api-version").filter(|version| !version.is_empty()) else {
        return Err(ArmError::gateway(
            StatusCode::BAD_REQUEST,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests."
                .to_owned(),
        ));
    };
    match versions {
        Some(Versions::Resources) => resources(version)?,
        Some(Versions::Store(kind)) => data_lake_store(version, kind)?,
        None => {}
    }
    Ok(version.to_ascii_lowercase())
}

/// Whether `version`, which passed [`check`], is `date` or later.
pub(super) fn since(version: &str, date: &str) -> bool {
    version.get(..date.len()).is_some_and(|day| day >= date)
}

fn data_lake_store(version: &str, kind: &str) -> Result<(), ArmError> {
    if DATA_LAKE_STORE.iter().any(|known| known.eq_ignore_ascii_case(version)) {
        return Ok(());
    }
    let supported = DATA_LAKE_STORE.join(", ");
    Err(ArmError::gateway(
        StatusCode::BAD_REQUEST,
        "NoRegisteredProviderFound",
        format!(
            "No registered resource provider found for API version '{version}' for type '{kind}'. \
             The supported api-versions are '{supported}'."
        ),
    ))
}

fn resources(version: &str) -> Result<(), ArmError> {
    let day = version.get(..10).unwrap_or_default();
    let suffix = version.get(10..).unwrap_or_default().to_ascii_lowercase();
    let known = day.parse::<jiff::civil::Date>().is_ok()
        && (RESOURCES_FROM..=RESOURCES_UNTIL).contains(&day)
        && matches!(suffix.as_str(), "" | "-preview" | "-alpha" | "-beta" | "-privatepreview");
    if known {
        return Ok(());
    }
    Err(ArmError::gateway(
        StatusCode::BAD_REQUEST,
        "InvalidApiVersionParameter",
        format!(
            "The api-version '{version}' is invalid. The supported versions are the dates from \
             '{RESOURCES_FROM}' to '{RESOURCES_UNTIL}', with or without '-preview'."
        ),
    ))
}

/// Whether a group shows its type.
pub(super) fn shows_group_type(version: &str) -> bool {
    // Absent in the answers of 2017-05-10, present in those of 2020-06-01.
    since(version, "2018-05-01")
}

#[cfg(test)]
mod tests {
    use super::super::route;
    use super::*;

    fn code(path: &str, query: &str) -> Result<String, &'static str> {
        let versions = route::find(path).map(|(route, _)| route.versions);
        check(versions, &Parameters::parse(query.as_bytes())).map_err(|error| error.code)
    }

    #[test]
    fn versions_of_the_provider_are_two() {
        let path = "/subscriptions/s/providers/Microsoft.DataLakeStore/accounts";
        assert_eq!(code(path, "api-version=2016-11-01"), Ok("2016-11-01".to_owned()));
        assert_eq!(
            code(path, "api-version=2015-10-01-Preview"),
            Ok("2015-10-01-preview".to_owned())
        );
        assert_eq!(code(path, "api-version=2019-11-01"), Err("NoRegisteredProviderFound"));
        assert_eq!(code(path, ""), Err("MissingApiVersionParameter"));
        assert_eq!(code(path, "api-version="), Err("MissingApiVersionParameter"));
    }

    #[test]
    fn versions_of_resource_manager_are_dates_of_ten_years() {
        let path = "/subscriptions/s/resourcegroups";
        for version in ["2014-04-01-preview", "2017-05-10", "2025-04-01"] {
            assert_eq!(code(path, &format!("api-version={version}")), Ok(version.to_owned()));
        }
        for version in ["1999-01-01", "2020-13-01", "latest", "2020-10-01-final"] {
            assert_eq!(
                code(path, &format!("api-version={version}")),
                Err("InvalidApiVersionParameter"),
                "{version}"
            );
        }
    }
}
