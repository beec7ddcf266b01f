"""The one decision: what may this account do with this dossier today?

Pure, and no unless something says yes. Three things can, and what they give is added up:

    its own organisatie   the role's rights of Bereik.EIGEN
    its own SWV           the role's rights of Bereik.SWV; of root every SWV is
    an invitation         that is good today: tab Hulpvraag, and what the role and the externe rol have of
                          Bereik.EXTERN (FAQ 3). It is good up to and including its last day (FAQ 7)

A list asks the same of the database: statements.visible. A test holds them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kindkans.rights.words import Bereik, Lid, Mag, Plaats, Rol, Soort, Tab, Uitnodiging


class Grond(StrEnum):
    """Why it is allowed: the code that the audit writes down."""

    EIGEN = "eigen"
    SWV = "swv"
    OVERLEGRONDE = "overlegronde"
    VERGADERING = "vergadering"
    AANPAK = "aanpak"
    EXTERNE_ROL = "externe_rol"  # with the invitation, where the account's own role would not give it


class Beletsel(StrEnum):
    """What stands in the way of a tab that is not seen."""

    ANDERE_ORGANISATIE = "andere_organisatie"  # or none at all (FAQ 2)
    ANDER_SWV = "ander_swv"  # the role has rights in the whole SWV, and this is another
    ROL_ZONDER_RECHT = "rol_zonder_recht"  # the account is where it should be, its role does not give this
    UITNODIGING_VERLOPEN = "uitnodiging_verlopen"  # FAQ 7
    EXTERNE_ROL_ONTBREEKT = "externe_rol_ontbreekt"  # invited, and only tab Hulpvraag (FAQ 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verlening:
    tab: Tab
    mag: Mag
    grond: Grond


@dataclass(frozen=True, slots=True, kw_only=True)
class Besluit:
    """Of one account on one dossier on one day."""

    plaats: Plaats
    verleend: tuple[Verlening, ...] = ()
    beletsels: tuple[Beletsel, ...] = ()  # empty if every tab is seen
    goed: tuple[Uitnodiging, ...] = ()
    verlopen: tuple[Uitnodiging, ...] = ()

    def mag(self, tab: Tab) -> Mag | None:
        given = {one.mag for one in self.verleend if one.tab is tab}
        return Mag.WIJZIGEN if Mag.WIJZIGEN in given else Mag.ZIEN if given else None

    def ziet(self, tab: Tab) -> bool:
        return self.mag(tab) is not None

    def wijzigt(self, tab: Tab) -> bool:
        return self.mag(tab) is Mag.WIJZIGEN

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """Those that are seen, in the order of the page. None: for this account there is no such dossier."""
        return tuple(tab for tab in Tab if self.ziet(tab))

    @property
    def gronden(self) -> tuple[Grond, ...]:
        return self._gronden({one.grond for one in self.verleend})

    def gronden_van(self, tab: Tab) -> tuple[Grond, ...]:
        """Why this tab is seen."""
        return self._gronden({one.grond for one in self.verleend if one.tab is tab})

    def detail(self, tab: Tab) -> str:
        """For the audit row of a look at this tab: codes only."""
        return f"tab={tab} grond={','.join(self.gronden_van(tab))}"

    @staticmethod
    def _gronden(found: set[Grond]) -> tuple[Grond, ...]:
        return tuple(grond for grond in Grond if grond in found)


def decide(lid: Lid, plaats: Plaats, uitnodigingen: Sequence[Uitnodiging], today: date) -> Besluit:
    """`uitnodigingen` are this account's to this dossier; those that are over count for nothing."""
    goed = tuple(one for one in uitnodigingen if one.is_good(today))
    verlopen = tuple(one for one in uitnodigingen if not one.is_good(today))
    verleend = tuple(_given(lid, plaats, goed))
    missing = frozenset(Tab) - {one.tab for one in verleend}
    return Besluit(
        plaats=plaats,
        verleend=verleend,
        beletsels=tuple(_in_the_way(lid, plaats, goed, verlopen, missing)) if missing else (),
        goed=goed,
        verlopen=verlopen,
    )


def is_own(lid: Lid, plaats: Plaats) -> bool:
    return lid.organisatie_id == plaats.organisatie_id


def is_in_swv(lid: Lid, plaats: Plaats) -> bool:
    return lid.of_every_swv or lid.swv_id == plaats.swv_id


def _given(lid: Lid, plaats: Plaats, goed: Sequence[Uitnodiging]) -> Iterator[Verlening]:
    if is_own(lid, plaats):
        yield from _of_rol(lid.rol, Bereik.EIGEN, Grond.EIGEN)
    if is_in_swv(lid, plaats):
        yield from _of_rol(lid.rol, Bereik.SWV, Grond.SWV)
    for soort in Soort:
        if any(one.soort is soort for one in goed):
            yield Verlening(tab=Tab.HULPVRAAG, mag=Mag.ZIEN, grond=Grond(soort.value))
            for rol in lid.externe_rollen:
                yield from _of_rol(rol, Bereik.EXTERN, Grond(soort.value))
    if goed and lid.externe_rol is not None:
        yield from _only_by_externe_rol(lid.rol, lid.externe_rol)


def _of_rol(rol: Rol, bereik: Bereik, grond: Grond) -> Iterator[Verlening]:
    for (one, tab), mag in rol.rechten.items():
        if one is bereik:
            yield Verlening(tab=tab, mag=mag, grond=grond)


def _only_by_externe_rol(rol: Rol, externe_rol: Rol) -> Iterator[Verlening]:
    for given in _of_rol(externe_rol, Bereik.EXTERN, Grond.EXTERNE_ROL):
        if rol.geeft(Bereik.EXTERN, given.tab) not in (given.mag, Mag.WIJZIGEN):
            yield given


def _in_the_way(
    lid: Lid,
    plaats: Plaats,
    goed: Sequence[Uitnodiging],
    verlopen: Sequence[Uitnodiging],
    missing: frozenset[Tab],
) -> Iterator[Beletsel]:
    own, in_swv = is_own(lid, plaats), is_in_swv(lid, plaats)
    invited = bool(goed or verlopen)
    nowhere = not (invited or lid.rol.reaches(Bereik.EIGEN) or lid.rol.reaches(Bereik.SWV))
    if not own and (nowhere or _would_help(lid.rol, Bereik.EIGEN, missing)):
        yield Beletsel.ANDERE_ORGANISATIE
    if not in_swv and _would_help(lid.rol, Bereik.SWV, missing):
        yield Beletsel.ANDER_SWV
    extern = any(rol.reaches(Bereik.EXTERN) for rol in lid.externe_rollen)
    if nowhere or own or (in_swv and lid.rol.reaches(Bereik.SWV)) or (goed and extern):
        yield Beletsel.ROL_ZONDER_RECHT
    if verlopen and not goed:
        yield Beletsel.UITNODIGING_VERLOPEN
    if goed and not extern:
        yield Beletsel.EXTERNE_ROL_ONTBREEKT


def _would_help(rol: Rol, bereik: Bereik, missing: frozenset[Tab]) -> bool:
    return any(rol.geeft(bereik, tab) is not None for tab in missing)
