"""Inbox, outbox and records in SQLite: each step of a message's way is one transaction."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import SettingsError
from bot.mailbox import Failure, Letter, Outgoing, Tally
from bot.storage.file import put, writing
from bot.storage.leaving import forget_asker, purge_all, wipe_log
from bot.storage.sqlite import utc_text, write_state

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlite_utils import Database

    from bot.mailbox import Record, Settlement
    from bot.sealing import Sealer
    from bot.storage.file import SqliteFile

__all__ = ["SqliteMailbox"]


class SqliteMailbox:
    """Keeps the mail in a SQLite file; what is personal in it is sealed by ``sealer``."""

    def __init__(self, file: SqliteFile, sealer: Sealer) -> None:
        """Raises SettingsError if the file was written under another secret, StorageError as the file does."""
        self._file = file
        self._sealer = sealer
        file.run(self._try_key)

    async def cursor(self, channel: str) -> str | None:
        """The cursor last taken on ``channel``."""
        rows = await self._query("select cursor from cursors where channel = ?", [channel])
        return rows[0]["cursor"] if rows else None

    async def take(self, channel: str, letters: Sequence[Letter], cursor: str | None) -> int:
        """Keep new letters and the cursor in one transaction; how many were new."""
        rows = [self._inbox_row(letter) for letter in letters]

        def write(database: Database) -> int:
            with writing(database, lasting=True):
                if cursor is not None:
                    put(database, "cursors", "channel", [{"channel": channel, "cursor": cursor}], replace=True)
                return put(database, "inbox", "id", rows)

        return await self._file.arun(write)

    async def waiting(self, channels: Collection[str], but: Collection[str], limit: int) -> list[Letter]:
        """The oldest letters of ``channels`` not settled, in order, but those of the chats ``but``."""
        rows = await self._query(
            "select * from inbox where payload is not null and channel in (select value from json_each(?))"
            " and chat not in (select value from json_each(?)) order by seq limit ?",
            [json.dumps([*channels]), json.dumps([*but]), limit],
        )
        return [self._letter(row) for row in rows]

    async def settle(self, settlement: Settlement) -> None:
        """Write all that follows from a letter, and that it is done, in one transaction."""
        parts = [self._outbox_row(part) for part in settlement.parts]

        def write(database: Database) -> None:
            with writing(database):
                _settle(database, settlement, parts)
            if settlement.forget:
                wipe_log(database)

        await self._file.arun(write)

    async def ended_so(self, conversation: str, outcome: str, since: datetime) -> bool:
        """True if a letter of the conversation ended with ``outcome`` since then."""
        rows = await self._query(
            "select 1 from inbox where conversation = ? and outcome = ? and settled_at >= ? limit 1",
            [conversation, outcome, utc_text(since)],
        )
        return bool(rows)

    async def pages_of(self, source: str) -> int:
        """How many pages the last answer to the message ``source`` has, sent or waiting; 0 if there is none."""
        rows = await self._query(
            "select max(number) as last from (select number from sent where source = :source and payload is not null"
            " union all select number from outbox where source = :source and payload is not null)",
            {"source": source},
        )
        last = rows[0]["last"]
        return 0 if last is None else last + 1

    async def outgoing(self, channel: str, but: Collection[str], limit: int) -> list[Outgoing]:
        """The oldest parts to send on ``channel``, in order, but those of the chats ``but``."""
        rows = await self._query(
            "select * from outbox where payload is not null and channel = ?"
            " and chat not in (select value from json_each(?)) order by seq limit ?",
            [channel, json.dumps([*but]), limit],
        )
        return [self._outgoing(row) for row in rows]

    async def shown(self, source: str, number: int) -> str | None:
        """The platform's name of the message that shows page ``number`` to ``source``, while it may be edited."""
        rows = await self._query(
            "select payload from sent where source = ? and number = ? and payload is not null order by sent_at desc",
            [source, number],
        )
        return self._sealer.open(rows[0]["payload"]) if rows else None

    async def sent(self, part: Outgoing, message: str, name: str, at: datetime) -> None:
        """The part was delivered as ``message``, whose pseudonym is ``name``: wipe it, remember the name."""
        row = {
            "name": name,
            "question": part.question,
            "source": part.source,
            "number": part.number,
            "sent_at": utc_text(at),
            "payload": self._sealer.seal(message),
        }

        def write(database: Database) -> None:
            with writing(database):
                # A resident who was forgotten meanwhile leaves no trace of this either.
                if database.execute("delete from outbox where key = ?", [part.key]).rowcount:
                    put(database, "sent", "name", [row], replace=True)

        await self._file.arun(write)

    async def failed_once(self, part: Outgoing) -> None:
        """Count a failure of the part."""
        await self._write("update outbox set attempts = attempts + 1 where key = ?", [part.key])

    async def give_up(self, part: Outgoing, reason: str, at: datetime, *, whole_chat: bool = False) -> int:
        """Keep the reason, wipe the part (``whole_chat``: and all that wait for its chat); how many."""
        return await self._write(
            "update outbox set payload = null, asker = null, chat = null, failed = ?, failed_at = ?"
            " where (key = ? or (? and chat = ?)) and channel = ? and payload is not null",
            [reason, utc_text(at), part.key, whole_chat, part.chat, part.channel],
        )

    async def purge(self, now: datetime, keep: timedelta) -> None:
        """Delete what is older than ``keep``, and sooner what need not be kept that long."""
        await self._file.arun(lambda database: purge_all(database, self._file.path, now, keep))

    async def tallies(self) -> list[Tally]:
        """What waits and what failed, by channel."""
        rows = await self._query(
            "select channel, sum(unanswered) as unanswered, sum(waiting) as waiting, sum(failed) as failed,"
            " min(asked) as unanswered_since, min(answered) as waiting_since from ("
            " select channel, 1 as unanswered, 0 as waiting, 0 as failed, received_at as asked, null as answered"
            " from inbox where payload is not null"
            " union all select channel, 0, payload is not null, failed is not null, null,"
            " case when payload is not null then created_at end from outbox)"
            " group by channel order by channel"
        )
        times = ("unanswered_since", "waiting_since")
        return [
            Tally(**row | {name: row[name] and datetime.fromisoformat(row[name]) for name in times}) for row in rows
        ]

    async def failures(self) -> list[Failure]:
        """What failed for good, by channel and reason, the most frequent first."""
        rows = await self._query(
            "select channel, failed as reason, count(*) as number, max(failed_at) as last from outbox"
            " where failed is not null group by channel, failed order by number desc, channel, failed"
        )
        return [Failure(**row | {"last": datetime.fromisoformat(row["last"])}) for row in rows]

    async def _query(self, sql: str, values: list[Any] | dict[str, Any] | None = None) -> list[dict[str, Any]]:
        return await self._file.arun(lambda database: list(database.query(sql, values)))

    async def _write(self, sql: str, values: list[Any]) -> int:
        def write(database: Database) -> int:
            with writing(database):
                return database.execute(sql, values).rowcount

        return await self._file.arun(write)

    def _try_key(self, database: Database) -> None:
        """Recognise the secret under which the file is written, or make it that of a new file."""
        with writing(database):
            rows = list(database.query("select payload from keyholes where name = 'parvis'"))
            if not rows:
                put(database, "keyholes", "name", [{"name": "parvis", "payload": self._sealer.seal("parvis")}])
            elif self._sealer.open(rows[0]["payload"]) != "parvis":
                raise SettingsError("operator.wrong_key")

    def _inbox_row(self, letter: Letter) -> dict[str, Any]:
        return {
            "id": letter.id,
            "channel": letter.channel,
            "asker": letter.asker,
            "chat": letter.chat,
            "conversation": letter.conversation,
            "sent_at": utc_text(letter.sent_at),
            "received_at": utc_text(letter.received_at),
            "payload": self._sealer.seal(letter.payload),
        }

    def _letter(self, row: dict[str, Any]) -> Letter:
        return Letter(
            id=row["id"],
            channel=row["channel"],
            asker=row["asker"],
            chat=row["chat"],
            conversation=row["conversation"],
            sent_at=datetime.fromisoformat(row["sent_at"]),
            received_at=datetime.fromisoformat(row["received_at"]),
            payload=self._sealer.open(row["payload"]),
        )

    def _outbox_row(self, part: Outgoing) -> dict[str, Any]:
        return {
            "key": part.key,
            "question": part.question,
            "channel": part.channel,
            "asker": part.asker,
            "chat": part.chat,
            "source": part.source,
            "number": part.number,
            "edits": int(part.edits),
            "public": int(part.public),
            "attempts": part.attempts,
            "created_at": utc_text(part.created_at),
            "payload": self._sealer.seal(part.payload),
        }

    def _outgoing(self, row: dict[str, Any]) -> Outgoing:
        return Outgoing(
            key=row["key"],
            question=row["question"],
            channel=row["channel"],
            asker=row["asker"],
            chat=row["chat"],
            source=row["source"],
            number=row["number"],
            edits=bool(row["edits"]),
            public=bool(row["public"]),
            created_at=datetime.fromisoformat(row["created_at"]),
            payload=self._sealer.open(row["payload"]),
            attempts=row["attempts"],
        )


