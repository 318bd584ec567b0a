"""The section on starting, memory and whole answers, in French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.page import BUSY, machine_words, number, table
from benchmarks.targets import STARTUP

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["section"]


def section(figures: Mapping[str, Any], date: str | None) -> str:
    """The whole section, with what falls short of the targets."""
    rows = [
        ["Prêt, modèle en cache (médiane), s", number(figures["warm_s"]), number(STARTUP.warm_s, 1)],
        ["Prêt, modèle en cache (le plus lent), s", number(figures["warm_worst_s"]), "–"],
        ["Prêt, cache vide : apprentissage compris, s", number(figures["cold_s"]), number(STARTUP.cold_s, 1)],
        ["Mémoire après 50 réponses, modèle en cache, Mio", number(figures["serving_mb"], 0), "–"],
        ["Mémoire au plus haut, modèle en cache, Mio", number(figures["peak_mb"], 0), number(STARTUP.memory_mb, 0)],
        ["Mémoire au plus haut, cache vide, Mio", number(figures["cold_peak_mb"], 0), "–"],
        ["Mémoire de l'apprentissage, processus à part, Mio", number(figures["training_mb"], 0), "–"],
        ["Réponse complète, p50, ms", number(figures["p50_ms"]), "–"],
        ["Réponse complète, p99, ms", number(figures["p99_ms"]), "–"],
        ["Rechargement en arrière-plan, s", number(figures["reload_s"]), "–"],
        ["Réponse la plus lente pendant le rechargement, ms", number(figures["reload_worst_ms"]), "–"],
        ["Attente ajoutée, au pire, ms", number(figures["reload_wait_ms"]), f"{number(STARTUP.wait_ms, 0)}"],
        ["La même, sans rechargement, ms", number(figures["peace_noise_ms"]), "–"],
    ]
    return "\n\n".join(
        [
            f"## La base « {figures['base']} » : démarrage, mémoire, réponses",
            machine_words(figures["machine"], date),
            _how(figures),
            table(["", "mesuré", "visé"], rows),
            *_busy(figures),
            "### Ce qui n'est pas atteint au démarrage",
            _shortfalls(figures),
        ]
    )


def _how(figures: Mapping[str, Any]) -> str:
    training = "est chargé" if figures["training_imported"] else "n'est pas chargé"
    return (
        f"{figures['entries']} fiches. Le temps va du lancement du processus Python au moment où le bot peut répondre. "
        f"Un démarrage à cache vide, puis {figures['rounds']} avec le modèle en cache ; les fichiers étaient déjà dans "
        f"la mémoire du système. {figures['answers']} réponses complètes aux questions témoins de la base, chacune "
        "dans une conversation neuve. Les premières paient les caches froids. Quand le modèle est en cache, le code "
        f"d'apprentissage {training}. Pendant qu'une base modifiée est apprise puis mise en service, "
        f"{figures['reload_answers']} questions sont posées, une tous les centièmes de seconde ; l'attente ajoutée est "
        "ce que la réponse prend de plus que la médiane de la même question sans rechargement."
    )


def _busy(figures: Mapping[str, Any]) -> list[str]:
    if figures["own_cpu"] >= BUSY:
        return []
    return [
        "D'autres processus tournaient : pendant les réponses, le processus mesuré n'a eu au pire que "
        f"{number(100 * figures['own_cpu'], 0)} % d'un cœur. Les temps, surtout le p99, en sont allongés."
    ]


def _shortfalls(figures: Mapping[str, Any]) -> str:
    aims = (
        ("démarrage avec le modèle en cache", figures["warm_s"], STARTUP.warm_s, "s", 2),
        ("démarrage à cache vide", figures["cold_s"], STARTUP.cold_s, "s", 1),
        ("mémoire avec le modèle en cache", figures["peak_mb"], STARTUP.memory_mb, "Mio", 0),
        ("attente ajoutée par un rechargement", figures["reload_wait_ms"], STARTUP.wait_ms, "ms", 1),
    )
    missed = [
        f"- {name} : {number(found, digits)} {unit} au lieu de {number(aim, digits)}."
        for name, found, aim, unit, digits in aims
        if found > aim
    ]
    missed += ["- le code d'apprentissage est chargé pour répondre."] if figures["training_imported"] else []
    return "\n".join(missed) or "Rien."
