"""Check digits and other tests of one value, vectorised, each with its scalar twin.

``CHECKS`` maps the names that a data type's ``value.check`` may use.
"""

from __future__ import annotations

from collections.abc import Mapping

from guard.checks import china, dates, phone, secret, world
from guard.checks.registry import Bools, Check, Matrix, evaluate, judge

__all__ = ["CHECKS", "Bools", "Check", "Matrix", "evaluate", "judge"]


def _student(matrix: Matrix) -> Bools:
    """A national student number: after ``G`` an ID number with its check; after J or L none is published."""
    passes: Bools = ((matrix[:, 0] | 32) != ord("g")) | china.resident_id(matrix[:, 1:])
    return passes


def _explain_student(text: str) -> str:
    if text[:1] not in ("G", "g") or len(text) != 19:
        return _length(text, 19)
    return china.explain_resident_id(text[1:])


def _length(text: str, wanted: int) -> str:
    return "" if len(text) == wanted else "length"


def _disability(matrix: Matrix) -> Bools:
    return china.resident_id(matrix[:, :18])


def _permit(matrix: Matrix) -> Bools:
    return world.mod_11_10(matrix[:, 2:])


def _check(name: str, chance: float, vector: object, explain: object, *widths: int) -> Check:
    return Check(id=name, vector=vector, explain=explain, chance=chance, widths=frozenset(widths))  # type: ignore[arg-type]


CHECKS: Mapping[str, Check] = {
    check.id: check
    for check in (
        _check("gb11643", 1 / 11, china.resident_id, china.explain_resident_id, 18),
        _check("gb11643_15", 0.013, china.resident_id_15, china.explain_resident_id_15, 15),
        _check("gb11643_student", 1 / 11, _student, _explain_student, 19),
        _check(
            "gb11643_disability", 1 / 11, _disability, lambda t: china.explain_resident_id(t[:18]), 20, 22
        ),
        _check("region", 0.4, china.region, china.explain_region, *range(2, 33)),
        _check("gb32100", 1 / 31, china.credit_code, china.explain_credit_code, 18),
        _check("gb11714", 1 / 11, china.organisation_code, china.explain_organisation_code, 9, 10),
        _check("hkid", 1 / 11, china.hong_kong_id, china.explain_hong_kong_id, 8, 9, 10, 11),
        _check("twid", 1 / 10, china.taiwan_id, china.explain_taiwan_id, 10),
        _check("luhn", 1 / 10, world.luhn, world.explain_luhn, *range(2, 33)),
        _check("iccid", 1 / 10, world.luhn_or_hex, world.explain_luhn_or_hex, 19, 20),
        _check("ean", 1 / 10, world.ean, world.explain_ean, 8, 12, 13, 14),
        _check("mod11_10", 1 / 10, world.mod_11_10, world.explain_mod_11_10, *range(2, 33)),
        _check("mod11_10_permit", 1 / 10, _permit, lambda t: world.explain_mod_11_10(t[2:]), 16),
        _check("vin", 1 / 11, world.vin, world.explain_vin, 17),
        _check("lei", 1 / 97, world.lei, world.explain_lei, 20),
        _check("iban", 1 / 97, world.iban, world.explain_iban, *range(15, 34)),
        _check("date", 0.9, dates.text_date, dates.explain_text_date, *range(8, 33)),
        _check("e164", 0.5, phone.e164, phone.explain_e164, *range(1, phone.LONGEST_TEXT + 1)),
        _check("secret", 0.3, secret.real, secret.explain_real),
        _check("random", 0.05, secret.random, secret.explain_random),
        _check("entropy", 0.5, world.entropy, world.explain_entropy),
    )
}
