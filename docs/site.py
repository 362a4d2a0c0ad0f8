"""Build the documentation as a site: a folder of pages that ask nothing of any other host.

    python docs/site.py [-o site]

The pages are those of docs/, in the order of mkdocs.yml; those that it does not name come under "More". What they
link to elsewhere in the repository is taken along: Markdown as a page, everything else as a file. The build is strict:
a link to a page or an anchor that is not there ends it. Needs the extra `docs` (Zensical).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
CONFIGURATION = ROOT / "mkdocs.yml"
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "benchmarks/RESULTS.md")  # pages that stand where they are maintained

_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)(?=[)#])")


def pages() -> list[str]:
    """The pages of docs/ by path, without those of single rules, to which their index leads."""
    found = (path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    return sorted(one for one in found if not one.startswith("rules/") or one == "rules/index.md")


def named(nav: Any) -> Iterator[str]:
    """The pages that a navigation names."""
    if isinstance(nav, str):
        yield nav
    for one in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from named(one)


def configuration() -> dict[str, Any]:
    """That of mkdocs.yml, with every page in the navigation."""
    found = yaml.safe_load(CONFIGURATION.read_text("utf-8"))
    more = [one for one in pages() if one not in set(named(found["nav"]))]
    if more:
        found["nav"].append({"More": more})
    return found


def gather(folder: Path) -> None:
    """Put the pages and all that they link to into `folder`, with links that lead there."""
    waiting = [*DOCS.rglob("*.md"), *DOCS.glob("*.css"), *DOCS.glob("*.js"), *(ROOT / one for one in BESIDE)]
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        target = folder / place(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix != ".md":
            shutil.copyfile(path, target)
            continue
        text, links = moved(path)
        target.write_text(text, "utf-8")
        waiting += links - seen
        seen |= links


def moved(page: Path) -> tuple[str, set[Path]]:
    """(the text of a page with links as the site has them, the files that it links to)."""
    links: set[Path] = set()

    def there(found: re.Match[str]) -> str:
        linked = (page.parent / found[1]).resolve()
        if linked.is_dir():  # of examples: the first of its pages
            linked = next(iter(sorted(linked.rglob("*.md"))), linked)
        if not linked.is_file() or not linked.is_relative_to(ROOT):
            raise SystemExit(f"{page.relative_to(ROOT)}: a link leads nowhere: {found[1]}")
        links.add(linked)
        return os.path.relpath(place(linked), Path(place(page)).parent)

    return _LINK.sub(there, page.read_text("utf-8")), links


def place(path: Path) -> str:
    """Where a file of the repository is in the site."""
    return path.relative_to(DOCS if path.is_relative_to(DOCS) else ROOT).as_posix()


def build(site: Path) -> None:
    """Build into `site`, which is made anew. Raises `SystemExit` with what is wrong."""
    with tempfile.TemporaryDirectory(prefix="dba-site-") as temporary:
        work = Path(temporary)
        gather(work / "docs")
        (work / "mkdocs.yml").write_text(yaml.safe_dump(configuration(), sort_keys=False), "utf-8")
        environment = os.environ | {"NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "zensical", "build", "--strict", "--clean"],
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise SystemExit(f"{done.stdout}{done.stderr}")
        shutil.rmtree(site, ignore_errors=True)
        # That of errors asks for its style at the root of a host: in a folder, or below a path, it has none.
        shutil.copytree(work / "site", site, ignore=shutil.ignore_patterns("404.html"))


def main() -> None:
    """Build the site."""
    parser = argparse.ArgumentParser(description="Build the documentation as a site.")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "site")
    build(parser.parse_args().output)


if __name__ == "__main__":
    main()
