"""Rollen en rechten, by Super: a role is changed after a page that says what changes, and for whom."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.responses import Response

from kindkans.pages import beheer
from kindkans.pages.rollen import ROLLEN
from kindkans.pages.rollen_woorden import BEREIKEN, MAG, SYSTEEM
from kindkans.pages.visit import Visit
from kindkans.rights import rollen
from kindkans.rights.counting import accounts_per_rol
from kindkans.rights.explained import TAB_NAMEN
from kindkans.rights.refusals import Fout, Refused, checked_naam
from kindkans.rights.words import Bereik, Mag, Rol, RolId, RolType, Systeemrecht, Tab
from web.bevestiging import Bevestiging, ask, differences
from web.errors import NotHere
from web.invoer import Invoer
from web.page import Page

_NEW = f"{ROLLEN}/nieuw"
_EMPTY = Rol(rol_id=RolId(""), naam="", type=RolType.REST)
_TABS = {f"r.{bereik}.{tab}": (bereik, tab) for bereik in Bereik for tab in Tab}
_SYSTEEM = {f"s.{recht}": recht for recht in Systeemrecht}
_FIELDS = ("naam", "type", *_TABS, *_SYSTEEM)


def nieuw(visit: Visit) -> Response:
    return _form(visit, _EMPTY, _typed_of(_EMPTY))


def wijzigen(visit: Visit) -> Response:
    with visit.reading() as connection:
        old = _find(visit, connection)
    return _form(visit, old, _typed_of(old))


def controleren_nieuw(visit: Visit) -> Response:
    with visit.reading() as connection:
        return _check(visit, connection, _EMPTY)


def controleren(visit: Visit) -> Response:
    with visit.reading() as connection:
        return _check(visit, connection, _find(visit, connection))


def toevoegen(visit: Visit) -> Response:
    invoer = Invoer.of(visit, _FIELDS)
    with beheer.changing(visit, invoer) as connection:
        visit.check_lock(*_state(_EMPTY), len(rollen.list_rollen(connection)))
        rollen.add_rol(connection, visit.person, _read(_EMPTY, invoer))
    if invoer.fouten:
        return _form(visit, _EMPTY, invoer)
    return visit.redirect(ROLLEN, gedaan="toegevoegd")


def opslaan(visit: Visit) -> Response:
    invoer = Invoer.of(visit, _FIELDS)
    with beheer.changing(visit, invoer) as connection:
        old = _find(visit, connection)
        visit.check_lock(*_state(old))
        rollen.save_rol(connection, visit.person, _read(old, invoer))
    if invoer.fouten:
        return _form(visit, old, invoer)
    return visit.redirect(ROLLEN, gedaan="opgeslagen")


def _check(visit: Visit, connection: Connection, old: Rol) -> Response:
    """What would change, and for how many; or the form again with what is wrong."""
    invoer = Invoer.of(visit, _FIELDS)
    new = _read(old, invoer)
    try:
        checked_naam(new.naam, Fout.ROL_NAAM)
    except Refused as refused:
        invoer.fouten["naam"] = refused.melding
    if invoer.fouten:
        return _form(visit, old, invoer)
    changed = differences(_all_words(old) if old.rol_id else None, _all_words(new))
    if not changed:
        return visit.redirect(ROLLEN, gedaan="niets")
    count = accounts_per_rol(connection).get(old.rol_id, 0)
    others = (len(rollen.list_rollen(connection)),) if old is _EMPTY else ()
    return ask(
        visit,
        Bevestiging(
            titel=f"Rol wijzigen: {old.naam}" if old.rol_id else f"Rol toevoegen: {new.naam}",
            actie=_address(old),
            terug=ROLLEN,
            slot=visit.lock(*_state(old), *others),
            wijzigingen=[(name, was, becomes) for name, was, becomes in changed if was or becomes != "niets"],
            uitleg=[_for_whom(count)] if old.rol_id else [],
            velden=invoer.waarden,
        ),
    )


def _for_whom(count: int) -> str:
    if count == 0:
        return "Geen account heeft deze rol."
    who = "1 account heeft deze rol." if count == 1 else f"{count} accounts hebben deze rol."
    return f"{who} De wijziging geldt meteen, ook voor wie nu is ingelogd."


def _find(visit: Visit, connection: Connection) -> Rol:
    found = rollen.get_rol(connection, visit.path("rol_id"))
    if found is None:
        raise NotHere
    return found


def _address(rol: Rol) -> str:
    return f"{ROLLEN}/{rol.rol_id}" if rol.rol_id else _NEW


def _state(rol: Rol) -> tuple[object, ...]:
    """For a lock. Sorted: a set has another order in another process."""
    return "rol", rol.rol_id, sorted(_typed_of(rol).waarden.items())


def _typed_of(rol: Rol) -> Invoer:
    return Invoer(
        waarden={
            "naam": rol.naam,
            "type": rol.type.value,
            **{name: (rol.rechten[key].value if key in rol.rechten else "") for name, key in _TABS.items()},
            **{name: ("ja" if recht in rol.systeem else "") for name, recht in _SYSTEEM.items()},
        }
    )


def _read(old: Rol, invoer: Invoer) -> Rol:
    """What was typed; what is no choice of the form is nothing."""
    typed = invoer.waarden
    if typed["type"] not in set(RolType):
        invoer.fouten["type"] = "Kies een type."
    return Rol(
        rol_id=old.rol_id,
        naam=" ".join(typed["naam"].split()),
        type=old.type if "type" in invoer.fouten else RolType(typed["type"]),
        rechten={key: Mag(typed[name]) for name, key in _TABS.items() if typed[name] in set(Mag)},
        systeem=frozenset(recht for name, recht in _SYSTEEM.items() if typed[name]),
    )


def _all_words(rol: Rol) -> Mapping[str, str]:
    return {
        "Naam": rol.naam,
        "Type": rol.type.value,
        **{
            f"{BEREIKEN[bereik]}: {TAB_NAMEN[tab]}": MAG[rol.geeft(bereik, tab)]
            for bereik, tab in _TABS.values()
        },
        **{recht.value.capitalize(): ("ja" if recht in rol.systeem else "nee") for recht in Systeemrecht},
    }


def _form(visit: Visit, rol: Rol, invoer: Invoer) -> Response:
    return visit.page(
        "beheer_rol_form.html",
        status=422 if invoer.fouten else 200,
        rol=rol,
        actie=f"{_address(rol)}/controleren",
        invoer=invoer,
        types=tuple((one.value, one.value) for one in RolType),
        BEREIKEN=BEREIKEN,
        TABS=TAB_NAMEN,
        SYSTEEM=SYSTEEM,
        terug=ROLLEN,
    )


_ONE, _RIGHT = f"{ROLLEN}/{{rol_id}}", Systeemrecht.ROLLEN
PAGES = (
    Page(path=_NEW, handler=nieuw, right=_RIGHT),
    Page(path=_NEW, handler=toevoegen, right=_RIGHT, method="POST"),
    Page(path=f"{_NEW}/controleren", handler=controleren_nieuw, right=_RIGHT, method="POST"),
    Page(path=_ONE, handler=wijzigen, right=_RIGHT),
    Page(path=_ONE, handler=opslaan, right=_RIGHT, method="POST"),
    Page(path=f"{_ONE}/controleren", handler=controleren, right=_RIGHT, method="POST"),
)
