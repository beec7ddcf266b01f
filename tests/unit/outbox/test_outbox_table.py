"""The statements of the outbox: who may publish what, and what a mark changes."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from components.statements import record_statements
from database import outbox, outbox_rows
from database.engine import now_ms, reading, writing
from dossier.errors import Unavailable


def test_an_event_is_claimed_by_one_only(box):
    pushed = box.add("a")
    assert box.claim("t1") == [pushed]
    assert box.claim("t2") == []


def test_a_claim_ends_by_itself_and_its_token_is_worth_nothing_then(box):
    pushed = box.add("a")
    box.claim("t1", lease_ms=1_000)
    box.age(1_000)
    assert box.claim("t2") == [pushed]
    assert box.publish(pushed, token="t1") == []
    assert not box.do(outbox.release, pushed, token="t1", attempts=9, delay_ms=0)
    assert box.do(outbox.release_all, [pushed], token="t1", delay_ms=0) == []
    assert not box.do(outbox.mark_refused, pushed, token="t1", attempts=9, code="X")
    assert box.row(pushed).attempts == 0
    assert box.publish(pushed, token="t2") == [pushed]


def test_what_a_clock_that_was_ahead_has_written_is_undone_and_nothing_else(box):
    waiting, claimed, soon = box.add("a"), box.add("b"), box.add("c")
    box.claim("t1", lease_ms=60_000)
    box.do(outbox.release, waiting, token="t1", attempts=1, delay_ms=3_600_000)
    box.do(outbox.release, soon, token="t1", attempts=1, delay_ms=60_000)
    assert box.do(outbox.mend_moments, beyond_ms=900_000) == 1
    assert box.claim("t2") == [waiting]
    box.age(-3_600_000)
    assert box.do(outbox.mend_moments, beyond_ms=900_000) == 5  # three due moments, two claims
    assert set(box.claim("t3")) == {waiting, claimed, soon}


def test_an_event_that_waits_for_its_receipt_is_left_to_wait(box):
    pushed = box.add("a")
    box.claim()
    box.publish(pushed)
    box.age(-7_200_000)
    assert box.do(outbox.mend_moments, beyond_ms=900_000) == 0


def test_a_claim_takes_no_more_than_its_batch_and_the_longest_due_first(box):
    events = [box.add(name) for name in "abc"]
    box.age(10)
    late = box.add("d")
    assert set(box.claim(batch=3)) == set(events)
    assert box.claim("t2", batch=3) == [late]


def test_of_one_dossier_the_next_version_waits_until_the_one_before_is_finished(box):
    first, second, other = box.add("a", "h1"), box.add("b", "h1"), box.add("c", "h2")
    assert set(box.claim()) == {first, other}
    box.publish(first, other)
    assert box.claim("t2") == []
    box.do(outbox.mark_delivered, first)
    assert box.claim("t2") == [second]


def test_a_dead_version_does_not_keep_the_next_one(box):
    first, second = box.add("a", "h1"), box.add("b", "h1")
    box.claim()
    box.do(outbox.mark_refused, first, token="t1", attempts=1, code="X")
    assert box.claim("t2") == [second]


def test_without_a_receipt_it_is_published_again_each_time_later(box):
    pushed = box.add("a")
    waits = []
    for n in range(15):
        box.claim(f"t{n}")
        before = box.row(pushed).due_ms
        assert box.publish(pushed, token=f"t{n}") == [pushed]
        assert box.claim("early") == []
        box.age(waited := box.row(pushed).due_ms - before)
        box.age(2_000)
        waits.append(round(waited / 60_000))
    assert waits[:3] == [1, 2, 3]
    assert waits[-3:] == [12, 12, 12]
    assert box.row(pushed).publishes == 15


def test_releasing_all_counts_no_attempt_and_releasing_one_does(box):
    first, second = box.add("a"), box.add("b")
    box.claim()
    assert set(box.do(outbox.release_all, [first], token="t1", delay_ms=0)) == {first}
    assert box.do(outbox.release, second, token="t1", attempts=3, delay_ms=60_000)
    assert (box.row(first).attempts, box.row(second).attempts) == (0, 3)
    assert box.claim("t2") == [first]


def test_delivered_is_final(box):
    pushed = box.add("a")
    box.claim()
    assert box.do(outbox.mark_delivered, pushed) is not None
    assert box.do(outbox.mark_delivered, pushed) is None
    assert not box.do(outbox.mark_dead, pushed, "X")
    assert box.do(outbox.retry_dead) == []
    assert box.publish(pushed) == []
    assert box.row(pushed).state == outbox_rows.State.BEZORGD


def test_what_was_dead_and_turns_out_delivered_is_delivered(box):
    pushed = box.add("a")
    assert box.do(outbox.mark_dead, pushed, "X")
    assert not box.do(outbox.mark_dead, pushed, "Y")
    assert box.row(pushed).dead_code == "X"
    assert box.do(outbox.mark_delivered, pushed) is not None
    assert box.row(pushed).dead_code is None


def test_a_retry_of_dead_events_has_one_effect_and_leaves_the_others(box):
    first, second, alive = box.add("a"), box.add("b"), box.add("c")
    for dying in (first, second):
        box.do(outbox.mark_dead, dying, "X")
    assert box.do(outbox.retry_dead, [first, alive]) == [first]
    assert box.do(outbox.retry_dead, [first]) == []
    assert box.do(outbox.retry_dead) == [second]
    assert set(box.claim()) == {first, second, alive}
    assert box.moments(first) == [("vastgelopen", "X"), ("opnieuw aangeboden", "")]


def test_an_answer_proves_a_publish_that_could_not_be_marked(box):
    pushed = box.add("a")
    box.claim()
    box.do(outbox.confirm_published, pushed)
    assert box.row(pushed).publishes == 1
    box.publish(pushed)
    box.do(outbox.confirm_published, pushed)
    assert box.row(pushed).publishes == 2


def age_of_the_oldest(box):
    with reading(box.engine) as connection:
        return outbox_rows.oldest_open_age_ms(connection)


def accepted_ago(box, event_id, ms):
    table = outbox.outbox
    box.do(
        lambda c: c.execute(
            update(table).where(table.c.event_id == event_id).values(created_ms=now_ms() - ms)
        )
    )


def test_the_age_of_the_oldest_open_event_is_known(box):
    assert age_of_the_oldest(box) == 0
    old, dead, young = box.add("a"), box.add("b"), box.add("c")
    for event_id, ms in ((old, 3_600_000), (dead, 9_000_000), (young, 60_000)):
        accepted_ago(box, event_id, ms)
    box.claim()
    box.do(outbox.mark_refused, dead, token="t1", attempts=1, code="X")
    assert 3_600_000 <= age_of_the_oldest(box) < 9_000_000
    box.publish(old)
    assert 3_600_000 <= age_of_the_oldest(box) < 9_000_000  # published is not confirmed
    box.do(outbox.mark_delivered, old)
    assert 60_000 <= age_of_the_oldest(box) < 3_600_000
    box.do(outbox.mark_delivered, young)
    assert age_of_the_oldest(box) == 0


def test_a_clock_that_was_set_back_makes_no_age_below_nothing(box):
    accepted_ago(box, box.add("a"), -60_000)
    assert age_of_the_oldest(box) == 0


def test_the_database_refuses_half_a_lease_and_a_death_without_a_code(box):
    box.add("a")
    table = outbox.outbox
    for values in ({"claim_token": "t"}, {"state": "dood", "finished_ms": 1}, {"state": "bezorgd"}):
        with pytest.raises(Unavailable):
            box.do(lambda connection, v=values: connection.execute(update(table).values(v)))


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_the_claim_uses_the_partial_index_and_the_order_per_dossier_its_own(box):
    ran = record_statements(box.engine)
    box.claim()
    (statement, parameters) = next(r for r in ran if r[0].startswith("UPDATE outbox"))
    with reading(box.engine) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = [row[3] for row in plan]
    assert any("INDEX ix_outbox_open" in step for step in steps), steps
    assert any("SEARCH older USING INDEX" in step and "dossiernummer=?" in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_the_list_of_the_dead_uses_its_partial_index(box):
    with reading(box.engine) as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT event_id FROM outbox WHERE outbox.state = 'dood' ORDER BY finished_ms"
        ).all()
    assert any("ix_outbox_dead" in row[3] for row in plan)


def test_the_age_of_the_oldest_is_read_from_what_is_open_only(box):
    explain = "EXPLAIN" if box.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    statement = str(outbox_rows._OLDEST_OPEN.compile(box.engine))
    with writing(box.engine) as connection:
        if box.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(f"{explain} {statement}").all()
    assert any("ix_outbox_open" in str(row) for row in plan), plan


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_the_claim_uses_its_indexes_on_postgresql_too(box):
    ran = record_statements(box.engine)
    box.claim()
    (statement, parameters) = next(r for r in ran if r[0].startswith("UPDATE outbox"))
    with writing(box.engine) as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
    assert any("ix_outbox_open" in line for line in plan), plan
    assert not any("Seq Scan" in line for line in plan), plan


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_two_who_claim_at_once_pass_each_other_by(box):
    events = {box.add(f"{n:x}e") for n in range(10)}
    with writing(box.engine) as one:
        first = {c.event_id for c in outbox.claim(one, token="one", lease_ms=60_000, batch=4)}
        second = set(box.claim(token="two", batch=100))  # does not wait for the first to commit

    assert len(first) == 4
    assert first | second == events
    assert not first & second
