"""``guard policy check|test``: everything wrong in packs and types, their samples and golden cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from guard import plugins
from guard.model import DataType, UsageError
from guard.ops.engine import Rules, add_types, pack_folders, pack_folders_in
from guard.ops.session import Session
from guard.policy.issues import Issue
from guard.policy.load import load_pack
from guard.text import t


def check(session: Session, folders: Sequence[Path]) -> tuple[Issue, ...]:
    """Everything wrong in the packs and types named, or in all there are; nothing stops at the first."""
    from guard.policy.lint import check as lint
    from guard.policy.lint import check_types

    wanted = list(_packs_in(session, folders))
    local = tuple(folders) or session.config.policy_paths
    known = _known(session, folders)
    types: dict[str, DataType] = {}
    issues = list(_broken_types(types, local))
    for folder in wanted:
        try:
            issues += lint(folder, types.values(), known)
        except UsageError as error:
            issues.append(_as_issue(error))
    if not issues:  # a tree of categories that is broken would blame every type
        try:
            packs = [load_pack(folder, known) for folder in (*wanted, *_in_use(session, known))]
            issues += _placed(check_types(types.values(), packs), local)
        except UsageError as error:
            issues.append(_as_issue(error))
    return tuple({(one.file, one.line, one.code, str(one.params)): one for one in issues}.values())


def _known(session: Session, folders: Sequence[Path]) -> Mapping[str, Path]:
    """Every pack that may be built on: a single pack is also read with those that stand beside its folder."""
    alone = [folder for folder in folders if (folder / "pack.yaml").is_file()]
    around = dict.fromkeys(folder.absolute().parent for folder in alone)
    return pack_folders((*around, *session.config.policy_paths, *folders))


def _broken_types(types: dict[str, DataType], local: Sequence[Path]) -> Iterator[Issue]:
    """Fill ``types`` with the installed ones and those of ``local``, which may be cited by its packs."""
    own = (folder / "types" for folder in local if (folder / "types").is_dir())
    for folder in (*plugins.types_folders(), *own):
        try:
            add_types(types, folder)
        except UsageError as error:
            yield _as_issue(error)


def _in_use(session: Session, known: Mapping[str, Path]) -> list[Path]:
    """The packs that grade: a folder of types alone is read with these."""
    names = session.config.policies or ("gov_cn",)
    return [known[name] for name in names if name in known]


def _placed(issues: Sequence[Issue], local: Sequence[Path]) -> list[Issue]:
    """``issues`` of types with the whole path of the file: a type only knows its name."""
    places = {path.name: str(path) for folder in local for path in (folder / "types").glob("*.yaml")}
    return [replace(issue, file=places.get(issue.file, issue.file)) for issue in issues]


def _as_issue(error: UsageError) -> Issue:
    params = {key: str(value) for key, value in error.params.items()}
    file, line = params.pop("file", "-"), params.pop("line", "1")
    return Issue(code=error.id, file=file, line=int(line), params=params)


def _packs_in(session: Session, folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_dir():
            raise UsageError("no-such-path", path=str(folder), nearest="")
    if not folders:
        yield from pack_folders(session.config.policy_paths).values()
        return
    for folder in folders:
        found = pack_folders_in(folder)
        if not found and not (folder / "types").is_dir():
            raise UsageError("no-pack", path=str(folder))
        yield from found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What ``policy test`` ran, and a line for each failure."""

    types: int
    samples: int
    cases: int
    failures: tuple[str, ...]


def test(session: Session, folders: Sequence[Path]) -> Tested:
    """Run every type's samples and every pack's golden cases."""
    from guard.policy.lint import test as golden

    rules = session.rules(folders=folders)
    failures = [*_samples(session, rules)]
    known = _known(session, folders)
    cases = 0
    for folder in _packs_in(session, folders):
        outcome = golden(folder, rules.types.values(), known)
        cases += outcome.cases
        failures += outcome.failures
    samples = sum(
        len(kind.samples_true) + len(kind.samples_false) + len(kind.names_true) + len(kind.names_false)
        for kind in rules.types.values()
    )
    return Tested(types=len(rules.types), samples=samples, cases=cases, failures=tuple(failures))


def _samples(session: Session, rules: Rules) -> Iterator[str]:
    from guard.detect.dictionaries import dictionaries  # numpy and re2 only when testing
    from guard.detect.explain import test_type
    from guard.detect.names import test_names
    from guard.detect.types import TypeCatalogue

    lists = dictionaries(rules.lexicon)
    for kind in rules.types.values():
        for failure in test_type(kind, lists):
            key = f"commands.policy.failed_{failure.kind}"
            said = t(key, session.language, index=failure.index, why=failure.why)
            yield f"{failure.origin}: {failure.type}: {said}"
    yield from map(str, test_names(TypeCatalogue(rules.types.values(), rules.checks), rules.lexicon))
