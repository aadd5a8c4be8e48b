"""French words for numbers, dates, times, money, measures and signs."""

from menura.text.normalising.european import Words
from menura.text.normalising.european import rules as european_rules
from menura.text.numbers.french import before_noun, cardinal, ordinal
from menura.text.word_lists import words


def _hour(hour: int, minute: int) -> list[str]:
    out = [*before_noun(cardinal(hour), feminine=True), "heure" if hour < 2 else "heures"]
    return out + (cardinal(minute) if minute else [])


WORDS = Words(
    cardinal=cardinal,
    ordinal=ordinal,
    before_noun=before_noun,
    decimal_mark=",",
    thousands=". ",
    point="virgule",
    minus="moins",
    percent="pour cent",
    to="à",
    months=words(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    ),
    of="",
    first_of_month="premier",
    hour=_hour,
    currencies={
        "€": ("euro", "euros", "centime", "centimes", False),
        "$": ("dollar", "dollars", "cent", "cents", False),
        "£": ("livre", "livres", "penny", "pence", True),
        "¥": ("yen", "yens", "sen", "sen", False),
        "EUR": ("euro", "euros", "centime", "centimes", False),
        "USD": ("dollar", "dollars", "cent", "cents", False),
    },
    and_="",
    units={
        **{"km/h": ("kilomètre heure", "kilomètres heure"), "km": ("kilomètre", "kilomètres")},
        **{"m": ("mètre", "mètres"), "cm": ("centimètre", "centimètres")},
        **{
            "mm": ("millimètre", "millimètres"),
            "kg": ("kilo", "kilos"),
            "g": ("gramme", "grammes"),
        },
        **{
            "mg": ("milligramme", "milligrammes"),
            "l": ("litre", "litres"),
            "L": ("litre", "litres"),
        },
        **{"ml": ("millilitre", "millilitres"), "min": ("minute", "minutes")},
        **{"s": ("seconde", "secondes"), "°C": ("degré", "degrés"), "ºC": ("degré", "degrés")},
        **{"m²": ("mètre carré", "mètres carrés"), "Go": ("gigaoctet", "gigaoctets")},
        **{"km²": ("kilomètre carré", "kilomètres carrés"), "Mo": ("mégaoctet", "mégaoctets")},
    },
    signs={
        **{"&": "et", "+": "plus", "=": "égale", "%": "pour cent", "@": "arobase", "#": "dièse"},
        **{"×": "fois", "÷": "divisé par", "°": "degrés", "€": "euros", "$": "dollars"},
        **{"½": "un demi", "¼": "un quart", "¾": "trois quarts", "²": "au carré", "³": "au cube"},
    },
    abbreviations={
        **{"m.": "monsieur", "mm.": "messieurs", "mme": "madame", "mlle": "mademoiselle"},
        **{"mmes": "mesdames", "dr": "docteur", "dr.": "docteur", "pr.": "professeur"},
        **{"etc.": "et cetera", "p. ex.": "par exemple", "av.": "avenue", "bd": "boulevard"},
        **{
            "n°": "numéro",
            "tél.": "téléphone",
            "st.": "saint",
            "cf.": "confère",
            "env.": "environ",
        },
    },
    fractions={
        (1, 2): "un demi",
        (1, 3): "un tiers",
        (2, 3): "deux tiers",
        (1, 4): "un quart",
        (3, 4): "trois quarts",
        (1, 5): "un cinquième",
    },  # fmt: skip
    over="sur",
    ordinal_endings=r"(?:er|ème|eme|e|nd)|(?P<feminine>ère|re|nde)",
    dot="point",
    at="arobase",
    slash="barre",
    dash="tiret",
    century=r"\b(?P<roman>[IVX]{1,6}(?=(?:e|er|ème)\s+siècle))(?:e|er|ème)",
    ordinal_centuries=True,
    million=r"millions|million|milliards|milliard|mille",
)
RULES = european_rules(WORDS)
