"""What is beside a label is a secret, or a placeholder, a reference, a message of a form."""

import time

import pytest

from guard.checks.placeholders import placeholder
from guard.checks.scalar.secret import explain_random, explain_real

SECRETS = [
    "password=Abc12345", 'password: "correct horse battery staple"', "db_pass := Gh7$kq", "口令是Xf8-k2Lq",
    "pwd=qwertyuiop", "密码：135792468", 'password">Tq4mXz91</', 'password" value="Tq4mXz91"',
    'password\\": \\"Tq4mXz91\\"', "--password Tq4mXz91", '"Tq4mXz91" === my_password', 'secret("q9Zx7Lm2Pw"',
    "clientSecret=q9Zx7Lm2Pw", "access_key_id = 0f1e2d3c4b5a69788796a5b4c3d2e1f0", "Password=Sec12x;",
    "https://reader:Qx7pLm2w@files.example.cn", "密钥：q9Zx7Lm2Pw5Rt8Vk",
]  # fmt: skip
OTHERS = [
    "password=${DB_PASSWORD}", "password: $PASSWORD", "password=%(password)s", "password: {{ vault }}",
    "password = changeme", "password: ********", "password: xxxxxxxx", "password: null", "password: string",
    "password=your_password", "password = settings.password", "password = os.environ[", "password = getpass()",
    "password => userInput", "password == other1;", "passwd = makeOne1;", "password: 6-16", "密码：请输入密码",
    'password: "Please enter your password"', "password_file=/run/secrets/db1", "password: /run/secrets/db1",
    "passwordLength: 12345678", "getPassword('user0001'", "token_type: bearer0123456789abcdef",
    "token=743b294a-cd03-11ec-9d64-0242ac120002", "secretary: Zhang123456", "public_key=0f1e2d3c4b5a69788796a5b4c3d2",
    "token=version-one-of-it", "secret_url: https://a.example/1", "secret = example", "密码是abcdefgh",
    "https://${USER}:${PASSWORD}@files.example.cn",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS)
def test_secrets(text: str) -> None:
    assert explain_real(text) == ""


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_stands_beside_a_label(text: str) -> None:
    assert explain_real(text) in ("characters", "entropy")


@pytest.mark.parametrize("value", ["<password>", "@password@", "!Ref", "1.2.3.4", "a/b/c.yml", "not_the_key"])
def test_placeholders(value: str) -> None:
    assert placeholder(value)


def test_random_needs_both_cases_digits_and_variety() -> None:
    assert explain_random('"q9Zx7Lm2Pw5Rt8VkYb3Nc6Hd1Jf4GsAeUiOoTpKr"') == ""
    assert explain_random('"Q9ZX7LM2PW5RT8VKYB3NC6HD1JF4GSAEUIOOTPKR"') == "entropy"
    assert explain_random('"aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1"') == "entropy"


@pytest.mark.parametrize("unit", ["a/", "a.", "1-", "a_", "[", "'", "\\", "x = "])
def test_endless_values_take_no_time(unit: str) -> None:
    text = "password=" + unit * 200_000
    before = time.process_time()
    explain_real(text)
    assert time.process_time() - before < 0.5
