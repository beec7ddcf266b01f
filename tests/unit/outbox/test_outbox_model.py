"""Whatever happens in whatever order: the outbox agrees with a small model of what it promises."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from database import outbox

LEASE_MS = 1_000_000
RECEIPT_MS = 60_000_000
OPEN = ("wachtend", "gepubliceerd")
TOKENS = st.sampled_from(("t1", "t2"))


@dataclass
class Row:
    state: str = "wachtend"
    holder: str = ""
    waits: bool = False  # not due
    lease_over: bool = False
    history: list[str] = field(default_factory=list)


class OutboxMachine(RuleBasedStateMachine):
    """Two relays, three dossiers, a helpdesk and a store. Times are far apart, so no clock matters."""

    new_box = None

    def __init__(self) -> None:
        super().__init__()
        self.box = type(self).new_box()
        self.rows: dict[str, Row] = {}
        self.dossiers: dict[str, list[str]] = {}

    @precondition(lambda self: len(self.rows) < 8)
    @rule(hulpvraag=st.sampled_from("xyz"))
    def push(self, hulpvraag):
        event = self.box.add(f"e{len(self.rows)}", hulpvraag)
        self.rows[event] = Row()
        self.dossiers.setdefault(hulpvraag, []).append(event)

    @rule(token=TOKENS, batch=st.integers(1, 4))
    def claim(self, token, batch):
        allowed = {e for e in self.rows if self._claimable(e)}
        got = self.box.claim(token, lease_ms=LEASE_MS, batch=batch)
        assert set(got) <= allowed
        assert len(got) == min(batch, len(allowed))
        for event in got:
            self.rows[event].holder, self.rows[event].lease_over = token, False

    @precondition(lambda self: self.rows)
    @rule(token=TOKENS, data=st.data())
    def mark_published(self, token, data):
        event = self._any(data)
        row = self.rows[event]
        ours = row.holder == token and row.state in OPEN
        got = self.box.do(outbox.mark_published, [event], token=token, receipt_within_ms=RECEIPT_MS)
        assert got == ([event] if ours else [])
        if ours:
            row.state, row.holder, row.waits = "gepubliceerd", "", True

    @precondition(lambda self: self.rows)
    @rule(token=TOKENS, data=st.data())
    def release(self, token, data):
        event = self._any(data)
        row = self.rows[event]
        ours = row.holder == token and row.state in OPEN
        assert self.box.do(outbox.release_all, [event], token=token, delay_ms=0) == ([event] if ours else [])
        if ours:
            row.holder, row.waits = "", False

    @precondition(lambda self: self.rows)
    @rule(token=TOKENS, data=st.data())
    def refuse(self, token, data):
        event = self._any(data)
        row = self.rows[event]
        ours = row.holder == token and row.state in OPEN
        assert self.box.do(outbox.mark_refused, event, token=token, attempts=1, code="X") == ours
        if ours:
            row.state, row.holder = "dood", ""

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def receive_receipt(self, data):
        event = self._any(data)
        row = self.rows[event]
        assert (self.box.do(outbox.mark_delivered, event) is not None) == (row.state != "bezorgd")
        row.state, row.holder = "bezorgd", ""

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def receive_death(self, data):
        event = self._any(data)
        row = self.rows[event]
        open_ = row.state in OPEN
        assert self.box.do(outbox.mark_dead, event, "X") == open_
        if open_:
            row.state, row.holder = "dood", ""

    @rule()
    def retry(self):
        dead = {e for e, row in self.rows.items() if row.state == "dood"}
        assert set(self.box.do(outbox.retry_dead)) == dead
        for event in dead:
            self.rows[event].state, self.rows[event].waits = "wachtend", False

    @rule()
    def let_the_leases_end(self):
        self.box.age(2 * LEASE_MS)
        for row in self.rows.values():
            row.lease_over = bool(row.holder)

    @rule()
    def let_the_receipts_be_late(self):
        self.box.age(20 * RECEIPT_MS)
        for row in self.rows.values():
            row.lease_over, row.waits = bool(row.holder), False

    @invariant()
    def states_agree(self):
        for event, row in self.rows.items():
            assert self.box.row(event).state.value == row.state

    def teardown(self):
        self.box.engine.dispose()

    def _any(self, data) -> str:
        return data.draw(st.sampled_from(sorted(self.rows)))

    def _claimable(self, event: str) -> bool:
        row = self.rows[event]
        versions = next(events for events in self.dossiers.values() if event in events)
        older = versions[: versions.index(event)]
        return (
            row.state in OPEN
            and not row.waits
            and (not row.holder or row.lease_over)
            and all(self.rows[e].state not in OPEN for e in older)
        )


@pytest.mark.timeout(300)
def test_the_outbox_keeps_its_promises_in_any_order(new_box):
    OutboxMachine.new_box = staticmethod(new_box)
    run_state_machine_as_test(
        OutboxMachine,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
