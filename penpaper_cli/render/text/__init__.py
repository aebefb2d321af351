"""Text for terminals, plain files and Markdown."""
