//! What people run with Python, as they run it, installed from an index that is served in the sandbox.
//!
//! The wheels are fetched once by this host's pip; where it reaches no index, nothing is tested.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use agentfense::blocking::{Sandbox, Session};
use agentfense::{Limits, Mount};

use crate::common::bash;
use crate::installed;

const WHEELS: [&str; 27] = [
    "beautifulsoup4",
    "black",
    "build",
    "click",
    "coverage",
    "cython",
    "django",
    "flake8",
    "httpx",
    "isort",
    "mypy<1.19",
    "networkx",
    "openpyxl",
    "pylint",
    "pytest",
    "pytest-cov",
    "pytest-xdist",
    "requests",
    "rich",
    "setuptools",
    "sqlalchemy",
    "starlette",
    "tox",
    "uvicorn",
    "wheel",
    "itsdangerous",
    "blinker",
];
/// Packages that need others which have no pure wheel.
const ALONE: [&str; 3] = ["flask", "jinja2", "werkzeug"];
/// What is built from its source in the sandbox.
const SOURCES: [&str; 2] = ["markupsafe", "pyyaml"];

/// The directory that holds the index, fetched.
fn index() -> Option<&'static Path> {
    static INDEX: OnceLock<Option<PathBuf>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        // Another list is another index.
        let name = format!("python-index-{}", WHEELS.len() + ALONE.len() + SOURCES.len());
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let fetched = directory.join("simple").is_dir() || fetch(&directory).is_some();
        fetched.then_some(directory)
    });
    if index.is_none() {
        println!("skipped: no package index can be reached");
    }
    index.as_deref()
}

fn fetch(directory: &Path) -> Option<()> {
    let files = directory.join("files");
    let download = |extra: &[&str], packages: &[&str]| {
        let done = Command::new("python3")
            .args(["-m", "pip", "download", "-q", "--disable-pip-version-check", "-d"])
            .arg(&files)
            .args(extra)
            .args(packages)
            .status();
        done.is_ok_and(|status| status.success()).then_some(())
    };
    let pure = ["--only-binary=:all:", "--python-version=3.14", "--implementation=py", "--abi=none", "--platform=any"];
    download(&pure, &WHEELS)?;
    download(&[&pure[..], &["--no-deps"]].concat(), &ALONE)?;
    download(&["--no-deps", &format!("--no-binary={}", SOURCES.join(","))], &SOURCES)?;
    // A directory for each project: what the server lists is the index's page.
    let staged = directory.join("staged");
    for file in std::fs::read_dir(&files).ok()?.flatten() {
        let name = file.file_name().into_string().ok()?;
        let project = staged.join(name.split('-').next()?.to_lowercase().replace('_', "-"));
        std::fs::create_dir_all(&project).ok()?;
        std::fs::copy(file.path(), project.join(name)).ok()?;
    }
    std::fs::rename(staged, directory.join("simple")).ok()
}

/// A session in a virtual environment, whose pip knows the index; absent, with a note, where there is none.
fn environment() -> Option<Session> {
    if !installed() {
        return None;
    }
    let mut limits = Limits::default();
    limits.memory_bytes = 2 << 30;
    let builder = Sandbox::builder().workspace(index()?, Mount::Overlay).limits(limits);
    let session = bash(&Sandbox::new(builder).unwrap());
    run(
        &session,
        "python -m http.server 8000 >/tmp/index.log 2>&1 &
        export PIP_INDEX_URL=http://localhost:8000/simple/
        until nc -z localhost 8000; do sleep 0.1; done
        mkdir ~/project; cd ~/project; python -m venv venv; source venv/bin/activate",
    );
    Some(session)
}

/// What a script prints; it must end well, and in time.
#[track_caller]
fn run(session: &Session, script: &str) -> String {
    let result = session.prepare(script).timeout(Duration::from_secs(300)).wait().unwrap();
    let (stdout, stderr) = (result.stdout_text().into_owned(), result.stderr_text());
    assert_eq!(result.exit_code, Some(0), "{script}\n{stdout}{stderr}");
    stdout
}

#[track_caller]
fn has(text: &str, wanted: &str) {
    assert!(text.contains(wanted), "no {wanted:?} in:\n{text}");
}

const PROJECT: &str = r#"
cat >shop.py <<'END'
def total(prices: list[int]) -> int:
    if not prices:
        return 0
    return sum(prices)
END
mkdir tests; touch conftest.py; cat >tests/test_shop.py <<'END'
import os

from shop import total


def test_total(tmp_path, capfd):
    os.system("echo from a child")
    assert capfd.readouterr().out == "from a child\n"
    (tmp_path / "prices").write_text("12")
    assert total([int(n) for n in (tmp_path / "prices").read_text()]) == 3
END
cat >setup.py <<'END'
from setuptools import setup

setup(name="shop", version="1.0", py_modules=["shop"])
END
"#;

#[test]
fn a_pipeline() {
    let Some(session) = environment() else { return };
    run(&session, PROJECT);
    run(&session, "printf 'pytest\\npytest-cov\\nflake8\\nsetuptools\\nwheel\\n' >requirements.txt");
    run(&session, "export CI=true; pip install -r requirements.txt");
    run(&session, "flake8 --exclude venv .");
    has(&run(&session, "pytest --cov=shop"), "shop.py       4      1    75%");
    run(&session, "python setup.py bdist_wheel && test -s dist/shop-1.0-py3-none-any.whl");
    run(
        &session,
        "pip install dist/shop-1.0-py3-none-any.whl && cd / && python -c 'import shop; assert shop.total([2]) == 2'",
    );
    has(&run(&session, "pip list"), "shop");
    let failing = session.exec("cd ~/project; echo 'def test(): assert 1 == 2' >tests/test_no.py; pytest -q").unwrap();
    assert_eq!(failing.exit_code, Some(1));
    has(&failing.stdout_text(), "assert 1 == 2");
}

