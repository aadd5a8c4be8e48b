"""The tiny engine with all that the others add to it; loaded as `tiny_whole:TinyWhole`."""

from tiny_checker import TinyChecker
from tiny_encoder import EncodingEngine
from tiny_transcriber import TinyTranscriber
from tiny_tuner import TinyTuner
from tiny_voices import VoicesEngine


class TinyWhole(VoicesEngine, EncodingEngine, TinyTuner):
    """Same members as `menura.engine.Engine`, each as in the engine that it is taken from."""

    check = TinyChecker.check
    hearing = TinyChecker.hearing
    transcribe = TinyTranscriber.transcribe
