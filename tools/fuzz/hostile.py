"""What people and files have put where a word or a number was meant: the material of all mutations."""

from typing import Any

NUMBERS: list[Any] = [
    1e308, -1e308, 1e-320, 0, -0.0, -1, 2, 10**17, 10**30, 1e400, "1e400", float("inf"), float("nan"),
    "1_000", "0x1F", "0o17", "1,5", "1,234", "5%", "#N/A", "..", "-", "2020_01",
]  # fmt: skip
EMPTY: list[Any] = ["", " ", "~", None, True, False, [], {}, [[]], "none", "NA"]
DATES: list[Any] = [
    "2022-02-31", "0000-00-00", "9999-12-31", "10000-01-01", "2030-1-5", "2030-01-05T00:00:00Z",
    "\u0662\u0660\u0663\u0660-01-01",
]  # fmt: skip
PATHS: list[Any] = [
    "../../../etc/passwd", "/etc/passwd", "a/../../b", "..", ".", "CON", "C:\\x", "\\\\host\\share",
]  # fmt: skip
CODE: list[Any] = [
    "{{7*7}}", "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}", "${7*7}", "#{7*7}", "%s%n%d",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</style><script>alert(1)</script>",
    '"><svg onload=alert(1)>', "' onmouseover='alert(1)", "](javascript:alert(1))", "[x](javascript:alert(1))",
    "![x](http://evil.example/x.png)", "a|b|c", "a\nb", "a\r\nb", "# head", "> quote", "```\ncode",
    "[[x|y]]", "[[javascript:alert(1)|y]]", '[["><script>|y]]', "[[outlook.attack|99%]]",
    "[bold red]rich[/bold red]", "[/]", "[link=http://evil]x[/link]", "[/bold]",
    "(a+)+$" + "a" * 40 + "!", "__import__('os').system('true')", "().__class__",
]  # fmt: skip
CHARACTERS: list[Any] = [
    "\x1b]0;title\x07", "\x1b[31mred\x1b[0m", "\x1b[2J", "\x9b31m", "\x00", "\x07", "\x08\x08\x08", "\u202egnp.exe",
    "\u2066x", "\u200b", "\ufeff", "\u2028", "\x85", "\U0001f4a9" * 5, "e\u0301" * 30, "Z\u0351\u036b" * 50,
    "\ud800", "\udcff", "\uffff",
]  # fmt: skip
LENGTHS: list[Any] = ["a" * 1001, "a" * 200_000]
WORDS: list[Any] = [
    "prior.rest", "rest", "round", "type", "by", "sum", "constructor", "__proto__", "__class__", "yes", "no", "null",
]  # fmt: skip
ENTRIES: list[Any] = [
    {"by": "round"}, {"sum": []}, {"product": [1]}, {"output": "a.b"}, {"output": "x"}, {"exposure": "x"},
    {"position": 1}, {"sum": [{"sum": [{"sum": [1]}]}]}, {"missing": {"reason": "x"}}, {"missing": 1}, {"contested": []},
]  # fmt: skip

SCALARS = NUMBERS + EMPTY + DATES + PATHS + CODE + CHARACTERS + LENGTHS + WORDS + ENTRIES
TEXTS = [value if isinstance(value, str) else str(value) for value in SCALARS]

EVENT_CELLS = [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2030-10-20T25:00", "20301020", "2030-W43-1",
    "2030-10-20 ", "move:", "move:strike/launched", "move:strike/nope", "state:sites=hit", "state:sites=nope",
    "evidence:builder.pushing=0", "evidence:builder.pushing=1e7", "evidence:builder.pushing=nan",
    "evidence:blocker.eager=1e-300", "noise:\x1b[31m", "NOR+", "+", "1.0000001", "-0.0", "1_0", "0_1", "\u0661",
    "x" * 140_000, '"', "ASSULT", "coerce",
]  # fmt: skip

NUMBER_BYTES = [
    b"1e400", b"-0", b".inf", b".nan", b"1_000", b"-1", b"1e308", b"0x10", b"9" * 400, b"1e-400", b"\xd9\xa3", b"1.5.2",
    b"+5", b"5%", b"1/0", b"00012", b"1,234", b"-", b"#N/A",
]  # fmt: skip

