//! Requests that get in, and what becomes of each after somebody has changed a thing. None of those gets in.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::sas::query;
use super::*;

/// A request as it is sent, and from where.
struct Sent {
    request: http::Request<Body>,
    host: Protocol,
    account: &'static str,
    endpoint: Option<Endpoint>,
    peer: std::net::Ipv4Addr,
    scheme: &'static str,
}

impl Sent {
    fn new(host: Protocol, request: http::Request<Body>) -> Self {
        let peer = std::net::Ipv4Addr::LOCALHOST;
        Self { request, host, account: ACCOUNT, endpoint: None, peer, scheme: "https" }
    }

    async fn send(self, world: &World) -> Answer {
        let endpoint = self.endpoint.unwrap_or(Endpoint::of_host(self.host, false));
        let mut call = call(self.account, self.request);
        call.peer = self.peer.into();
        call.origin = format!("{}://{ACCOUNT}.dfs.core.windows.net", self.scheme);
        Answer::read(handle(&world.emulator.state.storage, call, endpoint).await).await
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().insert(name, value.parse().unwrap());
        self
    }

    fn without(mut self, name: &str) -> Self {
        assert!(self.request.headers_mut().remove(name).is_some(), "{name}");
        self
    }

    fn header(&self, name: &str) -> String {
        self.request.headers()[name].to_str().unwrap().to_owned()
    }

    fn method(mut self, method: &str) -> Self {
        *self.request.method_mut() = method.parse().unwrap();
        self
    }

    /// The same with another URL.
    fn uri(mut self, change: impl FnOnce(&str) -> String) -> Self {
        let before = self.request.uri().to_string();
        let after = change(&before);
        assert_ne!(before, after);
        *self.request.uri_mut() = after.parse().unwrap();
        self
    }
}

/// How often something was tried, and what of it got in.
#[derive(Default)]
struct Outcome {
    tried: usize,
    got_in: Vec<String>,
}

impl Outcome {
    async fn refuse(&mut self, world: &World, name: &str, sent: Sent) {
        let state = world.state();
        let answer = sent.send(world).await;
        self.tried += 1;
        let refused = matches!(answer.status.as_u16(), 400 | 401 | 403);
        if !refused || world.state() != state {
            self.got_in.push(format!("{name}: {} {}", answer.status, answer.text()));
        }
    }
}

/// The first character of a text is another one.
fn flipped(text: &str) -> String {
    let other = if text.starts_with('A') { 'B' } else { 'A' };
    format!("{other}{}", &text[1..])
}

async fn must_get_in(world: &World, name: &str, sent: Sent) {
    let before = world.emulator.state.snapshot().unwrap();
    let answer = sent.send(world).await;
    assert!(answer.status.is_success(), "{name}: {} {}", answer.status, answer.text());
    world.emulator.state.restore(&before).unwrap();
}

