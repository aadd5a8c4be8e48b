"""Numbers, dates, times and money of the languages other than English, in words."""

import pytest

from menura.text.normalise import in_words
from menura.text.numbers import chinese, french, hindi, italian, portuguese, spanish

CASES = [
    ("es-ES", "31 personas", "treinta y una personas"),
    ("pt-BR", "22 pessoas", "vinte e duas pessoas"),
    ("es-ES", "Hay 21 gatos", "Hay veintiún gatos"),
    ("es-ES", "1.234.005", "un millón doscientos treinta y cuatro mil cinco"),
    ("es-ES", "el 3 de marzo de 2021", "el tres de marzo de dos mil veintiuno"),
    ("es-ES", "12,50 €", "doce euros con cincuenta céntimos"),
    ("es-ES", "3,5 por 2", "tres coma cinco por dos"),
    ("es-ES", "el 50 %", "el cincuenta por ciento"),
    ("es-ES", "a las 10:30", "a las diez y treinta"),
    ("es-ES", "3/4/2023", "tres de abril de dos mil veintitrés"),
    ("es-ES", "$1,000,000", "un millón de dólares"),
    ("es-ES", "siglo XXI", "siglo veintiuno"),
    ("es-ES", "la 1ª vez y el 3º", "la primera vez y el tercero"),
    ("es-ES", "El Sr. López", "El señor López"),
    ("es-ES", "100 km/h", "cien kilómetros por hora"),
    ("es-ES", "-5 °C", "menos cinco grados"),
    ("fr-FR", "71 et 80 et 99", "soixante et onze et quatre-vingts et quatre-vingt dix-neuf"),
    ("fr-FR", "1 234 567", "un million deux cent trente quatre mille cinq cent soixante sept"),
    ("fr-FR", "le 1er mars 2021", "le premier mars deux mille vingt et un"),
    ("fr-FR", "12,50 €", "douze euros cinquante centimes"),
    ("fr-FR", "à 10h30", "à dix heures trente"),
    ("fr-FR", "le XXe siècle", "le vingtième siècle"),
    ("fr-FR", "la 2e fois", "la deuxième fois"),
    ("fr-FR", "M. Dupont", "monsieur Dupont"),
    ("fr-FR", "25 %", "vingt cinq pour cent"),
    ("it-IT", "21 e 28 e 33", "ventuno e ventotto e trentatré"),
    ("it-IT", "1.000.000", "un milione"),
    ("it-IT", "il 1º maggio 2020", "il primo maggio due mila venti"),
    ("it-IT", "12,50 €", "dodici euro e cinquanta centesimi"),
    ("it-IT", "alle 10:30", "alle dieci e trenta"),
    ("it-IT", "il XX secolo", "il ventesimo secolo"),
    ("pt-BR", "21 e 101", "vinte e um e cento e um"),
    ("pt-BR", "R$ 12,50", "doze reais e cinquenta centavos"),
    ("pt-BR", "3 de março de 2021", "três de março de dois mil e vinte e um"),
    ("pt-BR", "1.234 casas", "mil duzentos e trinta e quatro casas"),
    ("pt-BR", "2ª vez", "segunda vez"),
    ("pt-BR", "US$ 3 milhões", "três milhões de dólares"),
    ("hi-IN", "₹12.50", "बारह रुपये पचास पैसे"),
    ("hi-IN", "1,23,456", "एक लाख तेईस हज़ार चार सौ छप्पन"),
    ("hi-IN", "२०२३ में", "दो हज़ार तेईस में"),
    ("hi-IN", "50%", "पचास प्रतिशत"),
    ("zh-CN", "2023年3月5日", "二零二三 年 三 月 五 日"),
    ("zh-CN", "2个", "两 个"),
    ("zh-CN", "50%", "百分之五十"),
    ("zh-CN", "¥12.50", "十二点五零元"),
    ("zh-CN", "10:30", "十点三十分"),
    ("zh-CN", "10086", "一万零八十六"),
    ("ja-JP", "10:30", "10時30分"),
    ("ja-JP", "¥1,250", "1250円"),
    ("ja-JP", "2024/3/5", "2024年3月5日"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "written", "said"), CASES)
def test_text_reads_as(language: str, written: str, said: str) -> None:
    assert in_words(written, language) == said


@pytest.mark.parametrize(("number", "said"), [
    (0, "cero"), (16, "dieciséis"), (100, "cien"), (101, "ciento uno"),
    (555, "quinientos cincuenta y cinco"),
    (21_000, "veintiún mil"), (2_000_000, "dos millones"),
])  # fmt: skip
def test_spanish_cardinals(number: int, said: str) -> None:
    assert " ".join(spanish.cardinal(number)) == said


@pytest.mark.parametrize(
    "number", [0, 1, 17, 21, 70, 80, 81, 99, 100, 200, 1000, 1001, 999_999, 10**6, 10**12 + 1]
)
def test_every_language_counts(number: int) -> None:
    for module in (french, hindi, italian, portuguese, spanish):
        words = module.cardinal(number)
        assert words
        assert all(word.strip() for word in words)
    assert chinese.cardinal(str(number))


def test_hindi_has_a_hundred_different_words() -> None:
    words = [hindi.cardinal(n)[0] for n in range(100)]
    assert len(set(words)) == 100


@pytest.mark.parametrize(("number", "said"), [
    ("0", "零"), ("10", "十"), ("110", "一百一十"), ("2000", "两千"), ("20005", "两万零五"),
    ("100000000", "一亿"),
])  # fmt: skip
def test_chinese_cardinals(number: str, said: str) -> None:
    assert chinese.cardinal(number) == said
