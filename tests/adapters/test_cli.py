"""The command line: its help, its mistakes, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from adapters.cli import main, programme
from adapters.commands.words import Words

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "commandes.md"
COMMANDS = ("chat", "ask", "check", "test", "schema", "new-base")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests."""
    for name in [name for name in os.environ if name.startswith("PARVIS_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_is_in_french(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Staff who type only `parvis` read what it can do, in French."""
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert "Usage : parvis [OPTIONS] COMMANDE" in shown.out
    assert all(f"  {command} " in shown.out for command in COMMANDS)
    assert shown.err == ""


@pytest.mark.parametrize("arguments", [["--lang", "en", "--help"], ["ask", "--lang=en", "--help"]])
def test_help_is_in_english_on_request(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A developer who asks for English reads English, wherever the option stands."""
    assert main(arguments) == 0
    assert "Usage: parvis" in capsys.readouterr().out


def test_help_follows_the_setting(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """PARVIS_LANG=en makes every command speak English."""
    monkeypatch.setenv("PARVIS_LANG", "en")
    assert main(["check", "--help"]) == 0
    assert "Shows this help." in capsys.readouterr().out


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """An operator can say which version is running."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("parvis 0.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bavarder"], "La commande « bavarder » n'existe pas. Les commandes sont : chat, ask"),
        (["ask", "--jsno"], "L'option « --jsno » n'existe pas."),
        (["new-base"], "Il manque : DOSSIER."),
        (["new-base", "d", "--name", "Ville-d'Essai"], "Il manque : --insee."),
        (["new-base", "d", "--name"], "L'option --name est mal employée"),
        (["new-base", "d", "--name", " ", "--insee", "00000"], "city.yaml — "),
        (["new-base", "d", "--name", "Ville-d'Essai", "--insee", "7501"], "« 7501 »"),
        (["schema", "un", "deux"], "« deux » est en trop."),
        (["chat", "--base", "nulle-part"], "nulle-part n'existe pas. Vérifiez le dossier donné par --base."),
    ],
)
def test_a_mistake_is_named_once_with_its_cure(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff who mistype a command read one message in plain French, and the command ends with 2."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["chat", "ask", "check", "test"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_broken_base_is_refused_with_file_line_and_cure(
    command: str, language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the command, staff whose base is broken read each fault, and no trace of the program."""
    (tmp_path / "city.yaml").write_text("name: Ville-d'Essai\nlangages: [fr]\n", "utf-8")
    assert main([command, "--base", str(tmp_path), "--lang", language]) == 2
    shown = capsys.readouterr()
    assert "city.yaml:2 — " in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator who sets a language that is not spoken reads which setting is wrong."""
    monkeypatch.setenv("PARVIS_LANG", "elfique")
    assert main(["--help"]) == 2
    assert "PARVIS_LANG" in capsys.readouterr().err


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Making a base never overwrites what staff have written."""
    (tmp_path / "notes.txt").write_text("à garder", "utf-8")
    assert main(["new-base", str(tmp_path), "--name", "Ville-d'Essai", "--insee", "00000"]) == 2
    assert str(tmp_path) in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_schemas_are_written(tmp_path: Path) -> None:
    """A developer finds one schema for each kind of file."""
    assert main(["schema", str(tmp_path / "schema")]) == 0
    assert (tmp_path / "schema" / "entries.schema.json").is_file()


def test_help_comes_at_once() -> None:
    """Help loads neither numbers, nor models, nor databases: nobody waits for it."""
    code = (
        "import sys; from adapters.cli import main; main(['--help']); "
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert set(done.stderr.split()) & {"numpy", "pydantic", "sqlite3", "sqlite_utils", "lingua", "holidays"} == set()


@pytest.mark.parametrize("close_first", ["stdout", "stdin", "stderr"])
def test_closed_streams_are_no_accident(close_first: str) -> None:
    """`parvis --help | head -1`, and a caller that closed a stream, get no complaint."""
    descriptor = {"stdin": 0, "stdout": 1, "stderr": 2}[close_first]
    code = f"import os; os.close({descriptor}); os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])"
    inner = "import sys; from adapters.cli import main; sys.exit(main(['--help']))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}", inner], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """`parvis --help | true` ends with 0 and says nothing."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    code = "import sys; from adapters.cli import main; sys.exit(main(['--help']))"
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=write_end, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_command_and_option_has_its_help(language: str) -> None:
    """No command and no option is left without a sentence."""
    group = programme(Words(language))
    for command in (group, *group.commands.values()):
        assert command.help
        assert all(param.help for param in command.params if isinstance(param, click.Option)), command.name


def test_the_guide_tells_of_every_command_and_option() -> None:
    """Staff find each command in the guide, and each of its options under it."""
    sections = {part.partition("`\n")[0]: part for part in GUIDE.read_text("utf-8").split("\n## `parvis ")}
    group = programme(Words("fr"))
    assert set(sections) - {next(iter(sections))} == set(group.commands)
    for name, command in group.commands.items():
        for option in [opt for param in command.params for opt in param.opts if opt.startswith("--")]:
            assert f"`{option}" in sections[name], f"{name} {option}"
    assert "`--version`" in next(iter(sections))
