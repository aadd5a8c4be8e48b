"""Hindi words for numbers, dates, times, money, measures and signs."""

from menura.text.normalising.european import Words
from menura.text.normalising.european import rules as european_rules
from menura.text.numbers.hindi import before_noun, cardinal, ordinal
from menura.text.word_lists import words


def _hour(hour: int, minute: int) -> list[str]:
    if not minute:
        return [*cardinal(hour), "बजे"]
    return [*cardinal(hour), "बजकर", *cardinal(minute), "मिनट"]


WORDS = Words(
    cardinal=cardinal,
    ordinal=ordinal,
    before_noun=before_noun,
    decimal_mark=".",
    thousands=",",
    point="दशमलव",
    minus="ऋण",
    percent="प्रतिशत",
    to="से",
    months=words("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर"),
    of="",
    first_of_month="",
    hour=_hour,
    currencies={
        "₹": ("रुपया", "रुपये", "पैसा", "पैसे", False),
        "Rs.": ("रुपया", "रुपये", "पैसा", "पैसे", False),
        "$": ("डॉलर", "डॉलर", "सेंट", "सेंट", False),
        "€": ("यूरो", "यूरो", "सेंट", "सेंट", False),
        "£": ("पाउंड", "पाउंड", "पेंस", "पेंस", False),
    },
    and_="",
    units={
        **{"km/h": ("किलोमीटर प्रति घंटा", "किलोमीटर प्रति घंटा"), "km": ("किलोमीटर", "किलोमीटर")},
        **{"m": ("मीटर", "मीटर"), "cm": ("सेंटीमीटर", "सेंटीमीटर"), "mm": ("मिलीमीटर", "मिलीमीटर")},
        **{
            "kg": ("किलो", "किलो"),
            "g": ("ग्राम", "ग्राम"),
            "l": ("लीटर", "लीटर"),
            "L": ("लीटर", "लीटर"),
        },
        **{"ml": ("मिलीलीटर", "मिलीलीटर"), "°C": ("डिग्री सेल्सियस", "डिग्री सेल्सियस")},
        **{"GB": ("जीबी", "जीबी"), "MB": ("एमबी", "एमबी")},
    },
    signs={
        **{"&": "और", "+": "जमा", "=": "बराबर", "%": "प्रतिशत", "@": "ऐट", "×": "गुणा", "÷": "भाग"},
        **{"°": "डिग्री", "₹": "रुपये", "$": "डॉलर", "#": "हैश", "½": "आधा", "¼": "चौथाई"},
    },
    abbreviations={"डॉ.": "डॉक्टर", "श्री.": "श्री", "प्रो.": "प्रोफ़ेसर"},
    fractions={(1, 2): "आधा", (3, 4): "तीन चौथाई", (1, 4): "एक चौथाई"},
    over="बटा",
    ordinal_endings=r"(?:वां|वाँ|वें)|(?P<feminine>वीं)",
    dot="डॉट",
    at="ऐट",
    slash="स्लैश",
    dash="डैश",
    million=r"करोड़|लाख|हज़ार|हजार|अरब",
)
RULES = european_rules(WORDS)
