//! `adls account check-name`, `capability` and `usage`: questions to the service itself.

use crate::commands::management::NAME_AVAILABILITY;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::Column;

const CAPABILITY: &[Column] = &[
    ("subscription", "/subscriptionId"),
    ("state", "/state"),
    ("accounts", "/accountCount"),
    ("at most", "/maxAccountCount"),
    ("migration", "/migrationState"),
];

const USAGE: &[Column] = &[
    ("Name", "/name/localizedValue"),
    ("Used", "/currentValue"),
    ("Limit", "/limit"),
    ("Unit", "/unit"),
];

pub(super) async fn check_name(context: &Context, name: &str, location: &str) -> Outcome {
    let accounts = context.management().await?.accounts();
    let answer = accounts.check_name_availability(location, name).await?;
    context.printer.object(&answer, NAME_AVAILABILITY)
}

pub(super) async fn capability(context: &Context, location: &str) -> Outcome {
    let locations = context.management().await?.locations();
    let capability = locations.capability(location).await?.ok_or_else(|| {
        Failure::new(format!("Data Lake Store is not offered in {location}"))
            .hint("regions have names such as eastus2: see `adls subscription locations`")
    })?;
    context.printer.object(&capability, CAPABILITY)
}

pub(super) async fn usage(context: &Context, location: &str) -> Outcome {
    let locations = context.management().await?.locations();
    context.printer.list(&locations.usage(location)?.collect_all().await?, USAGE)
}
