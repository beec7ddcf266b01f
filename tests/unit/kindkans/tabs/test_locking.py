"""Who writes in a dossier and who deletes it wait for each other."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text, update

from database.engine import reading, writing
from kindkans.dossiers.locking import lock_dossier
from kindkans.dossiers.notities import add_notitie
from kindkans.dossiers.refusals import NotThere
from kindkans.rights.words import Plaats
from kindkans.schema import dossier
from kindkans.tabs_schema import notitie


def test_a_lock_says_where_the_dossier_is(tabs):
    assert tabs.do(lock_dossier, tabs.elders) == Plaats(
        dossiernummer=tabs.elders, swv_id=tabs.ander, organisatie_id="org"
    )


@pytest.mark.parametrize("number", ["verwijderd", "nergens"])
def test_what_is_deleted_or_not_there_can_not_be_locked(tabs, number):
    with pytest.raises(NotThere):
        tabs.do(lock_dossier, getattr(tabs, number))


def test_what_is_written_while_somebody_deletes_comes_too_late(tabs):
    """It waits for who deletes, and finds that there is no dossier any more."""
    outcome: list[str] = []

    def write() -> None:
        try:
            tabs.write(add_notitie, tabs.maker.account_id, tabs.dossier, "Te laat.")
        except NotThere:
            outcome.append("not there")
        else:
            outcome.append("written")

    writer = threading.Thread(target=write)
    with writing(tabs.engine) as connection:
        lock_dossier(connection, tabs.dossier)
        writer.start()
        _until_it_waits(tabs, writer)
        gone = update(dossier).where(dossier.c.dossiernummer == tabs.dossier)
        connection.execute(gone.values(verwijderd_ms=1))
    writer.join(timeout=30)
    assert outcome == ["not there"]
    assert tabs.rows(notitie) == []


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_two_dossiers_are_written_in_at_once(tabs):
    """In SQLite a writer has the database to itself."""
    with writing(tabs.engine) as connection:
        lock_dossier(connection, tabs.dossier)
        tabs.write(add_notitie, tabs.maker.account_id, tabs.tweede, "Meteen.")
        assert len(tabs.rows(notitie)) == 1


def _until_it_waits(tabs, writer: threading.Thread) -> None:
    """On PostgreSQL the server says who waits for a lock; SQLite lets a second writer begin no earlier."""
    if tabs.engine.dialect.name == "sqlite":
        return
    waits = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = threading.Event()
    for _ in range(600):
        with reading(tabs.engine) as connection:
            if connection.execute(waits).scalar_one():
                return
        assert writer.is_alive()
        deadline.wait(0.05)
    raise AssertionError("nobody waits")
