"""Sessions: each limit from both sides, and every way to lose one at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, update

from database.audit import list_audit
from database.engine import reading
from database.schema import account, sessie
from web.person import Who
from web.sessions import Session, Sessions, end_all

from .conftest import ANNA, BERT_S1, CARLA_S1, S1, S2, Do, Later

SESSIONS = Sessions()
BERT = "b" * 32
A_MINUTE = timedelta(minutes=1)
A_WHILE = timedelta(seconds=5)  # more than a test takes
Find = Callable[[str], Session | None]


@pytest.fixture
def find(engine: Engine) -> Find:
    def run(token: str) -> Session | None:
        with reading(engine) as connection:
            return SESSIONS.find(connection, token)

    return run


@pytest.fixture
def bert(do: Do) -> str:
    """The token of a local account's session."""
    do(
        lambda c: c.execute(
            insert(account).values(
                account_id=BERT, gebruikersnaam="bert", naam="Bert", rol="applicatiebeheerder", swv_id=S1,
                status="actief", secret_hash="x", totp_key_id="k", totp_nonce=b"n", totp_ciphertext=b"c",
                totp_step=0, created_ms=0, changed_ms=0,
            )
        )
    )  # fmt: skip
    return str(do(SESSIONS.start, BERT_S1, BERT))


def change_account(do: Do, **values: Any) -> None:
    do(lambda c: c.execute(update(account).where(account.c.account_id == BERT).values(**values)))


@pytest.mark.parametrize("who", [ANNA, CARLA_S1, BERT_S1], ids=lambda who: who.rol)
def test_a_session_is_found_by_its_token_with_whose_it_is(do: Do, find: Find, who: Who) -> None:
    token = do(SESSIONS.start, who)

    session = find(token)

    assert session is not None
    assert session.who == who
    assert session.csrf_matches(session.csrf)
    assert not session.csrf_matches("")
    assert not session.csrf_matches("é")
    assert session.csrf not in token
    assert not session.touch_due
    assert token not in repr(session)
    assert session.csrf not in repr(session)


def test_two_sessions_of_one_person_have_nothing_in_common(do: Do, find: Find) -> None:
    one, two = find(do(SESSIONS.start, ANNA)), find(do(SESSIONS.start, ANNA))
    assert one is not None
    assert two is not None
    assert one.session_id != two.session_id
    assert one.csrf != two.csrf


def test_the_table_holds_only_the_hash_of_a_token(do: Do, engine: Engine) -> None:
    token = do(SESSIONS.start, ANNA)
    with reading(engine) as connection:
        [row] = connection.execute(select(sessie)).all()
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)


@pytest.mark.parametrize("token", ["", "x", "é\ud800", "a" * 10_000])
def test_what_is_no_token_is_no_session(do: Do, find: Find, token: str) -> None:
    do(SESSIONS.start, ANNA)
    assert find(token) is None


def test_a_session_lives_until_just_before_its_idle_limit(do: Do, find: Find, later: Later) -> None:
    token = do(SESSIONS.start, ANNA)
    later(SESSIONS.idle - A_WHILE)
    assert find(token) is not None
    later(A_WHILE)
    assert find(token) is None


def test_a_touched_session_lives_until_its_absolute_limit(do: Do, find: Find, later: Later) -> None:
    token = do(SESSIONS.start, ANNA)
    step = timedelta(minutes=10)
    for _ in range(SESSIONS.absolute // step - 1):
        later(step)
        assert do(SESSIONS.touch, token)
    later(step - A_WHILE)
    assert find(token) is not None
    later(A_WHILE)
    assert find(token) is None
    assert not do(SESSIONS.touch, token)


def test_a_touch_is_due_once_a_minute_and_looking_writes_nothing(do: Do, find: Find, later: Later) -> None:
    token = do(SESSIONS.start, ANNA)
    later(A_MINUTE - A_WHILE)
    assert find(token).touch_due is False  # type: ignore[union-attr]
    later(A_WHILE)
    assert find(token).touch_due is True  # type: ignore[union-attr]
    assert find(token).touch_due is True  # type: ignore[union-attr]
    do(SESSIONS.touch, token)
    assert find(token).touch_due is False  # type: ignore[union-attr]


def test_an_idle_session_is_not_brought_back_by_a_touch(do: Do, find: Find, later: Later) -> None:
    token = do(SESSIONS.start, ANNA)
    later(SESSIONS.idle)
    assert not do(SESSIONS.touch, token)
    assert find(token) is None


def test_logging_out_ends_this_session_once_and_no_other(do: Do, find: Find, engine: Engine) -> None:
    token, other = do(SESSIONS.start, ANNA), do(SESSIONS.start, ANNA)

    assert do(SESSIONS.end, token)
    assert not do(SESSIONS.end, token)

    assert find(token) is None
    assert not do(SESSIONS.touch, token)
    assert find(other) is not None
    with reading(engine) as connection:
        assert [(a.actor, a.action) for a in list_audit(connection, 9)] == [("lokaal:anna", "logout")]


def test_all_sessions_of_a_person_end_but_the_one_they_are_in(do: Do, find: Find) -> None:
    mine, elsewhere, strange = (do(SESSIONS.start, who) for who in (ANNA, ANNA, CARLA_S1))
    here = find(mine)
    assert here is not None

    assert do(end_all, ANNA.actor, but=here.session_id) == 1

    assert [find(t) is not None for t in (mine, elsewhere, strange)] == [True, False, True]
    assert do(end_all, ANNA.actor) == 1
    assert find(mine) is None


def test_a_person_sees_and_revokes_only_sessions_of_their_own(do: Do, find: Find) -> None:
    mine, strange = do(SESSIONS.start, ANNA), do(SESSIONS.start, CARLA_S1)
    [session] = do(SESSIONS.of_person, ANNA.actor)

    assert not do(SESSIONS.revoke, CARLA_S1.actor, session.session_id)
    assert find(mine) is not None
    assert do(SESSIONS.revoke, ANNA.actor, session.session_id)
    assert not do(SESSIONS.revoke, ANNA.actor, session.session_id)
    assert find(mine) is None
    assert find(strange) is not None
    assert do(SESSIONS.of_person, ANNA.actor) == []


CHANGES: dict[str, dict[str, Any]] = {
    "blocked": {"status": "geblokkeerd"},
    "another role": {"rol": "auditor"},
    "another SWV": {"swv_id": S2},
    "role without SWV": {"rol": "helpdesk", "swv_id": None},
}


@pytest.mark.parametrize("values", CHANGES.values(), ids=CHANGES.keys())
def test_a_session_of_an_account_that_was_changed_is_none(
    do: Do, find: Find, bert: str, values: dict[str, Any]
) -> None:
    assert find(bert) is not None
    change_account(do, **values)
    assert find(bert) is None


def test_a_renamed_account_keeps_its_session_and_shows_its_new_name(do: Do, find: Find, bert: str) -> None:
    change_account(do, naam="Bertus")
    session = find(bert)
    assert session is not None
    assert session.who.naam == "Bertus"
    assert session.account_id == BERT


def test_rows_that_are_over_are_taken_away_at_the_next_login(do: Do, later: Later, engine: Engine) -> None:
    do(SESSIONS.start, ANNA)
    later(SESSIONS.absolute)
    kept = do(SESSIONS.start, Who(actor="oidc:1", naam="", rol="helpdesk"))
    do(SESSIONS.end, kept)
    do(SESSIONS.start, CARLA_S1)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(sessie)).scalar() == 2
