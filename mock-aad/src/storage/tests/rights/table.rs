//! The table of who may do what.

use super::*;

/// How somebody authorises a request.
#[derive(Clone, Debug)]
enum By {
    Key(usize),
    Token(String),
    Sas(String),
    /// A signature and a token.
    Both(String, String),
    Nothing,
}

/// Every operation, by a letter of its own.
fn operations(world: &World) -> Vec<(char, Bare)> {
    let dfs = |method, uri: &str| Bare::new(Protocol::Dfs, method, format!("/mockfs{uri}"));
    let blob = |method, uri: &str| Bare::new(Protocol::Blob, method, uri);
    let rights = "?action=setAccessControl";
    let source = format!("d/gone?deletionid={}", world.deletion);
    vec![
        ('l', dfs("GET", "?resource=filesystem&recursive=false&directory=d")),
        ('r', dfs("GET", "/d/f")),
        ('s', dfs("HEAD", "/d/f?action=getStatus")),
        ('a', dfs("HEAD", "/d/f?action=getAccessControl")),
        ('c', dfs("PUT", "/d/new?resource=file")),
        ('B', blob("PUT", "/mockfs/d/new").header("x-ms-blob-type", "BlockBlob").body("a")),
        ('w', dfs("PUT", "/d/f?resource=file")),
        ('p', dfs("PATCH", "/d/f?action=append&position=0").body("a")),
        ('m', blob("PUT", "/mockfs/d/f?comp=metadata").header("x-ms-meta-a", "b")),
        (
            'L',
            blob("PUT", "/mockfs/d/f?comp=lease")
                .header("x-ms-lease-action", "acquire")
                .header("x-ms-lease-duration", "-1")
                .header("x-ms-proposed-lease-id", Uuid::from_u128(1).to_string()),
        ),
        (
            'T',
            blob("PUT", "/mockfs/d/f?comp=tags")
                .body("<Tags><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tags>"),
        ),
        ('n', dfs("PUT", "/d/n").header("x-ms-rename-source", "/mockfs/d/f")),
        ('o', dfs("PUT", "/o/n").header("x-ms-rename-source", "/mockfs/d/f")),
        ('i', dfs("PUT", "/d/n").header("x-ms-rename-source", "/mockfs/o/f")),
        ('d', dfs("DELETE", "/d/g")),
        ('D', dfs("DELETE", "/d/t?recursive=true")),
        ('K', blob("DELETE", "/mockfs/d/g")),
        ('u', blob("PUT", "/mockfs/d/gone?comp=undelete").header("x-ms-undelete-source", source)),
        ('x', dfs("PATCH", &format!("/d/f{rights}")).header("x-ms-permissions", "0777")),
        ('X', dfs("PATCH", &format!("/d/own{rights}")).header("x-ms-permissions", "0777")),
        ('O', dfs("PATCH", &format!("/d/f{rights}")).header("x-ms-owner", GROUP.to_string())),
        (
            'R',
            dfs("PATCH", "/d/f?action=setAccessControlRecursive&mode=modify")
                .header("x-ms-acl", format!("user:{GROUP}:rwx")),
        ),
        ('N', blob("PUT", "/newfs?restype=container")),
        ('F', blob("GET", "/mockfs?restype=container")),
        ('M', blob("PUT", "/mockfs?restype=container&comp=metadata").header("x-ms-meta-a", "b")),
        ('A', blob("GET", "/mockfs?restype=container&comp=acl")),
        ('Z', blob("DELETE", "/mockfs?restype=container")),
        ('S', blob("GET", "/?comp=list")),
        ('G', blob("GET", "/?restype=service&comp=properties")),
        (
            'P',
            blob("PUT", "/?restype=service&comp=properties")
                .body("<StorageServiceProperties></StorageServiceProperties>"),
        ),
    ]
}

/// What every object letter together gives in a file system.
const IN_FILE_SYSTEM: &str = "lrsacBwpmLnoidDKuxXOR";
/// What a role gives that does everything but change owners and rights.
const CHANGES: &str = "lrsacBwpmLnoidDKu";
/// What the entry for [`Who::Named`] gives, who owns one file.
const NAMED: &str = "lrsacBwpmLndDKuX";
const READS: &str = "lrsa";
const EVERYTHING: &str = "lrsacBwpmLTnoidDKuxXORNFMAZSGP";
const LETTERS: &str = "racwdlmeop";

