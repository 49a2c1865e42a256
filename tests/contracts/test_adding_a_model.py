"""A newcomer adds a model by adding one file: the one that the how-to page prints."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import detente

ROOT = Path(__file__).parents[2]
SOURCE = Path(detente.__file__).parent
PAGE = ROOT / "docs" / "how-to" / "add-a-model.md"
NAME = "energy.stock_days"


def mirror(source, target, *, real=()):
    """Make a folder whose entries are links to those of another, but for one path of real folders."""
    target.mkdir()
    for item in source.iterdir():
        if real and item.name == real[0]:
            mirror(item, target / item.name, real=real[1:])
        elif item.name != "__pycache__":
            (target / item.name).symlink_to(item)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package as it is, with one file more."""
    folder = tmp_path_factory.mktemp("package")
    mirror(SOURCE, folder / "detente", real=("models", "energy"))
    [code] = re.findall(
        r"^   ```python\n(.*?)^   ```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    (folder / "detente" / "models" / "energy" / "stock_days.py").write_text(textwrap.dedent(code))
    return folder


def run(package, *arguments):
    return subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_file_is_touched(package):
    """Oracle: the files that are not those of the package."""
    found = (Path(folder, name) for folder, _, names in os.walk(package) for name in names)
    assert [path.name for path in found if not path.is_symlink()] == ["stock_days.py"]


def test_it_is_registered_priced_and_on_the_page_of_models(package):
    """Oracle: hand. 200 TWh in store, 3,650 TWh of demand, half of it missing: 40 days."""
    done = run(
        package,
        "-c",
        "import sys; sys.path.insert(0, 'docs')\n"
        "from generate import models_page\n"
        "from detente.models import find_model\n"
        f"found = find_model({NAME!r})\n"
        "days = found(stock_twh=200.0, demand_twh=3650.0, missing_share=0.5)['days'].item()\n"
        "print(models_page().partition('## energy.stock_days')[2], days)",
    )
    assert done.returncode == 0, done.stderr
    assert "Days for which a stock of gas covers what is missing." in done.stdout
    assert "| `missing_share` | share |  | 1 | 0.01 to 1 | share of demand" in done.stdout
    assert "| `days` | days |  | days until the stock is used up |" in done.stdout
    assert done.stdout.split()[-1] == "40.0"


def test_it_passes_the_contract_of_every_model(package):
    done = run(
        package,
        *("-m", "pytest", "tests/contracts/test_models.py", "-q", "-k", NAME),
        *("-p", "no:cacheprovider", "-p", "no:xdist"),
    )
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 15
