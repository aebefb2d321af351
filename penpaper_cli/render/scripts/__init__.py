"""Scripts: the same calculation in the words of a library, a table for each."""
