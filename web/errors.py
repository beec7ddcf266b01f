"""What a handler raises to be answered with a page that says so.

NotHere      404: there is no such thing, or it is another SWV's
NotAllowed   403: not with this role, or a form that did not come from us
Changed      409: somebody else was first; nothing was done
BadInput     422: a field that is wrong, in Dutch, with the remedy
"""

from __future__ import annotations


class PageError(Exception):
    """`str` of it is shown to people: plain Dutch, no word about a leerling."""

    status = 500
    titel = "Er ging iets mis"


class NotHere(PageError):
    status = 404
    titel = "Niet gevonden"

    def __init__(self, text: str = "Deze pagina of dit gegeven bestaat niet (meer).") -> None:
        super().__init__(text)


class NotAllowed(PageError):
    status = 403
    titel = "Geen rechten"

    def __init__(self, text: str = "Met uw rol kunt u dit niet bekijken of doen.") -> None:
        super().__init__(text)


class Changed(PageError):
    status = 409
    titel = "Intussen gewijzigd"

    def __init__(
        self,
        text: str = "Iemand heeft dit intussen gewijzigd. Er is niets gedaan. "
        "Bekijk de nieuwe stand en probeer het zo nodig opnieuw.",
    ) -> None:
        super().__init__(text)


class BadInput(PageError):
    status = 422
    titel = "Niet goed ingevuld"
