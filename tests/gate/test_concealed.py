"""What holds a value is shown without its middle; everything else as it stands."""

import pytest
from gate.found import violation
from gate.judged import literals

from guard.gate.concealed import Concealed
from guard.model.gate import Fix, Place, Unread

ID, MOBILE, MAILBOX = "110101199003074514", "13800138000", "zhangsan@example.com"
SHOWN = {ID: "110*************14", MOBILE: "138******00", MAILBOX: "zha***************om"}


@pytest.fixture(scope="module")
def concealed() -> Concealed:
    return Concealed(literals())


@pytest.mark.parametrize("value", SHOWN)
@pytest.mark.parametrize("form", ["{}", "表{}", "tmp {} old", "申请人：{}，已核", "t_{}"])
def test_a_value_loses_its_middle_whatever_stands_around_it(concealed, value, form) -> None:
    shown = concealed.text(form.format(value))
    assert value not in shown and value[3:-2] not in shown
    assert shown == form.format(SHOWN[value]) or form == "t_{}"


@pytest.mark.parametrize(
    "text",
    ["138 0013 8000", "电话 138-0013-8000", "１３８００１３８０００", "身份证１１０１０１１９９００３０７４５１４", "110101 19900307 4514"],
)  # fmt: skip
def test_groups_and_full_width_are_masked_too(concealed, text) -> None:
    shown = concealed.text(text)
    assert "*" in shown and not any(part in shown for part in ("0013", "００１３", "199003", "１９９００３"))


@pytest.mark.parametrize(
    "text",
    ["", "renkou", "t_order_2024", "公民身份号码", "renkou2.sfzh", "V20240101120000__add.sql", "2024-01-01", "2024-01-01 00:00:00",
     "decimal(18,2)", "-- guard: level=L3 mask=keep(3,4)", "COMMENT ON COLUMN t1.sfzh IS '公民身份号码';"],
)  # fmt: skip
def test_names_types_and_dates_stay(concealed, text) -> None:
    assert concealed.text(text) == text


def test_a_value_far_into_a_comment_is_masked(concealed) -> None:
    for before in (4_090, 5_000, 50_000):
        shown = concealed.text("备注，" * (before // 3) + ID)
        assert ID not in shown and shown.endswith("14")


def test_no_automaton_is_built_for_ordinary_names() -> None:
    asked: list[str] = []

    def record(texts):
        asked.extend(texts)
        return ()

    shown = Concealed(record)
    for text in ("renkou", "hr.t12.sfzh", "ALTER TABLE t1 ADD xm9", "varchar(200)"):
        shown.text(text)
    assert asked == []


def test_a_violation_is_masked_in_every_part(concealed) -> None:
    place = Place(file="a.sql", line=3)
    fix = Fix(how="before", text=f"-- guard: column=c{ID} level=L3", place=place)
    shown = concealed.violation(
        violation(f"t{MOBILE}.c{ID}", fix=fix, params={"first": f"c{ID}", "count": 2, "columns": f"a, c{ID}"})
    )
    assert ID not in repr(shown) and MOBILE not in repr(shown)
    assert shown.params["count"] == 2


def test_a_fix_that_would_name_another_column_is_not_offered(concealed) -> None:
    place = Place(file="a.sql", line=3)
    good = Fix(how="append", text="-- guard: level=L3 mask=keep(3,4)", place=place)
    bad = Fix(how="before", text=f"-- guard: column=c{ID} level=L3", place=place)
    assert concealed.violation(violation(fix=good)).fix == good
    assert concealed.violation(violation(fix=bad)).fix is None


def test_the_word_at_which_reading_ended_is_masked(concealed) -> None:
    unread = Unread(place=Place(file="a.sql", line=1), reason="column", word=f"c{ID}")
    assert ID not in concealed.unread(unread).word


def test_records_of_every_shape(concealed) -> None:
    data = {"tables": [{"name": f"t{ID}", "columns": [{"comment": f"如 {MOBILE}"}]}], "line": 3}
    shown = concealed.record(data)
    assert shown["line"] == 3 and ID not in str(shown) and MOBILE not in str(shown)
