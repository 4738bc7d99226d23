//! The rules of the public surface, kept by the emulator: in process, and over TLS.

use adls_tests::{Emulated, conformance, for_each_rule};

use adls_fs::FileSystemClient;

async fn gen1(emulated: &Emulated) -> FileSystemClient {
    emulated.file_system().unwrap()
}

async fn gen2(emulated: &Emulated) -> FileSystemClient {
    emulated.gen2().await.unwrap()
}

async fn check(rule: &str, client: FileSystemClient) {
    let base = "/rules/a rule".parse().unwrap();
    conformance::check(rule, &client, &base).await;
}

#[tokio::test]
async fn no_rule_is_passed_over() {
    let emulated = Emulated::start().await.unwrap();
    let clients = [gen1(&emulated).await, gen2(&emulated).await];
    for rule in conformance::ALL {
        let applies = |client: &FileSystemClient| (rule.applies_to)(client.capabilities());
        assert!(clients.iter().any(applies), "{}", rule.name);
    }
}

macro_rules! tests {
    (
        ($start:expr, $client:path)
        $($(#[$meta:meta])* $module:ident::$name:ident $(if $has:ident)? $(unless $lacks:ident)?;)*
    ) => {$(
        $(#[$meta])*
        #[tokio::test]
        async fn $name() {
            let emulated = $start.await.unwrap();
            super::super::check(stringify!($name), $client(&emulated).await).await;
        }
    )*};
}

mod gen1 {
    use super::*;

    mod in_process {
        use super::*;

        for_each_rule!(tests! { (Emulated::start(), gen1) });
    }

    mod over_tls {
        use super::*;

        for_each_rule!(tests! { (async { Emulated::start().await?.over_tls() }, gen1) });
    }
}

mod gen2 {
    use super::*;

    mod in_process {
        use super::*;

        for_each_rule!(tests! { (Emulated::start(), gen2) });
    }

    mod host_style_over_tls {
        use super::*;

        for_each_rule!(tests! { (async { Emulated::start().await?.over_tls() }, gen2) });
    }

    mod path_style_over_tls {
        use super::*;

        for_each_rule!(tests! {
            (async { Emulated::start().await?.over_tls().map(Emulated::in_path_style) }, gen2)
        });
    }
}
