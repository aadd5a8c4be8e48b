"""Lists of words as one text, which reads better in source than quotes and commas."""


def words(text: str) -> list[str]:
    """The words of a text, split at blanks."""
    return text.split()


def word_set(text: str) -> frozenset[str]:
    """The set of the words of a text."""
    return frozenset(text.split())
