"""The demo city is complete, repeatable, and its numbers hold."""

import hashlib
import re
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from guard.checks import CHECKS
from guard.demo import DemoSource, build, labels
from guard.demo.schema import holdings


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoSource, ...]:
    return build(tmp_path_factory.mktemp("city"), 7)


def column(city: tuple[DemoSource, ...], source: str, table: str, name: str) -> list[str]:
    address = next(item.address for item in city if item.name == source)
    with closing(sqlite3.connect(address)) as database:
        return [row[0] for row in database.execute(f'SELECT "{name}" FROM "{table}"') if row[0]]


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def resident_ok(number: str) -> bool:
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


def luhn_ok(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        build(tmp_path / name, seed)
    first, again, other = (digests(tmp_path / name) for name in "abc")
    assert first == again
    assert first.keys() == other.keys()
    assert not first.items() & {item for item in other.items() if item[0].endswith(".db")}


def test_building_twice_in_one_folder_replaces(tmp_path: Path) -> None:
    build(tmp_path, 3)
    before = digests(tmp_path)
    build(tmp_path, 3)
    assert digests(tmp_path) == before


def test_it_is_quick(tmp_path: Path) -> None:
    start = time.process_time()
    build(tmp_path, 5)
    assert time.process_time() - start < 10


def test_size(city: tuple[DemoSource, ...]) -> None:
    assert sum(source.kind == "sqlite" for source in city) >= 12
    assert sum(len(holding.tables) for holding in holdings()) >= 60
    assert len({label[:3] for label in labels()}) == len(labels()) >= 400
    assert len({label[3] for label in labels()}) >= 90
    for holding in holdings():
        assert all(table.rows == 0 or 40 <= table.rows <= 3000 for table in holding.tables)
        assert set(holding.department) == set(holding.system) == {"zh", "en"}


def test_labels_name_what_is_there(city: tuple[DemoSource, ...]) -> None:
    truth = {label[:3] for label in labels()}
    for source in city:
        if source.kind == "sqlite":
            with closing(sqlite3.connect(source.address)) as database:
                names = [
                    row[0]
                    for row in database.execute(
                        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
                    )
                ]
                for name in names:
                    columns = [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
                    assert {(source.name, name, item) for item in columns} <= truth


def test_the_comments_can_be_read_back(city: tuple[DemoSource, ...]) -> None:
    police = next(source.address for source in city if source.name == "police")
    with closing(sqlite3.connect(police)) as database:
        sql = database.execute("SELECT sql FROM sqlite_master WHERE name = 'czrk_jbxx'").fetchone()[0]
    assert "/* 常住人口基本信息 */" in sql
    assert re.search(r'"gmsfhm" TEXT, -- 公民身份号码$', sql, re.M)


def test_check_digits(city: tuple[DemoSource, ...]) -> None:
    people = column(city, "police", "czrk_jbxx", "gmsfhm")
    lengths = {len(number) for number in people}
    assert lengths == {15, 18}
    assert all(resident_ok(number) for number in people if len(number) == 18)
    assert {number[0] for number in people} >= {"1", "8", "9"}
    assert all(map(resident_ok, column(city, "police", "jzz_gat", "jzzhm")))
    cards = column(city, "social_security", "yanglao_ff", "yhkh")
    assert {len(card) for card in cards} == {16, 17, 18, 19}
    assert all(map(luhn_ok, cards))
    assert all(map(luhn_ok, column(city, "services", "app_device", "imei")))


@pytest.mark.parametrize(
    ("source", "table", "name", "rule"),
    [
        ("market", "enterprise", "uscc", "gb32100"),
        ("police", "foreign_resident", "permanent_id", "gb11643"),
        ("transport", "jdc_xx", "clsbdh", "vin"),
        ("market", "enterprise", "reg_no", "mod11_10"),
        ("market", "food_licence", "xkzbh", "mod11_10_permit"),
    ],
)
def test_check_digits_satisfy_the_product(
    city: tuple[DemoSource, ...], source: str, table: str, name: str, rule: str
) -> None:
    values = column(city, source, table, name)
    assert [CHECKS[rule].explain(value) for value in values] == [""] * len(values)


def test_dirt_is_there(city: tuple[DemoSource, ...]) -> None:
    assert any("０" <= value[0] <= "９" for value in column(city, "civil_affairs", "dibao_jt", "sfzh"))
    assert any(" " in value for value in column(city, "police", "wffzry", "sfzh"))
    remarks = column(city, "services", "bj_sl", "bz")
    share = sum(bool(re.search(r"\d{15}", remark)) for remark in remarks) / len(remarks)
    assert 0.02 < share < 0.4
    assert column(city, "petitions", "xf_fj", "id") == []


def test_people_are_the_same_person_across_a_row(city: tuple[DemoSource, ...]) -> None:
    ids = column(city, "police", "czrk_jbxx", "gmsfhm")
    births = column(city, "police", "czrk_jbxx", "csrq")
    assert all(birth in number for number, birth in zip(ids, births, strict=True) if len(number) == 18)
    assert all(int(age) >= 60 for age in column(city, "civil_affairs", "old_card_holder", "nl"))


def test_share_opens(city: tuple[DemoSource, ...]) -> None:
    folder = next(source.address for source in city if source.kind == "files")
    text = (folder / "民政/高龄津贴发放_2025.csv").read_bytes()
    assert text.decode("gb18030").startswith("姓名,身份证号")
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    assert (folder / "export/hotline_export.csv").read_text("utf-16").startswith("caller")
    with zipfile.ZipFile(folder / "保密/专报.docx") as archive:
        assert "机密★10年" in archive.read("word/document.xml").decode()
    with zipfile.ZipFile(folder / "backup/old_register.zip") as archive:
        assert archive.namelist() == ["register.csv"]


def test_workbook_and_parquet(city: tuple[DemoSource, ...]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pq = pytest.importorskip("pyarrow.parquet")
    folder = next(source.address for source in city if source.kind == "files")
    assert openpyxl.load_workbook(folder / "人事/干部花名册.xlsx").sheetnames == ["在职人员", "部门预算"]
    assert pq.read_table(folder / "warehouse/vehicle_pass.parquet").num_rows == 2000
