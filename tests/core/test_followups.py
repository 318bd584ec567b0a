"""Messages that lean on the one before, and those that only look as if they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from villedessai import contacts_of, first_of, targets_of, text_of

from bot.answering.followups import Facet, is_bare_number, is_elliptic, is_refusal, read_facet, read_pick
from bot.messages import Choice, Location, Outcome

if TYPE_CHECKING:
    from villedessai import Resident

PASSPORT = "Comment refaire mon passeport ?"
STAMP = "Le timbre s'achète en ligne ou au bureau de tabac."
CHOICES = (Choice(1, "Demander un passeport", "a"), Choice(2, "Se marier", "b"), Choice(3, "La carte d'identité", "c"))


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("et pour un mineur ?", "passeport-enfant"),
        ("et pour mon fils ?", "passeport-enfant"),
        ("oui", "passeport-enfant"),
        ("1", "passeport-enfant"),
        ("la première", "passeport-enfant"),
        ("ok la 1 svp", "passeport-enfant"),
        ("Et pour un enfant ?", "passeport-enfant"),
        ("enfant", "passeport-enfant"),
    ],
)
def test_the_next_entry(resident: Resident, text: str, entry: str) -> None:
    """After the passport, a minor's passport is two words or one number away."""
    assert resident.asks(PASSPORT, text).entry_id == entry


@pytest.mark.parametrize(
    "text", ["2", "la deuxième", "la dernière", "le timbre fiscal", "où acheter le timbre ?", "oui la 2"]
)
def test_the_text_of_a_follow_up(resident: Resident, text: str) -> None:
    """A follow-up whose answer is a text gets that text under the entry's own source, and is not offered again."""
    answer = resident.asks(PASSPORT, text)
    assert STAMP in text_of(answer)
    assert answer.sources
    assert targets_of(answer) == ["passeport-enfant"]


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        ("combien ça coûte ?", "86 € pour un adulte", "quatre semaines"),
        ("c'est gratuit ?", "86 € pour un adulte", "photo"),
        ("oui mais combien ?", "86 € pour un adulte", "L'enfant"),
        ("quels papiers ?", "une photo d'identité", "86 €"),
        ("qu'est-ce que je dois apporter ?", "une photo d'identité", "86 €"),
        ("combien de temps ça prend ?", "quatre semaines", "86 €"),
        ("c'est long ?", "quatre semaines", "86 €"),
        ("how much does it cost", "€86 for an adult", "photo"),
    ],
)
def test_one_side_of_the_last_answer(resident: Resident, text: str, said: str, unsaid: str) -> None:
    """Price, papers and delay can each be asked for alone."""
    answer = resident.asks(PASSPORT, text)
    assert (answer.outcome, answer.entry_id) == (Outcome.ANSWERED, "passeport")
    assert said in text_of(answer)
    assert unsaid not in text_of(answer)


def test_a_side_the_entry_does_not_tell(resident: Resident) -> None:
    """Nobody wrote what a wedding costs: the bot says so, names the desk, and still knows the subject."""
    answer = resident.asks("Comment se marier à la mairie ?", "combien ça coûte ?")
    assert answer.outcome is Outcome.UNKNOWN
    assert first_of(answer) == "Je n'ai pas cette précision sur « Se marier à Ville-d'Essai »."
    assert contacts_of(answer)
    assert "deux mois" in text_of(resident.asks("et le délai ?"))
    assert "Je n'ai pas cette précision" in first_of(resident.asks("c'est où ?"))


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("horaires de la bibliothèque", "bibliotheque"),
        ("combien coûte la cantine ?", "cantine"),
        ("je veux une carte d'identité", "carte-identite"),
        ("une carte d'identité", "carte-identite"),
        ("un passeport", "passeport"),
        ("et la carte d'identité ?", "carte-identite"),
        ("jeter un vieux matelas", "encombrants"),
    ],
)
def test_a_new_question_is_a_new_question(resident: Resident, text: str, entry: str) -> None:
    """After a passport, whoever asks about something else is not answered about passports."""
    assert resident.asks(PASSPORT, text).entry_id == entry


@pytest.mark.parametrize(
    "text", ["et à Lyon ?", "xylophone baryton", "et le xylophone ?", "comment ?", "et pour un divorce ?"]
)
def test_the_last_subject_answers_no_nonsense(resident: Resident, text: str) -> None:
    """What the town does not know stays unknown, whatever was said before."""
    answer = resident.asks(PASSPORT, text)
    assert answer.outcome is Outcome.UNKNOWN
    assert contacts_of(answer)