async fn with_key(world: &World, outcome: &mut Outcome) {
    let bare = Bare::new(Protocol::Dfs, "PATCH", "/mockfs/d/f?action=setAccessControl&timeout=30")
        .header("x-ms-permissions", "0777")
        .header("if-match", "*")
        .header("content-type", "text/plain")
        .header("x-ms-client-request-id", "mine");
    let original = || Sent::new(Protocol::Dfs, world.signed(&bare, 0));
    must_get_in(world, "key", original()).await;
    must_get_in(world, "second key", Sent::new(Protocol::Dfs, world.signed(&bare, 1))).await;
    let authorization = original().header("authorization");
    let (start, signature) = authorization.rsplit_once(':').unwrap();
    let by = |signer: Signer, minutes: i64| {
        let headers: Vec<(&str, &str)> =
            bare.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let unsigned =
            Unsigned { method: bare.method, uri: &bare.uri, headers: &headers, body: &[] };
        let now = world.emulator.now() + jiff::SignedDuration::from_mins(minutes);
        Sent::new(Protocol::Dfs, signer.sign(now, &unsigned))
    };
    let at = |minutes: i64| by(world.emulator.signer(ACCOUNT, 0), minutes);
    let other = || world.emulator.signer("mockgen2", 0);
    let foreign_key = Signer { account: ACCOUNT.to_owned(), ..other() };
    let unknown_key = Signer { key: STANDARD.encode([7; 64]), ..foreign_key.clone() };
    must_get_in(world, "14 minutes late", at(-14)).await;
    must_get_in(world, "14 minutes early", at(14)).await;
    let replace =
        |from: &'static str, to: &'static str| original().uri(|uri| uri.replace(from, to));
    let mut elsewhere = original();
    elsewhere.account = "mockgen2";
    for (name, sent) in [
        ("signature", original().set("authorization", &format!("{start}:{}", flipped(signature)))),
        (
            "short signature",
            original().set("authorization", &authorization[..authorization.len() - 4]),
        ),
        ("empty signature", original().set("authorization", &format!("{start}:"))),
        ("no base64", original().set("authorization", &format!("{start}:%%%"))),
        ("no account", original().set("authorization", &format!("SharedKey {signature}"))),
        (
            "other account",
            original().set("authorization", &format!("SharedKey mockgen2:{signature}")),
        ),
        (
            "short form",
            original().set("authorization", &authorization.replace("SharedKey", "SharedKeyLite")),
        ),
        (
            "other scheme",
            original().set("authorization", &authorization.replace("SharedKey", "Basic")),
        ),
        ("no authorization", original().without("authorization")),
        ("empty authorization", original().set("authorization", "")),
        ("key of another account", by(foreign_key, 0)),
        ("other account in full", by(other(), 0)),
        ("unknown key", by(unknown_key, 0)),
        ("sent to another account", elsewhere),
        ("method", original().method("PUT")),
        ("path", replace("/d/f", "/d/g")),
        ("case of the path", replace("/d/f", "/D/f")),
        ("encoding of the path", replace("/d/f", "/d%2Ff")),
        ("slash", replace("/d/f", "/d//f")),
        ("query value", replace("timeout=30", "timeout=31")),
        ("query gone", replace("&timeout=30", "")),
        ("query more", replace("timeout=30", "timeout=30&recursive=true")),
        ("query twice", replace("timeout=30", "timeout=30&timeout=30")),
        ("header value", original().set("x-ms-permissions", "0770")),
        ("header gone", original().without("x-ms-client-request-id")),
        ("header more", original().set("x-ms-group", "$superuser")),
        ("empty header more", original().set("x-ms-lease-id", "")),
        ("version", original().set("x-ms-version", "2023-01-03")),
        ("date", original().set("x-ms-date", "Mon, 01 Jan 2024 00:00:00 GMT")),
        ("no date", original().without("x-ms-date")),
        ("malformed date", original().set("x-ms-date", "today")),
        ("condition", original().set("if-match", "\"0x8D\"")),
        ("no condition", original().without("if-match")),
        ("type", original().set("content-type", "text/html")),
        ("length", original().set("content-length", "1")),
        ("range", original().set("range", "bytes=0-1")),
        ("16 minutes late", at(-16)),
        ("16 minutes early", at(16)),
    ] {
        outcome.refuse(world, &format!("key: {name}"), sent).await;
    }
}

/// A request with a signature of which names and values are changed.
struct Signed<'w> {
    world: &'w World,
    name: &'static str,
    bare: Bare,
    sas: Sas,
}

