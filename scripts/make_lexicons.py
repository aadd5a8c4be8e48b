"""Makes the small French and Italian lexicons of the text module from the gruut packages (MIT).

    pip download --no-deps gruut-lang-fr==2.0.2 gruut-lang-it==2.0.1
    python scripts/make_lexicons.py gruut_lang_fr-2.0.2.tar.gz gruut_lang_it-2.0.1.tar.gz

French: word and phonemes in the model's alphabet. Italian: word and a mark that says which
syllable from the end is stressed, whether its vowel is open (ɛ, ɔ), and z for a voiced z.
Written as xz-packed tables to src/menura/text/data.
"""

import lzma
import re
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent.parent / "src/menura/text/data"
FRENCH = {"ɥ": "y", "ɲ": "nj"}


def rows(archive: str, member: str) -> Iterator[tuple[str, str]]:
    """First pronunciation of each word of a gruut lexicon, phonemes separated by blanks."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
        name = next(n for n in tar.getnames() if n.endswith(member) and "/espeak/" not in n)
        tar.extract(name, folder, filter="data")
        database = sqlite3.connect(Path(folder) / name)
        query = "SELECT word, phonemes FROM word_phonemes WHERE pron_order = 0 ORDER BY word"
        yield from database.execute(query)
        database.close()


def write(name: str, table: dict[str, str]) -> None:
    """Packs a table, one word a line."""
    text = "\n".join(f"{word}\t{value}" for word, value in sorted(table.items()))
    (DATA / name).write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def french(archive: str) -> dict[str, str]:
    """Words with hyphens too; those with an elision are put together when they are spoken."""
    table = {}
    for word, phonemes in rows(archive, "gruut_lang_fr/lexicon.db"):
        if (
            re.fullmatch(r"[a-zàâäçéèêëîïôöùûüÿœæ][a-zàâäçéèêëîïôöùûüÿœæ-]*", word)
            and "SIL" not in phonemes
        ):
            table[word] = "".join(FRENCH.get(p, p) for p in phonemes.split())
    return table


def italian(archive: str) -> dict[str, str]:
    """Marks of words of two syllables and more."""
    table = {}
    for word, phonemes in rows(archive, "gruut_lang_it/lexicon.db"):
        if not re.fullmatch(r"[a-zàèéìòóù]{3,}", word):
            continue
        plain = phonemes.replace(" ", "").replace("ˌ", "")
        vowels = [m.start() for m in re.finditer("[aeiouɛɔ]", plain)]
        stress = plain.find("ˈ")
        stressed = next((n for n, place in enumerate(vowels) if place > stress), None)
        if stress < 0 or stressed is None or len(vowels) < 2:
            continue
        vowel = plain[vowels[stressed]]
        mark = str(len(vowels) - stressed) + (vowel if vowel in "ɛɔ" else "")
        table[word] = mark + ("z" if "d͡z" in plain or "dz" in plain else "")
    return table


if __name__ == "__main__":
    write("french.tsv.xz", french(sys.argv[1]))
    write("italian.tsv.xz", italian(sys.argv[2]))
