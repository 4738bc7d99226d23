//! Random operations of several identities over both protocols, and what a model says of each that shares no
//! code with the emulator: it has a map of paths, leases, lists of rights, ends and deletions of its own.
//!
//! What is wrong with a request may be told in any order: a refusal agrees if it tells one of the reasons that
//! the model knows, and a success if there is none. A case that fails is made smaller, then shown.

mod acl;
mod action;
mod attributes;
mod case;
mod codes;
mod compare;
mod generate;
mod lease;
mod moves;
mod outcome;
mod people;
mod reads;
mod requests;
mod tree;
mod world;
mod writes;

use self::case::{Failure, Runner};
use self::generate::{Generator, first};
use self::tree::Model;

/// Steps of one case: enough for a tree to grow, and few enough to be made smaller.
const STEPS: usize = 200;

/// Takes so many steps, in cases of their own file systems.
fn run(seed: u64, count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut runner = Runner::new();
    for case in 0..count / STEPS {
        let mut rng = fastrand::Rng::with_seed(seed.wrapping_add(case as u64));
        let keeps_deleted = case % 2 == 1;
        // Some cases are about rights, some about all else.
        let powerful = [90, 50, 20][case / 2 % 3];
        let next = |taken: usize, model: &Model| match taken {
            0 => Some(first()),
            STEPS => None,
            _ => Some(Generator { rng: &mut rng, model, powerful }.step()),
        };
        let Err(failure) = runtime.block_on(runner.run(next, keeps_deleted)) else { continue };
        let Failure { steps, difference } =
            runtime.block_on(runner.smaller(failure, keeps_deleted));
        let steps: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
        panic!("case {case} of seed {seed}:\n{}\n{difference}", steps.join("\n"));
    }
    println!("{}", runner.told());
    runner.check_coverage();
}

#[test]
fn the_emulator_does_what_the_model_says_of_twenty_thousand_steps() {
    run(1, 20_000);
}

/// Takes some minutes: `cargo test --release -p mock-aad a_million_steps -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn the_emulator_does_what_the_model_says_of_a_million_steps() {
    run(1_000_000, 1_000_000);
}
