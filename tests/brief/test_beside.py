"""Drawing in a second process: the same bytes, in whatever way the process ends. Oracle: the renderer on the spot."""

import subprocess

import pytest

from detente.brief.pictures import beside
from detente.brief.pictures.beside import drawing_beside, render

SPECS = [
    {
        "mark": mark,
        "data": {"values": [{"a": k, "b": f"é{k}"} for k in range(40)]},
        "encoding": {"x": {"field": "a", "type": "quantitative"}, "y": {"field": "b"}},
    }
    for mark in ("point", "bar", "line")
]


def test_pictures_are_the_same_drawn_beside_or_on_the_spot():
    on_the_spot = [render(spec)() for spec in SPECS]
    with drawing_beside():
        waiting = [render(spec) for spec in SPECS]
        assert [finished() for finished in waiting] == on_the_spot


@pytest.mark.parametrize("trouble", ["dies", "babbles", "is not there"])
def test_a_process_that_fails_is_done_without(monkeypatch, trouble):
    expected = render(SPECS[0])()
    start = subprocess.Popen

    def broken(command, **options):
        if trouble == "is not there":
            raise FileNotFoundError(command[0])
        code = "pass" if trouble == "dies" else "print('this is no answer')"
        return start([command[0], "-c", code], **options)

    monkeypatch.setattr(beside.subprocess, "Popen", broken)
    with drawing_beside():
        assert render(SPECS[0])() == expected


def test_what_the_renderer_refuses_is_refused_beside_too():
    with drawing_beside(), pytest.raises(ValueError, match="conversion failed"):
        render({"data": {"values": []}, "mark": {"nothing": 1}})()


def test_a_picture_asked_for_after_the_end_is_still_drawn():
    with drawing_beside():
        waiting = [render(spec) for spec in SPECS * 3]
    assert waiting[-1]() == render(SPECS[-1])()
