"""The way in through Telegram: residents write to the town's bot, alone or in a group."""
