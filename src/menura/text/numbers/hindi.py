"""Hindi numbers in words; each number below one hundred has its own."""

from menura.text.word_lists import words

_SMALL = words(
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह "
    "उन्नीस बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस "
    "तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस तैंतालीस चौवालीस "
    "पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन "
    "अट्ठावन उनसठ साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर "
    "तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी अस्सी इक्यासी बयासी तिरासी चौरासी "
    "पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे "
    "सत्तानवे अट्ठानवे निन्यानवे"
)
_SCALES = [
    (10**17, "शंख"), (10**15, "पद्म"), (10**13, "नील"), (10**11, "खरब"), (10**9, "अरब"),
    (10**7, "करोड़"), (10**5, "लाख"), (10**3, "हज़ार"), (10**2, "सौ"),
]  # fmt: skip
_ORDINALS = {1: "पहला", 2: "दूसरा", 3: "तीसरा", 4: "चौथा", 6: "छठा", 9: "नौवाँ"}


def cardinal(number: int) -> list[str]:
    """Words of a whole number below 10**19."""
    if number < 100:
        return [_SMALL[number]]
    for value, name in _SCALES:
        if number >= value:
            count, rest = divmod(number, value)
            return [*cardinal(count), name, *(cardinal(rest) if rest else [])]
    raise AssertionError


def before_noun(words: list[str], feminine: bool = False) -> list[str]:
    """Hindi numbers do not change before a noun."""
    return words


def ordinal(number: int, feminine: bool = False) -> list[str]:
    """Ordinals: पहला, दूसरा, पाँचवाँ."""
    if number in _ORDINALS:
        word = _ORDINALS[number]
        return [word[:-1] + "ी" if feminine and word.endswith("ा") else word]
    words = cardinal(number)
    return [*words[:-1], words[-1] + ("वीं" if feminine else "वाँ")]