def _settle(database: Database, settlement: Settlement, parts: list[dict[str, Any]]) -> None:
    letter, at = settlement.letter, utc_text(settlement.at)
    done = database.execute(
        "update inbox set payload = null, sent_at = null, outcome = ?, settled_at = ?"
        " where id = ? and payload is not null",
        [settlement.outcome, at, letter.id],
    )
    if not done.rowcount:
        return  # forgotten meanwhile, or settled by another process
    if settlement.forget:
        forget_asker(database, letter.id, letter.asker, letter.conversation)
    put(database, "outbox", "key", parts)
    if settlement.record is not None:
        put(database, "answers", "question", [_record_row(settlement, settlement.record)], replace=True)
    if settlement.state is not None:
        write_state(database, letter.conversation, settlement.state)
    if settlement.rating is not None:
        question, name = settlement.rating.about
        database.execute(
            "update answers set helpful = ?, rated_at = ? where asker = ?"
            " and question in (select ? union select question from sent where name = ?)",
            [int(settlement.rating.helpful), at, letter.asker, question, name],
        )


def _record_row(settlement: Settlement, record: Record) -> dict[str, Any]:
    letter, answer = settlement.letter, record.answer
    matches = [{"entry": match.entry_id, "confidence": round(match.confidence, 4)} for match in answer.matches]
    return {
        "question": letter.id,
        "channel": letter.channel,
        "asker": letter.asker,
        "conversation": letter.conversation,
        "asked_at": utc_text(letter.sent_at),
        "visibility": record.visibility,
        "language": answer.language,
        "text": record.text,
        "outcome": answer.outcome.value,
        "entry_id": answer.entry_id,
        "matches": json.dumps(matches),
        "timings": json.dumps({step: round(spent, 3) for step, spent in answer.timings.items()}),
    }
