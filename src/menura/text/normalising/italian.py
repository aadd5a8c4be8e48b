"""Italian words for numbers, dates, times, money, measures and signs."""

from menura.text.normalising.european import Words
from menura.text.normalising.european import rules as european_rules
from menura.text.numbers.italian import before_noun, cardinal, ordinal
from menura.text.word_lists import words


def _hour(hour: int, minute: int) -> list[str]:
    out = ["una"] if hour == 1 else cardinal(hour)
    return [*out, "e", *cardinal(minute)] if minute else [*out, "in", "punto"]


WORDS = Words(
    cardinal=cardinal,
    ordinal=ordinal,
    before_noun=before_noun,
    decimal_mark=",",
    thousands=". ",
    point="virgola",
    minus="meno",
    percent="per cento",
    to="a",
    months=words(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre "
        "novembre dicembre"
    ),
    of="",
    first_of_month="primo",
    hour=_hour,
    currencies={
        "€": ("euro", "euro", "centesimo", "centesimi", False),
        "$": ("dollaro", "dollari", "centesimo", "centesimi", False),
        "£": ("sterlina", "sterline", "penny", "pence", True),
        "¥": ("yen", "yen", "sen", "sen", False),
        "EUR": ("euro", "euro", "centesimo", "centesimi", False),
        "USD": ("dollaro", "dollari", "centesimo", "centesimi", False),
    },
    and_="e",
    units={
        **{"km/h": ("chilometro orario", "chilometri orari"), "km": ("chilometro", "chilometri")},
        **{"m": ("metro", "metri"), "cm": ("centimetro", "centimetri")},
        **{"mm": ("millimetro", "millimetri"), "kg": ("chilo", "chili"), "g": ("grammo", "grammi")},
        **{"mg": ("milligrammo", "milligrammi"), "l": ("litro", "litri"), "L": ("litro", "litri")},
        **{"ml": ("millilitro", "millilitri"), "h": ("ora", "ore"), "min": ("minuto", "minuti")},
        **{"s": ("secondo", "secondi"), "°C": ("grado", "gradi"), "ºC": ("grado", "gradi")},
        **{"m²": ("metro quadrato", "metri quadrati"), "GB": ("gigabyte", "gigabyte")},
        **{"km²": ("chilometro quadrato", "chilometri quadrati"), "MB": ("megabyte", "megabyte")},
    },
    signs={
        **{
            "&": "e",
            "+": "più",
            "=": "uguale",
            "%": "per cento",
            "@": "chiocciola",
            "#": "cancelletto",
        },
        **{"×": "per", "÷": "diviso", "°": "gradi", "€": "euro", "$": "dollari", "½": "mezzo"},
        **{"¼": "un quarto", "¾": "tre quarti", "²": "al quadrato", "³": "al cubo"},
    },
    abbreviations={
        **{"sig.": "signor", "sig.ra": "signora", "sig.na": "signorina", "dott.": "dottor"},
        **{"dott.ssa": "dottoressa", "prof.": "professor", "prof.ssa": "professoressa"},
        **{"avv.": "avvocato", "ing.": "ingegner", "ecc.": "eccetera", "es.": "esempio"},
        **{"pag.": "pagina", "tel.": "telefono", "art.": "articolo", "d.c.": "dopo cristo"},
    },
    fractions={
        (1, 2): "un mezzo",
        (1, 3): "un terzo",
        (2, 3): "due terzi",
        (1, 4): "un quarto",
        (3, 4): "tre quarti",
        (1, 5): "un quinto",
    },  # fmt: skip
    over="su",
    ordinal_endings=r"(?:º|°(?![CF]))|(?P<feminine>ª)",
    dot="punto",
    at="chiocciola",
    dash="trattino",
    century=r"\b(?P<roman>[IVX]{1,6})(?=\s+secolo\b)",
    ordinal_centuries=True,
    million=r"milioni|milione|miliardi|miliardo|mila",
)
RULES = european_rules(WORDS)
