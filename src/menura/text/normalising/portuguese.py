"""Brazilian Portuguese words for numbers, dates, times, money, measures and signs."""

from menura.text.normalising.european import Words
from menura.text.normalising.european import rules as european_rules
from menura.text.numbers.portuguese import before_noun, cardinal, ordinal
from menura.text.word_lists import words


def _hour(hour: int, minute: int) -> list[str]:
    out = [*before_noun(cardinal(hour), feminine=True), "hora" if hour == 1 else "horas"]
    return [*out, "e", *cardinal(minute), *(["minuto"] if minute == 1 else [])] if minute else out


WORDS = Words(
    cardinal=cardinal,
    ordinal=ordinal,
    before_noun=before_noun,
    decimal_mark=",",
    thousands=". ",
    point="vírgula",
    minus="menos",
    percent="por cento",
    to="a",
    months=words(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
    ),
    of="de",
    first_of_month="primeiro",
    hour=_hour,
    currencies={
        "R$": ("real", "reais", "centavo", "centavos", False),
        "US$": ("dólar", "dólares", "centavo", "centavos", False),
        "$": ("dólar", "dólares", "centavo", "centavos", False),
        "€": ("euro", "euros", "centavo", "centavos", False),
        "£": ("libra", "libras", "centavo", "centavos", True),
        "USD": ("dólar", "dólares", "centavo", "centavos", False),
    },
    and_="e",
    units={
        **{
            "km/h": ("quilômetro por hora", "quilômetros por hora"),
            "km": ("quilômetro", "quilômetros"),
        },
        **{"m": ("metro", "metros"), "cm": ("centímetro", "centímetros")},
        **{"mm": ("milímetro", "milímetros"), "kg": ("quilo", "quilos"), "g": ("grama", "gramas")},
        **{"mg": ("miligrama", "miligramas"), "l": ("litro", "litros"), "L": ("litro", "litros")},
        **{"ml": ("mililitro", "mililitros"), "min": ("minuto", "minutos")},
        **{"s": ("segundo", "segundos"), "°C": ("grau", "graus"), "ºC": ("grau", "graus")},
        **{"m²": ("metro quadrado", "metros quadrados"), "GB": ("gigabyte", "gigabytes")},
        **{
            "km²": ("quilômetro quadrado", "quilômetros quadrados"),
            "MB": ("megabyte", "megabytes"),
        },
    },
    signs={
        **{
            "&": "e",
            "+": "mais",
            "=": "igual a",
            "%": "por cento",
            "@": "arroba",
            "#": "jogo da velha",
        },
        **{"×": "vezes", "÷": "dividido por", "°": "graus", "€": "euros", "$": "dólares"},
        **{"½": "meio", "¼": "um quarto", "¾": "três quartos", "²": "ao quadrado", "³": "ao cubo"},
    },
    abbreviations={
        **{
            "sr.": "senhor",
            "sra.": "senhora",
            "dr.": "doutor",
            "dra.": "doutora",
            "prof.": "professor",
        },
        **{"profa.": "professora", "av.": "avenida", "etc.": "etcétera", "p. ex.": "por exemplo"},
        **{"nº": "número", "n.º": "número", "pág.": "página", "tel.": "telefone", "r.": "rua"},
        **{"d.": "dom", "aprox.": "aproximadamente", "ltda.": "limitada"},
    },
    fractions={
        (1, 2): "meio",
        (1, 3): "um terço",
        (2, 3): "dois terços",
        (1, 4): "um quarto",
        (3, 4): "três quartos",
        (1, 5): "um quinto",
    },  # fmt: skip
    over="sobre",
    ordinal_endings=r"(?:\.?º|°(?![CF]))|(?P<feminine>\.?ª)",
    dot="ponto",
    dash="hífen",
    noun_endings=("a", "as"),
    century=r"\b[Ss]éculos?\s+(?P<roman>[IVX]{1,6})\b",
    ordinal_centuries=False,
    million=r"milhões|milhão|bilhões|bilhão|mil",
)
RULES = european_rules(WORDS)
