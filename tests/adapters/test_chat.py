"""A conversation at the terminal, from greeting to goodbye."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from adapters.terminal.chat import Chat, Town, parse_location
from adapters.terminal.screen import Screen
from bot.messages import Location
from bot.ports import ConversationState
from bot.storage.memory import MemoryStore
from bot.voice import Voice

if TYPE_CHECKING:
    from faketown import FakeTown, StoppedClock


class Talk:
    """A person who says some lines to a town, and what is then on the screen."""

    def __init__(self, town: FakeTown, clock: StoppedClock) -> None:
        self.town, self.clock = town, clock
        self.store = MemoryStore()

    def say(self, *lines: str, language: str = "fr", chosen: str | None = None) -> str:
        """The screen after ``lines`` and the end of input."""
        screen = io.StringIO()
        whom = Town("Ville-d'Essai", ("fr", "en"), Voice())
        chat = Chat(self.town, whom, self.store, self.clock, Screen(screen), language)
        left = iter(lines)
        chat.run(lambda _: next(left, None), chosen)
        return screen.getvalue()

    def state(self) -> ConversationState | None:
        """What the store holds of the conversation."""
        conversation = self.town.asked[-1].conversation
        return self.store.recall(conversation, self.clock.now())


@pytest.fixture
def talk(town: FakeTown, clock: StoppedClock) -> Talk:
    """A person at the terminal."""
    return Talk(town, clock)


def test_the_town_greets_by_name_and_says_goodbye(talk: Talk) -> None:
    """A resident who opens the chat and leaves at once has been greeted by the town and taken leave of."""
    screen = talk.say()
    assert "Ville-d'Essai" in screen
    assert screen.rstrip().endswith("Au revoir, et bonne journée.")


def test_a_question_gets_its_answer_and_its_source(talk: Talk) -> None:
    """A resident who asks about the pool reads its hours and where they come from."""
    screen = talk.say("piscine")
    assert "Elle ouvre à 7 h." in screen
    assert "Source : Ville-d'Essai, vérifié le 24 octobre 2025." in screen


def test_choices_are_shown_with_the_number_to_type(talk: Talk) -> None:
    """A resident who must choose sees what to type; the number goes to the desk as it is."""
    assert "Laquelle ?\n\n1. La piscine\n2. L'école" in talk.say("laquelle", "2")
    assert [question.text for question in talk.town.asked] == ["laquelle", "2"]


def test_one_conversation_has_one_pseudonym_that_says_nothing(talk: Talk) -> None:
    """Follow-ups share a conversation; two visits share nothing."""
    talk.say("piscine", "et le samedi ?")
    talk.say("piscine")
    first, second, other = (question.conversation for question in talk.town.asked)
    assert first == second != other
    assert len({question.id for question in talk.town.asked}) == 3


def test_leaving_needs_no_end_of_input(talk: Talk) -> None:
    """Nothing is asked after /quitter, however it is written."""
    for word in ("/quitter", "/QUIT", " /exit "):
        talk.say(word, "piscine")
    assert talk.town.asked == []


def test_help_lists_the_commands(talk: Talk) -> None:
    """A resident who asks for help reads each command."""
    screen = talk.say("/aide")
    told = ("/langue", "/position", "/humain", "/confidentialite", "/oublier", "/quitter")
    assert all(f"{command} " in screen for command in told)


def test_a_person_can_be_asked_for(talk: Talk) -> None:
    """/humain asks the town for a person, and /confidentialité, with its accent, says what is kept."""
    talk.say("/humain")
    assert [question.text for question in talk.town.asked] == ["parler à quelqu'un"]
    assert "disque" in talk.say("/confidentialité")
    assert len(talk.town.asked) == 1


def test_an_unknown_command_is_met_kindly(talk: Talk) -> None:
    """A mistyped command is not sent to the town as a question."""
    assert "/aide" in talk.say("/lang")
    assert talk.town.asked == []


def test_a_path_is_not_taken_for_a_command(talk: Talk) -> None:
    """A message that merely begins with a slash is a question like any other."""
    talk.say("/etc/passwd ?")
    assert [question.text for question in talk.town.asked] == ["/etc/passwd ?"]


def test_the_language_chosen_is_kept_and_spoken(talk: Talk) -> None:
    """A resident who chooses English finds the chat, and the desk's memory, in English."""
    screen = talk.say("/langue EN", "piscine", "/help")
    assert "leave" in screen
    state = talk.state()
    assert state is not None
    assert state.language == "en"


