"""People of two SWVs, as the login and a session know them."""

from __future__ import annotations

from unit.people_tables import S1, S2, Do, Later, do, later, swvs
from web.person import Who

__all__ = ["S1", "S2", "Do", "Later", "do", "later", "swvs"]

ANNA = Who(actor="lokaal:anna", naam="Anna", rol="helpdesk")
BERT_S1 = Who(actor="lokaal:bert", naam="Bert", rol="applicatiebeheerder", swv_id=S1)
CARLA_S1 = Who(actor="oidc:42", naam="Carla", rol="auditor", swv_id=S1)
