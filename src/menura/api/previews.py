"""Previews: a voice says a sentence in its own language, once, and the file is kept."""

import contextlib
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool

from menura.api.services import Services
from menura.audio.formats import OutputFormat
from menura.library.stock import stock_id
from menura.library.tables import Voice
from menura.library.tuned_voices import whole_ref
from menura.work.jobs import SpeechJob

OUTPUT = OutputFormat("mp3", 44100, bit_rate=64000)

SENTENCES: Mapping[str, str] = {
    "en": "Hello, this is my voice. I am looking forward to reading to you.",
    "es": "Hola, esta es mi voz. Me alegra poder leer para ti.",
    "fr": "Bonjour, voici ma voix. Je me réjouis de lire pour vous.",
    "hi": "नमस्ते, यह मेरी आवाज़ है। आपके लिए पढ़कर मुझे खुशी होगी।",
    "it": "Ciao, questa è la mia voce. Sarà un piacere leggere per te.",
    "ja": "こんにちは、これが私の声です。どうぞよろしくお願いします。",
    "pt": "Olá, esta é a minha voz. Vai ser um prazer ler para você.",
    "zh": "你好，这是我的声音。很高兴为你朗读。",
}
"""What is said, by language."""


async def preview(at: Services, voice: Voice) -> bytes:
    """An MP3 of a few seconds of the voice as it is now. Raises what speaking raises."""
    stock = voice.stock_key is not None
    # A voice that stands in for another id has the file of the voice behind it.
    owner = (
        stock_id(str(voice.extra["model"]), str(voice.stock_key))
        if stock
        else str(voice.blob).split(".")[0]
    )
    name = f"{owner}.{str(voice.digest or voice.snapshot)[:32]}.mp3"
    store = at.library.previews
    with contextlib.suppress(FileNotFoundError):
        return await run_in_threadpool((store.folder / name).read_bytes)
    ref = await run_in_threadpool(whole_ref, at.library, voice)
    job = SpeechJob(SENTENCES[voice.locale[:2]], ref, voice.locale, OUTPUT)
    data = b"".join([output.data async for output in at.pool.speak(job)])

    def keep() -> None:
        store.delete_all(f"{owner}.")
        # Another request may be writing the same file.
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            store.write(name, data)

    await run_in_threadpool(keep)
    return data
