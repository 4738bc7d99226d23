//! Which hosts are asked, and with what.

use std::fs;

use crate::setup::{Setup, finish, text};

mod credentials_go_only_where_said {
    use super::*;

    #[test]
    fn a_host_outside_the_emulator_is_refused_before_anything_is_sent() {
        let setup = Setup::signed_in();
        setup.emulator.clear_requests();
        for host in ["acct.evil.test", "mocklake.adls.localhost:1", "mocklake.dfs.core.windows.net"]
        {
            for command in ["ls", "stat", "test", "rm", "tree"] {
                let run = setup.run(&["fs", command, &format!("adl://{host}/x")]);
                assert_eq!(run.code, 2, "{command} {host}: {}", run.stderr);
                assert!(run.stderr.contains("is not a host of the emulator"), "{}", run.stderr);
            }
            assert_eq!(setup.run(&["fs", "ls", "/", "--account", host]).code, 2);
            assert_eq!(setup.run(&["account", "show", host]).code, 2);
        }
        assert_eq!(setup.emulator.requests().len(), 0);
    }

    #[test]
    fn the_names_of_the_cloud_mean_the_emulators_account() {
        let setup = Setup::signed_in();
        setup.stdout(&["fs", "touch", "adl://mocklake.azuredatalakestore.net/a"]);
        assert_eq!(setup.stdout(&["fs", "test", "adl://mocklake.adls.localhost/a"]), "true\n");
        let named = ["fs", "find", "/", "--account", "mocklake.azuredatalakestore.net"];
        assert_eq!(setup.stdout(&named), "/a\n");
        let shown = ["account", "show", "mocklake.azuredatalakestore.net", "-o", "tsv"];
        assert!(setup.stdout(&shown).starts_with("mocklake\t"));
    }

    #[test]
    fn in_the_cloud_only_its_hosts_and_trusted_ones_get_a_token() {
        let setup = Setup::new();
        let ready = setup.emulator.ready();
        // The cloud is the emulator, behind its proxy.
        let cloud = |arguments: &[&str]| {
            let mut command = setup.command(arguments);
            command
                .env_remove("ADLS_EMULATOR")
                .env("HTTPS_PROXY", &ready.proxy_url)
                .env("SSL_CERT_FILE", &ready.ca_cert);
            command
        };
        let login = ["login", "--username", &ready.username, "--password-stdin"];
        let signed_in = finish(cloud(&login).write_stdin(ready.password.clone()));
        assert_eq!(signed_in.code, 0, "{}", signed_in.stderr);
        assert_eq!(finish(&mut cloud(&["fs", "ls", "adl://mocklake/"])).code, 0);

        let seen = setup.emulator.requests().len();
        let refused = finish(&mut cloud(&["fs", "ls", "adl://acct.evil.test/"]));
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains("gets no token"), "{}", refused.stderr);
        assert!(refused.stderr.contains("storage_suffixes"), "{}", refused.stderr);
        assert_eq!(setup.emulator.requests().len(), seen);

        let config = setup.directory.path().join("config/config.toml");
        let kept = fs::read_to_string(&config).unwrap();
        fs::write(&config, format!("storage_suffixes = [\"evil.test\"]\n{kept}")).unwrap();
        let trusted = finish(&mut cloud(&["fs", "ls", "adl://acct.evil.test/"]));
        assert_eq!(trusted.code, 1, "{}", trusted.stderr);
        assert!(trusted.stderr.contains("does not lead to acct.evil.test"), "{}", trusted.stderr);
    }

    #[test]
    fn a_machines_identity_is_asked_for_at_the_emulator() {
        let setup = Setup::new();
        setup.stdout(&["login", "--managed-identity"]);
        setup.stdout(&["token"]);
        let mut elsewhere = setup.command(&["login", "--managed-identity"]);
        elsewhere.env("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://identity.evil.test");
        let refused = finish(&mut elsewhere);
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        assert!(refused.stderr.contains("identity.evil.test"), "{}", refused.stderr);
    }
}

mod a_wrong_setting_is_named {
    use super::*;

