"""The part of the gateway's schema (schema.py) that is about people: of its own roles, and of its SWVs."""

from __future__ import annotations

from sqlalchemy import CheckConstraint

from database.metadata import metadata
from database.people_schema import people_tables

_people = people_tables(
    metadata, rollen=("helpdesk", "applicatiebeheerder", "auditor", "beheerder"), swv_foreign_key=True
)
audit, account, sessie = _people.audit, _people.account, _people.sessie
login_mislukking = _people.login_mislukking

account.append_constraint(
    CheckConstraint("rol <> 'applicatiebeheerder' OR swv_id IS NOT NULL", name="applicatiebeheerder_of_swv")
)
account.append_constraint(
    CheckConstraint("rol NOT IN ('helpdesk', 'beheerder') OR swv_id IS NULL", name="others_of_all")
)
