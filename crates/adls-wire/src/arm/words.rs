//! Words of Resource Manager bodies. All sets are open: a service may say what no list foresaw.

use super::open_enum::open_enum;

open_enum! {
    /// How far the service has come with an account.
    ProvisioningState {
        /// It went wrong for good.
        Failed = "Failed",
        /// It is being made.
        Creating = "Creating",
        /// The names of its hosts are being made known.
        ResolvingDns = "ResolvingDNS",
        /// Work on it goes on.
        Running = "Running",
        /// It is ready.
        Succeeded = "Succeeded",
        /// It is being changed.
        Patching = "Patching",
        /// It is being switched off.
        Suspending = "Suspending",
        /// It is being switched on again.
        Resuming = "Resuming",
        /// It is being deleted.
        Deleting = "Deleting",
        /// It is deleted.
        Deleted = "Deleted",
        /// Its deletion is being undone.
        Undeleting = "Undeleting",
        /// Work on it was cancelled.
        Canceled = "Canceled",
    }
}

open_enum! {
    /// Whether an account serves requests.
    AccountState {
        /// It does.
        Active = "Active",
        /// It does not, until it is resumed.
        Suspended = "Suspended",
    }
}

open_enum! {
    /// Whether a part of an account is switched on: its firewall, the exception for Azure services,
    /// its trusted providers.
    FeatureState {
        /// It is on.
        Enabled = "Enabled",
        /// It is off.
        Disabled = "Disabled",
    }
}

open_enum! {
    /// Whether an account's data is encrypted at rest. Fixed at creation.
    EncryptionState {
        /// It is.
        Enabled = "Enabled",
        /// It is not.
        Disabled = "Disabled",
    }
}

open_enum! {
    /// How far the service has come with an account's own encryption key.
    EncryptionProvisioningState {
        /// The key is not in use yet: the account's identity needs access to the vault.
        Creating = "Creating",
        /// The key is in use.
        Succeeded = "Succeeded",
    }
}

open_enum! {
    /// Who keeps the key that encrypts an account.
    EncryptionConfigType {
        /// The account's owner, in a key vault.
        UserManaged = "UserManaged",
        /// The service.
        ServiceManaged = "ServiceManaged",
    }
}

open_enum! {
    /// The kind of identity that a resource has.
    IdentityType {
        /// One that lives and dies with the resource.
        SystemAssigned = "SystemAssigned",
    }
}

open_enum! {
    /// What an account's owner has committed to pay per month.
    Tier {
        /// Nothing: by use.
        Consumption = "Consumption",
        /// 1 TB.
        Commitment1TB = "Commitment_1TB",
        /// 10 TB.
        Commitment10TB = "Commitment_10TB",
        /// 100 TB.
        Commitment100TB = "Commitment_100TB",
        /// 500 TB.
        Commitment500TB = "Commitment_500TB",
        /// 1 PB.
        Commitment1PB = "Commitment_1PB",
        /// 5 PB.
        Commitment5PB = "Commitment_5PB",
    }
}

open_enum! {
    /// How a subscription stands with the Data Lake Store service of one region.
    ServiceState {
        /// It may use the service.
        Registered = "Registered",
        /// It may not for now.
        Suspended = "Suspended",
        /// It is deleted.
        Deleted = "Deleted",
        /// It has not registered the provider.
        Unregistered = "Unregistered",
        /// It is about to be suspended.
        Warned = "Warned",
    }
}

open_enum! {
    /// Who may do an operation.
    OperationOrigin {
        /// Users.
        User = "user",
        /// The system.
        System = "system",
        /// Both.
        UserAndSystem = "user,system",
    }
}

open_enum! {
    /// What a usage counts.
    UsageUnit {
        /// Things.
        Count = "Count",
        /// Bytes.
        Bytes = "Bytes",
        /// Seconds.
        Seconds = "Seconds",
        /// Percent.
        Percent = "Percent",
        /// Things per second.
        CountsPerSecond = "CountsPerSecond",
        /// Bytes per second.
        BytesPerSecond = "BytesPerSecond",
    }
}

open_enum! {
    /// Whether a subscription may use a resource provider.
    RegistrationState {
        /// It never was registered.
        NotRegistered = "NotRegistered",
        /// It is not registered any more.
        Unregistered = "Unregistered",
        /// It is being registered.
        Registering = "Registering",
        /// It is registered.
        Registered = "Registered",
        /// It is being unregistered.
        Unregistering = "Unregistering",
    }
}

open_enum! {
    /// Whether a subscription can be used.
    SubscriptionState {
        /// It can.
        Enabled = "Enabled",
        /// It can, but will be disabled soon.
        Warned = "Warned",
        /// It can for a while, its bill is not paid.
        PastDue = "PastDue",
        /// It can be read only.
        Disabled = "Disabled",
        /// It is deleted.
        Deleted = "Deleted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_in_any_case_and_others_as_they_are() {
        assert_eq!(Tier::from("commitment_1tb"), Tier::Commitment1TB);
        assert_eq!(Tier::Commitment1TB.to_string(), "Commitment_1TB");
        let json = r#"["Active","Frozen","SUSPENDED"]"#;
        let states: Vec<AccountState> = serde_json::from_str(json).unwrap();
        assert_eq!(states[1], AccountState::Other("Frozen".to_owned()));
        assert_eq!(serde_json::to_string(&states).unwrap(), r#"["Active","Frozen","Suspended"]"#);
    }

    #[test]
    fn every_word_is_recognised() {
        for word in ProvisioningState::WORDS {
            let state = ProvisioningState::from(*word);
            assert!(!matches!(state, ProvisioningState::Other(_)), "{word}");
            assert_eq!(state.as_str(), *word);
        }
    }
}
