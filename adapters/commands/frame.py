"""Commands whose help and mistakes are told in the language of staff, not only in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.commands.words import Words

__all__ = ["Programme", "Refusal", "Spoken", "base_option", "lang_option", "usage_fault"]


class Refusal(click.ClickException):
    """A command that cannot do its work, with the reason in words for staff; exit code 2."""

    exit_code = 2


class Spoken(click.Command):
    """A command that speaks through ``words``."""

    def __init__(
        self,
        words: Words,
        name: str,
        params: Sequence[click.Parameter] = (),
        callback: Callable[..., Any] | None = None,
    ) -> None:
        """``name`` is the command as typed; its help is ``cli.help_<name>`` in the voice."""
        key = name.replace("-", "_")
        super().__init__(
            name,
            params=[*params, lang_option(words), _help_option(words)],
            callback=callback,
            help=words(f"cli.help_{key}"),
            options_metavar=words("cli.options_metavar"),
            add_help_option=False,
            # Else click complains of them in English; ``invoke`` does it in the language of staff.
            context_settings={"allow_extra_args": True},
        )
        self.words = words

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises UsageError if more was typed than it takes."""
        if ctx.args:
            raise click.UsageError(self.words("cli.unexpected_argument", name=ctx.args[0]), ctx)
        return super().invoke(ctx)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line that shows how the command is written."""
        _write_usage(self, self.words, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each option with its help."""
        _write_options(self, self.words, ctx, formatter)


class Programme(click.Group):
    """The whole command line: ``parvis`` and its commands."""

    def __init__(self, words: Words, name: str, params: Sequence[click.Parameter], commands: list[Spoken]) -> None:
        """``params`` are the programme's own options, besides --lang and --help."""
        super().__init__(
            name,
            {command.name: command for command in commands if command.name},
            params=[*params, lang_option(words), _help_option(words)],
            # Without it, click would take `parvis` alone for a mistake.
            invoke_without_command=True,
            callback=_show_help_when_alone,
            help=words("cli.help_parvis"),
            options_metavar=words("cli.options_metavar"),
            subcommand_metavar=words("cli.command_metavar"),
            add_help_option=False,
        )
        self.words = words

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that ``args`` name; raises UsageError, in the language of staff, if there is none."""
        if args and self.get_command(ctx, args[0]) is None:
            known = ", ".join(self.list_commands(ctx))
            raise click.UsageError(self.words("cli.no_such_command", name=args[0], known=known), ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of the guide, not of the alphabet."""
        return list(self.commands)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line that shows how the command is written."""
        _write_usage(self, self.words, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each option, then each command, with its help."""
        _write_options(self, self.words, ctx, formatter)
        rows = [(name, command.get_short_help_str(200)) for name, command in self.commands.items()]
        with formatter.section(self.words("cli.commands_title")):
            formatter.write_dl(rows)


def base_option(words: Words, *, several: bool = False) -> click.Option:
    """The option that names a base's folder; ``several`` if it may be given more than once."""
    return click.Option(
        ["--base"],
        metavar=words("cli.folder_metavar"),
        help=words("cli.option_bases" if several else "cli.option_base"),
        multiple=several,
    )


def lang_option(words: Words) -> click.Option:
    """The option that names a language; it may stand before or after the command."""
    return click.Option(["--lang"], metavar="xx", help=words("cli.option_lang"))


def usage_fault(error: click.UsageError, words: Words) -> str:
    """What is wrong with a command as it was typed, in the language of staff."""
    if isinstance(error, click.NoSuchOption):
        return words("cli.no_such_option", name=error.option_name)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.opts[0] if isinstance(error.param, click.Option) else str(error.param.metavar)
        return words("cli.missing_parameter", name=name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return words("cli.bad_parameter", name=error.param.opts[0], detail=error.message)
    if isinstance(error, click.BadOptionUsage):
        return words("cli.bad_option_usage", name=error.option_name)
    return error.message


def _help_option(words: Words) -> click.Option:
    return click.Option(
        ["--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_help,
        help=words("cli.option_help"),
    )


def _show_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


@click.pass_context
def _show_help_when_alone(ctx: click.Context, /, **_: object) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), color=ctx.color)


def _write_usage(command: click.Command, words: Words, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=words("cli.usage_title") + " ")


def _write_options(command: click.Command, words: Words, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    options = [param for param in command.get_params(ctx) if isinstance(param, click.Option)]
    records = [option.get_help_record(ctx) for option in options]
    with formatter.section(words("cli.options_title")):
        formatter.write_dl([record for record in records if record is not None])