impl Signed<'_> {
    fn sent(&self, pairs: &[(String, String)]) -> Sent {
        Sent::new(self.bare.host, self.bare.clone().with(&query(pairs)).request())
    }

    fn original(&self) -> Sent {
        self.sent(&self.sas.pairs())
    }

    /// Changes each field, leaves each away, gives each twice, and adds what is not there.
    async fn field_by_field(&self, outcome: &mut Outcome) {
        must_get_in(self.world, self.name, self.original()).await;
        let pairs = self.sas.pairs();
        let change = |name: &str, value: &str| match name {
            "sv" | "skv" => "2021-10-04".to_owned(),
            "sp" => format!("{value}e"),
            "srt" => "sc".to_owned(),
            "ss" => "bf".to_owned(),
            "sr" if value == "c" => "b".to_owned(),
            "sr" => "c".to_owned(),
            "sdd" => "2".to_owned(),
            // A later end, and an earlier start.
            "se" | "ske" => value.replacen("20", "21", 1),
            "st" | "skt" => value.replacen("20", "19", 1),
            _ => flipped(value),
        };
        for (at, (name, value)) in pairs.iter().enumerate() {
            let mut other = pairs.clone();
            other[at].1 = change(name, value);
            assert_ne!(other[at].1, *value, "{name}");
            let case = format!("{}: {name} changed", self.name);
            outcome.refuse(self.world, &case, self.sent(&other)).await;
            let mut gone = pairs.clone();
            gone.remove(at);
            let case = format!("{}: {name} gone", self.name);
            outcome.refuse(self.world, &case, self.sent(&gone)).await;
            let mut twice = pairs.clone();
            twice.push((name.clone(), value.clone()));
            let case = format!("{}: {name} twice", self.name);
            outcome.refuse(self.world, &case, self.sent(&twice)).await;
        }
        for (name, value) in [
            ("sip", "127.0.0.1"),
            ("spr", "https,http"),
            ("si", "policy"),
            ("st", "2020-01-01T00:00:00Z"),
            ("sdd", "0"),
            ("ses", "scope"),
            ("rscd", "attachment"),
            ("rsct", "text/html"),
            ("skoid", "00000000-0000-0000-0000-0000000000b0"),
            ("saoid", "00000000-0000-0000-0000-0000000000b0"),
            ("suoid", "00000000-0000-0000-0000-0000000000b0"),
            ("sduoid", "00000000-0000-0000-0000-0000000000b0"),
            ("scid", "00000000-0000-0000-0000-0000000000b0"),
        ] {
            if pairs.iter().any(|(known, _)| known == name) {
                continue;
            }
            let mut more = pairs.clone();
            more.push((name.to_owned(), value.to_owned()));
            let case = format!("{}: {name} more", self.name);
            outcome.refuse(self.world, &case, self.sent(&more)).await;
        }
    }

    /// The same signature at another URL.
    async fn elsewhere(&self, outcome: &mut Outcome, from: &str, to: &str) {
        let sent = self.original().uri(|uri| uri.replacen(from, to, 1));
        let case = format!("{}: {to} instead of {from}", self.name);
        outcome.refuse(self.world, &case, sent).await;
    }

    /// The same request with a signature that is right, but for something else.
    async fn signed(&self, outcome: &mut Outcome, what: &str, sas: Sas) {
        let case = format!("{}: {what}", self.name);
        outcome.refuse(self.world, &case, self.sent(&sas.pairs())).await;
    }
}

fn signed<'w>(world: &'w World, name: &'static str, sas: Sas) -> Signed<'w> {
    let bare = Bare::new(Protocol::Dfs, "PUT", "/mockfs/d/new?resource=file");
    Signed { world, name, bare, sas }
}

