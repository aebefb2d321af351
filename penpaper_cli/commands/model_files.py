"""Models in files: saved, loaded, and gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.models.model import Model
    from penpaper_cli.models.options import TrainingOptions


def save_model(model: Model, path: str) -> None:
    """Write the model, whole or not at all."""
    from penpaper_cli.data.files import write_whole
    from penpaper_cli.models.model_json import model_to_json
    from penpaper_cli.render.json.document import written

    write_whole(path, "--save", [written(model_to_json(model)).encode()])


def load_model(path: str) -> Model:
    """A saved model. Raises CannotRead when the file is missing, or isn't one."""
    from penpaper_cli.data.sources import readable
    from penpaper_cli.models.model_json import read_model

    with readable(path), open(path, encoding="utf-8") as file:
        text = file.read()
    return read_model(text, path)


def read_saved(path: str, options: TrainingOptions) -> Model:
    """The model to go on with. Raises CannotRead for options that only a new run can have."""
    model = load_model(path)
    for option in options.given():
        raise CannotRead(f"--{option}: with --resume this comes from {path}; leave the option out.")
    return model