@pytest.mark.parametrize("text", ["la cantine pour mon fils", "c'est cher la piscine ?"])
def test_another_subject_is_not_hijacked(resident: Resident, text: str) -> None:
    """ "La cantine pour mon fils" is about the canteen: neither the passport nor its price is stated."""
    assert resident.asks(PASSPORT, text).entry_id in (None, "cantine")


@pytest.mark.parametrize("text", ["ok", "merci", "ok merci", "d'accord"])
def test_thanks_change_nothing(resident: Resident, text: str) -> None:
    """ "Ok merci" asks for nothing, and what was offered is still there."""
    assert resident.asks(PASSPORT, text).outcome is Outcome.SMALLTALK
    assert "86 €" in text_of(resident.asks("combien ça coûte ?"))
    assert resident.asks(PASSPORT, text, "1").entry_id == "passeport-enfant"


@pytest.mark.parametrize("text", ["non", "non merci", "aucun des deux", "ni l'un ni l'autre", "none of them"])
def test_choices_can_be_turned_down(resident: Resident, text: str) -> None:
    """ "Aucun des deux" is heard as such, and shows the way to a person."""
    answer = resident.asks("une carte", text)
    assert answer.outcome is Outcome.SMALLTALK
    assert resident.asks("parler à quelqu'un").outcome is Outcome.HANDOVER


def test_two_subjects_one_of_them_a_place(resident: Resident) -> None:
    """Who asks for a hall's hours and for a passport in one breath gets to choose, and then has the other too."""
    answer = resident.asks("horaires de la mairie nord et comment refaire mon passeport")
    assert [target.split(":")[0] for target in targets_of(answer)] == ["place", "passeport"]
    assert resident.asks("1").place_id == "mairie-nord"
    assert resident.asks("2").entry_id == "passeport"


def test_the_choices_left_over_can_still_be_made(resident: Resident) -> None:
    """The choices stay on the screen of a resident told that a detail is not known: their numbers still count."""
    assert targets_of(resident.asks(PASSPORT))[0] == "passeport-enfant"
    unknown = resident.asks("c'est accessible aux fauteuils roulants ?")
    assert (unknown.outcome, unknown.entry_id, unknown.choices) == (Outcome.UNKNOWN, "passeport", ())
    assert resident.asks("1").entry_id == "passeport-enfant"


@pytest.mark.parametrize("text", ["faut koi come papié", "c conbien", "sa prand conbien de temps"])
def test_a_side_of_an_answer_spelt_by_ear(text: str) -> None:
    """ "Koi come papié" asks for the documents, as "quoi comme papiers" does."""
    expected = {"f": Facet.DOCUMENTS, "c": Facet.COST, "s": Facet.DELAY}[text[0]]
    assert read_facet(text) is expected


def test_a_number_beyond_the_choices(resident: Resident) -> None:
    """ "4" of three choices: they are offered again."""
    offered = resident.asks("une carte").choices
    answer = resident.asks("4")
    assert answer.outcome is Outcome.CLARIFY
    assert answer.choices == offered


def test_after_ten_minutes_nothing_is_remembered(resident: Resident) -> None:
    """A number or "combien ça coûte ?" that comes too late gets no old answer."""
    resident.asks(PASSPORT)
    resident.clock.move(minutes=9)
    assert "86 €" in text_of(resident.asks("combien ça coûte ?"))
    for text in ("2", "et pour un mineur ?", "combien ça coûte ?"):
        resident.asks(PASSPORT)
        resident.clock.move(minutes=11)
        assert resident.asks(text).entry_id != "passeport"
        resident.clock.move(minutes=11)
    assert first_of(resident.asks("2")).startswith("Ce choix n'est plus valable.")


def test_residents_do_not_share_a_conversation(resident: Resident) -> None:
    """What one resident asked says nothing of what another means."""
    resident.asks(PASSPORT)
    resident.name = "voisin"
    assert resident.asks("2").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("target", ["fiche-disparue", "followup:passeport:9", "place:fermee:hours:", "street:rien:rue"])
def test_a_button_whose_answer_is_gone(resident: Resident, target: str) -> None:
    """An old button gets an apology and the desk, never an error."""
    answer = resident.presses(target)
    assert answer.outcome is Outcome.UNKNOWN
    assert "Ce choix n'est plus valable" in first_of(answer)
    assert contacts_of(answer)