async fn with_signature_of_account(world: &World, outcome: &mut Outcome) {
    let sas = world.sas().account("sco", "rwdlc").set("st", world.time(-1));
    let base = signed(world, "account", sas.clone());
    base.field_by_field(outcome).await;
    base.signed(outcome, "ended", sas.clone().set("se", world.time(0))).await;
    base.signed(
        outcome,
        "not begun",
        sas.clone().set("st", world.time(1)).set("se", world.time(2)),
    )
    .await;
    base.signed(outcome, "no types", sas.clone().set("srt", "sc")).await;
    base.signed(outcome, "only reads", sas.clone().set("sp", "rld")).await;
    base.signed(outcome, "other services", sas.clone().set("ss", "qf")).await;
    base.signed(outcome, "from elsewhere", sas.clone().set("sip", "10.0.0.1-10.0.0.9")).await;
    let mut plain = signed(world, "account", sas.clone().set("spr", "https")).original();
    must_get_in(
        world,
        "https",
        signed(world, "account", sas.clone().set("spr", "https")).original(),
    )
    .await;
    plain.scheme = "http";
    outcome.refuse(world, "account: over http", plain).await;
    let here = signed(world, "account", sas.set("sip", "127.0.0.1"));
    must_get_in(world, "from here", here.original()).await;
    let mut there = here.original();
    there.peer = std::net::Ipv4Addr::new(10, 0, 0, 1);
    outcome.refuse(world, "account: from there", there).await;
    let mut other = here.original();
    other.account = "mockgen2";
    outcome.refuse(world, "account: at another account", other).await;
}

async fn with_signature_of_service(world: &World, outcome: &mut Outcome) {
    let base = signed(world, "file system", world.sas().file_system("rwdl"));
    base.field_by_field(outcome).await;
    base.elsewhere(outcome, "/mockfs/", "/otherfs/").await;
    base.signed(outcome, "no letter", world.sas().file_system("rdlmeop")).await;
    let base = signed(world, "directory", world.sas().directory("d", "cw"));
    base.field_by_field(outcome).await;
    for to in ["/o/", "/dd/", "/D/", "/"] {
        base.elsewhere(outcome, "/d/", to).await;
    }
    let base = signed(world, "file", world.sas().file("d/new", "cw"));
    base.field_by_field(outcome).await;
    for to in ["/d/new2", "/d", "/new", "/d/new/below"] {
        base.elsewhere(outcome, "/d/new", to).await;
    }
    base.signed(outcome, "of its directory", world.sas().file("d", "cw")).await;
    // Only who may write overwrites.
    let mut over = signed(world, "overwrite", world.sas().file_system("w"));
    over.bare = Bare::new(Protocol::Dfs, "PUT", "/mockfs/d/f?resource=file");
    must_get_in(world, "overwrite", over.original()).await;
    over.signed(outcome, "with c", world.sas().file_system("cardlmeop")).await;
}

async fn with_stored_policy(world: &World, outcome: &mut Outcome) {
    let policy = |id: &str, expiry: &str, letters: &str| {
        let body = format!(
            "<SignedIdentifiers><SignedIdentifier><Id>{id}</Id><AccessPolicy><Expiry>{expiry}</Expiry>\
             <Permission>{letters}</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>"
        );
        Bare::new(Protocol::Blob, "PUT", "/mockfs?restype=container&comp=acl")
            .body(Box::leak(body.into_boxed_str()))
    };
    let sas = world.sas().policy("mine");
    let base = signed(world, "policy", Sas::file_system(sas, "").without("sp"));
    for (what, stored) in [
        ("is there", policy("mine", &world.time(1), "cw")),
        ("has another name", policy("other", &world.time(1), "cw")),
        ("has ended", policy("mine", &world.time(-1), "cw")),
        ("gives too little", policy("mine", &world.time(1), "rd")),
    ] {
        assert_eq!(world.by_key(&stored, 0).await.status, 200);
        if what == "is there" {
            base.field_by_field(outcome).await;
            base.signed(outcome, "says what the policy says", base.sas.clone().set("sp", "w"))
                .await;
        } else {
            outcome.refuse(world, &format!("policy {what}"), base.original()).await;
        }
    }
}

