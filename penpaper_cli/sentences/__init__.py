"""The English that joins things up: plurals, counts, what is said of data and training. No symbols."""
