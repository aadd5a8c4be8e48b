"""A transcript in the shapes that clients ask for."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from menura.work.transcribe import TranscriptOutcome

_NAMES = dict(
    re.findall(
        r"(\w+):(\w+)",
        """
    af:afrikaans am:amharic ar:arabic as:assamese az:azerbaijani ba:bashkir be:belarusian
    bg:bulgarian bn:bengali bo:tibetan br:breton bs:bosnian ca:catalan cs:czech cy:welsh
    da:danish de:german el:greek en:english es:spanish et:estonian eu:basque fa:persian
    fi:finnish fo:faroese fr:french gl:galician gu:gujarati ha:hausa haw:hawaiian
    he:hebrew hi:hindi hr:croatian hu:hungarian hy:armenian id:indonesian is:icelandic
    it:italian ja:japanese jw:javanese ka:georgian kk:kazakh km:khmer kn:kannada
    ko:korean la:latin lb:luxembourgish ln:lingala lo:lao lt:lithuanian lv:latvian
    mg:malagasy mi:maori mk:macedonian ml:malayalam mn:mongolian mr:marathi ms:malay
    mt:maltese my:myanmar ne:nepali nl:dutch nn:nynorsk no:norwegian oc:occitan
    pa:punjabi pl:polish ps:pashto pt:portuguese ro:romanian ru:russian sa:sanskrit
    sd:sindhi si:sinhala sk:slovak sl:slovenian sn:shona so:somali sq:albanian
    sr:serbian su:sundanese sv:swedish sw:swahili ta:tamil te:telugu tg:tajik th:thai
    tk:turkmen tl:tagalog tr:turkish tt:tatar uk:ukrainian ur:urdu uz:uzbek
    vi:vietnamese yi:yiddish yo:yoruba yue:cantonese zh:chinese
    """,
    )
)
"""English names of the languages, which OpenAI's `verbose_json` gives instead of codes."""


def cartesia_transcript(found: TranscriptOutcome, identity: str, *, words: bool) -> dict[str, Any]:
    """The answer of `POST /stt`."""
    shown: dict[str, Any] = {
        "type": "transcript",
        "text": found.text,
        "language": found.language,
        "duration": round(found.seconds, 3),
        "request_id": identity,
    }
    return {**shown, "words": _words(found)} if words else shown


def _text(found: TranscriptOutcome) -> str:
    return found.text + "\n"


def _json(found: TranscriptOutcome) -> str:
    return json.dumps({"text": found.text, "usage": _usage(found)}, ensure_ascii=False)


def _srt(found: TranscriptOutcome) -> str:
    return "".join(
        f"{number}\n{_clock(part.start, ',')} --> {_clock(part.end, ',')}\n{part.text.strip()}\n\n"
        for number, part in enumerate(found.segments, start=1)
    )


def _vtt(found: TranscriptOutcome) -> str:
    cues = (
        # An arrow or an ampersand in a cue would be read as markup.
        f"{_clock(part.start, '.')} --> {_clock(part.end, '.')}\n{_escaped(part.text.strip())}\n\n"
        for part in found.segments
    )
    return "WEBVTT\n\n" + "".join(cues)


OPENAI_FORMATS: Mapping[str, tuple[str, Callable[[TranscriptOutcome], str]]] = {
    "json": ("application/json", _json),
    "text": ("text/plain; charset=utf-8", _text),
    "srt": ("text/plain; charset=utf-8", _srt),
    "vtt": ("text/vtt; charset=utf-8", _vtt),
}
"""Media type and writer of all formats but `verbose_json`."""


def verbose_transcript(found: TranscriptOutcome, *, words: bool, segments: bool) -> dict[str, Any]:
    """OpenAI's `verbose_json`."""
    shown: dict[str, Any] = {
        "task": "transcribe",
        "language": _NAMES.get(found.language, found.language),
        "duration": round(found.seconds, 3),
        "text": found.text,
        "usage": _usage(found),
    }
    if words:
        shown["words"] = _words(found)
    if segments:
        shown["segments"] = [
            {
                "id": number,
                "seek": round(part.start * 100),
                "start": part.start,
                "end": part.end,
                "text": part.text,
                "tokens": list(part.tokens),
                "temperature": 0.0,
                "avg_logprob": part.confidence,
                "compression_ratio": part.compression,
                "no_speech_prob": part.no_speech,
            }
            for number, part in enumerate(found.segments)
        ]
    return shown


def _usage(found: TranscriptOutcome) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(found.seconds)}


def _words(found: TranscriptOutcome) -> list[dict[str, Any]]:
    return [
        {"word": word.text.strip(), "start": word.start, "end": word.end}
        for part in found.segments
        for word in part.words
    ]


def _clock(seconds: float, point: str) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, seconds_left = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds_left:02}{point}{milliseconds:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
