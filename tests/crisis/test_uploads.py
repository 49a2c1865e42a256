"""Folders that are sent are read within bounds, and refused with code and fix where they are bad."""

import io
import stat
import zipfile
from importlib import resources

import pytest

from detente.crisis.loading import examine_folder
from detente.crisis.uploads import MAX_UPLOAD, pack_folder, read_upload
from detente.errors import UsageError

TEMPLATE = resources.files("detente.crisis").joinpath("templates/coercion")
FILES = {item.name: item.read_text("utf-8") for item in TEMPLATE.iterdir()}
CRISIS = FILES["crisis.yaml"]


def archive(*entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def link(name):
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def locked():
    """An archive whose entry says that it is encrypted."""
    content = bytearray(archive(("crisis.yaml", CRISIS)))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def packed_by(method):
    """An archive whose entry says that it is packed in another way."""
    content = bytearray(archive(("crisis.yaml", CRISIS)))
    content[8:10] = method.to_bytes(2, "little")
    there = content.index(b"PK\x01\x02") + 10
    content[there : there + 2] = method.to_bytes(2, "little")
    return bytes(content)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_folder_comes_back_as_it_was_packed(tmp_path):
    """Oracle: theorem. Packing and reading undo each other; the folder then loads without a finding."""
    found = read_upload(pack_folder(FILES, "my-crisis"))
    assert found == FILES
    for name, text in found.items():
        tmp_path.joinpath(name).write_text(text, "utf-8")
    assert examine_folder(tmp_path)[0] == ()
    assert pack_folder(FILES, "x") == pack_folder(dict(reversed(FILES.items())), "x")


def test_crisis_file_alone_is_taken():
    """Oracle: hand."""
    assert read_upload(CRISIS.encode()) == {"crisis.yaml": CRISIS}


def test_what_systems_add_to_archives_is_left_out():
    """Oracle: hand."""
    content = archive(
        ("x/crisis.yaml", CRISIS),
        ("__MACOSX/x/._crisis.yaml", b"\0\1"),
        ("x/.DS_Store", b"\0"),
        ("x/README.md", "words"),
        ("x/crisis.schema.json", "{}"),
    )
    assert list(read_upload(content)) == ["crisis.yaml"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(archive(("crisis.yaml", b"\0" * 2**28)), "file-too-large", id="zip bomb"),
        pytest.param(
            archive(*[(f"{n}.csv", b"a," * 900_000) for n in range(9)], ("crisis.yaml", CRISIS)),
            "file-too-large",
            id="folder too large",
        ),
        pytest.param(
            archive(*[(f"{n}.csv", b"a") for n in range(101)]), "file-too-large", id="many files"
        ),
        pytest.param(b"a: " + b"x" * 100 * 2**20, "file-too-large", id="100 MB of YAML"),
        pytest.param(b"a: " + b"x" * 3 * 2**20, "file-too-large", id="3 MB of YAML"),
        pytest.param(BOMB.encode(), "yaml-alias-bomb", id="alias bomb"),
        pytest.param(
            archive(("crisis.yaml", CRISIS), (link("positions.csv"), "/etc/passwd")),
            "path-linked",
            id="link",
        ),
        pytest.param(archive(("../../etc/x.csv", "a")), "upload-invalid", id="traversal"),
        pytest.param(archive(("../crisis.yaml", CRISIS)), "upload-invalid", id="above"),
        pytest.param(archive(("/etc/crisis.yaml", CRISIS)), "upload-invalid", id="absolute"),
        pytest.param(archive(("x\\..\\y.csv", "a")), "upload-invalid", id="backslashes"),
        pytest.param(
            archive(("crisis.yaml", CRISIS), ("run.exe", "MZ")), "upload-invalid", id="kind of file"
        ),
        pytest.param(archive(("x/positions.csv", "a")), "file-missing", id="no crisis file"),
        pytest.param(archive(("crisis.yaml", CRISIS))[:-30], "upload-invalid", id="cut off"),
        pytest.param(locked(), "upload-invalid", id="locked"),
        pytest.param(packed_by(99), "upload-invalid", id="packed in no known way"),
        pytest.param(bytes(range(256)) * 40, "file-not-utf8", id="rubbish"),
        pytest.param(bytes(range(32)) * 40, "character-forbidden", id="low bytes"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\xff\xd8" * 400, "file-not-utf8", id="picture"),
        pytest.param(b"", "value-type", id="nothing"),
        pytest.param(b"[1, 2]", "value-type", id="list"),
        pytest.param(b"a: [1", "yaml-invalid", id="no YAML"),
        pytest.param(b"a: !!python/object/apply:os.system ['id']", "yaml-invalid", id="tag"),
        pytest.param(
            archive(("crisis.yaml", CRISIS), ("expect.yaml", "a: 1")),
            "value-type",
            id="expectations",
        ),
    ],
)
def test_bad_upload_is_refused_with_code_and_fix(content, code):
    """Oracle: hand. What each of these is, and that nothing of it comes back."""
    with pytest.raises(UsageError) as caught:
        read_upload(content)
    assert caught.value.code == code
    assert caught.value.fix
    assert len(caught.value.message) < 400


def test_slow_reading_is_ended():
    """Oracle: hand. A file of the largest size takes longer to read than a twentieth of a second."""
    with pytest.raises(UsageError, match=r"takes more than 0\.05 seconds") as caught:
        read_upload(b"a: [" + b"1, " * 600_000 + b"1]", seconds=0.05)
    assert caught.value.code == "upload-invalid"


def test_hungry_reading_is_ended():
    """Oracle: hand. The program itself needs more than 32 MB."""
    with pytest.raises(UsageError) as caught:
        read_upload(CRISIS.encode(), memory=2**25)
    assert caught.value.code == "upload-invalid"


def test_size_is_asked_before_anything_is_started(monkeypatch):
    """Oracle: hand. No process is started for what is too large."""
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("started"))
    with pytest.raises(UsageError, match="upload"):
        read_upload(b"x" * (MAX_UPLOAD + 1))