fn people(world: &World) -> Vec<(String, By, String)> {
    let mut rows = vec![
        ("first key".to_owned(), By::Key(0), EVERYTHING.to_owned()),
        ("second key".to_owned(), By::Key(1), EVERYTHING.to_owned()),
        ("nobody".to_owned(), By::Nothing, String::new()),
    ];
    for (who, may) in [
        (Who::Owner, EVERYTHING.to_owned()),
        (Who::Contributor, format!("{CHANGES}NFMZSG")),
        (Who::Reader, format!("{READS}FSG")),
        (Who::Named, NAMED.to_owned()),
        (Who::Member, READS.to_owned()),
        (Who::Stranger, String::new()),
    ] {
        rows.push((format!("{who:?}"), By::Token(world.token(who).to_owned()), may));
    }
    rows
}

fn by_key(world: &World) -> Vec<(String, By, String)> {
    let mut rows = Vec::new();
    let mut add = |name: String, sas: Sas, may: &str| {
        rows.push((name, By::Sas(sas.query()), may.to_owned()));
    };
    for (letters, may) in [
        ("r", "rsaFG"),
        ("a", ""),
        ("c", "cBN"),
        ("w", "cBwpmLuNMP"),
        ("d", "dDKZ"),
        ("l", "lS"),
        ("x", ""),
        ("y", ""),
        ("t", "T"),
        ("f", ""),
        ("i", ""),
        ("u", ""),
        ("p", ""),
        ("rwdxylacuptfi", "lrsacBwpmLTnoidDKuNFMZSGP"),
    ] {
        add(format!("account sco {letters}"), world.sas().account("sco", letters), may);
    }
    for (types, may) in [("o", "rsacBwpmLnoidDKu"), ("c", "lNFMZ"), ("s", "SGP")] {
        add(format!("account {types}"), world.sas().account(types, "rwdlacup"), may);
    }
    let other_service = world.sas().account("sco", "rwdlacup").set("ss", "qtf");
    add("account of other services".to_owned(), other_service, "");
    for (letters, may) in [
        ("r", "rsa"),
        ("a", ""),
        ("c", "cB"),
        ("w", "cBwpmLu"),
        ("d", "dDK"),
        ("l", "l"),
        ("m", "noi"),
        ("e", "sa"),
        ("o", "O"),
        ("p", "xXR"),
        ("cd", "cBdDKnoi"),
        ("x", ""),
        ("t", "T"),
        (LETTERS, IN_FILE_SYSTEM),
    ] {
        add(format!("file system {letters}"), world.sas().file_system(letters), may);
    }
    let older = world.sas().file_system("r").set("sv", "2019-12-12");
    add("file system of 2019 r".to_owned(), older, "rsa");
    add("directory d".to_owned(), world.sas().directory("d", LETTERS), "lrsacBwpmLndDKuxXOR");
    add("directory d/t".to_owned(), world.sas().directory("d/t", LETTERS), "D");
    add("directory o".to_owned(), world.sas().directory("o", LETTERS), "");
    add("file d/f".to_owned(), world.sas().file("d/f", LETTERS), "rsawpmLxOR");
    add("file d/g".to_owned(), world.sas().file("d/g", LETTERS), "dK");
    add("file named as a directory".to_owned(), world.sas().file("d", LETTERS), "");
    rows
}