def test_a_button_does_what_it_says(resident: Resident) -> None:
    """A button works without any memory: an entry, a follow-up, a place on a day, a street."""
    assert resident.presses("mariage").entry_id == "mariage"
    assert STAMP in text_of(resident.presses("followup:passeport:1"))
    assert "samedi 22 novembre" in text_of(resident.presses("place:mairie-nord:hours:2025-11-22"))
    assert "Rue Jean Jaurès" in text_of(resident.presses("street:bac-jaune:Rue Jean Jaurès"))


# Places and streets.


@pytest.mark.parametrize("pick", ["1", "la première", "Mairie du quartier Nord", "celle du nord", "le nord"])
def test_the_choice_of_a_place_keeps_the_day(resident: Resident, pick: str) -> None:
    """Asked about Saturday, the town hall picked afterwards is told for Saturday."""
    answer = resident.asks("la mairie est ouverte samedi ?", pick)
    assert answer.place_id == "mairie-nord"
    assert "c'est ouvert le samedi 22 novembre, de 9 h à 12 h." in text_of(answer)


def test_the_question_may_change_before_the_place_is_picked(resident: Resident) -> None:
    """ "Et le samedi ?" changes what is asked of the town hall still to be named."""
    answer = resident.asks("horaires de la mairie", "et le samedi ?", "celle du sud")
    assert answer.place_id == "mairie-sud"
    assert "fermé le samedi" in text_of(answer)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("et le samedi ?", "c'est ouvert le samedi, de 9 h à 12 h"),
        ("et demain ?", "demain (vendredi 21 novembre)"),
        ("c'est où ?", "1 place Neuve"),
        ("le téléphone ?", "01 99 00 00 11"),
        ("et celle du sud ?", "Mairie du quartier Sud"),
    ],
)
def test_more_about_the_same_place(resident: Resident, text: str, said: str) -> None:
    """Days, address and telephone are asked of the town hall just spoken of."""
    assert said in text_of(resident.asks("la mairie nord est ouverte ?", text))


def test_the_entry_s_own_place(resident: Resident) -> None:
    """ "C'est où ?" after the library's card is about the library."""
    assert "2 rue du Livre" in text_of(resident.asks("s'inscrire à la bibliothèque", "c'est où ?"))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("bac jaune", "rue des Acacias"), "Prochains passages, Rue des Acacias"),
        (("bac jaune", "merci", "rue des Acacias"), "Prochains passages, Rue des Acacias"),
        (("bac jaune avenue de la Gare", "et mardi ?"), "Mardi 25 novembre : oui, il y a un passage"),
        (("bac jaune avenue de la Gare", "et rue des Acacias ?"), "Prochains passages, Rue des Acacias"),
        (("collecte du verre", "2"), "Prochains passages, Ville basse"),
        (("collecte du verre", "ville haute", "et jeudi ?"), "pas de passage, Ville haute"),
    ],
)
def test_streets_and_sectors(resident: Resident, texts: tuple[str, ...], said: str) -> None:
    """A street answers the question that was pending, and is remembered for the next one."""
    assert said in text_of(resident.asks(*texts))


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("un lampadaire cassé rue des Acacias", "lampadaire"),
        ("je veux un passeport, j'habite place Neuve", "passeport"),
        (PASSPORT, "passeport"),
    ],
)
def test_a_street_in_another_question(resident: Resident, text: str, entry: str) -> None:
    """Asked for a street, whoever goes on to a broken lamp in that street is answered about the lamp."""
    assert resident.asks("bac jaune", text).entry_id == entry


def test_a_place_in_another_question(resident: Resident) -> None:
    """Asked which town hall, whoever names a pool is answered about the pool; so is who asks for a passport."""
    assert resident.asks("horaires de la mairie", "piscine des Merles").place_id == "piscine-merles"
    assert resident.asks("horaires de la mairie", PASSPORT).entry_id == "passeport"


def test_a_location_nobody_asked_for(resident: Resident) -> None:
    """Who shares where they are, without a word, learns what is near, the nearest first, and from which source."""
    answer = resident.asks("", location=Location(48.8276, 2.36))
    assert answer.place_id == "piscine-merles"
    said = text_of(answer)
    assert said.index("Piscine des Merles") < said.index("Piscine Valmont")
    assert answer.sources


# Two subjects, and long messages.


