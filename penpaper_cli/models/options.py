"""What a training run may be asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from penpaper_cli.errors import CannotRead

MOST_L2 = 1e300
MOST_UNITS = 10_000
CHOICES = {"init": ("zeros", "he", "xavier"), "scale": ("standard", "minmax", "none")}
"""What an option is chosen from, where nothing else refuses what isn't there."""


@dataclass(frozen=True)
class TrainingOptions:
    """What a run was asked for; None, and what isn't among the rates, is for pp to choose.

    `hidden` are the sizes of the hidden layers, `rates` what the update rule is set to, as typed. `test` is the share
    of the rows set aside to test the model on, `l2` the strength of the penalty; training stops when the loss hasn't
    fallen for `patience` epochs. Raises CannotRead for a number that is out of range and a name that isn't known.
    """

    loss: str | None = None
    hidden: tuple[int, ...] = ()
    activation: str | None = None
    optimizer: str | None = None
    rates: Mapping[str, str] = field(default_factory=dict)
    batch_size: int | None = None
    seed: int | None = None
    init: str | None = None
    l2: float | None = None
    test: float | None = None
    patience: int | None = None
    scale: str | None = None
    scale_target: bool | None = None

    def __post_init__(self) -> None:
        for name, count, least in (
            ("batch-size", self.batch_size, 1),
            ("seed", self.seed, 0),
            ("patience", self.patience, 1),
        ):
            if count is not None and count < least:
                raise CannotRead(f"--{name} {count}: give a whole number from {least} up.")
        for name, choices in CHOICES.items():
            chosen = getattr(self, name)
            if chosen is not None and chosen not in choices:
                raise CannotRead(f'--{name} "{chosen}": choose one of {", ".join(choices)}.')
        if self.test is not None and not 0 < self.test < 1:
            raise CannotRead(f"--test {self.test:g}: give a share between 0 and 1, such as 0.2.")
        if self.l2 is not None and not 0 <= self.l2 < MOST_L2:
            raise CannotRead(
                f"--l2 {self.l2:g}: the strength of the penalty is a finite number from 0 up, such as 0.01."
            )

    def given(self) -> list[str]:
        """The options that were asked for, as they are typed."""
        plain = {name: value for name, value in vars(self).items() if name not in ("hidden", "rates")}
        named = [name for name, value in plain.items() if value is not None]
        return [name.replace("_", "-") for name in ([*(["hidden"] if self.hidden else []), *named, *self.rates])]


def read_hidden(sizes: str | Sequence[int] | None) -> tuple[int, ...]:
    """The sizes of the hidden layers: "8,4" or a list. Raises CannotRead for what is no size of a layer."""
    if sizes is None:
        return ()
    text = sizes if isinstance(sizes, str) else ",".join(map(str, sizes))
    words = text.replace(",", " ").split()
    if not words or not all(n.isascii() and n.isdigit() and len(n) < 6 and 0 < int(n) <= MOST_UNITS for n in words):
        raise CannotRead(
            f'--hidden "{text}": give the number of units in each hidden layer, from 1 to {MOST_UNITS:,}, such as 8 '
            "or 8,4."
        )
    return tuple(map(int, words))