async fn with_signature_of_user(world: &World, outcome: &mut Outcome) {
    let key = world.key(Who::Owner);
    let sas = world.sas().file_system("rwdl").by(key);
    let base = signed(world, "user", sas.clone());
    base.field_by_field(outcome).await;
    base.elsewhere(outcome, "/mockfs/", "/otherfs/").await;
    let agent = sas.clone().set("suoid", Who::Named.object_id());
    signed(world, "agent", agent).field_by_field(outcome).await;
    let other = world.key(Who::Stranger);
    base.signed(outcome, "key of a stranger", world.sas().file_system("rwdl").by(other)).await;
    let pretended = world.sas().file_system("rwdl").by(other).set("skoid", Who::Owner.object_id());
    base.signed(outcome, "pretended to be the owner", pretended).await;
    base.signed(outcome, "longer than its key", sas.clone().set("ske", world.time(48))).await;
    let bound = sas.clone().set("sv", "2025-07-05").set("sduoid", Who::Stranger.object_id());
    let token = |who: Who| world.token(who).to_owned();
    let base = signed(world, "bound", bound);
    let mine = base.original().set("authorization", &token(Who::Stranger));
    must_get_in(world, "bound", mine).await;
    outcome.refuse(world, "bound: not signed in", base.original()).await;
    for who in [Who::Named, Who::Owner] {
        let sent = base.original().set("authorization", &token(who));
        outcome.refuse(world, &format!("bound: signed in as {who:?}"), sent).await;
    }
    let garbled = base.original().set("authorization", &(token(Who::Stranger) + "A"));
    outcome.refuse(world, "bound: with a token that is none", garbled).await;
    let tenant = base.sas.clone().set("skdutid", Uuid::from_u128(9));
    base.signed(outcome, "of another tenant", tenant).await;
}

async fn with_source(world: &World, outcome: &mut Outcome) {
    let rename = |source: &str, signature: Option<&Sas>| {
        let signature = signature.map(|sas| format!("?{}", sas.query())).unwrap_or_default();
        let target = world.sas().directory("o", "cw");
        let bare = Bare::new(Protocol::Dfs, "PUT", "/mockfs/o/n")
            .header("x-ms-rename-source", format!("{source}{signature}"));
        Sent::new(Protocol::Dfs, bare.with(&target.query()).request())
    };
    let right = world.sas().directory("d", "d");
    must_get_in(world, "source", rename("/mockfs/d/f", Some(&right))).await;
    must_get_in(world, "source m", rename("/mockfs/d/f", Some(&world.sas().file("d/f", "m"))))
        .await;
    let mut spoilt = right.pairs();
    spoilt.iter_mut().for_each(|(name, value)| {
        if name == "sig" {
            *value = flipped(value);
        }
    });
    let bare = Bare::new(Protocol::Dfs, "PUT", "/mockfs/o/n")
        .header("x-ms-rename-source", format!("/mockfs/d/f?{}", query(&spoilt)))
        .with(&world.sas().file_system("cwmd").query());
    let key = |source: String| {
        let bare =
            Bare::new(Protocol::Dfs, "PUT", "/mockfs/o/n").header("x-ms-rename-source", source);
        Sent::new(Protocol::Dfs, world.signed(&bare, 0))
    };
    must_get_in(world, "source by key", key("/mockfs/d/f".to_owned())).await;
    for (name, sent) in [
        ("no signature", rename("/mockfs/d/f", None)),
        ("signature", Sent::new(Protocol::Dfs, bare.request())),
        ("signature beside a key", key(format!("/mockfs/d/f?{}", query(&spoilt)))),
        ("letters", rename("/mockfs/d/f", Some(&world.sas().directory("d", "racwleop")))),
        ("types", rename("/mockfs/d/f", Some(&world.sas().account("sc", "rwdlc")))),
        ("other directory", rename("/mockfs/d/f", Some(&world.sas().directory("o", "dm")))),
        ("other file", rename("/mockfs/d/f", Some(&world.sas().file("d/g", "dm")))),
        ("ended", rename("/mockfs/d/f", Some(&right.clone().set("se", world.time(-1))))),
        ("of a stranger", rename("/mockfs/d/f", Some(&right.clone().by(world.key(Who::Stranger))))),
        ("of a reader", rename("/mockfs/d/f", Some(&right.clone().by(world.key(Who::Reader))))),
        ("other account", key("https://mockgen2.dfs.core.windows.net/mockfs/d/f".to_owned())),
    ] {
        outcome.refuse(world, &format!("source: {name}"), sent).await;
    }
}

