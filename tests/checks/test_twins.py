"""Every check is right on its published examples, and its two forms agree on anything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.checks import CHECKS, evaluate

RIGHT = {
    "gb11643": ["11010119900307002X", "11010119900307002x", "810000199003070015", "911840199003070014"],
    "gb11643_15": ["110101900307002"],
    "gb11643_student": ["G110101201503070026"],
    "gb11643_disability": ["11010119900307002X44", "11010119900307002X44B1"],
    "region": ["110101", "710000", "990000"],
    "gb32100": ["91110105MA00000012"],
    "gb11714": ["123456788", "12345678-8"],
    "hkid": ["A1234563", "A123456(3)", "AB9876543", "AB987654(3)"],
    "twid": ["A123456789"],
    "luhn": ["4111111111111111", "490154203237518", "6222000000000000012"],
    "iccid": ["8986000000000000010", "898600A0000000000001"],
    "ean": ["4006381333931", "9780306406157", "96385074"],
    "mod11_10": ["110105000000012"],
    "mod11_10_permit": ["JY11101050000012"],
    "vin": ["1M8GDM9AXKP042788"],
    "lei": ["5493001KJTIIGC8Y1R12"],
    "iban": ["GB82WEST12345698765432", "DE89370400440532013000"],
    "date": ["19900307", "1990-03-07", "2000/02/29", "1990年3月7日", "1990-3-7 00:00"],
    "e164": ["+85221234567", "+1 201-555-0123", "+44 (0)12 1234 567"],
    "secret": ["password=Abc12345", "密码：135792468", '"Tq4mXz91" != my_password', "db_pass := Gh7$kq"],
    "random": ['"q9Zx7Lm2Pw5Rt8VkYb3Nc6Hd1Jf4GsAeUiOoTpKr"'],
    "entropy": ["q9Zx7Lm2Pw5Rt8Vk"],
}
WRONG = {
    "gb11643": ["110101199003070020", "11010119900231002X", "1101011990030700"],
    "gb11643_15": ["110101900231002", "200101900307002"],
    "gb11643_student": ["G110101201503070025"],
    "gb11643_disability": ["11010119900307001X44"],
    "region": ["170101", "A10101"],
    "gb32100": ["91110105MA00000011", "91110105MAO0000012"],
    "gb11714": ["123456789", "12345678_8"],
    "hkid": ["A1234564", "A123456[3)"],
    "twid": ["A123456788"],
    "luhn": ["4111111111111112", "0000000000000000"],
    "iccid": ["8986000000000000011"],
    "ean": ["4006381333932"],
    "mod11_10": ["110105000000011"],
    "mod11_10_permit": ["JY11101050000013"],
    "vin": ["1M8GDM9A1KP042788", "11111111111111111"],
    "lei": ["5493001KJTIIGC8Y1R13"],
    "iban": ["GB82WEST12345698765431", "ZZ82WEST12345698765432", "DE8937040044053201300"],
    "date": ["19900230", "1990-13-07", "18991231", "1990-3-007", "03-07-1990", "199003071"],
    "e164": ["+8522123456", "85221234567", "+1 201-555-012"],
    "secret": ["password=${DB_PASSWORD}", "password: changeme", "密码：请输入", "token=aaaaaaaaaaaaaaaaaaaa"],
    "random": ['"0123456789abcdef0123456789abcdef01234567"'],
    "entropy": ["aaaaaaaabbbbbbbb"],
}


def vector(name: str, values: list[str]) -> list[bool]:
    raw = [value.encode() for value in values]
    offsets = np.cumsum([0, *map(len, raw)])
    data = np.frombuffer(b"".join(raw), dtype=np.uint8)
    return evaluate(CHECKS[name], data, offsets).tolist()


def test_every_check_has_cases() -> None:
    assert set(RIGHT) == set(WRONG) == set(CHECKS)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_examples(name: str) -> None:
    values = RIGHT[name] + WRONG[name]
    expected = [True] * len(RIGHT[name]) + [False] * len(WRONG[name])
    assert vector(name, values) == expected
    assert [CHECKS[name].accepts(value) for value in values] == expected


@pytest.mark.parametrize("name", sorted(CHECKS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_twins_agree(name: str, data: st.DataObject) -> None:
    check = CHECKS[name]
    width = data.draw(st.sampled_from(sorted(check.widths) or [8, 16, 40]))
    seed = data.draw(st.sampled_from(RIGHT[name] + WRONG[name]))
    random = st.text(st.sampled_from("0123456789XAIZabx-() "), min_size=width, max_size=width)
    changed = st.tuples(st.integers(0, len(seed) - 1), st.sampled_from("0123456789XG(-")).map(
        lambda edit: seed[: edit[0]] + edit[1] + seed[edit[0] + 1 :]
    )
    values = data.draw(st.lists(st.one_of(random, changed), min_size=1, max_size=30))
    if check.widths:
        values = [value for value in values if len(value) in check.widths]
    assert vector(name, values) == [check.accepts(value) for value in values]


def test_bytes_beyond_ascii_are_refused_quietly() -> None:
    for name, check in CHECKS.items():
        if check.widths and name not in ("iccid", "gb11643_student"):
            width = min(check.widths)
            assert vector(
                name, [bytes([0xC3, 0xA9] * (width // 2 + 1))[:width].decode("latin-1")[: width // 2]]
            ) in ([False], [])
