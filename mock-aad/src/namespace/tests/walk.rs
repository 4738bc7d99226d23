//! Walks in path order, from anywhere.

use super::super::tree::{Depth, ROOT};
use super::*;

/// Components of paths, in the order of which a walk goes.
type Names = Vec<String>;

fn names(path: &str) -> Names {
    path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The paths that a walk from below a start passes.
fn passed(account: &Account, start: &str, depth: Depth) -> Vec<Names> {
    let view = account.view(WHO);
    let start = names(start);
    let start: Vec<&str> = start.iter().map(String::as_str).collect();
    let walk = view.tree.walk_from(ROOT, &start, depth);
    walk.map(|id| names(view.tree.path(id).as_str())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_passes_in_path_order_what_lies_behind_its_start(
        ops in prop::collection::vec(ops(), 1..30),
        start in prop::option::of("/[a-d]{1,2}(/[a-d]){0,2}"),
    ) {
        let (account, _) = account();
        let mut model = Model::default();
        for op in ops {
            apply(&account, &op);
            model.apply(&op);
        }
        let start = start.unwrap_or_default();
        let mut expected: Vec<Names> = model.0.keys().map(|path| names(path)).collect();
        expected.retain(|path| *path > names(&start));
        expected.sort();
        prop_assert_eq!(passed(&account, &start, Depth::Everything), expected.clone());
        if names(&start).len() <= 1 {
            expected.retain(|path| path.len() == 1);
            prop_assert_eq!(passed(&account, &start, Depth::Children), expected);
        }
    }
}
