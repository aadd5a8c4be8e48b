"""Which of two readings an English word has in its sentence, by the words around it.

Rules instead of a tagger: closed classes of neighbours (determiners, modals, pronouns, forms of be
and have, prepositions) decide between noun, verb, adjective and past.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from menura.text.phonemes.english_lexicon import Entry, Lexicon
from menura.text.word_lists import word_set


@dataclass(frozen=True)
class Context:
    """Neighbours of a word, in lower case, nearest last in `before` and first in `after`.

    `vowel_next` is None before a pause. `starts` tells that the word begins a clause.
    """

    before: Sequence[str]
    after: Sequence[str]
    starts: bool
    vowel_next: bool | None
    sentence: Sequence[str]


_DETERMINERS = word_set(
    "a an the this that these those my your his her its our their some any no each every another "
    "which what whose both several many few more most all one two three four five other own such "
    "first second third last next new old same good bad great big small little large high low "
    "long short whole entire"
)
_OBJECT_START = word_set(
    "a an the this that these those my your his her its our their them him us me it you some any "
    "all everything anything nothing something each every himself themselves"
)
_MODALS = word_set(
    "to will would can could shall should may might must do does did don't didn't doesn't won't "
    "can't cannot couldn't wouldn't shouldn't let's please not never i'll you'll we'll they'll "
    "he'll she'll it'll i'd you'd we'd they'd he'd she'd let help always usually often"
)
_SUBJECTS = frozenset(["i", "you", "we", "they", "who", "people"])
_SINGULAR_SUBJECTS = frozenset(["he", "she", "it", "who", "that", "which"])
_BE = word_set(
    "am is are was were be been being i'm you're we're they're he's she's it's that's isn't "
    "aren't wasn't weren't get got gets getting seem seems feel feels look looks become became "
    "very so too quite rather extremely"
)
_HAVE = word_set("have has had having i've you've we've they've haven't hasn't hadn't")
_PREPOSITIONS = word_set(
    "of in for with on at by from about into over under without between through during against "
    "per as like via within onto after before"
)
_JOINTS = word_set("and or but then so because if when while that as than")
_PAST_HINTS = word_set("yesterday ago last once was were had did then earlier previously")
_PRESENT_HINTS = word_set("every always often usually now sometimes never daily")
_PLACES = word_set(
    "in at on with by near here there together alone for to up down off under among abroad long "
    "forever happily"
)


def special(text: str, context: Context, lexicon: Lexicon) -> str | None:
    """Weak forms and words whose sound depends on the next one; None for other words."""
    low = text.lower()
    upper = text[0].isupper()
    before, after = context.before[-1:], context.after[:1]
    if low == "a":
        letter = upper and not context.starts or (context.vowel_next is None)
        return "ˈA" if letter else "ɐ"
    if low == "an":
        return "ɐn"
    if text == "I":
        return "ˌI"
    if low == "n":
        return "ən"
    if low == "the":
        return "ði" if context.vowel_next else "ðə"
    if low == "to":
        if context.vowel_next is None:
            return lexicon.lookup("to")
        return "tʊ" if context.vowel_next else "tə"
    if low == "in":
        return "ˈɪn" if context.vowel_next is None else "ɪn"
    if low == "am" and context.vowel_next is not None and before == ["i"]:
        return "ɐm"
    if low == "used":
        return _used(before, context, lexicon)
    return _odd_ones(low, upper, before, after, context, lexicon)


def _used(before: Sequence[str], context: Context, lexicon: Lexicon) -> str | None:
    entry = lexicon.gold["used"]
    if not isinstance(entry, dict):
        return None
    if context.after[:1] == ["to"]:
        following = context.after[1:2]
        passive = before and before[0] in _BE and before[0] not in ("get", "got", "getting")
        accustomed = bool(following) and (
            following[0] in _OBJECT_START or following[0].endswith("ing")
        )
        if not passive or accustomed:
            return entry["VBD"]
    return entry["DEFAULT"]


def _odd_ones(
    low: str, upper: bool, before: Sequence[str], after: Sequence[str],
    context: Context, lexicon: Lexicon,
) -> str | None:  # fmt: skip
    """Pairs that the dictionary has only one reading of."""
    british = lexicon.british
    if low == "lead":
        metal = (
            after
            and after[0] in _LEAD_AFTER
            or (before and before[0] in ("of", "contain", "contains", "toxic", "molten"))
        )
        return "lˈɛd" if metal and after[:1] != ["to"] else None
    if low == "does" and before and before[0] in ("the", "two", "three", "female"):
        return "dˈQz" if british else "dˈOz"
    if low == "polish" and upper and not context.starts:
        return "pˈQlɪʃ" if british else "pˈOlɪʃ"
    if low == "reading" and upper and before and before[0] in ("in", "to", "from", "near", "at"):
        return "ɹˈɛdɪŋ"
    if low == "row" and before and before[0] in ("blazing", "terrible", "having", "furious"):
        return "ɹˈW"
    if low == "sewer" and before and before[0] in ("a", "the") and after[:1] == ["of"]:
        return None
    if low in ("resume", "resumes") and _looks_noun(low, context):
        ending = "z" if low.endswith("s") else ""
        return ("ɹˈɛzjʊmˌA" if british else "ɹˈɛzəmˌA") + ending
    if low == "number" and before and before[0] in ("grew", "felt", "became"):
        return "nˈʌmə" if british else "nˈʌməɹ"
    if low == "bass" and (_near(context, _FISH)):
        return "bˈas" if british else "bˈæs"
    if low == "bass":
        return "bˈAs"
    if low == "bow" and (_near(context, _BOW_W) or after[:1] == ["to"] or after[:1] == ["down"]):
        return "bˈW"
    if (
        low == "dove"
        and before
        and before[0] in ("he", "she", "they", "i", "we")
        and after[:1] in (["into"], ["in"], ["for"], ["under"])
    ):
        return "dˈQv" if british else "dˈOv"
    if low == "minute" and after and after[0] in _MINUTE_AFTER:
        return "mInjˈuːt" if british else "mInˈut"
    return None


_LEAD_AFTER = word_set(
    "pipe pipes poisoning paint acid shielding bullet bullets weights pencil pencils ore mine "
    "mines-based-free free and"
) - {"and"}  # fmt: skip
_FISH = word_set("fish fishing sea caught lake striped river fisherman trout largemouth")
_BOW_W = word_set("ship ship's boat stern deck curtsy took vessel head heads")
_MINUTE_AFTER = word_set(
    "detail details amount amounts quantity quantities particle particles difference differences "
    "trace traces fraction"
)  # fmt: skip


def _near(context: Context, words: frozenset[str]) -> bool:
    return any(word in words for word in [*context.before, *context.after])


def _looks_noun(low: str, context: Context) -> bool:
    return (
        bool(context.before)
        and context.before[-1] in _DETERMINERS
        and (context.before[-1] not in ("both", "all", "that", "it"))
    )


def tag(low: str, context: Context, entry: Entry | None) -> str:
    """Part of speech of a word whose entry has several readings; empty when it has one."""
    if not isinstance(entry, dict) or set(entry) <= {"DEFAULT", "None"}:
        return ""
    if low == "minute":
        return ""  # `special` has the adjective
    before = [word for word in context.before if not word.endswith("ly")]
    previous = before[-1] if before and not context.starts else ""
    following = context.after[0] if context.after else ""
    if low in ("read", "reread"):
        return _tag_read(previous, context)
    if low == "wound":
        return (
            "VBD"
            if following in ("up", "down", "around", "through", "its", "his", "her", "the")
            and previous not in _DETERMINERS
            else ""
        )
    if low == "that":
        return (
            "DT"
            if context.vowel_next is None or (context.starts and following in ("is", "was", "one"))
            else ""
        )
    if low in ("live", "lives"):
        return _tag_live(low, previous, following)
    return _tag_plain(low, previous, following, entry)


def _tag_read(previous: str, context: Context) -> str:
    words = {text.lower() for text in context.sentence}
    if previous in _MODALS or context.starts:
        return ""
    if previous in _HAVE or previous in _BE:
        return "VBN"
    if previous in ("he", "she", "it") or words & _PAST_HINTS:
        return "VBD"
    if previous in _SUBJECTS:
        return "" if words & _PRESENT_HINTS else "VBD"
    return "" if previous in _DETERMINERS or previous in _JOINTS else "VBD"


def _tag_live(low: str, previous: str, following: str) -> str:
    if low == "lives":
        if previous in _SINGULAR_SUBJECTS or following in (
            "in",
            "at",
            "with",
            "near",
            "on",
            "here",
        ):
            return "VERB" if previous not in _DETERMINERS or previous in ("that", "which") else ""
        return ""
    if previous in _MODALS or previous in _SUBJECTS:
        return "VERB"
    if previous in _BE or previous in ("a", "the", "this", "our", "your", "go", "going"):
        return ""
    return "VERB" if following in _PLACES or following in ("a", "the", "my", "your") else ""


def _tag_plain(low: str, previous: str, following: str, entry: dict[str, str | None]) -> str:
    object_next = following in _OBJECT_START
    if previous in _MODALS:
        return "VERB"
    if previous in _DETERMINERS or previous.endswith("'s"):
        content_next = bool(following) and following not in _CLOSED
        if content_next and entry.get("ADJ"):
            return "ADJ"
        if content_next and "NOUN" in entry and low in ("close", "present", "perfect"):
            return "ADJ"
        return "NOUN"
    if previous in _SUBJECTS:
        return "VERB"
    if previous in _SINGULAR_SUBJECTS:
        return "VERB" if low.endswith(("s", "ed")) or previous == "who" else "NOUN"
    if previous in _BE:
        return "VBN" if low.endswith("ed") else "ADJ"
    if previous in _HAVE:
        return "VBN" if low.endswith("ed") else "NOUN"
    if previous in _PREPOSITIONS:
        return "NOUN"
    if not previous or previous in _JOINTS:
        return (
            "VERB"
            if object_next
            else ""
            if low.endswith("ed")
            else "ADJ"
            if entry.get("ADJ")
            else "NOUN"
        )
    plural_subject = previous.endswith("s") and not previous.endswith(("ss", "us", "is", "'s"))
    if plural_subject and not low.endswith("s"):
        return "VERB" if object_next or following in ("to", "in", "with", "from", "at") else "NOUN"
    if object_next:
        return "VERB"
    if low == "close":
        return ""
    return "" if low.endswith(("ed", "ing")) else "NOUN"


_CLOSED = (
    _PREPOSITIONS | _JOINTS | _BE | _HAVE | _MODALS | _SUBJECTS | _SINGULAR_SUBJECTS | _DETERMINERS
)
