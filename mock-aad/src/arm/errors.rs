//! The errors of Resource Manager and of the Data Lake Store provider, with their codes and texts.

use http::StatusCode;
use serde_json::json;

use super::answer::{Answer, Source};

/// A refusal: status, code, text, and who refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArmError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) source: Source,
    /// The `WWW-Authenticate` header of a 401.
    pub(super) challenge: Option<String>,
}

impl ArmError {
    /// An error that Resource Manager raises before any provider is asked.
    pub(super) fn gateway(status: StatusCode, code: &'static str, message: String) -> Self {
        Self { status, code, message, source: Source::Gateway, challenge: None }
    }

    /// An error of the Data Lake Store provider.
    pub(super) fn provider(status: StatusCode, code: &'static str, message: String) -> Self {
        Self { source: Source::Provider, ..Self::gateway(status, code, message) }
    }

    /// An error of the provider of storage accounts.
    pub(super) fn storage(status: StatusCode, code: &'static str, message: String) -> Self {
        Self { source: Source::Storage, ..Self::gateway(status, code, message) }
    }

    pub(super) fn subscription_not_found(subscription: &str) -> Self {
        let message = format!("The subscription '{subscription}' could not be found.");
        Self::gateway(StatusCode::NOT_FOUND, "SubscriptionNotFound", message)
    }

    pub(super) fn group_not_found(group: &str) -> Self {
        let message = format!("Resource group '{group}' could not be found.");
        Self::gateway(StatusCode::NOT_FOUND, "ResourceGroupNotFound", message)
    }

    pub(super) fn group_being_deleted(group: &str) -> Self {
        let message = format!(
            "The resource group '{group}' is in deprovisioning state and cannot perform this \
             operation."
        );
        Self::gateway(StatusCode::CONFLICT, "ResourceGroupBeingDeleted", message)
    }

    /// `kind` is the full type, `Microsoft.DataLakeStore/accounts`.
    pub(super) fn resource_not_found(kind: &str, name: &str, group: &str) -> Self {
        let message =
            format!("The Resource '{kind}/{name}' under resource group '{group}' was not found.");
        Self::gateway(StatusCode::NOT_FOUND, "ResourceNotFound", message)
    }

    pub(super) fn nested_resource_not_found() -> Self {
        Self::provider(
            StatusCode::NOT_FOUND,
            "NestedResourceNotFound",
            "Nested resource does not exist.".to_owned(),
        )
    }

    pub(super) fn operation_not_found(id: &str) -> Self {
        Self::gateway(
            StatusCode::NOT_FOUND,
            "OperationNotFound",
            format!("The operation '{id}' is not known."),
        )
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self::gateway(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestContentTooLarge",
            format!("The request content exceeds the maximum size of {limit} bytes."),
        )
    }

    pub(super) fn invalid_request(message: String) -> Self {
        Self::gateway(StatusCode::BAD_REQUEST, "InvalidRequestContent", message)
    }

    /// A member of a body that is missing or not as it must be.
    pub(super) fn invalid_member(name: &str, why: &str) -> Self {
        Self::invalid_request(format!(
            "The request content was invalid: the member '{name}' {why}."
        ))
    }

    pub(super) fn location_required() -> Self {
        Self::gateway(
            StatusCode::BAD_REQUEST,
            "LocationRequired",
            "The location property is required for this definition.".to_owned(),
        )
    }

    pub(super) fn location_not_available(location: &str, kind: &str, offered: &str) -> Self {
        Self::gateway(
            StatusCode::BAD_REQUEST,
            "LocationNotAvailableForResourceType",
            format!(
                "The provided location '{location}' is not available for resource type '{kind}'. \
                 List of available regions for the resource type is '{offered}'."
            ),
        )
    }

    /// A resource that exists elsewhere cannot be created in `wanted`.
    pub(super) fn invalid_resource_location(name: &str, there: &str, wanted: &str) -> Self {
        Self::gateway(
            StatusCode::CONFLICT,
            "InvalidResourceLocation",
            format!(
                "The resource '{name}' already exists in location '{there}'. A resource with the \
                 same name cannot be created in location '{wanted}'. Please select a new resource \
                 name."
            ),
        )
    }

    pub(super) fn method_not_allowed(method: &http::Method) -> Self {
        Self::gateway(
            StatusCode::METHOD_NOT_ALLOWED,
            "HttpMethodNotAllowed",
            format!("The requested resource does not support http method '{method}'."),
        )
    }

    pub(super) fn not_routed(path: &str) -> Self {
        Self::gateway(
            StatusCode::NOT_FOUND,
            "NotFound",
            format!("No operation of Resource Manager lies at '{path}'."),
        )
    }
}

impl From<ArmError> for Answer {
    fn from(error: ArmError) -> Self {
        let body = json!({"error": {"code": error.code, "message": error.message}});
        let mut answer = Self::new(error.status, error.source).with_body(body);
        if error.source == Source::Gateway {
            answer = answer.with_header("x-ms-failure-cause", "gateway");
        }
        if let Some(challenge) = error.challenge {
            answer = answer.with_header("www-authenticate", challenge);
        }
        answer
    }
}
