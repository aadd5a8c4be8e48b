"""Spanish words for numbers, dates, times, money, measures and signs."""

from menura.text.normalising.european import Words
from menura.text.normalising.european import rules as european_rules
from menura.text.numbers.spanish import before_noun, cardinal, ordinal
from menura.text.word_lists import words


def _hour(hour: int, minute: int) -> list[str]:
    out = before_noun(cardinal(hour), feminine=True)
    return [*out, "y", *cardinal(minute)] if minute else [*out, "en", "punto"]


WORDS = Words(
    cardinal=cardinal,
    ordinal=ordinal,
    before_noun=before_noun,
    decimal_mark=",",
    thousands=". ",
    point="coma",
    minus="menos",
    percent="por ciento",
    to="a",
    months=words(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ),
    of="de",
    first_of_month="uno",
    hour=_hour,
    currencies={
        "€": ("euro", "euros", "céntimo", "céntimos", False),
        "$": ("dólar", "dólares", "centavo", "centavos", False),
        "£": ("libra", "libras", "penique", "peniques", True),
        "¥": ("yen", "yenes", "sen", "sen", False),
        "EUR": ("euro", "euros", "céntimo", "céntimos", False),
        "USD": ("dólar", "dólares", "centavo", "centavos", False),
    },
    and_="con",
    units={
        **{
            "km/h": ("kilómetro por hora", "kilómetros por hora"),
            "km": ("kilómetro", "kilómetros"),
        },
        **{"m": ("metro", "metros"), "cm": ("centímetro", "centímetros")},
        **{"mm": ("milímetro", "milímetros"), "kg": ("kilo", "kilos"), "g": ("gramo", "gramos")},
        **{"mg": ("miligramo", "miligramos"), "l": ("litro", "litros"), "L": ("litro", "litros")},
        **{"ml": ("mililitro", "mililitros"), "h": ("hora", "horas"), "min": ("minuto", "minutos")},
        **{"s": ("segundo", "segundos"), "°C": ("grado", "grados"), "ºC": ("grado", "grados")},
        **{"m²": ("metro cuadrado", "metros cuadrados"), "GB": ("gigabyte", "gigabytes")},
        **{"km²": ("kilómetro cuadrado", "kilómetros cuadrados"), "MB": ("megabyte", "megabytes")},
    },
    signs={
        **{
            "&": "y",
            "+": "más",
            "=": "igual a",
            "%": "por ciento",
            "@": "arroba",
            "#": "almohadilla",
        },
        **{"×": "por", "÷": "entre", "°": "grados", "€": "euros", "$": "dólares", "½": "un medio"},
        **{"¼": "un cuarto", "¾": "tres cuartos", "²": "al cuadrado", "³": "al cubo"},
    },
    abbreviations={
        **{
            "sr.": "señor",
            "sra.": "señora",
            "srta.": "señorita",
            "dr.": "doctor",
            "dra.": "doctora",
        },
        **{"d.": "don", "dña.": "doña", "ud.": "usted", "uds.": "ustedes", "etc.": "etcétera"},
        **{"p. ej.": "por ejemplo", "av.": "avenida", "núm.": "número", "pág.": "página"},
        **{
            "ee. uu.": "estados unidos",
            "ee.uu.": "estados unidos",
            "tel.": "teléfono",
            "nº": "número",
        },
        **{"prof.": "profesor", "aprox.": "aproximadamente", "a. c.": "antes de cristo"},
    },
    fractions={
        (1, 2): "un medio",
        (1, 3): "un tercio",
        (2, 3): "dos tercios",
        (1, 4): "un cuarto",
        (3, 4): "tres cuartos",
        (1, 5): "un quinto",
    },  # fmt: skip
    over="sobre",
    ordinal_endings=r"(?:\.?º|\.?er|\.?°(?![CF]))|(?P<feminine>\.?ª)",
    noun_endings=("a", "as"),
    century=r"\b[Ss]iglos?\s+(?P<roman>[IVX]{1,6})\b",
    ordinal_centuries=False,
    million=r"millones|millón|mil millones|mil",
)
RULES = european_rules(WORDS)
