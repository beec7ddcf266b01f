"""People of two SWVs."""

from __future__ import annotations

from helpdesk.roles import Person, Role
from unit.people_tables import S1, S2, Do, Later, do, later, swvs

__all__ = ["S1", "S2", "Do", "Later", "do", "later", "swvs"]

BEHEERDER = Person(actor="lokaal:super", naam="Super", role=Role.BEHEERDER)
HELPDESK = Person(actor="lokaal:anna", naam="Anna", role=Role.HELPDESK)
BEHEER_S1 = Person(actor="lokaal:bert", naam="Bert", role=Role.APPLICATIEBEHEERDER, swv_id=S1)
AUDITOR_S1 = Person(actor="oidc:42", naam="Carla", role=Role.AUDITOR, swv_id=S1)
