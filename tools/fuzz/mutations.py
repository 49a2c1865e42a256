"""How a good input is spoilt: its bytes, its lines, its cells, its tree. Each says what it did."""

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import hostile

Spoilt = tuple[str, bytes]
Keys = tuple[Any, ...]

_NUMBER = re.compile(rb"(?<![\w.])-?\d+(\.\d+)?(?![\w.-])")


def spoil_bytes(rng: random.Random, content: bytes) -> Spoilt:
    """Spoil a file without knowing what it holds."""
    return rng.choice(_WAYS)(rng, content)


def _cut_at(rng: random.Random, content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what stands before, in and after a short part of a file."""
    at = rng.randrange(len(content) or 1)
    end = min(len(content), at + rng.randrange(200))
    return content[:at], content[at:end], content[end:]


def _truncate(rng: random.Random, content: bytes) -> Spoilt:
    return "truncate", _cut_at(rng, content)[0]


def _delete(rng: random.Random, content: bytes) -> Spoilt:
    head, _, tail = _cut_at(rng, content)
    return "delete", head + tail


def _repeat(rng: random.Random, content: bytes) -> Spoilt:
    head, part, tail = _cut_at(rng, content)
    return "repeat", head + part * (1 + rng.choice([1, 2, 2000])) + tail


def _insert(rng: random.Random, content: bytes) -> Spoilt:
    head, part, tail = _cut_at(rng, content)
    junk = bytes(rng.randrange(256) for _ in range(rng.choice([1, 5, 60])))
    what, new = rng.choice(
        [
            ("nul", b"\0" * rng.choice([1, 100])),
            ("junk", junk),
            ("latin-1", "K\u00f6ln \u00e9".encode("latin-1")),
        ]
    )
    return what, head + new + part + tail


def _flip(rng: random.Random, content: bytes) -> Spoilt:
    changed = bytearray(content)
    for _ in range(rng.choice([1, 3, 30]) if content else 0):
        changed[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return "flip", bytes(changed)


def _mark(rng: random.Random, content: bytes) -> Spoilt:
    return "bom", b"\xef\xbb\xbf" * rng.choice([1, 2]) + content


def _recode(rng: random.Random, content: bytes) -> Spoilt:
    code = rng.choice(["utf-16", "utf-16-le", "utf-32"])
    return code, content.decode("utf-8", "replace").encode(code)


def _end_lines(rng: random.Random, content: bytes) -> Spoilt:
    sign = rng.choice([b"\r\n", b"\r", b"\n\n", b"\x0b", b"\xe2\x80\xa8", b"\xc2\x85"])
    return f"line ends {sign!r}", content.replace(b"\n", sign)


def _renumber(rng: random.Random, content: bytes) -> Spoilt:
    numbers = list(_NUMBER.finditer(content))
    if not numbers:
        return _truncate(rng, content)
    found = rng.choice(numbers)
    new = rng.choice(hostile.NUMBER_BYTES)
    return f"number {new[:20]!r}", content[: found.start()] + new + content[found.end() :]


def _spoil_lines(rng: random.Random, content: bytes) -> Spoilt:
    lines = content.split(b"\n")
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.choice(["swap", "start", "twice"]):
        case "swap":
            lines[first], lines[second] = lines[second], lines[first]
            return "lines swapped", b"\n".join(lines)
        case "start":
            sign = rng.choice(hostile.LINE_STARTS)
            lines[first] = sign + lines[first]
            return f"line starts {sign!r}", b"\n".join(lines)
    lines.insert(first, lines[first])
    return "line twice", b"\n".join(lines)


_WAYS: tuple[Callable[[random.Random, bytes], Spoilt], ...] = (
    _truncate, _delete, _repeat, _insert, _insert, _insert, _flip, _mark, _recode, _end_lines, _renumber, _renumber,
    _spoil_lines, _spoil_lines, _spoil_lines,
)  # fmt: skip


def spoil_table(rng: random.Random, content: bytes, *, cells: Sequence[str] = ()) -> Spoilt:
    """Spoil a CSV by its bytes or by its cells; ``cells`` come beside those that spoil any table."""
    if rng.random() < 0.5:
        return spoil_bytes(rng, content)
    rows = list(csv.reader(io.StringIO(content.decode())))
    known = [*hostile.TEXTS, *cells]
    done = [_spoil_cells(rng, rows, known) for _ in range(rng.choice([1, 1, 3]))]
    stream = io.StringIO()
    csv.writer(stream, delimiter=rng.choice(",,,;\t")).writerows(rows)
    return "; ".join(done), stream.getvalue().encode("utf-8", "surrogatepass")


def _spoil_cells(rng: random.Random, rows: list[list[str]], cells: Sequence[str]) -> str:
    row = rng.randrange(len(rows))
    column = rng.randrange(max(1, len(rows[0])))
    match rng.choice(["cell"] * 5 + ["drop", "repeat", "many", "head"]):
        case "drop":
            for each in rows:
                del each[column : column + 1]
            return f"column {column} dropped"
        case "repeat":
            for each in rows:
                each.extend(each[column : column + 1])
            return f"column {column} twice"
        case "many":
            rows += [list(rows[-1]) for _ in range(rng.choice([1, 5000]))]
            return "last row again"
        case "head":
            del rows[1:]
            return "no rows"
    cell = rng.choice(cells)
    if column < len(rows[row]):
        rows[row][column] = cell
    return f"cell {row},{column}={cell[:40]!r}"


def places(tree: Any, at: Keys = ()) -> Iterator[Keys]:
    """Yield the keys of every node of a tree of lists and mappings."""
    yield at
    items: Any = ()
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list):
        items = enumerate(tree)
    for key, child in items:
        yield from places(child, (*at, key))


def _get(tree: Any, at: Keys) -> Any:
    for key in at:
        tree = tree[key]
    return tree


def set_somewhere(rng: random.Random, tree: Any, values: Sequence[Any]) -> str:
    """Put one of some values somewhere into a tree, in place."""
    at = rng.choice([keys for keys in places(tree) if keys])
    value = rng.choice(values)
    _get(tree, at[:-1])[at[-1]] = value
    return f"{'.'.join(map(str, at))}={str(value)[:40]!r}"


def spoil_tree(rng: random.Random, tree: Any) -> str:
    """Spoil a tree at one place, in place: set, drop, graft, rename or wrap."""
    at = rng.choice([keys for keys in places(tree) if keys])
    holder, key = _get(tree, at[:-1]), at[-1]
    match rng.choice(["set"] * 4 + ["drop", "graft", "rename", "wrap"]):
        case "drop":
            holder.pop(key)
            return f"drop {at}"
        case "graft":
            source = rng.choice([keys for keys in places(tree) if keys])
            holder[key] = json.loads(json.dumps(_get(tree, source)))
            return f"graft {source} on {at}"
        case "rename" if isinstance(holder, dict):
            name = rng.choice([text for text in hostile.TEXTS if len(text) < 2000])
            holder[name] = holder.pop(key)
            return f"rename {at} to {name[:40]!r}"
        case "wrap":
            holder[key] = rng.choice([[holder[key]], {"x": holder[key]}])
            return f"wrap {at}"
    holder[key] = rng.choice(hostile.SCALARS)
    return f"set {at} to {str(holder[key])[:40]!r}"


def as_yaml(tree: Any) -> str:
    """Return a tree as YAML, in flow style, with what YAML writes for numbers that are not finite."""
    text = json.dumps(tree, indent=1, ensure_ascii=True)
    return text.replace("-Infinity", "-.inf").replace("Infinity", ".inf").replace(": NaN", ": .nan")


def as_json(tree: Any) -> bytes:
    """Return a tree as JSON, numbers that are not finite as Python writes them, halves of surrogate pairs as they are."""
    return json.dumps(tree, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass")


def spoil_yaml(rng: random.Random, text: str) -> tuple[str, str]:
    """Put something that YAML can do and a crisis must not into a file."""
    lines = text.split("\n")
    amid = next(number for number, line in enumerate(lines) if line.startswith("summary"))
    name, at = rng.choice(sorted(hostile.YAML_TRICKS)), rng.choice([0, amid, len(lines)])
    lines.insert(at, hostile.YAML_TRICKS[name])
    return f"{name} before line {at + 1}", "\n".join(lines)


def spoil_game(rng: random.Random, content: bytes) -> Spoilt:
    """Spoil a game by its words: numbers, texts, braces."""
    words = re.compile(r'"[^"]*"|[{}]|[^\s{},"]+')
    text, done = content.decode("utf-8", "replace"), []
    for _ in range(rng.choice([1, 1, 2, 8])):
        found = list(words.finditer(text))
        if not found:
            break
        word = rng.choice(found)
        new = rng.choice([*hostile.GAME_TOKENS, f"{word[0]} {word[0]}"])
        text = text[: word.start()] + new + text[word.end() :]
        done.append(f"{word[0][:20]!r} -> {new[:30]!r}")
    return "; ".join(done), text.encode("utf-8", "surrogatepass")
