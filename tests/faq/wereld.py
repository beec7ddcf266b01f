"""What the stories happen in: one gateway with its store, schools that push, and people with accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from sqlalchemy import Connection, Engine, select, update

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import Push
from browser.desk import STORIES, Desk
from database.engine import writing
from dossier.identifiers import OrganisatieId, SwvId
from dossier.timestamps import day_in_amsterdam, utc_now
from faq.bezoeker import Account, Site
from gateway.configuration_file import read_file
from gateway.databases import open_store_database
from gateway.keys import open_keyring, store_keyed
from kindkans import tabs_schema as tabs
from kindkans.rights import account_changes, api_keys
from kindkans.rights.accounts import operator
from kindkans.rights.organisaties import Organisatie, add_organisatie
from kindkans.rights.words import RolId
from storage.seal import Seal
from web.account_checks import NewAccount

PAGES = {"KINDKANS_PAGES": "true"}  # for the gateway that a Wereld is made of
PLASSEN = "swv-plassen"
_PASSWORD = "zes ganzen op het ijs"
_OPERATOR = operator("beheerder")


@dataclass
class Wereld:
    """Its gateway runs, with the schools of wereld.yaml; those are organisaties of the store too."""

    gateway: Gateway
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.gateway)
        with self.store() as (connection, _):
            for one in read_file(STORIES).organisaties:
                value = Organisatie(organisatie_id=one.organisatie_id, swv_id=one.swv_id, naam=one.naam)
                add_organisatie(connection, _OPERATOR, value)

    def address(self, site: Site) -> str:
        return str(self.gateway.address()[f"{site}_url"])

    def ontvangen(self, push: Push, omgeving: str = "parnassys-plassen", secret: str = "") -> int:
        """The dossiernummer that ParnasSys was answered, once the store has the hulpvraag."""
        number = self.desk.delivered(omgeving, push, secret)
        wait_for(lambda: self.organisatie_of(number))
        return number

    def organisatie_of(self, number: int) -> str:
        """Where the store has it; "" if it does not."""
        query = f"SELECT organisatie_id FROM dossier WHERE dossiernummer = {number}"
        found = self.gateway.store_rows(query)
        return str(found[0][0]) if found else ""

    def account(
        self,
        naam: str,
        rol: str,
        *,
        swv: str | None = PLASSEN,
        organisatie: str | None = None,
        externe_rol: str | None = None,
    ) -> Account:
        """A new one of the store, as its first accounts are made: by who has the machine."""
        gebruikersnaam = _gebruikersnaam(naam)
        new = NewAccount(gebruikersnaam=gebruikersnaam, naam=naam, password=_PASSWORD)
        where = SwvId(swv) if swv is not None else None
        with self.store() as (connection, seal):
            made, enrolment = account_changes.add_account(connection, seal, _OPERATOR, new, RolId(rol), where)
            if organisatie is not None:
                account_changes.change_organisatie(
                    connection, _OPERATOR, made.account_id, OrganisatieId(organisatie)
                )
            if externe_rol is not None:
                account_changes.change_externe_rol(connection, _OPERATOR, made.account_id, RolId(externe_rol))
        return Account(
            site="kindkans",
            account_id=made.account_id,
            gebruikersnaam=gebruikersnaam,
            naam=naam,
            wachtwoord=_PASSWORD,
            sleutel=enrolment.secret,
        )

    def helpdesk(self, naam: str, rol: str = "helpdesk", *, swv: str | None = None) -> Account:
        """A new one of the helpdesk, by the command."""
        gebruikersnaam = _gebruikersnaam(naam)
        command = ["account", "add", gebruikersnaam, "--naam", naam, "--rol", rol, "--password-stdin"]
        done = self.gateway.cli(*command, *(["--swv", swv] if swv else []), stdin=f"{_PASSWORD}\n")
        assert done.returncode == 0, done.stderr
        key = re.search(r"^key: (\S+)", done.stdout, re.M)
        assert key is not None, "no key of a second factor"
        return Account(
            site="helpdesk",
            account_id="",
            gebruikersnaam=gebruikersnaam,
            naam=naam,
            wachtwoord=_PASSWORD,
            sleutel=key[1],
        )

    def api_key(self, account: Account) -> str:
        with self.store() as (connection, _):
            return api_keys.new_key(connection, _OPERATOR, account.account_id, "verhaal")

    @cached_property
    def key_to_ask(self) -> str:
        """Of the account that the helpdesk has in the store: it may ask who sees what, and no more."""
        return self.api_key(self.account("Uitleg Helpdesk", "uitleg", swv=None))

    # Time ----------------------------------------------------------------------------------------

    def dag(self, days: int) -> date:
        """So many days from today, in Amsterdam."""
        return day_in_amsterdam(utc_now()) + timedelta(days=days)

    def voorbij(self, soort: str, number: int) -> date:
        """As if days went by: what invites to this dossier ended yesterday, the day that is returned.

        Nobody can wait for that, and no process of ours takes a clock from outside. That an invitation is
        good to the last moment of its day, also when the clock changes, is shown in
        tests/unit/kindkans/rights/test_decision.py.
        """
        yesterday = self.dag(-1)
        with self.store() as (connection, _):
            connection.execute(_ENDS[soort](number, yesterday))
        return yesterday

    @contextmanager
    def store(self) -> Iterator[tuple[Connection, Seal]]:
        """A transaction on the database of the store, beside the process that runs on it."""
        engine = open_store_database(self.gateway.settings)
        try:
            seal = self._seal(engine)
            with writing(engine) as connection:
                yield connection, seal
        finally:
            engine.dispose()

    def _seal(self, engine: Engine) -> Seal:
        return Seal(open_keyring(self.gateway.settings, store_keyed(engine)))


_ON_AGENDA = tabs.vergadering_hulpvraag.c
_ENDS = {
    "overlegronde": lambda number, day: (
        update(tabs.overlegronde).where(tabs.overlegronde.c.dossiernummer == number).values(einddatum=day)
    ),
    "aanpak": lambda number, day: (
        update(tabs.aanpak).where(tabs.aanpak.c.dossiernummer == number).values(einddatum=day)
    ),
    "vergadering": lambda number, day: (
        update(tabs.vergadering)
        .where(
            tabs.vergadering.c.vergadering_id.in_(
                select(_ON_AGENDA.vergadering_id).where(_ON_AGENDA.dossiernummer == number)
            )
        )
        .values(datum=day)
    ),
}


def _gebruikersnaam(naam: str) -> str:
    return naam.lower().replace(" ", ".")
