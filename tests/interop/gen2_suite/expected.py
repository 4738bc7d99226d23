"""The tests that are known to fail, and why. A test that is not here must pass, and one that is here must fail."""

FAILURES = {
}
