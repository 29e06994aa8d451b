"""Texts: what is not given is not said, and braces of an example stay braces."""

from guard.text import LANGUAGES, area, general, named, t


def test_a_part_without_its_parameter_is_left_out():
    for lang, near in (("en", "did you mean L3? levels: L1"), ("zh", "是不是想写 L3？级别：L1")):
        assert t("errors.unknown-level.next", lang, nearest="L3", known="L1") == near
        for nothing in ("-", "", None):
            assert t("errors.unknown-level.next", lang, nearest=nothing, known="L1") in (
                "levels: L1",
                "级别：L1",
            )
        assert t("errors.unknown-level.next", lang, known="L1") in ("levels: L1", "级别：L1")


def test_no_text_says_the_nearest_outside_an_optional_part():
    for lang in LANGUAGES:
        for kind in ("errors", "problems"):
            for code, parts in area(kind, lang).items():
                for part in parts.values():
                    assert "nearest" not in general(part).split(), code
                    assert "{nearest}" not in part or "[[" in part, code


def test_a_text_in_general():
    assert general("[[near {nearest}; ]]{count} rows of {{braces}}") == "… rows of {braces}"


def test_a_path_is_named_part_by_part():
    assert named("categories", "个人信息/姓名", "en") == "personal information/name"
    assert named("levels", "important", "en") == "important data"
    assert named("levels", "unknown", "en") == "unknown"
