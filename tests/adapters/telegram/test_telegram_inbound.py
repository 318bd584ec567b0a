"""What residents write on Telegram, and what the town understands by it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from telegramrig import NOON, PRIVATE, RESIDENT

from adapters.telegram import buttons
from bot.mail import Kind
from bot.messages import Location, Visibility

if TYPE_CHECKING:
    from adapters.telegram.inbound import Received
    from bot.mail import Event

Read = Any
PHOTO = {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]}


def test_a_question_comes_with_all_it_takes_to_answer(written: Read) -> None:
    """A resident's question keeps its words, its time, its language and where the answer goes."""
    event = the_event(written("où est la mairie ?"))
    assert (event.kind, event.text, event.language) == (Kind.ASK, "où est la mairie ?", "fr")
    assert event.sent_at == datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
    assert event.address == {"chat": "5000"}
    assert (event.asker, event.chat, event.visibility) == ("5000", "5000", Visibility.PRIVATE)


def test_the_language_of_a_telephone_is_read_without_its_region(written: Read) -> None:
    """A resident whose telephone is in Brazilian Portuguese is known to read Portuguese."""
    assert the_event(written("oi", **{"from": {**RESIDENT, "language_code": "pt-BR"}})).language == "pt"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("/start", "telegram.start"),
        ("/start@VilleDEssaiBot", "telegram.start"),
        ("/start nothing-we-have", "telegram.start"),
        ("/aide", "telegram.help"),
        ("/HELP", "telegram.help"),
        ("/langue", "telegram.language"),
        ("/settings", "telegram.language"),
        ("/confidentialite", "delivery.privacy"),
        ("/privacy", "delivery.privacy"),
        ("/officiel", "telegram.official"),
        ("/official", "telegram.official"),
    ],
)
def test_commands_are_answered_with_the_towns_own_words(written: Read, text: str, key: str) -> None:
    """A resident who sends a command gets the sentence that stands for it."""
    event = the_event(written(text))
    assert (event.kind, event.text) == (Kind.SAY, key)


def test_a_deep_link_opens_an_answer(written: Read) -> None:
    """Who scans the poster's code for the identity card gets that answer at once."""
    event = the_event(written("/start carte-identite"))
    assert (event.kind, event.choice, event.text) == (Kind.ASK, "carte-identite", "")


@pytest.mark.parametrize("text", ["/oublier", "/delete", "/forget"])
def test_being_forgotten_takes_one_command(written: Read, text: str) -> None:
    """A resident who asks to be forgotten is."""
    assert the_event(written(text)).kind is Kind.FORGET


@pytest.mark.parametrize(("language", "words"), [("fr", "parler à quelqu'un"), ("en", "speak to a person")])
def test_a_person_is_asked_for_in_the_residents_language(written: Read, language: str, words: str) -> None:
    """/humain asks for a person as the resident would have."""
    event = the_event(written("/humain", **{"from": {**RESIDENT, "language_code": language}}))
    assert (event.kind, event.text) == (Kind.ASK, words)


def test_a_language_is_asked_for_by_its_code(written: Read) -> None:
    """/langue en is understood by the core as a wish for English."""
    assert the_event(written("/langue en")).text == "langue en"


def test_an_unknown_command_is_a_question(written: Read) -> None:
    """Who writes "/horaires_piscine" is answered about the pool's hours."""
    event = the_event(written("/horaires_piscine demain"))
    assert (event.kind, event.text) == (Kind.ASK, "horaires piscine demain")


def test_a_location_is_where_the_resident_is(written: Read) -> None:
    """A shared point, or a shared place, comes in as a location, and the answer may show a map."""
    point = {"latitude": 48.8, "longitude": 2.3}
    venue = {"location": point, "title": "Café", "address": "1 rue Longue"}
    for content in ({"location": point}, {"location": point, "venue": venue}):
        event = the_event(written(**content))
        assert event.location == Location(48.8, 2.3)
        assert event.address["pin"]


def test_a_point_copied_from_a_map_is_where_the_resident_is(written: Read) -> None:
    """Who pastes a point instead of sharing it gets the nearest places too."""
    assert the_event(written("geo:48.8,2.3")).location == Location(48.8, 2.3)


def test_a_walk_that_is_shared_asks_only_once(told: Read) -> None:
    """Who shares a live location is not answered every few seconds."""
    message = {"message_id": 10, "date": 1, "edit_date": 2, "chat": PRIVATE, "from": RESIDENT}
    assert told(edited_message=message | {"location": {"latitude": 1.0, "longitude": 2.0}}).event is None


def test_pictures_get_one_word(written: Read) -> None:
    """Ten photographs sent together are answered once: only text is read."""
    events = [the_event(written(**PHOTO, media_group_id="m", message_id=number)) for number in (10, 11)]
    assert {(event.kind, event.text) for event in events} == {(Kind.SAY, "delivery.text_only")}
    assert events[0].id == events[1].id


@pytest.mark.parametrize(
    "content",
    [
        {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}},
        {
            "sticker": {
                "file_id": "f",
                "file_unique_id": "u",
                "type": "regular",
                "width": 1,
                "height": 1,
                "is_animated": False,
                "is_video": False,
            }
        },
        {"document": {"file_id": "f", "file_unique_id": "u"}},
    ],
)
def test_a_voice_or_a_sticker_gets_a_word(written: Read, content: dict[str, object]) -> None:
    """Who sends a voice message, a sticker or a file is told, kindly, that the bot reads text."""
    event = the_event(written(**content))
    assert (event.kind, event.text) == (Kind.SAY, "delivery.text_only")


