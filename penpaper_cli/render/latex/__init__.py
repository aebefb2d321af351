"""LaTeX: its notation, its layout and its documents."""
