"""How long `dba report` takes, how large its page is, and what a browser has to do to show it, per number of tables.

The schema is that of `generated.py` (partitions count as tables), read from a script, with a workload of one query for
every tenth table. Opening is measured in headless Chromium, at 1280 x 900: until `load` has run, and until the page was
laid out and painted once; then the diagram is searched, which touches every box.

    python -m benchmarks.report_size --tables 50 300 1000
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks import generated, report
from benchmarks.orm_speed import timed

_PAINTED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))"
_FIND = """() => new Promise((done) => {
    const field = document.querySelector('[data-find]');
    const begun = performance.now();
    field.value = 'invoice';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun), 0));
})"""


def _queries(script: str) -> list[str]:
    """One query for every tenth table: the newest rows of a state."""
    tables = re.findall(r"^create table (\S+) \($", script, re.MULTILINE)
    query = "-- calls: {}\nSELECT id, code, amount FROM {} WHERE status = 'open' ORDER BY created_at DESC LIMIT 20;"
    return [query.format(1000 - number, table) for number, table in enumerate(tables[::10])]


def opened(browser: Browser, page: Path) -> tuple[float, float, int, float]:
    """Seconds until loaded and until painted, elements, seconds of a search in the diagram."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        seen = context.new_page()
        begun = time.monotonic()
        seen.goto(page.as_uri(), wait_until="load", timeout=300_000)
        loaded = time.monotonic() - begun
        seen.evaluate(_PAINTED)
        painted = time.monotonic() - begun
        elements = seen.evaluate("document.querySelectorAll('*').length")
        return loaded, painted, elements, seen.evaluate(_FIND) / 1000
    finally:
        context.close()


def main() -> None:
    """Measure each size and publish."""
    parser = report.parser("report_size", __doc__)
    parser.add_argument("--tables", type=int, nargs="+", default=[50, 300, 1000])
    parser.add_argument("--keep", type=Path, help="a folder for the pages")
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("no chromium here")
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            for tables in options.tables:
                script, workload = Path(home, "schema.sql"), Path(home, "workload.sql")
                script.write_text("\n".join(generated.statements(tables)))
                workload.write_text("\n".join(_queries(script.read_text())))
                page = Path(home, f"report-{tables}.html")
                command = [sys.executable, "-m", "dbarchitect", "report", str(script), "-o", str(page)]
                wall, cpu, failure = timed([*command, "--workload", str(workload)])
                if not page.exists():
                    rows.append((f"{tables:,}", f"{wall:.1f}", f"{cpu:.1f}", "-", "-", "-", "-", "-", failure))
                    continue
                loaded, painted, elements, search = opened(browser, page)
                size = f"{page.stat().st_size / 1e6:.2f}"
                times = (f"{loaded:.2f}", f"{painted:.2f}", f"{elements:,}", f"{search:.2f}")
                rows.append((f"{tables:,}", f"{wall:.1f}", f"{cpu:.1f}", size, *times, "-"))
                print(rows[-1], file=sys.stderr, flush=True)
                if options.keep:
                    shutil.copy(page, options.keep)
        finally:
            browser.close()
    columns = ("tables", "wall s", "CPU s", "page, MB", "loaded, s", "painted, s", "elements", "search, s", "failure")
    report.publish("Size and speed of `dba report`", f"One run each.\n\n{report.table(columns, rows)}", options)


if __name__ == "__main__":
    main()
