//! A virtual environment, packages from pip, and the tests of a project.
//!
//! `cargo run --release --example virtual_environment`

mod support;

const CODE: &str = r#"
def total(prices):
    return sum(prices)
"#;

const TESTS: &str = r#"
import requests
from shop import total


def test_total():
    assert total([1, 2, 3]) == 6


def test_requests_is_there():
    assert requests.Request("GET", "http://localhost/").prepare().method == "GET"
"#;

/// The example.
pub fn main() -> support::Result {
    let sandbox = support::project(&[("shop.py", CODE), ("tests/test_shop.py", TESTS), ("conftest.py", "")])?;
    let session = sandbox.session()?;
    support::must(&session, "python -m venv venv")?;
    support::must(&session, "source venv/bin/activate")?;
    if !support::packages(&sandbox, &["pytest", "requests"])? {
        return Ok(());
    }
    support::must(&session, "pip install pytest requests")?;
    let result = support::must(&session, "pytest tests/")?;
    print!("{}", result.stdout_text());
    print!("{}", support::must(&session, "pip list")?.stdout_text());
    Ok(())
}
