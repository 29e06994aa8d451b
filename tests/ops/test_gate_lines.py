"""How long the lines of scripts are."""

from guard.ops.gate_lines import lengths


def test_length_of_a_line_in_characters_without_its_end(tmp_path):
    (tmp_path / "a.sql").write_bytes("\ufeffCREATE TABLE 员工 (\r\n  id int\r\n);".encode())
    length = lengths(tmp_path)
    assert [length("a.sql", line) for line in (1, 2, 3)] == [17, 8, 2]


def test_no_such_line_or_file_has_no_length(tmp_path):
    (tmp_path / "a.sql").write_text("x")
    length = lengths(tmp_path)
    assert (length("a.sql", 0), length("a.sql", 2), length("b.sql", 1)) == (None, None, None)
