"""Which koppelingen are silent, remembered: it changes by the day, and is a second's work at a million rows.

Nobody waits for what is known already: what is too old is found anew in a thread, and told as it was until
then. A failure leaves what was known and is reported.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine

from database.engine import reading
from database.silence import SilentKoppeling, silent_koppelingen
from dossier.identifiers import KoppelingId
from dossier.timestamps import utc_now
from routing.schoolvakanties import Schoolkalender, shipped_kalender

KEEP_SECONDS = 600.0
RETRY_SECONDS = 60.0  # after a failure

Found = tuple[SilentKoppeling, ...]


@dataclass(slots=True)
class SilenceMemory:
    """One per process; safe to use from any thread."""

    keep_seconds: float = KEEP_SECONDS
    kalender: Schoolkalender = field(default_factory=shipped_kalender)
    now: Callable[[], datetime] = utc_now
    clock: Callable[[], float] = time.monotonic
    on_failed: Callable[[BaseException], None] = lambda error: None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _known: Found | None = None
    _next: float = float("-inf")  # when to look again, by the clock
    _looking: threading.Thread | None = None

    def known(self, engine: Engine) -> Found | None:
        """Never waits for the database. None: it was not found yet."""
        with self._lock:
            if self._looking is None and self.clock() >= self._next:
                looking = threading.Thread(target=self._look, args=(engine,), name="silence", daemon=True)
                looking.start()  # it cannot end before we let go of the lock
                self._looking = looking
            return self._known

    def count(self, engine: Engine) -> int | None:
        known = self.known(engine)
        return None if known is None else len(known)

    def found(self, engine: Engine) -> Found | None:
        """As `known`, but waits for the first time. None: it could not be found."""
        known = self.known(engine)
        return self.wait() if known is None else known

    def of(self, connection: Connection, koppeling_id: KoppelingId) -> SilentKoppeling | None:
        """How it is now with this one, which is no work."""
        found = silent_koppelingen(connection, self.now(), koppeling_id=koppeling_id, kalender=self.kalender)
        return found[0] if found else None

    def wait(self) -> Found | None:
        """Until nobody is looking."""
        looking = self._looking
        if looking is not None:
            looking.join()
        return self._known

    def forget(self) -> None:
        """The next to ask looks anew."""
        self.wait()
        with self._lock:
            self._known, self._next = None, float("-inf")

    def _look(self, engine: Engine) -> None:
        known, keep_seconds = self._known, self.keep_seconds
        try:
            with reading(engine) as connection:
                known = tuple(silent_koppelingen(connection, self.now(), kalender=self.kalender))
        except Exception as error:  # also a defect of ours: it must not cost a scrape or the first page
            keep_seconds = min(keep_seconds, RETRY_SECONDS)
            self.on_failed(error)
        with self._lock:
            self._known, self._next, self._looking = known, self.clock() + keep_seconds, None
