"""Whatever a script looks like: after ``--fix`` it says the same, and its notes besides."""

from codecs import BOM_UTF8

from hypothesis import given, settings
from hypothesis import strategies as st

from guard.gate.declare.declaration import Terms
from guard.gate.declare.declarations import Declarations
from guard.gate.declare.schema_file import SchemaFile
from guard.gate.fix.mend import mends
from guard.gate.fix.sql_edit import noted
from guard.gate.script.dialect import dialect
from guard.gate.script.encoding import decoded
from guard.gate.script.read import read_script
from guard.gate.script.statement import Text
from guard.gate.state.replay import replay
from guard.model.gate import AddColumn, Create, Fix, Place, Script, Violation

DIALECTS = ("postgres", "mysql", "oracle", "dm", "tsql", "clickhouse", "hive", "sqlite")
SPACES = st.sampled_from(
    [" ", "  ", "\n", "\n  ", " -- 说明, 'x\n", " /* a; */ ", "\n/* b\n'c */\n", "\n-- guard: level=L1\n"]
)
TYPES = st.sampled_from(["varchar(18)", "int", "varchar(32) DEFAULT 'a''b'", "varchar(9) DEFAULT 'x\n-- y'"])
ENDS = st.sampled_from([";\n", "; ", ";", "; -- done\n", "\n;\n"])


@st.composite
def scripts(draw) -> str:
    statements = []
    for number in range(draw(st.integers(1, 3))):
        lead, gap = draw(SPACES), draw(SPACES)
        if draw(st.booleans()):
            columns = [f"c{n}{draw(SPACES)}{draw(TYPES)}" for n in range(draw(st.integers(1, 3)))]
            inner = f"{draw(SPACES)},{draw(SPACES)}".join(columns)
            made = f"{lead}CREATE TABLE t{number}{gap}({draw(SPACES)}{inner}{draw(SPACES)})"
        else:
            made = f"{lead}ALTER TABLE t{number}{gap}ADD c9 {draw(TYPES)}"
        statements.append(made + draw(ENDS))
    noise = draw(
        st.sampled_from(["", "INSERT INTO t0 VALUES ('-- guard: x', 1);\n", "it's broken\n", "/* open"])
    )
    return "".join((*statements, noise))


def violations(script: Script) -> list[Violation]:
    """Every column that the script defines is undeclared."""
    found = []
    for change in script.changes:
        columns = (
            change.columns
            if isinstance(change, Create)
            else [change.column]
            if isinstance(change, AddColumn)
            else []
        )
        table = change.name if isinstance(change, Create) else getattr(change, "table", ())
        for column in columns:
            text = "-- guard: level=L3 mask=cn-id"
            fix = Fix(how="append", text=text, place=column.place)
            told = {"table": ".".join(table), "column": column.name, "fix": fix}
            found.append(Violation(rule="sensitive-undeclared", severity="error", place=column.place, **told))
    return found


def declared(script: Script) -> tuple[dict[tuple[str, str], tuple[str, str]], list[str]]:
    """Level and mask of every column, as its notes and comments declare them; what is wrong in those."""
    notes = Declarations(Terms(("L1", "L2", "L3"), frozenset()), SchemaFile(), [script])
    _, schema = replay([script], declare=notes, lineage=lambda *_: ())
    wrong = sorted(one.detail for one in notes.wrong(schema))
    return {
        (relation.ref, column.name): (column.declaration.level, column.declaration.mask)
        if column.declaration
        else ("", "")
        for relation in schema.relations
        for column in relation.columns
    }, wrong


def bare(node: object) -> object:
    """What a script says, wherever it says it."""
    if isinstance(node, tuple):
        return tuple(bare(one) for one in node)
    if isinstance(node, Place) or not hasattr(node, "__dataclass_fields__"):
        return None if isinstance(node, Place) else node
    return type(node).__name__, *((name, bare(getattr(node, name))) for name in node.__dataclass_fields__)


@settings(max_examples=150, deadline=None)
@given(
    text=scripts(),
    name=st.sampled_from(DIALECTS),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    crlf=st.booleans(),
)
def test_the_same_changes_and_one_more_note_a_column(text: str, name: str, codec: str, crlf: bool) -> None:
    spoken, data = dialect(name), (text.replace("\n", "\r\n") if crlf else text).encode(codec)

    def read(some: bytes) -> Script:
        return read_script(Text(file="a.sql", text=decoded(some, "a.sql").removeprefix("\ufeff")), spoken)

    before = read(data)
    wanted = mends(violations(before), [before])
    done = noted(data, spoken, wanted)
    after = read(done.data)
    assert bare(after.changes) == bare(before.changes)
    assert bare(after.comments) == bare(before.comments)
    (old, odd), (new, wrong) = declared(before), declared(after)
    assert wrong == odd, "no note that is added is written wrongly or speaks of nothing"
    placed = [one for one, fix in zip(wanted, done.fixes, strict=True) if fix]
    written = {(one.table, one.column) for one in placed}
    assert new == old | dict.fromkeys(written, ("L3", "cn-id"))
    kept = [line for line in done.data.removeprefix(BOM_UTF8).splitlines() if b"guard:" not in line]
    assert set(kept) <= set(data.removeprefix(BOM_UTF8).splitlines())
    again = [one for one in mends(violations(after), [after]) if (one.table, one.column) in written]
    assert noted(done.data, spoken, again).data == done.data, "a second time changes nothing"
