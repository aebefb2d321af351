"""pp dot and pp matmul."""

from __future__ import annotations

from typing import Annotated

import typer

from penpaper_cli.commands.scripts import later
from penpaper_cli.commands.shared import View, command
from penpaper_cli.solution.blocks import Solution

MATRIX = 'A literal such as "1 2; 3 4", a .csv, .tsv, .json or .npy file, or - for standard input.'


def dot(
    u: Annotated[str, typer.Argument(metavar="U", help="The first vector. " + MATRIX)],
    v: Annotated[str, typer.Argument(metavar="V", help="The second vector, of the same length.")],
    view: View,
) -> Solution:
    """Work out a dot product: multiply pairwise, then add."""
    from penpaper_cli.data import matrices
    from penpaper_cli.explain import products as explain_products
    from penpaper_cli.explain.results import result_of, results
    from penpaper_cli.explain.show import Show
    from penpaper_cli.expressions.arithmetic import Apply, Name
    from penpaper_cli.ops.products import Dot
    from penpaper_cli.paper.paper import OPS, Paper

    paper = Paper(always_exact=view.exact is True)
    pair = [
        paper.given(name, matrices.as_vector(matrices.read_matrix(text, name, view.exact), name).data)
        for name, text in (("u", u), ("v", v))
    ]
    product = paper.call(Apply("dot", (Name("u"), Name("v"))), OPS[Dot.name](*pair))
    show = Show(view.figures(p.data for p in pair), view.steps, view.entries, view.detail)
    show.check("u", pair[0].shape)
    return Solution(
        command="dot",
        title="Dot product",
        figures=show.figures,
        given=results(pair),
        steps=explain_products.dot_steps(product, show),
        answer=result_of(product),
        results=results([*pair, product]),
        script=later("lines", "Dot product", pair, [product], []),
    )


def matmul(
    a: Annotated[str, typer.Argument(metavar="A", help="The first matrix. " + MATRIX)],
    b: Annotated[str, typer.Argument(metavar="B", help="The second matrix, with as many rows as A has columns.")],
    view: View,
    cores: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Count the rounds when N cores work at the same time.")
    ] = None,
) -> Solution:
    """Work out a matrix product: each entry is a row times a column."""
    from penpaper_cli.data import matrices
    from penpaper_cli.explain import products as explain_products
    from penpaper_cli.explain.results import result_of, results
    from penpaper_cli.explain.show import Show
    from penpaper_cli.ops.products import MatMul
    from penpaper_cli.paper.paper import OPS, Paper

    paper = Paper(always_exact=view.exact is True)
    read = [matrices.as_matrix(matrices.read_matrix(text, name, view.exact)) for name, text in (("A", a), ("B", b))]
    pair = [paper.given(name, matrix.data) for name, matrix in zip("AB", read, strict=True)]
    product = paper.call("C", OPS[MatMul.name](*pair))
    show = Show(view.figures(p.data for p in pair), view.steps, view.entries, view.detail)
    show.check("C", product.shape)
    columns = {given: matrix.columns for given, matrix in zip(pair, read, strict=True)}
    return Solution(
        command="matmul",
        title="Matrix product",
        figures=show.figures,
        given=results(pair),
        steps=explain_products.matmul_steps(product, show, columns, cores),
        answer=result_of(product),
        results=results([*pair, product]),
        script=later("lines", "Matrix product", pair, [product], []),
    )


COMMANDS = {"dot": command(dot), "matmul": command(matmul)}
