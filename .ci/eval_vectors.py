"""Prints how our value shapes fare on other tools' own test vectors, one line a set.

``secrets``: a line of text holds a secret. ``phones``: a value is a telephone number. ``any-rule``:
a value as a whole is of the type that its rule is named after.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import guard_policies
from guard.detect.explain import try_value
from guard.detect.matching import Matcher
from guard.detect.types import TypeCatalogue
from guard.model import DataType
from guard.policy.catalogue import load_types

SECRETS = "系统运维数据/身份鉴别信息/"
PHONES = ("mobile_phone", "landline", "fax")
# Rules of any-rule that name one of our types; the others (file paths, numbers, styles) are no data types.
RULES = {
    "手机机身码(IMEI)": ("imei", "imeisv"),
    "统一社会信用代码": ("uscc",),
    "统一社会信用代码(宽松匹配)": ("uscc", "taxpayer_id"),
    "网址(URL)": ("url",),
    "银行卡号": ("bank_card", "bank_account"),
    "中文姓名": ("person_name",),
    "英文姓名": ("name_pinyin", "person_name"),
    "车牌号": ("plate", "plate_new_energy"),
    "手机号": ("mobile_phone",),
    "日期(严谨": ("birth_date",),
    "email": ("email",),
    "座机": ("landline",),
    "身份证号(1代": ("resident_id_15",),
    "身份证号(2代": ("resident_id_18",),
    "身份证号, 支持1/2代": ("resident_id_18", "resident_id_15"),
    "护照": ("passport_cn", "hkmo_exit_permit", "tw_exit_permit"),
    "qq号": ("qq",),
    "ip-v4": ("ipv4",),
    "ip-v6": ("ipv6",),
    "微信号": ("wechat_id",),
    "邮政编码": ("postcode",),
    "mac地址": ("mac",),
    "香港身份证": ("hk_id_card",),
    "澳门身份证": ("mo_id_card",),
    "台湾身份证": ("tw_id_card",),
    "军官/士兵证": ("military_id",),
    "户口薄": ("resident_id_18",),
}


def catalogue() -> TypeCatalogue:
    """The types that are shipped."""
    return TypeCatalogue(load_types(Path(guard_policies.__file__).parent / "types"))


def found(texts: Sequence[str], types: Iterable[DataType]) -> list[set[str]]:
    """For each text the types that occur in it, check digit confirmed: the product's own detection."""
    matcher = Matcher(TypeCatalogue(types), {})
    plain, _ = matcher.plain(pa.array(texts, pa.string()))
    answer: list[set[str]] = [set() for _ in texts]
    for shaped, rows in matcher.inside(plain):
        for row in np.flatnonzero(rows):
            answer[row].add(shaped.id)
    return answer


def rows_of(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one file of vectors."""
    with (folder / "vectors" / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def secrets(folder: Path, types: TypeCatalogue, verbose: bool) -> list[str]:
    """F1 of "this line holds a secret" over detect-secrets' own cases."""
    rows = rows_of(folder, "detect_secrets.jsonl")
    kinds = [item.type for item in types.embedded if item.type.category.startswith(SECRETS)]
    answers = found([row["text"] for row in rows], kinds)
    tally = Counter((row["should_flag"], bool(answer)) for row, answer in zip(rows, answers, strict=True))
    right, false, missed = tally[True, True], tally[False, True], tally[True, False]
    precision, recall = right / max(1, right + false), right / max(1, right + missed)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    line = f"detect-secrets F1 {f1:.3f} precision {precision:.3f} recall {recall:.3f} rows {len(rows)}"
    wrong = [
        f"  {row['id']} {row['detector']} expected {row['should_flag']} found {sorted(answer)}"
        for row, answer in zip(rows, answers, strict=True)
        if row["should_flag"] != bool(answer)
    ]
    return [*(wrong if verbose else ()), line]


def phones(folder: Path, types: TypeCatalogue, verbose: bool) -> list[str]:
    """How many numbers are judged rightly: of China, and in international form of anywhere else."""
    rows = rows_of(folder, "libphonenumber_examples.jsonl")
    here = [row for row in rows if row["region"] == "CN"]
    away = [row for row in rows if row["region"] != "CN" and row["text"].startswith("+")]
    lines = []
    for name, chosen, kinds in (
        ("CN", here, PHONES),
        ("elsewhere, with +", away, (*PHONES, "international_phone")),
    ):
        judged = [(row, _accepted(types, kinds, row["text"])[0]) for row in chosen]
        wrong = [row["id"] for row, accepted in judged if accepted != row["valid"]]
        lines += [f"  {one}" for one in wrong if verbose]
        lines.append(f"libphonenumber {name} right {len(chosen) - len(wrong)}/{len(chosen)}")
    return lines


def any_rule(folder: Path, types: TypeCatalogue, verbose: bool) -> list[str]:
    """How many rows of rules that name our types are judged rightly; wrong check digits apart."""
    lines, right, total, apart = [], 0, 0, 0
    for row in rows_of(folder, "any_rule.jsonl"):
        kinds = next((ids for rule, ids in reversed(RULES.items()) if row["rule"].startswith(rule)), None)
        if kinds is None:
            continue
        accepted, refused_by_check = _accepted(types, kinds, row["text"])
        if row["should_match"] and not accepted and refused_by_check:
            apart += 1
            continue
        total += 1
        right += accepted == row["should_match"]
        if verbose and accepted != row["should_match"]:
            lines.append(f"  {row['id']} {row['rule']} expected {row['should_match']}")
    return [
        *lines,
        f"any-rule right {right}/{total} ({right / max(1, total):.3f}), wrong check digit in the row {apart}",
    ]


def _accepted(types: TypeCatalogue, kinds: Sequence[str], text: str) -> tuple[bool, bool]:
    """Whether any of the types takes the value; whether one would but for its check."""
    verdicts = [try_value(types.by_id[kind], text) for kind in kinds if kind in types.by_id]
    refused = any(verdict.why in ("check-digit", "region", "date") for verdict in verdicts)
    return any(verdict.matched for verdict in verdicts), refused


def measure(folder: Path, verbose: bool = False) -> list[str]:
    """One line a set."""
    types = catalogue()
    return [line for part in (secrets, phones, any_rule) for line in part(folder, types, verbose)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(measure(Path(sys.argv[1]), "-v" in sys.argv)) + "\n")
