"""The tiny engine with all that others add to it; loaded as `tiny_whole:TinyWhole`."""

from tiny_transcriber import TinyTranscriber
from tiny_voices import VoicesEngine


class TinyWhole(VoicesEngine):
    """Same members as `menura.engine.Engine`."""

    transcribe = TinyTranscriber.transcribe