fn by_people(world: &World) -> Vec<(String, By, String)> {
    let mut rows = Vec::new();
    let mut add = |name: String, sas: &Sas, may: &str| {
        rows.push((name, By::Sas(sas.query()), may.to_owned()));
    };
    let of = |who: Who, letters: &str| world.sas().file_system(letters).by(world.key(who));
    for (who, letters, may) in [
        (Who::Owner, LETTERS, IN_FILE_SYSTEM),
        (Who::Owner, "r", "rsa"),
        (Who::Owner, "p", "xXR"),
        (Who::Owner, "t", "T"),
        (Who::Contributor, LETTERS, CHANGES),
        (Who::Contributor, "t", ""),
        (Who::Reader, LETTERS, READS),
        (Who::Named, LETTERS, NAMED),
        (Who::Named, "w", "cBwpmLu"),
        (Who::Named, "p", "X"),
        (Who::Named, "t", ""),
        (Who::Member, LETTERS, READS),
        (Who::Stranger, LETTERS, ""),
    ] {
        add(format!("by {who:?} {letters}"), &of(who, letters), may);
    }
    for (maker, agent, whom, letters, may) in [
        // Whom the maker has asked to do it may do what the maker may.
        (Who::Owner, "saoid", Who::Stranger, LETTERS, IN_FILE_SYSTEM),
        (Who::Owner, "saoid", Who::Stranger, "r", "rsa"),
        (Who::Contributor, "saoid", Who::Named, LETTERS, CHANGES),
        (Who::Reader, "saoid", Who::Owner, LETTERS, READS),
        (Who::Member, "saoid", Who::Named, LETTERS, READS),
        (Who::Stranger, "saoid", Who::Owner, LETTERS, ""),
        // Of anybody else only the lists count, and who makes it must be able to do everything.
        (Who::Owner, "suoid", Who::Named, LETTERS, NAMED),
        (Who::Owner, "suoid", Who::Named, "r", "rsa"),
        (Who::Owner, "suoid", Who::Member, LETTERS, READS),
        (Who::Owner, "suoid", Who::Stranger, LETTERS, ""),
        (Who::Owner, "suoid", Who::Reader, LETTERS, ""),
        (Who::Contributor, "suoid", Who::Named, LETTERS, ""),
        (Who::Member, "suoid", Who::Named, LETTERS, ""),
    ] {
        let sas = of(maker, letters).set(agent, whom.object_id());
        add(format!("by {maker:?} {agent} {whom:?} {letters}"), &sas, may);
    }
    for agent in ["saoid", "suoid"] {
        let nobody = of(Who::Owner, LETTERS).set(agent, Uuid::nil());
        add(format!("by Owner {agent} nobody"), &nobody, "");
    }
    let of_directory = world.sas().directory("d", LETTERS).by(world.key(Who::Named));
    add("by Named for d".to_owned(), &of_directory, NAMED);
    let of_file = world.sas().file("d/f", LETTERS).by(world.key(Who::Owner));
    add("by Owner for d/f".to_owned(), &of_file, "rsawpmLxOR");
    let bound =
        of(Who::Reader, LETTERS).set("sv", "2025-07-05").set("sduoid", Who::Stranger.object_id());
    add("by Reader sduoid Stranger, who does not sign in".to_owned(), &bound, "");
    for (who, may) in [(Who::Stranger, READS), (Who::Named, ""), (Who::Owner, "")] {
        let token = world.token(who).to_owned();
        let name = format!("by Reader sduoid Stranger, signed in as {who:?}");
        rows.push((name, By::Both(bound.query(), token), may.to_owned()));
    }
    rows
}

async fn ask(world: &World, by: &By, bare: &Bare) -> Answer {
    let version = bare.clone().header("x-ms-version", "2023-11-03");
    match by {
        By::Key(key) => world.by_key(&version, *key).await,
        By::Token(token) => world.send(&version.header("authorization", token)).await,
        By::Sas(query) => world.send(&signed(version, query)).await,
        By::Both(query, token) => {
            world.send(&signed(version, query).header("authorization", token)).await
        }
        By::Nothing => world.send(&version).await,
    }
}

/// The request with a signature, for the source as well, if there is one.
fn signed(mut bare: Bare, query: &str) -> Bare {
    for (name, value) in &mut bare.headers {
        if name == "x-ms-rename-source" {
            *value = format!("{value}?{query}");
        }
    }
    bare.with(query)
}

async fn check(rows: impl FnOnce(&World) -> Vec<(String, By, String)>) {
    let world = World::new().await;
    let before = world.emulator.state.snapshot().unwrap();
    let mut wrong = Vec::new();
    for (name, by, may) in rows(&world) {
        for (letter, bare) in operations(&world) {
            let state = world.state();
            let answer = ask(&world, &by, &bare).await;
            let failed = letter == 'R' && answer.text().contains("\"filesSuccessful\":0");
            let done = answer.status.is_success() && !failed;
            let refused = failed || matches!(answer.status.as_u16(), 401 | 403);
            if done != may.contains(letter) || done == refused {
                wrong.push(format!("{name}: {letter} {} {}", answer.status, answer.text()));
            }
            if !done {
                assert_eq!(world.state(), state, "{name}: {letter} changes something");
            }
            world.emulator.state.restore(&before).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn keys_roles_and_lists_decide_for_people() {
    check(people).await;
}

#[tokio::test]
async fn a_signature_of_the_account_gives_its_letters_where_it_is_for() {
    check(by_key).await;
}

#[tokio::test]
async fn a_signature_of_a_user_gives_no_more_than_that_user_has() {
    check(by_people).await;
}

#[tokio::test]
async fn what_is_made_for_somebody_else_is_theirs() {
    let world = World::new().await;
    let named = Who::Named.object_id();
    for agent in ["saoid", "suoid"] {
        let sas = world.sas().file_system("c").by(world.key(Who::Owner)).set(agent, named);
        let path = format!("/mockfs/d/{agent}");
        let create = Bare::new(Protocol::Dfs, "PUT", format!("{path}?resource=file"));
        assert_eq!(world.send(&create.with(&sas.query())).await.status, 201);
        let told = world.by_key(&Bare::new(Protocol::Dfs, "HEAD", path), 0).await;
        assert_eq!(told.header("x-ms-owner"), Some(&*named.to_string()));
    }
}
