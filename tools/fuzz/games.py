"""Games: extensive forms as text and as JSON."""

import random
from pathlib import Path

from cases import GAMES, Case, category
from mutations import spoil_bytes, spoil_game

MOST_BYTES = 40_000


@category
def efg(rng: random.Random, work: Path) -> Case:
    """An ``.efg`` file of the catalogue, its bytes or its words spoilt."""
    game = rng.choice([path for path in GAMES if path.stat().st_size < MOST_BYTES])
    spoil = spoil_bytes if rng.random() < 0.6 else spoil_game
    what, content = spoil(rng, game.read_bytes())
    (work / "g.efg").write_bytes(content)
    arguments = rng.choice(
        [
            ("solve", "g.efg", "--lambda", rng.choice(["1", "0.5,5", "100", "1,1e308"])),
            ("solve", "g.efg", "--json"),
            ("show", "g.efg", "--out", "g.svg"),
            ("show", "g.efg"),
        ]
    )
    return Case(
        what=f"{game.stem}: {what}", arguments=arguments, exit_codes=(0, 1, 2), results=work
    )


_JSON = (
    '{"title":"t","players":["A","B"],"tree":{"player":0,"infoset":0,"label":"l","actions":["l","r"],"children":'
    '[{"payoffs":[1,0]},{"player":1,"infoset":0,"actions":["x","y"],"children":[{"payoffs":[0,1]},{"payoffs":[2,2]}]}]}}'
)


@category
def json(rng: random.Random, work: Path) -> Case:
    """A game as JSON."""
    tricks = {
        "deep list": "[" * 200_000,
        "deep map": '{"a":' * 100_000,
        "not finite": _JSON.replace("[1,0]", "[NaN,Infinity]"),
        "key twice": _JSON.replace('"tree"', '"players":[],"tree"'),
        "long number": _JSON.replace("[1,0]", "[" + "9" * 5000 + ",0]"),
        "large number": _JSON.replace("[1,0]", "[1e400,0]"),
        "largest payoff": _JSON.replace("[1,0]", "[1e308,-1e308]"),
        "half a pair": _JSON.replace('"l"', '"\\ud800"'),
        "a pair": _JSON.replace('"l"', '"\\ud83d\\ude00"'),
        "escape": _JSON.replace('"l"', '"\\u001b[31m"'),
        "nothing": "",
        "null": "null",
        "list": "[]",
        "text": '"x"',
        "number": "1",
        "minus": "-",
        "plus": _JSON.replace("[1,0]", "[+1,0]"),
    }
    if rng.random() < 0.4:
        what = rng.choice(sorted(tricks))
        content = tricks[what].encode()
    else:
        what, content = spoil_bytes(rng, _JSON.encode())
    (work / "g.json").write_bytes(content)
    arguments = rng.choice([("solve", "g.json"), ("solve", "g.json", "--json"), ("show", "g.json")])
    return Case(what=what, arguments=arguments, exit_codes=(0, 1, 2))
