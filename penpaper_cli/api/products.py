"""Dot products and matrix products."""

from __future__ import annotations

from typing import Unpack

from penpaper_cli.api.arguments import MatrixLike, matrix
from penpaper_cli.api.building import lines_worked
from penpaper_cli.api.solution import Solution
from penpaper_cli.api.view import View, ViewOptions
from penpaper_cli.data.matrices import as_matrix, as_vector
from penpaper_cli.errors import CannotRead
from penpaper_cli.explain.products import dot_steps, matmul_steps
from penpaper_cli.expressions.arithmetic import Apply, Name
from penpaper_cli.ops.products import Dot, MatMul
from penpaper_cli.paper.paper import OPS, Paper


def dot(u: MatrixLike, v: MatrixLike, **options: Unpack[ViewOptions]) -> Solution:
    """The dot product of two vectors of shape (n,): multiply pairwise, then add. The answer is one number.

    `options` are those of `View`: digits, fractions, exact, detail, entries, steps.

    Raises CannotRead where something isn't a vector of numbers, CannotWork where the lengths differ.
    """
    view = View(**options)
    paper = Paper(view.exact)
    pair = [
        paper.given(name, as_vector(matrix(argument, name, view.typed), name).data)
        for name, argument in (("u", u), ("v", v))
    ]
    product = paper.call(Apply("dot", (Name("u"), Name("v"))), OPS[Dot.name](*pair))
    show = view.show(vector.data for vector in pair)
    show.check("u", pair[0].shape)
    return lines_worked("dot", "Dot product", lambda: dot_steps(product, show), show, pair, [product])


def matmul(a: MatrixLike, b: MatrixLike, *, cores: int | None = None, **options: Unpack[ViewOptions]) -> Solution:
    """The product of matrices of shapes (n, k) and (k, m): each entry is a row times a column. Its shape is (n, m).

    A vector is a row of shape (1, k). With `cores` the working counts the rounds when so many work at the same time.
    `options` are those of `View`: digits, fractions, exact, detail, entries, steps.

    Raises CannotRead where something isn't a matrix of numbers, CannotWork where a has not as many columns as b rows.
    """
    view = View(**options)
    if cores is not None and cores < 1:
        raise CannotRead(f"--cores {cores}: give a whole number from 1 up.")
    paper = Paper(view.exact)
    read = [as_matrix(matrix(argument, name, view.typed)) for name, argument in (("A", a), ("B", b))]
    pair = [paper.given(name, operand.data) for name, operand in zip("AB", read, strict=True)]
    product = paper.call("C", OPS[MatMul.name](*pair))
    show = view.show(operand.data for operand in pair)
    show.check("C", product.shape)
    columns = {given: operand.columns for given, operand in zip(pair, read, strict=True)}
    return lines_worked(
        "matmul", "Matrix product", lambda: matmul_steps(product, show, columns, cores), show, pair, [product]
    )
