//! `adls fs can`: what the lists say to somebody, and why.

use super::setup::Setup;

const SOMEBODY: &str = "5a1e0000-0000-4000-8000-000000000999";
const TEAM: &str = "5a1e0000-0000-4000-8000-000000000888";

fn lake() -> (Setup, String) {
    let setup = Setup::signed_in();
    let account = setup.emulator.ready().gen2_account.clone();
    setup.stdout(&["storage-account", "grant", &account, "--me", "--role", "owner"]);
    let root = format!("abfss://mockfs@{account}");
    setup.stdout(&["fs", "touch", &format!("{root}/a/b/f")]);
    (setup, root)
}

#[test]
fn the_directory_that_lacks_x_and_the_mask_are_named() {
    let (setup, root) = lake();
    let at = |path: &str| format!("{root}{path}");
    let modify = |entries: &str, path: &str| {
        setup.stdout(&["fs", "acl", "modify", entries, &at(path)]);
    };
    modify(&format!("user:{SOMEBODY}:--x"), "/");
    modify(&format!("user:{SOMEBODY}:--x,group:{TEAM}:r-x"), "/a");
    modify(&format!("group:{TEAM}:rwx"), "/a/b");
    modify(&format!("group:{TEAM}:rw-,mask::r--"), "/a/b/f");
    let file = at("/a/b/f");
    let somebody = ["fs", "can", "-w-", &file, "--for", SOMEBODY];
    let run = setup.run(&[&somebody[..], &["--explain"]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains(&format!("no: {SOMEBODY} lacks --x at /a/b\n")), "{}", run.stdout);
    assert!(run.stdout.contains(&format!("user:{SOMEBODY}:--x")), "{}", run.stdout);
    assert_eq!(setup.answer(&somebody), "false\n");
    // As one of the team they come to the file, where the mask takes what they want.
    let team = [&somebody[..], &["--group", TEAM]].concat();
    let run = setup.run(&[&team[..], &["--explain", "-o", "json"]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&told["allowed"], &told["dataRoles"]), (&false.into(), &serde_json::json!([])));
    let steps = told["steps"].as_array().unwrap();
    let allowed: Vec<_> = steps.iter().map(|step| step["allowed"].as_bool().unwrap()).collect();
    assert_eq!(allowed, [true, true, true, false]);
    assert_eq!(steps[3]["by"], format!("group:{TEAM}:rw- within mask::r--"));
    modify("mask::rw-", "/a/b/f");
    assert_eq!(setup.stdout(&team), "true\n");
}

#[test]
fn oneself_a_role_and_what_is_not_there() {
    let (setup, root) = lake();
    let run = setup.run(&["fs", "can", "r--", &format!("{root}/a/b/f"), "--explain"]);
    assert_eq!(run.code, 0, "{} {}", run.stdout, run.stderr);
    assert!(run.stdout.contains("lacks --x at /\n"), "{}", run.stdout);
    assert!(run.stdout.contains("has the role Storage Blob Data Owner"), "{}", run.stdout);
    let run = setup.run(&["fs", "can", "r--", &format!("{root}/none/f"), "--explain"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("no: there is no /none"), "{}", run.stdout);
    // Gen1 has lists alone.
    setup.stdout(&["fs", "touch", "/x/f"]);
    let run = setup.run(&["fs", "can", "r--", "/x/f", "--for", SOMEBODY, "--explain"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains(&format!("no: {SOMEBODY} lacks")), "{}", run.stdout);
}
