"""The sentences about texts: words as numbers, counts, and the likeliest next word."""

from __future__ import annotations

from penpaper_cli.sentences.common import plural

AS_NUMBERS = "The text as numbers"
READ = (
    "Each line is a sentence. Words are parted by white space and taken as they stand, capitals and punctuation "
    "included; a word <s> stands before each sentence, and a word </s> after it. Words are numbered from 0, as they "
    "come."
)
PAIRS = {
    1: "The model is to guess each word from the word before it:",
    2: "The model is to guess each word from the two words before it; before the first word, <s> stands twice:",
}
ONE_HOT = {
    1: (
        "A number says nothing of what a word is like, so it becomes a one-hot row of X: a 1 in the column of the word "
        "before, and 0 elsewhere. Such a row times W1 picks one row of W1, that of the word: there the model keeps a "
        "score for every word that may come next."
    ),
    2: (
        "A number says nothing of what a word is like, so it becomes a one-hot row of X: in the columns 1: a 1 for the "
        "first of the two words, in the columns 2: one for the second, and 0 elsewhere. Such a row times W1 picks two "
        "rows of W1, and adds them up."
    ),
}
COUNTS = "The table of counts"
CAME_NEXT = {
    1: "After each word, which words came next, and how often?",
    2: "After each two words, which words came next, and how often?",
}
HOW_OFTEN = (
    "As a matrix, how often the word of a column comes right after the word of a row, both in the order of their "
    "numbers:"
)
EXACT = "How far from the counts"
SHARES = {
    1: "The counts answer the question, too: of all words that came after a word, which share was it?",
    2: "Counting answers the question, too: of all words that came after the same two words, which share was it?",
}
SMALLEST = (
    "This is the cross-entropy of the shares. No rule that looks at the same words before has a smaller one on these "
    "rows: training can come close to it, and never below."
)
ADDED_UP = (
    "The rows of the two words are only added up, so this model can't copy every table of shares; with --hidden 16, or "
    "with more epochs, it may come closer."
)
PENALISED = "The penalty keeps the weights small, and so the model's shares more even than those of the counts."
LOOKED_UP = {
    1: "The model looks at the last word alone, and a one-hot row times W1 is the row of W1 with that word's number.",
    2: (
        "The model looks at the last two words. A one-hot row times W1 is the sum of two rows of W1: the rows for the "
        "first of the two words come first, and below them those for the second, so its number is larger by the "
        "number of words."
    ),
}
NEVER_SEEN = (
    "The rows that the model learned from never have these words in this order, so there is nothing to count; the "
    "model gives shares all the same."
)


def counts(places: int, words: int) -> str:
    """The size of a text."""
    return f"In {plural(places, 'place')} a word comes next, and there are {words:,} different words:"


def rows_left_out(count: int, noun: str) -> str:
    """How many rows of a table are left out, and how to see them."""
    return f"{more(count, noun)}: --detail full lists them all."


def more(count: int, noun: str) -> str:
    """A row of a table in place of those that are left out."""
    return f"{plural(count, noun)} more"


def others(count: int) -> str:
    """The end of a list of words."""
    return f", {count:,} more"


def not_there_yet(more: int, plain: bool) -> str:
    """That training has not arrived, and what to try."""
    also = ", or --optimizer adam," if plain else ""
    return f"Training has not arrived yet: more epochs, such as --epochs {more}{also} bring it closer."


def less_likely(count: int) -> str:
    """How many words are not in the table."""
    return f"{plural(count, 'less likely word')} not listed; -f json has the probabilities of all."
