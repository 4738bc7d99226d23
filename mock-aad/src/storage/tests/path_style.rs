//! Which account a request is for, behind a host that names none.

use http::HeaderMap;

use crate::clock::Clock;
use crate::seed::Seed;
use crate::state::EmulatorState;
use crate::storage::by_path;
use crate::webhdfs::Options;

fn found(auto_create_accounts: bool, path: &str, signer: &str) -> Option<(String, bool)> {
    let options = Options { auto_create_accounts, ..Options::default() };
    let state = EmulatorState::new(Seed::default(), Clock::default(), options);
    let mut headers = HeaderMap::new();
    if !signer.is_empty() {
        headers.insert("authorization", signer.parse().unwrap());
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    by_path(&state.storage, path, query, &headers)
        .map(|(account, endpoint)| (account, endpoint.path_style))
}

#[test]
fn an_account_that_exists_is_found_by_its_first_segment() {
    let mockgen2 = Some(("mockgen2".to_owned(), true));
    for path in ["/mockgen2", "/mockgen2/", "/MockGen2/fs/a", "//mockgen2/fs?comp=list"] {
        assert_eq!(found(false, path, ""), mockgen2, "{path}");
        assert_eq!(found(false, path, "Bearer x"), mockgen2, "{path}");
        assert_eq!(found(false, path, "SharedKey mockgen2:c2ln"), mockgen2, "{path}");
    }
    for path in ["/", "/other/fs", "/mocklake/fs", "/common/oauth2/token", "/a/mockgen2"] {
        assert_eq!(found(false, path, ""), None, "{path}");
    }
}

#[test]
fn an_account_that_may_be_made_is_found_when_a_signature_is_for_it() {
    let other = Some(("other".to_owned(), true));
    assert_eq!(found(true, "/other/fs", "SharedKey other:c2ln"), other);
    assert_eq!(found(true, "/other/fs?sv=2021-12-02&sig=c2ln", ""), other);
    for (path, signer) in [
        ("/other/fs", ""),
        ("/other/fs?sig=c2ln", ""),
        ("/other/fs", "Bearer x"),
        ("/other/fs", "SharedKey third:c2ln"),
        ("/no-name/fs", "SharedKey no-name:c2ln"),
    ] {
        assert_eq!(found(true, path, signer), None, "{path} {signer}");
    }
    assert_eq!(found(false, "/other/fs", "SharedKey other:c2ln"), None);
}

#[test]
fn a_path_without_its_account_belongs_to_the_one_that_signed() {
    let signer = "SharedKey mockgen2:c2ln";
    assert_eq!(found(false, "/fs/a", signer), Some(("mockgen2".to_owned(), false)));
    // The signer also counts against another account that exists.
    assert_eq!(found(false, "/mockgen2soft/a", signer), Some(("mockgen2".to_owned(), false)));
    assert_eq!(found(false, "/fs/a", "SharedKey other:c2ln"), None);
}
