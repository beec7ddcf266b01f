"""Where things are shown. Ids only; nobody's personal data belongs in a URL."""

from __future__ import annotations

from web.url import url


def inzending(inzending_id: str) -> str:
    return url(f"/inzendingen/{inzending_id}")


def dossier(dossiernummer: str) -> str:
    return url("/inzendingen", {"zoek": dossiernummer})


def inzendingen_of(brin: str) -> str:
    return url("/inzendingen", {"zoek": brin})


def organisatie(organisatie_id: str) -> str:
    return url(f"/beheer/organisaties/{organisatie_id}")


def organisaties() -> str:
    return "/beheer/organisaties"


def koppeling(koppeling_id: str) -> str:
    return url(f"/beheer/koppelingen/{koppeling_id}")


def koppelingen() -> str:
    return "/beheer/koppelingen"


def brinlijst() -> str:
    return "/beheer/brin"
