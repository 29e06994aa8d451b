"""Addresses and names from guard.yaml become sources that can be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from guard import plugins, secrets
from guard.config import SourceConfig
from guard.model import Problem, SourceError, UsageError
from guard.ops.session import Session
from guard.scan.scope import SourcePlan
from guard.sdk.connector import Budget, Connector, Explains, SourceSpec, Unreadable
from guard.sdk.secret import Secret
from guard.yamldoc import nearest

AskPassword = Callable[[str], str]
_DAY = 24 * 3600.0
_ANY_BYTES = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sources to scan, and how much of each; the rest comes from guard.yaml."""

    addresses: Sequence[str] = ()
    connector: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    sample: str | None = None
    metadata_only: bool = False
    seed: int = 0
    department: str = ""
    password: str = ""
    account: str = ""
    ask_password: AskPassword | None = None


def plans(
    session: Session, wanted: Wanted, done: frozenset[str], *, hidden: tuple[str, ...]
) -> list[SourcePlan]:
    """One plan a source. Raises UsageError for an address that names nothing, before anything is opened."""
    configured_sources = session.config.sources
    if not wanted.addresses and not configured_sources:
        raise UsageError("nothing-to-scan", tried=", ".join(session.config.tried))
    rows, fraction = _sample(wanted.sample)
    taken: dict[str, str] = {}
    found = []
    for address in wanted.addresses or tuple(configured_sources):
        source = configured_sources.get(address)
        found_at = _declared(source, wanted) if source else _addressed(address, wanted, session)
        spec = replace(found_at.spec, name=_unique(found_at, taken), hidden=hidden)
        budget = source.budget if source else Budget()
        budget = replace(budget, rows=budget.rows if rows == -1 else rows, seed=wanted.seed)
        if budget.rows is None:
            spec, budget = _unbounded(spec, budget)
        opener: Callable[[SourceSpec], Connector] = plugins.load(plugins.connector(found_at.connector))
        found.append(
            SourcePlan(
                spec=spec,
                open=opener,
                budget=budget,
                fraction=fraction,
                metadata_only=wanted.metadata_only,
                location=found_at.location,
                folder=found_at.folder,
                done=done,
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One source found: how to open it, and where SARIF finds it (a place, or the folder of its files)."""

    spec: SourceSpec
    connector: str
    location: str
    folder: tuple[str, ...] = ()


def _unbounded(spec: SourceSpec, budget: Budget) -> tuple[SourceSpec, Budget]:
    """A full scan reads to the end: only a day on one asset ends it, and that is reported."""
    limits = replace(spec.limits, statement_seconds=_DAY, wall_seconds=_DAY)
    return replace(spec, limits=limits), replace(budget, bytes=_ANY_BYTES, seconds=_DAY)


def _sample(text: str | None) -> tuple[int | None, float | None]:
    """``full`` reads all (None); ``N`` rows; ``P%`` a share; nothing given: -1, the source's own budget."""
    if text is None:
        return -1, None
    try:
        if text == "full":
            return None, None
        if text.endswith("%"):
            share = float(text[:-1]) / 100
            if 0 < share <= 1:
                return Budget().rows, share
        elif int(text) > 0:
            return int(text), None
    except ValueError:
        pass
    raise UsageError("bad-sample", word=text)


def _declared(source: SourceConfig, wanted: Wanted) -> _Found:
    connector, url = source.connector, source.url
    if not connector:
        connector, url = plugins.resolve(url)
    reference = wanted.password or source.password
    spec = SourceSpec(
        name=source.name,
        url=url,
        password=_password(source.name, url, reference, wanted.ask_password),
        include=wanted.include or source.include,
        exclude=(*source.exclude, *wanted.exclude),
        limits=source.limits,
        department=wanted.department or source.department,
        system=source.system,
        options={**source.options, **_options(wanted)},
    )
    return _found(spec, connector, source.location)


def _addressed(address: str, wanted: Wanted, session: Session) -> _Found:
    clean, literal = secrets.split_url(address)
    if literal:
        raise UsageError("literal-password", where=clean)
    try:
        connector, url = plugins.resolve(clean)
    except UsageError as error:
        # A word that is no path may be a misspelt source of guard.yaml.
        close = nearest(address, session.config.sources)
        if error.id == "no-such-path" and close:
            known = ", ".join(session.config.sources)
            raise UsageError("unknown-source", name=address, nearest=close, known=known, where="") from None
        raise
    connector = wanted.connector or connector
    plugins.connector(connector)
    spec = SourceSpec(
        name=_name(url),
        url=url,
        password=_password(clean, url, wanted.password, wanted.ask_password),
        include=wanted.include,
        exclude=wanted.exclude,
        department=wanted.department,
        options=_options(wanted),
    )
    return _found(spec, connector, _place(url))


def _options(wanted: Wanted) -> dict[str, object]:
    return {"account": wanted.account} if wanted.account else {}


def _found(spec: SourceSpec, connector: str, declared: str) -> _Found:
    if connector == "files":
        # Its assets are files: SARIF points to each file itself.
        folder = Path(spec.url) if Path(spec.url).is_dir() else Path(spec.url).parent
        return _Found(spec=spec, connector=connector, location="", folder=Path(_relative(folder)).parts)
    if connector == "dictionary":
        declared = _relative(Path(spec.url))
    return _Found(spec=spec, connector=connector, location=declared)


def _password(shown: str, url: str, reference: str, ask: AskPassword | None) -> Secret | None:
    """What the reference names; else asked for, where the URL has a user. An empty answer is none."""
    if reference:
        return secrets.resolve(reference)
    if "://" not in url or not _split(url).username or ask is None:
        return None
    answer = ask(shown)
    return Secret(answer) if answer else None


def _place(url: str) -> str:
    """A physical place for SARIF: the database file, or guard.yaml, where this source would be declared."""
    if url.startswith("sqlite:"):
        return _relative(Path(unquote(url.removeprefix("sqlite:///"))))
    return "guard.yaml"


def _relative(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path.absolute()).lstrip("/")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise UsageError("url-broken", url=url) from None


def _name(url: str) -> str:
    """A short name: the database, the folder, or the folder that holds the file."""
    if url.startswith("sqlite:") or "://" not in url:
        path = Path(unquote(url.removeprefix("sqlite:///")))
        return (path if path.is_dir() or url.startswith("sqlite:") else path.parent).name or "files"
    parts = _split(url)
    return parts.path.strip("/") or parts.hostname or parts.scheme


def _unique(found: _Found, taken: dict[str, str]) -> str:
    """A name no other source has; files of one folder are one source."""
    home = str(found.folder) if found.folder else found.spec.url
    name, number = found.spec.name, 1
    while taken.setdefault(name, home) != home:
        number += 1
        name = f"{found.spec.name}~{number}"
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What ``source test`` saw."""

    assets: int
    columns: int
    problems: tuple[Problem, ...]


def configured(session: Session) -> Iterator[SourceConfig]:
    """The sources of guard.yaml."""
    yield from session.config.sources.values()


def reach(session: Session, wanted: Wanted) -> Reached:
    """Open one source and list it."""
    assets = columns = 0
    problems: list[Problem] = []
    opened = _open(session, wanted)
    try:
        for item in opened.assets():
            if isinstance(item, Problem):
                problems.append(item)
            else:
                assets += 1
                columns += len(item.columns)
    except Unreadable as stop:
        problems.append(stop.problem)
    finally:
        opened.close()
    return Reached(assets=assets, columns=columns, problems=tuple(problems))


def grants(session: Session, wanted: Wanted) -> Iterator[str]:
    """The least-privilege statements for one source. Raises UsageError where there are none to print."""
    opened = _open(session, wanted)
    try:
        if not isinstance(opened, Explains):
            raise UsageError("no-grants", source=wanted.addresses[0])
        yield from opened.grants()
    except Unreadable as stop:
        raise _as_error(stop.problem) from None
    finally:
        opened.close()


def _as_error(problem: Problem) -> SourceError:
    return SourceError("source-unreadable", code=problem.code, where="/".join(problem.path))


def _open(session: Session, wanted: Wanted) -> Connector:
    (plan,) = plans(session, wanted, frozenset(), hidden=())
    return plan.open(plan.spec)


def collectors() -> tuple[str, ...]:
    """The dialects that have a dictionary script."""
    return tuple(sorted(_scripts()))


def collector(dialect: str) -> str:
    """The script of a dialect. Raises UsageError with the list."""
    scripts = _scripts()
    if dialect not in scripts:
        close = nearest(dialect, scripts) or "-"
        raise UsageError("unknown-dialect", word=dialect, nearest=close, known=", ".join(sorted(scripts)))
    return scripts[dialect]()


def _scripts() -> dict[str, Callable[[], str]]:
    found: dict[str, Callable[[], str]] = {}
    for target in plugins.collectors():
        found |= plugins.load(target)()
    return found
