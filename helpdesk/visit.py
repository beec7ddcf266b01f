"""One request of one person, as a handler of the helpdesk sees it."""

from __future__ import annotations

from dossier.identifiers import SwvId
from helpdesk.desk import Desk
from helpdesk.roles import Person
from web import visit as frame
from web.errors import NotHere


class Visit(frame.Visit[Desk, Person]):
    __slots__ = ()

    @property
    def desk(self) -> Desk:
        return self.site

    def must_see(self, swv_id: SwvId | None) -> None:
        """Raises NotHere for what is another SWV's: it does not exist for this person."""
        if not self.person.sees(swv_id):
            raise NotHere
