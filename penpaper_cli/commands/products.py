"""pp dot and pp matmul."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.shared import command

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions

MATRIX = 'A literal such as "1 2; 3 4", a .csv, .tsv, .json or .npy file, or - for standard input.'


def dot(
    u: Annotated[str, typer.Argument(metavar="U", help="The first vector. " + MATRIX)],
    v: Annotated[str, typer.Argument(metavar="V", help="The second vector, of the same length.")],
    view: ViewOptions,
) -> Solution:
    """Work out a dot product: multiply pairwise, then add.

    Write each vector in quotation marks:
      pp dot "1 2 3" "4 5 6"
      pp dot "0.1 1/3" "3 -2" -o notes.md

    Read more: samples/01-dot-product.md
    """
    from penpaper_cli.api import products

    return products.dot(u, v, **view)


def matmul(
    a: Annotated[str, typer.Argument(metavar="A", help="The first matrix. " + MATRIX)],
    b: Annotated[str, typer.Argument(metavar="B", help="The second matrix, with as many rows as A has columns.")],
    view: ViewOptions,
    cores: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Count the rounds when N cores work at the same time.")
    ] = None,
) -> Solution:
    """Work out a matrix product: each entry is a row times a column.

    Write each matrix in quotation marks, its rows parted by semicolons:
      pp matmul "1 2; 3 4" "5 6; 7 8"
      pp matmul "1 2; 3 4" "5; 6" --entry 2,1 --cores 4

    Read more: samples/reference/matrices.md
    """
    from penpaper_cli.api import products

    return products.matmul(a, b, cores=cores, **view)


COMMANDS = {"dot": command(dot), "matmul": command(matmul)}