#[test]
fn checkers_and_tools() {
    let Some(session) = environment() else { return };
    run(&session, PROJECT);
    run(&session, "pip install black 'mypy<1.19' rich click");
    run(&session, "black -q shop.py tests setup.py && black --check shop.py tests setup.py");
    has(&run(&session, "mypy shop.py"), "Success: no issues found in 1 source file");
    let wrong = session.exec("echo 'x: int = \"\"' >wrong.py; mypy wrong.py").unwrap();
    assert_eq!(wrong.exit_code, Some(1));
    has(&wrong.stdout_text(), "Incompatible types in assignment");
    has(&run(&session, "python -c 'from rich import print; print(\"[bold]x[/]\", {\"a\": 1})'"), "x\n{'a': 1}\n");
    let command =
        "import click\n@click.command()\n@click.option(\"--n\", default=1)\ndef main(n): click.echo(n + 1)\nmain()";
    assert_eq!(run(&session, &format!("python -c '{command}' --n 3")), "4\n");
}

#[test]
fn django() {
    let Some(session) = environment() else { return };
    run(&session, "pip install django && django-admin startproject mysite . && python manage.py migrate");
    run(
        &session,
        "mkdir polls; touch polls/__init__.py; cat >polls/tests.py <<'END'
from django.contrib.auth.models import User
from django.test import TestCase
class Test(TestCase):
    def test_user(self):
        User.objects.create_user('ann')
        self.assertEqual(User.objects.count(), 1)
        self.assertEqual(self.client.get('/admin/login/').status_code, 200)
END",
    );
    has(&run(&session, "python manage.py test 2>&1"), "Ran 1 test in");
    run(&session, "python manage.py runserver 8001 >log 2>&1 &\nuntil nc -z localhost 8001; do sleep 0.1; done");
    has(&run(&session, "curl -s localhost:8001/admin/login/"), "<title>Log in | Django site admin</title>");
}

#[test]
fn flask_and_requests() {
    let Some(session) = environment() else { return };
    run(&session, "pip install flask requests");
    run(
        &session,
        "cat >app.py <<'END'
from flask import Flask, render_template_string, request
app = Flask(__name__)
@app.route('/<name>', methods=['GET', 'POST'])
def hello(name):
    return render_template_string('hello {{ name }} {{ n }}', name=name, n=len(request.data))
END
flask run >log 2>&1 &
until nc -z localhost 5000; do sleep 0.1; done",
    );
    assert_eq!(run(&session, "curl -s localhost:5000/ann"), "hello ann 0");
    let client = "import requests; r = requests.post(\"http://localhost:5000/bob\", data=b\"x\" * 10**6); print(r.status_code, r.text)";
    assert_eq!(run(&session, &format!("python -c '{client}'")), "200 hello bob 1000000\n");
}

#[test]
fn libraries_and_their_servers() {
    let Some(session) = environment() else { return };
    run(&session, "pip install sqlalchemy networkx openpyxl beautifulsoup4 starlette uvicorn httpx pyyaml");
    run(
        &session,
        r#"cat >try.py <<'END'
import bs4, networkx, openpyxl, yaml, sqlalchemy as sql
engine = sql.create_engine("sqlite:///shop.db")
tables = sql.MetaData()
prices = sql.Table("prices", tables, sql.Column("price", sql.Integer))
tables.create_all(engine)
with engine.begin() as connection: connection.execute(prices.insert(), [{"price": 3}, {"price": 4}])
with engine.connect() as connection: print(connection.scalar(sql.select(sql.func.sum(prices.c.price))))
print(networkx.shortest_path(networkx.cycle_graph(5), 0, 3))
book = openpyxl.Workbook(); book.active["A1"] = 5; book.save("book.xlsx")
print(openpyxl.load_workbook("book.xlsx").active["A1"].value, bs4.BeautifulSoup("<p>a<b>c", "html.parser").b.text)
print(yaml.safe_load("a: [1, 2]"), yaml.dump({"b": None}), end="")
END
cat >app.py <<'END'
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
app = Starlette(routes=[Route("/{name}", lambda request: PlainTextResponse(request.path_params["name"]))])
END
cat >client.py <<'END'
import asyncio, httpx
async def main():
    async with httpx.AsyncClient(base_url="http://localhost:8002") as client:
        print([answer.text for answer in await asyncio.gather(*(client.get(f"/{n}") for n in range(3)))])
asyncio.run(main())
END
uvicorn app:app --port 8002 >log 2>&1 &
until nc -z localhost 8002; do sleep 0.1; done"#,
    );
    assert_eq!(run(&session, "python try.py"), "7\n[0, 4, 3]\n5 c\n{'a': [1, 2]} b: null\n");
    assert_eq!(run(&session, "python client.py"), "['0', '1', '2']\n");
}

#[test]
fn builders_and_runners() {
    let Some(session) = environment() else { return };
    run(&session, PROJECT);
    run(&session, "pip install build pylint isort pytest pytest-xdist tox");
    run(&session, "printf '[build-system]\nrequires = [\"setuptools\"]\n' >pyproject.toml; python -m build");
    run(&session, "pip install dist/shop-1.0.tar.gz; pip install -e .; cd /; python -c 'import shop'; cd ~/project");
    has(&run(&session, "pytest -n 2 -q tests"), "1 passed");
    has(&run(&session, "pylint --disable=all --enable=E shop.py; isort --check shop.py && echo sorted"), "sorted");
    run(&session, "printf '[testenv]\nskip_install = true\ndeps = pytest\ncommands = pytest -q tests\n' >tox.ini");
    has(&run(&session, "tox -e py"), "congratulations");
}