    #[test]
    fn a_proxy_that_cannot_be_used() {
        let setup = Setup::new();
        for proxy in [r"http://corp\user:p@ss:w/o@127.0.0.1:3128", "not a url"] {
            let mut command = setup.command(&["login", "--device-code"]);
            command.env_remove("ADLS_EMULATOR").env("HTTPS_PROXY", proxy);
            let run = finish(&mut command);
            assert_eq!(run.code, 1, "{}", run.stderr);
            assert!(run.stderr.contains("HTTPS_PROXY"), "{}", run.stderr);
            assert!(!run.stderr.contains("p@ss"), "{}", run.stderr);
        }
    }

    #[test]
    fn a_filter_of_the_log() {
        let setup = Setup::new();
        let run = finish(setup.command(&["completions", "bash"]).env("ADLS_LOG", "a=b=c"));
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("ADLS_LOG"), "{}", run.stderr);
        assert_eq!(setup.run(&["whoami", "--cloud", "moon"]).code, 2);
    }

    #[test]
    fn a_value_in_the_configuration_and_nothing_fails_that_does_not_need_it() {
        let setup = Setup::signed_in();
        let config = setup.directory.path().join("config/config.toml");
        let kept = fs::read_to_string(&config).unwrap();
        fs::write(&config, format!("\u{feff}future = 1\r\n{kept}")).unwrap();
        let run = setup.run(&["fs", "ls", "/"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.stderr.matches("future").count(), 1, "{}", run.stderr);

        fs::write(&config, format!("account = 3\n{kept}")).unwrap();
        let run = setup.run(&["fs", "ls", "/"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        for part in ["config.toml", "account", "hint:"] {
            assert!(run.stderr.contains(part), "{}", run.stderr);
        }
        setup.stdout(&["completions", "bash"]);
        assert_eq!(setup.run(&["emulator", "status"]).code, 0);
    }
}

mod words_name_the_right_thing {
    use super::*;

    #[test]
    fn what_lies_between_here_and_the_service() {
        let setup = Setup::new();
        let ready = setup.emulator.ready();
        let fails = |variables: &[(&str, &str)]| {
            let mut command = setup.command(&["fs", "ls", "adl://mocklake/"]);
            command.env_remove("ADLS_EMULATOR").env("AZURE_TENANT_ID", &ready.tenant_id);
            command.env("AZURE_CLIENT_ID", &ready.client_id);
            command.env("AZURE_CLIENT_SECRET", &ready.client_secret);
            command.envs(variables.iter().copied());
            let run = finish(&mut command);
            assert_eq!(run.code, 1, "{}", run.stderr);
            assert!(run.stderr.contains("hint: "), "{}", run.stderr);
            run.stderr
        };
        // Its certificate is by an authority that nobody has named.
        let said = fails(&[("HTTPS_PROXY", &ready.proxy_url)]);
        assert!(said.contains("SSL_CERT_FILE") && said.contains("HTTPS_PROXY"), "{said}");
        assert!(!said.contains("tries"), "{said}");
    }
}

mod text_from_windows_tools_is_read {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn passwords_secrets_and_certificates() {
        let setup = Setup::new();
        let ready = setup.emulator.ready();
        let user = ["login", "--username", &ready.username, "--password-stdin"];
        let app =
            ["login", "--service-principal", "--client-id", &ready.client_id, "--password-stdin"];
        for (arguments, secret) in [(&user[..], &ready.password), (&app[..], &ready.client_secret)]
        {
            for bytes in [
                format!("{secret}\r\n").into_bytes(),
                format!("\u{feff}{secret}\r\n").into_bytes(),
                utf16(&format!("{secret}\r\n")),
            ] {
                let run = finish(setup.command(arguments).write_stdin(bytes));
                assert_eq!(run.code, 0, "{}", run.stderr);
            }
        }
        let run = finish(setup.command(&user).write_stdin(&b"p\xe4ss\n"[..]));
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("UTF-8"), "{}", run.stderr);

        let pem = fs::read_to_string(&ready.client_certificate).unwrap();
        for bytes in [format!("\u{feff}{pem}").into_bytes(), utf16(&pem.replace('\n', "\r\n"))] {
            let file = setup.file("windows.pem", &bytes);
            setup.stdout(&["login", "--certificate", text(&file), "--client-id", &ready.client_id]);
        }
    }
}
