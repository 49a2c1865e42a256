"""A process that turns Vega-Lite specifications into SVG: one line of JSON in, one line of JSON out.

It is started by file, not as a module, so that it loads the renderer alone: ``python -P _pen.py``.
"""

import json
import sys

import vl_convert


def main() -> None:
    """Answer every specification with its SVG, or with null where the renderer refuses it, until the input ends."""
    for line in sys.stdin.buffer:
        try:
            answer: str | None = str(vl_convert.vegalite_to_svg(json.loads(line)))
        except ValueError:
            answer = None
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
