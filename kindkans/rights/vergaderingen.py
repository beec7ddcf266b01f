"""Who may see and change the vergaderingen of a SWV. They are about many dossiers, so it is not decided by
one: it takes the right on tab Vergadering in the whole SWV. A genodigde sees the one that it was invited to,
as long as it invites.
"""

from __future__ import annotations

from dossier.identifiers import SwvId
from kindkans.rights.words import Bereik, Lid, Mag, Tab


def mag_vergaderingen(lid: Lid, swv_id: SwvId) -> Mag | None:
    """None: nothing of them, but what somebody was invited to."""
    if not (lid.of_every_swv or lid.swv_id == swv_id):
        return None
    return lid.rol.geeft(Bereik.SWV, Tab.VERGADERING)
