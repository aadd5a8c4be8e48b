"""Phonemes of known words and sentences of each language, in the model's alphabet."""

import pytest

from menura.text.alphabet import IDS, SIZE, SYMBOLS
from menura.text.detect import detect_language
from menura.text.languages import SPOKEN
from menura.text.prepare import phonemise

ENGLISH = [
    ("Hello, world!", "həlˈO, wˈɜɹld!"),
    ("the apple and the pear", "ði ˈæpᵊl ænd ðə pˈɛɹ."),
    ("to eat, to drink", "tʊ ˈit, tə dɹˈɪŋk."),
    ("a better idea", "ɐ bˈɛTəɹ Idˈiə."),
    ("He reads cats, dogs and horses.", "hˌi ɹˈidz kˈæts, dˈɔɡz ænd hˈɔɹsᵻz."),
    ("the FBI and NASA", "ði ˌɛfbˌiˈI ænd nˈæsə."),
    ("the dogs' bowls", "ðə dˈɔɡz bˈOlz."),
    ("state-of-the-art", "stˈAtʌvðəˈɑɹt."),
]
HETERONYMS = [
    ("I will record it.", "ɹəkˈɔɹd"),
    ("It was a new record.", "ɹˈɛkəɹd"),
    ("He will lead them.", "lˈid"),
    ("The pipe is made of lead.", "lˈɛd"),
    ("They live here.", "lˈɪv"),
    ("It was a live show.", "lˈIv"),
    ("The wind was cold.", "wˈɪnd"),
    ("You must wind the clock.", "wˈInd"),
    ("A tear fell down.", "tˈɪɹ"),
    ("Do not tear the paper.", "tˈɛɹ"),
    ("She tied a bow.", "bˈO"),
    ("I object to that.", "əbʤˈɛkt"),
    ("What is this object?", "ˈɑbʤəkt"),
    ("She will present it.", "pɹizˈɛnt"),
    ("It is a present.", "pɹˈɛzᵊnt"),
    ("You may use it.", "jˈuz"),
    ("It is of no use.", "jˈus"),
    ("Close the door.", "klˈOz"),
    ("They are close friends.", "klˈOs"),
    ("I read it yesterday.", "ɹˈɛd"),
    ("I want to read it.", "ɹˈid"),
    ("He used to sing.", "jˈust"),
    ("They refuse to go.", "ɹəfjˈuz"),
    ("We saw an increase.", "ˈɪnkɹˌis"),
    ("Prices will increase.", "ɪnkɹˈis"),
]
OTHERS = [
    ("en-GB", "The car can't go past the bath.", "ðə kˈɑː kˈɑːnt ɡˌQ pˈɑːst ðə bˈɑːθ."),
    ("es-ES", "La ciudad y el perro.", "la θjuðˈad i el pˈero."),
    ("es-ES", "Un beso y una guerra.", "ˈum bˈeso i ˈuna ɣˈera."),
    ("fr-FR", "Les amis ont un bon vin.", "lez amˈi ɔ̃t œ̃ bˈɔ̃ vˈɛ̃."),
    ("fr-FR", "L'homme et les héros.", "lˈɔm e le eʁˈo."),
    ("fr-FR", "Qu'est-ce que c'est ?", "kɛs kə sɛ?"),
    ("it-IT", "Gli gnocchi e la pizza.", "ʎi ɲˈɔkːɪ e la pˈiʦːa."),
    ("it-IT", "Il telefono, la macchina.", "il telˈɛfono, la mˈakːina."),
    ("pt-BR", "A gente da cidade.", "a ʒˈAŋʧy da sˌidˈaʤy."),
    ("pt-BR", "O coração e o pão.", "ʊ kˌoɾasˈɐ̃ʊ̃ i ʊ pˈɐ̃ʊ̃."),
    ("hi-IN", "नमस्ते भारत।", "nəmˈʌsteː bʰˈaːɾət."),
    ("ja-JP", "東京へ行きました。", "toːkʲoː e ikʲi maɕi ta."),
    ("ja-JP", "一本、三匹。", "iʔpoɴ, saɴ bʲikʲi."),
    ("zh-CN", "你好，世界。", "ni↗xau↓, ʂɨ↘ʨje↘."),
    ("zh-CN", "一个人不要去银行。", "i↗kɤ↘ ɻə↗n pu↗jau↘ ʨʰy↘ i↗nxa↗ŋ."),
]
LANGUAGES = [
    ("Good morning, how are you today?", "en-US"),
    ("Buenos días, ¿cómo está usted hoy?", "es-ES"),
    ("Bonjour, comment allez-vous aujourd'hui ?", "fr-FR"),
    ("Buongiorno, come stai oggi?", "it-IT"),
    ("Bom dia, como você está hoje?", "pt-BR"),
    ("おはようございます", "ja-JP"),
    ("早上好，你好吗", "zh-CN"),
    ("शुभ प्रभात, आप कैसे हैं", "hi-IN"),
    ("Доброе утро", None),
    ("12345 !", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), ENGLISH)
def test_english(text: str, expected: str) -> None:
    assert phonemise(text, "en-US") == expected


@pytest.mark.parametrize(("text", "reading"), HETERONYMS)
def test_heteronyms_follow_their_neighbours(text: str, reading: str) -> None:
    assert reading in phonemise(text, "en-US").replace(".", " ").replace("?", " ").split()


@pytest.mark.parametrize(("language", "text", "expected"), OTHERS)
def test_other_languages(language: str, text: str, expected: str) -> None:
    assert phonemise(text, language) == expected


@pytest.mark.parametrize("language", SPOKEN)
def test_latin_words_are_spoken_in_every_language(language: str) -> None:
    assert phonemise("Wikipedia Berlin YouTube", language).strip(" .")


@pytest.mark.parametrize("word", ["blorptastic", "Zelenskyy", "kubectl", "xzqv", "Oğuz", "café"])
def test_unknown_english_words_are_spoken(word: str) -> None:
    for language in ("en-US", "en-GB"):
        said = phonemise(word, language)
        assert len(said) > 3
        assert set(said) <= SYMBOLS


def test_other_scripts_are_spoken_by_their_own_module() -> None:
    said = phonemise("The word 世界 and the word नमस्ते.", "en-US")
    assert "ʂɨ↘ʨje↘" in said
    assert "nəmˈʌsteː" in said


def test_the_alphabet_is_the_models_table() -> None:
    assert set(IDS) == SYMBOLS
    assert len(IDS) == len(set(IDS.values())) == 114
    assert max(IDS.values()) < SIZE


@pytest.mark.parametrize(("text", "language"), LANGUAGES)
def test_the_language_of_a_text_is_guessed(text: str, language: str | None) -> None:
    assert detect_language(text) == language
