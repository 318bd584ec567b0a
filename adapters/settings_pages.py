"""The settings as pages for operators, written from the registry so that they cannot be wrong.

    python -m adapters.settings_pages

writes docs/reglages.md and the table of each guide in docs/canaux.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.commands.words import Words
from adapters.registry import GROUPS, REGISTRY
from bot.registry import PREFIX, Kind

if TYPE_CHECKING:
    from bot.registry import Setting

__all__ = ["about", "guide", "main", "page", "usual"]

_HEAD = """# Les réglages

Cette page est écrite par une commande, à partir de la liste que Parvis lit lui-même. Ne la corrigez pas à la main.

    python -m adapters.settings_pages

Un réglage est une variable d'environnement. `parvis settings` montre ceux qui valent là où vous êtes, et d'où vient
chacun ; les secrets n'y sont jamais montrés. Au démarrage, `parvis run` dit d'un coup toutes les fautes qu'il y
trouve, et signale les noms qu'il ne connaît pas.

Les réglages marqués « ou fichier » peuvent aussi être donnés dans un fichier : `PARVIS_SECRET_FILE` nomme celui qui
contient la valeur de `PARVIS_SECRET`, et ainsi de suite. C'est ce qui convient aux secrets. Donnez l'un ou l'autre,
pas les deux.

Une variable de plus, commune à beaucoup de programmes : `NO_COLOR`, si elle est définie, retire les couleurs."""
_TABLE = re.compile(r"^\| réglage \|.*?(?=^(?!\|))", re.M | re.S)


def main(root: Path | None = None) -> int:
    """Write the pages under ``root``, by default the project's; 0."""
    docs = (root or Path(__file__).resolve().parents[1]) / "docs"
    (docs / "reglages.md").write_text(page(), "utf-8")
    for group in GROUPS:
        path = docs / "canaux" / f"{group}.md"
        if path.is_file():
            path.write_text(guide(path.read_text("utf-8"), group), "utf-8")
    return 0


def page() -> str:
    """The page with every setting."""
    words = Words("fr")
    parts = [f"## {words(f'settings.group_{group}')}\n\n{_table(words, group)}" for group in GROUPS]
    return "\n\n".join([_HEAD, *parts]) + "\n"


def guide(text: str, group: str) -> str:
    """A channel's guide ``text`` with its table of settings as it must be; raises ValueError if it has none."""
    changed, found = _TABLE.subn(lambda _: _table(Words("fr"), group) + "\n", text)
    if found != 1:
        raise ValueError(f"{group}: {found} tables of settings")
    return changed


def about(words: Words, setting: Setting) -> str:
    """What the setting is for, in one line."""
    return words(f"settings.about_{_short(setting)}")


def usual(words: Words, setting: Setting) -> str:
    """What it is worth if nothing is said."""
    if setting.default is not None:
        return f"`{setting.default}`"
    if setting.required:
        return words("settings.required")
    key = f"settings.usual_{_short(setting)}"
    return words(key) if words.knows(key) else words("settings.usual_none")


def _table(words: Words, group: str) -> str:
    rows = ["| réglage | sens | valeur | par défaut |", "|---|---|---|---|"]
    rows += [
        f"| `{setting.name}` | {about(words, setting)} | {_value(words, setting)} | {usual(words, setting)} |"
        for setting in REGISTRY
        if setting.group == group
    ]
    return "\n".join(rows)


def _value(words: Words, setting: Setting) -> str:
    told = [words(f"settings.kind_{setting.kind.value}")]
    if setting.unit is not None:
        told.append(words(f"settings.unit_{setting.unit}"))
    if setting.most:
        key = "settings.bytes" if setting.kind is Kind.SECRET else "settings.bounds"
        told.append(words(key, least=setting.least, most=setting.most))
    if setting.choices:
        told[0] += " : " + ", ".join(f"`{choice}`" for choice in setting.choices)
    return ", ".join(told) + (" ; ou fichier" if setting.in_file else "")


def _short(setting: Setting) -> str:
    return setting.name.removeprefix(PREFIX).lower()


if __name__ == "__main__":
    raise SystemExit(main())
