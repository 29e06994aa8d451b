"""Whether what stands beside a label such as ``password`` is a secret, or a placeholder or a piece of code.

A pattern finds label and value; what a pattern cannot say is judged here: templates, references, words
of a form, paths and identifiers are no secrets, however close to the label they stand.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

from guard.checks.placeholders import placeholder, words

_LABEL = re.compile(r"[\w.-]*", re.ASCII)
_CHINESE = re.compile(r"密码|密碼|口令|密钥|秘钥|令牌|授权码")
_BESIDE = re.compile(
    r"""(?:\\?["'\]]|\[\d{0,4}\])*(?P<gap>\s*)(?:\.[a-z]{2,12}(?=\())?"""
    r"""(?P<sign>:=|=>|->|[=!]==?|[:=：＝>(]|是|为|)(?P<after>=?\s*(?:value=)?)@?(?P<value>.*)""",
    re.DOTALL | re.IGNORECASE,
)
_COMPARED = re.compile(r"""(["'`])(?P<value>.*)\1\s*[=!]==?\s*(?P<label>[\w.-]+)""", re.DOTALL | re.ASCII)
# The last word of an identifier that names something about a secret, not the secret.
_ABOUT = words(
    """file files path dir folder url uri link name names length len hint hints policy field fields label
    type format expires expiry expire expiration ttl count mode enabled disabled required regex pattern min
    max algorithm algo encoder encoding placeholder error errors message msg title text prompt reset version
    manager prefix suffix header headers endpoint provider store help desc description changed updated
    created at date time age days column attribute attr param parameter parameters class index size limit
    strength score strategy rule rules input button form page view test tests ref env var arn issuer usage
    scope scopes audience"""
)
_NOT_SECRET = re.compile(
    r"tokeni[sz]|secretar|secreti|(?:public|cache|primary|foreign|partition|sort|hash|group)[_-]?key"
)
_ASKS = re.compile(
    r"(?:get|has|is|check|validate|find|load|fetch|read|verify|forgot|reset|hash|encode|compare)[A-Z_]"
)
_PASSWORD = re.compile(r"pass|pwd|_pw$|-pw$")
_KEYED = re.compile(r"secret|api[_-]?key|(?:access|private)[_-]?key|credential")
_IN_ADDRESS = re.compile(r"[a-z0-9+.-]+://[^:/@\s]*:(?P<value>[^@\s]*)@", re.IGNORECASE)
# A member of something, a call or an index, a YAML anchor, bold text, an option of a command, a variable.
_REFERENCE = re.compile(
    r"[({\[]*[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+[;)]*$|[A-Za-z_][\w.:]*[\[(]|[&*]+[A-Za-z_]|--?[a-z]|"
    r"[a-z]+\d?(?:_[a-z]+\d?)+$",
    re.ASCII,
)
_HEX = re.compile(r"[0-9a-f]{32,}$", re.IGNORECASE)
_HEX_BITS, _TEXT_BITS, _RANDOM_BITS = 2.8, 3.5, 4.3
_LONGEST = 2048  # characters of label and value that are looked at
_LEAST_DIGITS, _LEAST_KEY, _LEAST_RANDOM = 6, 8, 16


@dataclass(frozen=True, slots=True)
class _Beside:
    """A label and its value. ``sign`` is what joins them; ``code``: a statement of a program;
    ``spaced``: with an equals sign that has a space on one side, as in most of them."""

    label: str
    value: str
    quoted: bool
    sign: str
    code: bool
    spaced: bool = False


def explain_real(text: str) -> str:
    """Scalar twin of ``guard.checks.secret.real``."""
    found = _parsed(text[:_LONGEST])
    if found is None or not _asked(found.label):
        return "characters"
    if placeholder(found.value) or (not found.quoted and _program(found)):
        return "characters"
    return "" if len(set(found.value)) > 1 and _likely(found) else "entropy"


def explain_random(text: str) -> str:
    """Scalar twin of ``random``."""
    kinds = (any(map(test, text)) for test in (str.islower, str.isupper, str.isdigit))
    return "" if all(kinds) and _bits(text) > _RANDOM_BITS else "entropy"


def _parsed(text: str) -> _Beside | None:
    address = _IN_ADDRESS.match(text)
    if address:
        return _Beside("password", address["value"], True, ":", False)
    turned = _COMPARED.fullmatch(text)
    if turned:
        return _Beside(turned["label"], turned["value"], True, "==", False)
    head = _CHINESE.match(text) or _LABEL.match(text)
    if head is None or not head.group():
        return None
    found = _BESIDE.match(text, head.end())
    if found is None:
        return None
    spaced = bool(found["gap"] or found["after"])
    return _unquoted(head.group(), found["value"].strip(), found["sign"], spaced)


def _unquoted(label: str, value: str, sign: str, spaced: bool) -> _Beside:
    if sign == ">":
        return _Beside(label, value.removesuffix("</"), True, sign, False)
    code = spaced and value.endswith(";") and value[:1] not in "\"'`\\"
    bare = value.rstrip(";").removeprefix("\\")
    if "(" not in bare:
        bare = bare.rstrip(")")
    quoted = len(bare) > 1 and bare[0] in "\"'`" and bare[-1] == bare[0]
    bare = bare.strip("\"'`").removesuffix("\\")
    return _Beside(label, bare, quoted, sign, code, spaced and sign in ("=", ":="))


def _asked(label: str) -> bool:
    """Whether the label names a secret itself, rather than its file, length or rules, or a function."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1_\2", label).lower()
    last = re.split(r"[_.-]+", parted.rstrip("_.-"))[-1]
    return last not in _ABOUT and not _NOT_SECRET.search(label.lower()) and not _ASKS.match(label)


def _program(found: _Beside) -> bool:
    """Whether a value without quotes is an expression of a program: a name, a call, a comparison."""
    if found.sign == ">":
        return False
    if found.sign == "":
        return not any(map(str.isdigit, found.value))
    joined = found.sign in ("=>", "->", "(") or found.sign[:1] == "!" or found.sign[:2] == "=="
    word = found.value.isalpha() and (found.spaced or found.label.lower() == "pass")
    return found.code or joined or word or bool(_REFERENCE.match(found.value))


def _likely(found: _Beside) -> bool:
    value, label = found.value, found.label.lower()
    digits, letters = any(map(str.isdigit, value)), any(map(str.isalpha, value))
    if found.sign in ("是", "为"):
        return digits and letters and len(value) >= _LEAST_DIGITS
    if _PASSWORD.search(label) or label in ("密码", "密碼", "口令"):
        if value.isdigit():
            return len(value) >= _LEAST_DIGITS
        return found.quoted or not value.isalpha() or (value.islower() and len(value) >= _LEAST_DIGITS)
    if _KEYED.search(label) or not label.isascii():
        return len(value) >= _LEAST_KEY and (found.quoted or not value.isalpha())
    if _HEX.match(value):
        return digits and letters and _bits(value) > _HEX_BITS
    return len(value) >= _LEAST_RANDOM and digits and letters and _bits(value) > _TEXT_BITS


def _bits(text: str) -> float:
    """Shannon entropy in bits a character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
