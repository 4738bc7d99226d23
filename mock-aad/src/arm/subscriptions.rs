//! Subscriptions, their regions, and tenants.

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::seed::Seed;

use super::Context;
use super::answer::Answer;
use super::errors::ArmError;
use super::version;

/// Regions of the public cloud: display name, longitude, latitude.
const REGIONS: [(&str, &str, &str); 30] = [
    ("East Asia", "114.188", "22.267"),
    ("Southeast Asia", "103.833", "1.283"),
    ("Central US", "-93.6208", "41.5908"),
    ("East US", "-79.8164", "37.3719"),
    ("East US 2", "-78.3889", "36.6681"),
    ("West US", "-122.417", "37.783"),
    ("North Central US", "-87.6278", "41.8819"),
    ("South Central US", "-98.5", "29.4167"),
    ("North Europe", "-6.2597", "53.3478"),
    ("West Europe", "4.9", "52.3667"),
    ("Japan West", "135.5022", "34.6939"),
    ("Japan East", "139.77", "35.68"),
    ("Brazil South", "-46.633", "-23.55"),
    ("Australia East", "151.2094", "-33.86"),
    ("Australia Southeast", "144.9631", "-37.8136"),
    ("South India", "80.1636", "12.9822"),
    ("Central India", "73.9197", "18.5822"),
    ("West India", "72.868", "19.088"),
    ("Canada Central", "-79.383", "43.653"),
    ("Canada East", "-71.217", "46.817"),
    ("West Central US", "-110.234", "40.890"),
    ("West US 2", "-119.852", "47.233"),
    ("UK South", "-0.799", "50.941"),
    ("UK West", "-3.084", "53.427"),
    ("Korea Central", "126.9780", "37.5665"),
    ("Korea South", "129.0756", "35.1796"),
    ("France Central", "2.3730", "46.3772"),
    ("Germany West Central", "8.682127", "50.110924"),
    ("Norway East", "10.752245", "59.913868"),
    ("Switzerland North", "8.564572", "47.451542"),
];

/// The regions that have offered accounts, by their display names.
pub(super) const STORE_REGIONS: [&str; 4] =
    ["East US 2", "North Europe", "Central US", "West Europe"];

/// A region's name without blanks, in lower case, as Resource Manager normalises it.
pub(super) fn short(region: &str) -> String {
    region.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

/// Whether `name`, in its short form, is a region of the public cloud.
pub(super) fn is_region(name: &str) -> bool {
    REGIONS.iter().any(|(region, ..)| short(region) == name)
}

/// All regions in their short forms, as errors list them.
pub(super) fn regions() -> String {
    REGIONS.map(|(name, ..)| short(name)).join(",")
}

/// The display names of all regions.
pub(super) fn region_names() -> Vec<&'static str> {
    REGIONS.iter().map(|(name, ..)| *name).collect()
}

/// Checks the subscription in a path.
pub(super) fn check(seed: &Seed, id: &str) -> Result<(), ArmError> {
    match id.parse::<Uuid>() {
        Ok(found) if found == seed.subscription_id => Ok(()),
        Ok(_) => Err(ArmError::subscription_not_found(id)),
        Err(_) => Err(ArmError::gateway(
            StatusCode::BAD_REQUEST,
            "InvalidSubscriptionId",
            format!("The provided subscription identifier '{id}' is malformed or invalid."),
        )),
    }
}

/// GET `/subscriptions`: those in which the caller has a role.
pub(super) fn list(context: &Context<'_>) -> Result<Answer, ArmError> {
    let known = context.state().knows(context.caller);
    let items: Vec<Value> = known.then(|| form(context)).into_iter().collect();
    Ok(Answer::gateway(StatusCode::OK).with_body(json!({"value": items})))
}

/// GET on the subscription.
pub(super) fn get(context: &Context<'_>) -> Result<Answer, ArmError> {
    Ok(Answer::gateway(StatusCode::OK).with_body(form(context)))
}

fn form(context: &Context<'_>) -> Value {
    let seed = &context.arm.seed;
    let mut form = json!({
        "id": format!("/subscriptions/{}", seed.subscription_id),
        "subscriptionId": seed.subscription_id,
        "displayName": seed.subscription_name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
        },
        "authorizationSource": "Legacy",
    });
    // Absent in 2016-06-01; later clients sort subscriptions by their tenant.
    if version::since(&context.version, "2019-01-01")
        && let Some(form) = form.as_object_mut()
    {
        form.insert("tenantId".to_owned(), json!(seed.tenant_id));
        form.insert("managedByTenants".to_owned(), json!([]));
    }
    form
}

/// GET on the subscription's regions.
pub(super) fn locations(context: &Context<'_>) -> Result<Answer, ArmError> {
    let subscription = context.arm.seed.subscription_id;
    let with_metadata = version::since(&context.version, "2019-01-01");
    let items: Vec<Value> = REGIONS
        .iter()
        .map(|(display_name, longitude, latitude)| {
            let name = short(display_name);
            let id = format!("/subscriptions/{subscription}/locations/{name}");
            if with_metadata {
                json!({
                    "id": id, "name": name, "type": "Region", "displayName": display_name,
                    "regionalDisplayName": display_name,
                    "metadata": {
                        "regionType": "Physical", "regionCategory": "Recommended",
                        "longitude": longitude, "latitude": latitude,
                    },
                })
            } else {
                json!({
                    "id": id, "name": name, "displayName": display_name,
                    "longitude": longitude, "latitude": latitude,
                })
            }
        })
        .collect();
    Ok(Answer::gateway(StatusCode::OK).with_body(json!({"value": items})))
}

/// GET `/tenants`.
pub(super) fn tenants(context: &Context<'_>) -> Result<Answer, ArmError> {
    let seed = &context.arm.seed;
    let mut tenant = json!({
        "id": format!("/tenants/{}", seed.tenant_id),
        "tenantId": seed.tenant_id,
    });
    if version::since(&context.version, "2019-01-01")
        && let Some(tenant) = tenant.as_object_mut()
    {
        let more = json!({
            "countryCode": "US",
            "displayName": seed.subscription_name,
            "domains": [seed.tenant_domain],
            "tenantCategory": "Home",
            "defaultDomain": seed.tenant_domain,
            "tenantType": "AAD",
        });
        if let Value::Object(more) = more {
            tenant.extend(more);
        }
    }
    Ok(Answer::gateway(StatusCode::OK).with_body(json!({"value": [tenant]})))
}
