//! The rules of the public surface, kept by the emulator: in process, and over TLS.

use adls_tests::{Emulated, conformance, for_each_rule};

async fn check(rule: &str, emulated: Emulated) {
    let base = "/rules/a rule".parse().unwrap();
    conformance::check(rule, &emulated.file_system().unwrap(), &base).await;
}

#[tokio::test]
async fn no_rule_is_passed_over() {
    let client = Emulated::start().await.unwrap().file_system().unwrap();
    for rule in conformance::ALL {
        assert!((rule.applies_to)(client.capabilities()), "{}", rule.name);
    }
}

macro_rules! tests {
    (
        ($start:expr)
        $($(#[$meta:meta])* $module:ident::$name:ident $(if $has:ident)? $(unless $lacks:ident)?;)*
    ) => {$(
        $(#[$meta])*
        #[tokio::test]
        async fn $name() {
            super::check(stringify!($name), $start.await.unwrap()).await;
        }
    )*};
}

mod in_process {
    use super::*;

    for_each_rule!(tests! { (Emulated::start()) });
}

mod over_tls {
    use super::*;

    for_each_rule!(tests! { (async { Emulated::start().await?.over_tls() }) });
}