def test_what_is_written_under_a_picture_is_read(written: Read) -> None:
    """A question under a photograph is a question."""
    event = the_event(written(**PHOTO, caption="c'est quelle poubelle ?"))
    assert (event.kind, event.text) == (Kind.ASK, "c'est quelle poubelle ?")


def test_two_corrections_are_two_events_of_one_message(told: Read, written: Read) -> None:
    """A resident who corrects a message twice within a second is read twice."""
    message = {"message_id": 10, "date": 1, "edit_date": 2, "chat": PRIVATE, "from": RESIDENT}
    first = the_event(told(edited_message=message | {"text": "piscnie"}))
    second = the_event(told(edited_message=message | {"text": "piscine"}, update_id=8))
    assert first.kind is second.kind is Kind.EDIT
    assert first.id != second.id
    assert first.message == second.message == the_event(written("pisc")).id


@pytest.mark.parametrize(
    "more",
    [
        {"from": {**RESIDENT, "is_bot": True}},
        {"pinned_message": {"message_id": 1, "date": 1, "chat": PRIVATE}},
        {"chat": {"id": -5, "type": "channel", "title": "Annonces"}},
        {"group_chat_created": True},
    ],
)
def test_what_is_nobodys_question_is_left_alone(written: Read, more: dict[str, Any]) -> None:
    """Other programs, service messages and channels get no answer."""
    text = None if {"pinned_message", "group_chat_created"} & more.keys() else "bonjour"
    assert written(text, **more).event is None


def press(told: Read, data: str, **message: Any) -> Received:
    """A resident presses a button of the bot's message."""
    shown = {"message_id": 50, "date": 1763640000, "chat": PRIVATE, "text": "Laquelle ?"} | message
    query = {"id": "q1", "from": RESIDENT, "chat_instance": "i", "message": shown, "data": data}
    received: Received = told(callback_query=query)
    return received


def test_a_choice_that_is_pressed_is_what_its_button_said(told: Read) -> None:
    """A resident who presses a choice is answered about that one; the press is acknowledged."""
    received = press(told, buttons.for_target("carte-identite"))
    event = the_event(received)
    assert (event.kind, event.choice, event.sent_at) == (Kind.ASK, "carte-identite", NOON)
    assert received.pressed is not None
    assert (received.pressed.query, received.pressed.said) == ("q1", None)


def test_a_long_choice_is_found_again_in_the_base(told: Read) -> None:
    """The button of a place with a long name and a date still means that place on that date."""
    target = "place:piscine-merles:hours:2025-11-20" + "x" * 26
    data = buttons.for_target(target)
    assert data.startswith("h:place:")
    assert the_event(press(told, data)).choice == target


def test_a_choice_too_long_for_any_button_is_asked_in_its_own_words(told: Read) -> None:
    """A street with a very long name can still be pressed."""
    target = "street:bac-jaune:" + "rue de l'Abbé-au-très-long-nom " * 3
    assert buttons.for_target(target) == buttons.WORDS
    keyboard = {"inline_keyboard": [[{"text": "1. Rue de l'Abbé", "callback_data": buttons.WORDS}]]}
    event = the_event(press(told, buttons.WORDS, reply_markup=keyboard))
    assert (event.choice, event.text) == (None, "Rue de l'Abbé")


def test_an_opinion_is_counted_for_its_answer_and_its_buttons_go(told: Read) -> None:
    """Who says that an answer did not help is thanked, told of the desk, and not asked again."""
    yes, no = (buttons.for_rating("a" * 32, "fr", helpful=helpful) for helpful in (True, False))
    rows = [[{"text": "1. A", "callback_data": "c:a"}], [{"text": "Oui", "callback_data": yes}]]
    received = press(told, no, reply_markup={"inline_keyboard": rows})
    event = the_event(received)
    assert (event.kind, event.about, event.helpful) == (Kind.FEEDBACK, "a" * 32, False)
    assert received.pressed is not None
    assert (received.pressed.said, received.pressed.rated) == ("telegram.rated_no", (5000, 50))
    assert received.pressed.keyboard == ((("1. A", "c:a"),),)


def test_a_language_can_be_pressed(told: Read) -> None:
    """The button "English" is a wish for English."""
    assert the_event(press(told, buttons.for_language("en"))).text == "langue en"


@pytest.mark.parametrize("data", ["", "?", "c:", "y:", "l:english", "t", "h:x"])
def test_a_button_of_nobodys_is_acknowledged_all_the_same(told: Read, data: str) -> None:
    """A press on a button from another time never leaves a telephone waiting."""
    received = press(told, data)
    assert received.pressed is not None
    assert received.event is None or received.event.choice


def test_a_press_on_a_vanished_message_is_understood(told: Read) -> None:
    """A choice pressed on a message that Telegram no longer shows to bots still counts."""
    assert the_event(press(told, "c:mariage", date=0)).choice == "mariage"


def the_event(received: Received) -> Event:
    """The event, which there must be."""
    assert received.event is not None
    return received.event
