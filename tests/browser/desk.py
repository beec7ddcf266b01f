"""The gateway that the people at the helpdesk look at, and what was pushed to it before they came."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from acceptance.process import WORLD, Gateway, wait_for
from adapters.parnassys.standin import files
from adapters.parnassys.standin.client import ParnasSys, redenen
from adapters.parnassys.standin.messages import File, Push
from database.engine import writing
from dossier.identifiers import SwvId
from gateway.databases import open_gateway_database
from helpdesk.roles import Person, Role
from web.sessions import Sessions

MORE = Path(__file__).with_name("more.yaml")
STORIES = Path(__file__).parents[1] / "faq" / "wereld.yaml"
REPORT = File(naam="verslag gesprek.pdf", mediatype="application/pdf", content=files.pdf("Verslag"))
TOO_LARGE = replace(REPORT, naam="scan.pdf", content=files.pdf("Te groot", 5 * 1024 * 1024 + 1))


@dataclass
class Desk:
    gateway: Gateway
    ids: dict[str, str] = field(default_factory=dict)  # what is in the paths of pages

    @property
    def address(self) -> str:
        return str(self.gateway.address()["helpdesk_url"])

    def push(self, omgeving: str, push: Push, secret: str = "", role: str = "up") -> Any:
        """What ParnasSys was answered."""
        url = f"{self.gateway.url(role)}?wsdl"
        with closing(ParnasSys(url, omgeving, secret or self.gateway.secrets[omgeving])) as sender:
            return sender.indienen(push)

    def refused(self, omgeving: str, push: Push) -> set[str]:
        """The codes of the redenen; it must be -1."""
        answer = self.push(omgeving, push)
        assert answer.dossiernummer == -1, answer
        return {reden.code for reden in redenen(answer)}

    def delivered(self, omgeving: str, push: Push, secret: str = "") -> int:
        """The dossiernummer, once Kindkans has it."""
        answer = self.push(omgeving, push, secret)
        number = int(answer.dossiernummer)
        assert number > 0, answer
        wait_for(lambda: self.state(push) == "bezorgd")
        return number

    def reference(self, push: Push) -> str:
        """Of what was made of it last."""
        query = f"SELECT inzending_id FROM inzending WHERE bericht_id = '{push.bericht_id}'"
        return str(self.gateway.rows(f"{query} ORDER BY received_ms DESC")[0][0])

    def state(self, push: Push) -> str:
        query = f"SELECT state FROM outbox WHERE event_id = '{self.reference(push)}'"
        found = self.gateway.rows(query)
        return str(found[0][0]) if found else ""

    def log_in(self, role: Role, swv: str | None = None, naam: str = "") -> str:
        """A session, without its password; the token for the cookie."""
        naam = naam or {"applicatiebeheerder": "Anna de Beheerder"}.get(role.value, f"Hanna van {role.value}")
        person = Person(
            actor=f"lokaal:{role.value}", naam=naam, role=role, swv_id=SwvId(swv) if swv else None
        )
        engine = open_gateway_database(self.gateway.settings)
        with writing(engine) as connection:
            token = Sessions().start(connection, person.who)
        engine.dispose()
        return token


def school(brin: str, naam: str, number: int, *attached: File, plaats: str = "Apeldoorn") -> Push:
    """A hulpvraag of that school, about an invented pupil."""
    return Push(
        brin=brin,
        school=naam,
        plaats=plaats,
        leerling_id=f"L-{number}",
        tussenvoegsel=None,
        achternaam=f"Voorbeeld{number}",
        hulpvraag_id=f"H-{number}",
        files=attached,
    )


def make_world(gateway: Gateway) -> None:
    gateway.make_world(WORLD)
    gateway.make_world(MORE)
    gateway.make_world(STORIES)


def push_all(desk: Desk) -> None:
    """Something of every kind that a page can show. The gateway does not run yet."""
    _push_what_gets_stuck(desk)
    desk.gateway.start()
    named = ("--naam", "Basisschool Het Nieuwe Veld (verzonnen)", "--plaats", "Apeldoorn")
    assert desk.gateway.cli("brin", "add", "97ZZ", *named).returncode == 0
    account = ("account", "add", "bram", "--naam", "Bram Bakker", "--rol", "helpdesk", "--password-stdin")
    assert desk.gateway.cli(*account, stdin="zes ganzen op het ijs\n").returncode == 0
    delivered = school("17GU", "PCBO De Gong", 1, REPORT, replace(REPORT, naam="OPP.pdf"))
    number = desk.delivered("parnassys-gong", delivered)
    version = replace(delivered, bericht_id=Push().bericht_id, titel="Ondersteuning bij lezen en rekenen")
    desk.delivered("parnassys-gong", version)
    desk.push("parnassys-gong", replace(version, bericht_id=Push().bericht_id))
    for n, omgeving, brin, naam in _GOOD:
        desk.delivered(omgeving, school(brin, naam, n, REPORT))
    marshof = replace(school("15YR", "OBS De Marshof", 12, plaats="Zwolle"), vestiging="00")
    desk.delivered("parnassys-zwolle", marshof)
    refused = school("17GU", "PCBO De Gong", 20, TOO_LARGE, replace(REPORT, content=b""))
    desk.refused("parnassys-gong", refused)
    for n, omgeving, brin, naam in _BAD:
        desk.refused(omgeving, school(brin, naam, n))
    assert desk.gateway.cli("koppeling", "activate", "k-saffier").returncode == 0
    desk.ids |= {
        "inzending": desk.reference(delivered),
        "afgewezen": desk.reference(refused),
        "dossiernummer": str(number),
        "account": str(desk.gateway.rows("SELECT account_id FROM account")[0][0]),
        "organisatie": "gong",
        "koppeling": "k-gong",
        "omgeving": "parnassys-gong",
        "swv": "swv-heuvels",
        "brin": "17GU",
        "vestiging": "97ZZ00",  # added by hand: those of the national list are not changed here
    }


_GOOD = (
    (10, "parnassys-veluwe", "17EQ", "PCBO De Fakkel"),
    (11, "parnassys-veluwe", "18AF", "OBS Heuvellaan"),
)
_BAD = (
    (21, "parnassys-spitsbergen", "17MD", "OBS Spitsbergen"),
    (22, "parnassys-spitsbergen", "17MD", "OBS Spitsbergen"),
    (23, "parnassys-michael", "06ZZ", "Vrije School Michaël"),
    (24, "parnassys-saffier", "32DY", "Het Saffier"),
    (25, "parnassys-gong", "06ZZ", "Vrije School Michaël"),
    (26, "parnassys-vijfster", "07CX", "Vrije School De Vijfster"),
)


def _push_what_gets_stuck(desk: Desk) -> None:
    """Accepted, and its bijlage lost before it could be delivered: a dead letter."""
    desk.gateway.start("intake")
    push = school("17GU", "PCBO De Gong", 2, REPORT)
    assert desk.push("parnassys-gong", push, role="intake").dossiernummer > 0
    desk.gateway.stop("intake")
    for path in desk.gateway.objects():
        path.unlink()
    desk.ids["vastgelopen"] = desk.reference(push)
