"""The commands, in families. A new command is one function; a new family is one line here."""

FAMILIES = ("products", "training", "catalogue")
