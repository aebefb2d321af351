"""What every explanation of a training run draws on."""

from __future__ import annotations

from dataclasses import dataclass

from penpaper_cli.models.experiment import Experiment, Trained
from penpaper_cli.models.model import Model


@dataclass(frozen=True)
class OfTrained:
    """Something that is explained of a trained model and of the experiment that it comes from."""

    trained: Trained

    @property
    def experiment(self) -> Experiment:
        return self.trained.experiment

    @property
    def model(self) -> Model:
        return self.trained.model
