"""Who may ask for the pages of Beheer, Wie ziet wat, Audit and Mijn account: part of test_frame's MATRIX."""

from __future__ import annotations

ROOT = frozenset({"root"})
BEHEER = frozenset({"root", "applicatiebeheerder"})
UITLEG = BEHEER | {"uitleg"}
ALL = UITLEG | {
    "loket",
    "intern_begeleider",
    "schoolleider",
    "gast",
    "extern",
    "elders",
    "ander_swv",
    "zonder",
}
A = "/beheer/accounts"

MATRIX_BEHEER: dict[str, frozenset[str] | None] = {
    "GET /beheer": BEHEER,
    f"GET {A}": BEHEER,
    f"GET {A}/nieuw": BEHEER,
    f"POST {A}/nieuw": BEHEER,
    f"GET {A}/rollen": BEHEER,
    f"GET {A}/rollen/nieuw": ROOT,
    f"POST {A}/rollen/nieuw": ROOT,
    f"POST {A}/rollen/nieuw/controleren": ROOT,
    f"GET {A}/rollen/{{rol_id}}": ROOT,
    f"POST {A}/rollen/{{rol_id}}": ROOT,
    f"POST {A}/rollen/{{rol_id}}/controleren": ROOT,
    f"GET {A}/{{account_id}}": BEHEER,
    f"POST {A}/{{account_id}}/rol": BEHEER,
    f"POST {A}/{{account_id}}/organisatie": BEHEER,
    f"POST {A}/{{account_id}}/externe-rol": BEHEER,
    f"POST {A}/{{account_id}}/sleutel": BEHEER,
    f"POST {A}/{{account_id}}/sleutel/beeindigen": BEHEER,
    f"POST {A}/{{account_id}}/naam/controleren": BEHEER,
    f"POST {A}/{{account_id}}/naam": BEHEER,
    f"GET {A}/{{account_id}}/{{actie}}": BEHEER,
    f"POST {A}/{{account_id}}/{{actie}}": BEHEER,
    "GET /beheer/organisaties": BEHEER,
    "GET /beheer/organisaties/nieuw": BEHEER,
    "POST /beheer/organisaties/nieuw": BEHEER,
    "GET /beheer/organisaties/{organisatie_id}": BEHEER,
    "POST /beheer/organisaties/{organisatie_id}": BEHEER,
    "GET /uitleg": UITLEG,
    "POST /uitleg": UITLEG,
    "GET /audit": BEHEER,
    "GET /mijn-account": ALL,
    "POST /mijn-account/wachtwoord": ALL,
    "POST /mijn-account/sessie": frozenset(),  # of nobody: an empty form names no session
    "POST /mijn-account/sleutel": ALL,
}


def with_ids(path: str, account_id: str) -> str:
    """Of an account of type Rest in swv-a, which is another's for who may change it."""
    filled = {"account_id": account_id, "organisatie_id": "es", "rol_id": "loket", "actie": "sessies"}
    for name, value in filled.items():
        path = path.replace(f"{{{name}}}", value)
    return path
