"""Every check of ``guard.checks`` as a function of one value, in plain Python: nothing here brings numpy.

``EXPLAIN`` maps the names that a data type's ``value.check`` may use to the function that says why a
value fails it: ``length``, ``characters``, ``date``, ``region``, ``country``, ``entropy`` or
``check-digit``; empty where it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.checks.scalar import china, dates, phone, secret, world

Explain = Callable[[str], str]


def _student(text: str) -> str:
    """A national student number: after ``G`` an ID number with its check; after J or L none is published."""
    if text[:1] not in ("G", "g") or len(text) != 19:
        return "" if len(text) == 19 else "length"
    return china.explain_resident_id(text[1:])


def _disability(text: str) -> str:
    return china.explain_resident_id(text[:18])


def _permit(text: str) -> str:
    return world.explain_mod_11_10(text[2:])


EXPLAIN: Mapping[str, Explain] = {
    "gb11643": china.explain_resident_id,
    "gb11643_15": china.explain_resident_id_15,
    "gb11643_student": _student,
    "gb11643_disability": _disability,
    "region": china.explain_region,
    "gb32100": china.explain_credit_code,
    "gb11714": china.explain_organisation_code,
    "hkid": china.explain_hong_kong_id,
    "twid": china.explain_taiwan_id,
    "luhn": world.explain_luhn,
    "iccid": world.explain_luhn_or_hex,
    "ean": world.explain_ean,
    "mod11_10": world.explain_mod_11_10,
    "mod11_10_permit": _permit,
    "vin": world.explain_vin,
    "lei": world.explain_lei,
    "iban": world.explain_iban,
    "date": dates.explain_text_date,
    "e164": phone.explain_e164,
    "secret": secret.explain_real,
    "random": secret.explain_random,
    "entropy": world.explain_entropy,
}