def test_what_leans_on_an_answer_stays_with_its_subject(resident: Resident) -> None:
    """ "Et pour un dromadaire ?" after the sofas is no question about another subject: that detail is not known."""
    assert resident.asks("Comment jeter un canapé ?").entry_id == "encombrants"
    answer = resident.asks("et pour un dromadaire ?")
    assert (answer.outcome, answer.entry_id, answer.choices) == (Outcome.UNKNOWN, "encombrants", ())


def test_two_kinds_of_place_are_both_offered(resident: Resident) -> None:
    """Asked of the library and the recycling centre at once, the bot asks which first, and keeps the day for both."""
    answer = resident.asks("le colibri et la déchèterie sont ouverts samedi ?")
    assert answer.outcome is Outcome.CLARIFY
    assert targets_of(answer) == ["place:colibri:hours:2025-11-22", "place:decheterie:hours:2025-11-22"]
    assert resident.asks("2").place_id == "decheterie"


def test_two_subjects_are_both_offered(resident: Resident) -> None:
    """A passport and a sofa in one message: both are offered, and the bot says why."""
    answer = resident.asks("Comment refaire mon passeport ? Et jeter un canapé ?")
    assert answer.outcome is Outcome.CLARIFY
    assert set(targets_of(answer)) == {"passeport", "encombrants"}
    assert first_of(answer) == "Vous posez plusieurs questions. Par laquelle commencer ?"
    assert resident.asks("2").entry_id == "encombrants"


def test_a_rambling_message_with_one_question(resident: Resident) -> None:
    """The one question in a long story is answered, or offered first."""
    answer = resident.asks(
        "Bonjour, alors voilà je viens d'emménager avec ma femme et nos deux chats au troisième étage, il pleut tout "
        "le temps et le voisin du dessous est très sympa, bref il nous reste un vieux canapé dont personne ne veut. "
        "Comment s'en débarrasser ? Merci beaucoup et bonne journée."
    )
    assert answer.entry_id == "encombrants" or targets_of(answer)[0] == "encombrants"


# The words themselves.


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("2", "b"),
        ("la troisième", "c"),
        ("le dernier", "c"),
        ("Se marier", "b"),
        ("passport", "a"),
        ("oui", "a"),
        ("le 2 svp", "b"),
        ("un passeport", "a"),
        ("4", None),
        ("1 ou 2", None),
        ("une piscine", None),
        ("de la", None),
        ("se marier avec un passeport et une carte de bibliothèque", None),
    ],
)
def test_pointing_at_a_choice(text: str, picked: str | None) -> None:
    """Numbers, ranks and a choice's own words point at it; anything else does not."""
    found = read_pick(text, CHOICES, only_choices=True)
    assert (found.target if found else None) == picked


def test_one_shared_word_is_no_pick_under_an_answer() -> None:
    """Under a whole answer, "carte de bibliothèque" or "carte" is not the identity card that is offered."""
    offered = (Choice(1, "Refaire la carte nationale d'identité", "c"), Choice(2, "Se marier", "b"))
    assert read_pick("carte", offered, only_choices=False) is None
    assert read_pick("carte nationale identité", offered, only_choices=False) is offered[0]


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("combien ça coûte ?", Facet.COST),
        ("c combien", Facet.COST),
        ("how much is it?", Facet.COST),
        ("combien de temps", Facet.DELAY),
        ("quels documents faut-il fournir ?", Facet.DOCUMENTS),
        ("combien coûte la piscine", None),
        ("papiers d'identité", None),
        ("le prix du passeport", None),
        ("bonjour", None),
        ("", None),
    ],
)
def test_a_side_and_nothing_else(text: str, facet: Facet | None) -> None:
    """ "Combien ça coûte ?" leans on the last answer; "combien coûte la piscine" does not."""
    assert read_facet(text) is facet


def test_words_that_lean() -> None:
    """What is elliptic, a bare number or a refusal is told from what only begins like one."""
    assert is_elliptic("et pour un mineur ?")
    assert not is_elliptic("pour un mineur")
    assert not is_elliptic("")
    assert is_bare_number("la 2")
    assert not is_bare_number("2 passeports")
    assert is_refusal("non aucun")
    assert not is_refusal("non, un passeport")
    assert not is_refusal("le")


@pytest.mark.parametrize("text", ["bac jaune rue du Faisan Doré", "c'est quand le bac jaune boulevard Imaginaire ?"])
def test_a_street_nobody_knows_hides_no_question(resident: Resident, text: str) -> None:
    """A street that is in no calendar is still where the bin stands: the bin is spoken of, whatever its street."""
    assert resident.asks(text).entry_id == "bac-jaune"
