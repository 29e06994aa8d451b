"""Names that hold a value come back masked; names that only say what they hold do not."""

import pytest
from detect.values_support import catalogue
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.detect.conceal import conceal

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("张三_110101199003070011.xlsx", "19900307"),
        ("１１０１０１１９９００３０７００２Ｘ", "19900307"),
        ("身份证:110101 19900307 002X 扫描件", "19900307"),
        ("110101900307002.jpg", "900307"),
        ("tel13800138000.csv", "00138"),
        ("手机138-0013-8000备份", "0013"),
        ("a13800138000_13900139000", "00139"),
        ("zhangsan@example.com 的文件", "example"),
        ("6222000000000000012.csv", "00000000"),
        ("password=Abc12345", "Abc12345"),
        ("初始密码：abc@2024", "abc@2024"),
        ("E12345678护照", "3456"),
        ("京A12345照片", "A123"),
        ("jdbc:mysql://h/d?password=zz9", "zz9"),
    ],
)
def test_values_in_names_are_hidden(text: str, hidden: str) -> None:
    shown = conceal(text, KEY, catalogue())
    assert hidden not in shown
    assert shown[-9] == "~"


@pytest.mark.parametrize(
    "text",
    [
        *("身份证号", "手机号码", "password", "密码", "t_user_info", "银行卡号(19位)", "GB11643-1999", ""),
        *("2024-11-01 12:00:00", "order_20241101123456789012", "6222000000000000013", "机密★10年"),
        *("TABLE12345678", "备份1700000000000", "北京市朝阳区"),
    ],
)
def test_ordinary_names_are_unchanged(text: str) -> None:
    assert conceal(text, KEY, catalogue()) == text


def test_the_digest_is_keyed_and_stable() -> None:
    text = "13800138000.csv"
    assert conceal(text, KEY, catalogue()) == conceal(text, KEY, catalogue())
    assert conceal(text, KEY, catalogue()) != conceal(text, b"x" * 32, catalogue())


@settings(max_examples=50, deadline=None)
@given(st.text("王a_- .1：（x", max_size=8), st.text("王_- .：（", max_size=8))
def test_an_identity_number_never_survives(before: str, after: str) -> None:
    before = before.rstrip("1x- ")
    assert "0119900307002" not in conceal(f"{before}11010119900307002X{after}", KEY, catalogue())


def test_a_file_name_in_another_encoding_is_read() -> None:
    name = "档案13800138000.csv".encode("gb18030").decode("utf-8", "surrogateescape")
    assert "0013800" not in conceal(name, KEY, catalogue())
    plain = "档案.csv".encode("gb18030").decode("utf-8", "surrogateescape")
    assert conceal(plain, KEY, catalogue()) == plain
