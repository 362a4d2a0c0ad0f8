"""What the tests of `apply` share: folders, options, and a rehearsal that is real."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import postgres_servers
from dbarchitect.api.apply import ApplyOptions, Conduct, apply, rollback
from dbarchitect.api.rehearse import RehearseOptions, rehearse, write_rehearsal
from dbarchitect.model.journal import Applied, Prospect

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class Migrations:
    """A folder of migrations that one test writes, and the verbs on it. `said` is what was told while they ran."""

    folder: Path
    said: list[str] = field(default_factory=list)
    prospects: list[Prospect] = field(default_factory=list)

    def add(self, name: str, up: str, down: str | None = None) -> None:
        (self.folder / f"{name}.up.sql").write_text(up)
        if down is not None:
            (self.folder / f"{name}.down.sql").write_text(down)

    def options(self, *, say: Callable[[str], None] | None = None, **changed: Any) -> ApplyOptions:
        def told(words: str) -> None:
            self.said.append(words)
            if say is not None:
                say(words)

        conduct = Conduct(
            random=random.Random(0).random,
            lock_timeout_ms=changed.pop("lock_timeout_ms", 2_000),
            retries=changed.pop("retries", 3),
            max_lag_s=changed.pop("max_lag_s", 10.0),
            batch_pause_s=changed.pop("batch_pause_s", 0.0),
            say=told,
        )

        def agree(prospect: Prospect) -> bool:
            self.prospects.append(prospect)
            return True

        given = ApplyOptions(
            conduct=conduct,
            agree=agree,
            force=True,
            backup="none",
            backup_dir=self.folder.parent / "backups",
            lock_wait_s=0.5,
            client="tester@here",
            cache=postgres_servers.test_cache(),
            now=NOW,
        )
        return replace(given, **changed)

    def apply(self, url: str, **changed: Any) -> Applied:
        return apply(self.folder, url, self.options(**changed))

    def rollback(self, url: str, *, steps: int = 1, to_id: str | None = None, **changed: Any) -> Applied:
        return rollback(self.folder, url, self.options(**changed), steps=steps, to_id=to_id)

    def rehearse(self, url: str) -> str:
        """The real rehearsal, kept beside the migrations; the plan's id."""
        found = rehearse([self.folder], url, RehearseOptions(cache=postgres_servers.test_cache(), now=NOW))
        write_rehearsal(found, self.folder / "rehearsals")
        return found.plan