async fn with_token(world: &World, outcome: &mut Outcome) {
    let bare = Bare::new(Protocol::Dfs, "PUT", "/mockfs/d/new?resource=file");
    let by = |token: &str| {
        Sent::new(Protocol::Dfs, bare.clone().header("authorization", token).request())
    };
    let token = world.token(Who::Owner);
    must_get_in(world, "token", by(token)).await;
    let parts: Vec<&str> = token.strip_prefix("Bearer ").unwrap().split('.').collect();
    let claims: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let with = |name: &str, value: serde_json::Value| {
        let mut claims = claims.clone();
        assert!(claims.get(name).is_some(), "{name}");
        claims[name] = value;
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        format!("Bearer {}.{claims}.{}", parts[0], parts[2])
    };
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let symmetric = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let client = Who::Owner.application().client_id;
    let management = "https://management.azure.com/";
    let other_account = "https://mockgen2.blob.core.windows.net";
    for (name, token) in [
        ("signature", format!("Bearer {}.{}.{}", parts[0], parts[1], flipped(parts[2]))),
        ("no signature", format!("Bearer {}.{}.", parts[0], parts[1])),
        ("two parts", format!("Bearer {}.{}", parts[0], parts[1])),
        ("no algorithm", format!("Bearer {unsigned}.{}.", parts[1])),
        ("symmetric algorithm", format!("Bearer {symmetric}.{}.{}", parts[1], parts[2])),
        ("object", with("oid", Who::Contributor.object_id().to_string().into())),
        ("end", with("exp", 4_000_000_000_i64.into())),
        ("audience", with("aud", "https://storage.azure.com".into())),
        ("tenant", with("tid", Uuid::from_u128(9).to_string().into())),
        ("scheme", token.replace("Bearer", "Basic")),
        ("nothing", "Bearer ".to_owned()),
        ("for management", world.emulator.token_for(client, SECRET, management).await),
        ("for another account", world.emulator.token_for(client, SECRET, other_account).await),
    ] {
        outcome.refuse(world, &format!("token: {name}"), by(&token)).await;
    }
    let own = format!("https://{ACCOUNT}.blob.core.windows.net");
    let own = world.emulator.token_for(client, SECRET, &own).await;
    must_get_in(world, "token for the account itself", by(&own)).await;
    world.emulator.advance(2 * 60 * 60);
    outcome.refuse(world, "token: ended", by(token)).await;
}

#[tokio::test]
async fn nothing_that_was_tampered_with_gets_in() {
    let world = World::new().await;
    let mut outcome = Outcome::default();
    with_key(&world, &mut outcome).await;
    with_signature_of_account(&world, &mut outcome).await;
    with_signature_of_service(&world, &mut outcome).await;
    with_signature_of_user(&world, &mut outcome).await;
    with_source(&world, &mut outcome).await;
    with_stored_policy(&world, &mut outcome).await;
    with_token(&world, &mut outcome).await;
    assert!(outcome.got_in.is_empty(), "{}", outcome.got_in.join("\n"));
    assert!(outcome.tried >= 300, "{}", outcome.tried);
}

#[tokio::test]
async fn a_signature_ends_with_its_user() {
    let world = World::new().await;
    let base = signed(&world, "user", world.sas().file_system("rw").by(world.key(Who::Owner)));
    must_get_in(&world, "user", base.original()).await;
    let mut seed = world.emulator.state.seed.as_ref().clone();
    seed.applications.retain(|application| application.object_id != Who::Owner.object_id());
    world.emulator.state.aad.reset(&seed);
    let answer = base.original().send(&world).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (403, "AuthenticationFailed"));
}
