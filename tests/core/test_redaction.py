"""What is taken out of a question before it is kept to learn from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redaction import redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("écrivez à ana.b+x@exemple.fr svp", "écrivez à [adresse e-mail] svp"),
        ("mon tel 01 99 00 12 34", "mon tel [numéro]"),
        ("tel: +33 1 99 00 12 34.", "tel: [numéro]."),
        ("0199001234", "[numéro]"),
        ("sécu 2 84 05 78 006 084 36 ?", "sécu [numéro] ?"),
        ("FR76 3000 6000 0112 3456 7890 189", "[IBAN]"),
        ("carte 4970 1234 5678 9012", "carte [numéro]"),
        ("dossier AB123456CD", "dossier [référence]"),
        ("ma voiture AB-123-CD est à la fourrière", "ma voiture [plaque] est à la fourrière"),
        ("née le 12/03/1984", "née le [date]"),
        ("j'habite 12 bis rue des Lilas à côté", "j'habite [adresse]"),
        ("je m'appelle Ana Martin et je cherche", "je m'appelle [nom] et je cherche"),
        ("Mme Dupont-Durand demande", "Mme [nom] demande"),
        ("@ana@exemple.social bonjour", "[compte] bonjour"),
        ("voir https://exemple.fr/?id=ana", "voir [lien]"),
    ],
)
def test_what_says_who_someone_is_goes(text: str, kept: str) -> None:
    """A resident who wrote too much of themselves is not known by what is kept."""
    assert redact(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "à quelle heure ferme la mairie du 19e le 24 décembre ?",
        "piscine ouverte de 10h30 à 18 h ?",
        "carte d'identité pour un enfant de 12 ans",
        "code postal 01000",
        "je suis en fauteuil roulant, accès ?",
        "bonjour madame, la déchèterie svp",
    ],
)
def test_what_is_asked_stays(text: str) -> None:
    """What the town can learn from is kept as it was written."""
    assert redact(text) == text


@given(st.text(max_size=300), st.integers(100_000, 10**16))
def test_no_long_number_stays(text: str, number: int) -> None:
    """Six digits in a row never stay, whatever stands around them."""
    assert str(number) not in redact(f"{text} {number} {text[::-1]}")


@given(st.text(max_size=300))
def test_anything_can_be_redacted(text: str) -> None:
    """Nothing a resident may write breaks it, and once is enough for numbers and addresses."""
    once = redact(text)
    assert redact(once).count("@") <= once.count("@")
