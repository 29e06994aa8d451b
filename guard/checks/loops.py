"""One loop a check over spans of a buffer; numba keeps each by itself: only what is used is compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from guard.checks import kernels
from guard.checks.machine import njit


@njit(nogil=True, cache=True)
def gb11643(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``gb11643``."""
    for row in range(len(starts)):
        passed[row] = kernels.resident_id(data, np.uint64(starts[row]), ends[row] - starts[row])


@njit(nogil=True, cache=True)
def gb11643_15(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``gb11643_15``."""
    for row in range(len(starts)):
        passed[row] = kernels.resident_id_15(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def gb11643_student(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``gb11643_student``."""
    for row in range(len(starts)):
        passed[row] = kernels.student(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def gb11643_disability(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``gb11643_disability``."""
    for row in range(len(starts)):
        passed[row] = kernels.disability(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def region(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``region``."""
    for row in range(len(starts)):
        passed[row] = kernels.region(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def gb32100(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``gb32100``."""
    for row in range(len(starts)):
        passed[row] = kernels.credit_code(data, np.uint64(starts[row]), ends[row] - starts[row])


@njit(nogil=True, cache=True)
def gb11714(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``gb11714``."""
    for row in range(len(starts)):
        passed[row] = kernels.organisation_code(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def hkid(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``hkid``."""
    for row in range(len(starts)):
        passed[row] = kernels.hong_kong_id(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def twid(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``twid``."""
    for row in range(len(starts)):
        passed[row] = kernels.taiwan_id(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def luhn(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``luhn``."""
    for row in range(len(starts)):
        passed[row] = kernels.luhn(data, np.uint64(starts[row]), ends[row] - starts[row])


@njit(nogil=True, cache=True)
def iccid(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``iccid``."""
    for row in range(len(starts)):
        passed[row] = kernels.luhn_or_hex(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def ean(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``ean``."""
    for row in range(len(starts)):
        passed[row] = kernels.ean(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def mod11_10(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``mod11_10``."""
    for row in range(len(starts)):
        passed[row] = kernels.mod_11_10(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def mod11_10_permit(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``mod11_10_permit``."""
    for row in range(len(starts)):
        passed[row] = kernels.permit(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def vin(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``vin``."""
    for row in range(len(starts)):
        passed[row] = kernels.vin(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def lei(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``lei``."""
    for row in range(len(starts)):
        passed[row] = kernels.lei(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def iban(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``iban``."""
    for row in range(len(starts)):
        passed[row] = kernels.iban(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def date(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``date``."""
    for row in range(len(starts)):
        passed[row] = kernels.text_date(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def e164(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``e164``."""
    for row in range(len(starts)):
        passed[row] = kernels.e164(data[starts[row] : ends[row]])


@njit(nogil=True, cache=True)
def entropy(data: Any, starts: Any, ends: Any, passed: Any) -> None:
    """Check ``entropy``."""
    for row in range(len(starts)):
        passed[row] = kernels.entropy(data[starts[row] : ends[row]])