LINE_STARTS = [
    b"  ", b"\t", b"- ", b"? ", b"&a ", b"*a ", b"!!python/object/apply:os.system ", b"!!binary ", b"| ", b"> ",
    b"%YAML 9.9", b"---", b"...", b"<<: *x", b'"', b"'", b"{", b"[", b"}", b"#",
]  # fmt: skip

GAME_TOKENS = [
    "", "t", "p", "c", "{", "}", '"', '""', "0", "-1", "1", "2", "99999999999999999999", "1e308", "1e400", "-1e308",
    "nan", "inf", "1/0", "0/0", "1/3", "1e-400", "0.5", '"a"', '"\x1b[31m"', '"' + "a" * 100_000 + '"', "\x00", "EFG",
    "NFG", "R", "D", ",", "1_0", "\u0663", '"\\"', "{ }", '{ "a" "a" }', '{ "x" 2 "y" -1 }',
]  # fmt: skip

ARGUMENTS = [
    "0", "-1", "1e3", "nan", "inf", "99999999999999999999", "x", "", " ", "\x1b[31m", "\udcff", "../..", "1_0", "\u0663",
    "0.5", "/", "a" * 5000, "1" * 5000, "1e308", "1,1e308",
]  # fmt: skip

YAML_TRICKS = {
    "bomb": "x0: &a [1,1,1,1,1,1,1,1,1]\n"
    + "\n".join(
        f"x{i}: &{'abcdefghijkl'[i]} [{','.join(['*' + 'abcdefghijkl'[i - 1]] * 9)}]"
        for i in range(1, 12)
    ),
    "alias of itself": "x: &a [*a]",
    "merge": "<<: {id: evil}",
    "merge of an alias": "base: &b {summary: x}\n<<: *b",
    "call": "x: !!python/object/apply:os.getcwd []",
    "object": "x: !!python/object/new:subprocess.Popen [['true']]",
    "binary": "x: !!binary aGVsbG8=",
    "set": "x: !!set {a, b}",
    "ordered map": "x: !!omap [a: 1]",
    "float": "x: !!float 1",
    "tag": "x: !foo bar",
    "long tag": "x: !<tag:yaml.org,2002:str> y",
    "deep list": "x: " + "[" * 2000 + "]" * 2000,
    "deep map": "x: " + "{a: " * 500 + "1" + "}" * 500,
    "deep block": "\n".join(" " * i + "a:" for i in range(300)),
    "list as key": "? [a, b]\n: 1",
    "map as key": "? {a: 1}\n: 2",
    "null as key": "~: 1",
    "nothing as key": "? \n: 1",
    "number as key": "1: 2",
    "repeated key": "id: other\nid: third",
    "documents": "---\nid: x\n---\nid: y",
    "directive": "%YAML 1.1\n---",
    "tag directive": "%TAG ! tag:evil,2000:\n---",
    "long key": "k" * 5000 + ": 1",
    "many keys": "\n".join(f"zz{i}: 1" for i in range(20_000)),
    "long scalar": "x: " + "a" * 1_500_000,
    "long line": 'x: "' + "\\x41" * 300_000 + '"',
    "open quote": 'x: "abc',
    "escapes": 'x: "\\ud800\\udfff\\x1b\\0"',
    "pair in a key": '"\\ud83d\\ude00": 1',
    "escape in a key": '"a\\x1b[2J": 1',
    "long anchor": "x: &" + "a" * 100_000 + " 1",
    "tab": "\tx: 1",
    "no colon": "just text here",
    "flow": "{" * 200,
    "long comment": "#" + "x" * 1_000_000,
    "long number": "x: " + "9" * 100_000,
    "base sixty": "x: 190:20:30",
    "time": "x: 2001-12-14t21:59:43.10-05:00",
    "hard space": "x:\u00a01",
    "line separator": "x: a\u2028b: 2",
    "alias as key": "a1: &k id\n*k : 5",
    "unknown alias": "x: *nope",
    "anchor twice": "x: &a 1\ny: &a 2\nz: *a",
}
