"""Typst and PDF: the notation, the layout and the documents."""
