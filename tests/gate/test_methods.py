"""methods.yaml: every word that may stand for protection, and how long what it makes is."""

from pathlib import Path

import pytest
import yaml

import guard_policies
from guard.gate.declare.methods import method, methods, needed

POLICIES = Path(guard_policies.__file__).parent
KINDS = {"mask", "encrypt", "hash", "token", "null", "none"}


def used():
    """The methods that the data types and packs of the policies name."""
    for path in POLICIES.glob("types/*.yaml"):
        yield from (item["mask"] for item in yaml.safe_load(path.read_text("utf-8")) if "mask" in item)
    for path in POLICIES.glob("*/masking.yaml"):
        yield from (item["method"] for item in yaml.safe_load(path.read_text("utf-8"))["masking"])


def test_every_method_of_the_policies_is_known_by_its_own_name():
    words = {str(word) for word in used()}
    assert len(words) > 20
    assert {word: method(word).name if method(word) else None for word in words} == {
        word: word for word in words
    }


def test_every_listed_word_means_something():
    for word, one in methods().items():
        assert one.kind in KINDS, word
        assert method(word) is not None, word


@pytest.mark.parametrize(
    ("word", "name", "kind"),
    [
        ("cn-id", "keep(3,4)", "mask"),
        ("CN_Mobile", "keep(3,4)", "mask"),
        ("cn-name", "name_cn", "mask"),
        ("bank-card", "keep(6,4)", "mask"),
        ("keep( 3 , 4 )", "keep(3,4)", "mask"),
        ("address(District)", "address(district)", "mask"),
        ("SM4", "sm4", "encrypt"),
        ("aes-256-gcm", "aes", "encrypt"),
        ("sm4-cbc(hex)", "sm4-cbc(hex)", "encrypt"),
        ("ff1", "fpe", "encrypt"),
        ("argon2id", "argon2", "hash"),
        ("hmac_sm3", "hmac_sm3", "hash"),
        ("tokenize", "token", "token"),
        ("null", "null", "null"),
        ("none", "none", "none"),
        ("加密", "encrypt", "encrypt"),
    ],
)
def test_words_people_use(word, name, kind):
    found = method(word)
    assert found is not None
    assert (found.name, found.kind) == (name, kind)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "keep(",
        "keep(6)",
        "keep(a,b)",
        "keep()",
        "address(planet)",
        "sm4(rot13)",
        "email(1)",
        "maks",
        "keep(1,2) x",
    ],
)
def test_what_means_nothing(word):
    assert method(word) is None


@pytest.mark.parametrize("word", ["sm4", "aes", "bcrypt", "hmac_sm3", "token", "fpe"])
def test_ciphers_digests_and_tokens_are_what_the_column_holds(word):
    assert method(word).stored


@pytest.mark.parametrize("word", ["cn-id", "null", "none", "date(year)"])
def test_masks_are_not(word):
    assert not method(word).stored


def by_crypto(mode, size):
    """The bytes that a real implementation gives for ``size`` bytes of plain text."""
    from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    plain = b"1" * size
    if mode == "gcm":
        return len(b"0" * 12 + aead.AESGCM(b"k" * 32).encrypt(b"0" * 12, plain, None))
    padder = PKCS7(128).padder()
    padded = padder.update(plain) + padder.finalize()
    encryptor = Cipher(algorithms.AES(b"k" * 32), modes.CBC(b"0" * 16)).encryptor()
    return len(b"0" * 16 + encryptor.update(padded) + encryptor.finalize())


@pytest.mark.parametrize("size", [1, 11, 15, 16, 17, 18, 32, 60])
def test_lengths_are_those_of_real_ciphertext(size):
    import base64

    for word, mode in (("aes", "gcm"), ("aes-cbc", "cbc")):
        raw = by_crypto(mode, size)
        assert needed(method(word), size, "ascii", binary=True) == raw
        assert needed(method(word), size, "ascii") == len(base64.b64encode(b"0" * raw))
        assert needed(method(f"{word}(hex)"), size, "ascii") == 2 * raw


def test_lengths_are_those_of_real_digests():
    import hashlib

    for word in ("md5", "sha1", "sha256", "sha384", "sha512"):
        assert needed(method(word), 18) == len(hashlib.new(word, b"").hexdigest())
        assert needed(method(word), 18, binary=True) == hashlib.new(word, b"").digest_size
    assert needed(method("bcrypt"), 8) == 60 == needed(method("bcrypt"), 8, binary=True)


def test_an_identity_number_under_sm4_takes_64_characters():
    assert needed(method("sm4"), 18, "ascii") == 64
    assert needed(method("fpe"), 18, "ascii") == 18
    assert needed(method("cn-id"), 18, "ascii") == 18


def test_chinese_takes_more_bytes_than_digits():
    assert [
        needed(method("sm4"), 4, encoding, binary=True) for encoding in ("ascii", "gbk", "utf-8", "utf8mb4")
    ] == [
        32,
        36,
        40,
        44,
    ]