def test_the_language_of_the_command_line_is_a_choice(talk: Talk) -> None:
    """Opening the chat with --lang en is as good as /langue en."""
    screen = talk.say("piscine", language="en", chosen="en")
    state = talk.state()
    assert "Hello" in screen
    assert state is not None
    assert state.language == "en"


def test_a_language_the_town_lacks_is_said_to_be_lacking(talk: Talk) -> None:
    """A resident who asks for Spanish reads which languages there are, and nothing is kept."""
    screen = talk.say("/langue es", "piscine")
    assert "fr, en" in screen
    assert talk.state() is None


def test_a_location_goes_with_the_questions_that_follow(talk: Talk) -> None:
    """A resident says once where they are; /oublier drops it."""
    talk.say("/position 48.85, 2.35", "la piscine la plus proche", "/oublier", "piscine")
    assert [question.location for question in talk.town.asked] == [Location(48.85, 2.35), None]


def test_a_location_with_a_question_asks_it(talk: Talk) -> None:
    """A location and a question may be given in one line."""
    talk.say("/position 48.85,2.35 piscine")
    assert [(question.text, question.location) for question in talk.town.asked] == [("piscine", Location(48.85, 2.35))]


def test_a_location_the_town_waits_for_is_sent_at_once(talk: Talk) -> None:
    """A resident who was asked where they are gets the answer as soon as they say it."""
    talk.say("piscine")
    conversation = talk.town.asked[0].conversation

    def wait_for_location(question: object) -> object:
        talk.store.remember(conversation, ConversationState(at=talk.clock.now(), awaiting="location:piscine"))
        return original(question)  # type: ignore[arg-type]

    original = talk.town.answer
    talk.town.answer = wait_for_location  # type: ignore[method-assign, assignment]
    screen = io.StringIO()
    chat = Chat(talk.town, Town("Ville-d'Essai", ("fr",), Voice()), talk.store, talk.clock, Screen(screen), "fr")
    chat._conversation = conversation
    left = iter(["où est la piscine", "/position 48.85,2.35"])
    chat.run(lambda _: next(left, None))
    assert talk.town.asked[-1].location == Location(48.85, 2.35)
    assert "C'est noté" not in screen.getvalue()


@pytest.mark.parametrize("text", ["", "ici", "48.85", "91,0", "0,181", "48.85,2.35,7", "nan,nan"])
def test_a_location_that_is_none_is_not_guessed(text: str, talk: Talk) -> None:
    """A resident who mistypes a location is shown how to write it."""
    assert parse_location(text) is None
    assert "/position 48.85,2.35" in talk.say(f"/position {text}").replace("/position {text}", "")
    assert talk.town.asked == []


def test_forgetting_erases_what_was_kept(talk: Talk) -> None:
    """After /oublier nothing of the conversation is left."""
    talk.say("/langue en", "piscine", "/oublier")
    assert talk.state() is None


@pytest.mark.parametrize("line", ["", "   ", "\x00\x1b[2J", "a" * 100_000, "\udce9\udcff", "un\ndeux\n", "🏊", "‮abc"])
def test_any_line_is_passed_on_and_answered(line: str, talk: Talk) -> None:
    """Whatever is typed or pasted, the chat goes on and the town answers."""
    screen = talk.say(line, "piscine")
    assert "Je ne sais pas." in screen
    assert "Elle ouvre" in screen
