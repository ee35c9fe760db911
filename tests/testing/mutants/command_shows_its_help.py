"""Reads its argument before click does."""

import click


class Hasty(click.Command):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and not args[0].startswith("--an"):
            args = [str(int(args[0]))]
        return super().parse_args(ctx, args)


@click.command(cls=Hasty)
@click.argument("count", type=int)
def mutant(count: int) -> None:
    """Print COUNT stars."""
    click.echo("*" * count)
