"""From work to solution: which values are shown, which entries are worked, and in what order."""
