//! A pipeline in one session: install, lint, test with coverage, build a wheel.
//!
//! `cargo run --release --example ci_pipeline`

mod support;

use agentfense::blocking::Sandbox;
use support::step;

const REQUIREMENTS: [&str; 5] = ["flake8", "pytest", "pytest-cov", "setuptools", "wheel"];

const CODE: &str = r#"def total(prices):
    if not prices:
        return 0
    return sum(prices)
"#;

const TESTS: &str = r#"from shop import total


def test_total():
    assert total([1, 2, 3]) == 6
"#;

const SETUP: &str = r#"from setuptools import setup

setup(name="shop", version="1.0", py_modules=["shop"])
"#;

fn ci_pipeline(sandbox: &Sandbox) -> support::Result<(bool, &'static str)> {
    let session = sandbox.session()?;
    // Stage 1: Setup
    step(&session, "cd /workspace")?;
    step(&session, "export CI=true")?;
    // Stage 2: Install
    if step(&session, "pip install -r requirements.txt")?.exit_code != Some(0) {
        return Ok((false, "Install failed"));
    }
    // Stage 3: Lint
    if step(&session, "flake8 .")?.exit_code != Some(0) {
        return Ok((false, "Linting failed"));
    }
    // Stage 4: Test
    let tests = step(&session, "pytest --cov")?;
    if tests.exit_code != Some(0) {
        return Ok((false, "Tests failed"));
    }
    print!("{}", tests.stdout_text());
    // Stage 5: Build
    if step(&session, "python setup.py bdist_wheel")?.exit_code != Some(0) {
        return Ok((false, "Build failed"));
    }
    Ok((true, "Pipeline succeeded"))
}

/// The example.
pub fn main() -> support::Result {
    let sandbox = support::project(&[
        ("requirements.txt", &(REQUIREMENTS.join("\n") + "\n")),
        ("shop.py", CODE),
        ("test_shop.py", TESTS),
        ("setup.py", SETUP),
    ])?;
    if !support::packages(&sandbox, &REQUIREMENTS)? {
        return Ok(());
    }
    let (success, message) = ci_pipeline(&sandbox)?;
    println!("{message}");
    let wheel = sandbox.read_file("/workspace/dist/shop-1.0-py3-none-any.whl")?;
    println!("the wheel has {} bytes", wheel.len());
    if success { Ok(()) } else { Err(message.into()) }
}
