"""Every check in both forms, by the name that a data type's ``value.check`` may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.checks import china, dates, phone, secret, world
from guard.checks.registry import Bools, Check, Matrix
from guard.checks.scalar import EXPLAIN
from guard.checks.scalar.phone import LONGEST_TEXT

Vector = Callable[[Matrix], Bools]


def _student(matrix: Matrix) -> Bools:
    passes: Bools = ((matrix[:, 0] | 32) != ord("g")) | china.resident_id(matrix[:, 1:])
    return passes


def _disability(matrix: Matrix) -> Bools:
    return china.resident_id(matrix[:, :18])


def _permit(matrix: Matrix) -> Bools:
    return world.mod_11_10(matrix[:, 2:])


def _check(name: str, chance: float, vector: Vector, *widths: int) -> Check:
    return Check(id=name, vector=vector, explain=EXPLAIN[name], chance=chance, widths=frozenset(widths))


CHECKS: Mapping[str, Check] = {
    check.id: check
    for check in (
        _check("gb11643", 1 / 11, china.resident_id, 18),
        _check("gb11643_15", 0.013, china.resident_id_15, 15),
        _check("gb11643_student", 1 / 11, _student, 19),
        _check("gb11643_disability", 1 / 11, _disability, 20, 22),
        _check("region", 0.4, china.region, *range(2, 33)),
        _check("gb32100", 1 / 31, china.credit_code, 18),
        _check("gb11714", 1 / 11, china.organisation_code, 9, 10),
        _check("hkid", 1 / 11, china.hong_kong_id, 8, 9, 10, 11),
        _check("twid", 1 / 10, china.taiwan_id, 10),
        _check("luhn", 1 / 10, world.luhn, *range(2, 33)),
        _check("iccid", 1 / 10, world.luhn_or_hex, 19, 20),
        _check("ean", 1 / 10, world.ean, 8, 12, 13, 14),
        _check("mod11_10", 1 / 10, world.mod_11_10, *range(2, 33)),
        _check("mod11_10_permit", 1 / 10, _permit, 16),
        _check("vin", 1 / 11, world.vin, 17),
        _check("lei", 1 / 97, world.lei, 20),
        _check("iban", 1 / 97, world.iban, *range(15, 34)),
        _check("date", 0.9, dates.text_date, *range(8, 33)),
        _check("e164", 0.5, phone.e164, *range(1, LONGEST_TEXT + 1)),
        _check("secret", 0.3, secret.real),
        _check("random", 0.05, secret.random),
        _check("entropy", 0.5, world.entropy),
    )
}
