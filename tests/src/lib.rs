//! Conformance functions over a target; the tests themselves are in `it/`.
