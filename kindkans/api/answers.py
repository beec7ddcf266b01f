"""What the API gives. A moment has a time zone; a day is a day in Amsterdam."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from kindkans.api.models import HIGHEST, Model
from kindkans.dossiers.aanpakken import AanpakSoort
from kindkans.dossiers.hulpvraag import Soort
from kindkans.dossiers.tlvs import Categorie
from kindkans.rights.decision import Grond
from kindkans.rights.words import Mag, RolType, Systeemrecht, Tab


class LeerlingKort(Model):
    naam: str
    geboortedatum: str


class DossierRegel(Model):
    dossiernummer: int = Field(ge=1, le=HIGHEST)
    organisatie_id: str
    organisatie: str = Field(description="its name")
    swv_id: str
    soort: str | None = Field(description="null: not known yet")
    ontvangen: datetime
    versie: int = Field(ge=1)
    titel: str | None = Field(description="of the hulpvraag; null: it can not be read")
    leerling: LeerlingKort | None = Field(description="null: the account may not see whose it is")


class DossierLijst(Model):
    """The newest first: only those of which the account may see the tab Hulpvraag."""

    dossiers: list[DossierRegel]
    volgende: str | None = Field(description="cursor of the page after this; null: this is the last")
    vorige: str | None = Field(description="cursor of the page before this; null: this is the first")


class TabRecht(Model):
    tab: Tab
    mag: Mag
    pad: str = Field(description="GET this to see it")


class DossierOverzicht(Model):
    dossiernummer: int = Field(ge=1, le=HIGHEST)
    organisatie_id: str
    organisatie: str
    swv_id: str
    tabs: list[TabRecht] = Field(description="those that the account may see")
    gronden: list[Grond] = Field(description="why")


class Persoonsgegevens(Model):
    leerling_id: str
    voornamen: str
    tussenvoegsel: str
    achternaam: str
    geboortedatum: str
    geslacht: str
    groep: str


class Schoolgegevens(Model):
    organisatie_id: str = Field(description="where it is in Kindkans")
    organisatie: str
    brin: str = Field(description="this and the rest as the school sent it")
    vestiging: str
    naam: str
    plaats: str


class IndienerAnswer(Model):
    naam: str
    functie: str
    email: str


class HulpvraagAnswer(Model):
    soort: str
    titel: str
    omschrijving: str
    hulpvraagdatum: str
    indiener: IndienerAnswer
    toestemming_ouders: bool
    versie: int = Field(ge=1)
    ontvangen: datetime


class BijlageAnswer(Model):
    positie: int = Field(ge=1)
    naam: str | None = Field(description="null: not known")
    omschrijving: str
    mediatype: str = Field(description="what the school says it is")
    grootte: int = Field(ge=0, description="bytes")
    sha256: str
    pad: str = Field(description="GET this for the content, DELETE it to remove it")


class OverlegrondeAnswer(Model):
    overlegronde_id: str
    onderwerp: str
    verslag: str
    einddatum: date
    maker: str = Field(description="gebruikersnaam")
    deelnemers: list[str] = Field(description="gebruikersnamen")
    gewijzigd: datetime


class VergaderingAnswer(Model):
    """Not who else is on its agenda."""

    vergadering_id: str
    titel: str
    plaats: str
    datum: date
    maker: str = Field(description="gebruikersnaam")
    genodigden: list[str] = Field(description="gebruikersnamen")


class AanpakAnswer(Model):
    aanpak_id: str
    soort: AanpakSoort
    behandelaar: str = Field(description="gebruikersnaam")
    begindatum: date
    einddatum: date | None
    omschrijving: str
    evaluatie: str
    maker: str = Field(description="gebruikersnaam")
    gewijzigd: datetime


class TlvAnswer(Model):
    tlv_id: str
    categorie: Categorie
    afgiftedatum: date
    begindatum: date
    einddatum: date
    nummer: str
    budget: str
    toelichting: str
    maker: str = Field(description="gebruikersnaam")
    gewijzigd: datetime


class NotitieAnswer(Model):
    notitie_id: str
    dossiernummer: int = Field(ge=1, le=HIGHEST)
    notitie: str
    gewijzigd: datetime


class WijzigingAnswer(Model):
    tab: Tab
    veld: str
    oud: str
    nieuw: str


class VersieAnswer(Model):
    versie: int = Field(ge=1)
    ontvangen: datetime
    huidig: bool
    wijzigingen: list[WijzigingAnswer] = Field(
        description="against the version before it, of the tabs that the account may see"
    )


class GebeurtenisAnswer(Model):
    soort: Soort
    moment: datetime
    versie: int | None
    van: str = Field(description="of a move: the organisatie before it, by name")
    naar: str


class Versies(Model):
    versies: list[VersieAnswer]
    geschiedenis: list[GebeurtenisAnswer]


class Gemaakt(Model):
    id: str
    pad: str = Field(description="DELETE this to remove it")


class TabUitleg(Model):
    tab: Tab
    naam: str
    mag: Mag | None = Field(description="null: not seen")
    reden: str


class Zichtbaarheid(Model):
    """In the words of FAQ 2, 3 and 7."""

    ziet: bool = Field(description="something of it")
    kern: str
    tabs: list[TabUitleg]
    redenen: list[str] = Field(description="what stands in the way")
    advies: list[str] = Field(description="what to do")


class SchoolAantal(Model):
    organisatie_id: str
    naam: str
    aantal: int = Field(ge=0)


class SoortAantal(Model):
    soort: str | None = Field(description="null: not known yet")
    aantal: int = Field(ge=0)


class MaandAantal(Model):
    maand: date | None = Field(description="its first day; null: not known yet")
    aantal: int = Field(ge=0)


class KengetallenAnswer(Model):
    aantal: int = Field(ge=0, description="hulpvragen with an aanpak or a TLV")
    zonder: int = Field(ge=0, description="that the account may see, and have neither")
    scholen: list[SchoolAantal]
    soorten: list[SoortAantal]
    maanden: list[MaandAantal]


class Mij(Model):
    gebruikersnaam: str
    naam: str
    rol: str
    type: RolType
    externe_rol: str | None
    swv_id: str | None
    organisatie_id: str | None
    systeemrechten: list[Systeemrecht]
