"""The tiny engine with tuned voices and true encoders; loaded as `tiny_tuned:TunedEngine`."""

from tiny_adapters import AdaptedEngine
from tiny_encoder import EncodingEngine


class TunedEngine(AdaptedEngine, EncodingEngine):
    """Same members as `menura.engine.Engine`, each as in the engine that it is taken from."""
